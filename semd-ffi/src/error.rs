//! What an error handle tells.

use std::ffi::c_char;
use std::ptr;

use semd_core::report::Lang;
use serde_json::json;

use crate::buffer::{self, SemdBuffer};
use crate::failure::{Failure, SemdStatus};
use crate::guard::guarded;
use crate::handle::{self, Kind, SemdHandle};

/// Texts in Russian.
pub const SEMD_LANG_RU: u32 = 0;
/// Texts in English.
pub const SEMD_LANG_EN: u32 = 1;

impl Kind for Failure {
    const NAME: (&'static str, &'static str) = ("ошибка", "error");
}

fn language(lang: u32) -> Result<Lang, Failure> {
    match lang {
        SEMD_LANG_RU => Ok(Lang::Ru),
        SEMD_LANG_EN => Ok(Lang::En),
        _ => Err(Failure::argument(
            c"language",
            "язык: 0 (русский) или 1 (английский)",
            "the language is 0 (Russian) or 1 (English)",
        )),
    }
}

/// The stable name of an error's cause, as text with a zero at its end, which lives as long as the library; null when the
/// handle is not an error. docs/c-interface.md lists the names.
#[unsafe(no_mangle)]
pub extern "C" fn semd_error_code(error: SemdHandle) -> *const c_char {
    handle::get::<Failure>(error).map_or(ptr::null(), |failure| failure.code.as_ptr())
}

/// The text of an error: what is wrong, where, and what to do. `lang` is SEMD_LANG_RU or SEMD_LANG_EN.
///
/// # Safety
/// `out` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_error_message(
    error: SemdHandle,
    lang: u32,
    out: *mut SemdBuffer,
) -> SemdStatus {
    let body = || {
        let failure = handle::get::<Failure>(error)?;
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { buffer::give(out, failure.message.text(language(lang)?)) }
    };
    // SAFETY: null is permitted.
    unsafe { guarded(ptr::null_mut(), body) }
}

/// Everything about an error as JSON: `{"status":3,"code":"card","message":"…","faults":[{"pointer":"/created",
/// "message":"…"}]}`. `faults` are those of a card that semd_build refused, each with its place (RFC 6901).
///
/// # Safety
/// `out` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_error_details(
    error: SemdHandle,
    lang: u32,
    out: *mut SemdBuffer,
) -> SemdStatus {
    let body = || {
        let failure = handle::get::<Failure>(error)?;
        let lang = language(lang)?;
        let faults: Vec<_> = failure
            .faults
            .iter()
            .map(|fault| json!({ "pointer": fault.pointer, "message": fault.message.text(lang) }))
            .collect();
        let details = json!({
            "status": failure.status as i32,
            "code": failure.code.to_str().unwrap_or_default(),
            "message": failure.message.text(lang),
            "faults": faults,
        });
        // SAFETY: the caller's promise about `out` is passed on.
        unsafe { buffer::give(out, details.to_string()) }
    };
    // SAFETY: null is permitted.
    unsafe { guarded(ptr::null_mut(), body) }
}
