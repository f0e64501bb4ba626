//! The journal on both stores: identity, intent, claims and leases, questions, and invariants under random events.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and says what it did")]

mod common;

use std::collections::HashSet;
use std::time::Duration;

use common::stores::{Place, on_both_stores};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use semd_core::report::Owner;
use semd_exchange::journal::{
    Change, Claimed, Direction, Enqueued, Event, Filter, Journal, JournalError, Lease, Message, News,
    Purpose, Rate, Record, Refusal, RefusalFacts, State, Submission, Update,
};
use semd_exchange::message::{RegisterDocumentRequest, RegisterError, RegistryItem};
use semd_exchange::soap::MessageId;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-05-14 10:15 UTC);
const UID: &str = "5f2c1a52-8c0e-4a8e-9b7d-1f6a8d0f4b10";
const LEASE: Duration = Duration::from_secs(60);

on_both_stores!(
    rerun_of_the_same_file_continues_and_other_bytes_are_told_apart,
    refused_document_with_a_changed_request_is_queued_again,
    intent_is_on_disk_before_the_caller_can_send,
    every_state_survives_reopening,
    news_about_an_older_request_changes_nothing_unless_it_is_the_number,
    queue_is_filtered_by_state_and_time,
    pages_follow_each_other_without_gaps_and_repetitions,
    unknown_document_is_named,
    no_document_is_claimed_twice,
    claim_ends_with_the_state_and_the_zombie_cannot_send,
    what_a_worker_leaves_behind_is_taken_over,
    stopped_organisation_waits_for_the_operator_and_the_others_do_not,
    rate_is_shared_by_all_workers,
    history_tells_every_step_and_keeps_every_message,
    operators_questions_are_answered,
    writers_at_the_same_time_lose_nothing,
    one_bad_write_takes_nothing_along,
    random_events_keep_the_invariants,
    counts_by_state_are_those_of_the_rows,
);

fn submission_of(number: u32) -> Submission {
    let mut submission = submission(format!("document {number}").as_bytes());
    submission.request.local_uid = format!("5f2c1a52-8c0e-4a8e-9b7d-{number:012}");
    submission.file = format!("{number}.xml");
    submission
}

fn submission(bytes: &[u8]) -> Submission {
    Submission {
        file: "a.xml".into(),
        bytes: bytes.to_vec(),
        request: RegisterDocumentRequest {
            local_uid: UID.into(),
            kind: "119".into(),
            organization: "1.2.643".into(),
            ..RegisterDocumentRequest::default()
        },
    }
}

fn filled(place: &Place) -> Box<dyn Journal> {
    let journal = place.open();
    assert_eq!(journal.enqueue(&submission(b"bytes"), NOW).unwrap(), Enqueued::New);
    journal
}

