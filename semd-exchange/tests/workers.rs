//! Worker processes that share one PostgreSQL journal: every document is registered once, also when one of them dies.
//!
//! The run of the test suite is short. `docs/crash-test.md` has the command of the long one.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and says what it did")]

mod common;

use std::time::{Duration, Instant};

use common::child::{self, Task};
use common::stores::Place;
use common::{Keys, sandbox_settings};
use semd_exchange::journal::State;
use semd_exchange::sandbox;
use time::OffsetDateTime;

const CHILD: &str = "body_of_a_child_process";
const WORKERS: usize = 4;

#[test]
fn body_of_a_child_process() {
    child::work_if_asked();
}

#[tokio::test(flavor = "multi_thread")]
async fn four_workers_register_everything_once_although_one_is_killed() {
    let Some(place) = Place::postgres() else { return };
    let documents: usize = std::env::var("SEMD_WORKERS_DOCUMENTS").map_or(150, |text| text.parse().unwrap());
    let keys = Keys::new();
    let sandbox = sandbox::serve(sandbox_settings(&keys.trust)).await.unwrap();
    let register = sandbox.url();
    let (place, seconds) = tokio::task::spawn_blocking(move || {
        let journal = place.open();
        for first in (0..documents).step_by(100) {
            let part: Vec<_> = (first..documents.min(first + 100))
                .map(|number| keys.submission(&format!("{number}.xml")))
                .collect();
            journal.enqueue_all(&part, OffsetDateTime::now_utc()).unwrap();
        }
        let started = Instant::now();
        let folder = tempfile::tempdir().unwrap();
        let task = Task {
            place: &place,
            register,
            folder: folder.path(),
            documents: None,
            abort: None,
            lease: Duration::from_secs(1),
            forever: false,
        };
        let mut processes: Vec<_> = (0..WORKERS).map(|_| task.start(CHILD)).collect();
        let registered = || {
            let counts = journal.state_counts().unwrap();
            counts
                .iter()
                .find(|(state, _)| *state == State::Registered)
                .map_or(0, |(_, count)| *count as usize)
        };
        while registered() < documents / 4 {
            std::thread::sleep(Duration::from_millis(20));
        }
        let entered = journal.workers().unwrap().len();
        let mut victim = processes.remove(0);
        assert!(victim.try_wait().unwrap().is_none(), "killed in the middle of its work");
        victim.kill().unwrap();
        victim.wait().unwrap();
        for mut process in processes {
            assert!(process.wait().unwrap().success());
        }
        assert!(entered > 1, "they worked at the same time");
        assert_eq!(journal.state_counts().unwrap(), [(State::Registered, documents as u64)]);
        (place, started.elapsed().as_secs_f64())
    })
    .await
    .unwrap();
    drop(place);
    let state = sandbox.state();
    println!(
        "{documents} documents by {WORKERS} workers, one killed: {seconds:.1} s, {} requests",
        state.requests.len()
    );
    assert_eq!(state.items.len(), documents);
    assert_eq!(state.registrations.len(), documents);
    assert!(state.registrations.values().all(|count| *count == 1));
    sandbox.shutdown().await;
}
