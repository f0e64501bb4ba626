//! Which library this is.

use std::ffi::c_char;

/// Version of the interface this header describes: major version × 65536 + minor version. Functions are only added while
/// the major version stays; it rises when one is changed or removed.
pub const SEMD_ABI_VERSION: u32 = 0x0001_0000;

/// The version of the interface that the loaded library has, as SEMD_ABI_VERSION. A caller compares it when it loads the
/// library: the major version must be equal, the minor version not smaller than that of the header.
#[unsafe(no_mangle)]
pub extern "C" fn semd_abi_version() -> u32 {
    SEMD_ABI_VERSION
}

/// The version of semd, as text with a zero at its end. It lives as long as the library; do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn semd_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
