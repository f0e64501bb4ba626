//! Signing.

use std::ffi::c_char;

use semd_sign::SignError;
use semd_sign::cades::{self, Placement};
use serde::Deserialize;

use crate::buffer::{self, SemdBuffer};
use crate::failure::{Failure, SemdStatus};
use crate::guard::guarded;
use crate::handle::{self, SemdHandle};
use crate::signer::AnySigner;
use crate::{input, options};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SignOptions {
    signing_time: Option<String>,
    attached: bool,
}

fn failure(error: &SignError) -> Failure {
    Failure::new(SemdStatus::Signer, c"signer", error.message())
}

/// Signs a document: `out` gets a CAdES-BES container, DER, with one signer, its certificate and the signing time, which was
/// verified before it is given out.
///
/// `options`: `{"signing_time": "2026-12-31T12:00:00+03:00", "attached": false}`, both optional. The signing time is a claim;
/// the clock's when absent. `attached` puts the document inside the container; the register wants it outside.
///
/// # Safety
/// `content` and `options` have their numbers of readable octets; `out` may be written to; `error` is null or may be written
/// to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_sign(
    signer: SemdHandle,
    content: *const u8,
    content_length: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut SemdBuffer,
    error: *mut SemdHandle,
) -> SemdStatus {
    let body = || {
        let out = input::place(out)?;
        let signer = handle::get::<AnySigner>(signer)?;
        // SAFETY: the caller's promise about `content` is passed on.
        let content = unsafe { input::bytes(content, content_length, "content") }?;
        // SAFETY: the caller's promise about `options` is passed on.
        let text = unsafe { input::optional_text(options, options_length, "options") }?;
        let SignOptions { signing_time, attached } = options::read(text)?;
        let time = options::moment("signing_time", signing_time.as_deref())?;
        let placement = if attached { Placement::Attached } else { Placement::Detached };
        let container = cades::sign(&*signer.0, content, time, placement).map_err(|error| failure(&error))?;
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { buffer::give(out, container) }
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}

/// Signs a message bare, without a container: `out` gets s‖r, big-endian, 64 or 128 octets, over the message's digest by
/// GOST R 34.11-2012. For protocols that have containers of their own.
///
/// # Safety
/// `message` has its number of readable octets; `out` may be written to; `error` is null or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_sign_message(
    signer: SemdHandle,
    message: *const u8,
    message_length: usize,
    out: *mut SemdBuffer,
    error: *mut SemdHandle,
) -> SemdStatus {
    let body = || {
        let out = input::place(out)?;
        let signer = handle::get::<AnySigner>(signer)?;
        // SAFETY: the caller's promise about `message` is passed on.
        let message = unsafe { input::bytes(message, message_length, "message") }?;
        let signature = signer.0.sign(message).map_err(|error| failure(&error))?;
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { buffer::give(out, signature) }
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}
