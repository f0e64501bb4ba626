//! Processes that die at any moment and at every write of the journal: nothing is lost, nothing is registered twice,
//! nothing is stuck, on both stores, with a register that has faults of its own.
//!
//! The run of the test suite is short. `docs/crash-test.md` has the command of the long one.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and says what it did")]

mod common;

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::time::Duration;

use common::child::{self, Task};
use common::stores::Place;
use common::{Keys, sandbox_settings};
use semd_exchange::journal::{Filter, State};
use semd_exchange::sandbox::{self, Faults, RunningSandbox};
use uuid::Uuid;

const CHILD: &str = "body_of_a_child_process";
/// Documents that a child adds to the work.
const DOCUMENTS_A_KILL: usize = 2;

#[test]
fn body_of_a_child_process() {
    child::work_if_asked();
}

fn number_from(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

/// A register with everything that is on its list of faults.
async fn faulty_register(keys: &Keys, lost_answer: f64) -> RunningSandbox {
    let mut settings = sandbox_settings(&keys.trust);
    settings.delay = Duration::ZERO..=Duration::from_millis(60);
    // A kill rarely hits the moment between a request and its answer; lost answers leave the same traces.
    settings.faults = Faults {
        seed: 3,
        lost_answer,
        repeated_result: 0.1,
        technical: 0.05,
        rate_limit: 0.01,
        warning: 0.1,
        ..Faults::default()
    };
    sandbox::serve(settings).await.unwrap()
}

fn random_millis(most: u32) -> Duration {
    let draw = u32::from_le_bytes(Uuid::new_v4().as_bytes()[..4].try_into().unwrap());
    Duration::from_millis(u64::from(draw % most))
}

/// What the last process must leave: every document registered once, and both sides know the same number.
fn check(place: &Place, sandbox: &RunningSandbox, documents: usize) {
    let state = sandbox.state();
    let journal = place.open();
    let records = journal.list(&Filter::default()).unwrap();
    let mut counts: BTreeMap<State, usize> = BTreeMap::new();
    for record in &records {
        *counts.entry(record.state).or_default() += 1;
    }
    println!(
        "{counts:?}; {} requests, {} searches for {documents} documents",
        state.requests.len(),
        state.searches
    );
    assert_eq!(counts, BTreeMap::from([(State::Registered, documents)]), "none is lost, none is stuck");
    let kept = journal.state_counts().unwrap();
    assert_eq!(kept, [(State::Registered, documents as u64)], "the kept counts are those of the rows");
    assert_eq!(state.items.len(), documents, "none is registered twice");
    assert!(state.registrations.values().all(|count| *count == 1));
    for record in records {
        let uid = Some(record.local_uid.as_str());
        let item = state.items.iter().find(|item| item.local_uid.as_deref() == uid).unwrap();
        assert_eq!(record.emdr_id.as_ref(), Some(&item.emdr_id), "{}", record.file);
        assert_eq!(record.message_ids.len(), record.attempts as usize);
    }
}

async fn random_kills(place: Place) {
    let kills = number_from("SEMD_CRASH_KILLS", 12);
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    for number in 0..kills * DOCUMENTS_A_KILL {
        child::save(folder.path(), number, &keys.submission(&format!("{number}.xml")));
    }
    let sandbox = faulty_register(&keys, 0.15).await;
    let (register, path) = (sandbox.url(), folder.path().to_owned());
    let place = tokio::task::spawn_blocking(move || {
        let mut in_the_middle = 0;
        for kill in 0..kills {
            // A killed child may not have come to its documents; the next ones take the last few again.
            let last = (kill + 1) * DOCUMENTS_A_KILL - 1;
            let first = last.saturating_sub(5 * DOCUMENTS_A_KILL);
            let mut task = task(&place, &register, &path, Some((first, last)));
            task.forever = true;
            let mut process = task.start(CHILD);
            std::thread::sleep(Duration::from_millis(20) + random_millis(500));
            in_the_middle += u32::from(process.try_wait().unwrap().is_none());
            // SIGKILL: no handler runs, no buffer is flushed.
            process.kill().unwrap();
            process.wait().unwrap();
        }
        println!("{in_the_middle} of {kills} kills hit a living process");
        assert_eq!(in_the_middle as usize, kills, "none ends by itself");
        let all = Some((0, kills * DOCUMENTS_A_KILL - 1));
        assert!(task(&place, &register, &path, all).start(CHILD).wait().unwrap().success());
        place
    });
    let place = place.await.unwrap();
    tokio::task::block_in_place(|| check(&place, &sandbox, kills * DOCUMENTS_A_KILL));
    sandbox.shutdown().await;
}

fn task<'a>(
    place: &'a Place,
    register: &str,
    folder: &'a Path,
    documents: Option<(usize, usize)>,
) -> Task<'a> {
    let lease = Duration::from_millis(400);
    Task { place, register: register.to_owned(), folder, documents, abort: None, lease, forever: false }
}

/// Each process dies one write later than the one before it, and has a document of its own beside what is left behind.
async fn death_at_every_write(place: Place) {
    /// More writes than one run has; the loop ends earlier, with the first process that lives.
    const MOST: usize = 80;
    let sides: &[&'static str] = match number_from("SEMD_CRASH_BOTH_SIDES", 0) {
        0 => &["alternating"],
        _ => &["before", "after"],
    };
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    for number in 0..MOST * sides.len() {
        child::save(folder.path(), number, &keys.submission(&format!("{number}.xml")));
    }
    let sandbox = faulty_register(&keys, 0.0).await;
    let (register, path) = (sandbox.url(), folder.path().to_owned());
    let (place, documents) = tokio::task::spawn_blocking(move || {
        let mut documents = 0;
        for side in sides {
            let mut deaths = 0;
            for write in 1..=MOST {
                let side = match (*side, write % 2) {
                    ("alternating", 0) => "before",
                    ("alternating", _) => "after",
                    (side, _) => side,
                };
                // The document of a process that died before it came to it is taken by the next one.
                let first = documents.max(1) - 1;
                let mut task = task(&place, &register, &path, Some((first, documents)));
                task.abort = Some((side, u32::try_from(write).unwrap()));
                documents += 1;
                let status = task.start(CHILD).wait().unwrap();
                if status.success() {
                    break;
                }
                assert!(status.signal().is_some(), "{status}: died, but not by the abort");
                deaths += 1;
            }
            println!("{deaths} processes died, each one write later ({side})");
            assert!(deaths >= 8, "one document alone takes more writes");
        }
        let all = Some((0, documents - 1));
        assert!(task(&place, &register, &path, all).start(CHILD).wait().unwrap().success());
        (place, documents)
    })
    .await
    .unwrap();
    tokio::task::block_in_place(|| check(&place, &sandbox, documents));
    sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn random_kills_on_sqlite() {
    random_kills(Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn random_kills_on_postgres() {
    if let Some(place) = Place::postgres() {
        random_kills(place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn death_at_every_write_on_sqlite() {
    death_at_every_write(Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn death_at_every_write_on_postgres() {
    if let Some(place) = Place::postgres() {
        death_at_every_write(place).await;
    }
}
