//! One document: reading its row, and applying events to it.

use semd_core::report::Owner;
use time::OffsetDateTime;

use crate::journal::codec::{
    Packed, distinct_codes, from_json, from_millis, owner_of, pack, to_json, to_millis,
};
use crate::journal::sql::{Param, Row, Session};
use crate::journal::{
    Change, Direction, Event, JournalError, Message, News, Record, State, Transition, Update, next,
};
use crate::message::{RegistryItem, timestamp};
use crate::soap::MessageId;

/// The columns of a document, in the order in which [`read`] takes them.
pub(super) const COLUMNS: &str = "documents.id, local_uid, kind, organization, file, sha256, state, attempts, message_ids, emdr_id, \
     registry_item, errors, owner, retryable, created_at, updated_at, accepted_at, due_at, claimed_by";

/// When the register is asked about a document whose worker died before it could say when.
const UNTIL_FIRST_LOOK: time::Duration = time::Duration::minutes(5);
/// Due time of a document whose organisation is stopped: never.
pub(super) const PUT_ASIDE: i64 = i64::MAX;

/// A row of `documents`.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) id: i64,
    pub(super) record: Record,
    pub(super) claimed_by: Option<i64>,
}

/// `localUid`s are compared without regard to letter case.
pub(super) fn key(local_uid: &str) -> String {
    local_uid.to_ascii_lowercase()
}

pub(super) fn find(session: &mut dyn Session, local_uid: &str) -> Result<Option<Document>, JournalError> {
    let statement = format!("SELECT {COLUMNS} FROM documents WHERE uid_key = ?1");
    session.row(&statement, &[(&key(local_uid)).into()])?.map(|mut row| read(&mut row)).transpose()
}

/// Reads a document that is about to change; nobody else changes it before the transaction ends.
pub(super) fn lock(session: &mut dyn Session, local_uid: &str) -> Result<Document, JournalError> {
    let statement = format!("SELECT {COLUMNS} FROM documents WHERE uid_key = ?1 /*for update*/");
    let row = session.row(&statement, &[(&key(local_uid)).into()])?;
    row.map(|mut row| read(&mut row))
        .transpose()?
        .ok_or_else(|| JournalError::NoDocument { local_uid: local_uid.to_owned() })
}

/// Reads the columns of [`COLUMNS`]; what follows them is left in the row.
pub(super) fn read(row: &mut Row) -> Result<Document, JournalError> {
    let id = row.integer("id")?;
    let local_uid = row.text("local_uid")?;
    let kind = row.text("kind")?;
    let organization = row.text("organization")?;
    let file = row.text("file")?;
    let sha256 = row.text("sha256")?;
    let state = state_of(&row.text("state")?)?;
    let attempts = row.integer("attempts")?;
    let message_ids = row.text("message_ids")?.split_ascii_whitespace().map(MessageId::normalise).collect();
    let emdr_id = row.text_or_null("emdr_id")?;
    let item = row.text_or_null("registry_item")?;
    let errors: Vec<crate::message::RegisterError> = from_json(row.text("errors")?.as_bytes(), "errors")?;
    let owner = row.text_or_null("owner")?;
    let retryable = row.integer_or_null("retryable")?;
    let created_at = from_millis(row.integer("created_at")?, "created_at")?;
    let updated_at = from_millis(row.integer("updated_at")?, "updated_at")?;
    let moment = |millis: Option<i64>, column| millis.map(|millis| from_millis(millis, column)).transpose();
    let accepted_at = moment(row.integer_or_null("accepted_at")?, "accepted_at")?;
    let due_at = row.integer_or_null("due_at")?.filter(|due| *due != PUT_ASIDE);
    let claimed_by = row.integer_or_null("claimed_by")?;
    let record = Record {
        number: id,
        local_uid,
        kind,
        organization,
        file,
        sha256,
        state,
        attempts: u32::try_from(attempts).map_err(|_| JournalError::Corrupt { column: "attempts" })?,
        message_ids,
        emdr_id,
        registry_item: item.map(|item| from_json(item.as_bytes(), "registry_item")).transpose()?,
        codes: distinct_codes(&errors),
        errors,
        owner: owner.map(|word| owner_of(&word)).transpose()?,
        retryable: retryable.map(|flag| flag != 0),
        created_at,
        updated_at,
        accepted_at,
        next_attempt_at: moment(due_at, "due_at")?,
    };
    Ok(Document { id, record, claimed_by })
}

pub(super) fn state_of(word: &str) -> Result<State, JournalError> {
    word.parse().map_err(|_| JournalError::Corrupt { column: "state" })
}

