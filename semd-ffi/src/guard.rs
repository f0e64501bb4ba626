//! The border: nothing unwinds over it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::failure::{Failure, SemdStatus};
use crate::handle::{self, SemdHandle};
use crate::input;

/// Runs the body of a function of the interface. A failure becomes an error handle where the caller wants one.
///
/// # Safety
/// `error` is null or may be written to.
pub(crate) unsafe fn guarded(
    error: *mut SemdHandle,
    body: impl FnOnce() -> Result<(), Failure>,
) -> SemdStatus {
    // What a panic leaves half done inside `body` is not looked at again: objects behind handles change only whole.
    let result = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| Err(Failure::panic()));
    let (status, made) = match result {
        Ok(()) => (SemdStatus::Ok, 0),
        Err(failure) if error.is_null() => (failure.status, 0),
        Err(failure) => (failure.status, handle::insert(failure)),
    };
    // SAFETY: the caller's promise about `error` is passed on.
    unsafe { input::put(error, made) };
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{SEMD_LANG_EN, semd_error_code};
    use crate::{SemdBuffer, semd_buffer_free, semd_error_message, semd_free};

    #[test]
    fn panic_becomes_an_error_and_the_library_goes_on() {
        let mut error = 0;
        // SAFETY: `error` is a live variable.
        let status = unsafe { guarded(&raw mut error, || panic!("СНИЛС 112-233-445 95")) };
        assert_eq!(status, SemdStatus::Internal);
        let mut text = SemdBuffer::default();
        // SAFETY: `text` is a live variable.
        let told = unsafe { semd_error_message(error, SEMD_LANG_EN, &raw mut text) };
        assert_eq!(told, SemdStatus::Ok);
        // SAFETY: the buffer was just filled.
        let message = unsafe { std::slice::from_raw_parts(text.data, text.length) };
        assert!(String::from_utf8_lossy(message).contains("bug"), "what the panic quotes stays inside");
        // SAFETY: `text` came from the library, and the code lives as long as the library.
        unsafe { semd_buffer_free(&raw mut text) };
        assert!(!semd_error_code(error).is_null());
        semd_free(error);

        let mut error = 0;
        // SAFETY: `error` is a live variable.
        let status = unsafe { guarded(&raw mut error, || Ok(())) };
        assert_eq!((status, error), (SemdStatus::Ok, 0));
    }

    #[test]
    fn failure_needs_no_place_for_an_error() {
        // SAFETY: null is permitted.
        let status = unsafe { guarded(std::ptr::null_mut(), || panic!("lost")) };
        assert_eq!(status, SemdStatus::Internal);
    }
}
