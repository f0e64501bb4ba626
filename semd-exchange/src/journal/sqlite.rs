//! The journal in one SQLite file.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, params};
use semd_core::report::Owner;
use time::OffsetDateTime;

use super::schema;
use super::{
    Change, Direction, Enqueued, Event, Filter, Journal, JournalError, Message, News, Record, State,
    StoredMessage, Submission, Transition, Update, next,
};
use crate::message::{Payload as _, RegisterDocumentRequest, RegisterError};
use crate::soap::MessageId;

/// The exclusive right to send documents of a journal.
#[derive(Debug)]
pub struct Lease {
    /// The operating system releases the lock with the handle, also when the process is killed.
    _lock: File,
}

/// A journal in one SQLite file.
///
/// ```
/// use semd_exchange::journal::{Filter, Journal, SqliteJournal};
///
/// let folder = tempfile::tempdir()?;
/// let journal = SqliteJournal::open(&folder.path().join("semd.journal.db"))?;
/// assert!(journal.list(&Filter::default())?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SqliteJournal {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl SqliteJournal {
    /// Opens or creates the file and brings it to the latest format.
    ///
    /// # Errors
    /// When the file cannot be used as a journal.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let mut connection = Connection::open(path)?;
        schema::prepare(&mut connection)?;
        Ok(Self { path: path.to_owned(), connection: Mutex::new(connection) })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic while the lock is held leaves a rolled-back transaction, not a broken connection.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one value a query gives for a key.
    fn value<T: FromSql>(&self, query: &str, key: &str) -> Result<Option<T>, JournalError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(query)?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }

    /// Runs `work` in one transaction that takes the write lock at once, so that a read inside cannot go stale.
    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }
}

impl Journal for SqliteJournal {
    fn lease(&self) -> Result<Lease, JournalError> {
        let mut path = self.path.clone().into_os_string();
        path.push(".lock");
        let path = PathBuf::from(path);
        let open = File::options().create(true).truncate(false).write(true).open(&path);
        let file = open.map_err(|source| JournalError::LockFile { path: path.clone(), source })?;
        match file.try_lock() {
            Ok(()) => Ok(Lease { _lock: file }),
            Err(TryLockError::WouldBlock) => Err(JournalError::Busy { path }),
            Err(TryLockError::Error(source)) => Err(JournalError::LockFile { path, source }),
        }
    }

    fn enqueue(&self, submission: &Submission, now: OffsetDateTime) -> Result<Enqueued, JournalError> {
        let request = to_json(&submission.request, "request")?;
        let sha256 = submission.sha256();
        let local_uid = &submission.request.local_uid;
        self.write(|transaction| {
            if let Some(known) = load(transaction, local_uid)? {
                if known.sha256 != sha256 {
                    return Ok(Enqueued::DifferentBytes(known.state));
                }
                let stored: String = transaction
                    .prepare_cached("SELECT request FROM documents WHERE local_uid = ?1")?
                    .query_row([local_uid], |row| row.get(0))?;
                let refused = matches!(known.state, State::Rejected | State::Dead);
                if !refused || stored == request {
                    return Ok(Enqueued::Known(known.state));
                }
                transaction
                    .prepare_cached("UPDATE documents SET request = ?2, file = ?3 WHERE local_uid = ?1")?
                    .execute(params![local_uid, request, submission.file])?;
                apply_update(transaction, local_uid, &Update::bare(Event::Requeue), now)?;
                return Ok(Enqueued::Requeued);
            }
            transaction
                .prepare_cached(
                    "INSERT INTO documents (local_uid, kind, organization, file, sha256, state, request, created_at,
                        updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
                )?
                .execute(params![
                    local_uid,
                    submission.request.kind,
                    submission.request.organization,
                    submission.file,
                    sha256,
                    State::Queued.as_str(),
                    request,
                    to_millis(now),
                ])?;
            transaction
                .prepare_cached("INSERT INTO document_bytes (local_uid, bytes) VALUES (?1, ?2)")?
                .execute(params![local_uid, submission.bytes])?;
            Ok(Enqueued::New)
        })
    }

