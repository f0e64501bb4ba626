//! Lint: each check finds its defect and nothing in the clean twin; real documents are looked at whole.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use semd_core::build::CardKinds;
use semd_core::lint::{CHECKS, Linter, Report, Verdict};
use semd_core::nsi::{Builder, ImportLimits, Store, import};
use serde_json::Value;
use time::macros::date;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

fn dictionaries() -> Store {
    let mut builder = Builder::new(ImportLimits::default());
    import(&fixtures().join("nsi"), &mut builder).unwrap();
    Store::from_bytes(&builder.finish(0, false).unwrap()).unwrap()
}

fn linter() -> Linter {
    Linter::new().as_of(date!(2025 - 06 - 01)).with_dictionaries(dictionaries())
}

/// Names of the remarks, in their order.
fn remarks(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.check.id).collect()
}

/// The files of `fixtures/lint`: `CHECK.xml` has the one defect, `CHECK-clean.xml` is the same document without it.
fn twins() -> Vec<(&'static str, String, String)> {
    let document = CHECKS.iter().filter(|check| check.id != "card-optional-fields");
    let read = |name: String| fs::read_to_string(fixtures().join("lint").join(name)).unwrap();
    document
        .map(|check| (check.id, read(format!("{}.xml", check.id)), read(format!("{}-clean.xml", check.id))))
        .collect()
}

#[test]
fn each_check_finds_its_defect_and_nothing_in_the_twin() {
    let linter = linter();
    let mut found = 0;
    for (check, defective, clean) in twins() {
        let bad = linter.document(defective.as_bytes()).unwrap();
        assert_eq!(remarks(&bad), [check], "{check}");
        let finding = &bad.findings[0];
        assert!(finding.line > 1 && finding.path.is_some(), "{check}");
        let good = linter.document(clean.as_bytes()).unwrap();
        assert_eq!((remarks(&good), good.verdict), (vec![], Verdict::Complete), "{check}");
        assert_eq!(good.score, Some(100), "{check}");
        assert!(bad.score < good.score, "{check}");
        let looked = good.looked.iter().find(|one| one.check.id == check).unwrap();
        assert!(looked.places > 0, "{check}: the twin has a place to look at");
        found += 1;
    }
    println!("{found} checks find their defect and nothing in the clean twin");
    assert_eq!(found, CHECKS.len() - 1);
}

#[test]
fn without_a_day_and_dictionaries_their_checks_say_what_they_need() {
    let (_, _, clean) = twins().into_iter().next().unwrap();
    let report = Linter::new().document(clean.as_bytes()).unwrap();
    let needs: Vec<_> = report.looked.iter().filter_map(|one| Some((one.check.id, one.needs?))).collect();
    assert_eq!(
        needs,
        [("future-date", "as-of"), ("dictionary-spelling", "nsi"), ("card-optional-fields", "card")]
    );
}

#[test]
fn a_card_is_scored_by_its_document_and_by_what_it_leaves_out() {
    let kinds = CardKinds::embedded();
    // The dictionaries of the fixtures are extracts, which know not all codes of the cards.
    let linter = Linter::new().as_of(date!(2026 - 06 - 01));
    for kind in kinds.codes() {
        let text = fs::read_to_string(fixtures().join(format!("cards/{kind}.json"))).unwrap();
        let card: Value = serde_json::from_str(&text).unwrap();
        let report = linter.card(&card, &kinds).unwrap();
        println!("kind {kind}: {:?}, {} remarks", report.score, report.findings.len());
        assert!(report.score.is_some_and(|score| score >= 60), "kind {kind}: {report:?}");
        assert_eq!(report.kind.as_deref(), Some(kind));
    }
    let text = fs::read_to_string(fixtures().join("cards/174.json")).unwrap();
    let full: Value = serde_json::from_str(&text).unwrap();
    let mut less = full.clone();
    less.as_object_mut().unwrap().remove("findings");
    less["patient"].as_object_mut().unwrap().remove("email");
    let pointers = |card: &Value| -> Vec<String> {
        let report = linter.card(card, &kinds).unwrap();
        report.findings.into_iter().filter_map(|finding| finding.pointer).collect()
    };
    let (before, after) = (pointers(&full), pointers(&less));
    let added: Vec<_> = after.iter().filter(|pointer| !before.contains(pointer)).collect();
    assert_eq!(added, ["/findings", "/patient/email"]);
    assert!(linter.card(&less, &kinds).unwrap().score <= linter.card(&full, &kinds).unwrap().score);
}

#[test]
fn hostile_documents_cost_no_more_than_their_size() {
    // Many equal sections, many statements that nothing says, units that are nearly units.
    let entry = "<entry><observation><code code='5' codeSystem='1.2.643.5.1.13.13.99.2.262' displayName='Пульс'/>\
        <value xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='PQ' value='1' unit='m.m.m.m.m.m/m/m/m'/></observation></entry>";
    let section = format!(
        "<component><section><text>{}</text>{entry}</section></component>",
        "раз два три четыре пять ".repeat(9)
    );
    let text = format!(
        "<ClinicalDocument xmlns='urn:hl7-org:v3'><component><structuredBody>{}</structuredBody></component></ClinicalDocument>",
        section.repeat(3000)
    );
    let report = linter().document(text.as_bytes()).unwrap();
    let unit = report.looked.iter().find(|one| one.check.id == "unit-of-quantity").unwrap();
    assert_eq!((unit.places, unit.faulty), (3000, 3000));
    assert!(report.findings.len() <= 100 * CHECKS.len(), "remarks are bounded");
}

/// Every real document of the reference corpus; without it nothing is compared.
#[test]
fn real_documents_are_looked_at_whole() {
    let folder = std::env::var_os("SEMD_TEST_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from)
        .join("corpus/docs");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: no reference corpus at {}", folder.display());
        return;
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let linter = linter();
    let (mut real, mut others, mut refused) = (0, 0, 0);
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut scores = Vec::new();
    for path in files {
        let bytes = fs::read(&path).unwrap();
        // The special documents of the corpus are also not well-formed, of another encoding, or nested without measure.
        let Ok(report) = linter.document(&bytes) else {
            refused += 1;
            continue;
        };
        if !path.file_name().unwrap().to_str().unwrap().starts_with("r-") {
            others += 1;
            continue;
        }
        real += 1;
        scores.extend(report.score);
        for one in &report.looked {
            let count = counts.entry(one.check.id).or_default();
            (count.0, count.1) = (count.0 + one.places, count.1 + one.faulty);
            assert!(one.faulty <= one.places, "{}: {one:?}", path.display());
        }
        assert!(report.findings.len() <= 100 * CHECKS.len());
    }
    for (check, (places, faulty)) in &counts {
        println!("{check}: {faulty} of {places} places");
    }
    scores.sort_unstable();
    println!(
        "{real} real documents looked at ({others} others, {refused} refused as XML); scores {:?} to {:?}, median {:?}",
        scores.first(),
        scores.last(),
        scores.get(scores.len() / 2)
    );
    assert!(real > 0 && scores.len() == real, "every real document has a score");
}