fn begin(journal: &dyn Journal, uid: &str) -> MessageId {
    let id = MessageId::random();
    journal.begin_attempt(None, uid, &id, b"<envelope/>", NOW).unwrap();
    id
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

fn claim(journal: &dyn Journal, lease: &Lease, limit: u32) -> Vec<Record> {
    let claimed = journal.claim(lease, Purpose::Send, limit, NOW).unwrap();
    claimed.into_iter().map(|Claimed { record, .. }| record).collect()
}

fn rerun_of_the_same_file_continues_and_other_bytes_are_told_apart(place: &Place) {
    let journal = filled(place);
    assert_eq!(journal.enqueue(&submission(b"bytes"), NOW).unwrap(), Enqueued::Known(State::Queued));
    assert_eq!(journal.enqueue(&submission(b"other"), NOW).unwrap(), Enqueued::DifferentBytes(State::Queued));
    let mut upper = submission(b"bytes");
    upper.request.local_uid = UID.to_uppercase();
    assert_eq!(journal.enqueue(&upper, NOW).unwrap(), Enqueued::Known(State::Queued));
    let twice = [submission_of(1), submission_of(1), submission_of(2)];
    let outcomes = journal.enqueue_all(&twice, NOW).unwrap();
    assert_eq!(outcomes, [Enqueued::New, Enqueued::Known(State::Queued), Enqueued::New]);
    assert_eq!(journal.list(&Filter::default()).unwrap().len(), 3);
    assert_eq!(journal.bytes(&UID.to_uppercase()).unwrap().as_deref(), Some(&b"bytes"[..]));
    assert_eq!(journal.settled(&[UID.into(), "other".into()]).unwrap(), [false, false]);
}

fn refused_document_with_a_changed_request_is_queued_again(place: &Place) {
    let journal = filled(place);
    begin(&*journal, UID);
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

fn intent_is_on_disk_before_the_caller_can_send(place: &Place) {
    let journal = filled(place);
    let id = MessageId::random();
    let change = journal.begin_attempt(None, UID, &id, b"<envelope/>", NOW).unwrap();
    assert_eq!((change.from, change.record.state), (State::Queued, State::Submitting));
    // Another connection sees what a crash would leave behind.
    let other = place.open();
    let record = other.document(UID).unwrap().unwrap();
    assert_eq!(record, change.record);
    assert_eq!((record.state, record.attempts), (State::Submitting, 1));
    assert_eq!(record.message_ids, std::slice::from_ref(&id));
    assert_eq!(other.find_by_message(&id).unwrap().as_deref(), Some(UID));
    let messages = other.messages(UID).unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].message.raw.as_deref(), Some(&b"<envelope/>"[..]));
    assert!(matches!(
        other.begin_attempt(None, UID, &MessageId::random(), b"", NOW),
        Err(JournalError::Illegal(_))
    ));
}

fn every_state_survives_reopening(place: &Place) {
    let steps: [(State, &[Update]); 11] = [
        (State::Submitting, &[]),
        (State::Unknown, &[Update::bare(Event::AnswerLost)]),
        (State::Accepted, &[Update::bare(Event::Accepted)]),
        (State::FileRequested, &[Update::bare(Event::FileRequested)]),
        (State::FileSent, &[Update::bare(Event::FileRequested), Update::bare(Event::FileSent)]),
        (State::Registered, &[registered()]),
        (State::Rejected, &[refused(Refusal::Final)]),
        (State::Dead, &[refused(Refusal::Exhausted)]),
        (State::Queued, &[refused(Refusal::Retry)]),
        (State::Unknown, &[refused(Refusal::Ask)]),
        (State::NoAnswer, &[Update::bare(Event::Accepted), Update::bare(Event::GaveUp)]),
    ];
    for (number, (expected, updates)) in (0..).zip(steps) {
        let journal = place.open();
        let submission = submission_of(number);
        let uid = submission.request.local_uid.clone();
        journal.enqueue(&submission, NOW).unwrap();
        begin(&*journal, &uid);
        let mut last = None;
        if !updates.is_empty() {
            let change = journal.apply_all(&uid, updates, NOW).unwrap();
            assert_eq!(change.from, State::Submitting);
            last = Some(change.record);
        }
        drop(journal);
        let record = place.open().document(&uid).unwrap().unwrap();
        assert_eq!(record.state, expected);
        if let Some(last) = last {
            assert_eq!(record, last);
        }
    }
}

fn news_about_an_older_request_changes_nothing_unless_it_is_the_number(place: &Place) {
    let journal = filled(place);
    let first = begin(&*journal, UID);
    journal.apply(UID, &Update::bare(Event::AnswerLost), NOW).unwrap();
    journal.apply(UID, &Update::bare(Event::NotKnown), NOW).unwrap();
    let second = begin(&*journal, UID);
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

fn queue_is_filtered_by_state_and_time(place: &Place) {
    let journal = filled(place);
    let lease = journal.enter("a", LEASE).unwrap();
    begin(&*journal, UID);
    let later = NOW + time::Duration::minutes(5);
    let update = Update { next_attempt_at: Some(later), ..refused(Refusal::Retry) };
    journal.apply(UID, &update, NOW).unwrap();
    assert_eq!(journal.earliest_attempt().unwrap(), Some(later));
    assert!(claim(&*journal, &lease, 9).is_empty(), "it is not time yet");
    let due = journal.claim(&lease, Purpose::Send, 9, later).unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].request, Some(submission(b"bytes").request));
    let other = Filter { states: vec![State::Rejected, State::Dead], ..Filter::default() };
    assert!(journal.list(&other).unwrap().is_empty());
    let refused_for = |code: &str| {
        journal.list(&Filter { code: Some(code.to_owned()), ..Filter::default() }).unwrap().len()
    };
    assert_eq!((refused_for("NO_SNILS"), refused_for("RATE_LIMIT")), (1, 0));
}

