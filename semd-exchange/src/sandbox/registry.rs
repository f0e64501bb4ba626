//! What the sandbox knows: requests, registered items, and where its clients listen.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, UtcOffset};

use super::judge;
use crate::checksum::Checksum;
use crate::message::{
    RegisterDocumentRequest, RegisterError, RegistryItem, SearchRegistryItemRequest, timestamp,
};
use crate::soap::MessageId;

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Refused by the synchronous check.
    RefusedAtOnce,
    /// Acknowledged; request and file are being checked.
    InWork,
    /// Refused by an asynchronous result.
    Refused,
    /// Registered.
    Registered,
}

/// One registration request as the sandbox sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestState {
    /// MessageID.
    pub message_id: MessageId,
    /// `localUid`.
    pub local_uid: String,
    /// How far it has come.
    pub stage: Stage,
    /// Number under which the document is registered, when this request did it.
    pub emdr_id: Option<String>,
    /// Errors of the result.
    pub errors: Vec<RegisterError>,
    /// Warnings of the registration.
    pub warnings: Vec<RegisterError>,
    /// 1 for the first request with this `localUid`.
    #[serde(default)]
    pub attempt: u32,
    /// How often the file was asked for.
    pub pulls: u32,
    /// How often the result was sent.
    pub deliveries: u32,
    /// Whether the client acknowledged the result.
    pub delivered: bool,
    /// How the client computes checksums of files.
    pub checksum: Option<Checksum>,
    /// When it arrived.
    #[serde(with = "time::serde::rfc3339")]
    pub received_at: OffsetDateTime,
    /// The client it came from.
    pub client: String,
}

/// A request with what is needed to work on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) state: RequestState,
    pub(super) request: RegisterDocumentRequest,
}

/// Everything the sandbox tells about itself (`GET /state`).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateReport {
    /// Registered documents.
    pub items: Vec<RegistryItem>,
    /// Requests in order of arrival.
    pub requests: Vec<RequestState>,
    /// How many registrations each `localUid` has; more than one would be a defect of the sandbox.
    pub registrations: BTreeMap<String, u32>,
    /// Searches answered.
    pub searches: u32,
}

/// What becomes of an arriving request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// It is new.
    New,
    /// The same message was received before.
    Repeated,
}

/// The memory of the sandbox.
#[derive(Debug, Default)]
pub(super) struct Registry {
    entries: Vec<Entry>,
    by_message: HashMap<MessageId, usize>,
    items: Vec<RegistryItem>,
    by_uid: HashMap<String, usize>,
    registrations: BTreeMap<String, u32>,
    /// The last callback address of each client.
    clients: HashMap<String, String>,
    searches: u32,
}

impl Registry {
    /// Number of the next request with a `localUid`.
    pub(super) fn next_attempt(&self, local_uid: &str) -> u32 {
        let same = |entry: &&Entry| entry.state.local_uid.eq_ignore_ascii_case(local_uid);
        self.entries.iter().filter(same).count() as u32 + 1
    }

    pub(super) fn arrive(&mut self, entry: Entry) -> Arrival {
        let id = entry.state.message_id.clone();
        if self.by_message.contains_key(&id) {
            return Arrival::Repeated;
        }
        self.by_message.insert(id, self.entries.len());
        self.entries.push(entry);
        Arrival::New
    }

    pub(super) fn entry(&self, id: &MessageId) -> Option<&Entry> {
        self.entries.get(*self.by_message.get(id)?)
    }

    /// Changes the state of a request; gives the entry for keeping.
    pub(super) fn change(&mut self, id: &MessageId, work: impl FnOnce(&mut RequestState)) -> Option<&Entry> {
        let entry = self.entries.get_mut(*self.by_message.get(id)?)?;
        work(&mut entry.state);
        Some(entry)
    }

