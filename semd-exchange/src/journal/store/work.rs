//! Workers: leases, claims, the queue, the pace.

use time::OffsetDateTime;

use super::documents::{self, Document, PUT_ASIDE};
use crate::journal::bucket::Bucket;
use crate::journal::codec::{from_json, to_millis, unpack};
use crate::journal::sql::{Param, Row, Session};
use crate::journal::{Change, Claimed, Event, Grant, JournalError, Purpose, Rate, State, Update};
use crate::message::RegisterDocumentRequest;

/// No request waits for its answer for so long.
const LONGEST_ATTEMPT: time::Duration = time::Duration::minutes(15);
/// Documents that change hands in one transaction.
const TAKEN_OVER_AT_ONCE: i64 = 200;
/// Documents that one statement gives back.
const RELEASED_AT_ONCE: usize = 64;
/// States in which a worker has something to do sooner or later, with an index over the due time of each.
const SCHEDULED: [State; 5] =
    [State::Queued, State::Unknown, State::Accepted, State::FileRequested, State::FileSent];

/// Adds a worker; gives its number and whether nobody else was there. `exclusive` means that nobody else can be.
pub(super) fn enter(
    session: &mut dyn Session,
    name: &str,
    now: i64,
    lease_millis: Option<i64>,
    exclusive: bool,
) -> Result<(i64, bool), JournalError> {
    if exclusive {
        session.execute("UPDATE workers SET expires_at = ?1", &[Param::Integer(0)])?;
    }
    let mut others =
        session.rows("SELECT count(*) FROM workers WHERE expires_at > ?1", &[now.into()])?.into_iter();
    let others = others.next().map_or(Ok(0), |mut row| row.integer("count"))?;
    let expires_at = lease_millis.map_or(i64::MAX, |millis| now.saturating_add(millis));
    let row = session.row(
        "INSERT INTO workers (name, started_at, expires_at) VALUES (?1, ?2, ?3) RETURNING id",
        &[name.into(), now.into(), expires_at.into()],
    )?;
    let worker = row.ok_or(JournalError::Corrupt { column: "id" })?.integer("id")?;
    Ok((worker, others == 0))
}

pub(super) fn renew(session: &mut dyn Session, worker: i64, until: i64) -> Result<(), JournalError> {
    let changed = session
        .execute("UPDATE workers SET expires_at = ?2 WHERE id = ?1", &[worker.into(), until.into()])?;
    if changed == 0 { Err(JournalError::LeaseLost { worker }) } else { Ok(()) }
}

pub(super) fn expire(session: &mut dyn Session, worker: i64) -> Result<(), JournalError> {
    session.execute("UPDATE workers SET expires_at = ?2 WHERE id = ?1", &[worker.into(), 0.into()])?;
    Ok(())
}

/// Takes over a part of what a worker left behind: `worker`, or any whose lease ended before `clock`. `None` when there
/// is nobody to take over from.
pub(super) fn take_over(
    session: &mut dyn Session,
    worker: Option<i64>,
    clock: i64,
    now: OffsetDateTime,
) -> Result<Option<Vec<Change>>, JournalError> {
    let row = match worker {
        Some(worker) => {
            session.row("SELECT id FROM workers WHERE id = ?1 /*for update*/", &[worker.into()])?
        }
        None => session.row(
            "SELECT id FROM workers WHERE expires_at <= ?1 ORDER BY id LIMIT 1 /*skip locked*/",
            &[clock.into()],
        )?,
    };
    let Some(mut row) = row else { return Ok(None) };
    let worker = row.integer("id")?;
    let statement = format!(
        "SELECT {} FROM documents WHERE claimed_by = ?1 ORDER BY id LIMIT ?2 /*for update*/",
        documents::COLUMNS
    );
    let rows = session.rows(&statement, &[worker.into(), TAKEN_OVER_AT_ONCE.into()])?;
    let last = (rows.len() as i64) < TAKEN_OVER_AT_ONCE;
    let mut changes = Vec::new();
    for mut row in rows {
        let document = documents::read(&mut row)?;
        if document.record.state == State::Submitting {
            changes.push(interrupt(session, document, now)?);
        } else {
            session.execute("UPDATE documents SET claimed_by = NULL WHERE id = ?1", &[document.id.into()])?;
        }
    }
    if last {
        session.execute("DELETE FROM workers WHERE id = ?1", &[worker.into()])?;
    }
    Ok(Some(changes))
}

/// Ends attempts that were begun without a lease and never got an answer: nobody renews anything for them.
pub(super) fn end_unclaimed_attempts(
    session: &mut dyn Session,
    now: OffsetDateTime,
) -> Result<Vec<Change>, JournalError> {
    let statement = format!(
        "SELECT {} FROM documents WHERE state = ?1 AND claimed_by IS NULL AND updated_at < ?2
            ORDER BY id LIMIT ?3 /*skip locked*/",
        documents::COLUMNS
    );
    let rows = session.rows(
        &statement,
        &[
            State::Submitting.as_str().into(),
            to_millis(now - LONGEST_ATTEMPT).into(),
            TAKEN_OVER_AT_ONCE.into(),
        ],
    )?;
    rows.into_iter().map(|mut row| interrupt(session, documents::read(&mut row)?, now)).collect()
}

