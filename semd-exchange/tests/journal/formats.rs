//! Journals of other formats.

use semd_exchange::journal::{JournalError, Purpose, State};
use semd_exchange::soap::MessageId;

use crate::common::stores::Place;
use crate::hands::{LEASE, NOW, UID, submission};

#[test]
fn newer_format_is_refused_by_both_stores() {
    let place = Place::sqlite();
    drop(place.open());
    let raw = rusqlite::Connection::open(place.file().unwrap()).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(place.address.open(), Err(JournalError::NewerFormat { found: 99, .. })));
    let Some(place) = Place::postgres() else { return };
    drop(place.open());
    place.sql().unwrap().batch_execute("UPDATE journal_format SET version = 99").unwrap();
    assert!(matches!(place.address.open(), Err(JournalError::NewerFormat { found: 99, .. })));
}

#[test]
fn journal_of_format_1_is_brought_to_the_latest_with_everything_in_it() {
    let place = Place::sqlite();
    let old = rusqlite::Connection::open(place.file().unwrap()).unwrap();
    old.execute_batch(include_str!("../../src/journal/schema/sqlite-1.sql")).unwrap();
    let request = serde_json::to_string(&submission(b"bytes").request).unwrap();
    old.execute_batch(&format!(
        "PRAGMA user_version = 1;
         INSERT INTO documents VALUES ('{upper}', '119', '1.2.643', 'a.xml', '{sha}', 'submitting', 2, NULL, NULL,
            '[{{\"code\":\"RUNTIME_ERROR\",\"message\":\"m\"}}]', 'register', 1, '{request}', 1000, 2000, NULL, NULL);
         INSERT INTO document_bytes VALUES ('{upper}', CAST('bytes' AS BLOB));
         INSERT INTO attempts VALUES ('b', '{upper}', 2, 2), ('a', '{upper}', 1, 1);
         INSERT INTO messages (local_uid, direction, action, message_id, raw, at)
            VALUES ('{upper}', 'out', 'registerDocument', 'a', CAST('<x/>' AS BLOB), 1), (NULL, 'out', 'search', 'c', NULL, 2);
         INSERT INTO orphans (action, at) VALUES ('x', 3);",
        upper = UID.to_uppercase(),
        sha = submission(b"bytes").sha256(),
    ))
    .unwrap();
    drop(old);
    let journal = place.open();
    let record = journal.document(UID).unwrap().unwrap();
    assert_eq!((record.state, record.attempts), (State::Unknown, 2), "a dead process had been sending it");
    assert_eq!(record.message_ids, ["a", "b"].map(MessageId::normalise));
    assert_eq!(record.codes, ["RUNTIME_ERROR"]);
    assert_eq!(journal.bytes(UID).unwrap().unwrap(), b"bytes");
    assert_eq!(journal.request(UID).unwrap(), Some(submission(b"bytes").request));
    assert_eq!(journal.find_by_message(&MessageId::normalise("b")).unwrap(), Some(UID.to_uppercase()));
    assert_eq!(journal.messages(UID).unwrap()[0].message.raw.as_deref(), Some(&b"<x/>"[..]));
    assert_eq!(journal.orphan_count().unwrap(), 1);
    assert_eq!(journal.code_counts().unwrap()[0].code, "RUNTIME_ERROR");
    let lease = journal.enter("a", LEASE).unwrap();
    assert_eq!(journal.claim(&lease, Purpose::Ask, 9, NOW).unwrap().len(), 1);
}
