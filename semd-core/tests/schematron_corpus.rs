//! Official rule sets on documents with the verdicts of an established engine (Saxon with SchXslt).
//!
//! The data lies beside the repository and is read in place; without it the tests say so and pass.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test outside of `#[test]` functions too: it panics and reports"
)]

mod common;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use common::KnownDifferences;
use semd_core::schematron::{Outcome, Plan};
use semd_core::xml::{self, Document, Limits};
use serde_json::Value;

/// The folder of test data, if it is there.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("SEMD_TEST_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    if folder.join("semd-packages").is_dir() && folder.join("corpus").is_dir() {
        return Some(folder);
    }
    println!("skipped: no folder with official packages and the corpus at {}", folder.display());
    None
}

/// A rule set; some files hold only the path of the kind whose rule set they share.
fn read_rules(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    match std::str::from_utf8(&bytes) {
        Ok(link) if link.starts_with("../") => {
            std::fs::read(path.parent().unwrap().join(link.trim())).unwrap()
        }
        _ => bytes,
    }
}

/// Rule sets by kind and file name, compiled when first needed.
struct Plans {
    packages: PathBuf,
    compiled: HashMap<(String, String), Plan>,
}

impl Plans {
    fn get(&mut self, kind: &str, file: &str) -> &Plan {
        let path = self.packages.join(kind).join(file);
        self.compiled
            .entry((kind.to_owned(), file.to_owned()))
            .or_insert_with(|| Plan::compile(&read_rules(&path)).unwrap())
    }
}

/// Occurrences of (assertion, place).
type Multiset = BTreeMap<(String, String), usize>;

fn failures(plan: &Plan, document: &Document<'_>, outcome: &Outcome) -> Multiset {
    let mut set = Multiset::new();
    for failure in &outcome.failed {
        let key = (plan.assertion(failure.assertion).name(), document.path(failure.node));
        *set.entry(key).or_default() += 1;
    }
    set
}

