//! `semd serve` as a process, and a journal for it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use super::{Sandbox, authority, fixtures, run, semd, sign, succeed};

pub const GOOD: &str = "9fda5d78-1cc0-5b24-ab58-000000000001";
pub const OTHER: &str = "9fda5d78-1cc0-5b24-ab58-000000000002";

/// A running `semd serve` that ends with the value.
pub struct Serve {
    process: Child,
    /// URL of the page, with a slash at its end.
    pub page: String,
    pub callback: String,
}

impl Serve {
    /// Starts it on free ports; `flags` are further flags.
    pub fn start(journal: &str, flags: &[&str], token: Option<&str>) -> Self {
        let mut command = semd();
        command.args(["serve", "--journal", journal, "--callback", "127.0.0.1:0"]).args(flags);
        if !flags.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        if let Some(token) = token {
            command.env("SEMD_TOKEN", token);
        }
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let field = |name: &str| line[name].as_str().unwrap().to_owned();
        Self { process, page: field("page"), callback: field("callback") }
    }

    /// The URL of a place of the page.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.page)
    }

    /// Asks it to end, as a service manager does.
    pub fn terminate(mut self) -> ExitStatus {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.process.wait().unwrap()
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Signed documents in `folder/documents`: two good ones, and one that the register's rules refuse.
pub fn documents(folder: &Path) -> PathBuf {
    let pki = authority(folder, &["--from", "2025-01-01", "--days", "3650"]);
    let documents = folder.join("documents");
    fs::create_dir(&documents).unwrap();
    let sample = fs::read_to_string(fixtures().join("documents/prescription.xml")).unwrap();
    for (name, uid) in [("good.xml", GOOD), ("other.xml", OTHER)] {
        fs::write(documents.join(name), sample.replace("9fda5d78-1cc0-5b24-ab58-aed2aa1ccbe7", uid)).unwrap();
    }
    let bad = fixtures().join("documents/consultation-missing-patient-name.xml");
    fs::copy(bad, documents.join("bad.xml")).unwrap();
    sign(&documents, &pki, "doctor", "doctor");
    sign(&documents, &pki, "clinic", "organization");
    documents
}

/// A journal that the command itself made: `good.xml` registered, `bad.xml` refused, `other.xml` withdrawn.
pub fn fill(folder: &Path, journal: &str, sandbox: &Sandbox) {
    let documents = documents_or_made(folder);
    let register = |name: &str, url: &str, flags: &[&str]| {
        let document = documents.join(name);
        let known = ["register", document.to_str().unwrap(), "--register", url, "--journal", journal];
        run(known.iter().chain(flags))
    };
    let sent = register("good.xml", &sandbox.url, &["--wait", "60s"]);
    assert_eq!(sent.code, Some(0), "{}", sent.stderr);
    let refused = register("bad.xml", &sandbox.url, &["--wait", "60s", "--force"]);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    // The register is down: it stays in the queue.
    let queued = register("other.xml", "http://127.0.0.1:1/", &["--wait", "1s"]);
    assert_eq!(queued.code, Some(4), "{}", queued.stderr);
    succeed(&["journal", "cancel", "--journal", journal, "other.xml"]);
}

fn documents_or_made(folder: &Path) -> PathBuf {
    let made = folder.join("documents");
    if made.is_dir() { made } else { documents(folder) }
}
