//! What a new process makes of every state that a dead one can leave behind.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::Path;
use std::time::Duration;

use common::{Keys, client_side_with, sandbox_settings};
use semd_exchange::callback::FileDelivery;
use semd_exchange::journal::{
    Event, Journal as _, Purpose, Record, SqliteJournal, State, Submission, Update,
};
use semd_exchange::sandbox::{self, RunningSandbox};
use semd_exchange::soap::MessageId;
use time::OffsetDateTime;

/// The states in which a process can die, with the events that lead there after the intent was written.
const LEFT_BEHIND: [(State, &[Event]); 5] = [
    (State::Submitting, &[]),
    (State::Unknown, &[Event::AnswerLost]),
    (State::Accepted, &[Event::Accepted]),
    (State::FileRequested, &[Event::Accepted, Event::FileRequested]),
    (State::FileSent, &[Event::Accepted, Event::FileRequested, Event::FileSent]),
];

/// A journal with one document as a dead process left it.
fn leave_behind(path: &Path, submission: &Submission, events: &[Event]) {
    let journal = SqliteJournal::open(path).unwrap();
    let now = OffsetDateTime::now_utc();
    let uid = &submission.request.local_uid;
    journal.enqueue(submission, now).unwrap();
    let lease = journal.enter("dead", Duration::from_secs(60)).unwrap();
    assert_eq!(journal.claim(&lease, Purpose::Send, 1, now).unwrap().len(), 1);
    journal.begin_attempt(Some(&lease), uid, &MessageId::random(), b"", now).unwrap();
    for event in events {
        journal.apply(uid, &Update::bare(*event), now).unwrap();
    }
}

/// Runs a new process on the journal until the document is settled.
async fn resume(path: &Path, sandbox: &RunningSandbox) -> Record {
    let client = client_side_with(path, &sandbox.url(), FileDelivery::Synchronous, |settings| {
        settings.ladder = vec![Duration::from_millis(300)];
    })
    .await;
    let mut report = client.worker.resume().await.unwrap();
    client.callback.shutdown().await;
    assert_eq!(report.documents.len(), 1);
    report.documents.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn document_the_register_has_is_not_sent_again() {
    let keys = Keys::new();
    let sandbox = sandbox::serve(sandbox_settings(&keys.trust)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (state, events) in LEFT_BEHIND {
        let submission = keys.submission("a.xml");
        let first = client_side_with(
            &folder.path().join(format!("first-{state}.db")),
            &sandbox.url(),
            FileDelivery::Synchronous,
            |_| {},
        )
        .await;
        let registered = first.worker.register(vec![submission.clone()]).await.unwrap().documents.remove(0);
        assert_eq!(registered.state, State::Registered, "{:?}", registered.errors);
        let before = sandbox.state().requests.len();

        let path = folder.path().join(format!("second-{state}.db"));
        leave_behind(&path, &submission, events);
        let record = resume(&path, &sandbox).await;
        assert_eq!(record.state, State::Registered, "left in {state}");
        assert_eq!(record.emdr_id, registered.emdr_id);
        assert_eq!(record.attempts, 1);
        assert_eq!(sandbox.state().requests.len(), before, "left in {state}: nothing was sent");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn document_the_register_never_got_is_sent_again_only_when_it_was_not_acknowledged() {
    let keys = Keys::new();
    let sandbox = sandbox::serve(sandbox_settings(&keys.trust)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (state, events) in LEFT_BEHIND {
        let path = folder.path().join(format!("{state}.db"));
        leave_behind(&path, &keys.submission("a.xml"), events);
        let record = resume(&path, &sandbox).await;
        let (expected, attempts) = match state {
            State::Submitting | State::Unknown => (State::Registered, 2),
            _ => (State::NoAnswer, 1),
        };
        assert_eq!((record.state, record.attempts), (expected, attempts), "left in {state}");
    }
    let state = sandbox.state();
    assert_eq!(state.items.len(), 2);
    assert_eq!(state.requests.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusal_as_already_registered_is_success_with_the_number() {
    let keys = Keys::new();
    let sandbox = sandbox::serve(sandbox_settings(&keys.trust)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let submission = keys.submission("a.xml");
    let mut numbers = Vec::new();
    for journal in ["first.db", "lost-its-journal.db"] {
        let path = folder.path().join(journal);
        let client = client_side_with(&path, &sandbox.url(), FileDelivery::Synchronous, |_| {}).await;
        let record = client.worker.register(vec![submission.clone()]).await.unwrap().documents.remove(0);
        assert_eq!(record.state, State::Registered, "{:?}", record.errors);
        numbers.push(record.emdr_id.unwrap());
    }
    assert_eq!(numbers[0], numbers[1]);
    assert_eq!(sandbox.state().items.len(), 1);
}
