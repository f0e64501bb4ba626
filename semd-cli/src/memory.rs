//! What this process asks of the allocator of the C library.
#![allow(unsafe_code, reason = "the allocator is told by calls of C")]

/// Lets the allocator keep little of what is not in use, for processes that run for days.
///
/// The allocator of glibc makes an arena for every new thread, up to eight for each processor, and once a block of some size
/// was given back, each arena keeps twice that much for itself, up to 64 MB. A worker hands every document from thread to
/// thread and mostly waits, for the disk and for the register: its memory grew to 180 MB over 80,000 documents, of which 20
/// were in use (docs/measurements/exchange.md). Commands that compute on all processors do not call this.
pub fn keep_flat() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    for (parameter, value) in [
        // Threads share two arenas.
        (libc::M_ARENA_MAX, 2),
        // Blocks of this size come from the system and go back to it. Envelopes and documents are smaller.
        (libc::M_MMAP_THRESHOLD, 1 << 20),
        // What an arena has above its last block, it keeps up to here.
        (libc::M_TRIM_THRESHOLD, 2 << 20),
    ] {
        // SAFETY: `mallopt` may be called at any time and takes two numbers. A number it does not like changes nothing.
        unsafe { libc::mallopt(parameter, value) };
    }
}
