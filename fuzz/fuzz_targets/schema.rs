//! Any bytes as an XML Schema, applied to a small document when it compiles.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use semd_core::xml::{Limits, parse};
use semd_core::xsd::Schema;

/// Elements like one another, with their attributes in several orders.
const DOCUMENT: &[u8] = b"<a xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' b='1'><c xsi:type='d'>2024-01-01</c><c/>\
    <c b='1' e='x'/><c e='x' b='1'/><c b='' e='2'/><c b='1' e='x'/><f><c b='1' e='x'/>t</f><f xsi:nil='true'/><c xsi:type='d' b='1'/></a>";

fuzz_target!(|bytes: &[u8]| {
    let source = BTreeMap::from([("CDA.xsd".to_owned(), bytes)]);
    if let (Ok(schema), Ok(document)) = (Schema::compile(&source, "CDA.xsd"), parse(DOCUMENT, &Limits::default())) {
        // A schema remembers what it met; its answers do not depend on that.
        let [first, again] = [(); 2].map(|()| {
            let mut violations = Vec::new();
            schema.validate(&document, &mut violations);
            violations.iter().map(|violation| (violation.code, violation.node)).collect::<Vec<_>>()
        });
        assert_eq!(first, again);
    }
});
