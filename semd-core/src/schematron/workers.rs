//! What the workers of a plan keep from one document to the next.

use std::sync::{Mutex, PoisonError};

use super::subsets::Subsets;
use crate::xpath::Binding;

/// The memory of one worker: how far the automaton of contexts is made, and room for the names and open elements of a
/// document.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) subsets: Subsets,
    pub(super) binding: Binding,
    pub(super) open: Vec<Frame>,
}

/// An open element: where its descendants end, and its place in the automaton.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) end: u32,
    pub(super) place: u32,
}

/// Workers that have no document at the moment: as many as have ever been busy at the same time.
#[derive(Debug, Default)]
pub(super) struct Workers(Mutex<Vec<Worker>>);

impl Workers {
    /// A worker that is free, if there is one.
    pub(super) fn take(&self) -> Option<Worker> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Keeps a worker for the next document.
    pub(super) fn give_back(&self, worker: Worker) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
    }
}