fn pages_follow_each_other_without_gaps_and_repetitions(place: &Place) {
    let journal = place.open();
    let batch: Vec<Submission> = (0..25).map(submission_of).collect();
    journal.enqueue_all(&batch, NOW).unwrap();
    for number in 0..10 {
        begin(&*journal, &batch[number * 2].request.local_uid);
    }
    for newest_first in [false, true] {
        let mut files = Vec::new();
        let mut after = None;
        loop {
            let states = vec![State::Queued, State::Submitting];
            let filter = Filter { states, newest_first, after, limit: Some(7), ..Filter::default() };
            let page = journal.list(&filter).unwrap();
            files.extend(page.iter().map(|record| record.file.clone()));
            let Some(last) = page.last() else { break };
            after = Some(last.number);
        }
        let mut expected: Vec<String> = batch.iter().map(|submission| submission.file.clone()).collect();
        if newest_first {
            expected.reverse();
        }
        assert_eq!(files, expected);
    }
    let of_kind = |kind: &str| Filter { kind: Some(kind.into()), limit: Some(3), ..Filter::default() };
    assert_eq!(journal.list(&of_kind("119")).unwrap().len(), 3);
    assert_eq!(journal.list(&of_kind("1")).unwrap().len(), 0);
    let elsewhere = Filter { organization: Some("1.2".into()), ..Filter::default() };
    assert_eq!(journal.list(&elsewhere).unwrap().len(), 0);
}

fn unknown_document_is_named(place: &Place) {
    let journal = filled(place);
    assert!(matches!(
        journal.apply("other", &Update::bare(Event::Accepted), NOW),
        Err(JournalError::NoDocument { local_uid }) if local_uid == "other"
    ));
}

