//! Documents that come into the journal.

use time::OffsetDateTime;

use super::documents;
use crate::journal::codec::{Packed, pack, to_json, to_millis, unpack};
use crate::journal::record::file_name_key;
use crate::journal::sql::Session;
use crate::journal::{Enqueued, Event, JournalError, State, Submission, Update};

/// A submission in the form of its rows; hashing and compressing happen before the transaction begins.
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    submission: &'a Submission,
    sha256: String,
    file_name: String,
    request: String,
    packed_request: Packed,
    packed_bytes: Packed,
}

impl<'a> Prepared<'a> {
    pub(super) fn new(submission: &'a Submission) -> Result<Self, JournalError> {
        let request = to_json(&submission.request, "request")?;
        Ok(Self {
            sha256: submission.sha256(),
            file_name: file_name_key(&submission.file),
            packed_request: pack(request.as_bytes()),
            packed_bytes: pack(&submission.bytes),
            request,
            submission,
        })
    }
}

pub(super) fn enqueue(
    session: &mut dyn Session,
    prepared: &Prepared<'_>,
    now: OffsetDateTime,
) -> Result<Enqueued, JournalError> {
    let request = &prepared.submission.request;
    let millis = to_millis(now);
    let inserted = session.row(
        "INSERT INTO documents (uid_key, local_uid, kind, organization, file, sha256, state, created_at, updated_at,
            due_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?8) ON CONFLICT (uid_key) DO NOTHING RETURNING id",
        &[
            (&documents::key(&request.local_uid)).into(),
            (&request.local_uid).into(),
            (&request.kind).into(),
            (&request.organization).into(),
            (&prepared.submission.file).into(),
            (&prepared.sha256).into(),
            State::Queued.as_str().into(),
            millis.into(),
        ],
    )?;
    let Some(mut row) = inserted else {
        return known(session, prepared, now);
    };
    let id = row.integer("id")?;
    session.moved(None, State::Queued);
    session.execute(
        "INSERT INTO contents (document_id, bytes, bytes_encoding, request, request_encoding)
            VALUES (?1, ?2, ?3, ?4, ?5)",
        &[
            id.into(),
            prepared.packed_bytes.bytes.as_slice().into(),
            prepared.packed_bytes.encoding.into(),
            prepared.packed_request.bytes.as_slice().into(),
            prepared.packed_request.encoding.into(),
        ],
    )?;
    session.execute(
        "INSERT INTO file_names (document_id, name) VALUES (?1, ?2)",
        &[id.into(), (&prepared.file_name).into()],
    )?;
    documents::record(session, Some(id), Some(("enqueued", State::Queued)), None, None, now)?;
    Ok(Enqueued::New)
}

/// A document whose `localUid` is in the journal already.
fn known(
    session: &mut dyn Session,
    prepared: &Prepared<'_>,
    now: OffsetDateTime,
) -> Result<Enqueued, JournalError> {
    let mut document = documents::lock(session, &prepared.submission.request.local_uid)?;
    let state = document.record.state;
    if document.record.sha256 != prepared.sha256 {
        return Ok(Enqueued::DifferentBytes(state));
    }
    if !matches!(state, State::Rejected | State::Dead) {
        return Ok(Enqueued::Known(state));
    }
    let stored = session.row(
        "SELECT request, request_encoding FROM contents WHERE document_id = ?1",
        &[document.id.into()],
    )?;
    let Some(mut stored) = stored else { return Err(JournalError::Corrupt { column: "request" }) };
    let stored = unpack(stored.bytes("request")?, stored.integer("request_encoding")?, "request")?;
    if stored == prepared.request.as_bytes() {
        return Ok(Enqueued::Known(state));
    }
    session.execute(
        "UPDATE contents SET request = ?2, request_encoding = ?3 WHERE document_id = ?1",
        &[
            document.id.into(),
            prepared.packed_request.bytes.as_slice().into(),
            prepared.packed_request.encoding.into(),
        ],
    )?;
    session.execute(
        "UPDATE documents SET file = ?2 WHERE id = ?1",
        &[document.id.into(), (&prepared.submission.file).into()],
    )?;
    session.execute(
        "UPDATE file_names SET name = ?2 WHERE document_id = ?1",
        &[document.id.into(), (&prepared.file_name).into()],
    )?;
    documents::apply(session, &mut document, &Update::bare(Event::Requeue), None, now)?;
    Ok(Enqueued::Requeued)
}
