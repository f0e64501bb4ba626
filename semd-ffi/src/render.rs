//! A document as a page.

use std::ffi::c_char;

use semd_core::digest;
use semd_core::render::{self, Options};
use semd_core::report::Lang;
use semd_core::xml::{self, Limits};
use semd_sign::verify::{Content, Policy, Request, TrustStore, verify};
use serde::Deserialize;

use crate::buffer::{self, SemdBuffer};
use crate::failure::{Failure, SemdStatus};
use crate::guard::guarded;
use crate::handle::{self, SemdHandle};
use crate::options::SignatureOption;
use crate::trust::Trust;
use crate::verify::control_time;
use crate::{input, options};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RenderOptions {
    lang: Lang,
    signatures: Vec<SignatureOption>,
    at: Option<String>,
}

/// Shows a document as one HTML page that needs nothing else: everything the signature covers, and the stamps of signatures,
/// which are judged by `trust` and what the register asks for. `trust` 0 is an empty set: the signatures cannot be confirmed
/// then. The page shows the persons of the document.
///
/// `options`: `{"lang": "ru", "signatures": [{"role": "doctor", "data": "BASE64"}], "at": "now"}`, all of them optional; `at`
/// as for semd_verify.
///
/// # Safety
/// `document` and `options` have their numbers of readable octets; `out` may be written to; `error` is null or may be
/// written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_render(
    document: *const u8,
    document_length: usize,
    trust: SemdHandle,
    options: *const c_char,
    options_length: usize,
    out: *mut SemdBuffer,
    error: *mut SemdHandle,
) -> SemdStatus {
    let body = || {
        let out = input::place(out)?;
        // SAFETY: the caller's promise about `document` is passed on.
        let octets = unsafe { input::bytes(document, document_length, "document") }?;
        // SAFETY: the caller's promise about `options` is passed on.
        let text = unsafe { input::optional_text(options, options_length, "options") }?;
        let RenderOptions { lang, signatures, at } = options::read(text)?;
        let trust = match trust {
            0 => None,
            handle => Some(handle::get::<Trust>(handle)?.snapshot()),
        };
        let empty = TrustStore::new();
        let document = xml::parse(octets, &Limits::default())
            .map_err(|fault| Failure::input(c"document", fault.message()))?;
        let mut stamps = Vec::with_capacity(signatures.len());
        for signature in signatures {
            let report = verify(&Request {
                content: Content::Bytes(octets),
                signature: &signature.octets()?,
                trust: trust.as_deref().unwrap_or(&empty),
                time: control_time(at.as_deref())?,
                policy: Policy::Remd,
            });
            stamps.push(report.stamp(Some(signature.role), lang));
        }
        let options = Options { lang, sha256: Some(digest::sha256(octets)), signatures: stamps };
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { buffer::give(out, render::render(&document, &options)) }
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}
