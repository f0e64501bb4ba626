//! Reading and checking one document, with a tokenizer crate for scale.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quick_xml::Reader;
use quick_xml::events::Event;
use semd_core::model::{self, Keep, Style};
use semd_core::package::PackageStore;
use semd_core::render;
use semd_core::validate::{Layers, Options, Validator};
use semd_core::xml::{Limits, parse};

fn documents(criterion: &mut Criterion) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/documents/consultation.xml");
    let bytes = std::fs::read(path).expect("a fixture of the project");
    let mut group = criterion.benchmark_group("consultation");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("tree", |bencher| {
        bencher.iter(|| parse(black_box(&bytes), &Limits::default()).is_ok())
    });
    group.bench_function("quick-xml events", |bencher| bencher.iter(|| events(black_box(&bytes))));

    let validator = Validator::new(PackageStore::embedded());
    let layers = [
        ("tree + XSD", Layers { xsd: true, schematron: false }),
        ("tree + Schematron", Layers { xsd: false, schematron: true }),
        ("tree + XSD + Schematron", Layers::default()),
    ];
    for (name, layers) in layers {
        let options = Options { kind: Some("119".to_owned()), layers, ..Options::default() };
        group
            .bench_function(name, |bencher| bencher.iter(|| validator.validate(black_box(&bytes), &options)));
    }
    let document = parse(&bytes, &Limits::default()).expect("a fixture of the project");
    let model = model::read(&document, Keep::Meaning).expect("a fixture of the project");
    group.bench_function("tree + model", |bencher| {
        bencher.iter(|| {
            let document = parse(black_box(&bytes), &Limits::default()).expect("a fixture of the project");
            model::read(&document, Keep::Meaning).is_ok()
        })
    });
    group.bench_function("model written", |bencher| {
        bencher.iter(|| model::write(black_box(&model), Style::Indented).is_ok())
    });
    group.bench_function("tree + page", |bencher| {
        bencher.iter(|| {
            let document = parse(black_box(&bytes), &Limits::default()).expect("a fixture of the project");
            render::render(&document, &render::Options::default()).len()
        })
    });
    group.finish();
}

/// Events and attributes without a tree and without the checks of the tree's reader.
fn events(bytes: &[u8]) -> usize {
    let mut reader = Reader::from_reader(bytes);
    let mut count = 0;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) | Err(_) => return count,
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                count += tag.attributes().flatten().map(|attribute| attribute.value.len()).sum::<usize>();
            }
            Ok(_) => count += 1,
        }
    }
}

criterion_group!(benches, documents);
criterion_main!(benches);
