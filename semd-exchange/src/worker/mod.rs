//! The worker: sends what is queued, waits for results, and cleans up after a crash.
//!
//! All knowledge is in the journal; the worker keeps nothing that a restart would miss. A document whose fate is unknown
//! is never simply sent again: the register is asked first (`lookup`), and the resend keeps its `localUid`, so that
//! the register itself refuses a second registration.

mod lookup;
mod submit;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::Exchange;
use crate::client::{Client, ClientError};
use crate::journal::{Enqueued, Event, Filter, Journal, JournalError, Record, State, Submission, Update};

/// Settings of a [`Worker`].
#[derive(Clone, Debug)]
pub struct Settings {
    /// URL of the register.
    pub register: String,
    /// URL of the callback service, sent as `wsa:ReplyTo`.
    pub reply_to: String,
    /// GUID of the system on the bus, sent in the transport header.
    pub client_entity_id: Option<String>,
    /// Requests in flight at once.
    pub concurrency: usize,
    /// Least time between two requests.
    pub min_interval: Duration,
    /// How long to wait for results in all; `None` waits until everything is settled.
    pub wait: Option<Duration>,
    /// When to ask the register about an acknowledged document, counted from the acknowledgement. After the last step
    /// the document is `no_answer`.
    pub ladder: Vec<Duration>,
}

