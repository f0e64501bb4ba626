//! The coded values of the document against the dictionaries.

use std::collections::BTreeSet;

use semd_core::report::Layer;

use super::super::tree::attribute;
use super::super::{Check, Collector, Facts, Stage};

pub(super) const CHECKS: [Check; 5] = [
    by_guide("dictionaries/permitted", "INVALID_DICTIONARY", permitted),
    by_guide("dictionaries/version-permitted", "INVALID_DICTIONARY_VERSION", version),
    by_content("dictionaries/oid", "INVALID_DICTIONARY_OID", |facts, found| {
        take(facts, found, "INVALID_DICTIONARY_OID")
    }),
    by_content("dictionaries/code", "INVALID_ELEMENT_VALUE_CODE", |facts, found| {
        take(facts, found, "INVALID_ELEMENT_VALUE_CODE");
    }),
    by_content("dictionaries/name", "INVALID_ELEMENT_VALUE_NAME", |facts, found| {
        take(facts, found, "INVALID_ELEMENT_VALUE_NAME");
    }),
];

const fn by_guide(
    name: &'static str,
    code: &'static str,
    run: fn(&Facts<'_>, &mut Collector<'_, '_>),
) -> Check {
    let clause = "5.6; НСИ 1.2.643.5.1.13.13.99.2.805, 1.2.643.5.1.13.13.99.2.638";
    Check { name, code, stage: Stage::File, clause, needs: &["guide-dictionaries"], run }
}

const fn by_content(
    name: &'static str,
    code: &'static str,
    run: fn(&Facts<'_>, &mut Collector<'_, '_>),
) -> Check {
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
        // Dictionaries of HL7 itself are not the guide's business.
        .filter(|(oid, _)| oid.starts_with("1.2.643.5.1.13."))
        .collect()
}

fn permitted(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let kind = &facts.request.kind;
    let listed: BTreeSet<&str> = facts.rows("guide-dictionaries", kind).map(|row| row.get("oid")).collect();
    if listed.is_empty() {
        return found.not_checked("guide-dictionaries");
    }
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
    if rows.is_empty() {
        return found.not_checked("guide-dictionaries");
    }
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

fn take(facts: &Facts<'_>, found: &mut Collector<'_, '_>, code: &str) {
    for finding in facts.report.findings.iter().filter(|one| one.layer == Layer::Nsi && one.code == code) {
        found.take(finding.clone());
    }
}
