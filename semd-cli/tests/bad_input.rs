//! Bad input through the command: a finding or one line that says what and what to do, the right exit code, bounded
//! memory and time. One table.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod support;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, iter};

use nix::sys::resource::{UsageWho, getrusage};
use support::Run;

/// What a case must end in.
enum End {
    /// Exit code 1 and a finding of this rule in the report.
    Finding(&'static str),
    /// This exit code and one line on stderr that has this text.
    Error(i32, &'static str),
    /// Exit code 1 and this register code in the signature report.
    Signature(&'static str),
}

struct Case {
    name: &'static str,
    arguments: Vec<String>,
    password: Option<&'static str>,
    end: End,
}

impl Case {
    fn new(name: &'static str, arguments: Vec<String>, end: End) -> Self {
        Self { name, arguments, password: None, end }
    }
}

/// Peak memory allowed for one run.
const MAX_KILOBYTES: i64 = 300 * 1024;
/// Time allowed for one run.
const MAX_TIME: Duration = Duration::from_secs(2);

#[test]
fn bad_input_ends_in_a_finding_or_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let cases = cases(folder.path());
    for case in &cases {
        let start = Instant::now();
        let mut command = support::semd();
        command.args(&case.arguments);
        if let Some(password) = case.password {
            command.env("SEMD_KEY_PASSWORD", password);
        }
        let run = support::finish(&mut command);
        let elapsed = start.elapsed();
        // The maximum over all runs so far, so the first case that breaks it is named.
        let kilobytes = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss();
        check(case, &run);
        assert!(!run.stderr.contains("panicked"), "{}: {}", case.name, run.stderr);
        assert!(kilobytes < MAX_KILOBYTES, "{}: {kilobytes} KB", case.name);
        assert!(elapsed < MAX_TIME, "{}: {elapsed:?}", case.name);
        println!("{}: {elapsed:?}, peak so far {kilobytes} KB", case.name);
    }
    println!("compared {} cases of bad input", cases.len());
}

fn check(case: &Case, run: &Run) {
    let name = case.name;
    match case.end {
        End::Finding(rule) => {
            let report = &run.json_lines()[0];
            let rules: Vec<_> =
                report["findings"].as_array().unwrap().iter().map(|finding| &finding["rule"]).collect();
            assert!(rules.iter().any(|found| *found == rule), "{name}: {rule} not in {rules:?}");
            assert_eq!(report["verdict"], "invalid", "{name}");
            assert_eq!(run.code, Some(1), "{name}");
        }
        End::Error(code, text) => {
            assert_eq!(run.stderr.trim_end().lines().count(), 1, "{name}: {}", run.stderr);
            assert!(run.stderr.contains(text), "{name}: {}", run.stderr);
            assert_eq!(run.code, Some(code), "{name}: {}", run.stderr);
            assert_eq!(run.stdout, "", "{name}");
        }
        End::Signature(code) => {
            let report = &run.json_lines()[0];
            assert_eq!(report["verdict"], "total-failed", "{name}");
            assert!(
                report["codes"].as_array().unwrap().iter().any(|found| found == code),
                "{name}: {report}"
            );
            assert_eq!(run.code, Some(1), "{name}");
        }
    }
}

fn cases(folder: &Path) -> Vec<Case> {
    let file = |name: &str, bytes: &[u8]| text(&write(folder, name, bytes));
    let document = text(&support::fixtures().join("documents/consultation.xml"));
    let mut cases = documents(folder);

    let noise =
        iter::successors(Some(1_u32), |seed| Some(seed.wrapping_mul(1_103_515_245).wrapping_add(12_345)));
    let garbage: Vec<u8> = noise.take(4096).map(|seed| (seed >> 16) as u8).collect();
    for (name, bytes) in [("a PKCS#7 of garbage", garbage.as_slice()), ("an empty signature", b"")] {
        let arguments = words(&["verify", "--format", "jsonl", &document, &file("bad.p7s", bytes)]);
        cases.push(Case::new(name, arguments, End::Signature("SIGNATURE_DECODING_ERROR")));
    }

    let pki = folder.join("pki");
    let made = support::run(["pki", "init", &text(&pki)]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let mut issue = support::semd();
    issue.args([
        "pki",
        "issue",
        &text(&pki),
        "--name",
        "doctor",
        "--surname",
        "Тестова",
        "--given-name",
        "Вера Андреевна",
    ]);
    let issued = support::finish(issue.args(["--snils", "99900000115"]).env("SEMD_KEY_PASSWORD", "right"));
    assert_eq!(issued.code, Some(0), "{}", issued.stderr);
    let (key, certificate) = (text(&pki.join("doctor.key")), text(&pki.join("doctor.crt")));
    let sign = |key: &str, certificate: &str| {
        words(&["sign", "--key", key, "--cert", certificate, &document, "--out", &text(folder)])
    };
    let no_key = file("garbage.key", b"not a key");
    let absent = text(&folder.join("absent.key"));
    let no_certificate =
        file("garbage.crt", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    cases.push(Case::new("an unreadable key", sign(&no_key, &certificate), End::Error(2, "garbage.key")));
    cases.push(Case::new("a missing key", sign(&absent, &certificate), End::Error(4, "absent.key")));
    cases.push(Case::new("no password", sign(&key, &certificate), End::Error(2, "password")));
    let wrong = Case::new("a wrong password", sign(&key, &certificate), End::Error(2, "password"));
    cases.push(Case { password: Some("wrong"), ..wrong });
    cases.push(Case::new(
        "an unreadable certificate",
        sign(&key, &no_certificate),
        End::Error(2, "garbage.crt"),
    ));
    let root = text(&pki.join("root.crt"));
    let foreign = Case::new("a certificate of another key", sign(&key, &root), End::Error(2, "doctor.key"));
    cases.push(Case { password: Some("right"), ..foreign });

    let missing = text(&folder.join("absent.xml"));
    cases.push(Case::new("a missing document", words(&["validate", &missing]), End::Error(4, "absent.xml")));
    cases.push(Case::new(
        "a folder without documents",
        words(&["validate", &text(&pki)]),
        End::Error(2, "no *.xml"),
    ));
    let packages = text(&folder.join("no-packages"));
    let arguments = words(&["validate", "--packages", &packages, &document]);
    cases.push(Case::new("a missing package folder", arguments, End::Error(2, "no-packages")));
    let journal = format!("sqlite:{}", text(&folder.join("absent.db")));
    let arguments = words(&["journal", "list", "--journal", &journal]);
    cases.push(Case::new("a missing journal", arguments, End::Error(2, "absent.db")));
    let broken = format!("sqlite:{}", file("broken.db", b"this is not a database, whatever its name says"));
    let arguments = words(&["journal", "list", "--journal", &broken]);
    cases.push(Case::new("a broken journal", arguments, End::Error(4, "journal")));
    cases.push(Case::new(
        "an unknown code",
        words(&["explain", "NO_SUCH_CODE"]),
        End::Error(2, "NO_SUCH_CODE"),
    ));
    cases
}

fn words(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|argument| (*argument).to_owned()).collect()
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn documents(folder: &Path) -> Vec<Case> {
    let whole = fs::read(support::fixtures().join("documents/consultation.xml")).unwrap();
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(String::from_utf8_lossy(&whole).encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let bomb = format!(
        "<!DOCTYPE a [<!ENTITY e0 'ha'>{}]><a>&e30;</a>",
        (1..=30).map(|n| format!("<!ENTITY e{n} '&e{0};&e{0};'>", n - 1)).collect::<String>()
    );
    let wide = format!("<a {}/>", (0..60_000).map(|n| format!("a{n}='' ")).collect::<String>());
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("an empty file", Vec::new(), "empty-file"),
        ("truncated XML", whole[..whole.len() / 2].to_vec(), truncation(&whole[..whole.len() / 2])),
        ("a DTD bomb", bomb.into_bytes(), "document-type-declaration"),
        ("an external entity", EXTERNAL_ENTITY.to_vec(), "document-type-declaration"),
        ("depth 100,000", "<a>".repeat(100_000).into_bytes(), "max-depth"),
        ("60,000 attributes", wide.into_bytes(), "max-attributes"),
        ("UTF-16", utf16, "encoding"),
        ("a byte order mark", [b"\xEF\xBB\xBF".as_slice(), &whole].concat(), "byte-order-mark"),
        ("a PDF", b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n".to_vec(), "not-xml"),
    ];
    let mut files: Vec<(&str, PathBuf, &str)> = Vec::new();
    for (index, (name, bytes, rule)) in table.into_iter().enumerate() {
        files.push((name, write(folder, &format!("case-{index}.xml"), &bytes), rule));
    }
    files.push(("200 MB of <a>", write_repeated(folder, "deep.xml", b"<a>", 200_000_000 / 3), "max-bytes"));
    files.push(("60 MB of <a/>", write_repeated(folder, "wide.xml", b"<a/>", 15_000_000), "max-nodes"));
    let case = |(name, path, rule): (&'static str, PathBuf, &'static str)| {
        let arguments = words(&["validate", "--format", "jsonl", "--kind", "119", &text(&path)]);
        Case::new(name, arguments, End::Finding(rule))
    };
    files.into_iter().map(case).collect()
}

const EXTERNAL_ENTITY: &[u8] = b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><a>&e;</a>";

/// Which of the two truncation defects is met depends on whether the cut falls into a tag.
fn truncation(bytes: &[u8]) -> &'static str {
    let last = |wanted| bytes.iter().rposition(|&byte| byte == wanted);
    if last(b'<') > last(b'>') { "unclosed-tag" } else { "unclosed-element" }
}

/// Writes `<r>`, then `piece` over and over. In pieces: what this process holds counts as its children's peak too.
fn write_repeated(folder: &Path, name: &str, piece: &[u8], count: usize) -> PathBuf {
    let path = folder.join(name);
    let mut file = io::BufWriter::new(fs::File::create(&path).unwrap());
    file.write_all(b"<r>").unwrap();
    for _ in 0..count {
        file.write_all(piece).unwrap();
    }
    file.flush().unwrap();
    path
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}
