//! What people ask the journal: pages, counts, search.

use std::time::Duration;

use semd_core::report::Owner;
use semd_exchange::journal::{Event, Filter, Refusal, State, Submission, Update};
use semd_exchange::soap::MessageId;

use crate::common;
use crate::common::stores::{Place, on_both_stores};
use crate::hands::{NOW, begin, refused, registered, submission_of};

on_both_stores!(
    pages_follow_each_other_without_gaps_and_repetitions,
    operators_questions_are_answered,
);

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
