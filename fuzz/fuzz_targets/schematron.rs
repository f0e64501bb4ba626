//! Any bytes as a Schematron file, evaluated over a small document when it compiles.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_core::schematron::Plan;
use semd_core::xml::{Limits, parse};

const DOCUMENT: &[u8] = b"<ClinicalDocument xmlns='urn:hl7-org:v3'><id root='1.2' extension='3'/><id/><a b='1'><c>x</c></a></ClinicalDocument>";

fuzz_target!(|bytes: &[u8]| {
    if let (Ok(plan), Ok(document)) = (Plan::compile(bytes), parse(DOCUMENT, &Limits::default())) {
        let _ = plan.evaluate(&document);
    }
});
