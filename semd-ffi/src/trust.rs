//! What signatures are judged by.

use std::sync::{Arc, Mutex, PoisonError};

use semd_sign::tsl::TrustList;
use semd_sign::verify::TrustStore;

use crate::failure::{Failure, SemdStatus};
use crate::guard::guarded;
use crate::handle::{self, Kind, SemdHandle};
use crate::input;

/// Trusted roots, PEM (one or more) or DER.
pub const SEMD_TRUST_ROOT: u32 = 1;
/// Intermediate certificates, PEM (one or more) or DER. They help to build chains and are not trusted.
pub const SEMD_TRUST_INTERMEDIATE: u32 = 2;
/// A revocation list, PEM or DER.
pub const SEMD_TRUST_CRL: u32 = 3;
/// An OCSP response, DER.
pub const SEMD_TRUST_OCSP: u32 = 4;
/// The list of accredited authorities, XML: issuers must be on it.
pub const SEMD_TRUST_ACCREDITED: u32 = 5;

/// A set of trust. Whoever judges takes the set as it is at that moment, so nobody waits for anybody.
#[derive(Default)]
pub(crate) struct Trust(Mutex<Arc<TrustStore>>);

impl Trust {
    /// The set as it is now.
    pub(crate) fn snapshot(&self) -> Arc<TrustStore> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds to a copy and puts it in place when nothing failed.
    fn add(&self, kind: u32, octets: &[u8]) -> Result<(), Failure> {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = TrustStore::clone(&current);
        add_to(&mut changed, kind, octets)?;
        *current = Arc::new(changed);
        Ok(())
    }
}

fn add_to(store: &mut TrustStore, kind: u32, octets: &[u8]) -> Result<(), Failure> {
    let added = match kind {
        SEMD_TRUST_ROOT => store.add(octets).map(|_| ()).map_err(|error| error.message()),
        SEMD_TRUST_INTERMEDIATE => {
            store.add_intermediates(octets).map(|_| ()).map_err(|error| error.message())
        }
        SEMD_TRUST_CRL => store.add_crl(octets).map_err(|error| error.message()),
        SEMD_TRUST_OCSP => store.add_ocsp(octets).map_err(|error| error.message()),
        SEMD_TRUST_ACCREDITED => {
            TrustList::read(octets).map(|list| store.set_trust_list(list)).map_err(|error| error.message())
        }
        _ => {
            return Err(Failure::argument(
                c"trust-kind",
                "неизвестный вид данных доверия; есть SEMD_TRUST_ROOT … SEMD_TRUST_ACCREDITED",
                "an unknown kind of trust; there are SEMD_TRUST_ROOT … SEMD_TRUST_ACCREDITED",
            ));
        }
    };
    added.map_err(|message| Failure::input(c"trust", message))
}

impl Kind for Trust {
    const NAME: (&'static str, &'static str) = ("набор доверия", "set of trust");
}

/// Makes an empty set of trust: roots, intermediates, revocation data.
///
/// # Safety
/// `out` may be written to; `error` is null or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_trust_new(out: *mut SemdHandle, error: *mut SemdHandle) -> SemdStatus {
    let body = || {
        let out = input::place(out)?;
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { input::put(out, handle::insert(Trust::default())) };
        Ok(())
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}

/// Adds to a set of trust; `kind` is one of SEMD_TRUST_…. What cannot be read changes nothing. Judgements that run at that
/// moment go by the set as it was.
///
/// # Safety
/// `data` has `length` readable octets; `error` is null or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_trust_add(
    trust: SemdHandle,
    kind: u32,
    data: *const u8,
    length: usize,
    error: *mut SemdHandle,
) -> SemdStatus {
    let body = || {
        let trust = handle::get::<Trust>(trust)?;
        // SAFETY: the caller's promise about `data` is passed on.
        let octets = unsafe { input::bytes(data, length, "data") }?;
        trust.add(kind, octets)
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}
