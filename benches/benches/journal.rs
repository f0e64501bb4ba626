//! The journal with very many rows: a page of the list and the claim of a batch, on both stores.
//!
//! `SEMD_BENCH_ROWS` sets the number of documents (default 20,000; the table of the docs is made with 1,000,000).
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench may panic and prints")]

#[path = "../../semd-exchange/tests/common/mod.rs"]
mod common;

use std::time::{Duration, Instant};

use common::stores::Place;
use semd_exchange::journal::{Filter, Journal, Purpose, State, Submission};
use semd_exchange::message::RegisterDocumentRequest;
use time::OffsetDateTime;

const REPETITIONS: usize = 30;
const AT_ONCE: u32 = 1000;

fn main() {
    let small = std::env::args().any(|argument| argument == "--test");
    let rows = match std::env::var("SEMD_BENCH_ROWS") {
        Ok(rows) => rows.parse().unwrap(),
        Err(_) if small => 2000,
        Err(_) => 20_000,
    };
    measure("SQLite", &Place::sqlite(), rows);
    if let Some(place) = Place::postgres() {
        measure("PostgreSQL", &place, rows);
    }
}

fn submission(number: u32) -> Submission {
    Submission {
        file: format!("documents/{number}.xml"),
        bytes: format!("<ClinicalDocument>{number}</ClinicalDocument>").into_bytes(),
        request: RegisterDocumentRequest {
            local_uid: format!("5f2c1a52-8c0e-4a8e-9b7d-{number:012}"),
            kind: (100 + number % 20).to_string(),
            organization: format!("1.2.643.5.1.13.13.12.2.77.{}", number % 50),
            ..RegisterDocumentRequest::default()
        },
    }
}

/// Most documents of a journal are registered; some wait, and some are due to be sent.
const STATES: [&str; 5] = [
    "UPDATE documents SET state = 'registered', due_at = NULL, emdr_id = id, registered_at = created_at WHERE id % 20 <> 0",
    "UPDATE documents SET state = 'accepted', accepted_at = created_at, due_at = created_at + 300000 WHERE id % 20 = 0 AND id % 100 = 0",
    "UPDATE documents SET state = 'rejected', due_at = NULL WHERE id % 100 = 20",
    "DELETE FROM state_counts",
    "INSERT INTO state_counts (state, part, documents) SELECT state, 0, count(*) FROM documents GROUP BY state",
];

fn measure(name: &str, place: &Place, rows: u32) {
    let journal = place.open();
    let started = Instant::now();
    for first in (0..rows).step_by(AT_ONCE as usize) {
        let batch: Vec<Submission> = (first..rows.min(first + AT_ONCE)).map(submission).collect();
        journal.enqueue_all(&batch, OffsetDateTime::now_utc()).unwrap();
    }
    let filled = started.elapsed().as_secs_f64();
    println!(
        "{name}: {rows} rows, {:.0} documents a second in batches of {AT_ONCE}",
        f64::from(rows) / filled
    );
    if let Some(path) = place.file() {
        let connection = rusqlite::Connection::open(path).unwrap();
        for statement in STATES {
            connection.execute(&statement.replace("emdr_id = id", "emdr_id = CAST(id AS TEXT)"), []).unwrap();
        }
        connection.execute_batch("ANALYZE").unwrap();
    }
    if let Some(mut client) = place.sql() {
        for statement in STATES {
            client.batch_execute(&statement.replace("emdr_id = id", "emdr_id = CAST(id AS TEXT)")).unwrap();
        }
        client.batch_execute("ANALYZE").unwrap();
    }
    let page = |filter: Filter| {
        move |journal: &dyn Journal| {
            let found = journal.list(&Filter { limit: Some(100), ..filter.clone() }).unwrap();
            assert!(!found.is_empty());
        }
    };
    let middle = Some(i64::from(rows / 2));
    time("first page of 100", &*journal, page(Filter::default()));
    time("page in the middle", &*journal, page(Filter { after: middle, ..Filter::default() }));
    time("newest first", &*journal, page(Filter { newest_first: true, ..Filter::default() }));
    let states = vec![State::Rejected, State::Accepted, State::Queued];
    time("page of three states", &*journal, page(Filter { states, after: middle, ..Filter::default() }));
    let organization = Some("1.2.643.5.1.13.13.12.2.77.7".to_owned());
    time("page of an organisation", &*journal, page(Filter { organization, ..Filter::default() }));
    let uid = submission(rows / 3).request.local_uid;
    time("search by localUid", &*journal, move |journal| {
        assert_eq!(journal.search(&uid, 10).unwrap().len(), 1);
    });
    time("counts by state", &*journal, |journal| drop(journal.state_counts().unwrap()));
    time("waiting by age", &*journal, |journal| drop(journal.age_steps(OffsetDateTime::now_utc()).unwrap()));
    time("refusals by code", &*journal, |journal| drop(journal.code_counts().unwrap()));
    time("a month by organisation and kind", &*journal, |journal| {
        let now = OffsetDateTime::now_utc();
        let days = Duration::from_secs(15 * 86400);
        assert!(!journal.registered_between(now - days, now + days).unwrap().is_empty());
    });
    let lease = journal.enter("bench", Duration::from_secs(3600)).unwrap();
    time("claim and release 64", &*journal, move |journal| {
        let claimed = journal.claim(&lease, Purpose::Send, 64, OffsetDateTime::now_utc()).unwrap();
        assert!(!claimed.is_empty());
        let uids: Vec<String> = claimed.into_iter().map(|claimed| claimed.record.local_uid).collect();
        journal.release(&lease, &uids).unwrap();
    });
}

fn time(what: &str, journal: &dyn Journal, work: impl Fn(&dyn Journal)) {
    let mut times: Vec<Duration> = (0..REPETITIONS)
        .map(|_| {
            let started = Instant::now();
            work(journal);
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "  {what:32} median {:8.2} ms, longest {:8.2} ms",
        millis(times[REPETITIONS / 2]),
        millis(times[REPETITIONS - 1])
    );
}