impl Settings {
    /// Settings for a register and a callback service: 8 requests at once, no pause between them, wait without limit,
    /// and the waiting ladder used in production (5 min, 1 h, 6 h, 12 h, 24 h, 3 d, 7 d, 15 d).
    pub fn new(register: impl Into<String>, reply_to: impl Into<String>) -> Self {
        const HOUR: u64 = 3600;
        Self {
            register: register.into(),
            reply_to: reply_to.into(),
            client_entity_id: None,
            concurrency: 8,
            min_interval: Duration::ZERO,
            wait: None,
            ladder: [300, HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 72 * HOUR, 168 * HOUR, 360 * HOUR]
                .map(Duration::from_secs)
                .to_vec(),
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

/// What became of a batch.
#[derive(Clone, Debug, Default)]
pub struct BatchReport {
    /// The documents of the batch, in its order, without those in `different_bytes`.
    pub documents: Vec<Record>,
    /// `localUid` and file of documents whose `localUid` the journal knows with other bytes; they were not sent.
    pub different_bytes: Vec<(String, String)>,
    /// The code because of which nothing more was sent.
    pub stopped: Option<&'static str>,
    /// The last reason why the register could not be reached, when documents are left unsettled.
    pub unreachable: Option<String>,
}

/// Sends documents and waits for their results.
#[derive(Clone, Debug)]
pub struct Worker {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    exchange: Exchange,
    client: Client,
    settings: Settings,
    /// Nothing may be sent any more; the code stands in `pace`.
    stopped: AtomicBool,
    pace: std::sync::Mutex<Pace>,
}

/// Throttle of the requests of one run.
#[derive(Debug)]
struct Pace {
    /// No request before this moment.
    not_before: Instant,
    /// End of the pause the register asked for.
    limited_until: Instant,
    /// Time between two requests now.
    interval: Duration,
    stop_code: Option<&'static str>,
    unreachable: Option<String>,
}

impl Worker {
    /// A worker on an exchange.
    pub fn new(exchange: Exchange, client: Client, settings: Settings) -> Self {
        let now = Instant::now();
        let pace = Pace {
            not_before: now,
            limited_until: now,
            interval: settings.min_interval,
            stop_code: None,
            unreachable: None,
        };
        Self {
            shared: Arc::new(Shared {
                exchange,
                client,
                settings,
                stopped: AtomicBool::new(false),
                pace: std::sync::Mutex::new(pace),
            }),
        }
    }

    /// Registers a batch and whatever the journal still has to do, and waits until the batch is settled or the waiting
    /// time is over.
    ///
    /// A rerun with the same files continues where the last run ended, however it ended.
    ///
    /// # Errors
    /// When the journal fails, or another process works on it.
    pub async fn register(&self, batch: Vec<Submission>) -> Result<BatchReport, WorkerError> {
        self.run(Some(batch)).await
    }

    /// Goes on with everything in the journal that is not settled.
    ///
    /// # Errors
    /// When the journal fails, or another process works on it.
    pub async fn resume(&self) -> Result<BatchReport, WorkerError> {
        self.run(None).await
    }

    async fn run(&self, batch: Option<Vec<Submission>>) -> Result<BatchReport, WorkerError> {
        let shared = &self.shared;
        let _lease = shared.exchange.with_journal(|journal| journal.lease()).await?;
        let mut changes = shared.exchange.subscribe();
        shared.recover().await?;
        let (uids, different_bytes) = shared.enqueue(batch).await?;
        let deadline = shared.settings.wait.map(|wait| Instant::now() + wait);

        let mut pending: HashSet<String> = shared.unsettled(&uids).await?;
        let mut sending = JoinSet::new();
        let mut in_flight: HashSet<String> = HashSet::new();
        let mut first_round = true;
        while !pending.is_empty() {
            shared.look_up(first_round).await?;
            first_round = false;
            shared.send_due(&mut sending, &mut in_flight).await?;
            if shared.stopped.load(Ordering::Relaxed)
                && sending.is_empty()
                && shared.only_queued(&pending).await?
            {
                break;
            }
            let wake = shared.next_wake(deadline).await?;
            tokio::select! {
                Some(done) = sending.join_next() => finish(done, &mut in_flight)?,
                change = changes.recv() => match change {
                    Ok(change) if change.record.state.is_settled() => {
                        pending.remove(&change.record.local_uid);
                    }
                    Ok(_) => {}
                    Err(RecvError::Lagged(_) | RecvError::Closed) => pending = shared.unsettled(&uids).await?,
                },
                () = tokio::time::sleep_until(wake) => {}
            }
            // Drain what came meanwhile, so that a burst of changes costs one look at the journal.
            loop {
                match changes.try_recv() {
                    Ok(change) if change.record.state.is_settled() => {
                        pending.remove(&change.record.local_uid);
                    }
                    Ok(_) => {}
                    Err(TryRecvError::Lagged(_)) => pending = shared.unsettled(&uids).await?,
                    Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                }
            }
            while let Some(done) = sending.try_join_next() {
                finish(done, &mut in_flight)?;
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                break;
            }
        }
        // A request on the wire is answered or times out; only then is its state final for this run.
        while let Some(done) = sending.join_next().await {
            finish(done, &mut in_flight)?;
        }
        shared.report(uids, different_bytes).await
    }
}

/// Outcome of one sending task.
type Sent = Result<Result<String, WorkerError>, tokio::task::JoinError>;

fn finish(done: Sent, in_flight: &mut HashSet<String>) -> Result<(), WorkerError> {
    match done {
        Ok(sent) => {
            in_flight.remove(&sent?);
            Ok(())
        }
        Err(failure) => match failure.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(JournalError::ShuttingDown.into()),
        },
    }
}

impl Shared {
    /// Documents that a dead process left in the middle of sending: nobody knows whether the request arrived.
    async fn recover(&self) -> Result<(), JournalError> {
        let filter = Filter { states: vec![State::Submitting], ..Filter::default() };
        for record in self.exchange.with_journal(move |journal| journal.list(&filter)).await? {
            self.exchange.apply(&record.local_uid, Update::bare(Event::Interrupted)).await?;
        }
        Ok(())
    }

    /// Puts the batch into the journal; gives the `localUid`s in order, and those that clash. No batch stands for
    /// everything that is not settled.
    async fn enqueue(
        &self,
        batch: Option<Vec<Submission>>,
    ) -> Result<(Vec<String>, Vec<(String, String)>), JournalError> {
        let enqueue = move |journal: &dyn Journal| {
            let Some(batch) = batch else {
                let records = journal.list(&Filter::default())?.into_iter();
                let open = records.filter(|record| !record.state.is_settled());
                return Ok((open.map(|record| record.local_uid).collect(), Vec::new()));
            };
            let mut uids = Vec::with_capacity(batch.len());
            let mut different = Vec::new();
            for submission in batch {
                let local_uid = submission.request.local_uid.clone();
                match journal.enqueue(&submission, OffsetDateTime::now_utc())? {
                    Enqueued::DifferentBytes(_) => different.push((local_uid, submission.file)),
                    // The journal's own spelling of the identifier is what changes will carry.
                    Enqueued::New | Enqueued::Requeued | Enqueued::Known(_) => {
                        uids.extend(journal.document(&local_uid)?.map(|record| record.local_uid));
                    }
                }
            }
            Ok((uids, different))
        };
        self.exchange.with_journal(enqueue).await
    }

    async fn records(&self, uids: &[String]) -> Result<Vec<Record>, JournalError> {
        let uids = uids.to_vec();
        let read = move |journal: &dyn Journal| {
            let mut records = Vec::with_capacity(uids.len());
            for local_uid in &uids {
                records.extend(journal.document(local_uid)?);
            }
            Ok(records)
        };
        self.exchange.with_journal(read).await
    }

    async fn unsettled(&self, uids: &[String]) -> Result<HashSet<String>, JournalError> {
        let records = self.records(uids).await?;
        Ok(records
            .into_iter()
            .filter(|record| !record.state.is_settled())
            .map(|record| record.local_uid)
            .collect())
    }

    /// Whether everything pending only waits for a queue that has stopped.
    async fn only_queued(&self, pending: &HashSet<String>) -> Result<bool, JournalError> {
        let uids: Vec<String> = pending.iter().cloned().collect();
        let records = self.records(&uids).await?;
        Ok(records.iter().all(|record| record.state.is_settled() || record.state == State::Queued))
    }

    /// Starts sending due documents up to the permitted number at once.
    async fn send_due(
        self: &Arc<Self>,
        sending: &mut JoinSet<Result<String, WorkerError>>,
        in_flight: &mut HashSet<String>,
    ) -> Result<(), JournalError> {
        let free = self.settings.concurrency.max(1).saturating_sub(sending.len());
        if free == 0 || self.stopped.load(Ordering::Relaxed) || self.paused_until() > Instant::now() {
            return Ok(());
        }
        let filter = Filter {
            states: vec![State::Queued],
            due_at: Some(OffsetDateTime::now_utc()),
            limit: u32::try_from(free + in_flight.len()).ok(),
        };
        let due = self.exchange.with_journal(move |journal| journal.list(&filter)).await?;
        for record in due {
            let now = Instant::now();
            if sending.len() >= self.settings.concurrency.max(1) || self.paused_until() > now {
                break;
            }
            if in_flight.contains(&record.local_uid) {
                continue;
            }
            self.with_pace(|pace| pace.not_before = now + pace.interval);
            in_flight.insert(record.local_uid.clone());
            let shared = Arc::clone(self);
            sending.spawn(async move { shared.submit(record).await });
        }
        Ok(())
    }

    /// When to look at the journal again without being told to.
    async fn next_wake(&self, deadline: Option<Instant>) -> Result<Instant, JournalError> {
        /// A look at the journal is cheap; news of this process wakes the worker anyway.
        const LONGEST_SLEEP: Duration = Duration::from_secs(5);
        /// A due document that is not sent now waits for a free place; there is no hurry to look again.
        const SHORTEST_SLEEP: Duration = Duration::from_millis(20);
        let next = self.exchange.with_journal(|journal| journal.earliest_attempt()).await?;
        let now = Instant::now();
        let mut wake = now + LONGEST_SLEEP;
        if let Some(next) = next {
            let delay = Duration::try_from(next - OffsetDateTime::now_utc()).unwrap_or(Duration::ZERO);
            wake = wake.min(now + delay.max(SHORTEST_SLEEP));
        }
        let pause = self.paused_until();
        if pause > now {
            wake = wake.min(pause);
        }
        Ok(deadline.map_or(wake, |deadline| wake.min(deadline)))
    }

    fn with_pace<T>(&self, work: impl FnOnce(&mut Pace) -> T) -> T {
        work(&mut self.pace.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn paused_until(&self) -> Instant {
        self.with_pace(|pace| pace.not_before)
    }

    fn unreachable(&self, error: &ClientError) {
        self.with_pace(|pace| pace.unreachable = Some(error.to_string()));
    }

    async fn report(
        &self,
        uids: Vec<String>,
        different_bytes: Vec<(String, String)>,
    ) -> Result<BatchReport, WorkerError> {
        let (stopped, unreachable) = self.with_pace(|pace| (pace.stop_code, pace.unreachable.clone()));
        let documents = self.records(&uids).await?;
        let settled = documents.iter().all(|record| record.state.is_settled());
        let unreachable = unreachable.filter(|_| !settled);
        Ok(BatchReport { documents, different_bytes, stopped, unreachable })
    }
}
