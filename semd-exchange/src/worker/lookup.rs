//! Asking the register about documents instead of guessing.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::Shared;
use crate::journal::{
    Direction, Event, Journal, JournalError, Lease, Message, Purpose, Record, State, Update,
};
use crate::message::{
    Payload, RegistryItem, SearchRegistryItemRequest, SearchRegistryItemResponse, Status, timestamp,
};
use crate::soap::{self, Received};

/// Width of one search. The longest period the register permits is not known; one day is used everywhere.
const WINDOW: Duration = Duration::DAY;
/// Documents asked about together.
const AT_ONCE: u32 = 500;
/// Clocks of both sides may differ by this much.
const CLOCK_TOLERANCE: Duration = Duration::hours(1);

/// One search serves all documents of an organisation and kind.
pub(super) fn by_organization_and_kind(
    records: impl IntoIterator<Item = Record>,
) -> BTreeMap<(String, String), Vec<Record>> {
    let mut groups: BTreeMap<(String, String), Vec<Record>> = BTreeMap::new();
    for record in records {
        groups.entry((record.organization.clone(), record.kind.clone())).or_default().push(record);
    }
    groups
}

impl Shared {
    /// Asks the register about the documents whose fate it knows better and whose time has come: unknown ones, and
    /// acknowledged ones. Tells whether there were any.
    pub(super) async fn look_up(&self, lease: Arc<Lease>) -> Result<bool, JournalError> {
        let now = OffsetDateTime::now_utc();
        let claim = move |journal: &dyn Journal| journal.claim(&lease, Purpose::Ask, AT_ONCE, now);
        let claimed = self.exchange.with_journal(claim).await?;
        let any = !claimed.is_empty();
        let records = claimed.into_iter().map(|claimed| claimed.record);
        for ((organization, kind), records) in by_organization_and_kind(records) {
            let from = records.iter().map(|record| record.created_at).min().unwrap_or(now);
            let found = self.search(&organization, &kind, from, now).await?;
            for record in records {
                match &found {
                    Some(items) => self.settle(record, items, now).await?,
                    None => self.look_later(record, now).await?,
                }
            }
        }
        Ok(any)
    }

    /// Applies what the search found out about one document.
    async fn settle(
        &self,
        record: Record,
        items: &HashMap<String, RegistryItem>,
        now: OffsetDateTime,
    ) -> Result<(), JournalError> {
        if let Some(item) = items.get(&record.local_uid.to_lowercase()) {
            return self.exchange.registered(&record.local_uid, item.clone(), None).await.map(drop);
        }
        let event = match record.state {
            State::Unknown => Event::NotKnown,
            _ => match self.next_look(&record, now) {
                Some(next) => return self.postpone_look(record.local_uid, next).await,
                None => Event::GaveUp,
            },
        };
        self.exchange.apply(&record.local_uid, Update::bare(event)).await.map(drop)
    }

    /// The register could not be asked: nothing is known, and nothing is sent before it is.
    async fn look_later(&self, record: Record, now: OffsetDateTime) -> Result<(), JournalError> {
        let next = self.exchange.retry().next_attempt(record.attempts, now);
        self.postpone_look(record.local_uid, next).await
    }

    /// Sets when the register is asked about a document.
    pub(super) async fn postpone_look(
        &self,
        local_uid: String,
        next: OffsetDateTime,
    ) -> Result<(), JournalError> {
        self.exchange.with_journal(move |journal| journal.postpone(&local_uid, next)).await
    }

    /// The next step of the waiting ladder; `None` after the last one.
    fn next_look(&self, record: &Record, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let accepted = record.accepted_at.unwrap_or(record.updated_at);
        self.settings.ladder.iter().map(|step| accepted + *step).find(|moment| *moment > now)
    }

    /// All registered items of an organisation and kind since `from`, by lower-case `localUid`; `None` when the register
    /// gave no usable answer.
    pub(super) async fn search(
        &self,
        organization: &str,
        kind: &str,
        from: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Option<HashMap<String, RegistryItem>>, JournalError> {
        let mut found = HashMap::new();
        let mut begin = from - CLOCK_TOLERANCE;
        let end = now + CLOCK_TOLERANCE;
        while begin < end {
            let until = (begin + WINDOW).min(end);
            let request = SearchRegistryItemRequest {
                organization: Some(organization.to_owned()),
                kind: Some(kind.to_owned()),
                register_date_begin: Some(timestamp::to_xsd(begin)),
                register_date_end: Some(timestamp::to_xsd(until)),
                patient_snils: None,
            };
            let Some(items) = self.search_window(&request).await? else {
                return Ok(None);
            };
            for item in items {
                if let Some(local_uid) = &item.local_uid {
                    found.insert(local_uid.to_lowercase(), item);
                }
            }
            begin = until;
        }
        Ok(Some(found))
    }

    async fn search_window(
        &self,
        request: &SearchRegistryItemRequest,
    ) -> Result<Option<Vec<RegistryItem>>, JournalError> {
        let response: Option<SearchRegistryItemResponse> = self.ask(request).await?;
        Ok(response.filter(|response| response.status == Status::Success).map(|response| response.matches))
    }

    /// Sends a question that belongs to no document, and reads its answer; `None` when there is no usable one.
    pub(super) async fn ask<Q: Payload, A: Payload>(&self, question: &Q) -> Result<Option<A>, JournalError> {
        let headers = self.headers(Q::headers());
        let envelope = question.envelope(&headers);
        let version = headers.version;
        let message = Message {
            direction: Direction::Out,
            action: headers.action,
            message_id: Some(headers.message_id),
            relates_to: None,
            raw: Some(envelope.clone()),
        };
        let now = OffsetDateTime::now_utc();
        self.exchange.with_journal(move |journal| journal.record_message(&message, now)).await?;
        match self.post(Q::ACTION, version, envelope).await {
            Ok(answer) => Ok(Received::read(&answer.body, &soap::limits())
                .ok()
                .and_then(|received| A::read(received.payload()).ok())),
            Err(error) => {
                self.unreachable(&error);
                Ok(None)
            }
        }
    }
}
