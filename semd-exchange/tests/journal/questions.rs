//! What people ask the journal: pages, counts, search.

use std::time::Duration;

use semd_core::report::Owner;
use semd_exchange::journal::{
    Event, Filter, Journal, News, Record, Refusal, RefusalFacts, State, Submission, Update,
};
use semd_exchange::message::RegisterError;
use semd_exchange::soap::MessageId;

use crate::common;
use crate::common::stores::{Place, on_both_stores};
use crate::hands::{NOW, begin, refused, registered, submission_of};

on_both_stores!(
    pages_follow_each_other_without_gaps_and_repetitions,
    every_combination_of_filters_gives_its_documents,
    search_finds_identifiers_beginnings_and_parts_of_names,
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

/// Each filter against the same conditions over all documents, page by page.
fn every_combination_of_filters_gives_its_documents(place: &Place) {
    let journal = place.open();
    let batch: Vec<Submission> = (0..40)
        .map(|number| {
            let mut submission = submission_of(number);
            submission.request.kind = ["119", "118"][number as usize % 2].into();
            submission.request.organization = ["1.2.643", "1.2.3"][usize::from(number < 30)].into();
            submission
        })
        .collect();
    journal.enqueue_all(&batch, NOW).unwrap();
    for (number, submission) in batch.iter().enumerate().filter(|(number, _)| number % 3 != 0) {
        let uid = &submission.request.local_uid;
        begin(&*journal, uid);
        let (code, owner, refusal) = match number % 5 {
            0 => ("NO_SNILS", Owner::Clinic, Refusal::Final),
            1 => ("RUNTIME_ERROR", Owner::Register, Refusal::Exhausted),
            _ => ("NO_SNILS", Owner::Mis, Refusal::Retry),
        };
        let facts = RefusalFacts {
            errors: vec![RegisterError::new(code, "")],
            owner,
            retryable: refusal != Refusal::Final,
        };
        let update = Update { news: News::Refused(facts), ..Update::bare(Event::Refused(refusal)) };
        journal.apply(uid, &update, NOW).unwrap();
    }
    let all = journal.list(&Filter::default()).unwrap();
    assert_eq!(all.len(), 40);
    let text = |value: &str| Some(value.to_owned());
    let mut combinations = 0;
    for states in [vec![], vec![State::Rejected], vec![State::Queued, State::Rejected]] {
        for code in [None, text("NO_SNILS")] {
            for owner in [None, Some(Owner::Clinic), Some(Owner::Integrator)] {
                for retryable in [None, Some(true), Some(false)] {
                    for (organization, kind) in [
                        (None, None),
                        (text("1.2.3"), None),
                        (None, text("118")),
                        (text("1.2.643"), text("118")),
                    ] {
                        let filter = Filter {
                            states: states.clone(),
                            code: code.clone(),
                            owner,
                            retryable,
                            organization: organization.clone(),
                            kind: kind.clone(),
                            newest_first: combinations % 2 == 0,
                            ..Filter::default()
                        };
                        assert_pages(&*journal, &filter, &all);
                        combinations += 1;
                    }
                }
            }
        }
    }
    println!("compared {combinations} filters");
}

fn assert_pages(journal: &dyn Journal, filter: &Filter, all: &[Record]) {
    let wanted = |record: &&Record| {
        (filter.states.is_empty() || filter.states.contains(&record.state))
            && filter.code.as_ref().is_none_or(|code| record.codes.contains(code))
            && filter.owner.is_none_or(|owner| record.owner == Some(owner))
            && filter.retryable.is_none_or(|flag| record.retryable == Some(flag))
            && filter.organization.as_ref().is_none_or(|oid| record.organization == *oid)
            && filter.kind.as_ref().is_none_or(|kind| record.kind == *kind)
    };
    let mut expected: Vec<i64> = all.iter().filter(wanted).map(|record| record.number).collect();
    if filter.newest_first {
        expected.reverse();
    }
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = journal.page(&Filter { after, limit: Some(3), ..filter.clone() }).unwrap();
        assert!(page.records.len() <= 3);
        found.extend(page.records.iter().map(|record| record.number));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, expected, "{filter:?}");
}

fn search_finds_identifiers_beginnings_and_parts_of_names(place: &Place) {
    let journal = place.open();
    let batch: Vec<Submission> = (0..700)
        .map(|number| {
            let mut submission = submission_of(number);
            submission.file = format!("папка/2026/Осмотр_{number}.XML");
            submission
        })
        .collect();
    journal.enqueue_all(&batch, NOW).unwrap();
    let pages = |text: &str, limit: u32| {
        let mut files = Vec::new();
        let mut after = None;
        loop {
            let page = journal.search_page(text, after, limit).unwrap();
            files.extend(page.records.iter().map(|record| record.file.clone()));
            after = page.next;
            if after.is_none() {
                return files;
            }
        }
    };
    let name = |number: usize| format!("папка/2026/Осмотр_{number}.XML");
    assert_eq!(pages("осмотр_7.xml", 9), [name(7)], "the name as a whole, whatever its letters");
    assert_eq!(pages("ОСМОТР_69", 90).len(), 11);
    assert_eq!(pages("5F2C1A52-8c0e-4a8e-9b7d-00000000069", 90).len(), 10);
    // A part of a name, newest first, each document once.
    let expected: Vec<String> = (0..700).rev().map(name).filter(|name| name.contains("_1")).collect();
    assert_eq!(pages("_1", 7), expected);
    assert_eq!(pages("смотр_%", 7), [""; 0], "wild cards of the database are plain text");
    assert_eq!(pages("папка", 7), [""; 0], "folders are no part of the name");
    assert_eq!(pages(" ", 7), [""; 0]);
    // More documents begin with the text than were asked for: so many of them, and no more pages.
    assert_eq!(journal.search_page("осмотр", None, 5).unwrap().records.len(), 5);
    assert_eq!(journal.search("осмотр", 5).unwrap().len(), 5);
    // A corrected request may come from another file.
    let uid = &batch[3].request.local_uid;
    begin(&*journal, uid);
    journal.apply(uid, &refused(Refusal::Final), NOW).unwrap();
    let mut corrected = batch[3].clone();
    corrected.file = "исправлен.xml".into();
    corrected.request.document_number = Some("7".into());
    journal.enqueue(&corrected, NOW).unwrap();
    assert_eq!(pages("исправлен.xml", 9), ["исправлен.xml"]);
    assert_eq!(pages("осмотр_3.xml", 9), [""; 0]);
}
