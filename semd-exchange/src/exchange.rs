//! The meeting point of worker and callback service: one journal, one policy, one stream of changes.

use std::sync::{Arc, OnceLock};

use time::OffsetDateTime;
use tokio::sync::{Semaphore, broadcast};

use crate::journal::{
    CONNECTIONS, Change, Event, Journal, JournalError, Lease, Message, News, Rate, Refusal, Update,
};
use crate::measurements::Measurements;
use crate::message::{RegisterError, RegistryItem};
use crate::retry::{Judgement, RetryPolicy, judge};
use crate::soap::MessageId;

/// Changes kept for a slow listener; one that falls behind reads the journal instead.
const CHANGE_BACKLOG: usize = 4096;

/// A journal shared by the worker and the callback service of one process. Cheap to clone.
#[derive(Clone)]
pub struct Exchange {
    inner: Arc<Inner>,
}

struct Inner {
    journal: Box<dyn Journal>,
    /// Calls of the journal that may run at the same time: more would only wait for a connection inside, each with a
    /// thread, and the allocator of the C library keeps memory for every few threads that there ever were.
    calls: Arc<Semaphore>,
    retry: RetryPolicy,
    changes: broadcast::Sender<Change>,
    measurements: Measurements,
    /// Whose rate is halved when the register says `RATE_LIMIT`.
    client: OnceLock<(String, Option<Rate>)>,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange").field("retry", &self.inner.retry).finish_non_exhaustive()
    }
}

impl Exchange {
    /// An exchange over a journal.
    pub fn new(journal: impl Journal, retry: RetryPolicy) -> Self {
        Self::over(Box::new(journal), retry)
    }

    /// An exchange over a journal of any kind.
    pub fn over(journal: Box<dyn Journal>, retry: RetryPolicy) -> Self {
        let (changes, _) = broadcast::channel(CHANGE_BACKLOG);
        Self {
            inner: Arc::new(Inner {
                journal,
                calls: Arc::new(Semaphore::new(CONNECTIONS)),
                retry,
                changes,
                measurements: Measurements::default(),
                client: OnceLock::new(),
            }),
        }
    }

    /// The journal. Its methods block on the disk; from asynchronous code use [`Exchange::with_journal`].
    pub fn journal(&self) -> &dyn Journal {
        &*self.inner.journal
    }

    /// The retry policy.
    pub fn retry(&self) -> &RetryPolicy {
        &self.inner.retry
    }

    /// What this process has counted and timed.
    pub fn measurements(&self) -> &Measurements {
        &self.inner.measurements
    }

    /// Tells for which client (`clientEntityId`) and at which rate this process sends; the first word holds.
    pub(crate) fn sends_for(&self, client: String, rate: Option<Rate>) {
        let _ = self.inner.client.set((client, rate));
    }

