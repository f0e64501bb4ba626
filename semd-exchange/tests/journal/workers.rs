//! The queue: due times, claims, leases, stopped organisations, the pace.

use std::collections::HashSet;
use std::time::Duration;

use semd_exchange::journal::{
    Change, Event, Filter, Journal, JournalError, Lease, Purpose, Rate, Record, Refusal, State, Submission,
    Update,
};
use semd_exchange::soap::MessageId;

use crate::common;
use crate::common::stores::{Place, on_both_stores};
use crate::hands::{LEASE, NOW, UID, begin, claim, filled, refused, submission, submission_of};

on_both_stores!(
    queue_is_filtered_by_state_and_time,
    no_document_is_claimed_twice,
    claim_ends_with_the_state_and_the_zombie_cannot_send,
    what_a_worker_leaves_behind_is_taken_over,
    stopped_organisation_waits_for_the_operator_and_the_others_do_not,
    rate_is_shared_by_all_workers,
);

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
