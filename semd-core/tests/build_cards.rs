//! Cards become documents: the sample cards, and cards of any words.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use semd_core::build::{BuildError, CardKinds};
use semd_core::model::{self, Keep};
use semd_core::report::Lang;
use semd_core::xml::{self, Limits};
use serde_json::Value;

fn card(kind: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../fixtures/cards/{kind}.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_kind_has_a_sample_card_that_builds_a_document_the_model_reads() {
    let kinds = CardKinds::embedded();
    let mut built = 0;
    for kind in kinds.codes() {
        let text = kinds.build(&card(kind), None).unwrap();
        let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
        assert!(document.remarks().is_empty(), "kind {kind}");
        let read = model::read(&document, Keep::Meaning).unwrap();
        assert!(read.title.is_some() && read.component.is_some(), "kind {kind}");
        built += 1;
    }
    println!("compared: {built} kinds built and read by the model");
}

#[test]
fn a_card_without_a_required_field_builds_nothing() {
    let kinds = CardKinds::embedded();
    for kind in kinds.codes() {
        let full = card(kind);
        let schema = kinds.json_schema(kind, Lang::En).unwrap();
        for name in schema["required"].as_array().unwrap() {
            let name = name.as_str().unwrap();
            let mut less = full.clone();
            less.as_object_mut().unwrap().remove(name);
            let Err(BuildError::Card(faults)) = kinds.build(&less, None) else { panic!("{kind}: {name}") };
            assert_eq!(faults.len(), 1, "{kind}: {name}");
            assert_eq!(faults[0].pointer, format!("/{name}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever words a card has, the document is well-formed and says them back.
    #[test]
    fn words_of_a_card_come_back_from_the_document(words in "[ -~а-яёА-Я№«»\u{1F9EA}]{1,60}") {
        prop_assume!(!words.trim().is_empty());
        let mut card = card("119");
        card["conclusion"] = words.clone().into();
        let text = CardKinds::embedded().build(&card, None).unwrap();
        let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
        let read = serde_json::to_string(&model::read(&document, Keep::Layout).unwrap()).unwrap();
        let quoted = serde_json::to_string(&words).unwrap();
        prop_assert!(read.contains(&quoted), "{}", quoted);
    }
}
