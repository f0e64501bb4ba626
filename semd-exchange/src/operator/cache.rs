//! Answers of the journal that may take long, asked for again only after a while.

use std::sync::Arc;
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::sync::Mutex;

use crate::Exchange;
use crate::journal::{AgeStep, CodeCount, DayCount, Journal, JournalError};

/// An answer is good for at least so long.
const SHORTEST: Duration = Duration::from_secs(3);
/// A question that took long is not asked again before so many times as long have passed: looking at the journal must
/// not slow down those who work with it.
const PATIENCE: u32 = 20;
/// Days of the chart.
pub(super) const DAYS: u32 = 30;

/// Numbers that need a pass over many rows.
#[derive(Debug)]
pub(super) struct Numbers {
    pub(super) codes: Vec<CodeCount>,
    pub(super) ages: Vec<AgeStep>,
    /// Registrations of the last [`DAYS`] days.
    pub(super) days: Vec<DayCount>,
    /// When they were counted.
    pub(super) at: OffsetDateTime,
}

/// The latest numbers, and until when they are good.
#[derive(Debug, Default)]
pub(super) struct SlowAnswers {
    latest: Mutex<Option<(Instant, Arc<Numbers>)>>,
}

impl SlowAnswers {
    /// The numbers; those who ask at the same time wait for one answer.
    pub(super) async fn numbers(
        &self,
        exchange: &Exchange,
        first_day: impl FnOnce(OffsetDateTime) -> OffsetDateTime,
    ) -> Result<Arc<Numbers>, JournalError> {
        let mut latest = self.latest.lock().await;
        if let Some((until, numbers)) = &*latest
            && Instant::now() < *until
        {
            return Ok(Arc::clone(numbers));
        }
        let started = Instant::now();
        let at = OffsetDateTime::now_utc();
        let from = first_day(at);
        let count = move |journal: &dyn Journal| {
            Ok(Numbers {
                codes: journal.code_counts()?,
                ages: journal.age_steps(at)?,
                days: journal.registered_by_day(from, DAYS)?,
                at,
            })
        };
        let numbers = Arc::new(exchange.with_journal(count).await?);
        let until = Instant::now() + SHORTEST.max(started.elapsed() * PATIENCE);
        *latest = Some((until, Arc::clone(&numbers)));
        Ok(numbers)
    }
}
