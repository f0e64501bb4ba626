//! What the integration tests share.
#![allow(dead_code, reason = "every test file uses a part")]

use std::path::PathBuf;

use semd_sign::SoftwareSigner;
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Issued, Subject, TestAuthority};
use semd_sign::verify::TrustStore;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// When everything here happens.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-05-20 10:00 UTC);

/// The document.
pub(crate) const DOCUMENT: &[u8] = "<ClinicalDocument>Осмотр</ClinicalDocument>".as_bytes();

/// The folder of GOST vectors, or `None` (said aloud) where it is absent.
pub(crate) fn vectors() -> Option<PathBuf> {
    let shared = std::env::var_os("SEMD_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from);
    let vectors = shared.join("vectors").join("gost");
    if !vectors.is_dir() {
        println!("skipped: no vectors at SEMD_TEST_DATA or beside the repository");
        return None;
    }
    Some(vectors)
}

/// A parameter set by its dotted identifier.
pub(crate) fn set(oid: &str) -> &'static ParameterSet {
    ParameterSet::by_oid(oid).unwrap()
}

/// An authority and a person's certificate under it, valid for decades: openssl signs at the time of the clock.
pub(crate) fn person(oid: &str) -> (TestAuthority, Issued) {
    let start = datetime!(2010-01-01 0:00 UTC);
    let validity = Duration::days(365 * 35);
    let authority = TestAuthority::create("Учебный УЦ", set(oid), start, validity).unwrap();
    let issued = authority.issue(&Subject::sample_person(), set(oid), start, validity).unwrap();
    (authority, issued)
}

/// A signer of an issued key.
pub(crate) fn signer(issued: &Issued) -> SoftwareSigner {
    SoftwareSigner::new(issued.key.clone(), issued.certificate.clone()).unwrap()
}

/// A store that trusts the authority.
pub(crate) fn trust(authority: &TestAuthority) -> TrustStore {
    let mut trust = TrustStore::new();
    trust.add(authority.certificate().der()).unwrap();
    trust
}
