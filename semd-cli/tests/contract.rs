//! The contract of the command as scripts see it: exit codes, streams, JSON keys, languages. One table, through the binary.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod support;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use support::Sandbox;

/// What a stream must carry.
#[derive(Clone, Copy, Debug)]
enum Stream {
    Empty,
    /// One JSON object a line, at least one.
    Jsonl,
    /// One JSON array.
    Json,
    /// Something with this text.
    Has(&'static str),
    /// Whatever it is.
    Any,
}

struct Case {
    name: &'static str,
    arguments: Vec<String>,
    code: i32,
    stdout: Stream,
    stderr: Stream,
}

/// A folder with everything the cases need: an authority, documents, signatures, a package folder without packages.
struct Place {
    folder: tempfile::TempDir,
    dead: String,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let pki = support::authority(root, &["--from", "2025-01-01", "--days", "3650"]);
        for name in ["good", "mixed", "unsigned"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        let documents = support::fixtures().join("documents");
        let copy = |from: &str, to: &str| fs::copy(documents.join(from), root.join(to)).unwrap();
        copy("consultation.xml", "good/a.xml");
        copy("laboratory.xml", "good/b.xml");
        copy("consultation.xml", "mixed/a.xml");
        copy("consultation-missing-patient-name.xml", "mixed/b.xml");
        copy("consultation.xml", "unsigned/a.xml");
        for folder in ["good", "mixed"] {
            support::sign(&root.join(folder), &pki, "doctor", "doctor");
            support::sign(&root.join(folder), &pki, "clinic", "organization");
        }
        fs::write(root.join("bad.toml"), "register = \"http://127.0.0.1:1/\"\nregistre = \"\"\n").unwrap();
        fs::write(root.join("good.toml"), format!("trust = [{:?}]\nlang = \"ru\"\n", pki.join("root.crt")))
            .unwrap();
        // A port nobody listens at: taken once and given back.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let dead = format!("http://{}/", listener.local_addr().unwrap());
        Self { folder, dead }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn case(&self, name: &'static str, line: &str, code: i32, stdout: Stream, stderr: Stream) -> Case {
        let root = self.folder.path().to_str().unwrap();
        let word = |word: &str| word.replace('@', root).replace("DEAD", &self.dead);
        Case { name, arguments: line.split(' ').map(word).collect(), code, stdout, stderr }
    }
}

/// `@` stands for the folder, `LANG` for the language, `DEAD` for the URL of a register that is down.
fn cases(place: &Place) -> Vec<Case> {
    use Stream::{Any, Empty, Has, Json, Jsonl};
    let case = |name, line, code, stdout, stderr| place.case(name, line, code, stdout, stderr);
    vec![
        case("valid documents", "validate @/good --format jsonl", 0, Jsonl, Empty),
        case("valid documents as an array", "validate @/good --format json", 0, Json, Empty),
        case("valid documents for people", "validate @/good --format concise", 0, Has("a.xml"), Empty),
        case("one invalid among valid", "validate @/mixed --format jsonl", 1, Jsonl, Empty),
        case("one invalid for people", "validate @/mixed", 1, Has("--> "), Empty),
        case("quiet keeps data", "validate @/mixed --format concise -q", 1, Has("b.xml"), Empty),
        case("kind without a package", "validate @/good --kind 9999 --format jsonl", 3, Jsonl, Empty),
        case(
            "missing file beside good ones",
            "validate @/good @/no.xml --format jsonl",
            4,
            Jsonl,
            Has("no.xml"),
        ),
        case("unknown format", "validate @/good --format no", 2, Empty, Has("--format")),
        case("unknown flag", "validate @/good --no-such-flag", 2, Empty, Has("--no-such-flag")),
        case("no packages there", "validate @/good --packages @/nowhere", 2, Empty, Has("nowhere")),
        case("nothing to check", "validate @/pki", 2, Empty, Has("*.xml")),
        case(
            "good signature",
            "verify @/good/a.xml @/good/a.doctor.p7s --trust @/pki --format jsonl",
            0,
            Jsonl,
            Empty,
        ),
        case(
            "good signature for people",
            "verify @/good/a.xml @/good/a.doctor.p7s --trust @/pki",
            0,
            Has("total-passed"),
            Empty,
        ),
        case(
            "signature of another document",
            "verify @/good/b.xml @/good/a.doctor.p7s --trust @/pki --format jsonl",
            1,
            Jsonl,
            Empty,
        ),
        case(
            "no trusted root",
            "verify @/good/a.xml @/good/a.doctor.p7s --format jsonl",
            3,
            Jsonl,
            Has("--trust"),
        ),
        case(
            "no trusted root, quiet",
            "verify @/good/a.xml @/good/a.doctor.p7s --format jsonl -q",
            3,
            Jsonl,
            Empty,
        ),
        case(
            "missing signature beside a good one",
            "verify @/good/a.xml @/no.p7s @/good/a.doctor.p7s --trust @/pki --format jsonl",
            4,
            Jsonl,
            Has("no.p7s"),
        ),
        case(
            "time without a zone",
            "verify @/good/a.xml @/good/a.doctor.p7s --at 2025-01-01",
            2,
            Empty,
            Has("+03:00"),
        ),
        case("requests of a dry run", "register @/good --register DEAD --dry-run", 0, Jsonl, Empty),
        case(
            "register down",
            "register @/good --register DEAD --wait 1s --journal sqlite:@/down-LANG.db --format jsonl",
            4,
            Jsonl,
            Has("http://"),
        ),
        case(
            "invalid documents stay",
            "register @/mixed --register DEAD --dry-run",
            1,
            Jsonl,
            Has("--force"),
        ),
        case(
            "refusals are said when quiet",
            "register @/mixed --register DEAD --dry-run -q",
            1,
            Jsonl,
            Has("b.xml"),
        ),
        case(
            "undecided documents stay",
            "register @/good --kind 9999 --register DEAD --dry-run",
            3,
            Empty,
            Has("--force"),
        ),
        case(
            "undecided documents by force",
            "register @/good --kind 9999 --force --register DEAD --dry-run -q",
            0,
            Jsonl,
            Any,
        ),
        case(
            "no signatures",
            "register @/unsigned --register DEAD --journal sqlite:@/no.db",
            2,
            Empty,
            Has("semd sign"),
        ),
        case("address without http", "register @/good --register 127.0.0.1:1", 2, Empty, Has("http://")),
        case("no register given", "register @/good", 2, Empty, Has("--register")),
        case("no journal yet", "journal status --journal sqlite:@/no.db", 2, Empty, Has("no.db")),
        case(
            "states of the journal",
            "journal status --journal sqlite:@/down-LANG.db --format jsonl",
            0,
            Jsonl,
            Empty,
        ),
        case(
            "documents of the journal",
            "journal list --journal sqlite:@/down-LANG.db --format jsonl",
            0,
            Jsonl,
            Empty,
        ),
        case("documents for people", "journal list --journal sqlite:@/down-LANG.db", 0, Has("a.xml"), Empty),
        case(
            "unknown state",
            "journal list --state lost --journal sqlite:@/down-LANG.db",
            2,
            Empty,
            Has("lost"),
        ),
        case("packages built in", "packages list --check --format jsonl", 0, Jsonl, Empty),
        case("packages for people", "packages list", 0, Has("119"), Empty),
        case("register code", "explain DIGEST_MISMATCH", 0, Has("DIGEST_MISMATCH"), Empty),
        case("unknown code", "explain NO_SUCH_CODE", 2, Empty, Has("NO_SUCH_CODE")),
        case(
            "no authority there",
            "pki issue @/good --name x --organization x --ogrn 1239900000010",
            2,
            Empty,
            Has("semd pki init"),
        ),
        case(
            "name that leaves the folder",
            "pki issue @/pki --name ../x --organization x --ogrn 1239900000010",
            2,
            Empty,
            Has("--name"),
        ),
        case(
            "СНИЛС of letters",
            "pki issue @/pki --name x --surname x --given-name x --snils abc",
            2,
            Empty,
            Has("--snils"),
        ),
        case(
            "signing with a foreign key",
            "sign @/good --key @/pki/doctor.key --cert @/pki/clinic.crt",
            2,
            Empty,
            Has("doctor.key"),
        ),
        case(
            "configuration with a misspelt key",
            "--config @/bad.toml journal list",
            2,
            Empty,
            Has("bad.toml:2:1"),
        ),
        case("configuration that is not there", "--config @/no.toml journal list", 2, Empty, Has("no.toml")),
        case(
            "trust from the configuration",
            "verify @/good/a.xml @/good/a.doctor.p7s --config @/good.toml",
            0,
            Has("total-passed"),
            Empty,
        ),
    ]
}

#[test]
fn every_command_keeps_codes_streams_and_keys_in_both_languages() {
    let place = Place::new();
    let cases = cases(&place);
    for case in &cases {
        let [russian, english] = ["ru", "en"].map(|lang| {
            let mut command = support::semd();
            // Each language has a journal of its own: an attempt that failed is not repeated at once.
            let arguments = case.arguments.iter().map(|argument| argument.replace("LANG", lang));
            let run = support::finish(command.args(arguments).env("SEMD_LANG", lang));
            let name = case.name;
            assert_eq!(run.code, Some(case.code), "{name} [{lang}]: {}{}", run.stdout, run.stderr);
            carries(case.stdout, &run.stdout, name);
            carries(case.stderr, &run.stderr, name);
            assert!(!run.stderr.contains("panicked"), "{name}: {}", run.stderr);
            run
        });
        if matches!(case.stdout, Stream::Jsonl) {
            let (russian, english) = (russian.json_lines(), english.json_lines());
            assert_eq!(russian.len(), english.len(), "{}", case.name);
            for (russian, english) in russian.iter().zip(&english) {
                assert_eq!(keys_and_codes(russian), keys_and_codes(english), "{}", case.name);
            }
        }
    }
    println!("compared {} command lines in two languages", cases.len());
}

fn carries(stream: Stream, text: &str, name: &str) {
    match stream {
        Stream::Empty => assert_eq!(text, "", "{name}"),
        Stream::Has(part) => assert!(text.contains(part), "{name}: {part:?} not in {text:?}"),
        Stream::Json => {
            let value: Value = serde_json::from_str(text).unwrap();
            assert!(value.as_array().is_some_and(|items| !items.is_empty()), "{name}: {text}");
        }
        Stream::Jsonl => {
            assert_ne!(text, "", "{name}");
            for line in text.lines() {
                let value: Value = serde_json::from_str(line).unwrap();
                assert!(value.is_object(), "{name}: {line}");
            }
        }
        Stream::Any => {}
    }
}

/// What must not depend on the language: every key with its path, and the values of codes.
fn keys_and_codes(value: &Value) -> BTreeSet<String> {
    const CODES: [&str; 9] =
        ["schema", "verdict", "code", "codes", "rule", "severity", "owner", "state", "sub_indication"];
    let mut found = BTreeSet::new();
    let mut waiting = vec![(String::new(), value)];
    while let Some((path, value)) = waiting.pop() {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    let path = format!("{path}/{key}");
                    found.insert(if CODES.contains(&key.as_str()) {
                        format!("{path}={value}")
                    } else {
                        path.clone()
                    });
                    waiting.push((path, value));
                }
            }
            Value::Array(items) => waiting.extend(items.iter().map(|item| (format!("{path}[]"), item))),
            _ => {}
        }
    }
    found
}

