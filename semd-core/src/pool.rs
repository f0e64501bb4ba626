//! What is kept from one document to the next.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Workers that have no document at the moment: as many as have ever been busy at the same time. A thread gets the one it had
/// before, so that what the workers of different pools remember of one another fits together.
pub(crate) struct Pool<T>(Mutex<Vec<(u64, T)>>);

/// Threads that each keep a worker of their own in [`Pool::take_own`].
const MOST_OWNERS: usize = 16;

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
        let mut free = self.free();
        own(&mut free).or_else(|| free.pop().map(|(_, worker)| worker))
    }

    /// The worker that this thread had before. That of another thread, which would have to forget what it knows, only where very many
    /// threads have come and gone.
    pub(crate) fn take_own(&self) -> Option<T> {
        let mut free = self.free();
        own(&mut free).or_else(|| {
            let many = free.len() >= MOST_OWNERS;
            many.then(|| free.swap_remove(0).1)
        })
    }

    /// Keeps a worker for the next document.
    pub(crate) fn give_back(&self, worker: T) {
        self.free().push((own_number(), worker));
    }

    fn free(&self) -> MutexGuard<'_, Vec<(u64, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the worker that this thread had before.
fn own<T>(free: &mut Vec<(u64, T)>) -> Option<T> {
    let own = own_number();
    let at = free.iter().rposition(|(thread, _)| *thread == own)?;
    Some(free.swap_remove(at).1)
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

    fn elsewhere<T: Send>(work: impl FnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| scope.spawn(work).join()).unwrap()
    }

    #[test]
    fn thread_gets_its_own_worker_and_any_other_before_none() {
        let pool = Pool::default();
        assert_eq!(pool.take(), None);
        pool.give_back(1);
        elsewhere(|| pool.give_back(2));
        assert_eq!(pool.take(), Some(1), "the other one was given back later, but elsewhere");
        assert_eq!(pool.take(), Some(2));
        assert_eq!(pool.take(), None);
    }

    #[test]
    fn own_worker_or_none_unless_there_are_many() {
        let pool = Pool::default();
        pool.give_back(0);
        for number in 1..MOST_OWNERS {
            assert_eq!(elsewhere(|| pool.take_own()), None);
            elsewhere(|| pool.give_back(number));
        }
        assert_eq!(pool.take_own(), Some(0));
        assert_eq!(pool.take_own(), None);
        pool.give_back(0);
        assert!(elsewhere(|| pool.take_own()).is_some_and(|number| number != 0));
    }
}
