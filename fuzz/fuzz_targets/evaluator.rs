//! Any text as the context and the test of a rule, evaluated over a document with everything that rules look at.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_core::schematron::Plan;
use semd_core::xml::{LineIndex, Limits, parse};

const DOCUMENT: &str = "<ClinicalDocument xmlns='urn:hl7-org:v3' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' \
    xmlns:identity='urn:hl7-ru:identity'><id root='1.2.643.5.1' extension='3'/><id/><code code='12' displayName=' Ж ё '/>\
    <effectiveTime value='202502101030+0300'/><title>Протокол</title><component><section><text>a<br/>b</text>\
    <entry xsi:type='CD'><value value='1.50'/><value value='-2'/><value nullFlavor='NI'/></entry></section></component>\
    <identity:Snils>99900000115</identity:Snils><!-- c --></ClinicalDocument>";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fuzz_target!(|text: &str| {
    // The first line is the context, the rest the test; without a second line it is the test alone.
    let (context, test) = text.split_once('\n').unwrap_or(("ClinicalDocument", text));
    let (context, test) = (escaped(context), escaped(test));
    let rules = format!(
        "<schema xmlns='http://purl.oclc.org/dsdl/schematron' queryBinding='xslt2'>\
         <ns prefix='identity' uri='urn:hl7-ru:identity'/><pattern><rule context=\"{context}\">\
         <assert test=\"{test}\">m <value-of select=\"{test}\"/></assert></rule></pattern></schema>"
    );
    if let Ok(plan) = Plan::compile(rules.as_bytes()) {
        let document = parse(DOCUMENT.as_bytes(), &Limits::default()).unwrap();
        let outcome = plan.evaluate(&document);
        let _ = outcome.findings(&plan, &document, &LineIndex::new(DOCUMENT.as_bytes()));
    }
});
