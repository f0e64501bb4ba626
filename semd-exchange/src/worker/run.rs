//! One run of a worker: from entering the journal to leaving it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::sync::{broadcast, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::{Goal, Shared, WorkerError};
use crate::journal::{Change, Claimed, Grant, Journal, JournalError, Lease, Purpose};

/// Longest time between two looks at the journal: other processes add documents and take results, too.
const POLL: Duration = Duration::from_millis(1000);
/// Shortest time between two looks that find nothing.
const SHORTEST_SLEEP: Duration = Duration::from_millis(20);
/// How often workers that were silent for too long are looked for.
const RECOVERY: Duration = Duration::from_secs(10);

/// The state of a run.
pub(super) struct Run {
    shared: Arc<Shared>,
    stop: watch::Receiver<bool>,
    changes: broadcast::Receiver<Change>,
    sending: JoinSet<Result<(), WorkerError>>,
    /// Questions to the register; one at a time.
    looking: JoinSet<Result<bool, JournalError>>,
    /// Claimed and not yet sent.
    ready: VecDeque<Claimed>,
    /// When to look for due documents.
    next_scan: Instant,
    next_renewal: Instant,
    next_recovery: Instant,
    next_check: Instant,
    next_look: Instant,
    started: Instant,
    /// Whether results that came while nobody listened were asked for, or somebody has always listened.
    asked: bool,
}

impl Run {
    pub(super) fn new(shared: Arc<Shared>, stop: watch::Receiver<bool>) -> Self {
        let now = Instant::now();
        let changes = shared.exchange.subscribe();
        Self {
            shared,
            stop,
            changes,
            sending: JoinSet::new(),
            looking: JoinSet::new(),
            ready: VecDeque::new(),
            next_scan: now,
            next_renewal: now,
            next_recovery: now,
            next_check: now,
            next_look: now,
            started: now,
            asked: false,
        }
    }

    /// Works until the goal is reached, the waiting time is over, or it is told to stop.
    pub(super) async fn to(mut self, mut goal: Goal) -> Result<(), WorkerError> {
        let mut lease = self.enter().await?;
        if lease.was_alone() {
            self.ask_about_all().await?;
        }
        let deadline = self.shared.settings.wait.map(|wait| Instant::now() + wait);
        let outcome = loop {
            match self.round(&lease, &mut goal, deadline).await {
                Ok(true) => break Ok(()),
                Ok(false) => {}
                Err(WorkerError::Journal(JournalError::LeaseLost { .. })) => {
                    // Others have taken over what was claimed; what is on the wire ends by its MessageID.
                    self.ready.clear();
                    lease = self.enter().await?;
                }
                Err(error) => break Err(error),
            }
        };
        // A request on the wire is answered or times out; only then is its state final for this run.
        while let Some(done) = self.sending.join_next().await {
            result(done)?;
        }
        while let Some(done) = self.looking.join_next().await {
            match result(done) {
                Err(JournalError::LeaseLost { .. }) => {}
                done => drop(done?),
            }
        }
        let leaving = Arc::clone(&lease);
        let left = self.journal(move |journal| journal.leave(&leaving, OffsetDateTime::now_utc())).await;
        outcome?;
        Ok(left?)
    }

