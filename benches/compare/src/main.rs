//! semd beside the established engines, over the real documents of a corpus, in one run.
//!
//! `semd-compare DATA PEERS SEMD [ROUNDS]`: DATA has `semd-packages` and `corpus`, PEERS the built peers, SEMD is the built
//! command. `run.sh` installs and builds everything and calls this.
//!
//! semd's reader has read other documents before, as in a batch; the rows "first document" have a reader that has read none.
//!
//! One thread. Every engine parses the bytes anew in every run. Rounds are interleaved: within a round every document goes
//! through every engine before the next document; a figure is the median over rounds of the median of some runs, and only
//! ratios are meant to be read.

mod command;
mod packages;
mod peer;
mod xslt;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use peer::Peer;
use semd_core::nsi;
use semd_core::package::{Package, PackageStore};
use semd_core::validate::{Layers, Options, Validator};
use semd_core::xml::{Document, Limits, Reader};

/// Runs of each Java engine on each document before anything is measured.
const WARM_UP: usize = 12;

/// Runs of semd on each document in each round: together some milliseconds, about as long as three runs of the slowest engine,
/// so that the processor is as warm for semd as for the others.
const RUNS: usize = 41;

/// One document and the rules it is checked by.
struct Case {
    name: String,
    kind: String,
    bytes: Vec<u8>,
    path: PathBuf,
    /// The document as the field feeds it to Schematron engines: without byte order mark and default namespace.
    stripped: PathBuf,
    package: Arc<Package>,
}

/// Nanoseconds of one engine on one document, a figure a round.
type Times = BTreeMap<(&'static str, usize), Vec<f64>>;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, data, peers, semd, rest @ ..] = &arguments[..] else {
        eprintln!("usage: semd-compare DATA PEERS SEMD [ROUNDS]");
        std::process::exit(2);
    };
    let rounds = rest.first().and_then(|text| text.parse().ok()).unwrap_or(5);
    let (data, peers) = (Path::new(data), Path::new(peers));
    let work = peers.join("prepared");
    let store = PackageStore::open(&[data.join("semd-packages")]).expect("the official packages");
    let cases = cases(&store, data, &work);
    let dictionaries = nsi::Store::open(&data.join("nsi"), 0).expect("the official dictionaries");
    let validator = Validator::new(store).with_dictionaries(dictionaries);
    println!("{} real documents, {} rounds\n", cases.len(), rounds);

    let saxon = java(peers, "saxon");
    let xerces = java(peers, "xerces");
    let libxml2 = Peer::start(&mut Command::new(peers.join("libxml2-peer")));
    let packages = data.join("semd-packages");
    let mut bench = Bench {
        cases,
        validator,
        reader: RefCell::default(),
        work,
        packages,
        times: Times::new(),
        differing: 0,
    };
    let mut engines = Engines { saxon, xerces, libxml2, schematron: BTreeMap::new() };
    let usable = bench.prepare(&mut engines);
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        for &at in &usable {
            bench.measure(&mut engines, at);
        }
    }
    bench.print(&usable);
    command::print(Path::new(semd), data, &bench.work);
}

fn java(peers: &Path, engine: &str) -> Option<Peer> {
    let jars = "/usr/share/java/Saxon-HE.jar:/usr/share/java/xercesImpl.jar";
    Peer::start(Command::new("java").args([
        "-Xss64m",
        "-cp",
        &format!("{}:{jars}", peers.display()),
        "Peer",
        engine,
    ]))
}

/// The real documents of the corpus for which there is a package.
fn cases(store: &PackageStore, data: &Path, work: &Path) -> Vec<Case> {
    let manifest = fs::read_to_string(data.join("corpus/manifest.tsv")).expect("the manifest of the corpus");
    fs::create_dir_all(work).expect("a folder for prepared files");
    let mut cases = Vec::new();
    for row in manifest.lines().map(|line| line.split('\t').collect::<Vec<_>>()) {
        let [name, "real", kinds, ..] = row[..] else { continue };
        let kind = kinds.split(',').next().unwrap_or_default();
        let Some(Ok(package)) = store.package(kind) else { continue };
        let path = data.join(format!("corpus/docs/{name}.xml"));
        let bytes = fs::read(&path).expect("a document of the corpus");
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_start_matches('\u{FEFF}').replacen("xmlns=\"urn:hl7-org:v3\"", "", 1);
        let stripped = work.join(format!("{name}.xml"));
        fs::write(&stripped, text).expect("a prepared document");
        cases.push(Case { name: name.to_owned(), kind: kind.to_owned(), bytes, path, stripped, package });
    }
    cases
}

