//! The worker: sends what is queued, waits for results, and cleans up after a crash.
//!
//! All knowledge is in the journal; the worker keeps nothing that a restart would miss. A document whose fate is unknown
//! is never simply sent again: the register is asked first (`lookup`), and the resend keeps its `localUid`, so that
//! the register itself refuses a second registration. Many workers may share a journal that many processes can open;
//! a document belongs to the worker that has claimed it.

mod associations;
mod lookup;
mod reconcile;
mod run;
mod submit;

pub use reconcile::Reconciliation;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::watch;

use crate::Exchange;
use crate::client::{Answer, Client, ClientError};
use crate::journal::{Enqueued, Filter, Journal, JournalError, Rate, Record, State, Stop, Submission};
use crate::soap::Version;

/// Settings of a [`Worker`].
#[derive(Clone, Debug)]
pub struct Settings {
    /// URL of the register.
    pub register: String,
    /// URL of the callback service, sent as `wsa:ReplyTo`; empty when there is none.
    pub reply_to: String,
    /// GUID of the system on the bus, sent in the transport header. Workers with the same GUID share one rate.
    pub client_entity_id: Option<String>,
    /// Requests in flight at once.
    pub concurrency: usize,
    /// Permitted rate of requests; `None` sends as fast as it can until the register says `RATE_LIMIT`.
    pub rate: Option<Rate>,
    /// How long to wait for results in all; `None` waits until everything is settled.
    pub wait: Option<Duration>,
    /// When to ask the register about an acknowledged document, counted from the acknowledgement. After the last step
    /// the document is `no_answer`.
    pub ladder: Vec<Duration>,
    /// Name of the worker in the journal.
    pub name: String,
    /// How long the worker may be silent before others take over its documents, where many share a journal.
    pub lease_time: Duration,
}

impl Settings {
    /// Settings for a register and a callback service: 8 requests at once, no limit of the rate, wait without limit,
    /// a lease of one minute, and the waiting ladder used in production (5 min, 1 h, 6 h, 12 h, 24 h, 3 d, 7 d, 15 d).
    pub fn new(register: impl Into<String>, reply_to: impl Into<String>) -> Self {
        const HOUR: u64 = 3600;
        Self {
            register: register.into(),
            reply_to: reply_to.into(),
            client_entity_id: None,
            concurrency: 8,
            rate: None,
            wait: None,
            ladder: [300, HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 72 * HOUR, 168 * HOUR, 360 * HOUR]
                .map(Duration::from_secs)
                .to_vec(),
            name: format!("process {}", std::process::id()),
            lease_time: Duration::from_secs(60),
        }
    }
}

/// Why the worker could not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Documents that were put into the journal.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    /// `localUid` of each document that is in the journal now, in order.
    pub local_uids: Vec<String>,
    /// `localUid` and file of documents whose `localUid` the journal knows with other bytes; they are not sent.
    pub different_bytes: Vec<(String, String)>,
}

impl Intake {
    /// Puts documents into a journal.
    ///
    /// # Errors
    /// When the journal fails; then none of these documents was added.
    pub fn take(
        journal: &dyn Journal,
        batch: Vec<Submission>,
        now: OffsetDateTime,
    ) -> Result<Self, JournalError> {
        let outcomes = journal.enqueue_all(&batch, now)?;
        let mut intake = Self::default();
        for (submission, outcome) in batch.into_iter().zip(outcomes) {
            let local_uid = submission.request.local_uid;
            match outcome {
                Enqueued::DifferentBytes(_) => intake.different_bytes.push((local_uid, submission.file)),
                Enqueued::New | Enqueued::Requeued | Enqueued::Known(_) => intake.local_uids.push(local_uid),
            }
        }
        Ok(intake)
    }

    /// Adds what came later.
    pub fn extend(&mut self, more: Self) {
        self.local_uids.extend(more.local_uids);
        self.different_bytes.extend(more.different_bytes);
    }
}

/// What became of a batch.
#[derive(Clone, Debug, Default)]
pub struct BatchReport {
    /// The documents of the batch, in its order, without those in `different_bytes`.
    pub documents: Vec<Record>,
    /// `localUid` and file of documents whose `localUid` the journal knows with other bytes; they were not sent.
    pub different_bytes: Vec<(String, String)>,
    /// The organisations of the batch for which nothing is sent until an operator says so.
    pub stopped: Vec<Stop>,
    /// The last reason why the register could not be reached, when documents are left unsettled.
    pub unreachable: Option<String>,
}

/// Sends documents and waits for their results.
#[derive(Clone, Debug)]
pub struct Worker {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
}

#[derive(Debug)]
struct Shared {
    exchange: Exchange,
    client: Client,
    settings: Settings,
    /// The last reason why the register could not be reached.
    unreachable: std::sync::Mutex<Option<String>>,
}

/// When a run ends.
#[derive(Debug)]
enum Goal {
    /// When these documents (keys) are settled.
    Settled(HashSet<String>),
    /// When nothing in the journal is left to do.
    NothingOpen,
    /// When it is told to.
    Never,
}

