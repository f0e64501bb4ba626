//! Why the journal could not do something.

use std::path::PathBuf;
use std::sync::Arc;

use super::IllegalTransition;

/// Why the journal could not do something.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The database failed.
    #[error("journal database: {0}")]
    Database(Arc<dyn std::error::Error + Send + Sync>),
    /// The lock file could not be used.
    #[error("lock file {path}: {source}", path = path.display())]
    LockFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: Arc<std::io::Error>,
    },
    /// Another worker has the journal.
    #[error("another process works on this journal (lock file {path})", path = path.display())]
    Busy {
        /// The lock file.
        path: PathBuf,
    },
    /// The worker was silent for too long, and others took over.
    #[error("the lease of worker {worker} ran out")]
    LeaseLost {
        /// Number of the worker.
        worker: i64,
    },
    /// The document is claimed by somebody else.
    #[error("document `{local_uid}` is claimed by another worker")]
    ClaimedByOther {
        /// `localUid`.
        local_uid: String,
    },
    /// The journal was written by a later version.
    #[error("the journal has format {found}, this program knows formats up to {known}")]
    NewerFormat {
        /// Format of the journal.
        found: u32,
        /// Latest format known.
        known: u32,
    },
    /// A stored value cannot be read.
    #[error("the journal holds an unreadable `{column}`")]
    Corrupt {
        /// The column.
        column: &'static str,
    },
    /// No such document.
    #[error("the journal has no document `{local_uid}`")]
    NoDocument {
        /// `localUid`.
        local_uid: String,
    },
    /// The program is shutting down.
    #[error("the program is shutting down")]
    ShuttingDown,
    /// The event is not possible now.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
}

impl JournalError {
    /// The error of the database, when it is of type `E`.
    pub(super) fn database_error<E: std::error::Error + 'static>(&self) -> Option<&E> {
        match self {
            Self::Database(error) => error.downcast_ref(),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for JournalError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<postgres::Error> for JournalError {
    fn from(error: postgres::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}
