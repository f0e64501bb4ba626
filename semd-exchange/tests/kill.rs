//! `kill -9` of the registering process at random moments: nothing is lost, nothing is registered twice.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::{Keys, client_side_with, sandbox_settings};
use semd_exchange::callback::FileDelivery;
use semd_exchange::journal::{Filter, Journal as _, SqliteJournal, State, Submission};
use semd_exchange::message::RegisterDocumentRequest;
use semd_exchange::sandbox::{self, Faults};
use uuid::Uuid;

const DOCUMENTS: usize = 100;
const KILLS: usize = 10;
/// Where the child finds its work; without it the child's test has nothing to do.
const FOLDER: &str = "SEMD_KILL_TEST_FOLDER";
const REGISTER: &str = "SEMD_KILL_TEST_REGISTER";

fn save(folder: &Path, batch: &[Submission]) {
    for (number, submission) in batch.iter().enumerate() {
        std::fs::write(folder.join(format!("{number}.xml")), &submission.bytes).unwrap();
        let request = serde_json::to_vec(&submission.request).unwrap();
        std::fs::write(folder.join(format!("{number}.json")), request).unwrap();
    }
}

fn load(folder: &Path) -> Vec<Submission> {
    let load = |number| {
        let request = std::fs::read(folder.join(format!("{number}.json"))).unwrap();
        let request: RegisterDocumentRequest = serde_json::from_slice(&request).unwrap();
        let bytes = std::fs::read(folder.join(format!("{number}.xml"))).unwrap();
        Submission { file: format!("{number}.xml"), bytes, request }
    };
    (0..DOCUMENTS).map(load).collect()
}

/// The process that is killed: this test program again, running only this test.
#[tokio::test(flavor = "multi_thread")]
async fn child_process_registers_the_batch_of_its_folder() {
    let (Ok(folder), Ok(register)) = (std::env::var(FOLDER), std::env::var(REGISTER)) else {
        println!("nothing to do: started without a batch");
        return;
    };
    let folder = Path::new(&folder);
    let client =
        client_side_with(&folder.join("journal.db"), &register, FileDelivery::Synchronous, |settings| {
            // Slow enough to be killed in the middle, ten times.
            settings.min_interval = Duration::from_millis(25);
            settings.wait = Some(Duration::from_secs(120));
        })
        .await;
    let report = client.worker.register(load(folder)).await.unwrap();
    assert!(report.documents.iter().all(|record| record.state == State::Registered), "{report:?}");
}

fn start(folder: &Path, register: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_process_registers_the_batch_of_its_folder"])
        .env(FOLDER, folder)
        .env(REGISTER, register)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_kills_lose_nothing_and_register_nothing_twice() {
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    let batch: Vec<Submission> =
        (0..DOCUMENTS).map(|number| keys.submission(&format!("{number}.xml"))).collect();
    save(folder.path(), &batch);
    let mut settings = sandbox_settings(&keys.trust);
    settings.delay = Duration::ZERO..=Duration::from_millis(150);
    // A kill rarely hits the moment between a request and its answer; lost answers leave the same traces.
    settings.faults = Faults { seed: 3, lost_answer: 0.15, repeated_result: 0.1, ..Faults::default() };
    let sandbox = sandbox::serve(settings).await.unwrap();

    let mut delays = Vec::new();
    let mut in_the_middle = 0;
    for _ in 0..KILLS {
        let mut child = start(folder.path(), &sandbox.url());
        let delay = 60 + u64::from(Uuid::new_v4().as_bytes()[0]) * 2;
        delays.push(delay);
        tokio::time::sleep(Duration::from_millis(delay)).await;
        if child.try_wait().unwrap().is_none() {
            in_the_middle += 1;
        }
        // SIGKILL: no handler runs, no buffer is flushed.
        child.kill().unwrap();
        child.wait().unwrap();
    }
    println!("killed after {delays:?} ms; {in_the_middle} of {KILLS} in the middle of work");
    assert!(in_the_middle > KILLS / 2, "the batch was too quick to be interrupted");

    let journal = SqliteJournal::open(&folder.path().join("journal.db")).unwrap();
    let states: Vec<State> =
        journal.list(&Filter::default()).unwrap().iter().map(|record| record.state).collect();
    println!("states after the last kill: {} documents, {:?}", states.len(), count(&states));
    drop(journal);

    let url = sandbox.url();
    let path = folder.path().to_owned();
    let finished = tokio::task::spawn_blocking(move || start(&path, &url).wait().unwrap()).await.unwrap();
    assert!(finished.success(), "the last run registers everything");

    let state = sandbox.state();
    assert_eq!(state.items.len(), DOCUMENTS, "none lost, none twice");
    assert_eq!(state.registrations.len(), DOCUMENTS);
    for submission in &batch {
        assert_eq!(state.registrations.get(&submission.request.local_uid), Some(&1), "{}", submission.file);
    }
    let journal = SqliteJournal::open(&folder.path().join("journal.db")).unwrap();
    for record in journal.list(&Filter::default()).unwrap() {
        assert_eq!(record.state, State::Registered, "{}", record.file);
        let item =
            state.items.iter().find(|item| item.local_uid.as_deref() == Some(&record.local_uid)).unwrap();
        assert_eq!(record.emdr_id.as_ref(), Some(&item.emdr_id), "both sides know the same number");
    }
    println!("{} requests for {DOCUMENTS} documents", state.requests.len());
}

fn count(states: &[State]) -> std::collections::BTreeMap<State, usize> {
    let mut counts = std::collections::BTreeMap::new();
    for state in states {
        *counts.entry(*state).or_default() += 1;
    }
    counts
}
