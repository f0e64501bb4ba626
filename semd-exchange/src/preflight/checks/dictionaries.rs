//! The coded values of the document against the dictionaries.
//!
//! What the dictionaries hold is the validator's layer `nsi`; its findings are taken over here. Which dictionaries and
//! versions a kind may use is told by its guide in НСИ 1.2.643.5.1.13.13.99.2.805, or else by the table `guide-dictionaries`.

use std::collections::BTreeSet;

use semd_core::nsi::CodedElements;
use semd_core::report::{Layer, Severity};

use super::super::tree::attribute;
use super::super::{Check, Collector, Facts, Run, Stage};

pub(super) const CHECKS: [Check; 5] = [
    by_guide("dictionaries/permitted", "INVALID_DICTIONARY", |facts, found| {
        guided(facts, found, "INVALID_DICTIONARY", permitted);
    }),
    by_guide("dictionaries/version-permitted", "INVALID_DICTIONARY_VERSION", |facts, found| {
        guided(facts, found, "INVALID_DICTIONARY_VERSION", version);
    }),
    by_content("dictionaries/oid", "INVALID_DICTIONARY_OID", |facts, found| {
        contents(facts, found, "INVALID_DICTIONARY_OID");
    }),
    by_content("dictionaries/code", "INVALID_ELEMENT_VALUE_CODE", |facts, found| {
        contents(facts, found, "INVALID_ELEMENT_VALUE_CODE");
    }),
    by_content("dictionaries/name", "INVALID_ELEMENT_VALUE_NAME", |facts, found| {
        contents(facts, found, "INVALID_ELEMENT_VALUE_NAME");
    }),
];

const fn by_guide(name: &'static str, code: &'static str, run: Run) -> Check {
    let clause = "5.6; НСИ 1.2.643.5.1.13.13.99.2.805, 1.2.643.5.1.13.13.99.2.638";
    Check { name, code, stage: Stage::File, clause, needs: &["guide-dictionaries"], run }
}

const fn by_content(name: &'static str, code: &'static str, run: Run) -> Check {
    Check { name, code, stage: Stage::File, clause: "5.6", needs: &["nsi"], run }
}

/// The dictionaries the document uses, with their versions, each once.
fn used<'f>(facts: &'f Facts<'_>) -> BTreeSet<(&'f str, &'f str)> {
    let Some(document) = facts.document else { return BTreeSet::new() };
    document
        .descendants(document.root())
        .map(|element| {
            (attribute(document, element, "codeSystem"), attribute(document, element, "codeSystemVersion"))
        })
        // Code systems of HL7 and of the organisation itself are not the guide's business.
        .filter(|(oid, _)| CodedElements::embedded().is_dictionary(oid))
        .collect()
}

/// Judges by the guide where the dictionaries have it, else by the table.
fn guided(facts: &Facts<'_>, found: &mut Collector<'_, '_>, code: &str, by_table: Run) {
    if facts.guide_is_known() {
        take(facts, found, code);
    } else if facts.rows("guide-dictionaries", &facts.request.kind).next().is_some() {
        by_table(facts, found);
    } else {
        found.not_checked("guide-dictionaries");
    }
}

fn permitted(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let kind = &facts.request.kind;
    let listed: BTreeSet<&str> = facts.rows("guide-dictionaries", kind).map(|row| row.get("oid")).collect();
    let oids: BTreeSet<&str> = used(facts).into_iter().map(|(oid, _)| oid).collect();
    for oid in oids.difference(&listed) {
        found.error(
            format!("Для документа вида [{kind}] недопустимо использование справочника [{oid}]"),
            format!("documents of kind [{kind}] do not use the dictionary [{oid}]"),
        );
    }
}

fn version(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let kind = &facts.request.kind;
    let rows: Vec<_> = facts.rows("guide-dictionaries", kind).collect();
    for (oid, version) in used(facts) {
        let Some(row) = rows.iter().find(|row| row.get("oid") == oid) else { continue };
        let versions: Vec<_> = row.words("versions").collect();
        if !version.is_empty() && !versions.is_empty() && !versions.contains(&version) {
            let wanted = versions.join(", ");
            found.error(
                format!(
                    "Справочник OID [{oid}]. Версия [{version}] недопустима для документа вида [{kind}]. Требуется \
                     использовать версии: [{wanted}]"
                ),
                format!("version [{version}] of [{oid}] is not permitted for kind [{kind}]; permitted: [{wanted}]"),
            );
        }
    }
}

/// As [`take`]; a dictionary of the document that is not loaded leaves its values unjudged.
fn contents(facts: &Facts<'_>, found: &mut Collector<'_, '_>, code: &str) {
    take(facts, found, code);
    let unjudged =
        |one: &&semd_core::report::Finding| one.layer == Layer::Nsi && one.severity == Severity::Info;
    if facts.document.is_none() || facts.report.findings.iter().any(|one| unjudged(&one)) {
        found.not_checked("nsi");
    }
}

fn take(facts: &Facts<'_>, found: &mut Collector<'_, '_>, code: &str) {
    for finding in facts.report.findings.iter().filter(|one| one.layer == Layer::Nsi && one.code == code) {
        found.take(finding.clone());
    }
}
