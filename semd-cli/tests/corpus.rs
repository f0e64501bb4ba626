//! Real documents against the findings of the reference engines (Xerces-J, Saxon with SchXslt).
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

/// What one run of the reference engines says.
#[derive(Debug, PartialEq, Eq)]
struct Expected {
    xsd_valid: bool,
    /// Pairs of test and path, as a multiset.
    schematron: Vec<(String, String)>,
}

const CLASSES: [&str; 3] = ["real", "adapted", "minimal"];

#[test]
fn real_documents_get_the_findings_of_the_reference_engines() {
    let Some(shared) = support::shared("reference findings") else { return };
    let corpus = shared.join("corpus");
    // A document may have several runs for one kind: package 102 was also run with its second rule file alone.
    let mut expected: BTreeMap<String, BTreeMap<String, Vec<Expected>>> = BTreeMap::new();
    for entry in fs::read_dir(corpus.join("expected")).unwrap() {
        let record: Value = serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap();
        if !CLASSES.contains(&record["class"].as_str().unwrap()) {
            continue;
        }
        let file = corpus.join(record["doc"].as_str().unwrap()).to_str().unwrap().to_owned();
        for run in record["runs"].as_array().unwrap() {
            let kind = run["kind"].as_str().unwrap().to_owned();
            expected.entry(kind).or_default().entry(file.clone()).or_default().push(expectation(run));
        }
    }
    let mut runs = 0;
    let mut findings = 0;
    let mut differences = Vec::new();
    for (kind, documents) in &expected {
        let packages = shared.join("semd-packages");
        let mut arguments =
            vec!["validate", "--format", "jsonl", "--kind", kind, "--packages", packages.to_str().unwrap()];
        arguments.extend(documents.keys().map(String::as_str));
        let reports = support::run(&arguments).json_lines();
        assert_eq!(reports.len(), documents.len(), "kind {kind}: one report a document");
        for (report, (file, expected)) in reports.iter().zip(documents) {
            assert_eq!(report["file"].as_str().unwrap(), file, "reports come in the order of the input");
            let actual = actual(report);
            for expected in expected {
                runs += 1;
                findings += expected.schematron.len();
                if actual != *expected {
                    differences.push(format!("{file} as {kind}: expected {expected:?}, got {actual:?}"));
                }
            }
        }
    }
    println!("compared {runs} runs with {findings} Schematron findings of the reference engines");
    assert!(runs > 0);
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

fn expectation(run: &Value) -> Expected {
    let mut schematron = Vec::new();
    let mut files: Vec<&Value> = Vec::new();
    for file in run["schematron"].as_array().into_iter().flatten() {
        assert_eq!(file["status"], "ok", "these classes have no dynamic errors");
        // Package 102 has one rule set twice, with and without a byte order mark; it is applied once.
        if files.contains(&&file["failed"]) && file["file"] == "schematron_1.sch" {
            continue;
        }
        files.push(&file["failed"]);
        for failure in file["failed"].as_array().unwrap() {
            for location in failure["locations"].as_array().unwrap() {
                schematron.push((
                    failure["test"].as_str().unwrap().to_owned(),
                    location.as_str().unwrap().to_owned(),
                ));
            }
        }
    }
    schematron.sort();
    Expected { xsd_valid: run["xsd"]["valid"].as_bool().unwrap(), schematron }
}

fn actual(report: &Value) -> Expected {
    let findings = report["findings"].as_array().unwrap();
    let of = |layer: &'static str| findings.iter().filter(move |finding| finding["layer"] == layer);
    let mut schematron: Vec<_> = of("schematron")
        .map(|finding| {
            (finding["test"].as_str().unwrap().to_owned(), finding["path"].as_str().unwrap().to_owned())
        })
        .collect();
    schematron.sort();
    Expected { xsd_valid: of("xsd").next().is_none(), schematron }
}