impl Worker {
    /// A worker on an exchange.
    pub fn new(exchange: Exchange, client: Client, settings: Settings) -> Self {
        let (stop, _) = watch::channel(false);
        exchange.sends_for(settings.client_entity_id.clone().unwrap_or_default(), settings.rate);
        Self {
            shared: Arc::new(Shared { exchange, client, settings, unreachable: Default::default() }),
            stop,
        }
    }

    /// Puts documents into the journal. A large batch comes in parts, so that memory does not grow with it.
    ///
    /// # Errors
    /// When the journal fails; then none of these documents was added.
    pub async fn enqueue(&self, batch: Vec<Submission>) -> Result<Intake, WorkerError> {
        let enqueue = move |journal: &dyn Journal| Intake::take(journal, batch, OffsetDateTime::now_utc());
        Ok(self.shared.exchange.with_journal(enqueue).await?)
    }

    /// Works until the documents of an intake are settled, the waiting time is over, or [`Worker::stop`].
    ///
    /// # Errors
    /// When the journal fails, or serves one process and another one works on it.
    pub async fn settle(&self, intake: Intake) -> Result<BatchReport, WorkerError> {
        let keys = intake.local_uids.iter().map(|uid| uid.to_ascii_lowercase()).collect();
        self.run(Goal::Settled(keys)).await?;
        self.shared.report(intake).await
    }

    /// Registers a batch and whatever the journal still has to do, and waits until the batch is settled, the waiting
    /// time is over, or [`Worker::stop`].
    ///
    /// A rerun with the same files continues where the last run ended, however it ended.
    ///
    /// # Errors
    /// When the journal fails, or serves one process and another one works on it.
    pub async fn register(&self, batch: Vec<Submission>) -> Result<BatchReport, WorkerError> {
        let intake = self.enqueue(batch).await?;
        self.settle(intake).await
    }

    /// Goes on with everything in the journal that is not settled, and reports on it.
    ///
    /// # Errors
    /// When the journal fails, or serves one process and another one works on it.
    pub async fn resume(&self) -> Result<BatchReport, WorkerError> {
        let open = |journal: &dyn Journal| {
            let states = State::ALL.into_iter().filter(|state| !state.is_settled()).collect();
            let open = journal.list(&Filter { states, ..Filter::default() })?;
            Ok(open.into_iter().map(|record| record.local_uid).collect())
        };
        let local_uids = self.shared.exchange.with_journal(open).await?;
        self.drain().await?;
        self.shared.report(Intake { local_uids, ..Intake::default() }).await
    }

    /// Works until nothing in the journal is left to do, the waiting time is over, or [`Worker::stop`].
    ///
    /// # Errors
    /// When the journal fails, or serves one process and another one works on it.
    pub async fn drain(&self) -> Result<(), WorkerError> {
        self.run(Goal::NothingOpen).await
    }

    /// Works until [`Worker::stop`].
    ///
    /// # Errors
    /// When the journal fails, or serves one process and another one works on it.
    pub async fn serve(&self) -> Result<(), WorkerError> {
        self.run(Goal::Never).await
    }

    /// Ends the running work in good order: nothing new is sent, what is on the wire is answered or times out, and
    /// claims are given back. The method that works returns then.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    async fn run(&self, goal: Goal) -> Result<(), WorkerError> {
        run::Run::new(Arc::clone(&self.shared), self.stop.subscribe()).to(goal).await
    }
}

impl Shared {
    /// Posts an envelope to the register, and counts and times it.
    async fn post(
        &self,
        action: &'static str,
        version: Version,
        envelope: Vec<u8>,
    ) -> Result<Answer, ClientError> {
        let started = std::time::Instant::now();
        let answer = self.client.post(&self.settings.register, version, envelope).await;
        self.exchange.measurements().request(action, answer.as_ref().err(), started.elapsed());
        answer
    }

    fn unreachable(&self, error: &ClientError) {
        self.note_unreachable(error.to_string());
    }

    fn note_unreachable(&self, reason: String) {
        *self.unreachable.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(reason);
    }

    /// The name under which the rate of this client is kept.
    fn rate_key(&self) -> String {
        self.settings.client_entity_id.clone().unwrap_or_default()
    }

    async fn report(&self, intake: Intake) -> Result<BatchReport, WorkerError> {
        let local_uids = intake.local_uids;
        let read = move |journal: &dyn Journal| {
            let mut documents = Vec::with_capacity(local_uids.len());
            for local_uid in &local_uids {
                documents.extend(journal.document(local_uid)?);
            }
            let mut stopped = journal.stops()?;
            let waits = |stop: &Stop| {
                let waiting = |record: &&Record| record.state == State::Queued;
                documents.iter().filter(waiting).any(|record| record.organization == stop.organization)
            };
            stopped.retain(waits);
            Ok((documents, stopped))
        };
        let (documents, stopped) = self.exchange.with_journal(read).await?;
        let settled = documents.iter().all(|record| record.state.is_settled());
        let unreachable = self.unreachable.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        Ok(BatchReport {
            documents,
            different_bytes: intake.different_bytes,
            stopped,
            unreachable: unreachable.filter(|_| !settled),
        })
    }
}
