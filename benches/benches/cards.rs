//! Making a document of a card, showing it and linting it, against the validation of the same document; ratios at the end.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::print_stdout, reason = "the ratios are the result")]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use semd_core::build::CardKinds;
use semd_core::lint::Linter;
use semd_core::package::PackageStore;
use semd_core::render;
use semd_core::validate::{Options, Validator};
use semd_core::xml::{Limits, parse};
use time::macros::date;

/// Kinds with a package built in: the smallest rules, so the hardest comparison.
const KINDS: [&str; 3] = ["119", "174", "186"];
/// Times that one task is timed for the ratios; the median counts.
const ROUNDS: usize = 41;

/// What is compared, for one kind.
struct Tasks {
    kinds: CardKinds,
    validator: Validator,
    linter: Linter,
    options: Options,
    card: Vec<u8>,
    document: String,
}

impl Tasks {
    fn new(kind: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../fixtures/cards/{kind}.json"));
        let kinds = CardKinds::embedded();
        let card = std::fs::read(path).expect("a fixture of the project");
        let value = serde_json::from_slice(&card).expect("a fixture of the project");
        let document = kinds.build(&value, None).expect("a fixture of the project");
        Self {
            kinds,
            validator: Validator::new(PackageStore::embedded()),
            linter: Linter::new().as_of(date!(2026 - 01 - 01)),
            options: Options { kind: Some(kind.to_owned()), ..Options::default() },
            card,
            document,
        }
    }

    /// Bytes to verdict.
    fn validate(&self) -> usize {
        self.validator.validate(black_box(self.document.as_bytes()), &self.options).findings.len()
    }

    /// Bytes of the card to bytes of the document.
    fn build(&self) -> usize {
        let card = serde_json::from_slice(black_box(&self.card)).expect("a fixture of the project");
        self.kinds.build(&card, None).map_or(0, |document| document.len())
    }

    /// Bytes of the document to bytes of the page.
    fn render(&self) -> usize {
        let document = parse(black_box(self.document.as_bytes()), &Limits::default());
        let document = document.expect("a fixture of the project");
        render::render(&document, &render::Options::default()).len()
    }

    /// Bytes to remarks.
    fn lint(&self) -> usize {
        self.linter.document(black_box(self.document.as_bytes())).map_or(0, |report| report.findings.len())
    }
}

fn median(mut task: impl FnMut() -> usize) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(task());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

fn cards(criterion: &mut Criterion) {
    let mut ratios = Vec::new();
    for kind in KINDS {
        let tasks = Tasks::new(kind);
        let mut group = criterion.benchmark_group(format!("kind {kind}"));
        group.bench_function("validate", |bencher| bencher.iter(|| tasks.validate()));
        group.bench_function("build", |bencher| bencher.iter(|| tasks.build()));
        group.bench_function("render", |bencher| bencher.iter(|| tasks.render()));
        group.bench_function("lint", |bencher| bencher.iter(|| tasks.lint()));
        group.finish();
        let validate = median(|| tasks.validate());
        let of = |time: Duration| time.as_secs_f64() / validate.as_secs_f64();
        ratios.push(format!(
            "kind {kind}: validation {validate:.1?}; build {:.2}, render {:.2}, lint {:.2} of it",
            of(median(|| tasks.build())),
            of(median(|| tasks.render())),
            of(median(|| tasks.lint()))
        ));
    }
    println!("{}", ratios.join("\n"));
}

criterion_group!(benches, cards);
criterion_main!(benches);
