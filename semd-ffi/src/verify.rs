//! Judging signatures.

use std::ffi::c_char;

use semd_core::report::{Lang, Message};
use semd_sign::verify::{Content, ControlTime, Policy, Request, verify};
use serde::Deserialize;

use crate::buffer::{self, SemdBuffer};
use crate::failure::{Failure, SemdStatus};
use crate::guard::guarded;
use crate::handle::{self, SemdHandle};
use crate::trust::Trust;
use crate::{input, options};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct VerifyOptions {
    file: String,
    signature: String,
    at: Option<String>,
    policy: Option<String>,
    policy_toml: Option<String>,
    lang: Lang,
    show_pii: bool,
}

/// The control time of an option: `now`, `signing-time`, or a moment.
pub(crate) fn control_time(at: Option<&str>) -> Result<ControlTime, Failure> {
    match at {
        None | Some("now") => Ok(ControlTime::Now(options::now())),
        Some("signing-time") => Ok(ControlTime::SigningTime),
        Some(text) => options::moment("at", Some(text)).map(ControlTime::At),
    }
}

fn policy(name: Option<&str>, toml: Option<&str>) -> Result<Policy, Failure> {
    if let Some(text) = toml {
        return Policy::from_toml(text).map_err(|error| {
            let Message { ru, en } = error.message();
            options::unfit("policy_toml", &ru, &en)
        });
    }
    Policy::by_name(name.unwrap_or("remd"))
        .ok_or_else(|| options::unfit("policy", "есть remd и basic", "there are remd and basic"))
}

/// Judges a signature container (DER, BER, PEM or base64). `out` gets the report, JSON of schema `semd.signature/1`. A bad
/// signature is a verdict, not a failure of the call.
///
/// `content` null with length 0: the document is inside the container.
///
/// `options`: `{"at": "now", "policy": "remd", "policy_toml": "…", "lang": "ru", "show_pii": false, "file": "a.xml",
/// "signature": "a.doctor.p7s"}`, all of them optional. `at` is the moment at which certificates must be valid: `now`,
/// `signing-time`, or date and time with zone. `policy` is `remd` (what the register takes) or `basic`; `policy_toml` is the
/// text of a policy of your own. `show_pii` shows names and numbers of persons, which are masked else.
///
/// # Safety
/// `content`, `container` and `options` have their numbers of readable octets; `out` may be written to; `error` is null or
/// may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_verify(
    trust: SemdHandle,
    content: *const u8,
    content_length: usize,
    container: *const u8,
    container_length: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut SemdBuffer,
    error: *mut SemdHandle,
) -> SemdStatus {
    let body = || {
        let out = input::place(out)?;
        let trust = handle::get::<Trust>(trust)?.snapshot();
        // SAFETY: the caller's promise about `content` is passed on.
        let content = unsafe { input::optional_bytes(content, content_length, "content") }?;
        // SAFETY: the caller's promise about `container` is passed on.
        let signature = unsafe { input::bytes(container, container_length, "container") }?;
        // SAFETY: the caller's promise about `options` is passed on.
        let text = unsafe { input::optional_text(options, options_length, "options") }?;
        let options: VerifyOptions = options::read(text)?;
        let report = verify(&Request {
            content: content.map_or(Content::Inside, Content::Bytes),
            signature,
            trust: &trust,
            time: control_time(options.at.as_deref())?,
            policy: policy(options.policy.as_deref(), options.policy_toml.as_deref())?,
        });
        let object = report.object(&options.file, &options.signature, options.lang, options.show_pii);
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { buffer::give(out, serde_json::to_string(&object).unwrap_or_default()) }
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { guarded(error, body) }
}
