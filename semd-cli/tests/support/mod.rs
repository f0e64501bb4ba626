//! What the tests of the command share.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]

pub mod http;
pub mod serve;
pub mod webdriver;

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// How a run of the command ended.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// The lines of stdout as JSON objects.
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The built command with a clean environment: English texts, no configuration from outside.
pub fn semd() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_semd"));
    for (name, _) in std::env::vars() {
        if name.starts_with("SEMD_") {
            command.env_remove(name);
        }
    }
    command.env("SEMD_LANG", "en").env("SEMD_NO_CACHE", "true").stdin(Stdio::null());
    command
}

/// Runs the command to its end.
pub fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Run {
    finish(semd().args(arguments))
}

/// Runs a prepared command to its end.
pub fn finish(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The project's own fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// The folder of outside test data, or `None` after saying that the test skips.
pub fn shared(test: &str) -> Option<PathBuf> {
    let given = std::env::var_os("SEMD_TEST_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let folder = given.unwrap_or(beside);
    if folder.join("semd-packages").is_dir() {
        return Some(folder);
    }
    println!("skipped: {test}: no folder of test data at {} (set SEMD_TEST_DATA)", folder.display());
    None
}

/// A test authority in `folder/pki` with certificates and keys of the doctor and the clinic of the sample documents:
/// `root`, `doctor`, `clinic`, each `.crt` and `.key`. `terms` are further flags of each certificate.
pub fn authority(folder: &Path, terms: &[&str]) -> PathBuf {
    let pki = folder.join("pki");
    let at = pki.to_str().unwrap();
    let doctor = ["--surname", "Тестова", "--given-name", "Вера Андреевна", "--snils", "99900000115"];
    let clinic = ["--organization", "Учебная больница", "--ogrn", "1239900000010", "--inn", "9900000017"];
    let commands = [
        vec!["pki", "init", at],
        [&["pki", "issue", at, "--name", "doctor"], &doctor[..]].concat(),
        [&["pki", "issue", at, "--name", "clinic"], &clinic[..]].concat(),
    ];
    for command in commands {
        succeed(&[&command[..], terms].concat());
    }
    pki
}

/// Signs documents in the given role with a key of [`authority`]; answers what the command printed.
pub fn sign(paths: &Path, pki: &Path, name: &str, role: &str) -> String {
    let (key, certificate) = (pki.join(format!("{name}.key")), pki.join(format!("{name}.crt")));
    let [paths, key, certificate] = [paths, &key, &certificate].map(|path| path.to_str().unwrap());
    succeed(&["sign", paths, "--key", key, "--cert", certificate, "--role", role])
}

/// Runs the command, which must succeed; answers what it printed.
pub fn succeed(arguments: &[&str]) -> String {
    let run = run(arguments);
    assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.stderr);
    run.stdout
}

/// A sandbox process that ends with the test.
pub struct Sandbox {
    process: Child,
    pub url: String,
}

impl Sandbox {
    /// Starts a sandbox that trusts `root`; `flags` are further flags.
    pub fn start(root: &Path, flags: &[&str]) -> Self {
        let mut process = semd()
            .args(["sandbox", "--trust", root.to_str().unwrap()])
            .args(flags)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        Self { process, url: line["url"].as_str().unwrap().to_owned() }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