#[test]
fn json_of_each_report_has_the_keys_of_the_contract() {
    let place = Place::new();
    let text = |name: &str| place.path(name).to_str().unwrap().to_owned();
    let has = |value: &Value, keys: &[&str]| {
        for key in keys {
            assert!(value.get(key).is_some(), "{key} not in {value}");
        }
    };
    let run = support::run(["validate", &text("mixed"), "--format", "jsonl"]);
    let report = &run.json_lines()[1];
    has(
        report,
        &[
            "schema",
            "file",
            "sha256",
            "kind",
            "edition",
            "package",
            "verdict",
            "rules_fired",
            "elapsed_us",
            "findings",
        ],
    );
    has(
        &report["findings"][0],
        &[
            "layer",
            "code",
            "rule",
            "severity",
            "message",
            "test",
            "path",
            "line",
            "column",
            "owner",
            "retryable",
        ],
    );
    let (document, signature, root) = (text("good/a.xml"), text("good/a.doctor.p7s"), text("pki/root.crt"));
    let run = support::run(["verify", &document, &signature, "--trust", &root, "--format", "jsonl"]);
    let report = &run.json_lines()[0];
    has(
        report,
        &[
            "schema",
            "file",
            "signature",
            "format",
            "verdict",
            "sub_indication",
            "codes",
            "signing_time",
            "best_signature_time",
            "signer",
            "checks",
        ],
    );
    has(
        &report["signer"],
        &["subject", "snils", "inn", "ogrn", "serial", "not_before", "not_after", "qualified"],
    );
    has(&report["checks"][0], &["id", "status", "message", "clause"]);
    // Personal data is there only when asked for.
    assert!(!run.stdout.contains("99900000115") && !run.stdout.contains("Тестова"), "{}", run.stdout);
    let run =
        support::run(["verify", &document, &signature, "--trust", &root, "--format", "jsonl", "--show-pii"]);
    assert!(run.stdout.contains("99900000115"), "{}", run.stdout);
}

