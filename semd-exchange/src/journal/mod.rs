//! The journal: everything that happens to a document, written before it has an effect.
//!
//! [`next`] decides, [`Journal`] remembers, [`JournalAddress::open`] opens one of two stores: SQLite, one file for one
//! worker, or PostgreSQL, which many workers on many machines can share. `docs/journal-format.md` describes tables,
//! invariants and sync points; `docs/decisions/0005-journal-intent-before-effect.md` says why.

mod address;
mod bucket;
mod codec;
mod error;
mod lease;
mod query;
mod record;
mod schema;
mod sql;
mod state;
mod store;

use std::time::Duration;

use time::OffsetDateTime;

pub use address::{JournalAddress, NoJournalAddress};
pub use bucket::{Grant, Rate};
pub use error::JournalError;
pub use lease::{Claimed, Lease, Purpose};
pub use query::{AgeStep, CodeCount, DayCount, Filter, HistoryEntry, Page, PeriodCount, Stop, WorkerEntry};
pub use record::{
    Change, Direction, Enqueued, Message, News, Record, RefusalFacts, StoredMessage, Submission, Update,
};
pub use sql::{Postgres, Sqlite};
pub use state::{Event, IllegalTransition, Refusal, State, Transition, UnknownState, next};
pub use store::{PostgresJournal, SqlJournal, SqliteJournal};

use crate::message::RegisterDocumentRequest;
use crate::soap::MessageId;
use codec::to_millis;
use query::all_pages;

/// Connections to a database at most, and calls of a journal that are worth running at the same time.
pub(crate) const CONNECTIONS: usize = 8;

