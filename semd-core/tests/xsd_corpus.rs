//! The XSD layer against the verdicts of Xerces-J on real, edited and hostile documents.
//!
//! Reads the shared test data (`SEMD_TEST_DATA`, else the folder `shared` beside the repository) in place; prints how
//! many cases were compared.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use semd_core::xml::{self, Document, LineIndex, Node};
use semd_core::xsd::{Schema, Violation};
use serde_json::Value;

/// The folder of shared test data, if this machine has it.
fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("SEMD_TEST_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        PathBuf::from,
    );
    if folder.join("semd-packages").is_dir() {
        Some(folder)
    } else {
        println!("skipped: no shared test data at {}", folder.display());
        None
    }
}

/// The schema sets by kind. Their files are links into a pool; the manifest serves where links were not kept.
fn sets(shared: &Path) -> BTreeMap<String, BTreeMap<String, Arc<[u8]>>> {
    let packages = shared.join("semd-packages");
    let manifest = std::fs::read_to_string(packages.join("XSD-MANIFEST.tsv")).unwrap();
    let mut pool: HashMap<String, Arc<[u8]>> = HashMap::new();
    let mut sets: BTreeMap<String, BTreeMap<String, Arc<[u8]>>> = BTreeMap::new();
    for line in manifest.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let (kind, path) = fields[0].split_once("/xsd/").unwrap();
        let bytes = pool
            .entry(fields[1].to_owned())
            .or_insert_with(|| std::fs::read(packages.join("_xsd-pool").join(fields[1])).unwrap().into());
        sets.entry(kind.to_owned())
            .or_default()
            .insert(path.to_owned(), Arc::clone(bytes));
    }
    sets
}

fn schemas(shared: &Path) -> BTreeMap<String, Schema> {
    sets(shared)
        .into_iter()
        .map(|(kind, set)| {
            let schema = Schema::compile(&set, "CDA.xsd").unwrap_or_else(|error| panic!("kind {kind}: {error}"));
            (kind, schema)
        })
        .collect()
}

fn validate(schema: &Schema, document: &Document<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    schema.validate(document, &mut violations);
    violations
}

/// Whether the reference speaks of the same rule: Xerces splits some rules by occurrence counts, and gives a second code
/// for the node a bad value stands in.
fn rule(code: &str) -> &str {
    match code {
        "cvc-complex-type.2.4.e" | "cvc-complex-type.2.4.g" | "cvc-complex-type.2.4.h" => "cvc-complex-type.2.4.a",
        "cvc-complex-type.2.4.f" => "cvc-complex-type.2.4.d",
        "cvc-complex-type.2.4.i" | "cvc-complex-type.2.4.j" => "cvc-complex-type.2.4.b",
        _ => code,
    }
}

/// Ends of the start tag and of the end tag of each element, by the offset of its `<`.
fn tag_ends(source: &str) -> HashMap<usize, (usize, usize)> {
    let mut reader = quick_xml::Reader::from_str(source);
    let mut open = Vec::new();
    let mut ends = HashMap::new();
    loop {
        let before = reader.buffer_position() as usize;
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(_) => open.push((before, reader.buffer_position() as usize)),
            quick_xml::events::Event::Empty(_) => {
                let after = reader.buffer_position() as usize;
                ends.insert(before, (after, after));
            }
            quick_xml::events::Event::End(_) => {
                let (start, after) = open.pop().unwrap();
                ends.insert(start, (after, reader.buffer_position() as usize));
            }
            quick_xml::events::Event::Eof => return ends,
            _ => {}
        }
    }
}

/// The line Xerces would report: it knows a problem at the end of the start tag, or at the end of the end tag.
fn reference_line(document: &Document<'_>, lines: &LineIndex<'_>, violation: &Violation) -> u32 {
    let ends = tag_ends(document.source());
    let (element, at_end) = match violation.node {
        Node::Element(id) => {
            let at_end = !matches!(
                rule(violation.code),
                "cvc-complex-type.2.4.a" | "cvc-complex-type.2.4.d" | "cvc-complex-type.4" | "cvc-type.2" | "cvc-elt.1.a"
            );
            (id, at_end)
        }
        Node::Attribute(id) => (document.attribute_at(id).owner, false),
        Node::Document | Node::Text(_) => (document.root(), true),
    };
    let (start, end) = ends[&(document.element(element).offset as usize)];
    lines.position(if at_end { end } else { start } - 1 + document.skipped()).line
}

#[test]
fn every_official_set_compiles() {
    let Some(shared) = shared() else { return };
    let sets = sets(&shared);
    let mut failures = Vec::new();
    for (kind, set) in &sets {
        if let Err(error) = Schema::compile(set, "CDA.xsd") {
            failures.push(format!("{kind}: {error}"));
        }
    }
    println!("{} of {} sets compile", sets.len() - failures.len(), sets.len());
    assert!(!sets.is_empty());
    assert_eq!(failures, [""; 0]);
}

#[derive(Default)]
struct Tally {
    runs: usize,
    refused: BTreeMap<String, usize>,
    lines: (usize, usize),
    counts: (usize, usize),
    codes: (usize, usize),
    differences: Vec<String>,
    notes: Vec<String>,
}

impl Tally {
    fn print(&self, what: &str) {
        println!("{what}: {} verdicts compared, {} differ", self.runs, self.differences.len());
        println!("  documents the reader refuses: {:?}", self.refused);
        println!("  line of the first error agrees in {} of {}", self.lines.0, self.lines.1);
        println!("  number of errors agrees in {} of {}", self.counts.0, self.counts.1);
        println!("  set of rules agrees in {} of {}", self.codes.0, self.codes.1);
        for line in self.differences.iter().chain(self.notes.iter().take(40)) {
            println!("  {line}");
        }
    }

