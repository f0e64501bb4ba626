//! What happens to one document: identity, intent, states, news, history.

use semd_core::report::Owner;
use semd_exchange::journal::{
    Direction, Enqueued, Event, Filter, JournalError, Message, Refusal, State, Update,
};
use semd_exchange::soap::MessageId;

use crate::common;
use crate::common::stores::{Place, on_both_stores};
use crate::hands::{NOW, UID, begin, filled, refused, registered, submission, submission_of};

on_both_stores!(
    rerun_of_the_same_file_continues_and_other_bytes_are_told_apart,
    refused_document_with_a_changed_request_is_queued_again,
    intent_is_on_disk_before_the_caller_can_send,
    every_state_survives_reopening,
    news_about_an_older_request_changes_nothing_unless_it_is_the_number,
    unknown_document_is_named,
    history_tells_every_step_and_keeps_every_message,
);

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

fn unknown_document_is_named(place: &Place) {
    let journal = filled(place);
    assert!(matches!(
        journal.apply("other", &Update::bare(Event::Accepted), NOW),
        Err(JournalError::NoDocument { local_uid }) if local_uid == "other"
    ));
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
