//! What people ask the journal.

use semd_core::report::Owner;
use serde::Serialize;
use time::OffsetDateTime;

use super::{Direction, JournalError, Record, State};
use crate::soap::MessageId;

/// Which documents to list. Empty fields do not restrict.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// States.
    pub states: Vec<State>,
    /// Only documents whose last refusal has this code.
    pub code: Option<String>,
    /// Only documents that this side must mend.
    pub owner: Option<Owner>,
    /// Only documents that a resend can help, or cannot.
    pub retryable: Option<bool>,
    /// Only documents of this organisation (OID).
    pub organization: Option<String>,
    /// Only documents of this kind.
    pub kind: Option<String>,
    /// Only documents after this one in the order of the list: [`Record::number`](super::Record::number) of the last
    /// document of the page before.
    pub after: Option<i64>,
    /// Newest first instead of oldest first.
    pub newest_first: bool,
    /// At most so many.
    pub limit: Option<u32>,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The documents, in the order of the list.
    pub records: Vec<Record>,
    /// The place from which the next page goes on; `None` when there are no more documents.
    pub next: Option<i64>,
}

/// The documents of all pages, `limit` at most.
pub(super) fn all_pages(
    limit: Option<u32>,
    page: impl Fn(Option<i64>, Option<u32>) -> Result<Page, JournalError>,
) -> Result<Vec<Record>, JournalError> {
    let mut records = Vec::new();
    let mut after = None;
    loop {
        let left = limit.map(|limit| limit.saturating_sub(u32::try_from(records.len()).unwrap_or(limit)));
        if left == Some(0) {
            return Ok(records);
        }
        let page = page(after, left)?;
        records.extend(page.records);
        if page.next.is_none() {
            return Ok(records);
        }
        after = page.next;
    }
}

/// One line of the history of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryEntry {
    /// Number of the line; [`Journal::raw_message`](super::Journal::raw_message) takes it.
    pub number: i64,
    /// When it was written.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What happened: a word of [`Event::as_str`](super::Event::as_str), or `enqueued`.
    pub event: Option<String>,
    /// State after it.
    pub state: Option<State>,
    /// Direction of the message that belongs to it.
    pub direction: Option<Direction>,
    /// `wsa:Action` of the message.
    pub action: Option<String>,
    /// MessageID of the message.
    pub message_id: Option<MessageId>,
    /// The message it answers.
    pub relates_to: Option<MessageId>,
    /// Whether the bytes of the message are kept.
    pub has_raw: bool,
}

/// How often a code refused documents that are not registered yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CodeCount {
    /// The register's code.
    pub code: String,
    /// Kind of document.
    pub kind: String,
    /// OID of the organisation.
    pub organization: String,
    /// Who must act.
    pub owner: Option<Owner>,
    /// Whether sending the same bytes again may help.
    pub retryable: Option<bool>,
    /// Number of documents.
    pub documents: u64,
}

/// Documents that wait for the register's answer, by how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AgeStep {
    /// The documents wait for less than so many seconds and not less than the step before; `None` is the rest.
    pub below_seconds: Option<i64>,
    /// Number of documents.
    pub documents: u64,
}

impl AgeStep {
    /// Upper ends of the steps, seconds: 5 min, 1 h, 6 h, 12 h, 24 h, 3 d, 7 d, 15 d.
    pub const ENDS: [i64; 8] = [300, 3600, 21600, 43200, 86400, 259_200, 604_800, 1_296_000];
}

/// Documents registered in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DayCount {
    /// Day of the period, 0 is the first.
    pub day: u32,
    /// Number of documents.
    pub registered: u64,
}

/// One kind of one organisation in a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PeriodCount {
    /// OID of the organisation.
    pub organization: String,
    /// Kind of document.
    pub kind: String,
    /// Documents registered in the period.
    pub registered: u64,
    /// Of these, registered by the first request.
    pub at_first_attempt: u64,
}

/// An organisation whose documents are not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// OID of the organisation.
    pub organization: String,
    /// The code that stopped it.
    pub code: String,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// A worker that holds a lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkerEntry {
    /// Its number, which is also its fencing token.
    pub number: i64,
    /// Its name.
    pub name: String,
    /// When it started.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// Documents it has claimed.
    pub claimed: u64,
}
