//! What holds whatever happens: writers at the same time, failures, random events.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use semd_exchange::journal::{Enqueued, Event, Filter, JournalError, Purpose, Refusal, State, Update};
use semd_exchange::soap::MessageId;

use crate::common;
use crate::common::stores::{Place, on_both_stores};
use crate::hands::{LEASE, NOW, begin, refused, registered, submission_of};

on_both_stores!(
    writers_at_the_same_time_lose_nothing,
    one_bad_write_takes_nothing_along,
    random_events_keep_the_invariants,
    counts_by_state_are_those_of_the_rows,
);

fn writers_at_the_same_time_lose_nothing(place: &Place) {
    let journal = place.open();
    std::thread::scope(|scope| {
        for thread in 0..8_u32 {
            let journal = &*journal;
            scope.spawn(move || {
                for number in 0..10 {
                    let submission = submission_of(thread * 100 + number);
                    let uid = &submission.request.local_uid;
                    assert_eq!(journal.enqueue(&submission, NOW).unwrap(), Enqueued::New);
                    begin(journal, uid);
                    journal.apply(uid, &Update::bare(Event::Accepted), NOW).unwrap();
                    // What was written is read at once, whoever committed it.
                    assert_eq!(journal.document(uid).unwrap().unwrap().state, State::Accepted);
                }
            });
        }
    });
    assert_eq!(place.open().state_counts().unwrap(), [(State::Accepted, 80)]);
}

fn one_bad_write_takes_nothing_along(place: &Place) {
    let journal = place.open();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let journal = &*journal;
            scope.spawn(move || {
                let submission = submission_of(number);
                for _ in 0..10 {
                    journal.enqueue(&submission, NOW).unwrap();
                    let wrong = [Update::bare(Event::Cancel), Update::bare(Event::Submit)];
                    let outcome = journal.apply_all(&submission.request.local_uid, &wrong, NOW);
                    assert!(matches!(outcome, Err(JournalError::Illegal(_))));
                }
            });
        }
    });
    assert_eq!(journal.state_counts().unwrap(), [(State::Queued, 8)], "all events or none");
}

fn event() -> impl Strategy<Value = Event> {
    let refusal =
        prop_oneof![Just(Refusal::Final), Just(Refusal::Retry), Just(Refusal::Exhausted), Just(Refusal::Ask)];
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

fn random_events_keep_the_invariants(place: &Place) {
    let mut number = 1000;
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(24) });
    let check = |events: Vec<Event>| {
        number += 1;
        let journal = place.open();
        let submission = submission_of(number);
        let uid = submission.request.local_uid.as_str();
        journal.enqueue(&submission, NOW).unwrap();
        let mut sent = 0;
        let mut was_registered = false;
        for event in events {
            let outcome = match event {
                Event::Submit => journal.begin_attempt(None, uid, &MessageId::random(), b"", NOW),
                Event::Registered => journal.apply(uid, &registered(), NOW),
                Event::Refused(refusal) => journal.apply(uid, &refused(refusal), NOW),
                other => journal.apply(uid, &Update::bare(other), NOW),
            };
            match outcome {
                Ok(_) if event == Event::Submit => sent += 1,
                Ok(_) | Err(JournalError::Illegal(_)) => {}
                Err(other) => prop_assert!(false, "{other}"),
            }
            let record = journal.document(uid).unwrap().unwrap();
            was_registered |= record.state == State::Registered;
            prop_assert_eq!(was_registered, record.state == State::Registered, "the number is final");
            prop_assert_eq!(record.emdr_id.is_some(), was_registered);
            prop_assert_eq!(record.attempts, sent);
            prop_assert_eq!(record.message_ids.len(), sent as usize);
            let waits = !record.state.is_settled() && record.state != State::Submitting;
            prop_assert_eq!(waits, record.next_attempt_at.is_some(), "what waits is due some time");
            prop_assert_eq!(journal.bytes(uid).unwrap().unwrap(), submission.bytes.clone());
        }
        let before = journal.document(uid).unwrap();
        drop(journal);
        prop_assert_eq!(place.open().document(uid).unwrap(), before);
        Ok(())
    };
    let check = std::cell::RefCell::new(check);
    runner.run(&prop::collection::vec(event(), 1..20), |events| (check.borrow_mut())(events)).unwrap();
}

/// The kept counts against the rows themselves, after writers at the same time, failures and an older format.
fn counts_by_state_are_those_of_the_rows(place: &Place) {
    let journal = place.open();
    std::thread::scope(|scope| {
        for writer in 0..8_u32 {
            let journal = place.open();
            scope.spawn(move || {
                for number in 0..12 {
                    let submission = submission_of(100 * writer + number);
                    let uid = submission.request.local_uid.clone();
                    journal.enqueue_all(&[submission.clone(), submission], NOW).unwrap();
                    // Refused for being illegal: nothing of it is counted.
                    let both = [Update::bare(Event::Cancel), Update::bare(Event::Submit)];
                    assert!(journal.apply_all(&uid, &both, NOW).is_err());
                    match number % 4 {
                        0 => {}
                        1 => drop(journal.apply(&uid, &Update::bare(Event::Cancel), NOW).unwrap()),
                        2 => drop(begin(&*journal, &uid)),
                        _ => {
                            begin(&*journal, &uid);
                            let steps =
                                [Event::Accepted, Event::FileRequested, Event::FileSent].map(Update::bare);
                            journal.apply_all(&uid, &steps, NOW).unwrap();
                        }
                    }
                }
            });
        }
    });
    let expected =
        [(State::Queued, 24), (State::Submitting, 24), (State::FileSent, 24), (State::Cancelled, 24)];
    assert_eq!(journal.state_counts().unwrap(), expected);
    let rows = |state| journal.list(&Filter { states: vec![state], ..Filter::default() }).unwrap().len();
    for (state, count) in expected {
        assert_eq!(rows(state), usize::try_from(count).unwrap());
    }
    let lease = journal.enter("worker", LEASE).unwrap();
    assert_eq!(journal.claim(&lease, Purpose::Send, 5, NOW).unwrap().len(), 5);
    journal.leave(&lease, NOW).unwrap();
    assert_eq!(journal.state_counts().unwrap(), expected, "a claim moves nothing");
}
