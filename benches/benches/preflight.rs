//! Preflight of a warm bundle with two signatures beside the validation and the two verifications it contains.
#![allow(
    missing_docs,
    clippy::print_stdout,
    reason = "criterion's macros make public items; the ratio is printed"
)]

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use semd_core::package::PackageStore;
use semd_core::validate::{Options, Validator};
use semd_exchange::bundle::BundleFiles;
use semd_exchange::preflight::Preflight;
use semd_exchange::reference::ReferenceData;
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Subject, TestAuthority};
use semd_sign::verify::{ControlTime, Policy, Request, TrustStore, verify};
use semd_sign::{SoftwareSigner, cades};
use time::Duration;
use time::macros::datetime;

fn preflight(criterion: &mut Criterion) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/documents/consultation.xml");
    let document = std::fs::read(path).expect("a fixture of the project");
    let (since, now) = (datetime!(2025-01-01 0:00 UTC), datetime!(2025-03-20 10:00 UTC));
    let set = ParameterSet::by_oid(ParameterSet::TC26_256_A).expect("a known set");
    let authority = TestAuthority::create("bench", set, since, Duration::days(900)).expect("randomness");
    let mut trust = TrustStore::new();
    trust.add(authority.certificate().der()).expect("a certificate");
    let sign = |subject: &Subject| {
        let issued = authority.issue(subject, set, since, Duration::days(900)).expect("randomness");
        let signer = SoftwareSigner::new(issued.key, issued.certificate).expect("key and certificate fit");
        cades::sign_detached(&signer, &document, now).expect("signing works")
    };
    let signatures = vec![
        ("doctor".to_owned(), sign(&Subject::sample_person())),
        ("organization".to_owned(), sign(&Subject::sample_organisation())),
    ];
    let validator = Validator::new(PackageStore::embedded());
    let files = BundleFiles { document: document.clone(), signatures, ..BundleFiles::default() };
    let foresee = Preflight::new(validator.clone(), trust.clone(), ReferenceData::default());
    let parts = || {
        let report = validator.validate(black_box(&document), &Options::default());
        let verified = files.signatures.iter().filter(|(_, signature)| {
            verify(&Request {
                content: (&document).into(),
                signature,
                trust: &trust,
                time: ControlTime::Now(now),
                policy: Policy::Remd,
            })
            .is_passed()
        });
        (report, verified.count())
    };
    let whole = || foresee.check(black_box(&files), None, now);
    let mut group = criterion.benchmark_group("preflight");
    group.bench_function("validate and two verifications", |bencher| bencher.iter(parts));
    group.bench_function("preflight of the same bundle", |bencher| bencher.iter(whole));
    group.finish();
    println!("preflight takes {:.2} times as long as validation and two verifications", ratio(parts, whole));
}

/// How many times as long as the parts the whole takes: the median of turns, so that a busy machine hits both alike.
fn ratio<P, W>(parts: impl Fn() -> P, whole: impl Fn() -> W) -> f64 {
    const TURNS: usize = 101;
    let mut ratios: Vec<f64> = (0..TURNS)
        .map(|_| {
            let start = Instant::now();
            black_box(parts());
            let middle = Instant::now();
            black_box(whole());
            middle.elapsed().as_secs_f64() / (middle - start).as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios[TURNS / 2]
}

criterion_group!(benches, preflight);
criterion_main!(benches);