/// The compressed bytes of the message of an update, made before the transaction begins.
pub(super) fn packed_message(update: &Update) -> Option<Packed> {
    update.message.as_ref().and_then(|message| message.raw.as_deref()).map(pack)
}

/// Applies an event inside a transaction: transition, news, message.
pub(super) fn apply(
    session: &mut dyn Session,
    document: &mut Document,
    update: &Update,
    packed: Option<&Packed>,
    now: OffsetDateTime,
) -> Result<(), JournalError> {
    let record = &mut document.record;
    let from = record.state;
    let outdated = update.attempt.as_ref().is_some_and(|attempt| record.message_ids.last() != Some(attempt));
    let transition = if outdated && update.event != Event::Registered {
        Transition::Stays
    } else {
        next(from, update.event)?
    };
    if let Transition::To(state) = transition {
        record.state = state;
        record.next_attempt_at = due(from, state, record.next_attempt_at, update.next_attempt_at, now);
        record.updated_at = now;
        if state == State::Accepted {
            record.accepted_at = Some(now);
        }
        take_news(record, &update.news);
        if state != State::Submitting {
            document.claimed_by = None;
        }
        if state != from {
            session.moved(Some(from), state);
        }
        store(session, document, update)?;
        if let Some(code) = update.stop {
            session.execute(
                "INSERT INTO stops (organization, code, since) VALUES (?1, ?2, ?3)
                    ON CONFLICT (organization) DO NOTHING",
                &[(&document.record.organization).into(), code.into(), to_millis(now).into()],
            )?;
        }
    }
    if let (Transition::Stays, News::Registered(item)) = (transition, &update.news)
        && completes(&document.record, item)
    {
        document.record.registry_item = Some(item.clone());
        store(session, document, update)?;
    }
    let event = Some((update.event.as_str(), document.record.state));
    self::record(session, Some(document.id), event, update.message.as_ref(), packed, now)
}

/// Whether news about a registered document tells more about the same registration: a number that was known from the text
/// of a refusal alone gets its date.
fn completes(record: &Record, item: &RegistryItem) -> bool {
    let dated = |item: &RegistryItem| item.registration_date_time.is_some();
    record.emdr_id.as_ref() == Some(&item.emdr_id)
        && dated(item)
        && !record.registry_item.as_ref().is_some_and(dated)
}

/// When a worker acts next on a document that comes into `state`.
fn due(
    from: State,
    state: State,
    before: Option<OffsetDateTime>,
    asked: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Option<OffsetDateTime> {
    match state {
        State::Queued | State::Unknown => Some(asked.unwrap_or(now)),
        // A step of the file exchange does not move the time at which the register is asked.
        _ if state.is_awaiting() => {
            Some(asked.or(before.filter(|_| from.is_awaiting())).unwrap_or(now + UNTIL_FIRST_LOOK))
        }
        _ => None,
    }
}

fn take_news(record: &mut Record, news: &News) {
    match news {
        News::None => {}
        News::Refused(facts) => {
            record.codes = distinct_codes(&facts.errors);
            record.errors.clone_from(&facts.errors);
            record.owner = Some(facts.owner);
            record.retryable = Some(facts.retryable);
        }
        News::Registered(item) => {
            record.emdr_id = Some(item.emdr_id.clone());
            record.registry_item = Some(item.clone());
            record.codes.clear();
            record.errors.clear();
            record.owner = None;
            record.retryable = None;
        }
    }
}

/// Writes the changeable columns of a document.
fn store(session: &mut dyn Session, document: &Document, update: &Update) -> Result<(), JournalError> {
    let record = &document.record;
    session.execute(
        "UPDATE documents SET state = ?2, updated_at = ?3, accepted_at = ?4, due_at = ?5, claimed_by = ?6
            WHERE id = ?1",
        &[
            document.id.into(),
            record.state.as_str().into(),
            to_millis(record.updated_at).into(),
            record.accepted_at.map(to_millis).into(),
            record.next_attempt_at.map(to_millis).into(),
            document.claimed_by.into(),
        ],
    )?;
    if update.news == News::None {
        return Ok(());
    }
    let item = record.registry_item.as_ref().map(|item| to_json(item, "registry_item")).transpose()?;
    let by_register = record.registry_item.as_ref().and_then(|item| item.registration_date_time.as_deref());
    let registered_at = record
        .emdr_id
        .as_ref()
        .map(|_| to_millis(by_register.and_then(timestamp::parse_xsd).unwrap_or(record.updated_at)));
    session.execute(
        "UPDATE documents SET emdr_id = ?2, registry_item = ?3, errors = ?4, owner = ?5, retryable = ?6,
            registered_at = ?7 WHERE id = ?1",
        &[
            document.id.into(),
            record.emdr_id.as_ref().into(),
            item.as_ref().into(),
            (&to_json(&record.errors, "errors")?).into(),
            record.owner.map(Owner::as_str).into(),
            record.retryable.map(i64::from).into(),
            registered_at.into(),
        ],
    )?;
    session.execute("DELETE FROM refusal_codes WHERE document_id = ?1", &[document.id.into()])?;
    for code in &record.codes {
        session.execute(
            "INSERT INTO refusal_codes (code, document_id, kind, organization, owner, retryable)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &[
                code.into(),
                document.id.into(),
                (&record.kind).into(),
                (&record.organization).into(),
                record.owner.map(Owner::as_str).into(),
                record.retryable.map(i64::from).into(),
            ],
        )?;
    }
    Ok(())
}