    /// Every change of a document from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.inner.changes.subscribe()
    }

    /// Runs blocking work on the journal outside the asynchronous threads.
    ///
    /// # Errors
    /// What the work returns, or [`JournalError::ShuttingDown`].
    pub async fn with_journal<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Journal) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let inner = Arc::clone(&self.inner);
        // Never closed, so that there is always a permit to wait for. It lasts as long as the work, even when nobody waits
        // for its result any more.
        let permit = Arc::clone(&inner.calls).acquire_owned().await;
        let call = move || {
            let _permit = permit;
            work(&*inner.journal)
        };
        match tokio::task::spawn_blocking(call).await {
            Ok(result) => result,
            Err(failure) => match failure.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(JournalError::ShuttingDown),
            },
        }
    }

    /// Writes the intent to send and tells the listeners.
    ///
    /// # Errors
    /// See [`Journal::begin_attempt`].
    pub async fn begin_attempt(
        &self,
        holder: Arc<Lease>,
        local_uid: &str,
        message_id: MessageId,
        envelope: Vec<u8>,
    ) -> Result<Change, JournalError> {
        let local_uid = local_uid.to_owned();
        let begin = move |journal: &dyn Journal| {
            let now = OffsetDateTime::now_utc();
            journal.begin_attempt(Some(&holder), &local_uid, &message_id, &envelope, now)
        };
        let change = self.with_journal(begin).await?;
        self.publish(&change);
        Ok(change)
    }

    /// Applies an event and tells the listeners.
    ///
    /// # Errors
    /// See [`Journal::apply`].
    pub async fn apply(&self, local_uid: &str, update: Update) -> Result<Change, JournalError> {
        self.apply_all(local_uid, vec![update]).await
    }

    /// Applies events together and tells the listeners.
    ///
    /// # Errors
    /// See [`Journal::apply_all`].
    pub async fn apply_all(&self, local_uid: &str, updates: Vec<Update>) -> Result<Change, JournalError> {
        let local_uid = local_uid.to_owned();
        let apply =
            move |journal: &dyn Journal| journal.apply_all(&local_uid, &updates, OffsetDateTime::now_utc());
        let change = self.with_journal(apply).await?;
        self.publish(&change);
        Ok(change)
    }

    /// The register issued a number.
    ///
    /// # Errors
    /// See [`Journal::apply`].
    pub async fn registered(
        &self,
        local_uid: &str,
        item: RegistryItem,
        message: Option<Message>,
    ) -> Result<Change, JournalError> {
        let update = Update { news: News::Registered(item), message, ..Update::bare(Event::Registered) };
        self.apply(local_uid, update).await
    }

    /// The register answered with errors, synchronously or not: the document moves, and everybody who sends for the
    /// same client slows down or stops when the register says so.
    ///
    /// # Errors
    /// See [`Journal::apply`].
    pub async fn refused(
        &self,
        local_uid: &str,
        attempt: Option<MessageId>,
        errors: Vec<RegisterError>,
        message: Option<Message>,
    ) -> Result<Change, JournalError> {
        self.inner.measurements.refused(&errors);
        let (facts, stop, rate_limited, known) = match judge(errors) {
            Judgement::AlreadyRegistered { emdr_id } => {
                let item = RegistryItem { emdr_id, ..RegistryItem::default() };
                return self.registered(local_uid, item, message).await;
            }
            Judgement::Refused { facts, stop, rate_limited, known } => (facts, stop, rate_limited, known),
        };
        let uid = local_uid.to_owned();
        let attempts = self
            .with_journal(move |journal| Ok(journal.document(&uid)?.map_or(1, |record| record.attempts)))
            .await?;
        let refusal = match self.retry().again(attempts) {
            // The document is good; it waits until an operator lets its organisation send again.
            _ if stop.is_some() => Refusal::Retry,
            _ if !facts.retryable => Refusal::Final,
            Refusal::Retry if known => Refusal::Ask,
            again => again,
        };
        let now = OffsetDateTime::now_utc();
        let mut next = self.retry().next_attempt(attempts, now);
        if rate_limited {
            next = next.max(now + self.retry().rate_limit_pause);
        }
        let update = Update {
            attempt,
            news: News::Refused(facts),
            next_attempt_at: matches!(refusal, Refusal::Retry | Refusal::Ask).then_some(next),
            message,
            stop,
            ..Update::bare(Event::Refused(refusal))
        };
        if rate_limited && let Some((client, rate)) = self.inner.client.get().cloned() {
            let until = self.retry().pause_until(now);
            self.with_journal(move |journal| journal.slow_down(&client, rate, until, now)).await?;
        }
        self.apply(local_uid, update).await
    }

    /// Tells the listeners of a change that was made outside of this exchange's methods.
    pub(crate) fn publish(&self, change: &Change) {
        self.inner.measurements.change(change);
        // Nobody listening is fine: the journal has it.
        let _ = self.inner.changes.send(change.clone());
    }
}
