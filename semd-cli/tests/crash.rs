//! `semd register` killed at random moments: the register ends with every document exactly once.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};
use std::{fs, thread};

use serde_json::Value;
use support::Sandbox;

const DOCUMENTS: usize = 100;
const KILLS: u32 = 10;

impl Sandbox {
    /// What the register itself knows.
    fn state(&self) -> Value {
        let host = self.url.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET /state HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        serde_json::from_str(body).unwrap()
    }

    /// How much has happened: requests received, files pulled, results delivered, searches.
    fn activity(&self) -> u64 {
        let state = self.state();
        let requests = state["requests"].as_array().unwrap();
        let calls = requests
            .iter()
            .map(|request| request["pulls"].as_u64().unwrap() + request["deliveries"].as_u64().unwrap());
        requests.len() as u64 + calls.sum::<u64>() + state["searches"].as_u64().unwrap()
    }
}

/// A hundred signed documents with identifiers of their own.
fn signed_documents(folder: &Path) -> (PathBuf, PathBuf) {
    let pki = support::authority(folder, &["--from", "2025-01-01", "--days", "3650"]);
    let documents = folder.join("documents");
    fs::create_dir(&documents).unwrap();
    let sample = fs::read_to_string(support::fixtures().join("documents/prescription.xml")).unwrap();
    for index in 0..DOCUMENTS {
        let text = sample
            .replace("9fda5d78-1cc0-5b24-ab58-aed2aa1ccbe7", &format!("9fda5d78-1cc0-5b24-ab58-{index:012}"));
        assert_ne!(text, sample);
        fs::write(documents.join(format!("document-{index:03}.xml")), text).unwrap();
    }
    support::sign(&documents, &pki, "doctor", "doctor");
    support::sign(&documents, &pki, "clinic", "organization");
    (documents, pki.join("root.crt"))
}

fn register(documents: &Path, journal: &Path, url: &str) -> Command {
    let mut command = support::semd();
    command.args([
        "register",
        "--register",
        url,
        "--wait",
        "120s",
        "--concurrency",
        "4",
        "--format",
        "jsonl",
    ]);
    command.arg("--journal").arg(format!("sqlite:{}", journal.display())).arg(documents);
    command
}

#[test]
fn documents_are_registered_once_although_the_sender_is_killed_ten_times() {
    let folder = tempfile::tempdir().unwrap();
    let (documents, root) = signed_documents(folder.path());
    let sandbox = Sandbox::start(&root, &["--delay", "500-3000"]);
    let journal = folder.path().join("journal.db");

    // Not a fixed seed: every run tries other moments. The delays are printed, so that a failure can be looked into.
    let mut seed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().subsec_nanos();
    let mut delays = Vec::new();
    let mut killed = 0;
    for kill in 0..KILLS {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let delay = Duration::from_millis(u64::from(seed >> 16) % 600);
        let mut process = register(&documents, &journal, &sandbox.url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        if kill % 2 == 0 {
            // Half of the kills fall into the exchange, however slow the machine is: from a first sign of life on.
            let heard = sandbox.activity();
            while sandbox.activity() == heard && process.try_wait().unwrap().is_none() {
                thread::sleep(Duration::from_millis(5));
            }
        }
        thread::sleep(delay);
        killed += u32::from(process.try_wait().unwrap().is_none());
        process.kill().unwrap();
        process.wait().unwrap();
        delays.push(delay.as_millis());
    }
    assert!(killed > 5, "only {killed} runs were alive when they were killed");
    let before = sandbox.state()["registrations"].as_object().unwrap().len();
    let run = support::finish(&mut register(&documents, &journal, &sandbox.url));
    println!(
        "{killed} runs killed, after {delays:?} ms; {before} documents were registered before the last run"
    );

    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    let records = run.json_lines();
    assert_eq!(records.len(), DOCUMENTS);
    assert!(records.iter().all(|record| record["state"] == "registered" && record["emdr_id"].is_string()));
    let registrations = sandbox.state()["registrations"].clone();
    let registrations = registrations.as_object().unwrap();
    assert_eq!(registrations.len(), DOCUMENTS, "none is lost");
    assert!(registrations.values().all(|count| *count == 1), "none is registered twice: {registrations:?}");
    assert_eq!(
        fs::read_dir(&documents)
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().path().to_string_lossy().ends_with(".result.json"))
            .count(),
        DOCUMENTS
    );
}
