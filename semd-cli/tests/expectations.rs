//! `semd validate --expect` and `--write-expect`: fixtures that must fail exactly so.
#![allow(clippy::unwrap_used, reason = "tests stop at a surprise")]

mod support;

use std::fs;
use std::path::Path;

use support::{Run, run};
use tempfile::TempDir;

/// A folder with a good document in it and two bad ones, and the expectations of today.
fn folder() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let documents = folder.path().join("documents");
    fs::create_dir(&documents).unwrap();
    for name in ["consultation.xml", "consultation-missing-patient-name.xml", "prescription-header-order.xml"]
    {
        fs::copy(support::fixtures().join("documents").join(name), documents.join(name)).unwrap();
    }
    let file = folder.path().join("expectations.toml").to_str().unwrap().to_owned();
    let written =
        run(["validate", documents.to_str().unwrap(), "--write-expect", &file, "--format", "concise"]);
    assert_eq!(written.code, Some(1), "writing changes no verdict: {}", written.stderr);
    (folder, file)
}

fn check(folder: &TempDir, file: &str) -> Run {
    let documents = folder.path().join("documents");
    run(["validate", documents.to_str().unwrap(), "--expect", file, "--format", "jsonl"])
}

/// The rules of the errors.
fn errors(run: &Run) -> Vec<String> {
    let reports = run.json_lines();
    let findings = reports.iter().flat_map(|report| report["findings"].as_array().unwrap());
    findings
        .filter(|finding| finding["severity"] == "error")
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn written_expectations_hold_and_name_their_documents_from_their_own_folder() {
    let (folder, file) = folder();
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("file = \"documents/consultation-missing-patient-name.xml\""), "{text}");
    assert!(!text.contains("consultation.xml"), "a valid document needs no expectation: {text}");
    let held = check(&folder, &file);
    assert_eq!((held.code, errors(&held)), (Some(0), vec![]), "{}", held.stdout);
    // From another folder, by another spelling of the paths.
    let mut command = support::semd();
    command.current_dir(folder.path()).args(["validate", "documents", "--expect", "expectations.toml"]);
    assert_eq!(support::finish(&mut command).code, Some(0));
}

#[test]
fn expectation_that_no_longer_holds_is_a_finding() {
    let (folder, file) = folder();
    let documents = folder.path().join("documents");
    let good = fs::read(documents.join("consultation.xml")).unwrap();
    // Mended.
    let missing = documents.join("consultation-missing-patient-name.xml");
    let bad = fs::read(&missing).unwrap();
    fs::write(&missing, &good).unwrap();
    let run = check(&folder, &file);
    assert_eq!(
        (run.code, errors(&run)),
        (Some(1), vec!["expected-finding".into(), "expected-verdict".into()])
    );
    // Broken in one more way.
    let worse = String::from_utf8(bad).unwrap().replace("<realmCode code=\"RU\"/>", "");
    fs::write(&missing, worse).unwrap();
    let run = check(&folder, &file);
    assert_eq!(run.code, Some(1));
    assert!(
        !errors(&run).is_empty() && !errors(&run).contains(&"expected-finding".to_owned()),
        "{}",
        run.stdout
    );
    // Gone.
    fs::remove_file(&missing).unwrap();
    let run = check(&folder, &file);
    assert_eq!((run.code, errors(&run)), (Some(1), vec!["expected-document".into()]), "{}", run.stdout);
}

#[test]
fn document_of_which_nothing_is_expected_must_be_valid() {
    let (folder, file) = folder();
    let text = fs::read_to_string(&file).unwrap();
    let first = text.find("[[document]]").unwrap();
    let second = first + 1 + text[first + 1..].find("[[document]]").unwrap();
    fs::write(&file, format!("{}{}", &text[..first], &text[second..])).unwrap();
    assert_eq!(check(&folder, &file).code, Some(1));
}

#[test]
fn file_that_is_none_of_expectations_is_refused_with_its_place() {
    let (folder, _) = folder();
    let file = folder.path().join("bad.toml");
    fs::write(&file, "schema = \"semd.expect/1\"\n[[document]]\nfiles = \"a\"\n").unwrap();
    let run = check(&folder, file.to_str().unwrap());
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("files") && run.stderr.trim_end().lines().count() == 1, "{}", run.stderr);
    assert!(Path::new(&file).exists());
}
