//! Preflight as an operator meets it: a folder of bundles with planted defects, through the binary.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// Bundles in the folder.
const BUNDLES: usize = 40;
/// Every eighth has a defect: fields of its request file, the code, and whose turn it is.
const DEFECTS: [(&str, &str, &str); 5] = [
    (r#"{"patient": {"snils": "99900010219"}}"#, "VALIDATION_ERROR", "clinic"),
    (
        r#"{"personalSignatures": [{"signer": {"role": "DOCTOR", "surname": "Тестовая"}}]}"#,
        "VALUE_MISMATCH_METADATA_AND_CERTIFICATE",
        "clinic",
    ),
    (r#"{"localUid": "42"}"#, "VALIDATION_ERROR", "mis"),
    (
        r#"{"personalSignatures": [{"signer": {"role": "DOCTOR", "localId": "7"}}]}"#,
        "INVALID_DOCTOR_ID",
        "clinic",
    ),
    (r#"{"organization": "1.2.643.5.1.13.13.12.2.77.999009"}"#, "ORG_NOT_FOUND_IN_FRMO", "clinic"),
];

/// Signed bundles, some of them defective; answers which, with the expected code and owner.
fn folder(root: &Path, pki: &Path) -> BTreeMap<String, (&'static str, &'static str)> {
    let bundles = root.join("bundles");
    fs::create_dir(&bundles).unwrap();
    let document = fs::read_to_string(support::fixtures().join("documents/consultation.xml")).unwrap();
    let mut planted = BTreeMap::new();
    for number in 0..BUNDLES {
        let uid = format!("00000000-0000-4000-8000-{number:012}");
        let text = document.replace("7e797142-8b53-5d4d-8613-09983a8a34d1", &uid);
        let name = format!("{number:03}");
        fs::write(bundles.join(format!("{name}.xml")), text).unwrap();
        if number % 8 == 7 {
            let (fields, code, owner) = DEFECTS[number / 8];
            fs::write(bundles.join(format!("{name}.remd.json")), fields).unwrap();
            planted.insert(format!("{name}.xml"), (code, owner));
        }
    }
    support::sign(&bundles, pki, "doctor", "doctor");
    support::sign(&bundles, pki, "clinic", "organization");
    planted
}

fn name(file: &Value) -> String {
    Path::new(file.as_str().unwrap()).file_name().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn planted_defects_are_named_and_only_the_others_are_sent() {
    let folder_of_test = tempfile::tempdir().unwrap();
    let root = folder_of_test.path();
    let pki = support::authority(root, &["--from", "2025-01-01", "--days", "3650"]);
    let planted = folder(root, &pki);
    let data = root.join("data");
    fs::create_dir(&data).unwrap();
    fs::write(
        data.join("organizations.csv"),
        "\u{feff}oid;name\r\n1.2.643.5.1.13.13.12.2.77.999001;Учебная\r\n",
    )
    .unwrap();
    let trust = pki.join("root.crt");
    let bundles = root.join("bundles");
    let sources = ["--trust", trust.to_str().unwrap(), "--data", data.to_str().unwrap()];
    let preflight = |format: &str| {
        support::run([&["preflight", bundles.to_str().unwrap(), "--format", format], &sources[..]].concat())
    };

    let run = preflight("jsonl");
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let mut found = 0;
    for report in run.json_lines() {
        assert_eq!(report["schema"], "semd.preflight/1");
        let codes = report["codes"].as_array().unwrap();
        match planted.get(&name(&report["file"])) {
            None => assert!(codes.is_empty(), "{report}"),
            Some((code, owner)) => {
                assert_eq!(codes, &[Value::from(*code)], "{report}");
                let errors =
                    report["findings"].as_array().unwrap().iter().filter(|one| one["severity"] == "error");
                let first = errors.filter(|one| one["code"] == *code).find(|one| one["owner"] == *owner);
                assert!(first.is_some_and(|one| !one["hint"].as_str().unwrap().is_empty()), "{report}");
                found += 1;
            }
        }
        let missing = report["not_checked"].as_array().unwrap();
        assert!(missing.iter().any(|one| one["code"] == "PERSON_NOT_FOUND" && one["needs"][0] == "staff"));
    }
    assert_eq!(found, planted.len());

    let run = preflight("concise");
    assert!(run.stdout.contains("the register would refuse: INVALID_DOCTOR_ID"), "{}", run.stdout);
    assert!(!run.stdout.contains("Тестовая") && !run.stdout.contains("99900010219"), "masked by default");

    let sandbox = support::Sandbox::start(&trust, &[]);
    let journal = format!("sqlite:{}", root.join("journal.db").display());
    let register = ["register", bundles.to_str().unwrap(), "--register", &sandbox.url, "--journal", &journal];
    let run = support::run([&register, &sources[..]].concat());
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let listed = support::run(["journal", "list", "--journal", &journal, "--format", "jsonl"]).json_lines();
    assert_eq!(listed.len(), BUNDLES - planted.len(), "{}", run.stderr);
    assert!(listed.iter().all(|one| one["state"] == "registered"), "{listed:?}");
    println!("{found} of {} planted defects named, {} bundles sent", planted.len(), listed.len());
}

#[test]
fn request_is_made_from_the_document_and_then_agrees_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let pki = support::authority(root, &["--from", "2025-01-01", "--days", "3650"]);
    let document = root.join("a.xml");
    fs::copy(support::fixtures().join("documents/consultation.xml"), &document).unwrap();
    support::sign(&document, &pki, "doctor", "doctor");
    support::sign(&document, &pki, "clinic", "organization");
    let arguments = ["preflight", document.to_str().unwrap(), "--format", "jsonl", "--write-request"];
    let run = support::run(arguments);
    assert_eq!(run.code, Some(0), "{} {}", run.stdout, run.stderr);
    assert!(run.stderr.contains("personalSignatures[DOCTOR].signer.birthDate"), "{}", run.stderr);
    let made: Value = serde_json::from_slice(&fs::read(root.join("a.remd.json")).unwrap()).unwrap();
    assert_eq!(made["localUid"], "7e797142-8b53-5d4d-8613-09983a8a34d1");
    assert_eq!(made["patient"]["surname"], "Образцов");
    assert!(made["personalSignatures"][0].get("signature").is_none() && made.get("docContent").is_none());
    assert_eq!(support::run(arguments).code, Some(0), "the file made agrees with the document");
}

#[test]
fn the_date_of_the_prediction_decides() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let pki = support::authority(root, &["--from", "2025-01-01", "--days", "3650"]);
    let document = root.join("a.xml");
    fs::copy(support::fixtures().join("documents/consultation.xml"), &document).unwrap();
    support::sign(&document, &pki, "doctor", "doctor");
    support::sign(&document, &pki, "clinic", "organization");
    let at = |date: &str| {
        let run =
            support::run(["preflight", document.to_str().unwrap(), "--format", "jsonl", "--as-of", date]);
        (run.code, run.json_lines()[0]["codes"].clone())
    };
    let expired = at("2036-01-01");
    assert_eq!(expired.0, Some(1));
    assert!(expired.1.as_array().unwrap().contains(&Value::from("PERSONAL_SIG_CERT_NOT_ACTUAL_ON_CHECK_DT")));
    let early = at("2024-06-01");
    assert!(early.1.as_array().unwrap().contains(&Value::from("WRONG_CREATION_DATE")), "{early:?}");
    let wrong = support::run(["preflight", document.to_str().unwrap(), "--as-of", "tomorrow"]);
    assert_eq!(wrong.code, Some(2));
}

#[test]
fn bad_reference_data_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("a.xml"), "<x/>").unwrap();
    let data = root.join("data");
    fs::create_dir(&data).unwrap();
    let run = |what: &str| {
        let run = support::run([
            "preflight",
            root.join("a.xml").to_str().unwrap(),
            "--data",
            data.to_str().unwrap(),
        ]);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains(what), "{}", run.stderr);
    };
    run("no table of reference data");
    fs::write(data.join("staff.csv"), "surname;name\nа;б\n").unwrap();
    run("column snils is missing");
    fs::write(data.join("staff.csv"), "snils;birth_date\n1;вчера\n").unwrap();
    run("staff.csv:2");
}
