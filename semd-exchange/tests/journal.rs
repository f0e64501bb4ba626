//! The SQLite journal on disk: identity, intent, crash points, and invariants under random events.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use proptest::prelude::*;
use semd_core::report::Owner;
use semd_exchange::journal::{
    Enqueued, Event, Filter, Journal, JournalError, News, Refusal, RefusalFacts, SqliteJournal, State,
    Submission, Update,
};
use semd_exchange::message::{RegisterDocumentRequest, RegisterError, RegistryItem};
use semd_exchange::soap::MessageId;
use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-05-14 10:15 UTC);
const UID: &str = "5f2c1a52-8c0e-4a8e-9b7d-1f6a8d0f4b10";

fn submission(bytes: &[u8]) -> Submission {
    Submission {
        file: "a.xml".into(),
        bytes: bytes.to_vec(),
        request: RegisterDocumentRequest {
            local_uid: UID.into(),
            kind: "119".into(),
            ..RegisterDocumentRequest::default()
        },
    }
}

fn open(folder: &Path) -> SqliteJournal {
    SqliteJournal::open(&folder.join("journal.db")).unwrap()
}

fn filled() -> (TempDir, SqliteJournal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    assert_eq!(journal.enqueue(&submission(b"bytes"), NOW).unwrap(), Enqueued::New);
    (folder, journal)
}

fn registered() -> Update {
    Update {
        news: News::Registered(RegistryItem {
            emdr_id: "119.77.26.05.000000001".into(),
            ..RegistryItem::default()
        }),
        ..Update::bare(Event::Registered)
    }
}

fn refused(refusal: Refusal) -> Update {
    Update {
        news: News::Refused(RefusalFacts {
            errors: vec![RegisterError::new("NO_SNILS", "текст")],
            owner: Owner::Clinic,
            retryable: refusal != Refusal::Final,
        }),
        ..Update::bare(Event::Refused(refusal))
    }
}

#[test]
fn rerun_of_the_same_file_continues_and_other_bytes_are_told_apart() {
    let (_folder, journal) = filled();
    assert_eq!(journal.enqueue(&submission(b"bytes"), NOW).unwrap(), Enqueued::Known(State::Queued));
    assert_eq!(journal.enqueue(&submission(b"other"), NOW).unwrap(), Enqueued::DifferentBytes(State::Queued));
    let mut upper = submission(b"bytes");
    upper.request.local_uid = UID.to_uppercase();
    assert_eq!(journal.enqueue(&upper, NOW).unwrap(), Enqueued::Known(State::Queued));
    assert_eq!(journal.list(&Filter::default()).unwrap().len(), 1);
    assert_eq!(journal.bytes(UID).unwrap().as_deref(), Some(&b"bytes"[..]));
}

#[test]
fn refused_document_with_a_changed_request_is_queued_again() {
    let (_folder, journal) = filled();
    journal.begin_attempt(UID, &MessageId::random(), b"<envelope/>", NOW).unwrap();
    let change = journal.apply(UID, &refused(Refusal::Final), NOW).unwrap();
    assert_eq!(change.record.state, State::Rejected);
    assert_eq!(change.record.codes, ["NO_SNILS"]);
    assert_eq!(change.record.owner, Some(Owner::Clinic));
    assert_eq!(journal.enqueue(&submission(b"bytes"), NOW).unwrap(), Enqueued::Known(State::Rejected));
    let mut corrected = submission(b"bytes");
    corrected.request.document_number = Some("7".into());
    assert_eq!(journal.enqueue(&corrected, NOW).unwrap(), Enqueued::Requeued);
    assert_eq!(journal.request(UID).unwrap(), Some(corrected.request));
}

#[test]
fn intent_is_on_disk_before_the_caller_can_send() {
    let (folder, journal) = filled();
    let id = MessageId::random();
    let change = journal.begin_attempt(UID, &id, b"<envelope/>", NOW).unwrap();
    assert_eq!((change.from, change.record.state), (State::Queued, State::Submitting));
    // Another connection sees what a crash would leave behind.
    let other = open(folder.path());
    let record = other.document(UID).unwrap().unwrap();
    assert_eq!(record.state, State::Submitting);
    assert_eq!(record.attempts, 1);
    assert_eq!(record.message_ids, std::slice::from_ref(&id));
    assert_eq!(other.find_by_message(&id).unwrap().as_deref(), Some(UID));
    let messages = other.messages(UID).unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].message.raw.as_deref(), Some(&b"<envelope/>"[..]));
    assert!(matches!(
        other.begin_attempt(UID, &MessageId::random(), b"", NOW),
        Err(JournalError::Illegal(_))
    ));
}

#[test]
fn every_state_survives_reopening() {
    let steps: [(State, &[Update]); 10] = [
        (State::Submitting, &[]),
        (State::Unknown, &[Update::bare(Event::AnswerLost)]),
        (State::Accepted, &[Update::bare(Event::Accepted)]),
        (State::FileRequested, &[Update::bare(Event::FileRequested)]),
        (State::FileSent, &[Update::bare(Event::FileRequested), Update::bare(Event::FileSent)]),
        (State::Registered, &[registered()]),
        (State::Rejected, &[refused(Refusal::Final)]),
        (State::Dead, &[refused(Refusal::Exhausted)]),
        (State::Queued, &[refused(Refusal::Retry)]),
        (State::NoAnswer, &[Update::bare(Event::Accepted), Update::bare(Event::GaveUp)]),
    ];
    for (expected, updates) in steps {
        let (folder, journal) = filled();
        journal.begin_attempt(UID, &MessageId::random(), b"", NOW).unwrap();
        let mut last = None;
        for update in updates {
            last = Some(journal.apply(UID, update, NOW).unwrap().record);
        }
        drop(journal);
        let record = open(folder.path()).document(UID).unwrap().unwrap();
        assert_eq!(record.state, expected);
        if let Some(last) = last {
            assert_eq!(record, last);
        }
    }
}