    fn begin_attempt(
        &self,
        local_uid: &str,
        message_id: &MessageId,
        envelope: &[u8],
        now: OffsetDateTime,
    ) -> Result<Change, JournalError> {
        self.write(|transaction| {
            let update = Update {
                message: Some(Message {
                    direction: Direction::Out,
                    action: RegisterDocumentRequest::ACTION.to_owned(),
                    message_id: Some(message_id.clone()),
                    relates_to: None,
                    raw: Some(envelope.to_vec()),
                }),
                ..Update::bare(Event::Submit)
            };
            let mut change = apply_update(transaction, local_uid, &update, now)?;
            transaction
                .prepare_cached("UPDATE documents SET attempts = attempts + 1 WHERE local_uid = ?1")?
                .execute([local_uid])?;
            transaction
                .prepare_cached(
                    "INSERT INTO attempts (message_id, local_uid, number, begun_at)
                        SELECT ?1, local_uid, attempts, ?3 FROM documents WHERE local_uid = ?2",
                )?
                .execute(params![message_id.as_str(), local_uid, to_millis(now)])?;
            change.record.attempts += 1;
            change.record.message_ids.push(message_id.clone());
            Ok(change)
        })
    }

    fn apply(&self, local_uid: &str, update: &Update, now: OffsetDateTime) -> Result<Change, JournalError> {
        self.write(|transaction| apply_update(transaction, local_uid, update, now))
    }

    fn postpone(&self, local_uid: &str, until: OffsetDateTime) -> Result<(), JournalError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "UPDATE documents SET next_attempt_at = ?2 WHERE local_uid = ?1
                        AND state IN ('queued', 'unknown', 'accepted', 'file_requested', 'file_sent')",
                )?
                .execute(params![local_uid, to_millis(until)])?;
            Ok(())
        })
    }

    fn earliest_attempt(&self) -> Result<Option<OffsetDateTime>, JournalError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT min(next_attempt_at) FROM documents
                WHERE state IN ('queued', 'unknown', 'accepted', 'file_requested', 'file_sent')",
        )?;
        let millis: Option<i64> = statement.query_row([], |row| row.get(0))?;
        millis.map(|millis| from_millis(millis, "next_attempt_at")).transpose()
    }

    fn record_message(&self, message: &Message, now: OffsetDateTime) -> Result<(), JournalError> {
        self.write(|transaction| insert_message(transaction, None, message, now))
    }

    fn record_orphan(&self, message: &Message, now: OffsetDateTime) -> Result<(), JournalError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO orphans (action, message_id, relates_to, raw, at) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![
                    message.action,
                    message.message_id.as_ref().map(MessageId::as_str),
                    message.relates_to.as_ref().map(MessageId::as_str),
                    message.raw,
                    to_millis(now),
                ])?;
            Ok(())
        })
    }

    fn document(&self, local_uid: &str) -> Result<Option<Record>, JournalError> {
        load(&self.connection(), local_uid)
    }

    fn list(&self, filter: &Filter) -> Result<Vec<Record>, JournalError> {
        let connection = self.connection();
        let words: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
        let states = to_json(&words, "state")?;
        let mut statement = connection.prepare_cached(
            "SELECT local_uid FROM documents
                WHERE (?1 = '[]' OR state IN (SELECT value FROM json_each(?1)))
                    AND (?2 IS NULL OR next_attempt_at IS NULL OR next_attempt_at <= ?2)
                    AND (?4 IS NULL OR (errors <> '[]' AND EXISTS (
                        SELECT 1 FROM json_each(errors) WHERE json_extract(value, '$.code') = ?4)))
                ORDER BY created_at, rowid LIMIT ?3",
        )?;
        let limit = filter.limit.map_or(-1, i64::from);
        let rows = statement
            .query_map(params![states, filter.due_at.map(to_millis), limit, filter.code], |row| row.get(0))?;
        let uids = rows.collect::<Result<Vec<String>, _>>()?;
        let mut records = Vec::with_capacity(uids.len());
        for local_uid in uids {
            records.extend(load(&connection, &local_uid)?);
        }
        Ok(records)
    }

    fn request(&self, local_uid: &str) -> Result<Option<RegisterDocumentRequest>, JournalError> {
        let text: Option<String> =
            self.value("SELECT request FROM documents WHERE local_uid = ?1", local_uid)?;
        text.map(|text| from_json(&text, "request")).transpose()
    }

    fn bytes(&self, local_uid: &str) -> Result<Option<Vec<u8>>, JournalError> {
        self.value("SELECT bytes FROM document_bytes WHERE local_uid = ?1", local_uid)
    }

    fn find_by_message(&self, message_id: &MessageId) -> Result<Option<String>, JournalError> {
        self.value("SELECT local_uid FROM attempts WHERE message_id = ?1", message_id.as_str())
    }

    fn find_by_emdr_id(&self, emdr_id: &str) -> Result<Option<String>, JournalError> {
        self.value("SELECT local_uid FROM documents WHERE emdr_id = ?1", emdr_id)
    }

    fn messages(&self, local_uid: &str) -> Result<Vec<StoredMessage>, JournalError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT direction, action, message_id, relates_to, raw, at FROM messages WHERE local_uid = ?1 ORDER BY id",
        )?;
        let mut rows = statement.query([local_uid])?;
        let mut messages = Vec::new();
        while let Some(row) = rows.next()? {
            let id = |index: usize| -> Result<Option<MessageId>, rusqlite::Error> {
                Ok(row.get::<_, Option<String>>(index)?.map(|text| MessageId::normalise(&text)))
            };
            let message = Message {
                direction: match row.get::<_, String>(0)?.as_str() {
                    "out" => Direction::Out,
                    _ => Direction::In,
                },
                action: row.get(1)?,
                message_id: id(2)?,
                relates_to: id(3)?,
                raw: row.get(4)?,
            };
            messages.push(StoredMessage { message, at: from_millis(row.get(5)?, "at")? });
        }
        Ok(messages)
    }

    fn orphan_count(&self) -> Result<u32, JournalError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT count(*) FROM orphans")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }
}

