//! Preflight as an operator meets it: a folder of bundles with planted defects, through the binary.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

#[path = "../../semd-exchange/tests/common/stores.rs"]
#[allow(dead_code, unused_macros, unused_imports, reason = "a part of it is used here")]
mod stores;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stores::Place;

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

/// One signed sample document, with its authority, in a folder.
fn signed(root: &Path) -> PathBuf {
    let pki = support::authority(root, &["--from", "2025-01-01", "--days", "3650"]);
    let document = root.join("a.xml");
    fs::copy(support::fixtures().join("documents/consultation.xml"), &document).unwrap();
    support::sign(&document, &pki, "doctor", "doctor");
    support::sign(&document, &pki, "clinic", "organization");
    document
}

#[test]
fn what_comes_is_told_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let document = signed(root);
    let data = root.join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("kind-rules.csv"), "kind;valid_to\n119;31.12.2033\n41;30.06.2026\n").unwrap();
    let at = |date: &str| {
        let (document, data) = (document.to_str().unwrap(), data.to_str().unwrap());
        let run = support::run(["preflight", document, "--data", data, "--format", "jsonl", "--as-of", date]);
        let report = run.json_lines().remove(0);
        let warnings =
            report["findings"].as_array().unwrap().iter().filter(|one| one["severity"] == "warning");
        let told: Vec<String> = warnings.map(|one| one["message"].as_str().unwrap().to_owned()).collect();
        (run.code, report["codes"].clone(), told.join("\n"))
    };
    // The window of the kind.
    let (code, codes, told) = at("2033-12-15");
    assert_eq!((code, codes.as_array().unwrap().len()), (Some(0), 0), "{told}");
    assert!(told.contains("the window of kind [119] closes in 16 days"), "{told}");
    let (code, codes, _) = at("2034-01-01");
    assert_eq!((code, &codes), (Some(1), &Value::from(vec!["NO_DOCUMENT_KIND_ON_DATE"])));
    let (code, _, told) = at("2033-11-15");
    assert!(code == Some(0) && !told.contains("closes in"), "{told}");

    // The certificates, which end on 30.12.2034: without the window, before and after.
    fs::write(data.join("kind-rules.csv"), "kind;valid_to\n41;30.06.2026\n").unwrap();
    let (code, _, told) = at("2034-12-20");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("the organisation's certificate expires in 9 days"), "{told}");
    assert!(told.contains("the certificate of the worker [00000000000] expires in 9 days"), "{told}");
    let (code, codes, _) = at("2035-01-15");
    let expired = Value::from("PERSONAL_SIG_CERT_NOT_ACTUAL_ON_CHECK_DT");
    assert!(code == Some(1) && codes.as_array().unwrap().contains(&expired), "{codes}");
}

/// A folder with one package of the project's.
fn package(root: &Path, folder: &str, kind: &str) -> PathBuf {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy(&entry.path(), &to)
            } else {
                fs::copy(entry.path(), to).map(drop).unwrap()
            }
        }
    }
    let packages = support::fixtures().join("../schemas/packages");
    copy(&packages.join(kind), &root.join(folder).join(kind));
    // Schemas that packages share.
    copy(&packages.join("_common"), &root.join(folder).join("_common"));
    root.join(folder)
}

#[test]
fn editions_of_several_folders_are_judged_together() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let documents = root.join("documents");
    fs::create_dir(&documents).unwrap();
    for name in ["consultation.xml", "discharge-summary.xml"] {
        fs::copy(support::fixtures().join("documents").join(name), documents.join(name)).unwrap();
    }
    let data = root.join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("kind-rules.csv"), "kind;valid_to\n41;30.06.2026\n").unwrap();
    let [old, new] = [package(root, "old", "41"), package(root, "new", "119")];
    let run = |packages: &[&Path], as_of: &str| {
        let mut arguments =
            vec!["preflight", documents.to_str().unwrap(), "--format", "jsonl", "--as-of", as_of];
        arguments.extend(["--data", data.to_str().unwrap()]);
        packages.iter().for_each(|folder| arguments.extend(["--packages", folder.to_str().unwrap()]));
        let reports = support::run(arguments).json_lines();
        let of = |kind: &str| reports.iter().find(|one| one["kind"] == kind).unwrap().clone();
        [of("119"), of("41")]
    };
    let has = |report: &Value, code: &str| {
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["code"] == code && one["severity"] == "error")
    };
    let [consultation, summary] = run(&[&old, &new], "2026-07-01");
    for (report, edition, kind) in [(&consultation, "4", "119@"), (&summary, "3", "41@")] {
        assert_eq!(report["edition"], edition, "{report}");
        assert!(
            report["package"].as_str().unwrap().starts_with(kind) && report["rules_fired"] != 0,
            "{report}"
        );
    }
    assert!(has(&summary, "NO_DOCUMENT_KIND_ON_DATE") && !has(&consultation, "NO_DOCUMENT_KIND_ON_DATE"));
    let [_, summary] = run(&[&old, &new], "2026-06-20");
    assert!(!has(&summary, "NO_DOCUMENT_KIND_ON_DATE"));
    let told = summary["findings"].to_string();
    assert!(told.contains("the window of kind [41] closes in 10 days; the next edition"), "{told}");
    // Without the folder of an edition its rules are not checked, and the report says so.
    let [_, summary] = run(&[&new], "2026-06-20");
    let missing = summary["not_checked"].as_array().unwrap();
    assert!(missing.iter().any(|one| one["needs"].to_string().contains("packages")), "{summary}");
}

