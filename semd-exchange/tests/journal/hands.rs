//! Documents and events that the tests are made of.

use std::time::Duration;

use semd_core::report::Owner;
use semd_exchange::journal::{
    Claimed, Enqueued, Event, Journal, Lease, News, Purpose, Record, Refusal, RefusalFacts, Submission,
    Update,
};
use semd_exchange::message::{RegisterDocumentRequest, RegisterError, RegistryItem};
use semd_exchange::soap::MessageId;
use time::OffsetDateTime;
use time::macros::datetime;

use crate::common::stores::Place;

pub(crate) const NOW: OffsetDateTime = datetime!(2026-05-14 10:15 UTC);
pub(crate) const UID: &str = "5f2c1a52-8c0e-4a8e-9b7d-1f6a8d0f4b10";
pub(crate) const LEASE: Duration = Duration::from_secs(60);

pub(crate) fn submission_of(number: u32) -> Submission {
    let mut submission = submission(format!("document {number}").as_bytes());
    submission.request.local_uid = format!("5f2c1a52-8c0e-4a8e-9b7d-{number:012}");
    submission.file = format!("{number}.xml");
    submission
}

pub(crate) fn submission(bytes: &[u8]) -> Submission {
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

pub(crate) fn filled(place: &Place) -> Box<dyn Journal> {
    let journal = place.open();
    assert_eq!(journal.enqueue(&submission(b"bytes"), NOW).unwrap(), Enqueued::New);
    journal
}

pub(crate) fn begin(journal: &dyn Journal, uid: &str) -> MessageId {
    let id = MessageId::random();
    journal.begin_attempt(None, uid, &id, b"<envelope/>", NOW).unwrap();
    id
}

pub(crate) fn registered() -> Update {
    Update {
        news: News::Registered(RegistryItem {
            emdr_id: "119.77.26.05.000000001".into(),
            ..RegistryItem::default()
        }),
        ..Update::bare(Event::Registered)
    }
}

pub(crate) fn refused(refusal: Refusal) -> Update {
    Update {
        news: News::Refused(RefusalFacts {
            errors: vec![RegisterError::new("NO_SNILS", "текст")],
            owner: Owner::Clinic,
            retryable: refusal != Refusal::Final,
        }),
        ..Update::bare(Event::Refused(refusal))
    }
}

pub(crate) fn claim(journal: &dyn Journal, lease: &Lease, limit: u32) -> Vec<Record> {
    let claimed = journal.claim(lease, Purpose::Send, limit, NOW).unwrap();
    claimed.into_iter().map(|Claimed { record, .. }| record).collect()
}
