//! Dictionaries through the command: import, list, look up, check, and documents validated with them.
#![allow(clippy::unwrap_used, reason = "tests stop at a surprise")]

mod support;

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

const SEX: &str = "1.2.643.5.1.13.13.11.1040";

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// A folder with a store of the fixtures.
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        let source = support::fixtures().join("nsi");
        let run = support::run(["nsi", "import", text(&source), "--store", text(&place.store())]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stdout.contains("4 dictionary versions, 7 rows"), "{}", run.stdout);
        assert!(run.stderr.contains("7 files, 1 others passed over"), "{}", run.stderr);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn store(&self) -> PathBuf {
        self.path("dictionaries.semd-nsi")
    }

    fn run(&self, arguments: &[&str]) -> support::Run {
        let store = self.store();
        support::run(arguments.iter().copied().chain(["--nsi", text(&store)]))
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn store_is_listed_searched_and_checked() {
    let place = Place::new();
    let list = place.run(&["nsi", "list", "--format", "jsonl"]);
    let listed = list.json_lines();
    assert_eq!((list.code, listed.len()), (Some(0), 4));
    let sex = listed.iter().find(|row| row["oid"] == SEX).unwrap();
    assert_eq!((&sex["title"], &sex["rows"], &sex["key"]), (&"Пол пациента".into(), &2.into(), &"ID".into()));
    let region = listed.iter().find(|row| row["oid"] == "1.2.643.5.1.13.13.99.2.206").unwrap();
    assert_eq!((&region["key"], &region["name"]), (&"CODE_FNS".into(), &"SUBJECT".into()));

    let found = place.run(&["nsi", "lookup", SEX, "2"]);
    assert_eq!((found.code, &*found.stdout), (Some(0), "2\tЖенский\n"));
    let old = place.run(&["nsi", "lookup", "1.2.643.5.1.13.2.1.1.156", "--version", "2.1", "-q"]);
    assert_eq!(old.stdout, "1\tМужской\n2\tЖенский\n");
    let by_column = place.run(&[
        "nsi",
        "lookup",
        "1.2.643.5.1.13.13.11.1002",
        "0",
        "--column",
        "ACTUAL",
        "--format",
        "jsonl",
    ]);
    let row = &by_column.json_lines()[0];
    assert_eq!((&row["code"], &row["row"]["NAME"]), (&"900".into(), &"учебная должность".into()));
    assert_eq!(place.run(&["nsi", "lookup", SEX, "3"]).code, Some(1), "no such code");
    assert_eq!(place.run(&["nsi", "lookup", "1.2.3"]).code, Some(3), "no such dictionary at hand");
    let wrong = place.run(&["nsi", "lookup", SEX, "3", "--column", "NO"]);
    assert!(wrong.code == Some(2) && wrong.stderr.contains("ID, NAME"), "{}", wrong.stderr);

    let check = support::run(["nsi", "check", text(&place.store())]);
    assert_eq!(check.code, Some(1));
    assert!(check.stdout.contains("not whole: 1.2.643.5.1.13.13.11.1039 5.2"), "{}", check.stdout);
}

#[test]
fn import_adds_to_a_store_and_reads_archives() {
    let place = Place::new();
    let archive = place.path("more.zip");
    let mut writer = zip::ZipWriter::new(File::create(&archive).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    writer.start_file("folder/1.2.643.5.1.13.13.11.1040_3.1.json", options).unwrap();
    writer
        .write_all(
            r#"{"records": [{"ID": "1", "NAME": "Мужской"}, {"ID": "3", "NAME": "Новый"}]}"#.as_bytes(),
        )
        .unwrap();
    writer.start_file("folder/readme.txt", options).unwrap();
    writer.finish().unwrap();
    let run = support::run(["nsi", "import", text(&archive), "--store", text(&place.store())]);
    assert!(run.stdout.contains("5 dictionary versions, 9 rows"), "{}{}", run.stdout, run.stderr);
    assert_eq!(place.run(&["nsi", "lookup", SEX, "3", "-q"]).stdout, "3\tНовый\n", "the latest version");
    let direct = support::run(["nsi", "lookup", SEX, "3", "-q", "--nsi", text(&archive)]);
    assert_eq!(direct.stdout, "3\tНовый\n", "an archive needs no import");

    let other = place.path("other.zip");
    let mut writer = zip::ZipWriter::new(File::create(&other).unwrap());
    writer.start_file("../1.2.643.5.1.13.13.11.1040_3.1.json", options).unwrap();
    writer.finish().unwrap();
    let run = support::run(["nsi", "import", text(&other), "--store", text(&place.path("no"))]);
    assert!(run.code == Some(2) && run.stderr.contains("leaves the archive"), "{}", run.stderr);
    assert!(!place.path("no").exists());
}

#[test]
fn wrong_sources_and_damaged_stores_are_named() {
    let place = Place::new();
    let fails = |arguments: &[&str], code: i32, words: &str| {
        let run = support::run(arguments);
        assert!(
            run.code == Some(code) && run.stderr.contains(words),
            "{arguments:?}: {:?} {}",
            run.code,
            run.stderr
        );
        assert!(run.stdout.is_empty(), "{arguments:?}");
    };
    let documents = support::fixtures().join("documents");
    let new = place.path("new");
    fails(&["nsi", "import", text(&documents), "--store", text(&new)], 2, "no file `<oid>");
    let readme = support::fixtures().join("nsi/README.md");
    fails(
        &["nsi", "import", text(&support::fixtures().join("nsi")), "--store", text(&readme)],
        2,
        "not a store",
    );
    let bad = place.path("1.2.3_1.0_passport");
    fs::write(&bad, "{\"oid\": 1}").unwrap();
    fails(&["nsi", "import", text(&bad), "--store", text(&new)], 2, "1.2.3_1.0_passport");
    fails(&["nsi", "list", "--nsi", text(&place.path("nowhere"))], 2, "nowhere");

    let bytes = fs::read(place.store()).unwrap();
    let broken = place.path("broken");
    fs::write(&broken, &bytes[..bytes.len() - 1]).unwrap();
    fails(&["nsi", "check", text(&broken)], 2, "cut off");
    let mut changed = bytes.clone();
    changed[200] ^= 1;
    fs::write(&broken, changed).unwrap();
    fails(&["nsi", "check", text(&broken)], 2, "checksum");
    let document = documents.join("consultation.xml");
    fails(&["validate", text(&document), "--nsi", text(&broken)], 2, "import the dictionaries again");
    fails(&["validate", text(&document), "--layers", "nsi"], 2, "--nsi");
}

fn found<'r>(report: &'r Value, code: &str) -> &'r Value {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().find(|one| one["code"] == code).unwrap_or_else(|| panic!("no {code} in {report}"))
}