/// Applies an event inside a transaction: transition, news, message.
fn apply_update(
    transaction: &Transaction<'_>,
    local_uid: &str,
    update: &Update,
    now: OffsetDateTime,
) -> Result<Change, JournalError> {
    let mut record = load(transaction, local_uid)?
        .ok_or_else(|| JournalError::NoDocument { local_uid: local_uid.to_owned() })?;
    let from = record.state;
    let outdated = update.attempt.as_ref().is_some_and(|attempt| record.message_ids.last() != Some(attempt));
    let transition = if outdated && update.event != Event::Registered {
        Transition::Stays
    } else {
        next(from, update.event)?
    };
    if let Transition::To(state) = transition {
        record.state = state;
        // A step of the file exchange does not move the time at which the register is asked.
        let kept = record.next_attempt_at.filter(|_| from.is_awaiting() && state.is_awaiting());
        record.next_attempt_at = update.next_attempt_at.or(kept);
        record.updated_at = now;
        if state == State::Accepted {
            record.accepted_at = Some(now);
        }
        match &update.news {
            News::None => {}
            News::Refused(facts) => {
                record.codes = facts.errors.iter().map(|error| error.code.clone()).collect();
                record.errors = facts.errors.clone();
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
        store(transaction, &record)?;
    }
    if let Some(message) = &update.message {
        insert_message(transaction, Some(local_uid), message, now)?;
    }
    Ok(Change { from, record })
}

/// Writes the changeable columns of a record.
fn store(transaction: &Transaction<'_>, record: &Record) -> Result<(), JournalError> {
    let item = record.registry_item.as_ref().map(|item| to_json(item, "registry_item")).transpose()?;
    transaction
        .prepare_cached(
            "UPDATE documents SET state = ?2, emdr_id = ?3, registry_item = ?4, errors = ?5, owner = ?6,
                retryable = ?7, updated_at = ?8, accepted_at = ?9, next_attempt_at = ?10 WHERE local_uid = ?1",
        )?
        .execute(params![
            record.local_uid,
            record.state.as_str(),
            record.emdr_id,
            item,
            to_json(&record.errors, "errors")?,
            record.owner.map(owner_word),
            record.retryable,
            to_millis(record.updated_at),
            record.accepted_at.map(to_millis),
            record.next_attempt_at.map(to_millis),
        ])?;
    Ok(())
}

fn insert_message(
    transaction: &Transaction<'_>,
    local_uid: Option<&str>,
    message: &Message,
    now: OffsetDateTime,
) -> Result<(), JournalError> {
    transaction
        .prepare_cached(
            "INSERT INTO messages (local_uid, direction, action, message_id, relates_to, raw, at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            local_uid,
            message.direction.as_str(),
            message.action,
            message.message_id.as_ref().map(MessageId::as_str),
            message.relates_to.as_ref().map(MessageId::as_str),
            message.raw,
            to_millis(now),
        ])?;
    Ok(())
}

fn load(connection: &Connection, local_uid: &str) -> Result<Option<Record>, JournalError> {
    let mut statement = connection.prepare_cached(
        "SELECT local_uid, kind, organization, file, sha256, state, attempts, emdr_id, registry_item, errors, owner,
            retryable, created_at, updated_at, accepted_at, next_attempt_at FROM documents WHERE local_uid = ?1",
    )?;
    let mut rows = statement.query([local_uid])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let mut record = read_record(row)?;
    let mut attempts =
        connection.prepare_cached("SELECT message_id FROM attempts WHERE local_uid = ?1 ORDER BY number")?;
    let ids = attempts.query_map([local_uid], |row| row.get::<_, String>(0))?;
    for id in ids {
        record.message_ids.push(MessageId::normalise(&id?));
    }
    Ok(Some(record))
}

fn read_record(row: &Row<'_>) -> Result<Record, JournalError> {
    let state: String = row.get("state")?;
    let errors: Vec<crate::message::RegisterError> = from_json(&row.get::<_, String>("errors")?, "errors")?;
    let item: Option<String> = row.get("registry_item")?;
    let moment = |column: &'static str| -> Result<Option<OffsetDateTime>, JournalError> {
        let millis: Option<i64> = row.get(column)?;
        millis.map(|millis| from_millis(millis, column)).transpose()
    };
    let required = |column| moment(column)?.ok_or(JournalError::Corrupt { column });
    Ok(Record {
        local_uid: row.get("local_uid")?,
        kind: row.get("kind")?,
        organization: row.get("organization")?,
        file: row.get("file")?,
        sha256: row.get("sha256")?,
        state: state.parse().map_err(|_| JournalError::Corrupt { column: "state" })?,
        attempts: row.get("attempts")?,
        message_ids: Vec::new(),
        emdr_id: row.get("emdr_id")?,
        registry_item: item.map(|item| from_json(&item, "registry_item")).transpose()?,
        codes: distinct_codes(&errors),
        errors,
        owner: row.get::<_, Option<String>>("owner")?.map(|word| owner_of(&word)).transpose()?,
        retryable: row.get("retryable")?,
        created_at: required("created_at")?,
        updated_at: required("updated_at")?,
        accepted_at: moment("accepted_at")?,
        next_attempt_at: moment("next_attempt_at")?,
    })
}