#[test]
fn revocation_that_cannot_be_told_is_no_refusal() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let document = signed(root);
    fs::create_dir(root.join("other")).unwrap();
    let other = support::authority(&root.join("other"), &[]);
    support::succeed(&["pki", "crl", other.to_str().unwrap()]);
    let (trust, crl) = (root.join("pki/root.crt"), other.join("authority.crl"));
    let preflight = |crl: &Path| {
        support::run([
            "preflight",
            document.to_str().unwrap(),
            "--trust",
            trust.to_str().unwrap(),
            "--crl",
            crl.to_str().unwrap(),
            "--format",
            "jsonl",
        ])
    };
    let run = preflight(&crl);
    assert_eq!(
        (run.code, &run.json_lines()[0]["codes"]),
        (Some(0), &Value::Array(Vec::new())),
        "{}",
        run.stdout
    );
    // An own list that is out of date tells nothing either.
    let old =
        ["pki", "crl", root.join("pki").to_str().unwrap(), "--at", "2025-06-01T00:00:00Z"].map(str::to_owned);
    support::succeed(&old.each_ref().map(String::as_str));
    let run = preflight(&root.join("pki/authority.crl"));
    assert_eq!(
        (run.code, &run.json_lines()[0]["codes"]),
        (Some(0), &Value::Array(Vec::new())),
        "{}",
        run.stdout
    );
}

/// A journal with the registered document knows that it is registered.
fn history_of(root: &Path, journal: &str) {
    let document = signed(root);
    let (document, trust) = (document.to_str().unwrap(), root.join("pki/root.crt"));
    let sandbox = support::Sandbox::start(&trust, &[]);
    let run = support::run(["register", document, "--register", &sandbox.url, "--journal", journal]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let run = support::run(["preflight", document, "--history", journal, "--format", "jsonl"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_eq!(run.json_lines()[0]["codes"], Value::from(vec!["NOT_UNIQUE_PROVIDED_ID"]));
}

#[test]
fn own_history_comes_from_the_journal_of_either_kind() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::sqlite();
    history_of(folder.path(), &place.text());
    let missing = support::run(["preflight", "a.xml", "--history", "sqlite:/nowhere.db"]);
    assert_eq!(missing.code, Some(2), "{}", missing.stderr);
    if let Some(place) = Place::postgres() {
        let folder = tempfile::tempdir().unwrap();
        history_of(folder.path(), &place.text());
    }
}

#[test]
fn formats_for_other_programs_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let document = signed(root);
    fs::write(root.join("b.xml"), "<b").unwrap();
    let run = |format: &str| {
        let run = support::run(["preflight", root.to_str().unwrap(), "--format", format]);
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        run.stdout
    };
    let junit = run("junit");
    let parsed = semd_core::xml::parse(junit.as_bytes(), &semd_core::xml::Limits::default()).unwrap();
    let failures =
        parsed.descendants(parsed.root()).filter(|&one| parsed.local_name(one) == "failure").count();
    assert!(failures == 1 && junit.contains("tests=\"2\" failures=\"1\""), "{junit}");
    let sarif: Value = serde_json::from_str(&run("sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert!(
        sarif["runs"][0]["results"].as_array().unwrap().iter().any(|one| one["level"] == "error"),
        "{sarif}"
    );
    let csv = run("csv");
    assert!(csv.starts_with("\u{feff}Department;Employee;Kind;Status;") && csv.contains("\r\n"), "{csv}");
    // `validate` has the same two.
    let validated =
        |format: &str| support::run(["validate", document.to_str().unwrap(), "--format", format]).stdout;
    assert!(validated("junit").contains("failures=\"0\""));
    let sarif: Value = serde_json::from_str(&validated("sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["name"], "semd");
}

#[test]
fn hostile_text_stays_text_in_every_report() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let document = signed(root);
    let hostile = "</td><script>alert(1)</script>";
    let fields = serde_json::json!({
        "department": { "localId": "=cmd|' /C calc'!A0", "name": format!("=1+1{hostile}") },
        "organization": hostile, "localUid": "\u{202e}=2",
    });
    fs::write(root.join("a.remd.json"), fields.to_string()).unwrap();
    let run = |format: &str| {
        let arguments = ["preflight", document.to_str().unwrap(), "--format", format, "--show-pii"];
        support::run(arguments).stdout
    };
    let page = run("html");
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
    let (_, markup) = page.split_once('\n').unwrap();
    semd_core::xml::parse(markup.as_bytes(), &semd_core::xml::Limits::default()).unwrap();
    assert!(
        !page.contains("http:") && !page.contains("https:") && !page.contains("\u{202e}"),
        "nothing from outside"
    );
    let csv = run("csv");
    let cells = csv.lines().skip(1).flat_map(|line| line.split(';'));
    let mut starts =
        cells.map(|cell| cell.trim_start_matches('"')).filter(|cell| cell.starts_with(['=', '+', '-', '@']));
    assert_eq!(starts.next(), None);
    assert!(csv.contains("'=1+1"), "{csv}");
}
