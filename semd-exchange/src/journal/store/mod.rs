//! The journal over a database.

mod documents;
mod intake;
mod pages;
mod reads;
mod work;

use std::path::Path;
use std::time::Duration;

use time::OffsetDateTime;

use super::codec::{from_millis, pack, to_millis};
use super::sql::{Engine, Postgres, Session, Sqlite};
use super::{
    AgeStep, Change, Claimed, CodeCount, DayCount, Direction, Enqueued, Event, Filter, Grant, HistoryEntry,
    Journal, JournalError, Lease, Message, Page, PeriodCount, Purpose, Rate, Record, State, Stop,
    StoredMessage, Submission, Update, WorkerEntry,
};
use crate::message::{Payload as _, RegisterDocumentRequest};
use crate::soap::MessageId;

/// A journal in a database.
#[derive(Debug)]
pub struct SqlJournal<E> {
    engine: E,
}

/// A journal in one SQLite file, for one sending process.
///
/// ```
/// use semd_exchange::journal::{Filter, Journal, SqliteJournal};
///
/// let folder = tempfile::tempdir()?;
/// let journal = SqliteJournal::open(&folder.path().join("semd.journal.db"))?;
/// assert!(journal.list(&Filter::default())?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type SqliteJournal = SqlJournal<Sqlite>;

/// A journal in a database that speaks PostgreSQL's protocol, for many sending processes.
///
/// Its methods must not be called on asynchronous threads; [`Exchange::with_journal`](crate::Exchange::with_journal)
/// takes care of that.
pub type PostgresJournal = SqlJournal<Postgres>;

impl SqliteJournal {
    /// Opens or creates the file and brings it to the latest format.
    ///
    /// # Errors
    /// When the file cannot be used as a journal.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        Ok(Self { engine: Sqlite::open(path)? })
    }
}

impl PostgresJournal {
    /// Connects and brings the tables to the latest format. The URL is one of libpq's:
    /// `postgres://user:password@host:port/database?options=…`.
    ///
    /// # Errors
    /// When the database cannot be reached or used as a journal.
    pub fn open(url: &str) -> Result<Self, JournalError> {
        Ok(Self { engine: Postgres::open(url)? })
    }
}

impl<E: Engine> SqlJournal<E> {
    fn write<T>(
        &self,
        work: impl FnMut(&mut dyn Session) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        self.engine.write(work)
    }

    fn read<T>(
        &self,
        work: impl FnMut(&mut dyn Session) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        self.engine.read(work)
    }
}

