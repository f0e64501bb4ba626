//! Journals of other formats.

use semd_core::report::Owner;
use semd_exchange::journal::{Filter, JournalError, Purpose, State};
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

/// What format 4 added is there for the documents of an older journal.
#[test]
fn journal_of_format_3_is_found_by_what_format_4_added() {
    // The identifiers of rows differ from those of arrival as little as in a real journal.
    const ROWS: &str = "INSERT INTO documents (id, uid_key, local_uid, kind, organization, file, sha256, state, emdr_id, errors,
            owner, retryable, created_at, updated_at) VALUES
        (1, 'u1', 'u1', '119', '1.2.643', 'папка/Осмотр-1.xml', '', 'rejected', NULL,
            '[{\"code\":\"NO_SNILS\",\"message\":\"m\"}]', 'clinic', 0, 1000, 2000),
        (2, 'u2', 'u2', '118', '1.2.643', 'C:\\x\\b.xml', '', 'registered', '119.77', '[]', NULL, NULL, 1000, 2000);
        INSERT INTO refusal_codes (document_id, code) VALUES (1, 'NO_SNILS');
        UPDATE state_counts SET documents = 0;
        INSERT INTO state_counts (state, part, documents) VALUES ('rejected', 0, 1), ('registered', 0, 1);";
    let mut places = vec![Place::sqlite()];
    let old = rusqlite::Connection::open(places[0].file().unwrap()).unwrap();
    for script in [
        include_str!("../../src/journal/schema/sqlite-1.sql"),
        include_str!("../../src/journal/schema/sqlite-2.sql"),
        include_str!("../../src/journal/schema/sqlite-3.sql"),
        ROWS,
        "PRAGMA user_version = 3",
    ] {
        old.execute_batch(script).unwrap();
    }
    drop(old);
    if let Some(place) = Place::postgres() {
        let mut sql = place.sql().unwrap();
        for script in [
            "CREATE TABLE journal_format (id BIGINT PRIMARY KEY, version BIGINT NOT NULL);
             INSERT INTO journal_format VALUES (1, 3)",
            include_str!("../../src/journal/schema/postgres-2.sql"),
            include_str!("../../src/journal/schema/postgres-3.sql"),
            ROWS,
        ] {
            sql.batch_execute(script).unwrap();
        }
        places.push(place);
    }
    for place in places {
        let journal = place.open();
        let found = |text: &str| -> Vec<String> {
            journal.search(text, 9).unwrap().into_iter().map(|record| record.local_uid).collect()
        };
        for (text, uid) in [("осмотр-1.xml", "u1"), ("смотр", "u1"), ("b.xm", "u2"), ("119.7", "u2")]
        {
            assert_eq!(found(text), [uid], "{text}");
        }
        let by = |filter: Filter| journal.list(&filter).unwrap().len();
        let code = Some("NO_SNILS".to_owned());
        assert_eq!(by(Filter { code: code.clone(), owner: Some(Owner::Clinic), ..Filter::default() }), 1);
        assert_eq!(by(Filter { code, retryable: Some(true), ..Filter::default() }), 0);
        assert_eq!(by(Filter { kind: Some("118".into()), ..Filter::default() }), 1);
        assert_eq!(journal.code_counts().unwrap()[0].organization, "1.2.643");
    }
}
