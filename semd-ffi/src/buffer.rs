//! Memory that the library hands over.

use std::ptr;

use crate::failure::Failure;
use crate::input;

/// Octets that the library made. They belong to the caller until semd_buffer_free. Behind the last octet stands a zero that
/// `length` does not count, so that text can be read as a C string.
#[repr(C)]
#[derive(Debug)]
pub struct SemdBuffer {
    /// The octets; null when there are none.
    pub data: *mut u8,
    /// Number of octets.
    pub length: usize,
}

impl Default for SemdBuffer {
    fn default() -> Self {
        Self { data: ptr::null_mut(), length: 0 }
    }
}

/// Hands octets over to the caller.
///
/// # Safety
/// `place` is null or may be written to.
pub(crate) unsafe fn give(place: *mut SemdBuffer, octets: impl Into<Vec<u8>>) -> Result<(), Failure> {
    let place = input::place(place)?;
    let mut octets: Vec<u8> = octets.into();
    let length = octets.len();
    octets.push(0);
    let data = Box::into_raw(octets.into_boxed_slice()).cast();
    // SAFETY: the caller's promise is passed on.
    unsafe { input::put(place, SemdBuffer { data, length }) };
    Ok(())
}

/// Frees the octets of a buffer and empties it, so that freeing it again does nothing. Null is permitted.
///
/// # Safety
/// `buffer` is null or points to a buffer that is empty or was filled by this library; no copy of it was freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn semd_buffer_free(buffer: *mut SemdBuffer) {
    if buffer.is_null() {
        return;
    }
    // SAFETY: not null, and the caller promises that a buffer is there.
    let SemdBuffer { data, length } = unsafe { buffer.replace(SemdBuffer::default()) };
    if !data.is_null() {
        let slice = ptr::slice_from_raw_parts_mut(data, length + 1);
        // SAFETY: `give` made the allocation of `length` octets and a zero, and nobody has freed it.
        drop(unsafe { Box::from_raw(slice) });
    }
}
