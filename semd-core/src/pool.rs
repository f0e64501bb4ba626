//! What is kept from one document to the next.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Workers that have no document at the moment: as many as have ever been busy at the same time. A thread gets the one it had
/// before, so that what the workers of different pools remember of one another fits together.
pub(crate) struct Pool<T>(Mutex<Vec<(u64, T)>>);

/// The number of this thread. The standard library has one as well, but keeps memory for it in threads that other languages made.
fn own_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    thread_local! {
        static OWN: Cell<u64> = const { Cell::new(0) };
    }
    OWN.with(|own| {
        if own.get() == 0 {
            own.set(LAST.fetch_add(1, Ordering::Relaxed) + 1);
        }
        own.get()
    })
}

impl<T> Pool<T> {
    /// A worker that is free, if there is one.
    pub(crate) fn take(&self) -> Option<T> {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = own_number();
        match free.iter().rposition(|(thread, _)| *thread == own) {
            Some(at) => Some(free.swap_remove(at).1),
            None => free.pop().map(|(_, worker)| worker),
        }
    }

    /// Keeps a worker for the next document.
    pub(crate) fn give_back(&self, worker: T) {
        let own = own_number();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((own, worker));
    }
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> fmt::Debug for Pool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thread_gets_its_own_worker_and_any_other_before_none() {
        let pool = Pool::default();
        assert_eq!(pool.take(), None);
        pool.give_back(1);
        std::thread::scope(|scope| scope.spawn(|| pool.give_back(2)).join()).unwrap();
        assert_eq!(pool.take(), Some(1), "the other one was given back later, but elsewhere");
        assert_eq!(pool.take(), Some(2));
        assert_eq!(pool.take(), None);
    }
}
