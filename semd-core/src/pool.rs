//! What is kept from one document to the next.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};

/// Workers that have no document at the moment: as many as have ever been busy at the same time. A thread gets the one it had
/// before, so that what the workers of different pools remember of one another fits together.
pub(crate) struct Pool<T>(Mutex<Vec<(ThreadId, T)>>);

impl<T> Pool<T> {
    /// A worker that is free, if there is one.
    pub(crate) fn take(&self) -> Option<T> {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = thread::current().id();
        match free.iter().rposition(|(thread, _)| *thread == own) {
            Some(at) => Some(free.swap_remove(at).1),
            None => free.pop().map(|(_, worker)| worker),
        }
    }

    /// Keeps a worker for the next document.
    pub(crate) fn give_back(&self, worker: T) {
        let own = thread::current().id();
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
        thread::scope(|scope| scope.spawn(|| pool.give_back(2)).join()).unwrap();
        assert_eq!(pool.take(), Some(1), "the other one was given back later, but elsewhere");
        assert_eq!(pool.take(), Some(2));
        assert_eq!(pool.take(), None);
    }
}
