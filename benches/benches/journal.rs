//! The journal with very many rows: a page of the list and the claim of a batch, on both stores.
//!
//! `SEMD_BENCH_ROWS` sets the number of documents (default 20,000; the table of the docs is made with 1,000,000);
//! `SEMD_BENCH_STORE=postgres` measures that store alone.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench may panic and prints")]

#[path = "../../semd-exchange/tests/common/mod.rs"]
mod common;

use std::time::{Duration, Instant};

use common::stores::Place;
use semd_core::report::Owner;
use semd_exchange::journal::{Filter, Journal, Purpose, State, Submission};
use semd_exchange::message::{RegisterDocumentRequest, RegistryItem};
use time::OffsetDateTime;

const REPETITIONS: usize = 30;
/// What takes long is not repeated for longer than this.
const ENOUGH: Duration = Duration::from_secs(5);
/// A multiple of all that the rows differ by.
const FIRST: u32 = 3000;

fn main() {
    let small = std::env::args().any(|argument| argument == "--test");
    let rows = match std::env::var("SEMD_BENCH_ROWS") {
        Ok(rows) => rows.parse().unwrap(),
        Err(_) if small => 2000,
        Err(_) => 20_000,
    };
    if std::env::var("SEMD_BENCH_STORE").as_deref() != Ok("postgres") {
        measure("SQLite", &Place::sqlite(), rows);
    }
    if let Some(place) = Place::postgres() {
        measure("PostgreSQL", &place, rows);
    }
}

fn submission(number: u32) -> Submission {
    Submission {
        file: format!("documents/{number}.xml"),
        bytes: format!("<ClinicalDocument>{number}</ClinicalDocument>").into_bytes(),
        request: RegisterDocumentRequest {
            local_uid: format!("5f2c1a52-8c0e-4a8e-9b7d-{}", 1_000_000_000_000 + u64::from(number)),
            kind: (100 + number % 20).to_string(),
            organization: format!("1.2.643.5.1.13.13.12.2.77.{}", number % 50),
            ..RegisterDocumentRequest::default()
        },
    }
}

/// Most documents of a journal are registered; some wait, some were refused, and some are due to be sent.
const STATES: [&str; 4] = [
    "UPDATE documents SET state = 'registered', due_at = NULL, emdr_id = CAST(id AS TEXT), registered_at = created_at,
        registry_item = 'ITEM' WHERE id % 20 <> 0",
    "UPDATE documents SET state = 'accepted', accepted_at = created_at, due_at = created_at + 300000 WHERE id % 100 = 0",
    "UPDATE documents SET state = 'rejected', due_at = NULL, retryable = 0,
        owner = CASE WHEN id % 300 = 20 THEN 'clinic' ELSE 'mis' END WHERE id % 100 = 20",
    "INSERT INTO refusal_codes (code, document_id, kind, organization, owner, retryable)
        SELECT 'NO_SNILS', id, kind, organization, owner, retryable FROM documents WHERE owner IS NOT NULL",
];

/// The first documents, again and again with numbers of their own.
const COPIES: [&str; 5] = [
    "INSERT INTO documents (id, uid_key, local_uid, kind, organization, file, sha256, state, emdr_id, registry_item, owner,
            retryable, created_at, updated_at, accepted_at, registered_at, due_at)
        SELECT id + n, '5f2c1a52-8c0e-4a8e-9b7d-' || CAST(999999999999 + id + n AS TEXT),
            '5f2c1a52-8c0e-4a8e-9b7d-' || CAST(999999999999 + id + n AS TEXT), kind, organization,
            'documents/' || CAST(id + n - 1 AS TEXT) || '.xml', sha256, state, CASE WHEN state = 'registered' THEN CAST(id + n AS TEXT) END, registry_item, owner,
            retryable, created_at + n, updated_at + n, accepted_at, registered_at + n, due_at + n
        FROM copies CROSS JOIN documents WHERE id <= FIRST ORDER BY n, id",
    "INSERT INTO contents SELECT document_id + n, bytes, bytes_encoding, request, request_encoding
        FROM copies CROSS JOIN contents WHERE document_id <= FIRST ORDER BY n, document_id",
    "INSERT INTO file_names SELECT document_id + n, CAST(document_id + n - 1 AS TEXT) || '.xml'
        FROM copies CROSS JOIN file_names WHERE document_id <= FIRST ORDER BY n, document_id",
    "INSERT INTO history (document_id, at, event, state) SELECT document_id + n, at, event, state
        FROM copies CROSS JOIN history WHERE document_id <= FIRST ORDER BY n, document_id",
    "INSERT INTO refusal_codes (code, document_id, kind, organization, owner, retryable)
        SELECT code, document_id + n, kind, organization, owner, retryable
        FROM copies CROSS JOIN refusal_codes WHERE document_id <= FIRST ORDER BY n, document_id",
];

