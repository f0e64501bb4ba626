//! What the journal keeps and gives back.

use std::fmt;

use semd_core::report::Owner;
use serde::Serialize;
use time::OffsetDateTime;

use super::{Event, State};
use crate::message::{RegisterDocumentRequest, RegisterError, RegistryItem};
use crate::soap::MessageId;

/// A document handed to the exchange: exact bytes and the request that will register them.
#[derive(Clone)]
pub struct Submission {
    /// Where the document came from, as shown in reports.
    pub file: String,
    /// Exact bytes of the file; the signatures cover them.
    pub bytes: Vec<u8>,
    /// The request, signatures included.
    pub request: RegisterDocumentRequest,
}

impl fmt::Debug for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submission")
            .field("local_uid", &self.request.local_uid)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

impl Submission {
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub fn sha256(&self) -> String {
        semd_core::digest::sha256(&self.bytes)
    }
}

/// What [`super::Journal::enqueue`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// The document is new.
    New,
    /// The same bytes are in the journal already; the exchange continues where it stands.
    Known(State),
    /// The same bytes were refused before, the request has changed since: it is queued again.
    Requeued,
    /// Other bytes under the same `localUid` are in the journal. A changed file needs a new `localUid`.
    DifferentBytes(State),
}

/// One document of the journal; the fields of `semd journal list`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// `localUid`.
    pub local_uid: String,
    /// Kind of document.
    pub kind: String,
    /// Where the document came from.
    pub file: String,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// State.
    pub state: State,
    /// Number of requests sent.
    pub attempts: u32,
    /// MessageIDs of the requests, oldest first.
    pub message_ids: Vec<MessageId>,
    /// Registration number.
    pub emdr_id: Option<String>,
    /// Codes of the last refusal, each once.
    pub codes: Vec<String>,
    /// Who must act on the last refusal.
    pub owner: Option<Owner>,
    /// Whether sending the same bytes again may help.
    pub retryable: Option<bool>,
    /// When the worker acts next: sends again, or asks the register about the document.
    #[serde(with = "time::serde::rfc3339::option")]
    pub next_attempt_at: Option<OffsetDateTime>,
    /// When the register acknowledged the latest request.
    #[serde(with = "time::serde::rfc3339::option")]
    pub accepted_at: Option<OffsetDateTime>,
    /// Last change.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// Errors of the last refusal with the register's texts, which may hold personal data.
    #[serde(skip)]
    pub errors: Vec<RegisterError>,
    /// The registered item.
    #[serde(skip)]
    pub registry_item: Option<RegistryItem>,
    /// OID of the organisation.
    #[serde(skip)]
    pub organization: String,
    /// When the document entered the journal.
    #[serde(skip)]
    pub created_at: OffsetDateTime,
    /// Number of the document in the journal, in order of arrival; the place from which the next page goes on.
    #[serde(skip)]
    pub number: i64,
}

impl Record {
    /// The last part of the path of the file.
    pub fn file_name(&self) -> &str {
        file_name(&self.file)
    }
}

/// The last part of a path of any system.
pub(super) fn file_name(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

/// What the name of a file is searched by: letter case does not matter.
pub(super) fn file_name_key(file: &str) -> String {
    file_name(file).to_lowercase()
}

/// A refusal with what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalFacts {
    /// The register's errors.
    pub errors: Vec<RegisterError>,
    /// Who must act.
    pub owner: Owner,
    /// Whether sending the same bytes again may help.
    pub retryable: bool,
}

/// What an event brings along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum News {
    /// Nothing.
    #[default]
    None,
    /// Why the register refused.
    Refused(RefusalFacts),
    /// What the register registered.
    Registered(RegistryItem),
}

/// One event on a document, applied in one transaction.
#[derive(Clone, Debug)]
pub struct Update {
    /// What happened.
    pub event: Event,
    /// The request the event belongs to. News about a request that is not the latest changes nothing, registration
    /// excepted. `None`: the event concerns the document as a whole.
    pub attempt: Option<MessageId>,
    /// What the event brings along; stored only when the event has an effect.
    pub news: News,
    /// When the worker acts next, set when the event has an effect.
    pub next_attempt_at: Option<OffsetDateTime>,
    /// The message that carried the event.
    pub message: Option<Message>,
    /// The code because of which nothing more of the document's organisation may be sent until an operator says so.
    pub stop: Option<&'static str>,
}

impl Update {
    /// An event without anything else.
    pub fn bare(event: Event) -> Self {
        Self { event, attempt: None, news: News::None, next_attempt_at: None, message: None, stop: None }
    }
}

/// Effect of an update.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// State before.
    pub from: State,
    /// The document after.
    pub record: Record,
}

impl Change {
    /// Whether the state changed.
    pub fn moved(&self) -> bool {
        self.from != self.record.state
    }
}

/// Direction of a message, seen from this side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To the register.
    Out,
    /// From the register.
    In,
}

impl Direction {
    /// The word in the journal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::In => "in",
        }
    }
}

/// A message, as sent or received.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Direction.
    pub direction: Direction,
    /// `wsa:Action`, or the name of the payload.
    pub action: String,
    /// MessageID.
    pub message_id: Option<MessageId>,
    /// The message it answers.
    pub relates_to: Option<MessageId>,
    /// The bytes; `None` for messages that only carry the file, whose bytes the journal has anyway.
    pub raw: Option<Vec<u8>>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("direction", &self.direction)
            .field("action", &self.action)
            .field("message_id", &self.message_id)
            .field("relates_to", &self.relates_to)
            .field("raw", &self.raw.as_ref().map(Vec::len))
            .finish()
    }
}

/// A recorded message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    /// The message.
    pub message: Message,
    /// When it was recorded.
    pub at: OffsetDateTime,
}