/// It was on the wire, perhaps: nobody knows whether the request arrived.
fn interrupt(
    session: &mut dyn Session,
    mut document: documents::Document,
    now: OffsetDateTime,
) -> Result<Change, JournalError> {
    let from = document.record.state;
    documents::apply(session, &mut document, &Update::bare(Event::Interrupted), None, now)?;
    Ok(Change { from, record: document.record })
}

/// Claims documents that are due.
pub(super) fn claim(
    session: &mut dyn Session,
    worker: i64,
    clock: i64,
    purpose: Purpose,
    limit: u32,
    now: OffsetDateTime,
) -> Result<Vec<Claimed>, JournalError> {
    // The row lock keeps others from taking over while the claims are written.
    let alive = session.row(
        "SELECT id FROM workers WHERE id = ?1 AND expires_at > ?2 /*for update*/",
        &[worker.into(), clock.into()],
    )?;
    if alive.is_none() {
        return Err(JournalError::LeaseLost { worker });
    }
    let stopped = match purpose {
        Purpose::Send => stopped(session)?,
        Purpose::Ask => Vec::new(),
    };
    let mut claimed = Vec::new();
    for state in purpose.states() {
        loop {
            let wanted = limit as usize - claimed.len();
            if wanted == 0 {
                break;
            }
            let due = claim_due(session, worker, purpose, state.as_str(), wanted, now)?;
            let found = due.len();
            for (document, request) in due {
                if stopped.contains(&document.record.organization) {
                    session.execute(
                        "UPDATE documents SET due_at = ?2, claimed_by = NULL WHERE id = ?1",
                        &[document.id.into(), PUT_ASIDE.into()],
                    )?;
                } else {
                    claimed.push(Claimed { record: document.record, request });
                }
            }
            if found < wanted {
                break;
            }
        }
    }
    Ok(claimed)
}

/// Claims up to `wanted` due documents of one state, the longest due first, with the requests to be sent.
///
/// One statement: with one for each document, a batch on another machine would wait for a hundred answers. The number stands
/// in its text, because a planner that does not know it expects a tenth of the table.
fn claim_due(
    session: &mut dyn Session,
    worker: i64,
    purpose: Purpose,
    state: &str,
    wanted: usize,
    now: OffsetDateTime,
) -> Result<Vec<(Document, Option<RegisterDocumentRequest>)>, JournalError> {
    let request = match purpose {
        Purpose::Send => {
            ", (SELECT request FROM contents WHERE document_id = documents.id),
               (SELECT request_encoding FROM contents WHERE document_id = documents.id)"
        }
        Purpose::Ask => "",
    };
    let statement = format!(
        "WITH due AS MATERIALIZED (SELECT id FROM documents
                WHERE state = ?1 AND claimed_by IS NULL AND due_at <= ?2
                ORDER BY due_at, id LIMIT {wanted} /*skip locked*/)
            UPDATE documents SET claimed_by = ?3 WHERE id IN (SELECT id FROM due) RETURNING {}{request}",
        documents::COLUMNS
    );
    let rows = session.rows(&statement, &[state.into(), to_millis(now).into(), worker.into()])?;
    let mut due = Vec::with_capacity(rows.len());
    for mut row in rows {
        let document = documents::read(&mut row)?;
        let request = match purpose {
            Purpose::Send => Some(request_of(&mut row)?),
            Purpose::Ask => None,
        };
        due.push((document, request));
    }
    // Changed rows come back in any order.
    due.sort_by_key(|(document, _)| (document.record.next_attempt_at, document.id));
    Ok(due)
}

fn request_of(row: &mut Row) -> Result<RegisterDocumentRequest, JournalError> {
    let text = unpack(row.bytes("request")?, row.integer("request_encoding")?, "request")?;
    from_json(&text, "request")
}

fn stopped(session: &mut dyn Session) -> Result<Vec<String>, JournalError> {
    let rows = session.rows("SELECT organization FROM stops", &[])?;
    rows.into_iter().map(|mut row| row.text("organization")).collect()
}

pub(super) fn release(
    session: &mut dyn Session,
    worker: i64,
    local_uids: &[String],
) -> Result<(), JournalError> {
    for some in local_uids.chunks(RELEASED_AT_ONCE) {
        let keys: Vec<String> = some.iter().map(|local_uid| documents::key(local_uid)).collect();
        let places: Vec<String> = (3..3 + keys.len()).map(|place| format!("?{place}")).collect();
        let statement = format!(
            "UPDATE documents SET claimed_by = NULL WHERE claimed_by = ?1 AND state <> ?2 AND uid_key IN ({})",
            places.join(", ")
        );
        let mut parameters = vec![worker.into(), State::Submitting.as_str().into()];
        parameters.extend(keys.iter().map(Param::from));
        session.execute(&statement, &parameters)?;
    }
    Ok(())
}

