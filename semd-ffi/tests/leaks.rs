//! Alone in its program: the number of live handles is the whole library's.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::ffi::CStr;

use semd_ffi::*;
use support::*;

#[test]
fn every_handle_is_counted_until_it_is_freed() {
    assert_eq!(semd_handle_count(), 0);
    let validator = validator("{}").unwrap();
    assert_eq!(semd_handle_count(), 1);
    assert!(validate(validator, CONSULTATION, "[]").is_err(), "its error is freed by the helper");
    assert_eq!(semd_handle_count(), 1);
    let mut error = 0;
    // SAFETY: null is part of the contract.
    unsafe {
        semd_validate(
            validator,
            std::ptr::null(),
            0,
            std::ptr::null(),
            0,
            std::ptr::null_mut(),
            &raw mut error,
        )
    };
    assert_eq!(semd_handle_count(), 2, "an error is a handle, too");
    semd_free(error);
    semd_free(validator);
    assert_eq!(semd_handle_count(), 0);
}

#[test]
fn versions_are_told() {
    assert_eq!(semd_abi_version(), SEMD_ABI_VERSION);
    // SAFETY: the text lives as long as the library.
    let version = unsafe { CStr::from_ptr(semd_version()) };
    assert_eq!(version.to_str().unwrap(), env!("CARGO_PKG_VERSION"));
}
