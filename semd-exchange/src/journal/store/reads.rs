//! Questions to the journal.

use super::documents::{self, in_list, key, state_of};
use crate::journal::codec::{from_json, from_millis, owner_of, unpack};
use crate::journal::sql::{Row, Session};
use crate::journal::{
    AgeStep, CodeCount, DayCount, HistoryEntry, JournalError, Message, PeriodCount, State, Stop,
    StoredMessage, WorkerEntry,
};
use crate::message::RegisterDocumentRequest;
use crate::soap::MessageId;

/// Values in one `IN (…)`; lists are filled up, so that the number of different statements stays small.
const LIST: usize = 64;

pub(super) fn settled(session: &mut dyn Session, local_uids: &[String]) -> Result<Vec<bool>, JournalError> {
    let mut settled = Vec::with_capacity(local_uids.len());
    for part in local_uids.chunks(LIST) {
        let mut keys: Vec<String> = part.iter().map(|local_uid| key(local_uid)).collect();
        let asked = keys.len();
        keys.resize(LIST, keys[0].clone());
        let (places, parameters) = in_list(1, &keys);
        let statement = format!("SELECT uid_key, state FROM documents WHERE uid_key IN ({places})");
        let mut found = std::collections::HashMap::new();
        for mut row in session.rows(&statement, &parameters)? {
            let uid = row.text("uid_key")?;
            found.insert(uid, state_of(&row.text("state")?)?.is_settled());
        }
        settled.extend(keys[..asked].iter().map(|key| found.get(key).copied().unwrap_or(false)));
    }
    Ok(settled)
}