    async fn journal<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Journal) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        self.shared.exchange.with_journal(work).await
    }

    async fn enter(&mut self) -> Result<Arc<Lease>, JournalError> {
        let (name, time) = (self.shared.settings.name.clone(), self.shared.settings.lease_time);
        let lease = self.journal(move |journal| journal.enter(&name, time)).await?;
        let now = Instant::now();
        (self.next_renewal, self.next_recovery, self.next_scan) = (now + time / 3, now, now);
        Ok(Arc::new(lease))
    }

    /// One round; `true` when the run is over.
    async fn round(
        &mut self,
        lease: &Arc<Lease>,
        goal: &mut Goal,
        deadline: Option<Instant>,
    ) -> Result<bool, WorkerError> {
        self.keep_lease(lease).await?;
        self.recover().await?;
        self.scan(lease).await?;
        self.send(lease);
        self.take_changes(goal);
        let now = Instant::now();
        if *self.stop.borrow() || deadline.is_some_and(|deadline| now >= deadline) {
            return Ok(true);
        }
        if self.is_idle() && now >= self.next_check {
            self.next_check = now + POLL;
            if self.reached(goal).await? {
                return Ok(true);
            }
        }
        self.wait(goal, deadline).await?;
        Ok(false)
    }

    fn is_idle(&self) -> bool {
        self.sending.is_empty() && self.ready.is_empty()
    }

    async fn keep_lease(&mut self, lease: &Arc<Lease>) -> Result<(), JournalError> {
        if Instant::now() < self.next_renewal {
            return Ok(());
        }
        let renewed = Arc::clone(lease);
        self.journal(move |journal| journal.renew(&renewed)).await?;
        self.next_renewal = Instant::now() + self.shared.settings.lease_time / 3;
        Ok(())
    }

    /// Takes over from workers that were silent for too long.
    async fn recover(&mut self) -> Result<(), JournalError> {
        if Instant::now() < self.next_recovery {
            return Ok(());
        }
        let changes = self.journal(|journal| journal.recover(OffsetDateTime::now_utc())).await?;
        for change in &changes {
            self.shared.exchange.publish(change);
        }
        self.next_recovery = Instant::now() + RECOVERY.min(self.shared.settings.lease_time / 2);
        if !self.asked {
            let others = self.journal(|journal| journal.workers()).await?.len() > 1;
            let twice = self.started + 2 * self.shared.settings.lease_time;
            if !others {
                // Whoever was there when this worker came was dead already.
                self.ask_about_all().await?;
            } else if Instant::now() > twice {
                self.asked = true;
            }
        }
        Ok(())
    }

    /// Results may have come while no process was there to take them: every document that waits for one becomes due.
    async fn ask_about_all(&mut self) -> Result<(), JournalError> {
        self.asked = true;
        self.journal(|journal| journal.ask_about_all(OffsetDateTime::now_utc())).await.map(drop)
    }

    /// Claims what is due: to be sent, or to be asked about.
    async fn scan(&mut self, lease: &Arc<Lease>) -> Result<(), WorkerError> {
        let concurrency = self.shared.settings.concurrency.max(1);
        let now = Instant::now();
        if now < self.next_scan || self.ready.len() >= concurrency || *self.stop.borrow() {
            return Ok(());
        }
        if self.looking.is_empty() && now >= self.next_look {
            self.next_look = now + SHORTEST_SLEEP;
            let (shared, lease) = (Arc::clone(&self.shared), Arc::clone(lease));
            self.looking.spawn(async move { shared.look_up(lease).await });
        }
        let wanted = u32::try_from(2 * concurrency - self.ready.len()).unwrap_or(u32::MAX);
        let (key, rate) = (self.shared.rate_key(), self.shared.settings.rate);
        let claiming = Arc::clone(lease);
        let claim = move |journal: &dyn Journal| {
            let now = OffsetDateTime::now_utc();
            let grant = journal.take_tokens(&key, rate, wanted, now)?;
            let claimed = match grant.granted {
                0 => Vec::new(),
                granted => journal.claim(&claiming, Purpose::Send, granted, now)?,
            };
            let empty = (claimed.len() as u32) < grant.granted;
            // Only when there is nothing to do it matters when there will be.
            let earliest = if empty { journal.earliest_attempt()? } else { None };
            Ok((grant, claimed, empty, earliest))
        };
        let (grant, claimed, empty, earliest) = self.journal(claim).await?;
        self.next_scan = match (empty, grant) {
            (true, _) => now + until(earliest).clamp(SHORTEST_SLEEP, POLL),
            (false, Grant { again_at: Some(again), .. }) => {
                now + until(Some(again)).clamp(SHORTEST_SLEEP, POLL)
            }
            (false, _) => now,
        };
        self.ready.extend(claimed);
        Ok(())
    }

    /// Starts sending up to the permitted number at once.
    fn send(&mut self, lease: &Arc<Lease>) {
        while self.sending.len() < self.shared.settings.concurrency.max(1) {
            let Some(claimed) = self.ready.pop_front() else { return };
            let (shared, lease) = (Arc::clone(&self.shared), Arc::clone(lease));
            self.sending.spawn(async move { shared.submit(lease, claimed).await });
        }
    }

    /// Sleeps until there is something to do.
    async fn wait(&mut self, goal: &mut Goal, deadline: Option<Instant>) -> Result<(), WorkerError> {
        let mut wake = self.next_renewal.min(self.next_recovery).min(Instant::now() + POLL);
        if self.ready.len() < self.shared.settings.concurrency.max(1) {
            wake = wake.min(self.next_scan);
        }
        if self.is_idle() {
            wake = wake.min(self.next_check);
        }
        if let Some(deadline) = deadline {
            wake = wake.min(deadline);
        }
        let mut change = None;
        tokio::select! {
            Some(done) = self.sending.join_next() => result(done)?,
            Some(done) = self.looking.join_next() => {
                if result(done)? {
                    self.next_scan = Instant::now();
                }
            }
            received = self.changes.recv() => change = Some(received.map_err(drop)),
            _ = self.stop.wait_for(|stop| *stop) => {}
            () = tokio::time::sleep_until(wake) => {}
        }
        if let Some(change) = change {
            self.note(change, goal);
        }
        while let Some(done) = self.sending.try_join_next() {
            result(done)?;
        }
        Ok(())
    }

    /// Takes the changes that came meanwhile, so that a burst costs one look at the journal.
    fn take_changes(&mut self, goal: &mut Goal) {
        loop {
            let change = match self.changes.try_recv() {
                Ok(change) => Ok(change),
                Err(TryRecvError::Lagged(_)) => Err(()),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            };
            self.note(change, goal);
        }
    }

    /// A change of this process, or the news that some were missed.
    fn note(&mut self, change: Result<Change, ()>, goal: &mut Goal) {
        let Ok(change) = change else {
            self.next_check = Instant::now();
            self.next_scan = Instant::now();
            return;
        };
        if change.record.state.is_settled() {
            if let Goal::Settled(pending) = goal {
                pending.remove(&change.record.local_uid.to_ascii_lowercase());
            }
            self.next_check = self.next_check.min(Instant::now() + SHORTEST_SLEEP);
        } else if let Some(next) = change.record.next_attempt_at {
            self.next_scan = self.next_scan.min(Instant::now() + until(Some(next)));
        }
    }

    /// Whether the goal is reached; the journal knows what other processes did.
    async fn reached(&mut self, goal: &mut Goal) -> Result<bool, JournalError> {
        if let Goal::Settled(pending) = goal
            && !pending.is_empty()
        {
            let keys: Vec<String> = pending.iter().cloned().collect();
            let asked = keys.clone();
            let settled = self.journal(move |journal| journal.settled(&asked)).await?;
            *pending = keys.into_iter().zip(settled).filter(|(_, done)| !done).map(|(key, _)| key).collect();
        }
        match goal {
            Goal::Settled(pending) if pending.is_empty() => Ok(true),
            Goal::Never => Ok(false),
            // What is left belongs to organisations that are stopped: waiting would not end it.
            Goal::Settled(_) | Goal::NothingOpen => Ok(!self.journal(|journal| journal.has_open()).await?),
        }
    }
}

/// Time from now until a moment; a poll when there is none.
fn until(moment: Option<OffsetDateTime>) -> Duration {
    moment.map_or(POLL, |moment| {
        Duration::try_from(moment - OffsetDateTime::now_utc()).unwrap_or(Duration::ZERO)
    })
}

/// The result of a task; a panic goes on in this one.
fn result<T, E: From<JournalError>>(done: Result<Result<T, E>, JoinError>) -> Result<T, E> {
    match done {
        Ok(outcome) => outcome,
        Err(failure) => match failure.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(JournalError::ShuttingDown.into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_until_a_past_moment_is_zero() {
        let now = OffsetDateTime::now_utc();
        assert_eq!(until(Some(now - Duration::from_secs(5))), Duration::ZERO);
        assert!(until(Some(now + Duration::from_secs(5))) > Duration::from_secs(4));
        assert_eq!(until(None), POLL);
    }
}