pub(super) fn ask_about_all(session: &mut dyn Session, now: OffsetDateTime) -> Result<u64, JournalError> {
    let mut changed = 0;
    for state in SCHEDULED.iter().filter(|state| state.is_awaiting()) {
        changed += session.execute(
            "UPDATE documents SET due_at = ?2 WHERE state = ?1 AND claimed_by IS NULL
                AND (due_at IS NULL OR due_at > ?2)",
            &[state.as_str().into(), to_millis(now).into()],
        )?;
    }
    Ok(changed)
}

pub(super) fn postpone(
    session: &mut dyn Session,
    local_uid: &str,
    until: OffsetDateTime,
) -> Result<(), JournalError> {
    session.execute(
        "UPDATE documents SET due_at = ?2, claimed_by = NULL WHERE uid_key = ?1
            AND state IN ('queued', 'unknown', 'accepted', 'file_requested', 'file_sent')",
        &[(&documents::key(local_uid)).into(), to_millis(until).into()],
    )?;
    Ok(())
}

pub(super) fn resume(
    session: &mut dyn Session,
    organization: &str,
    now: OffsetDateTime,
) -> Result<bool, JournalError> {
    let stopped = session.execute("DELETE FROM stops WHERE organization = ?1", &[organization.into()])?;
    session.execute(
        "UPDATE documents SET due_at = ?3 WHERE organization = ?1 AND state = ?2 AND due_at = ?4",
        &[organization.into(), State::Queued.as_str().into(), to_millis(now).into(), PUT_ASIDE.into()],
    )?;
    Ok(stopped > 0)
}

/// The earliest due time of all documents that nobody has claimed.
pub(super) fn earliest(session: &mut dyn Session) -> Result<Option<i64>, JournalError> {
    let mut earliest: Option<i64> = None;
    for state in SCHEDULED {
        let row = session.row(
            "SELECT due_at FROM documents WHERE state = ?1 AND claimed_by IS NULL AND due_at < ?2
                ORDER BY due_at LIMIT 1",
            &[state.as_str().into(), PUT_ASIDE.into()],
        )?;
        if let Some(mut row) = row {
            let due = row.integer("due_at")?;
            earliest = Some(earliest.map_or(due, |known| known.min(due)));
        }
    }
    Ok(earliest)
}

/// Whether something is left to do that is not put aside.
pub(super) fn has_open(session: &mut dyn Session) -> Result<bool, JournalError> {
    if earliest(session)?.is_some() {
        return Ok(true);
    }
    for state in State::ALL.into_iter().filter(|state| !state.is_settled()) {
        let row = session.row(
            "SELECT id FROM documents WHERE state = ?1 AND (due_at IS NULL OR due_at < ?2) LIMIT 1",
            &[state.as_str().into(), PUT_ASIDE.into()],
        )?;
        if row.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The bucket of a client; `lock` when it is about to change.
pub(super) fn bucket(
    session: &mut dyn Session,
    client: &str,
    lock: bool,
) -> Result<Option<Bucket>, JournalError> {
    let statement = match lock {
        true => "SELECT rate, tokens, filled_at, paused_until FROM rates WHERE client = ?1 /*for update*/",
        false => "SELECT rate, tokens, filled_at, paused_until FROM rates WHERE client = ?1",
    };
    let Some(mut row) = session.row(statement, &[client.into()])? else { return Ok(None) };
    Ok(Some(Bucket {
        rate: row.integer("rate")?,
        tokens: row.integer("tokens")?,
        filled_at: row.integer("filled_at")?,
        paused_until: row.integer("paused_until")?,
    }))
}

fn keep_bucket(session: &mut dyn Session, client: &str, bucket: Bucket) -> Result<(), JournalError> {
    session.execute(
        "INSERT INTO rates (client, rate, tokens, filled_at, paused_until) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (client) DO UPDATE SET rate = excluded.rate, tokens = excluded.tokens,
                filled_at = excluded.filled_at, paused_until = excluded.paused_until",
        &[
            client.into(),
            bucket.rate.into(),
            bucket.tokens.into(),
            bucket.filled_at.into(),
            bucket.paused_until.into(),
        ],
    )?;
    Ok(())
}

pub(super) fn take_tokens(
    session: &mut dyn Session,
    client: &str,
    rate: Option<Rate>,
    wanted: u32,
    now: OffsetDateTime,
) -> Result<Grant, JournalError> {
    let known = bucket(session, client, true)?;
    let Some(known) = known.or_else(|| rate.map(|rate| Bucket::new(rate, to_millis(now)))) else {
        return Ok(Grant { granted: wanted, again_at: None });
    };
    let (kept, grant) = known.take(rate, wanted, now)?;
    match kept {
        Some(kept) => keep_bucket(session, client, kept)?,
        None => {
            session.execute("DELETE FROM rates WHERE client = ?1", &[client.into()])?;
        }
    }
    Ok(grant)
}

pub(super) fn slow_down(
    session: &mut dyn Session,
    client: &str,
    rate: Option<Rate>,
    until: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<(), JournalError> {
    let known = bucket(session, client, true)?;
    keep_bucket(session, client, Bucket::slow_down(known, rate, to_millis(until), to_millis(now)))
}