fn no_document_is_claimed_twice(place: &Place) {
    let journal = place.open();
    let batch: Vec<Submission> = (0..60).map(submission_of).collect();
    journal.enqueue_all(&batch, NOW).unwrap();
    let lease = journal.enter("a", LEASE).unwrap();
    let claimed: Vec<Vec<Record>> = std::thread::scope(|scope| {
        let claiming: Vec<_> = (0..4)
            .map(|_| {
                let (journal, lease) = (&*journal, &lease);
                scope.spawn(move || (0..4).flat_map(|_| claim(journal, lease, 4)).collect())
            })
            .collect();
        claiming.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut uids: Vec<String> = claimed.into_iter().flatten().map(|record| record.local_uid).collect();
    uids.extend(claim(&*journal, &lease, 99).into_iter().map(|record| record.local_uid));
    assert_eq!(uids.len(), 60);
    assert_eq!(uids.iter().collect::<HashSet<_>>().len(), 60);
    journal.release(&lease, &uids[..5]).unwrap();
    assert_eq!(claim(&*journal, &lease, 99).len(), 5);
    assert_eq!(journal.workers().unwrap()[0].claimed, 60);
}

fn claim_ends_with_the_state_and_the_zombie_cannot_send(place: &Place) {
    let journal = filled(place);
    fn begin(journal: &dyn Journal, lease: Option<&Lease>) -> Result<Change, JournalError> {
        journal.begin_attempt(lease, UID, &MessageId::random(), b"", NOW)
    }
    let zombie = journal.enter("zombie", LEASE).unwrap();
    assert_eq!(claim(&*journal, &zombie, 9).len(), 1);
    assert!(matches!(begin(&*journal, None), Err(JournalError::ClaimedByOther { .. })));
    // What happens when the lease runs out, without waiting for it.
    journal.leave(&zombie, NOW).unwrap();
    assert!(matches!(begin(&*journal, Some(&zombie)), Err(JournalError::ClaimedByOther { .. })));
    assert!(matches!(
        journal.claim(&zombie, Purpose::Send, 1, NOW),
        Err(JournalError::LeaseLost { worker }) if worker == zombie.worker()
    ));
    let number = zombie.worker();
    drop(zombie);
    let lease = journal.enter("next", LEASE).unwrap();
    assert!(lease.worker() > number, "numbers are fencing tokens");
    assert_eq!(claim(&*journal, &lease, 9).len(), 1);
    assert_eq!(begin(&*journal, Some(&lease)).unwrap().record.state, State::Submitting);
    journal.apply(UID, &refused(Refusal::Retry), NOW).unwrap();
    assert_eq!(claim(&*journal, &lease, 9).len(), 1, "the claim had ended with the refusal");
    journal.apply(UID, &Update::bare(Event::Cancel), NOW).unwrap();
    assert!(matches!(begin(&*journal, Some(&lease)), Err(JournalError::ClaimedByOther { .. })));
}

fn what_a_worker_leaves_behind_is_taken_over(place: &Place) {
    let journal = place.open();
    let batch: Vec<Submission> = (0..3).map(submission_of).collect();
    journal.enqueue_all(&batch, NOW).unwrap();
    let uid = |number: usize| batch[number].request.local_uid.as_str();
    let dead = journal.enter("dead", Duration::from_secs(1)).unwrap();
    assert!(dead.was_alone());
    let claimed = claim(&*journal, &dead, 2);
    assert_eq!(claimed.len(), 2);
    journal.begin_attempt(Some(&dead), uid(0), &MessageId::random(), b"", NOW).unwrap();
    drop(dead);
    std::thread::sleep(Duration::from_millis(1010));
    let heir = journal.enter("heir", LEASE).unwrap();
    assert!(heir.was_alone(), "the dead do not count");
    let changes = journal.recover(NOW).unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].from, changes[0].record.state), (State::Submitting, State::Unknown));
    assert_eq!(claim(&*journal, &heir, 9).len(), 2, "claimed and not sent is free again");
    assert_eq!(journal.claim(&heir, Purpose::Ask, 9, NOW).unwrap()[0].record.local_uid, uid(0));
    assert_eq!(journal.workers().unwrap().len(), 1);
    assert!(journal.recover(NOW).unwrap().is_empty(), "the living keep their claims");
    // Whoever begins without a lease is given a quarter of an hour.
    journal.enqueue(&submission_of(9), NOW).unwrap();
    begin(&*journal, &submission_of(9).request.local_uid);
    assert!(journal.recover(NOW).unwrap().is_empty());
    let later = journal.recover(NOW + Duration::from_secs(1000)).unwrap();
    assert_eq!(later[0].record.state, State::Unknown);
    journal.renew(&heir).unwrap();
}

fn stopped_organisation_waits_for_the_operator_and_the_others_do_not(place: &Place) {
    let journal = filled(place);
    let mut other = submission_of(7);
    other.request.organization = "1.2.3".into();
    journal.enqueue_all(&[submission_of(1), other.clone(), submission_of(2)], NOW).unwrap();
    begin(&*journal, UID);
    let stop = Update { stop: Some("NO_RMIS"), ..refused(Refusal::Retry) };
    journal.apply(UID, &stop, NOW).unwrap();
    assert_eq!(journal.stops().unwrap()[0].code, "NO_RMIS");
    let lease = journal.enter("a", LEASE).unwrap();
    let claimed = claim(&*journal, &lease, 2);
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].local_uid, other.request.local_uid);
    journal.apply(&other.request.local_uid, &Update::bare(Event::Cancel), NOW).unwrap();
    assert!(claim(&*journal, &lease, 9).is_empty());
    assert!(!journal.has_open().unwrap(), "nothing is left that waiting could end");
    assert_eq!(journal.earliest_attempt().unwrap(), None);
    assert!(journal.resume("1.2.643", NOW).unwrap());
    assert!(!journal.resume("1.2.643", NOW).unwrap());
    assert!(journal.has_open().unwrap());
    assert_eq!(claim(&*journal, &lease, 9).len(), 3);
}

