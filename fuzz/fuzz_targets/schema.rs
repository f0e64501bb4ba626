//! Any bytes as an XML Schema, applied to a small document when it compiles.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use semd_core::xml::{Limits, parse};
use semd_core::xsd::Schema;

const DOCUMENT: &[u8] = b"<a xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' b='1'><c xsi:type='d'>2024-01-01</c><c/></a>";

fuzz_target!(|bytes: &[u8]| {
    let source = BTreeMap::from([("CDA.xsd".to_owned(), bytes)]);
    if let (Ok(schema), Ok(document)) = (Schema::compile(&source, "CDA.xsd"), parse(DOCUMENT, &Limits::default())) {
        let mut violations = Vec::new();
        schema.validate(&document, &mut violations);
    }
});