/// Storage of the exchange.
///
/// Every method that changes something is one transaction that is on disk when it returns. Time is an input; leases
/// alone run by the clock that all workers share. The methods block.
pub trait Journal: Send + Sync + 'static {
    /// Enters the journal as a worker. The lease ends after `lease_time` without [`Journal::renew`], or, where the store
    /// serves one process, with the value or the process.
    ///
    /// # Errors
    /// [`JournalError::Busy`] when the store serves one process and another one has it.
    fn enter(&self, name: &str, lease_time: Duration) -> Result<Lease, JournalError>;

    /// Extends a lease.
    ///
    /// # Errors
    /// [`JournalError::LeaseLost`] when the lease ran out and others took over.
    fn renew(&self, lease: &Lease) -> Result<(), JournalError>;

    /// Ends a lease; what it still claims is free again, what it was sending is `unknown`.
    ///
    /// # Errors
    /// When the database fails.
    fn leave(&self, lease: &Lease, now: OffsetDateTime) -> Result<(), JournalError>;

    /// Takes over from workers whose lease ran out: what they were sending becomes `unknown`, what they only claimed is
    /// free again. Returns the documents that changed their state.
    ///
    /// # Errors
    /// When the database fails.
    fn recover(&self, now: OffsetDateTime) -> Result<Vec<Change>, JournalError>;

    /// Claims up to `limit` documents that are due, the longest waiting first. Documents of stopped organisations are
    /// put aside. No two workers get the same document.
    ///
    /// # Errors
    /// [`JournalError::LeaseLost`] when the lease ran out.
    fn claim(
        &self,
        lease: &Lease,
        purpose: Purpose,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<Vec<Claimed>, JournalError>;

    /// Gives claimed documents back unchanged.
    ///
    /// # Errors
    /// When the database fails.
    fn release(&self, lease: &Lease, local_uids: &[String]) -> Result<(), JournalError>;

    /// Makes every document that waits for a result due, because results may have come while nobody was there.
    ///
    /// # Errors
    /// When the database fails.
    fn ask_about_all(&self, now: OffsetDateTime) -> Result<u64, JournalError>;

    /// Takes tokens for `wanted` requests of a client (`clientEntityId`) from the bucket that all workers share.
    ///
    /// # Errors
    /// When the database fails.
    fn take_tokens(
        &self,
        client: &str,
        rate: Option<Rate>,
        wanted: u32,
        now: OffsetDateTime,
    ) -> Result<Grant, JournalError>;

    /// Lets nobody send for a client until `until`, and halves its rate.
    ///
    /// # Errors
    /// When the database fails.
    fn slow_down(
        &self,
        client: &str,
        rate: Option<Rate>,
        until: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<(), JournalError>;

    /// Adds documents, or finds them by `localUid` and bytes; one answer each, in order.
    ///
    /// # Errors
    /// When the database fails; then none was added.
    fn enqueue_all(
        &self,
        submissions: &[Submission],
        now: OffsetDateTime,
    ) -> Result<Vec<Enqueued>, JournalError>;

    /// Adds one document, or finds it by `localUid` and bytes.
    ///
    /// # Errors
    /// When the database fails.
    fn enqueue(&self, submission: &Submission, now: OffsetDateTime) -> Result<Enqueued, JournalError> {
        let mut outcomes = self.enqueue_all(std::slice::from_ref(submission), now)?;
        outcomes.pop().ok_or(JournalError::Corrupt { column: "id" })
    }

    /// Writes the intent to send `envelope` with `message_id`, and moves the document to [`State::Submitting`].
    ///
    /// `holder` is the lease that claimed the document; without one the document must not be claimed by anybody.
    ///
    /// # Errors
    /// [`JournalError::ClaimedByOther`] when somebody else has the document; when it is not queued, is not there, or the
    /// database fails.
    fn begin_attempt(
        &self,
        holder: Option<&Lease>,
        local_uid: &str,
        message_id: &MessageId,
        envelope: &[u8],
        now: OffsetDateTime,
    ) -> Result<Change, JournalError>;

    /// Applies events in their order, all or none; returns the change from the state before the first to that after the
    /// last. A claim ends with every change of the state except the one to [`State::Submitting`].
    ///
    /// # Errors
    /// When an event is illegal now, the document is not there, or the database fails.
    fn apply_all(
        &self,
        local_uid: &str,
        updates: &[Update],
        now: OffsetDateTime,
    ) -> Result<Change, JournalError>;

    /// Applies an event.
    ///
    /// # Errors
    /// When the event is illegal now, the document is not there, or the database fails.
    fn apply(&self, local_uid: &str, update: &Update, now: OffsetDateTime) -> Result<Change, JournalError> {
        self.apply_all(local_uid, std::slice::from_ref(update), now)
    }

    /// Sets when a worker acts next on a document that is not settled, and ends the claim on it.
    ///
    /// # Errors
    /// When the database fails.
    fn postpone(&self, local_uid: &str, until: OffsetDateTime) -> Result<(), JournalError>;

    /// Lets the documents of a stopped organisation be sent again; returns whether it was stopped.
    ///
    /// # Errors
    /// When the database fails.
    fn resume(&self, organization: &str, now: OffsetDateTime) -> Result<bool, JournalError>;

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

    /// The earliest moment at which an unclaimed document is due.
    ///
    /// # Errors
    /// When the database fails.
    fn earliest_attempt(&self) -> Result<Option<OffsetDateTime>, JournalError>;

    /// Which of the documents are settled; answers in order, `false` for unknown ones.
    ///
    /// # Errors
    /// When the database fails.
    fn settled(&self, local_uids: &[String]) -> Result<Vec<bool>, JournalError>;

    /// Whether a document is neither settled nor put aside with its organisation.
    ///
    /// # Errors
    /// When the database fails.
    fn has_open(&self) -> Result<bool, JournalError>;

    /// One document.
    ///
    /// # Errors
    /// When the database fails.
    fn document(&self, local_uid: &str) -> Result<Option<Record>, JournalError>;

    /// A page of documents in order of arrival, made with bounded work: it may end before it is full, and
    /// [`Page::next`] goes on.
    ///
    /// # Errors
    /// When the database fails.
    fn page(&self, filter: &Filter) -> Result<Page, JournalError>;

    /// Documents in order of arrival, [`Filter::limit`] at most, however many pages that takes.
    ///
    /// # Errors
    /// When the database fails.
    fn list(&self, filter: &Filter) -> Result<Vec<Record>, JournalError> {
        let page = |after: Option<i64>, limit| {
            let after = after.or(filter.after);
            self.page(&Filter { after, limit, ..filter.clone() })
        };
        all_pages(filter.limit, page)
    }

    /// Documents with this `localUid`, registration number, MessageID or name of the file; without any, those where
    /// one of these, MessageID apart, begins with the text, and those that have it in the name of the file.
    ///
    /// Bounded work: the page may end before it is full, and [`Page::next`] as `after` goes on. When more than `limit`
    /// documents begin with the text, the answer is `limit` of them.
    ///
    /// # Errors
    /// When the database fails.
    fn search_page(&self, text: &str, after: Option<i64>, limit: u32) -> Result<Page, JournalError>;

    /// What [`Journal::search_page`] finds, however many pages that takes.
    ///
    /// # Errors
    /// When the database fails.
    fn search(&self, text: &str, limit: u32) -> Result<Vec<Record>, JournalError> {
        all_pages(Some(limit), |after, left| self.search_page(text, after, left.unwrap_or(limit)))
    }

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

    /// All messages about a document with their bytes, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    fn messages(&self, local_uid: &str) -> Result<Vec<StoredMessage>, JournalError>;

    /// Everything that happened to a document, oldest first, without the bytes of messages.
    ///
    /// # Errors
    /// When the database fails.
    fn history(&self, local_uid: &str) -> Result<Vec<HistoryEntry>, JournalError>;

    /// The bytes of the message in a line of the history.
    ///
    /// # Errors
    /// When the database fails.
    fn raw_message(&self, number: i64) -> Result<Option<Vec<u8>>, JournalError>;

    /// Number of orphans.
    ///
    /// # Errors
    /// When the database fails.
    fn orphan_count(&self) -> Result<u32, JournalError>;

    /// Number of documents in each state; states without documents are left out.
    ///
    /// # Errors
    /// When the database fails.
    fn state_counts(&self) -> Result<Vec<(State, u64)>, JournalError>;

    /// How often each code refused documents that are not registered, the most frequent first.
    ///
    /// # Errors
    /// When the database fails.
    fn code_counts(&self) -> Result<Vec<CodeCount>, JournalError>;

    /// Documents that wait for the register's answer, by how long they have waited.
    ///
    /// # Errors
    /// When the database fails.
    fn age_steps(&self, now: OffsetDateTime) -> Result<Vec<AgeStep>, JournalError>;

    /// What was registered from `from` until before `until`, by organisation and kind.
    ///
    /// # Errors
    /// When the database fails.
    fn registered_between(
        &self,
        from: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<Vec<PeriodCount>, JournalError>;

    /// When the first document was registered that the journal knows.
    ///
    /// # Errors
    /// When the database fails.
    fn first_registration(&self) -> Result<Option<OffsetDateTime>, JournalError>;

    /// What was registered on each of `days` days of 24 hours from `from`; days without documents are left out.
    ///
    /// # Errors
    /// When the database fails.
    fn registered_by_day(&self, from: OffsetDateTime, days: u32) -> Result<Vec<DayCount>, JournalError>;

    /// The organisations whose documents are not sent.
    ///
    /// # Errors
    /// When the database fails.
    fn stops(&self) -> Result<Vec<Stop>, JournalError>;

    /// The workers that hold a lease, or held one that nobody took over yet.
    ///
    /// # Errors
    /// When the database fails.
    fn workers(&self) -> Result<Vec<WorkerEntry>, JournalError>;
}