pub(super) fn request(
    session: &mut dyn Session,
    local_uid: &str,
) -> Result<Option<RegisterDocumentRequest>, JournalError> {
    let row = session.row(
        "SELECT request, request_encoding FROM contents JOIN documents ON id = document_id WHERE uid_key = ?1",
        &[(&key(local_uid)).into()],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let text = unpack(row.bytes("request")?, row.integer("request_encoding")?, "request")?;
    from_json(&text, "request").map(Some)
}

pub(super) fn bytes(session: &mut dyn Session, local_uid: &str) -> Result<Option<Vec<u8>>, JournalError> {
    let row = session.row(
        "SELECT bytes, bytes_encoding FROM contents JOIN documents ON id = document_id WHERE uid_key = ?1",
        &[(&key(local_uid)).into()],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    unpack(row.bytes("bytes")?, row.integer("bytes_encoding")?, "bytes").map(Some)
}

pub(super) fn find_by_message(
    session: &mut dyn Session,
    message_id: &MessageId,
) -> Result<Option<String>, JournalError> {
    let row = session.row(
        "SELECT local_uid FROM attempts JOIN documents ON id = document_id WHERE message_id = ?1",
        &[message_id.as_str().into()],
    )?;
    row.map(|mut row| row.text("local_uid")).transpose()
}

pub(super) fn find_by_emdr_id(
    session: &mut dyn Session,
    emdr_id: &str,
) -> Result<Option<String>, JournalError> {
    let row = session.row("SELECT local_uid FROM documents WHERE emdr_id = ?1", &[emdr_id.into()])?;
    row.map(|mut row| row.text("local_uid")).transpose()
}

pub(super) fn messages(
    session: &mut dyn Session,
    local_uid: &str,
) -> Result<Vec<StoredMessage>, JournalError> {
    let rows = session.rows(
        "SELECT direction, action, message_id, relates_to, raw, encoding, at FROM history
            JOIN documents ON documents.id = document_id
            WHERE uid_key = ?1 AND direction IS NOT NULL ORDER BY history.id",
        &[(&key(local_uid)).into()],
    )?;
    let message = |mut row: Row| {
        let direction = documents::direction_of(&row.text("direction")?);
        let action = row.text("action")?;
        let message_id = row.text_or_null("message_id")?.map(|id| MessageId::normalise(&id));
        let relates_to = row.text_or_null("relates_to")?.map(|id| MessageId::normalise(&id));
        let raw = row.bytes_or_null("raw")?;
        let encoding = row.integer("encoding")?;
        let raw = raw.map(|raw| unpack(raw, encoding, "raw")).transpose()?;
        let at = from_millis(row.integer("at")?, "at")?;
        Ok(StoredMessage { message: Message { direction, action, message_id, relates_to, raw }, at })
    };
    rows.into_iter().map(message).collect()
}

pub(super) fn history(session: &mut dyn Session, local_uid: &str) -> Result<Vec<HistoryEntry>, JournalError> {
    let rows = session.rows(
        "SELECT history.id, at, event, history.state, direction, action, message_id, relates_to,
                CAST(CASE WHEN raw IS NULL THEN 0 ELSE 1 END AS BIGINT)
            FROM history JOIN documents ON documents.id = document_id WHERE uid_key = ?1 ORDER BY history.id",
        &[(&key(local_uid)).into()],
    )?;
    let entry = |mut row: Row| {
        Ok(HistoryEntry {
            number: row.integer("id")?,
            at: from_millis(row.integer("at")?, "at")?,
            event: row.text_or_null("event")?,
            state: row.text_or_null("state")?.map(|word| state_of(&word)).transpose()?,
            direction: row.text_or_null("direction")?.map(|word| documents::direction_of(&word)),
            action: row.text_or_null("action")?,
            message_id: row.text_or_null("message_id")?.map(|id| MessageId::normalise(&id)),
            relates_to: row.text_or_null("relates_to")?.map(|id| MessageId::normalise(&id)),
            has_raw: row.integer("raw")? != 0,
        })
    };
    rows.into_iter().map(entry).collect()
}

pub(super) fn raw_message(session: &mut dyn Session, number: i64) -> Result<Option<Vec<u8>>, JournalError> {
    let row = session.row("SELECT raw, encoding FROM history WHERE id = ?1", &[number.into()])?;
    let Some(mut row) = row else { return Ok(None) };
    let Some(raw) = row.bytes_or_null("raw")? else { return Ok(None) };
    unpack(raw, row.integer("encoding")?, "raw").map(Some)
}

pub(super) fn orphan_count(session: &mut dyn Session) -> Result<u32, JournalError> {
    let row = session.row("SELECT count(*) FROM orphans", &[])?;
    let count = row.map_or(Ok(0), |mut row| row.integer("count"))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

fn count(row: &mut Row) -> Result<u64, JournalError> {
    let count = row.integer("count")?;
    u64::try_from(count).map_err(|_| JournalError::Corrupt { column: "count" })
}

pub(super) fn state_counts(session: &mut dyn Session) -> Result<Vec<(State, u64)>, JournalError> {
    let rows =
        session.rows("SELECT state, CAST(sum(documents) AS BIGINT) FROM state_counts GROUP BY state", &[])?;
    let mut counts = rows
        .into_iter()
        .map(|mut row| Ok((state_of(&row.text("state")?)?, count(&mut row)?)))
        .collect::<Result<Vec<_>, JournalError>>()?;
    counts.retain(|(_, documents)| *documents > 0);
    counts.sort_unstable();
    Ok(counts)
}

pub(super) fn code_counts(session: &mut dyn Session) -> Result<Vec<CodeCount>, JournalError> {
    let rows = session.rows(
        "SELECT code, kind, organization, owner, retryable, count(*) AS total FROM refusal_codes
            GROUP BY code, kind, organization, owner, retryable ORDER BY total DESC, code, kind, organization",
        &[],
    )?;
    let entry = |mut row: Row| {
        Ok(CodeCount {
            code: row.text("code")?,
            kind: row.text("kind")?,
            organization: row.text("organization")?,
            owner: row.text_or_null("owner")?.map(|word| owner_of(&word)).transpose()?,
            retryable: row.integer_or_null("retryable")?.map(|flag| flag != 0),
            documents: count(&mut row)?,
        })
    };
    rows.into_iter().map(entry).collect()
}

/// One pass over the waiting documents, not one a step.
pub(super) fn age_steps(session: &mut dyn Session, now: i64) -> Result<Vec<AgeStep>, JournalError> {
    let mut cases = String::new();
    for (step, seconds) in AgeStep::ENDS.into_iter().enumerate() {
        cases += &format!(" WHEN ?1 - coalesce(accepted_at, updated_at) < {} THEN {step}", seconds * 1000);
    }
    let rest = AgeStep::ENDS.len();
    let statement = format!(
        "SELECT CAST(CASE{cases} ELSE {rest} END AS BIGINT) AS step, count(*) FROM documents
            WHERE state IN ('accepted', 'file_requested', 'file_sent') GROUP BY step"
    );
    let ends = AgeStep::ENDS.into_iter().map(Some).chain([None]);
    let mut steps: Vec<AgeStep> = ends.map(|below_seconds| AgeStep { below_seconds, documents: 0 }).collect();
    for mut row in session.rows(&statement, &[now.into()])? {
        let step = usize::try_from(row.integer("step")?).unwrap_or(rest);
        steps[step.min(rest)].documents = count(&mut row)?;
    }
    Ok(steps)
}

pub(super) fn first_registration(session: &mut dyn Session) -> Result<Option<i64>, JournalError> {
    // The condition lets the partial index answer.
    let row = session.row(
        "SELECT registered_at FROM documents WHERE registered_at IS NOT NULL ORDER BY registered_at LIMIT 1",
        &[],
    )?;
    row.map(|mut row| row.integer("registered_at")).transpose()
}

pub(super) fn registered_by_day(
    session: &mut dyn Session,
    from: i64,
    days: u32,
) -> Result<Vec<DayCount>, JournalError> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let rows = session.rows(
        "SELECT (registered_at - ?1) / ?3 AS day, count(*) FROM documents
            WHERE registered_at >= ?1 AND registered_at < ?2 GROUP BY day ORDER BY day",
        &[from.into(), (from + i64::from(days) * DAY).into(), DAY.into()],
    )?;
    let entry = |mut row: Row| {
        let day = u32::try_from(row.integer("day")?).map_err(|_| JournalError::Corrupt { column: "day" })?;
        Ok(DayCount { day, registered: count(&mut row)? })
    };
    rows.into_iter().map(entry).collect()
}

pub(super) fn registered_between(
    session: &mut dyn Session,
    from: i64,
    until: i64,
) -> Result<Vec<PeriodCount>, JournalError> {
    let rows = session.rows(
        "SELECT organization, kind, count(*), count(CASE WHEN attempts <= 1 THEN 1 END) FROM documents
            WHERE registered_at >= ?1 AND registered_at < ?2 GROUP BY organization, kind
            ORDER BY organization, kind",
        &[from.into(), until.into()],
    )?;
    let entry = |mut row: Row| {
        Ok(PeriodCount {
            organization: row.text("organization")?,
            kind: row.text("kind")?,
            registered: count(&mut row)?,
            at_first_attempt: count(&mut row)?,
        })
    };
    rows.into_iter().map(entry).collect()
}

pub(super) fn stops(session: &mut dyn Session) -> Result<Vec<Stop>, JournalError> {
    let rows = session.rows("SELECT organization, code, since FROM stops ORDER BY since", &[])?;
    let stop = |mut row: Row| {
        Ok(Stop {
            organization: row.text("organization")?,
            code: row.text("code")?,
            since: from_millis(row.integer("since")?, "since")?,
        })
    };
    rows.into_iter().map(stop).collect()
}

pub(super) fn workers(session: &mut dyn Session) -> Result<Vec<WorkerEntry>, JournalError> {
    let rows = session.rows(
        "SELECT id, name, started_at, (SELECT count(*) FROM documents WHERE claimed_by = workers.id)
            FROM workers ORDER BY id",
        &[],
    )?;
    let entry = |mut row: Row| {
        Ok(WorkerEntry {
            number: row.integer("id")?,
            name: row.text("name")?,
            started_at: from_millis(row.integer("started_at")?, "started_at")?,
            claimed: count(&mut row)?,
        })
    };
    rows.into_iter().map(entry).collect()
}
