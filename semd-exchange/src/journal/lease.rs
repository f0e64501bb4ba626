//! Who works on which documents.

use super::sql::Lock;
use super::{Record, State};
use crate::message::RegisterDocumentRequest;

/// The right to claim documents.
///
/// Its number is the fencing token: numbers are never used twice, and a claim holds only as long as the document still
/// names the number. A worker that was silent for longer than its lease finds its claims gone and cannot begin to send.
#[derive(Debug)]
pub struct Lease {
    pub(super) worker: i64,
    pub(super) alone: bool,
    pub(super) lease_millis: Option<i64>,
    /// Where the store serves one process at a time.
    pub(super) _lock: Option<Lock>,
}

impl Lease {
    /// The number of the worker.
    pub fn worker(&self) -> i64 {
        self.worker
    }

    /// Whether no other worker was there: results may have come while nobody listened.
    pub fn was_alone(&self) -> bool {
        self.alone
    }
}

/// What documents are claimed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To send them.
    Send,
    /// To ask the register about them.
    Ask,
}

impl Purpose {
    /// The states from which documents are claimed.
    pub fn states(self) -> &'static [State] {
        match self {
            Self::Send => &[State::Queued],
            Self::Ask => &[State::Unknown, State::Accepted, State::FileRequested, State::FileSent],
        }
    }
}

/// A claimed document.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The document.
    pub record: Record,
    /// Its request, when it was claimed for sending.
    pub request: Option<RegisterDocumentRequest>,
}