fn rate_is_shared_by_all_workers(place: &Place) {
    let journal = place.open();
    let other = place.open();
    let rate = Some(Rate { per_second: 5.0, burst: 10 });
    let granted = |journal: &dyn Journal, rate, wanted, now| {
        journal.take_tokens("guid", rate, wanted, now).unwrap().granted
    };
    assert_eq!(granted(&*journal, None, 99, NOW), 99, "nothing asked, nothing limited");
    assert_eq!(granted(&*journal, rate, 6, NOW) + granted(&*other, rate, 6, NOW), 10);
    let later = NOW + Duration::from_secs(1);
    assert_eq!(granted(&*other, rate, 9, later), 5);
    let until = later + Duration::from_secs(60);
    other.slow_down("guid", rate, until, later).unwrap();
    let grant = journal.take_tokens("guid", rate, 1, later).unwrap();
    assert_eq!((grant.granted, grant.again_at), (0, Some(until)));
    assert_eq!(journal.take_tokens("other", rate, 1, later).unwrap().granted, 1);
    assert!(granted(&*journal, rate, 9, until + Duration::from_secs(1)) <= 1);
}

fn history_tells_every_step_and_keeps_every_message(place: &Place) {
    let journal = filled(place);
    let id = begin(&*journal, UID);
    let raw = "<answer>принято</answer>".repeat(50).into_bytes();
    let message = |raw: Option<&[u8]>| Message {
        direction: Direction::In,
        action: "registerDocumentResponse".into(),
        message_id: None,
        relates_to: Some(id.clone()),
        raw: raw.map(<[u8]>::to_vec),
    };
    let update = Update { message: Some(message(Some(&raw))), ..Update::bare(Event::Accepted) };
    journal.apply(UID, &update, NOW).unwrap();
    // Late news moves nothing and is recorded all the same.
    let late = Update { message: Some(message(None)), ..Update::bare(Event::Accepted) };
    journal.apply(UID, &late, NOW).unwrap();
    journal.record_message(&message(Some(b"<search/>")), NOW).unwrap();
    journal.record_orphan(&message(Some(b"<stray/>")), NOW).unwrap();
    let history = journal.history(UID).unwrap();
    let steps: Vec<_> =
        history.iter().map(|line| (line.event.as_deref().unwrap(), line.state.unwrap())).collect();
    let expected = [
        ("enqueued", State::Queued),
        ("submit", State::Submitting),
        ("accepted", State::Accepted),
        ("accepted", State::Accepted),
    ];
    assert_eq!(steps, expected);
    assert_eq!(history[2].relates_to, Some(id));
    assert_eq!([history[0].has_raw, history[2].has_raw, history[3].has_raw], [false, true, false]);
    assert_eq!(journal.raw_message(history[2].number).unwrap(), Some(raw.clone()));
    assert_eq!(journal.messages(UID).unwrap()[1].message.raw, Some(raw));
    assert_eq!(journal.messages(UID).unwrap().len(), 3);
    assert_eq!(journal.orphan_count().unwrap(), 1);
}

