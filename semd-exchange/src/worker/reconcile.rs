//! Comparing the journal with the register when an operator asks for it.

use time::OffsetDateTime;

use super::lookup::by_organization_and_kind;
use super::{Shared, Worker, WorkerError};
use crate::journal::{Filter, Journal, JournalError, Record, State};
use crate::message::{GetRegistryItemRequest, GetRegistryItemResponse, RegistryItem, Status};

/// Documents read at once.
const PAGE: u32 = 500;
/// States in which the register may know more than the journal. Documents that a worker is sending are left to it.
const DOUBTFUL: [State; 7] = [
    State::Unknown,
    State::Accepted,
    State::FileRequested,
    State::FileSent,
    State::NoAnswer,
    State::Dead,
    State::Rejected,
];

/// What a comparison found.
#[derive(Clone, Debug, Default)]
pub struct Reconciliation {
    /// Documents that turned out to be registered.
    pub registered: Vec<Record>,
    /// Registered documents that got the registration data they lacked.
    pub completed: Vec<Record>,
    /// Documents that the register does not know; the journal keeps their state.
    pub not_known: u64,
    /// Documents about which the register gave no usable answer.
    pub unanswered: u64,
}

impl Worker {
    /// Asks the register about every document whose registration the journal may have missed, by
    /// `searchRegistryItem`, and about registered ones without a date, by `getRegistryItem`. Sends no document.
    ///
    /// # Errors
    /// When the journal fails.
    pub async fn reconcile(&self) -> Result<Reconciliation, WorkerError> {
        let mut found = Reconciliation::default();
        for state in DOUBTFUL {
            self.each_page(state, async |records| self.shared.find_registered(records, &mut found).await)
                .await?;
        }
        self.each_page(State::Registered, async |records| self.shared.complete(records, &mut found).await)
            .await?;
        Ok(found)
    }

    async fn each_page(
        &self,
        state: State,
        mut work: impl AsyncFnMut(Vec<Record>) -> Result<(), JournalError>,
    ) -> Result<(), WorkerError> {
        let mut after = None;
        loop {
            let filter = Filter { states: vec![state], after, limit: Some(PAGE), ..Filter::default() };
            let read = move |journal: &dyn Journal| journal.list(&filter);
            let page = self.shared.exchange.with_journal(read).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.number);
            work(page).await?;
        }
    }
}

impl Shared {
    async fn find_registered(
        &self,
        records: Vec<Record>,
        found: &mut Reconciliation,
    ) -> Result<(), JournalError> {
        let now = OffsetDateTime::now_utc();
        for ((organization, kind), records) in by_organization_and_kind(records) {
            let from = records.iter().map(|record| record.created_at).min().unwrap_or(now);
            let Some(items) = self.search(&organization, &kind, from, now).await? else {
                found.unanswered += records.len() as u64;
                continue;
            };
            for record in records {
                match items.get(&record.local_uid.to_lowercase()) {
                    Some(item) => {
                        let change = self.exchange.registered(&record.local_uid, item.clone(), None).await?;
                        found.registered.push(change.record);
                    }
                    None => found.not_known += 1,
                }
            }
        }
        Ok(())
    }

    async fn complete(&self, records: Vec<Record>, found: &mut Reconciliation) -> Result<(), JournalError> {
        let dated = |item: &RegistryItem| item.registration_date_time.is_some();
        for record in records {
            let Some(emdr_id) = record.emdr_id.filter(|_| !record.registry_item.as_ref().is_some_and(dated))
            else {
                continue;
            };
            let answer: Option<GetRegistryItemResponse> =
                self.ask(&GetRegistryItemRequest { emdr_id }).await?;
            match answer {
                Some(GetRegistryItemResponse { status: Status::Success, item: Some(item), .. }) => {
                    let change = self.exchange.registered(&record.local_uid, item, None).await?;
                    found.completed.push(change.record);
                }
                _ => found.unanswered += 1,
            }
        }
        Ok(())
    }
}
