//! The meeting point of worker and callback service: one journal, one policy, one stream of changes.

use std::sync::Arc;

use time::OffsetDateTime;
use tokio::sync::broadcast;

use crate::journal::{Change, Event, Journal, JournalError, Message, News, Update};
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
    retry: RetryPolicy,
    changes: broadcast::Sender<Change>,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange").field("retry", &self.inner.retry).finish_non_exhaustive()
    }
}

/// What an error answer did beyond changing the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consequences {
    /// The code because of which nothing more may be sent.
    pub stop: Option<&'static str>,
    /// The register asks to slow down.
    pub rate_limited: bool,
}

impl Exchange {
    /// An exchange over a journal.
    pub fn new(journal: impl Journal, retry: RetryPolicy) -> Self {
        let (changes, _) = broadcast::channel(CHANGE_BACKLOG);
        Self { inner: Arc::new(Inner { journal: Box::new(journal), retry, changes }) }
    }

    /// The journal. Its methods block on the disk; from asynchronous code use [`Exchange::with_journal`].
    pub fn journal(&self) -> &dyn Journal {
        &*self.inner.journal
    }

    /// The retry policy.
    pub fn retry(&self) -> &RetryPolicy {
        &self.inner.retry
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
        match tokio::task::spawn_blocking(move || work(&*inner.journal)).await {
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
        local_uid: &str,
        message_id: MessageId,
        envelope: Vec<u8>,
    ) -> Result<Change, JournalError> {
        let local_uid = local_uid.to_owned();
        let begin = move |journal: &dyn Journal| {
            journal.begin_attempt(&local_uid, &message_id, &envelope, OffsetDateTime::now_utc())
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
        let local_uid = local_uid.to_owned();
        let apply =
            move |journal: &dyn Journal| journal.apply(&local_uid, &update, OffsetDateTime::now_utc());
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

    /// The register answered with errors, synchronously or not.
    ///
    /// # Errors
    /// See [`Journal::apply`].
    pub async fn refused(
        &self,
        local_uid: &str,
        attempt: Option<MessageId>,
        errors: Vec<RegisterError>,
        message: Option<Message>,
    ) -> Result<Consequences, JournalError> {
        let (facts, stop, rate_limited) = match judge(errors) {
            Judgement::AlreadyRegistered { emdr_id } => {
                let item = RegistryItem { emdr_id, ..RegistryItem::default() };
                self.registered(local_uid, item, message).await?;
                return Ok(Consequences::default());
            }
            Judgement::Refused { facts, stop, rate_limited } => (facts, stop, rate_limited),
        };
        let uid = local_uid.to_owned();
        let attempts = self
            .with_journal(move |journal| Ok(journal.document(&uid)?.map_or(1, |record| record.attempts)))
            .await?;
        let refusal = match facts.retryable {
            true => self.retry().again(attempts),
            false => crate::journal::Refusal::Final,
        };
        let now = OffsetDateTime::now_utc();
        let mut next = self.retry().next_attempt(attempts, now);
        if rate_limited {
            next = next.max(now + self.retry().rate_limit_pause);
        }
        let update = Update {
            attempt,
            news: News::Refused(facts),
            next_attempt_at: (refusal == crate::journal::Refusal::Retry).then_some(next),
            message,
            ..Update::bare(Event::Refused(refusal))
        };
        self.apply(local_uid, update).await?;
        Ok(Consequences { stop, rate_limited })
    }

    fn publish(&self, change: &Change) {
        // Nobody listening is fine: the journal has it.
        let _ = self.inner.changes.send(change.clone());
    }
}