fn errors(plan: &Plan, document: &Document<'_>, outcome: &Outcome) -> Multiset {
    let mut set = Multiset::new();
    for error in &outcome.errors {
        let name = format!("{} {}", plan.assertion(error.assertion).name(), error.code.name());
        *set.entry((name, document.path(error.node))).or_default() += 1;
    }
    set
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or("")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// `failed` of an expectation: one entry per assertion with its places.
fn expected_failures(failed: &Value) -> Multiset {
    let mut set = Multiset::new();
    for one in list(failed) {
        for location in list(&one["locations"]) {
            let key = (text(one, "id").to_owned(), location.as_str().unwrap().to_owned());
            *set.entry(key).or_default() += 1;
        }
    }
    set
}

/// What differs, shortened for a person.
fn difference(ours: &Multiset, theirs: &Multiset) -> Vec<String> {
    let missing = theirs
        .iter()
        .filter(|(key, count)| ours.get(key) != Some(count))
        .map(|(key, count)| format!("  reference {count}x {} {}", key.0, key.1));
    let extra = ours
        .iter()
        .filter(|(key, count)| theirs.get(key) != Some(count))
        .map(|(key, count)| format!("  ours {count}x {} {}", key.0, key.1));
    missing.chain(extra).take(8).collect()
}

/// Compares one run; the lines say what differs.
fn compare(plan: &Plan, document: &Document<'_>, outcome: &Outcome, run: &Value) -> Vec<String> {
    let ours = failures(plan, document, outcome);
    if text(run, "status") == "ok" {
        let mut lines = difference(&ours, &expected_failures(&run["failed"]));
        if Some(outcome.fired) != run["fired"].as_u64() {
            lines.push(format!("  fired: ours {}, reference {}", outcome.fired, run["fired"]));
        }
        if !run["suppressed"].is_null() && Some(outcome.suppressed) != run["suppressed"].as_u64() {
            lines.push(format!("  suppressed: ours {}, reference {}", outcome.suppressed, run["suppressed"]));
        }
        if !outcome.errors.is_empty() {
            lines.push(format!("  errors: {}", outcome.errors.len()));
        }
        return lines;
    }
    // The reference stopped at a dynamic error; `isolated` is what it says with every test wrapped by itself.
    let isolated = &run["isolated"];
    let mut lines = difference(&ours, &expected_failures(&isolated["failed"]));
    let mut raised = Multiset::new();
    for one in list(&isolated["evaluation_errors"]) {
        let name = format!("{} {}", text(one, "id"), text(one, "code"));
        *raised.entry((name, text(one, "location").to_owned())).or_default() += 1;
    }
    lines.extend(difference(&errors(plan, document, outcome), &raised));
    if Some(outcome.fired) != isolated["fired"].as_u64() {
        lines.push(format!("  fired: ours {}, reference {}", outcome.fired, isolated["fired"]));
    }
    lines
}

#[test]
fn every_official_rule_set_compiles() {
    let Some(folder) = data() else { return };
    let (mut compiled, mut assertions, mut refused) = (0, 0, Vec::new());
    let mut kinds: Vec<_> = std::fs::read_dir(folder.join("semd-packages")).unwrap().flatten().collect();
    kinds.sort_by_key(|entry| entry.file_name());
    for kind in kinds {
        let Ok(files) = std::fs::read_dir(kind.path()) else {
            continue;
        };
        let rules = files.flatten().map(|file| file.path());
        for path in rules.filter(|path| path.extension().is_some_and(|extension| extension == "sch")) {
            match Plan::compile(&read_rules(&path)) {
                Ok(plan) => {
                    compiled += 1;
                    assertions += plan.assertions().len();
                }
                Err(error) => refused.push(format!("{}: {error}", path.display())),
            }
        }
    }
    println!("compiled {compiled} rule sets with {assertions} assertions");
    assert!(compiled > 0);
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn documents_get_the_reference_verdict() {
    let Some(folder) = data() else { return };
    let mut plans = Plans { packages: folder.join("semd-packages"), compiled: HashMap::new() };
    let (mut runs, mut stopped, mut refused) = (0, 0, Vec::new());
    let (mut findings, mut labels) = (0, 0);
    let known = KnownDifferences::read("schematron");
    let known_refusals = KnownDifferences::read("admission");
    let mut differences = Vec::new();
    let mut expectations: Vec<_> =
        std::fs::read_dir(folder.join("corpus/expected")).unwrap().flatten().collect();
    expectations.sort_by_key(|entry| entry.file_name());
    for entry in expectations {
        let expected: Value = serde_json::from_slice(&std::fs::read(entry.path()).unwrap()).unwrap();
        let bytes = std::fs::read(folder.join("corpus").join(text(&expected, "doc"))).unwrap();
        let document = match xml::parse(&bytes, &Limits::default()) {
            Ok(document) => document,
            Err(fault) => {
                let name = text(&expected, "id");
                // The reference has a verdict on the rules only where it could read the document.
                let read = list(&expected["runs"]).iter().any(|run| !list(&run["schematron"]).is_empty());
                if read && !known_refusals.has(name, &[fault.rule().to_owned()]) {
                    differences.push(format!("{name}: refused: {}", fault.rule()));
                }
                refused.push(format!("{name}: {}", fault.rule()));
                continue;
            }
        };
        for package in list(&expected["runs"]) {
            for run in list(&package["schematron"]) {
                let plan = plans.get(text(package, "kind"), text(run, "file"));
                let outcome = plan.evaluate(&document);
                runs += 1;
                findings += outcome.failed.len();
                stopped += usize::from(text(run, "status") != "ok");
                labels += wrong_labels(plan, &run["failed"]);
                let lines = compare(plan, &document, &outcome, run);
                if lines.is_empty() {
                    continue;
                }
                let name = format!("{} with {}", text(&expected, "id"), text(package, "kind"));
                if !known.has(&name, &lines) {
                    differences.push(format!("{name}\n{}", lines.join("\n")));
                }
            }
        }
    }
    println!(
        "compared {runs} runs ({stopped} stopped by a dynamic error in the reference), {findings} findings"
    );
    println!("{} documents are refused before rules are applied: {refused:?}", refused.len());
    known.finish();
    known_refusals.finish();
    assert!(runs > 0);
    assert_eq!(labels, 0, "labels that differ from the reference");
    assert!(differences.is_empty(), "{} runs differ:\n{}", differences.len(), differences.join("\n"));
}

/// Number of assertions whose label, text of the test or kind is not the recorded one.
fn wrong_labels(plan: &Plan, failed: &Value) -> usize {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    list(failed)
        .iter()
        .filter(|one| {
            let known = plan.assertions().find(|known| known.name() == text(one, "id"));
            let right = known.is_some_and(|known| {
                // The reference knows fewer forms of labels (not `Extra01-1`).
                let label_fits = text(one, "rule").is_empty() || known.label() == Some(text(one, "rule"));
                label_fits && squeezed(known.test()) == squeezed(text(one, "test"))
            });
            if !right {
                println!(
                    "{} {:?}: {:?}",
                    text(one, "id"),
                    text(one, "rule"),
                    known.map(|known| known.label())
                );
            }
            !right
        })
        .count()
}

#[test]
fn byte_edits_get_the_reference_verdict() {
    let Some(folder) = data() else { return };
    let mut plans = Plans { packages: folder.join("semd-packages"), compiled: HashMap::new() };
    let (mut runs, mut refused) = (0, 0);
    let mut differences = Vec::new();
    let lines = std::fs::read_to_string(folder.join("corpus/mutants.jsonl")).unwrap();
    for line in lines.lines() {
        let mutant: Value = serde_json::from_str(line).unwrap();
        let base = folder.join("corpus/docs").join(format!("{}.xml", text(&mutant, "base")));
        let mut bytes = std::fs::read(base).unwrap();
        let number = |key: &str| usize::try_from(mutant[key].as_u64().unwrap()).unwrap();
        let at = number("off");
        bytes.splice(at..at + number("del"), text(&mutant, "ins").bytes());
        let Ok(document) = xml::parse(&bytes, &Limits::default()) else {
            refused += 1;
            continue;
        };
        for run in list(&mutant["schematron"]) {
            let plan = plans.get(text(&mutant, "kind"), text(run, "file"));
            let outcome = plan.evaluate(&document);
            runs += 1;
            let stopped = text(run, "status") != "ok";
            let recorded = &run[if stopped { "isolated_failed" } else { "failed" }];
            let mut lines = difference(&failures(plan, &document, &outcome), &pairs(recorded, false));
            let raised = pairs(&run["evaluation_errors"], true);
            lines.extend(difference(&errors(plan, &document, &outcome), &raised));
            if !stopped && Some(outcome.fired) != run["fired"].as_u64() {
                lines.push(format!("  fired: ours {}, reference {}", outcome.fired, run["fired"]));
            }
            if !lines.is_empty() {
                differences.push(format!("{}\n{}", text(&mutant, "id"), lines.join("\n")));
            }
        }
    }
    println!(
        "compared {runs} runs of edited documents; {refused} documents are refused before rules are applied"
    );
    assert!(runs > 0);
    assert!(differences.is_empty(), "{} runs differ:\n{}", differences.len(), differences.join("\n"));
}

/// Entries `[assertion, place]`, or `[assertion, place, code]`.
fn pairs(entries: &Value, with_code: bool) -> Multiset {
    let mut set = Multiset::new();
    for entry in list(entries) {
        let part = |index: usize| entry[index].as_str().unwrap();
        let name = if with_code { format!("{} {}", part(0), part(2)) } else { part(0).to_owned() };
        *set.entry((name, part(1).to_owned())).or_default() += 1;
    }
    set
}

/// Counts by name, such as failures per assertion.
fn counts(object: &Value) -> BTreeMap<String, usize> {
    let entries = object.as_object().into_iter().flatten();
    entries.map(|(name, count)| (name.clone(), usize::try_from(count.as_u64().unwrap()).unwrap())).collect()
}

/// The same counts from a multiset with places.
fn per_name(set: &Multiset) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for ((name, _), count) in set {
        *counts.entry(name.clone()).or_default() += count;
    }
    counts
}

#[test]
fn documents_grown_from_rules_get_the_reference_counts() {
    let Some(folder) = data() else { return };
    let mut plans = Plans { packages: folder.join("semd-packages"), compiled: HashMap::new() };
    let raw = folder.join("corpus/skeletons-raw");
    let expected: Value = serde_json::from_slice(&std::fs::read(raw.join("expected.json")).unwrap()).unwrap();
    let (mut runs, mut findings) = (0, 0);
    let mut differences = Vec::new();
    for (name, run) in expected.as_object().unwrap() {
        let bytes = std::fs::read(raw.join(format!("{name}.xml"))).unwrap();
        let document = xml::parse(&bytes, &Limits::default()).unwrap();
        let plan = plans.get(text(run, "kind"), text(run, "file"));
        let outcome = plan.evaluate(&document);
        runs += 1;
        findings += outcome.failed.len();
        let fired: usize = counts(&run["fired"]).values().sum();
        let same = fired as u64 == outcome.fired
            && run["suppressed"].as_u64() == Some(outcome.suppressed)
            && counts(&run["failed"]) == per_name(&failures(plan, &document, &outcome))
            && counts(&run["evaluation_errors"]) == per_name(&errors(plan, &document, &outcome));
        if !same {
            differences.push(format!("{name}: fired {} of {fired}", outcome.fired));
        }
    }
    println!("compared {runs} runs of documents grown from rules, {findings} findings");
    assert!(runs > 0);
    assert!(differences.is_empty(), "{differences:#?}");
}