/// Moves a document to `submitting` and writes the request.
pub(super) fn begin_attempt(
    session: &mut dyn Session,
    document: &mut Document,
    message_id: &MessageId,
    update: &Update,
    packed: &Packed,
    now: OffsetDateTime,
) -> Result<Change, JournalError> {
    let from = document.record.state;
    apply(session, document, update, Some(packed), now)?;
    let record = &mut document.record;
    record.attempts += 1;
    record.message_ids.push(message_id.clone());
    let ids: Vec<&str> = record.message_ids.iter().map(MessageId::as_str).collect();
    session.execute(
        "UPDATE documents SET attempts = ?2, message_ids = ?3 WHERE id = ?1",
        &[document.id.into(), i64::from(record.attempts).into(), (&ids.join(" ")).into()],
    )?;
    session.execute(
        "INSERT INTO attempts (message_id, document_id, number, begun_at) VALUES (?1, ?2, ?3, ?4)",
        &[
            message_id.as_str().into(),
            document.id.into(),
            i64::from(record.attempts).into(),
            to_millis(now).into(),
        ],
    )?;
    Ok(Change { from, record: record.clone() })
}

/// Adds a line to the history.
pub(super) fn record(
    session: &mut dyn Session,
    document: Option<i64>,
    event: Option<(&str, State)>,
    message: Option<&Message>,
    packed: Option<&Packed>,
    now: OffsetDateTime,
) -> Result<(), JournalError> {
    let id = |id: Option<&Option<MessageId>>| -> Option<String> {
        id.and_then(Option::as_ref).map(|id| id.as_str().to_owned())
    };
    let message_id = id(message.map(|message| &message.message_id));
    let relates_to = id(message.map(|message| &message.relates_to));
    session.execute(
        "INSERT INTO history (document_id, at, event, state, direction, action, message_id, relates_to, raw, encoding)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &[
            document.into(),
            to_millis(now).into(),
            event.map(|(event, _)| event).into(),
            event.map(|(_, state)| state.as_str()).into(),
            message.map(|message| message.direction.as_str()).into(),
            message.map(|message| message.action.as_str()).into(),
            message_id.as_ref().into(),
            relates_to.as_ref().into(),
            packed.map(|packed| packed.bytes.as_slice()).into(),
            packed.map_or(0, |packed| packed.encoding).into(),
        ],
    )?;
    Ok(())
}

pub(super) fn record_orphan(
    session: &mut dyn Session,
    message: &Message,
    packed: Option<&Packed>,
    now: OffsetDateTime,
) -> Result<(), JournalError> {
    session.execute(
        "INSERT INTO orphans (at, action, message_id, relates_to, raw, encoding) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            to_millis(now).into(),
            (&message.action).into(),
            message.message_id.as_ref().map(MessageId::as_str).into(),
            message.relates_to.as_ref().map(MessageId::as_str).into(),
            packed.map(|packed| packed.bytes.as_slice()).into(),
            packed.map_or(0, |packed| packed.encoding).into(),
        ],
    )?;
    Ok(())
}

/// Direction of a message from its word.
pub(super) fn direction_of(word: &str) -> Direction {
    if word == "out" { Direction::Out } else { Direction::In }
}

/// A list of parameters for `IN (…)`, and its place holders beginning with `?first`.
pub(super) fn in_list<'a>(first: usize, values: &'a [String]) -> (String, Vec<Param<'a>>) {
    let places: Vec<String> = (first..first + values.len()).map(|number| format!("?{number}")).collect();
    (places.join(", "), values.iter().map(Param::from).collect())
}
