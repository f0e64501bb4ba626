//! `semd lint` through the binary: remarks, scores and exit codes.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod support;

use std::fs;

use support::{fixtures, run};

/// The day that the fixtures are written for.
const DAY: [&str; 2] = ["--as-of", "2025-06-01"];

fn lint(arguments: &[&str]) -> support::Run {
    run([&["lint"], arguments, &DAY[..]].concat())
}

#[test]
fn remarks_never_fail_and_scores_are_given_by_kind() {
    let documents = fixtures().join("lint");
    let nsi = fixtures().join("nsi");
    let run = lint(&[
        documents.to_str().unwrap(),
        fixtures().join("documents/laboratory.xml").to_str().unwrap(),
        "--nsi",
        nsi.to_str().unwrap(),
        "--format",
        "jsonl",
    ]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let lines = run.json_lines();
    assert_eq!(lines.len(), 15);
    let mut checks = 0;
    for line in &lines {
        assert_eq!(line["schema"], "semd.lint/1");
        let file = line["file"].as_str().unwrap();
        let name = std::path::Path::new(file).file_stem().unwrap().to_str().unwrap();
        if let Some(finding) = line["findings"].as_array().unwrap().iter().find(|one| one["check"] == name) {
            assert_eq!(line["verdict"], "remarks");
            assert!(finding["weight"].as_u64().unwrap() > 0 && finding["line"].as_u64().unwrap() > 1);
            assert!(!finding["hint"].as_str().unwrap().is_empty());
            checks += 1;
        } else if name.ends_with("-clean") {
            assert_eq!((&line["verdict"], &line["score"]), (&"complete".into(), &100.into()), "{line}");
        }
        assert!(line["checks"].as_array().unwrap().iter().any(|one| one["places"].as_u64().unwrap() > 0));
    }
    assert_eq!(checks, 7);
    let average = run.stderr.lines().find(|line| line.starts_with("119")).unwrap();
    assert!(average.contains("Consultation protocol") && average.contains("14"), "{}", run.stderr);
    assert!(run.stderr.lines().any(|line| line.starts_with("186")), "{}", run.stderr);
    assert!(run.stderr.lines().any(|line| line.starts_with("all")), "{}", run.stderr);
    println!("{checks} checks named by the binary, table by kind:\n{}", run.stderr);
}

#[test]
fn formats_for_people_say_what_to_do_and_show_no_person() {
    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("a.xml");
    let text = fs::read_to_string(fixtures().join("lint/future-date.xml")).unwrap();
    fs::write(&document, text.replace("19640312", "20640312")).unwrap();
    let document = document.to_str().unwrap();
    let full = lint(&[document, "--lang", "ru"]);
    assert_eq!(full.code, Some(0), "{}", full.stderr);
    for expected in ["замечание[future-date]", "a.xml:5:", "что делать", "полнота", "нужны --nsi"]
    {
        assert!(full.stdout.contains(expected), "{expected}: {}", full.stdout);
    }
    assert!(!full.stdout.contains("20640312"), "a date of birth is masked");
    let shown = lint(&[document, "--show-pii"]);
    assert!(shown.stdout.contains("20640312"));
    let concise = lint(&[document, "--format", "concise"]);
    assert!(concise.stdout.lines().next().unwrap().contains("[future-date] a date of the future"));
    let array = lint(&[document, document, "--format", "json"]);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&array.stdout).unwrap().as_array().unwrap().len(),
        2
    );
}

#[test]
fn a_card_is_scored_too() {
    let card = fixtures().join("cards/174.json");
    let run = lint(&[card.to_str().unwrap(), "--format", "jsonl"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let report = &run.json_lines()[0];
    assert_eq!(report["kind"], "174");
    assert!(report["score"].as_u64().unwrap() > 50, "{report}");
    let fields =
        report["checks"].as_array().unwrap().iter().find(|one| one["check"] == "card-optional-fields");
    assert!(fields.unwrap()["places"].as_u64().unwrap() > 10, "{report}");
}

#[test]
fn what_cannot_be_looked_at_is_undecided_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("broken.xml"), "<ClinicalDocument>").unwrap();
    fs::write(path("note.xml"), "<note/>").unwrap();
    fs::write(path("card.json"), "{\"kind\": \"119\", \"patient\": {\"snils\": \"99900010117\"}}").unwrap();
    let good = fixtures().join("lint/empty-section-clean.xml");
    let run = lint(&[
        &path("broken.xml"),
        &path("note.xml"),
        &path("card.json"),
        good.to_str().unwrap(),
        "--format",
        "jsonl",
    ]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    let verdicts: Vec<_> =
        run.json_lines().iter().map(|line| line["verdict"].as_str().unwrap().to_owned()).collect();
    assert_eq!(verdicts, ["not-checked", "not-checked", "not-checked", "complete"]);
    assert!(
        run.stderr.contains("broken.xml:1:") && run.stderr.contains("card.json#/patient/snils"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("99900010117"));
    assert_eq!(lint(&[&path("absent.xml")]).code, Some(4));
    let wrong = support::run(["lint", &path("note.xml"), "--as-of", "tomorrow"]);
    assert_eq!(wrong.code, Some(2));
}

#[test]
fn checks_are_explained_in_both_languages() {
    let russian = run(["explain", "copied-section", "--lang", "ru"]);
    assert_eq!(russian.code, Some(0), "{}", russian.stderr);
    assert!(russian.stdout.contains("след копирования") && russian.stdout.contains("регистрации не мешает"));
    let english = run(["explain", "unit-of-quantity"]);
    assert!(english.stdout.contains("weight in the score of completeness: 4"), "{}", english.stdout);
}