#[test]
fn news_about_an_older_request_changes_nothing_unless_it_is_the_number() {
    let (_folder, journal) = filled();
    let (first, second) = (MessageId::random(), MessageId::random());
    journal.begin_attempt(UID, &first, b"", NOW).unwrap();
    journal.apply(UID, &Update::bare(Event::AnswerLost), NOW).unwrap();
    journal.apply(UID, &Update::bare(Event::NotKnown), NOW).unwrap();
    journal.begin_attempt(UID, &second, b"", NOW).unwrap();
    let late = Update { attempt: Some(first.clone()), ..refused(Refusal::Final) };
    assert!(!journal.apply(UID, &late, NOW).unwrap().moved());
    let number = Update { attempt: Some(first.clone()), ..registered() };
    let change = journal.apply(UID, &number, NOW).unwrap();
    assert_eq!(change.record.state, State::Registered);
    assert_eq!(journal.find_by_emdr_id("119.77.26.05.000000001").unwrap().as_deref(), Some(UID));
    let error = Update { attempt: Some(second), ..refused(Refusal::Final) };
    let change = journal.apply(UID, &error, NOW).unwrap();
    assert_eq!(change.record.emdr_id.as_deref(), Some("119.77.26.05.000000001"));
    assert!(change.record.codes.is_empty());
}

#[test]
fn queue_is_filtered_by_state_and_time() {
    let (_folder, journal) = filled();
    journal.begin_attempt(UID, &MessageId::random(), b"", NOW).unwrap();
    let later = NOW + time::Duration::minutes(5);
    let update = Update { next_attempt_at: Some(later), ..refused(Refusal::Retry) };
    journal.apply(UID, &update, NOW).unwrap();
    let due = |at| {
        let filter = Filter { states: vec![State::Queued], due_at: Some(at), ..Filter::default() };
        journal.list(&filter).unwrap().len()
    };
    assert_eq!(due(NOW), 0);
    assert_eq!(due(later), 1);
    let other = Filter { states: vec![State::Rejected, State::Dead], ..Filter::default() };
    assert!(journal.list(&other).unwrap().is_empty());
    let refused_for = |code: &str| {
        journal.list(&Filter { code: Some(code.to_owned()), ..Filter::default() }).unwrap().len()
    };
    assert_eq!((refused_for("NO_SNILS"), refused_for("RATE_LIMIT")), (1, 0));
}

#[test]
fn lease_excludes_a_second_worker_and_ends_with_its_value() {
    let (folder, journal) = filled();
    let lease = journal.lease().unwrap();
    let other = open(folder.path());
    assert!(matches!(other.lease(), Err(JournalError::Busy { .. })));
    drop(lease);
    assert!(other.lease().is_ok());
}

#[test]
fn unknown_document_and_newer_format_are_named() {
    let (folder, journal) = filled();
    assert!(matches!(
        journal.apply("other", &Update::bare(Event::Accepted), NOW),
        Err(JournalError::NoDocument { local_uid }) if local_uid == "other"
    ));
    drop(journal);
    let path = folder.path().join("journal.db");
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(SqliteJournal::open(&path), Err(JournalError::NewerFormat { found: 99, .. })));
}

fn event() -> impl Strategy<Value = Event> {
    let refusal = prop_oneof![Just(Refusal::Final), Just(Refusal::Retry), Just(Refusal::Exhausted)];
    prop_oneof![
        4 => Just(Event::Submit),
        1 => refusal.clone().prop_map(Event::NotSent),
        1 => Just(Event::AnswerLost),
        1 => Just(Event::Interrupted),
        2 => Just(Event::Accepted),
        2 => refusal.prop_map(Event::Refused),
        1 => Just(Event::FileRequested),
        1 => Just(Event::FileSent),
        1 => Just(Event::Registered),
        1 => Just(Event::NotKnown),
        1 => Just(Event::GaveUp),
        1 => Just(Event::Requeue),
        1 => Just(Event::Cancel),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn random_events_keep_the_invariants(events in prop::collection::vec(event(), 1..20)) {
        let (folder, journal) = filled();
        let mut sent = 0;
        let mut was_registered = false;
        for event in events {
            let outcome = match event {
                Event::Submit => journal.begin_attempt(UID, &MessageId::random(), b"", NOW),
                Event::Registered => journal.apply(UID, &registered(), NOW),
                Event::Refused(refusal) => journal.apply(UID, &refused(refusal), NOW),
                other => journal.apply(UID, &Update::bare(other), NOW),
            };
            match outcome {
                Ok(_) if event == Event::Submit => sent += 1,
                Ok(_) | Err(JournalError::Illegal(_)) => {}
                Err(other) => prop_assert!(false, "{other}"),
            }
            let record = journal.document(UID).unwrap().unwrap();
            was_registered |= record.state == State::Registered;
            prop_assert_eq!(was_registered, record.state == State::Registered, "the number is final");
            prop_assert_eq!(record.emdr_id.is_some(), was_registered);
            prop_assert_eq!(record.attempts, sent);
            prop_assert_eq!(record.message_ids.len(), sent as usize);
            prop_assert_eq!(journal.bytes(UID).unwrap().unwrap(), b"bytes");
        }
        let before = journal.document(UID).unwrap();
        drop(journal);
        prop_assert_eq!(open(folder.path()).document(UID).unwrap(), before);
    }
}