#[test]
fn second_run_sends_nothing_and_says_so() {
    let place = Place::new();
    let text = |name: &str| place.path(name).to_str().unwrap().to_owned();
    let sandbox = Sandbox::start(&place.path("pki/root.crt"), &[]);
    let journal = format!("sqlite:{}", text("journal.db"));
    let good = text("good");
    let arguments = [
        "register",
        &good,
        "--register",
        &sandbox.url,
        "--journal",
        &journal,
        "--format",
        "jsonl",
        "--wait",
        "60s",
    ];
    let first = support::run(arguments);
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""));
    for record in first.json_lines() {
        for key in [
            "local_uid",
            "kind",
            "file",
            "state",
            "attempts",
            "message_ids",
            "emdr_id",
            "codes",
            "owner",
            "retryable",
            "next_attempt_at",
            "updated_at",
        ] {
            assert!(record.get(key).is_some(), "{key} not in {record}");
        }
        assert_eq!(record["state"], "registered");
    }
    assert!(place.path("good/a.result.json").is_file());
    let second = support::run(arguments);
    assert_eq!(second.code, Some(0));
    assert_eq!(second.stdout, first.stdout);
    assert!(second.stderr.contains("not sent again: 2"), "{}", second.stderr);
}

#[test]
fn demo_ends_well_and_its_table_fits() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::finish(support::semd().args(["demo", "--out", "d"]).current_dir(folder.path()));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stdout.matches(" registered ").count(), 6, "{}", run.stdout);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 120), "{}", run.stdout);
    let quiet =
        support::finish(support::semd().args(["demo", "--out", "d", "-q"]).current_dir(folder.path()));
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(0), ""));
    fs::create_dir(folder.path().join("mine")).unwrap();
    let foreign = support::finish(support::semd().args(["demo", "--out", "mine"]).current_dir(folder.path()));
    assert_eq!(foreign.code, Some(2), "{}", foreign.stderr);
    assert!(folder.path().join("mine").is_dir());
}

/// Enough documents to fill a pipe nobody reads from.
fn many(folder: &Path) -> PathBuf {
    let many = folder.join("many");
    fs::create_dir(&many).unwrap();
    let bad = support::fixtures().join("documents/consultation-missing-patient-name.xml");
    for index in 0..40 {
        fs::copy(&bad, many.join(format!("{index:03}.xml"))).unwrap();
    }
    many
}

#[test]
fn reader_that_goes_away_does_not_change_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let many = many(folder.path());
    let mut child = support::semd()
        .args(["validate", many.to_str().unwrap(), "--format", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn data_that_cannot_be_written_is_trouble_of_the_environment() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        println!("skipped: no /dev/full on this system");
        return;
    };
    let document = support::fixtures().join("documents/consultation.xml");
    let mut command = support::semd();
    let output = command.arg("validate").arg(document).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8(output.stderr).unwrap().contains("stdout"));
}
