//! Making and judging signatures of one document.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Subject, TestAuthority};
use semd_sign::verify::{ControlTime, Policy, Request, TrustStore, verify};
use semd_sign::{SoftwareSigner, cades, digest};
use time::Duration;
use time::macros::datetime;

fn signatures(criterion: &mut Criterion) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/documents/consultation.xml");
    let document = std::fs::read(path).expect("a fixture of the project");
    let now = datetime!(2026-05-20 10:00 UTC);
    let mut group = criterion.benchmark_group("signature");
    group.bench_function("Streebog-256 of the document", |bencher| {
        bencher.iter(|| digest::streebog_256(black_box(&document)));
    });
    for (name, oid) in [
        ("XchA", ParameterSet::XCHA),
        ("TC26-256-A", ParameterSet::TC26_256_A),
        ("TC26-512-A", ParameterSet::TC26_512_A),
    ] {
        let set = ParameterSet::by_oid(oid).expect("a known set");
        let authority = TestAuthority::create("bench", set, now, Duration::days(30)).expect("randomness");
        let issued =
            authority.issue(&Subject::sample_person(), set, now, Duration::days(30)).expect("randomness");
        let signer = SoftwareSigner::new(issued.key, issued.certificate).expect("key and certificate fit");
        let container = cades::sign_detached(&signer, &document, now).expect("signing works");
        let mut trust = TrustStore::new();
        trust.add(authority.certificate().der()).expect("a certificate");
        group.bench_function(format!("sign CAdES-BES, {name}"), |bencher| {
            bencher.iter(|| cades::sign_detached(&signer, black_box(&document), now).is_ok());
        });
        group.bench_function(format!("verify with chain, {name}"), |bencher| {
            bencher.iter(|| {
                verify(&Request {
                    content: black_box(&document).into(),
                    signature: &container,
                    trust: &trust,
                    time: ControlTime::Now(now),
                    policy: Policy::Remd,
                })
            });
        });
    }
    group.finish();
}

criterion_group!(benches, signatures);
criterion_main!(benches);