#[test]
fn documents_are_validated_with_dictionaries() {
    let place = Place::new();
    let good = support::fixtures().join("documents/consultation.xml");
    let run = place.run(&["validate", text(&good), "--format", "jsonl"]);
    let report = &run.json_lines()[0];
    assert_eq!((run.code, &report["verdict"]), (Some(0), &"valid".into()));
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().all(|one| one["layer"] == "nsi" && one["severity"] == "info"), "{findings:?}");
    assert!(!findings.is_empty(), "dictionaries that are not loaded are named");
    let folder = support::fixtures().join("nsi");
    let direct = support::run(["validate", text(&good), "--format", "concise", "--nsi", text(&folder)]);
    assert_eq!(direct.code, Some(0), "a folder of official files will do");

    let bad = place.path("bad.xml");
    let text_of = fs::read_to_string(&good).unwrap();
    let changed = text_of.replacen("displayName=\"Мужской\"", "displayName=\"мужской \"", 1).replacen(
        "code=\"159\"",
        "code=\"160\"",
        1,
    );
    assert_ne!(changed, text_of);
    fs::write(&bad, changed).unwrap();
    let run = place.run(&["validate", text(&bad), "--format", "jsonl"]);
    let report = &run.json_lines()[0];
    assert_eq!((run.code, &report["verdict"]), (Some(1), &"invalid".into()));
    let name = found(report, "INVALID_ELEMENT_VALUE_NAME");
    assert_eq!((&name["layer"], &name["owner"]), (&"nsi".into(), &"clinic".into()));
    assert!(name["path"].as_str().unwrap().ends_with("/administrativeGenderCode[1]/@displayName"), "{name}");
    assert!(name["line"].as_u64().unwrap() > 1);
    found(report, "INVALID_ELEMENT_VALUE_CODE");
    let without =
        place.run(&["validate", text(&bad), "--layers", "xsd,schematron,rule", "--format", "concise"]);
    assert_eq!(without.code, Some(0), "the layer was not asked for: {}", without.stdout);

    let full = place.run(&["validate", text(&bad), "--lang", "ru"]);
    assert!(
        full.stdout.contains("отличается только так: регистром, пробелами; нужно «Мужской»"),
        "{}",
        full.stdout
    );
    let full = place.run(&["validate", text(&bad), "--lang", "en"]);
    assert!(
        full.stdout.contains("the dictionary has “медицинская сестра” under code “159”"),
        "{}",
        full.stdout
    );
}

#[test]
fn own_rules_are_a_layer_and_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let good = fs::read_to_string(support::fixtures().join("documents/consultation.xml")).unwrap();
    let bad = folder.path().join("bad.xml");
    let position = good.find("root=\"1.2.643.100.3\" extension=\"").unwrap()
        + "root=\"1.2.643.100.3\" extension=\"".len();
    let mut changed = good.clone();
    changed.replace_range(position..position + 11, "11223344594");
    fs::write(&bad, changed).unwrap();
    let run = support::run(["validate", text(&bad), "--format", "jsonl"]);
    let report = &run.json_lines()[0];
    assert_eq!(
        (run.code, &report["verdict"]),
        (Some(0), &"valid".into()),
        "a warning refuses nothing: {report}"
    );
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().any(|one| one["rule"] == "snils-checksum" && one["layer"] == "rule"), "{report}");
    assert!(!run.stdout.contains("11223344594"), "personal data stays out of the report");
    let run = support::run([
        "validate",
        text(&bad),
        "--format",
        "jsonl",
        "--as-of",
        "2010-01-01",
        "--layers",
        "rule",
    ]);
    assert_eq!(run.code, Some(1));
    found(&run.json_lines()[0], "WRONG_CREATION_DATE");
    assert_eq!(support::run(["validate", text(&bad), "--as-of", "tomorrow"]).code, Some(2));

    let explained = support::run(["explain", "snils-checksum"]);
    assert!(
        explained.stdout.contains("check digits") && explained.stdout.contains("source:"),
        "{}",
        explained.stdout
    );
    let explained = support::run(["explain", "kind-window", "--lang", "ru"]);
    assert!(explained.stdout.contains("код РЭМД: NO_DOCUMENT_KIND_ON_DATE"), "{}", explained.stdout);
    assert!(support::run(["explain", "dictionary-code"]).stdout.contains("semd nsi lookup"));
}