impl<E: Engine> Journal for SqlJournal<E> {
    fn enter(&self, name: &str, lease_time: Duration) -> Result<Lease, JournalError> {
        let lock = self.engine.lock()?;
        let lease_time = self.engine.lease_time(lease_time);
        let millis = lease_time.map(|time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 4));
        let (worker, alone) = self.write(|session| {
            let now = self.engine.clock(session)?;
            work::enter(session, name, now, millis, lock.is_some())
        })?;
        Ok(Lease { worker, alone, lease_millis: millis, _lock: lock })
    }

    fn renew(&self, lease: &Lease) -> Result<(), JournalError> {
        let Some(millis) = lease.lease_millis else { return Ok(()) };
        self.write(|session| {
            let now = self.engine.clock(session)?;
            work::renew(session, lease.worker, now.saturating_add(millis))
        })
    }

    fn leave(&self, lease: &Lease, now: OffsetDateTime) -> Result<(), JournalError> {
        self.write(|session| work::expire(session, lease.worker))?;
        while self.write(|session| work::take_over(session, Some(lease.worker), 0, now))?.is_some() {}
        Ok(())
    }

    fn recover(&self, now: OffsetDateTime) -> Result<Vec<Change>, JournalError> {
        let mut all = Vec::new();
        loop {
            let changes = self.write(|session| {
                let clock = self.engine.clock(session)?;
                work::take_over(session, None, clock, now)
            })?;
            match changes {
                Some(changes) => all.extend(changes),
                None => break,
            }
        }
        all.extend(self.write(|session| work::end_unclaimed_attempts(session, now))?);
        Ok(all)
    }

    fn claim(
        &self,
        lease: &Lease,
        purpose: Purpose,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<Vec<Claimed>, JournalError> {
        self.write(|session| {
            let clock = match lease.lease_millis {
                Some(_) => self.engine.clock(session)?,
                None => 0,
            };
            work::claim(session, lease.worker, clock, purpose, limit, now)
        })
    }

    fn release(&self, lease: &Lease, local_uids: &[String]) -> Result<(), JournalError> {
        self.write(|session| work::release(session, lease.worker, local_uids))
    }

    fn ask_about_all(&self, now: OffsetDateTime) -> Result<u64, JournalError> {
        self.write(|session| work::ask_about_all(session, now))
    }

    fn take_tokens(
        &self,
        client: &str,
        rate: Option<Rate>,
        wanted: u32,
        now: OffsetDateTime,
    ) -> Result<Grant, JournalError> {
        // Without a limit nobody has written anything, and nothing needs to be.
        if rate.is_none() && self.read(|session| work::bucket(session, client, false))?.is_none() {
            return Ok(Grant { granted: wanted, again_at: None });
        }
        self.write(|session| work::take_tokens(session, client, rate, wanted, now))
    }

    fn slow_down(
        &self,
        client: &str,
        rate: Option<Rate>,
        until: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<(), JournalError> {
        self.write(|session| work::slow_down(session, client, rate, until, now))
    }

    fn enqueue_all(
        &self,
        submissions: &[Submission],
        now: OffsetDateTime,
    ) -> Result<Vec<Enqueued>, JournalError> {
        let prepared: Vec<_> =
            submissions.iter().map(intake::Prepared::new).collect::<Result<_, JournalError>>()?;
        self.write(|session| {
            prepared.iter().map(|document| intake::enqueue(session, document, now)).collect()
        })
    }

    fn begin_attempt(
        &self,
        holder: Option<&Lease>,
        local_uid: &str,
        message_id: &MessageId,
        envelope: &[u8],
        now: OffsetDateTime,
    ) -> Result<Change, JournalError> {
        let update = Update {
            message: Some(Message {
                direction: Direction::Out,
                action: RegisterDocumentRequest::ACTION.to_owned(),
                message_id: Some(message_id.clone()),
                relates_to: None,
                raw: Some(envelope.to_vec()),
            }),
            ..Update::bare(Event::Submit)
        };
        let packed = pack(envelope);
        self.write(|session| {
            let mut document = documents::lock(session, local_uid)?;
            if document.claimed_by != holder.map(|lease| lease.worker) {
                return Err(JournalError::ClaimedByOther { local_uid: local_uid.to_owned() });
            }
            documents::begin_attempt(session, &mut document, message_id, &update, &packed, now)
        })
    }

    fn apply_all(
        &self,
        local_uid: &str,
        updates: &[Update],
        now: OffsetDateTime,
    ) -> Result<Change, JournalError> {
        let packed: Vec<_> = updates.iter().map(documents::packed_message).collect();
        self.write(|session| {
            let mut document = documents::lock(session, local_uid)?;
            let from = document.record.state;
            for (update, packed) in updates.iter().zip(&packed) {
                documents::apply(session, &mut document, update, packed.as_ref(), now)?;
            }
            Ok(Change { from, record: document.record })
        })
    }

    fn postpone(&self, local_uid: &str, until: OffsetDateTime) -> Result<(), JournalError> {
        self.write(|session| work::postpone(session, local_uid, until))
    }

    fn resume(&self, organization: &str, now: OffsetDateTime) -> Result<bool, JournalError> {
        self.write(|session| work::resume(session, organization, now))
    }

    fn record_message(&self, message: &Message, now: OffsetDateTime) -> Result<(), JournalError> {
        let packed = message.raw.as_deref().map(pack);
        self.write(|session| documents::record(session, None, None, Some(message), packed.as_ref(), now))
    }

    fn record_orphan(&self, message: &Message, now: OffsetDateTime) -> Result<(), JournalError> {
        let packed = message.raw.as_deref().map(pack);
        self.write(|session| documents::record_orphan(session, message, packed.as_ref(), now))
    }

    fn earliest_attempt(&self) -> Result<Option<OffsetDateTime>, JournalError> {
        let millis = self.read(work::earliest)?;
        millis.map(|millis| from_millis(millis, "due_at")).transpose()
    }

    fn settled(&self, local_uids: &[String]) -> Result<Vec<bool>, JournalError> {
        self.read(|session| reads::settled(session, local_uids))
    }

    fn has_open(&self) -> Result<bool, JournalError> {
        self.read(work::has_open)
    }

    fn document(&self, local_uid: &str) -> Result<Option<Record>, JournalError> {
        let found = self.read(|session| documents::find(session, local_uid))?;
        Ok(found.map(|document| document.record))
    }

    fn page(&self, filter: &Filter) -> Result<Page, JournalError> {
        self.read(|session| pages::list(session, filter))
    }

    fn search_page(&self, text: &str, after: Option<i64>, limit: u32) -> Result<Page, JournalError> {
        self.read(|session| pages::search(session, text, after, limit))
    }

    fn request(&self, local_uid: &str) -> Result<Option<RegisterDocumentRequest>, JournalError> {
        self.read(|session| reads::request(session, local_uid))
    }

    fn bytes(&self, local_uid: &str) -> Result<Option<Vec<u8>>, JournalError> {
        self.read(|session| reads::bytes(session, local_uid))
    }

    fn find_by_message(&self, message_id: &MessageId) -> Result<Option<String>, JournalError> {
        self.read(|session| reads::find_by_message(session, message_id))
    }

    fn find_by_emdr_id(&self, emdr_id: &str) -> Result<Option<String>, JournalError> {
        self.read(|session| reads::find_by_emdr_id(session, emdr_id))
    }

    fn messages(&self, local_uid: &str) -> Result<Vec<StoredMessage>, JournalError> {
        self.read(|session| reads::messages(session, local_uid))
    }

    fn history(&self, local_uid: &str) -> Result<Vec<HistoryEntry>, JournalError> {
        self.read(|session| reads::history(session, local_uid))
    }

    fn raw_message(&self, number: i64) -> Result<Option<Vec<u8>>, JournalError> {
        self.read(|session| reads::raw_message(session, number))
    }

    fn orphan_count(&self) -> Result<u32, JournalError> {
        self.read(reads::orphan_count)
    }

    fn state_counts(&self) -> Result<Vec<(State, u64)>, JournalError> {
        self.read(reads::state_counts)
    }

    fn code_counts(&self) -> Result<Vec<CodeCount>, JournalError> {
        self.read(reads::code_counts)
    }

    fn age_steps(&self, now: OffsetDateTime) -> Result<Vec<AgeStep>, JournalError> {
        self.read(|session| reads::age_steps(session, to_millis(now)))
    }

    fn registered_between(
        &self,
        from: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<Vec<PeriodCount>, JournalError> {
        self.read(|session| reads::registered_between(session, to_millis(from), to_millis(until)))
    }

    fn first_registration(&self) -> Result<Option<OffsetDateTime>, JournalError> {
        let millis = self.read(reads::first_registration)?;
        millis.map(|millis| from_millis(millis, "registered_at")).transpose()
    }

    fn registered_by_day(&self, from: OffsetDateTime, days: u32) -> Result<Vec<DayCount>, JournalError> {
        self.read(|session| reads::registered_by_day(session, to_millis(from), days))
    }

    fn stops(&self) -> Result<Vec<Stop>, JournalError> {
        self.read(reads::stops)
    }

    fn workers(&self) -> Result<Vec<WorkerEntry>, JournalError> {
        self.read(reads::workers)
    }
}