struct Engines {
    saxon: Option<Peer>,
    xerces: Option<Peer>,
    libxml2: Option<Peer>,
    schematron: BTreeMap<String, Option<schematron::Schema>>,
}

struct Bench {
    cases: Vec<Case>,
    validator: Validator,
    reader: RefCell<Reader>,
    work: PathBuf,
    packages: PathBuf,
    times: Times,
    /// Documents with another number of findings than Saxon's.
    differing: usize,
}

impl Bench {
    /// Loads the rules of every kind into every engine, warms the Java engines up and compares the numbers of findings.
    fn prepare(&mut self, engines: &mut Engines) -> Vec<usize> {
        let mut usable = Vec::new();
        let mut loaded: BTreeMap<String, (bool, bool, bool)> = BTreeMap::new();
        for (at, case) in self.cases.iter().enumerate() {
            let has = *loaded.entry(case.kind.clone()).or_insert_with(|| {
                let ready =
                    packages::prepare(&self.packages, &case.kind, &self.work).expect("a prepared package");
                let load = |peer: &mut Option<Peer>, rules: &Option<PathBuf>| match (peer, rules) {
                    (Some(peer), Some(rules)) => match peer.load(&case.kind, rules) {
                        Ok(_) => true,
                        Err(error) => {
                            eprintln!("kind {}: {error}", case.kind);
                            false
                        }
                    },
                    _ => false,
                };
                let crate_schema = schematron::Schema::from_str(&ready.plain_rules).ok();
                engines.schematron.insert(case.kind.clone(), crate_schema);
                (
                    load(&mut engines.saxon, &ready.stylesheet),
                    load(&mut engines.xerces, &ready.schema),
                    load(&mut engines.libxml2, &ready.schema),
                )
            });
            eprint!("\rwarming up {} of {}   ", at + 1, self.cases.len());
            if has.0
                && let Some(saxon) = &mut engines.saxon
            {
                match saxon.run(&case.kind, &case.stripped, WARM_UP) {
                    Ok(run) if case.package.plans.len() == 1 => {
                        let ours = case.package.plans[0].evaluate(&self.parsed(&case.bytes)).failed.len();
                        if ours != run.findings {
                            self.differing += 1;
                            eprintln!("{}: {ours} findings, Saxon {}", case.name, run.findings);
                        }
                    }
                    Ok(_) => {}
                    Err(error) => eprintln!("{}: Saxon: {error}", case.name),
                }
            }
            if has.1
                && let Some(xerces) = &mut engines.xerces
            {
                let _ = xerces.run(&case.kind, &case.path, WARM_UP);
            }
            usable.push(at);
        }
        eprintln!();
        usable
    }

    /// One document through every engine.
    fn measure(&mut self, engines: &mut Engines, at: usize) {
        let case = &self.cases[at];
        let package = &case.package;
        let mut found: Vec<(&'static str, f64)> = Vec::new();
        found.push(("parse", median_of(RUNS, || self.parsed(black_box(&case.bytes)).elements().len())));
        let first = || parsed(&mut Reader::new(), black_box(&case.bytes));
        found.push(("first parse", median_of(RUNS, || first().elements().len())));
        if !package.plans.is_empty() {
            found.push((
                "rules",
                median_of(RUNS, || {
                    let document = self.parsed(black_box(&case.bytes));
                    package.plans.iter().map(|plan| plan.evaluate(&document).failed.len()).sum::<usize>()
                }),
            ));
            // The peers get the first rule set only.
            if package.plans.len() == 1 {
                let run = |peer: &mut Option<Peer>| peer.as_mut()?.run(&case.kind, &case.stripped, 3).ok();
                found.extend(run(&mut engines.saxon).map(|run| ("saxon", run.nanoseconds)));
                if let Some(Some(schema)) = engines.schematron.get(&case.kind) {
                    let text = fs::read_to_string(&case.stripped).expect("a prepared document");
                    found.push((
                        "crate",
                        median_of(2, || {
                            let document = schematron::Document::from_str(black_box(&text)).ok();
                            document
                                .and_then(|document| schema.validate(&document).ok())
                                .map(|report| report.count_failures())
                        }),
                    ));
                }
            }
        }
        if let Some(schema) = &package.schema {
            found.push((
                "schema",
                median_of(RUNS, || {
                    let mut violations = Vec::new();
                    schema.validate(&self.parsed(black_box(&case.bytes)), &mut violations);
                    violations.len()
                }),
            ));
            let run = |peer: &mut Option<Peer>| peer.as_mut()?.run(&case.kind, &case.path, 9).ok();
            found.extend(run(&mut engines.libxml2).map(|run| ("libxml2", run.nanoseconds)));
            found.extend(run(&mut engines.xerces).map(|run| ("xerces", run.nanoseconds)));
            let all = |document: &Document<'_>| {
                let mut violations = Vec::new();
                schema.validate(document, &mut violations);
                let failed = package.plans.iter().map(|plan| plan.evaluate(document).failed.len());
                violations.len() + failed.sum::<usize>()
            };
            found.push(("all", median_of(RUNS, || all(&self.parsed(black_box(&case.bytes))))));
            found.push(("first", median_of(RUNS, || all(&first()))));
            let store = self.validator.dictionaries().expect("the official dictionaries");
            let kind = self.validator.kinds().find(&case.kind);
            let guide = kind.and_then(|kind| Some((&*kind.code, kind.guide.as_deref()?)));
            found.push((
                "together",
                median_of(RUNS, || {
                    let document = self.parsed(black_box(&case.bytes));
                    all(&document) + nsi::check(&document, store, guide).faults.len()
                }),
            ));
        }
        // As programs call it: with the digest in the report, findings with texts and places.
        let layers = Layers { rule: false, ..Layers::default() };
        let options = Options { kind: Some(case.kind.clone()), layers, ..Options::default() };
        let validated = || self.validator.validate(black_box(&case.bytes), &options).findings.len();
        found.push(("validator", median_of(RUNS, validated)));
        for (engine, time) in found {
            self.times.entry((engine, at)).or_default().push(time);
        }
    }