    /// Requests on which work or delivery has not ended.
    pub(super) fn unfinished(&self) -> Vec<MessageId> {
        let open = |entry: &&Entry| match entry.state.stage {
            Stage::RefusedAtOnce => false,
            Stage::InWork => true,
            Stage::Refused | Stage::Registered => !entry.state.delivered,
        };
        self.entries.iter().filter(open).map(|entry| entry.state.message_id.clone()).collect()
    }

    pub(super) fn remember_client(&mut self, client: &str, callback: String) {
        self.clients.insert(client.to_owned(), callback);
    }

    pub(super) fn callback(&self, client: &str) -> Option<String> {
        self.clients.get(client).cloned()
    }

    /// The item of a `localUid`, whatever its letter case.
    pub(super) fn by_uid(&self, local_uid: &str) -> Option<&RegistryItem> {
        self.items.get(*self.by_uid.get(&local_uid.to_lowercase())?)
    }

    /// The request that registered a document.
    pub(super) fn owner(&self, emdr_id: &str) -> Option<RequestState> {
        let owns = |entry: &&Entry| entry.state.emdr_id.as_deref() == Some(emdr_id);
        self.entries.iter().find(owns).map(|entry| entry.state.clone())
    }

    pub(super) fn by_emdr_id(&self, emdr_id: &str) -> Option<&RegistryItem> {
        self.items.iter().find(|item| item.emdr_id == emdr_id)
    }

    /// Registers a document under the next number.
    ///
    /// # Errors
    /// When the `localUid` is registered already: a document is registered once, however many requests ask for it.
    pub(super) fn register(
        &mut self,
        request: &RegisterDocumentRequest,
        warnings: Vec<RegisterError>,
        now: OffsetDateTime,
    ) -> Result<&RegistryItem, RegisterError> {
        if let Some(known) = self.by_uid(&request.local_uid) {
            return Err(judge::already_registered(&request.local_uid, &known.emdr_id));
        }
        let item = RegistryItem {
            emdr_id: self.next_number(request, now),
            local_uid: Some(request.local_uid.clone()),
            kind: Some(request.kind.clone()),
            organization: Some(request.organization.clone()),
            document_version: Some(1),
            registration_date_time: Some(timestamp::to_xsd(now)),
            store_till_date: store_till(request, now),
            creation_date_time: Some(request.creation_date_time.clone()),
            registration_warnings: warnings,
        };
        *self.registrations.entry(request.local_uid.to_lowercase()).or_default() += 1;
        Ok(self.keep(item))
    }

    fn keep(&mut self, item: RegistryItem) -> &RegistryItem {
        let index = self.items.len();
        let uid = item.local_uid.as_deref().unwrap_or_default().to_lowercase();
        self.by_uid.insert(uid, index);
        self.items.push(item);
        &self.items[index]
    }

    /// Puts back an item kept by an earlier process.
    pub(super) fn restore_item(&mut self, item: RegistryItem) {
        let uid = item.local_uid.as_deref().unwrap_or_default().to_lowercase();
        *self.registrations.entry(uid).or_default() += 1;
        self.keep(item);
    }

    /// `<kind>.<region>.<YY>.<MM>.<9 digits>`, counted over all kinds.
    fn next_number(&self, request: &RegisterDocumentRequest, now: OffsetDateTime) -> String {
        let year = now.year().rem_euclid(100);
        let month = u8::from(now.month());
        let region = region(&request.organization);
        format!("{}.{region}.{year:02}.{month:02}.{:09}", request.kind, self.items.len() + 1)
    }

    pub(super) fn search(&mut self, request: &SearchRegistryItemRequest) -> Vec<RegistryItem> {
        self.searches += 1;
        let begin = request.register_date_begin.as_deref().and_then(timestamp::parse_xsd);
        let end = request.register_date_end.as_deref().and_then(timestamp::parse_xsd);
        let matches = |item: &&RegistryItem| {
            let at = item.registration_date_time.as_deref().and_then(timestamp::parse_xsd);
            let same =
                |wanted: &Option<String>, actual: &Option<String>| wanted.is_none() || wanted == actual;
            same(&request.organization, &item.organization)
                && same(&request.kind, &item.kind)
                && begin.is_none_or(|begin| at >= Some(begin))
                && end.is_none_or(|end| at < Some(end))
        };
        self.items.iter().filter(matches).cloned().collect()
    }

