//! The journal: everything that happens to a document, written before it has an effect.
//!
//! [`next`] decides, [`Journal`] remembers. `docs/journal-format.md` describes tables, invariants and sync points;
//! `docs/decisions/0005-journal-intent-before-effect.md` says why.

mod record;
mod schema;
mod sqlite;
mod state;

use std::path::PathBuf;

use time::OffsetDateTime;

pub use record::{
    Change, Direction, Enqueued, Filter, Message, News, Record, RefusalFacts, StoredMessage, Submission,
    Update,
};
pub use sqlite::{Lease, SqliteJournal};
pub use state::{Event, IllegalTransition, Refusal, State, Transition, UnknownState, next};

use crate::message::RegisterDocumentRequest;
use crate::soap::MessageId;

/// Why the journal could not do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The database failed.
    #[error("journal database: {0}")]
    Database(#[from] rusqlite::Error),
    /// The lock file could not be used.
    #[error("lock file {path}: {source}", path = path.display())]
    LockFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another worker has the journal.
    #[error("another process works on this journal (lock file {path})", path = path.display())]
    Busy {
        /// The lock file.
        path: PathBuf,
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

/// Storage of the exchange.
///
/// Every method is one transaction that is on disk when it returns. Time is an input.
pub trait Journal: Send + Sync + 'static {
    /// Takes the exclusive right to send documents of this journal; it ends with the value or the process.
    ///
    /// # Errors
    /// When another process has it, or the lock cannot be tried.
    fn lease(&self) -> Result<Lease, JournalError>;

    /// Adds a document, or finds it by `localUid` and bytes.
    ///
    /// # Errors
    /// When the database fails.
    fn enqueue(&self, submission: &Submission, now: OffsetDateTime) -> Result<Enqueued, JournalError>;

    /// Writes the intent to send `envelope` with `message_id`, and moves the document to [`State::Submitting`].
    ///
    /// # Errors
    /// When the document is not queued, is not there, or the database fails.
    fn begin_attempt(
        &self,
        local_uid: &str,
        message_id: &MessageId,
        envelope: &[u8],
        now: OffsetDateTime,
    ) -> Result<Change, JournalError>;

    /// Applies an event.
    ///
    /// # Errors
    /// When the event is illegal now, the document is not there, or the database fails.
    fn apply(&self, local_uid: &str, update: &Update, now: OffsetDateTime) -> Result<Change, JournalError>;

    /// Sets when the worker acts next on a document that is not settled.
    ///
    /// # Errors
    /// When the database fails.
    fn postpone(&self, local_uid: &str, until: OffsetDateTime) -> Result<(), JournalError>;

    /// The earliest `next_attempt_at` of the documents that are not settled.
    ///
    /// # Errors
    /// When the database fails.
    fn earliest_attempt(&self) -> Result<Option<OffsetDateTime>, JournalError>;

    /// Records a message that belongs to no document (a search, for example).
    ///
    /// # Errors
    /// When the database fails.
    fn record_message(&self, message: &Message, now: OffsetDateTime) -> Result<(), JournalError>;

    /// Keeps a message that cannot be assigned to a document.
    ///
    /// # Errors
    /// When the database fails.
    fn record_orphan(&self, message: &Message, now: OffsetDateTime) -> Result<(), JournalError>;

    /// One document.
    ///
    /// # Errors
    /// When the database fails.
    fn document(&self, local_uid: &str) -> Result<Option<Record>, JournalError>;

    /// Documents, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    fn list(&self, filter: &Filter) -> Result<Vec<Record>, JournalError>;

    /// The request of a document.
    ///
    /// # Errors
    /// When the database fails.
    fn request(&self, local_uid: &str) -> Result<Option<RegisterDocumentRequest>, JournalError>;

    /// The exact bytes of a document.
    ///
    /// # Errors
    /// When the database fails.
    fn bytes(&self, local_uid: &str) -> Result<Option<Vec<u8>>, JournalError>;

    /// The document a request was sent for.
    ///
    /// # Errors
    /// When the database fails.
    fn find_by_message(&self, message_id: &MessageId) -> Result<Option<String>, JournalError>;

    /// The document with a registration number.
    ///
    /// # Errors
    /// When the database fails.
    fn find_by_emdr_id(&self, emdr_id: &str) -> Result<Option<String>, JournalError>;

    /// All messages about a document, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    fn messages(&self, local_uid: &str) -> Result<Vec<StoredMessage>, JournalError>;

    /// Number of orphans.
    ///
    /// # Errors
    /// When the database fails.
    fn orphan_count(&self) -> Result<u32, JournalError>;
}
