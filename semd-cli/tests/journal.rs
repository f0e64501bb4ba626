//! `semd register` and `semd journal` on both stores, through the built command.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they skip"
)]

#[path = "../../semd-exchange/tests/common/stores.rs"]
#[allow(dead_code, unused_macros, unused_imports, reason = "a part of it is used here")]
mod stores;
mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use stores::Place;
use support::{Run, Sandbox};

const GOOD: &str = "9fda5d78-1cc0-5b24-ab58-000000000001";
const OTHER: &str = "9fda5d78-1cc0-5b24-ab58-000000000002";

/// Two signed documents in `folder/documents`.
fn documents(folder: &Path) {
    let pki = support::authority(folder, &["--from", "2025-01-01", "--days", "3650"]);
    let documents = folder.join("documents");
    fs::create_dir(&documents).unwrap();
    let sample = fs::read_to_string(support::fixtures().join("documents/prescription.xml")).unwrap();
    for (name, uid) in [("good.xml", GOOD), ("other.xml", OTHER)] {
        fs::write(documents.join(name), sample.replace("9fda5d78-1cc0-5b24-ab58-aed2aa1ccbe7", uid)).unwrap();
    }
    support::sign(&documents, &pki, "doctor", "doctor");
    support::sign(&documents, &pki, "clinic", "organization");
}

fn journal(place: &Place, arguments: &[&str]) -> Run {
    let address = place.text();
    let mut all = vec!["journal", arguments[0], "--journal", &address];
    all.extend(&arguments[1..]);
    support::run(all)
}

fn states(run: &Run) -> Vec<(String, String)> {
    let field = |record: &Value, name: &str| record[name].as_str().unwrap().to_owned();
    run.json_lines().iter().map(|record| (field(record, "local_uid"), field(record, "state"))).collect()
}

fn operator_sees_and_decides(place: &Place) {
    let folder = tempfile::tempdir().unwrap();
    documents(folder.path());
    let sandbox = Sandbox::start(&folder.path().join("pki/root.crt"), &[]);
    let address = place.text();
    let good = folder.path().join("documents/good.xml");
    let other = folder.path().join("documents/other.xml");
    let register = |document: &Path, url: &str, wait: &str| {
        let document = document.to_str().unwrap();
        let flags =
            ["--register", url, "--journal", &address, "--wait", wait, "--rate", "50", "--format", "jsonl"];
        support::run(["register", document].iter().chain(&flags))
    };
    let sent = register(&good, &sandbox.url, "60s");
    assert_eq!(sent.code, Some(0), "{}", sent.stderr);
    // The register is down for the other one: it stays in the queue.
    let queued = register(&other, "http://127.0.0.1:1/", "1s");
    assert_eq!(queued.code, Some(4), "{}", queued.stderr);
    let listed = journal(place, &["list", "--format", "jsonl"]);
    let expected =
        [(GOOD, "registered"), (OTHER, "queued")].map(|(uid, state)| (uid.to_owned(), state.to_owned()));
    assert_eq!(states(&listed), expected);

    let shown = journal(place, &["show", GOOD, "--format", "jsonl"]).json_lines().remove(0);
    let events: Vec<&str> =
        shown["history"].as_array().unwrap().iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!((events[0], events[1]), ("enqueued", "submit"));
    assert!(events.contains(&"registered"), "{events:?}");
    let number = shown["emdr_id"].as_str().unwrap();
    let table = journal(place, &["show", number]);
    assert!(
        table.stdout.contains("registerDocument") && table.stdout.contains("good.xml"),
        "{}",
        table.stdout
    );
    assert!(!table.stdout.contains("Тестова"), "no person is named");
    let line = shown["history"][1]["number"].to_string();
    assert_eq!(journal(place, &["show", GOOD, "--message", &line]).code, Some(2), "messages name persons");
    let raw = journal(place, &["show", GOOD, "--message", &line, "--show-pii"]);
    assert!(raw.stdout.contains("registerDocumentRequest"), "{}", raw.stderr);

    assert_eq!(journal(place, &["retry"]).code, Some(2), "which documents must be said");
    assert_eq!(journal(place, &["retry", GOOD]).code, Some(1), "what is registered is not sent again");
    assert_eq!(journal(place, &["show", "nothing"]).code, Some(2));
    let cancelled = journal(place, &["cancel", "other.xml", "--format", "jsonl"]);
    assert_eq!(states(&cancelled), [(OTHER.to_owned(), "cancelled".to_owned())]);
    let again = journal(place, &["retry", "--state", "cancelled", "--format", "jsonl"]);
    assert_eq!(states(&again), [(OTHER.to_owned(), "queued".to_owned())]);
    assert_eq!(journal(place, &["resume"]).stdout, "", "no organisation is stopped");
    assert_eq!(journal(place, &["resume", "1.2.3"]).code, Some(2));

    let sent = register(&other, &sandbox.url, "60s");
    assert_eq!(sent.code, Some(0), "{}", sent.stderr);
    let found = journal(place, &["reconcile", "--register", &sandbox.url, "--format", "jsonl"]);
    assert_eq!((found.code, found.stdout.as_str()), (Some(0), ""), "{}", found.stderr);

    let out = folder.path().join("export");
    let out = out.to_str().unwrap();
    assert_eq!(journal(place, &["export", GOOD, "--out", out]).code, Some(0));
    let of = |name: &str| Path::new(out).join(GOOD).join(name);
    assert!(of("journal.json").is_file() && !of("document.xml").exists());
    let exported = journal(place, &["export", "--state", "registered", "--out", out, "--show-pii"]);
    assert_eq!(exported.code, Some(0), "{}", exported.stderr);
    assert_eq!(fs::read(of("document.xml")).unwrap(), fs::read(&good).unwrap(), "byte for byte");
    assert!(fs::read_dir(Path::new(out).join(OTHER)).unwrap().count() >= 6, "messages are files, too");
}

#[test]
fn operator_sees_and_decides_on_sqlite() {
    operator_sees_and_decides(&Place::sqlite());
}

#[test]
fn operator_sees_and_decides_on_postgres() {
    if let Some(place) = Place::postgres() {
        operator_sees_and_decides(&place);
    }
}