    pub(super) fn report(&self) -> StateReport {
        StateReport {
            items: self.items.clone(),
            requests: self.entries.iter().map(|entry| entry.state.clone()).collect(),
            registrations: self.registrations.clone(),
            searches: self.searches,
        }
    }
}

/// The region in the OID of an organisation, `1.2.643.5.1.13.13.12.2.<region>.…`; `00` when it has none.
fn region(organization: &str) -> String {
    let rest = organization.strip_prefix("1.2.643.5.1.13.13.12.2.").unwrap_or_default();
    let region = rest.split('.').next().unwrap_or_default();
    format!("{region:0>2}")
}

/// Creation date and 25 years, the only rule observed.
fn store_till(request: &RegisterDocumentRequest, now: OffsetDateTime) -> Option<String> {
    let created = timestamp::parse_xsd(&request.creation_date_time).unwrap_or(now);
    let date = created.date();
    // 29 February becomes 28 February.
    let till =
        date.replace_year(date.year() + 25).or_else(|_| date.replace_day(28)?.replace_year(date.year() + 25));
    let moscow = UtcOffset::from_hms(3, 0, 0).ok()?;
    Some(timestamp::date_to_xsd(till.ok()?, moscow))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::message::tests_support::full_request;

    const NOW: OffsetDateTime = datetime!(2026-05-20 10:00 UTC);

    #[test]
    fn document_is_registered_once_under_a_number_of_the_right_form() {
        let mut registry = Registry::default();
        let mut request = full_request();
        let number = registry.register(&request, Vec::new(), NOW).unwrap().emdr_id.clone();
        assert_eq!(number, "119.77.26.05.000000001");
        request.local_uid = request.local_uid.to_uppercase();
        let error = registry.register(&request, Vec::new(), NOW).unwrap_err();
        assert_eq!(error.code, "NOT_UNIQUE_PROVIDED_ID");
        assert!(error.message.contains("119.77.26.05.000000001"));
        assert_eq!(registry.report().registrations.values().copied().collect::<Vec<_>>(), [1]);
        assert_eq!(
            registry.by_emdr_id(&number).unwrap().store_till_date.as_deref(),
            Some("2051-05-14+03:00")
        );
    }

    #[test]
    fn search_restricts_by_organisation_kind_and_period() {
        let mut registry = Registry::default();
        registry.register(&full_request(), Vec::new(), NOW).unwrap();
        let mut count = |organization: &str, begin: &str, end: &str| {
            let request = SearchRegistryItemRequest {
                organization: Some(organization.into()),
                register_date_begin: Some(begin.into()),
                register_date_end: Some(end.into()),
                ..SearchRegistryItemRequest::default()
            };
            registry.search(&request).len()
        };
        let own = "1.2.643.5.1.13.13.12.2.77.999001";
        assert_eq!(count(own, "2026-05-20T00:00:00Z", "2026-05-21T00:00:00Z"), 1);
        assert_eq!(count(own, "2026-05-21T00:00:00Z", "2026-05-22T00:00:00Z"), 0);
        assert_eq!(count("1.2.3", "2026-05-20T00:00:00Z", "2026-05-21T00:00:00Z"), 0);
    }

    #[test]
    fn leap_day_is_kept_until_the_28th() {
        let mut request = full_request();
        request.creation_date_time = "2024-02-29T10:00:00+03:00".into();
        assert_eq!(store_till(&request, NOW).as_deref(), Some("2049-02-28+03:00"));
    }
}
