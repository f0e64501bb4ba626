//! What the caller passes: memory to read and places to write to.

use std::ffi::c_char;
use std::{slice, str};

use crate::failure::Failure;

/// Octets of the caller. Null is an error; a length that no memory has, too.
///
/// # Safety
/// `data` is null or points to `length` readable octets that nobody writes to while the slice is used.
pub(crate) unsafe fn bytes<'a>(
    data: *const u8,
    length: usize,
    name: &'static str,
) -> Result<&'a [u8], Failure> {
    if data.is_null() {
        return Err(Failure::argument(
            c"null-pointer",
            format!("{name}: передан нулевой указатель"),
            format!("{name}: the pointer is null"),
        ));
    }
    if isize::try_from(length).is_err() {
        return Err(Failure::argument(
            c"length",
            format!("{name}: длина {length} невозможна"),
            format!("{name}: the length {length} is impossible"),
        ));
    }
    // SAFETY: not null, the length fits, and the caller promises the rest.
    Ok(unsafe { slice::from_raw_parts(data, length) })
}

/// Octets that may be left out: null with length 0.
///
/// # Safety
/// As [`bytes`].
pub(crate) unsafe fn optional_bytes<'a>(
    data: *const u8,
    length: usize,
    name: &'static str,
) -> Result<Option<&'a [u8]>, Failure> {
    if data.is_null() && length == 0 {
        return Ok(None);
    }
    // SAFETY: the caller's promise is passed on.
    unsafe { bytes(data, length, name) }.map(Some)
}

/// Text that may be left out: null with length 0.
///
/// # Safety
/// As [`bytes`].
pub(crate) unsafe fn optional_text<'a>(
    data: *const c_char,
    length: usize,
    name: &'static str,
) -> Result<Option<&'a str>, Failure> {
    // SAFETY: the caller's promise is passed on.
    let octets = unsafe { optional_bytes(data.cast(), length, name) }?;
    octets.map(str::from_utf8).transpose().map_err(|error| {
        let offset = error.valid_up_to();
        Failure::argument(
            c"utf-8",
            format!("{name}: не UTF-8, байт {offset}"),
            format!("{name}: not UTF-8 at byte {offset}"),
        )
    })
}

/// Checks that a result can be handed over, before work is done for it.
pub(crate) fn place<T>(place: *mut T) -> Result<*mut T, Failure> {
    if place.is_null() {
        return Err(Failure::argument(
            c"null-pointer",
            "результат некуда записать: передан нулевой указатель",
            "there is no place for the result: the pointer is null",
        ));
    }
    Ok(place)
}

/// Writes a value to a place of the caller, if there is one.
///
/// # Safety
/// `place` is null or may be written to.
pub(crate) unsafe fn put<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: not null, and the caller promises the rest. What was there has no destructor.
        unsafe { place.write(value) };
    }
}
