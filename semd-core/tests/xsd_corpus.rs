//! The XSD layer against the verdicts of Xerces-J on real, edited and hostile documents.
//!
//! Reads the shared test data (`SEMD_TEST_DATA`, else the folder `shared` beside the repository) in place; prints how
//! many cases were compared.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::KnownDifferences;
use semd_core::xml::{self, Document, LineIndex, Node};
use semd_core::xsd::{Schema, Violation};
use serde_json::Value;

/// The folder of shared test data, if this machine has it.
fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("SEMD_TEST_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
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
        sets.entry(kind.to_owned()).or_default().insert(path.to_owned(), Arc::clone(bytes));
    }
    sets
}

fn schemas(shared: &Path) -> BTreeMap<String, Schema> {
    sets(shared)
        .into_iter()
        .map(|(kind, set)| {
            let schema =
                Schema::compile(&set, "CDA.xsd").unwrap_or_else(|error| panic!("kind {kind}: {error}"));
            (kind, schema)
        })
        .collect()
}

fn validate(schema: &Schema, document: &Document<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    schema.validate(document, &mut violations);
    violations
}

/// The rule of a code: Xerces splits some by occurrence counts.
fn rule(code: &str) -> &str {
    match code {
        "cvc-complex-type.2.4.e" | "cvc-complex-type.2.4.g" | "cvc-complex-type.2.4.h" => {
            "cvc-complex-type.2.4.a"
        }
        "cvc-complex-type.2.4.f" => "cvc-complex-type.2.4.d",
        "cvc-complex-type.2.4.i" | "cvc-complex-type.2.4.j" => "cvc-complex-type.2.4.b",
        _ => code,
    }
}

/// Codes that Xerces adds to the one of the facet, for the node the value stands in.
const SECOND_CODES: [&str; 3] = ["cvc-attribute.3", "cvc-type.3.1.3", "cvc-complex-type.2.2"];

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
                "cvc-complex-type.2.4.a"
                    | "cvc-complex-type.2.4.d"
                    | "cvc-complex-type.4"
                    | "cvc-type.2"
                    | "cvc-elt.1.a"
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

struct Tally {
    /// Errors that differ although the verdict does not.
    known: KnownDifferences,
    runs: usize,
    refused: BTreeMap<String, usize>,
    lines: (usize, usize),
    errors: (usize, usize),
    differences: Vec<String>,
}

impl Tally {
    fn new(layer: &str) -> Self {
        let known = KnownDifferences::read(layer);
        Self {
            known,
            runs: 0,
            refused: BTreeMap::new(),
            lines: (0, 0),
            errors: (0, 0),
            differences: Vec::new(),
        }
    }

    fn print(&self, what: &str) {
        println!("{what}: {} runs compared, {} differences", self.runs, self.differences.len());
        println!("  documents the reader refuses: {:?}", self.refused);
        println!("  line of the first error agrees in {} of {}", self.lines.0, self.lines.1);
        println!("  sequence of errors agrees in {} of {}", self.errors.0, self.errors.1);
        for line in &self.differences {
            println!("  {line}");
        }
    }

    fn finish(&self, what: &str) {
        self.print(what);
        assert!(self.runs > 0);
        assert!(self.differences.is_empty());
        self.known.finish();
    }

    /// Every code, ours and recorded, is one that Xerces prints.
    fn check_codes(&mut self, id: &str, violations: &[Violation], reference: &[&str]) {
        let known = include_str!("../../schemas/rule-names/xerces.txt");
        let own = violations.iter().map(|violation| violation.code);
        for code in own.chain(reference.iter().copied().filter(|code| !code.is_empty())) {
            if !known.lines().any(|line| line == code) {
                self.differences.push(format!("{id}: code {code} is not in the list of Xerces"));
            }
        }
    }

    /// Compares the rules in the order of report; a list that was cut is the beginning of the whole.
    fn compare_errors(&mut self, id: &str, violations: &[Violation], reference: &[&str], cut: bool) {
        self.check_codes(id, violations, reference);
        let own: Vec<&str> = violations
            .iter()
            .map(|violation| rule(violation.code))
            .filter(|code| !SECOND_CODES.contains(code))
            .collect();
        let malformed_type_name = reference.contains(&"cvc-elt.4.1");
        let theirs: Vec<&str> = reference
            .iter()
            .copied()
            .filter(|code| !SECOND_CODES.contains(code))
            // A malformed xsi:type is reported as a bad QName first, in words without a code if a prefix is unbound.
            .filter(|code| !(malformed_type_name && ["", "cvc-datatype-valid.1.2.1"].contains(code)))
            .map(rule)
            .collect();
        let agrees = if cut { own.starts_with(&theirs) } else { own == theirs };
        self.errors.1 += 1;
        self.errors.0 += usize::from(agrees);
        let differs = [format!("ours {}", own.join(" ")), format!("reference {}", theirs.join(" "))];
        if !agrees && !self.known.has(id, &differs) {
            self.differences.push(format!("{id}: {differs:?}"));
        }
    }
}

#[test]
fn verdicts_on_the_corpus_are_those_of_xerces() {
    let Some(shared) = shared() else { return };
    let schemas = schemas(&shared);
    let corpus = shared.join("corpus");
    let mut tally = Tally::new("xsd");
    let mut names: Vec<_> =
        std::fs::read_dir(corpus.join("expected")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for path in names {
        let expected: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let id = expected["id"].as_str().unwrap();
        let bytes = std::fs::read(corpus.join(expected["doc"].as_str().unwrap())).unwrap();
        let document = match xml::parse(&bytes, &xml::Limits::default()) {
            Ok(document) => document,
            Err(fault) => {
                *tally.refused.entry(fault.rule().to_owned()).or_default() += 1;
                continue;
            }
        };
        for run in expected["runs"].as_array().into_iter().flatten() {
            let Some(valid) = run["xsd"]["valid"].as_bool() else {
                continue;
            };
            let kind = run["kind"].as_str().unwrap();
            let violations = validate(&schemas[kind], &document);
            tally.runs += 1;
            if violations.is_empty() != valid {
                tally.differences.push(format!("{id} as {kind}: {:?}, reference {}", violations, run["xsd"]));
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
                        .differences
                        .push(format!("{id} as {kind}: line {line} {first:?}, reference {reference}"));
                }
            }
            let codes: Vec<&str> = errors.iter().map(|error| error["code"].as_str().unwrap()).collect();
            let cut = run["xsd"]["errors_truncated"] == true;
            tally.compare_errors(id, &violations, &codes, cut);
        }
    }
    tally.finish("corpus");
}

#[test]
fn verdicts_on_byte_edits_are_those_of_xerces() {
    let Some(shared) = shared() else { return };
    let schemas = schemas(&shared);
    let corpus = shared.join("corpus");
    let mut bases: HashMap<String, Vec<u8>> = HashMap::new();
    let mut tally = Tally::new("xsd-edits");
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
            tally.differences.push(format!("{id} as {kind}: {violations:?}, reference {}", edit["xsd"]));
            continue;
        }
        let codes: Vec<&str> = edit["xsd"]["codes"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|code| code.as_str().unwrap())
            .collect();
        let cut = edit["xsd"]["n"].as_u64().unwrap() as usize > codes.len();
        tally.compare_errors(id, &violations, &codes, cut);
    }
    tally.finish("byte edits");
}
