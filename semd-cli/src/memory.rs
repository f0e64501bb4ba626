//! What this process asks of the allocator of the C library.
#![allow(unsafe_code, reason = "the allocator is told by a call of C")]

/// Lets the allocator use two arenas, whatever the number of threads.
///
/// The allocator of glibc makes an arena for every new thread, up to eight for each processor, and each keeps what its thread
/// once needed. A worker hands every document from thread to thread and mostly waits, for the disk and for the register:
/// arenas of its own speed it up by nothing, but its memory grew to 180 MB over 80,000 documents instead of staying at
/// 60 MB (docs/measurements/exchange.md). Commands that compute on all processors do not call this.
pub fn keep_flat() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // SAFETY: `mallopt` may be called at any time, and takes two numbers. A number it does not like changes nothing.
        unsafe { libc::mallopt(libc::M_ARENA_MAX, 2) };
    }
}