    fn compare_codes(&mut self, id: &str, violations: &[Violation], reference: &[&str]) {
        let pairs = ["cvc-attribute.3", "cvc-type.3.1.3", "cvc-complex-type.2.2"];
        let mut own: Vec<&str> = violations.iter().map(|violation| rule(violation.code)).collect();
        let mut theirs: Vec<&str> = reference
            .iter()
            .copied()
            .filter(|code| !pairs.contains(code))
            .map(rule)
            .collect();
        own.retain(|code| !pairs.contains(code));
        for codes in [&mut own, &mut theirs] {
            codes.sort_unstable();
            codes.dedup();
        }
        self.codes.1 += 1;
        if own == theirs {
            self.codes.0 += 1;
        } else {
            self.notes.push(format!("{id}: rules {own:?}, reference {theirs:?}"));
        }
    }
}

#[test]
fn verdicts_on_the_corpus_are_those_of_xerces() {
    let Some(shared) = shared() else { return };
    let schemas = schemas(&shared);
    let corpus = shared.join("corpus");
    let mut tally = Tally::default();
    let mut names: Vec<_> = std::fs::read_dir(corpus.join("expected"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    for path in names {
        let expected: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let id = expected["id"].as_str().unwrap();
        let bytes = std::fs::read(corpus.join(expected["doc"].as_str().unwrap())).unwrap();
        let document = match xml::parse(&bytes, &xml::Limits::default()) {
            Ok(document) => document,
            Err(fault) => {
                *tally.refused.entry(fault.rule().to_owned()).or_default() += 1;
                if expected["well_formed"] == true {
                    tally.notes.push(format!("{id}: well-formed, refused: {}", fault.rule()));
                }
                continue;
            }
        };
        for run in expected["runs"].as_array().into_iter().flatten() {
            let Some(valid) = run["xsd"]["valid"].as_bool() else { continue };
            let kind = run["kind"].as_str().unwrap();
            let violations = validate(&schemas[kind], &document);
            tally.runs += 1;
            if violations.is_empty() != valid {
                tally
                    .differences
                    .push(format!("{id} as {kind}: {:?}, reference {}", violations, run["xsd"]));
                continue;
            }
            let errors = run["xsd"]["errors"].as_array().map_or(&[][..], Vec::as_slice);
            if let (Some(first), Some(reference)) = (violations.first(), errors.first()) {
                let line = reference_line(&document, &LineIndex::new(&bytes), first);
                tally.lines.1 += 1;
                if u64::from(line) == reference["line"].as_u64().unwrap() {
                    tally.lines.0 += 1;
                } else {
                    tally
                        .notes
                        .push(format!("{id} as {kind}: line {line} {first:?}, reference {reference}"));
                }
            }
            let codes: Vec<&str> = errors.iter().map(|error| error["code"].as_str().unwrap()).collect();
            if run["xsd"]["errors_truncated"] != true && !codes.is_empty() {
                tally.compare_codes(id, &violations, &codes);
                let pairs = codes
                    .iter()
                    .filter(|code| ["cvc-attribute.3", "cvc-type.3.1.3"].contains(code))
                    .count();
                let simple = codes.iter().filter(|code| **code == "cvc-complex-type.2.2").count();
                tally.counts.1 += 1;
                if violations.len() == codes.len() - pairs || violations.len() == codes.len() - pairs - simple {
                    tally.counts.0 += 1;
                } else {
                    let own: Vec<&str> = violations.iter().map(|violation| violation.code).collect();
                    tally
                        .notes
                        .push(format!("{id} as {kind}: {own:?}, reference {codes:?}"));
                }
            }
        }
    }
    tally.print("corpus");
    assert!(tally.runs > 0);
    assert!(tally.differences.is_empty());
}

#[test]
fn verdicts_on_byte_edits_are_those_of_xerces() {
    let Some(shared) = shared() else { return };
    let schemas = schemas(&shared);
    let corpus = shared.join("corpus");
    let mut bases: HashMap<String, Vec<u8>> = HashMap::new();
    let mut tally = Tally::default();
    for line in std::fs::read_to_string(corpus.join("mutants.jsonl")).unwrap().lines() {
        let edit: Value = serde_json::from_str(line).unwrap();
        let base = edit["base"].as_str().unwrap();
        let mut bytes = bases
            .entry(base.to_owned())
            .or_insert_with(|| std::fs::read(corpus.join(format!("docs/{base}.xml"))).unwrap())
            .clone();
        let at = edit["off"].as_u64().unwrap() as usize;
        let removed = edit["del"].as_u64().unwrap() as usize;
        bytes.splice(at..at + removed, edit["ins"].as_str().unwrap().bytes());
        let id = edit["id"].as_str().unwrap();
        let document = match xml::parse(&bytes, &xml::Limits::default()) {
            Ok(document) => document,
            Err(fault) => {
                *tally.refused.entry(fault.rule().to_owned()).or_default() += 1;
                continue;
            }
        };
        let kind = edit["kind"].as_str().unwrap();
        let violations = validate(&schemas[kind], &document);
        tally.runs += 1;
        if violations.is_empty() != edit["xsd"]["valid"].as_bool().unwrap() {
            tally
                .differences
                .push(format!("{id} as {kind}: {violations:?}, reference {}", edit["xsd"]));
            continue;
        }
        let codes: Vec<&str> = edit["xsd"]["codes"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|code| code.as_str().unwrap())
            .collect();
        if !codes.is_empty() {
            tally.compare_codes(id, &violations, &codes);
        }
    }
    tally.print("byte edits");
    assert!(tally.runs > 0);
    assert!(tally.differences.is_empty());
}