const OWNERS: [(Owner, &str); 5] = [
    (Owner::Clinic, "clinic"),
    (Owner::Mis, "mis"),
    (Owner::Integrator, "integrator"),
    (Owner::Register, "register"),
    (Owner::Mixed, "mixed"),
];

fn owner_word(owner: Owner) -> &'static str {
    OWNERS.iter().find(|(known, _)| *known == owner).map_or("mixed", |(_, word)| word)
}

fn owner_of(word: &str) -> Result<Owner, JournalError> {
    let found = OWNERS.iter().find(|(_, known)| *known == word);
    found.map(|(owner, _)| *owner).ok_or(JournalError::Corrupt { column: "owner" })
}

fn to_json(value: &impl serde::Serialize, column: &'static str) -> Result<String, JournalError> {
    serde_json::to_string(value).map_err(|_| JournalError::Corrupt { column })
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str, column: &'static str) -> Result<T, JournalError> {
    serde_json::from_str(text).map_err(|_| JournalError::Corrupt { column })
}

/// Milliseconds since the Unix epoch, the unit of all times in the journal.
fn to_millis(moment: OffsetDateTime) -> i64 {
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

fn from_millis(millis: i64, column: &'static str) -> Result<OffsetDateTime, JournalError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .map_err(|_| JournalError::Corrupt { column })
}

/// The codes of a refusal without repetitions, in their order: two signatures may fail for the same reason.
fn distinct_codes(errors: &[RegisterError]) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for error in errors {
        if !codes.contains(&error.code) {
            codes.push(error.code.clone());
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_of_two_signatures_is_named_once() {
        let error = |code: &str| RegisterError { code: code.to_owned(), message: String::new() };
        let errors = ["DIGEST_MISMATCH", "SIGNATURE_VERIFICATION_ERROR", "DIGEST_MISMATCH"].map(error);
        assert_eq!(distinct_codes(&errors), ["DIGEST_MISMATCH", "SIGNATURE_VERIFICATION_ERROR"]);
    }
}
