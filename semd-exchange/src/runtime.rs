//! The asynchronous runtime as this crate's work wants it.

use std::io;

use tokio::runtime::{Builder, Runtime};

use crate::journal::CONNECTIONS;

/// A runtime with as many threads for blocking work as a journal takes calls at a time.
///
/// In a runtime of another shape everything works as well, but tokio starts a thread for a call whenever none is idle, up to
/// 512 of them, and the allocator of the C library keeps memory for every few threads that there ever were.
///
/// # Errors
/// When the system gives no threads.
///
/// ```
/// let answer = semd_exchange::runtime()?.block_on(async { 40 + 2 });
/// assert_eq!(answer, 42);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().max_blocking_threads(CONNECTIONS).enable_all().build()
}
