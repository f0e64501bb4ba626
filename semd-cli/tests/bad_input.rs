//! Bad input through the command: a finding or one line that says what and what to do, the right exit code, bounded
//! memory and time. One table.

mod support;

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
    end: End,
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
        let run = support::run(&case.arguments);
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
            let rules: Vec<_> = report["findings"].as_array().unwrap().iter().map(|finding| &finding["rule"]).collect();
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
            assert!(report["codes"].as_array().unwrap().iter().any(|found| found == code), "{name}: {report}");
            assert_eq!(run.code, Some(1), "{name}");
        }
    }
}

fn cases(folder: &Path) -> Vec<Case> {
    let mut cases = documents(folder);
    let file = |name: &str, bytes: &[u8]| write(folder, name, bytes);
    let document = support::fixtures().join("documents/consultation.xml");
    let text = |path: &Path| path.to_str().unwrap().to_owned();

    let garbage = file("garbage.p7s", &iter::successors(Some(1_u32), |seed| Some(seed.wrapping_mul(1_103_515_245).wrapping_add(12_345))).take(4096).map(|seed| (seed >> 16) as u8).collect::<Vec<_>>());
    let verify = |signature: &Path| ["verify", "--format", "jsonl", &text(&document), &text(signature)].map(str::to_owned).to_vec();
    cases.push(Case { name: "PKCS#7 of garbage", arguments: verify(&garbage), end: End::Signature("SIGNATURE_DECODING_ERROR") });
    cases.push(Case { name: "empty signature", arguments: verify(&file("empty.p7s", b"")), end: End::Signature("SIGNATURE_DECODING_ERROR") });

    let pki = folder.join("pki");
    let authority = support::run(["pki", "init", &text(&pki)]);
    assert_eq!(authority.code, Some(0), "{}", authority.stderr);
    let issue = support::finish(
        support::semd()
            .args(["pki", "issue", &text(&pki), "--name", "doctor", "--common-name", "Тестова Вера Андреевна", "--snils", "11223344595"])
            .env("SEMD_KEY_PASSWORD", "right"),
    );
    assert_eq!(issue.code, Some(0), "{}", issue.stderr);
    let certificate = text(&pki.join("doctor.pem"));
    let sign = |key: &str| ["sign", "--key", key, "--cert", &certificate, &text(&document), "--out", folder.to_str().unwrap()].map(str::to_owned).to_vec();
    cases.push(Case { name: "unreadable key", arguments: sign(&text(&file("garbage.key", b"not a key"))), end: End::Error(2, "garbage.key") });
    cases.push(Case { name: "missing key", arguments: sign(&text(&folder.join("absent.key"))), end: End::Error(4, "absent.key") });
    cases.push(Case { name: "no password for an encrypted key", arguments: sign(&text(&pki.join("doctor.key.pem"))), end: End::Error(2, "password") });
    cases.push(Case { name: "certificate that is not one", arguments: {
        let mut arguments = sign(&text(&pki.join("doctor.key.pem")));
        arguments[4] = text(&file("garbage.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
        arguments
    }, end: End::Error(2, "garbage.pem") });
    cases.push(Case { name: "missing document", arguments: vec!["validate".into(), text(&folder.join("absent.xml"))], end: End::Error(4, "absent.xml") });
    cases.push(Case { name: "folder without documents", arguments: vec!["validate".into(), text(&pki)], end: End::Error(2, "no *.xml") });
    cases.push(Case { name: "missing package folder", arguments: vec!["validate".into(), "--packages".into(), text(&folder.join("absent")), text(&document)], end: End::Error(2, "absent") });
    cases
}

fn documents(folder: &Path) -> Vec<Case> {
    let whole = fs::read(support::fixtures().join("documents/consultation.xml")).unwrap();
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(String::from_utf8_lossy(&whole).encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let bomb = format!(
        "<!DOCTYPE a [<!ENTITY e0 'ha'>{}]><a>&e30;</a>",
        (1..=30).map(|n| format!("<!ENTITY e{n} '&e{0};&e{0};'>", n - 1)).collect::<String>()
    );
    let wide = format!("<a {}/>", (0..60_000).map(|n| format!("a{n}='' ")).collect::<String>());
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty file", Vec::new(), "empty-file"),
        ("truncated XML", whole[..whole.len() / 2].to_vec(), "unclosed"),
        ("DTD bomb", bomb.into_bytes(), "document-type-declaration"),
        ("external entity", b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><a>&e;</a>".to_vec(), "document-type-declaration"),
        ("depth 100,000", "<a>".repeat(100_000).into_bytes(), "max-depth"),
        ("60,000 attributes", wide.into_bytes(), "max-attributes"),
        ("UTF-16", utf16, "encoding"),
        ("BOM", [b"\xEF\xBB\xBF".as_slice(), &whole].concat(), "byte-order-mark"),
        ("200 MB of <a>", "<a>".repeat(200_000_000 / 3).into_bytes(), "max-bytes"),
        ("60 MB of <a/>", format!("<r>{}</r>", "<a/>".repeat(15_000_000)).into_bytes(), "max-nodes"),
        ("a PDF", b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n".to_vec(), "not-xml"),
    ];
    table
        .into_iter()
        .enumerate()
        .map(|(index, (name, bytes, rule))| {
            let path = write(folder, &format!("case-{index}.xml"), &bytes);
            // Where the middle of the document falls decides which of the two truncation defects is met.
            let rule = match rule {
                "unclosed" if bytes.iter().rposition(|&byte| byte == b'<') > bytes.iter().rposition(|&byte| byte == b'>') => "unclosed-tag",
                "unclosed" => "unclosed-element",
                rule => rule,
            };
            let arguments = ["validate", "--format", "jsonl", "--kind", "119", path.to_str().unwrap()].map(str::to_owned).to_vec();
            Case { name, arguments, end: End::Finding(rule) }
        })
        .collect()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}