/// A journal of many rows: the first of them by the library, the others as copies by the database.
fn fill(name: &str, journal: &dyn Journal, place: &Place, rows: u32) {
    let first = rows.min(FIRST);
    let started = Instant::now();
    let batch: Vec<Submission> = (0..first).map(submission).collect();
    journal.enqueue_all(&batch, OffsetDateTime::now_utc()).unwrap();
    let rate = f64::from(first) / started.elapsed().as_secs_f64();
    println!("{name}: {rows} rows; {rate:.0} documents a second into the empty journal, {first} at once");
    let item = RegistryItem { emdr_id: "119.77.26.05.000000001".into(), ..RegistryItem::default() };
    let item = serde_json::to_string(&item).unwrap();
    let mut statements: Vec<String> = STATES.iter().map(|text| text.replace("ITEM", &item)).collect();
    if rows > first {
        let copies = format!(
            "WITH RECURSIVE copies(n) AS (SELECT CAST({first} AS BIGINT) UNION ALL
                SELECT n + {first} FROM copies WHERE n + {first} < {rows})"
        );
        for text in COPIES {
            let (insert, select) = text.split_at(text.find("SELECT").unwrap());
            statements.push(format!("{insert} {copies} {}", select.replace("FIRST", &first.to_string())));
        }
    }
    statements.push("DELETE FROM state_counts".to_owned());
    statements.push(
        "INSERT INTO state_counts (state, part, documents) SELECT state, 0, count(*) FROM documents GROUP BY state"
            .to_owned(),
    );
    statements.push("ANALYZE".to_owned());
    if let Some(path) = place.file() {
        rusqlite::Connection::open(path).unwrap().execute_batch(&statements.join(";")).unwrap();
    }
    if let Some(mut client) = place.sql() {
        for statement in statements {
            client.batch_execute(&statement).unwrap();
        }
    }
}

fn measure(name: &str, place: &Place, rows: u32) {
    let journal = place.open();
    fill(name, &*journal, place, rows);
    let page = |filter: Filter| {
        move |journal: &dyn Journal| {
            let found = journal.page(&Filter { limit: Some(100), ..filter.clone() }).unwrap();
            assert!(!found.records.is_empty());
        }
    };
    // What matches nothing costs the most: a page looks until its time is over.
    let nothing = |filter: Filter| {
        move |journal: &dyn Journal| {
            let found =
                journal.page(&Filter { limit: Some(100), newest_first: true, ..filter.clone() }).unwrap();
            assert!(found.records.is_empty());
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
    let kind = |kind: u32| Some(kind.to_string());
    time("page of a kind", &*journal, page(Filter { kind: kind(107), ..Filter::default() }));
    time("kind that is nowhere", &*journal, nothing(Filter { kind: kind(99), ..Filter::default() }));
    let organization = Some("1.2.643.5.1.13.13.12.2.77.8".to_owned());
    let never_together = Filter { organization, kind: kind(107), ..Filter::default() };
    time("organisation and kind never together", &*journal, nothing(never_together));
    let code = Some("NO_SNILS".to_owned());
    let of_clinic = Filter { code: code.clone(), owner: Some(Owner::Clinic), ..Filter::default() };
    time("page of a code and owner", &*journal, page(of_clinic));
    let of_nobody = Filter { code: code.clone(), owner: Some(Owner::Register), ..Filter::default() };
    time("code and owner never together", &*journal, nothing(of_nobody));
    let registered = Filter { code, states: vec![State::Registered], ..Filter::default() };
    time("code and state never together", &*journal, nothing(registered));
    time(
        "owner that is nowhere",
        &*journal,
        nothing(Filter { owner: Some(Owner::Mixed), ..Filter::default() }),
    );
    for (what, text, found) in [
        ("search by name of the file", format!("{}.xml", rows / 3), true),
        ("search by a beginning", format!("{}.x", rows / 3), true),
        ("search by a part of the name", "9.xm".to_owned(), true),
        ("search for what is nowhere", "nowhere".to_owned(), false),
    ] {
        time(what, &*journal, move |journal| {
            assert_eq!(found, !journal.search_page(&text, None, 100).unwrap().records.is_empty());
        });
    }
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
    let begun = Instant::now();
    let mut times: Vec<Duration> = Vec::new();
    while times.len() < REPETITIONS && begun.elapsed() < ENOUGH {
        let started = Instant::now();
        work(journal);
        times.push(started.elapsed());
    }
    times.sort_unstable();
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "  {what:40} median {:8.2} ms, longest {:8.2} ms",
        millis(times[times.len() / 2]),
        millis(times[times.len() - 1])
    );
}