fn operators_questions_are_answered(place: &Place) {
    let journal = place.open();
    let batch: Vec<Submission> = (0..6).map(submission_of).collect();
    journal.enqueue_all(&batch, NOW).unwrap();
    let uid = |number: usize| batch[number].request.local_uid.as_str();
    let ids: Vec<MessageId> = (0..5).map(|number| begin(&*journal, uid(number))).collect();
    journal.apply(uid(0), &registered(), NOW).unwrap();
    journal.apply(uid(1), &refused(Refusal::Final), NOW).unwrap();
    journal.apply(uid(2), &refused(Refusal::Final), NOW).unwrap();
    journal.apply(uid(3), &Update::bare(Event::Accepted), NOW).unwrap();
    journal.apply(uid(4), &Update::bare(Event::Accepted), NOW - Duration::from_secs(7200)).unwrap();
    assert_eq!(
        journal.state_counts().unwrap(),
        [(State::Queued, 1), (State::Accepted, 2), (State::Registered, 1), (State::Rejected, 2)]
    );
    let by = |filter: Filter| journal.list(&filter).unwrap().len();
    assert_eq!(by(Filter { owner: Some(Owner::Clinic), ..Filter::default() }), 2);
    assert_eq!(by(Filter { owner: Some(Owner::Mis), ..Filter::default() }), 0);
    assert_eq!(by(Filter { retryable: Some(false), ..Filter::default() }), 2);
    assert_eq!(by(Filter { retryable: Some(true), ..Filter::default() }), 0);
    let codes = journal.code_counts().unwrap();
    assert_eq!(codes.len(), 1);
    assert_eq!((codes[0].code.as_str(), codes[0].documents), ("NO_SNILS", 2));
    assert_eq!((codes[0].owner, codes[0].retryable), (Some(Owner::Clinic), Some(false)));
    let ages = journal.age_steps(NOW + Duration::from_secs(1)).unwrap();
    let of = |seconds| ages.iter().find(|step| step.below_seconds == seconds).unwrap().documents;
    assert_eq!((of(Some(300)), of(Some(3600)), of(Some(21600)), of(None)), (1, 0, 1, 0));
    let day = Duration::from_secs(86400);
    let month = journal.registered_between(NOW, NOW + day).unwrap();
    assert_eq!((month.len(), month[0].registered, month[0].at_first_attempt), (1, 1, 1));
    assert!(journal.registered_between(NOW - day, NOW).unwrap().is_empty());
    assert_eq!(journal.first_registration().unwrap(), Some(NOW));
    let days = journal.registered_by_day(NOW - 2 * day, 30).unwrap();
    assert_eq!(days.iter().map(|count| (count.day, count.registered)).collect::<Vec<_>>(), [(2, 1)]);
    let found = |text: &str| -> Vec<String> {
        journal.search(text, 10).unwrap().into_iter().map(|record| record.file).collect()
    };
    assert_eq!(found(&uid(2).to_uppercase()), ["2.xml"]);
    assert_eq!(found("119.77.26.05.000000001"), ["0.xml"]);
    assert_eq!(found(&ids[3].to_urn()), ["3.xml"]);
    assert_eq!(found("5.x"), ["5.xml"]);
    assert_eq!(found("%"), [""; 0], "wild cards of the database are plain text");
    // One is due in five minutes, the other has been due for long.
    assert_eq!(journal.ask_about_all(NOW).unwrap(), 1);
    assert_eq!(journal.document(uid(3)).unwrap().unwrap().next_attempt_at, Some(NOW));
    assert_eq!(journal.earliest_attempt().unwrap(), Some(NOW - Duration::from_secs(7200 - 300)));
    journal.postpone(uid(3), NOW + day).unwrap();
    assert_eq!(journal.document(uid(3)).unwrap().unwrap().next_attempt_at, Some(NOW + day));
}

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

#[test]
fn sqlite_serves_one_sending_process() {
    let place = Place::sqlite();
    let journal = place.open();
    let lease = journal.enter("a", LEASE).unwrap();
    let other = place.open();
    assert!(matches!(other.enter("b", LEASE), Err(JournalError::Busy { .. })));
    drop(lease);
    assert!(other.enter("b", LEASE).is_ok());
}

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
    old.execute_batch(include_str!("../src/journal/schema/sqlite-1.sql")).unwrap();
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