    fn parsed<'s>(&self, bytes: &'s [u8]) -> Document<'s> {
        parsed(&mut self.reader.borrow_mut(), bytes)
    }

    fn time(&self, engine: &'static str, at: usize) -> Option<f64> {
        self.times.get(&(engine, at)).map(|times| median(times.clone()))
    }

    fn print(&self, usable: &[usize]) {
        println!("| ratio of medians | documents | geometric mean | least | greatest |");
        println!("|---|---|---|---|---|");
        let ratio = |label: &str, theirs: &dyn Fn(usize) -> Option<f64>, ours: &'static str| {
            let ratios: Vec<f64> =
                usable.iter().filter_map(|&at| Some(theirs(at)? / self.time(ours, at)?)).collect();
            if ratios.is_empty() {
                println!("| {label} | 0 | – | – | – |");
                return;
            }
            let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
            let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
            let greatest = ratios.iter().copied().fold(0.0, f64::max);
            println!("| {label} | {} | {mean:.1} | {least:.1} | {greatest:.1} |", ratios.len());
        };
        let one = |engine: &'static str| move |at: usize| self.time(engine, at);
        ratio("Saxon-HE ÷ semd (parse + Schematron)", &one("saxon"), "rules");
        ratio("crate `schematron` ÷ semd (parse + Schematron)", &one("crate"), "rules");
        ratio("libxml2 ÷ semd (parse + XSD)", &one("libxml2"), "schema");
        ratio("Xerces-J ÷ semd (parse + XSD)", &one("xerces"), "schema");
        let both = |at: usize| Some(self.time("saxon", at)? + self.time("libxml2", at)?);
        ratio("(Saxon + libxml2) ÷ semd (parse + XSD + Schematron)", &both, "all");
        ratio("(Saxon + libxml2) ÷ semd (parse + XSD + Schematron, first document)", &both, "first");
        ratio("(Saxon + libxml2) ÷ semd (parse + XSD + Schematron + НСИ)", &both, "together");
        ratio(
            "(Saxon + libxml2) ÷ semd (`Validator`: parse, XSD, Schematron, НСИ, report)",
            &both,
            "validator",
        );
        println!("\n| semd alone | µs a document (mean) | MB/s |");
        println!("|---|---|---|");
        for engine in ["parse", "first parse", "rules", "schema", "all", "first", "together", "validator"] {
            let measured: Vec<(f64, usize)> = usable
                .iter()
                .filter_map(|&at| Some((self.time(engine, at)?, self.cases[at].bytes.len())))
                .collect();
            let time: f64 = measured.iter().map(|(time, _)| time).sum();
            let bytes: usize = measured.iter().map(|(_, bytes)| bytes).sum();
            println!(
                "| {engine} | {:.0} | {:.0} |",
                time / 1e3 / measured.len() as f64,
                bytes as f64 * 1e3 / time
            );
        }
        println!("\nDocuments with another number of findings than Saxon's: {}", self.differing);
    }
}

fn parsed<'s>(reader: &mut Reader, bytes: &'s [u8]) -> Document<'s> {
    reader.read(bytes, &Limits::default()).expect("a well-formed document")
}

fn median_of<T>(runs: usize, mut work: impl FnMut() -> T) -> f64 {
    let times = (0..runs).map(|_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed().as_nanos() as f64
    });
    median(times.collect())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}
