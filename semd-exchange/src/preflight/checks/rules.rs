//! What the rule package of the kind says: XML Schema and Schematron.

use semd_core::report::Layer;

use super::super::{Check, Collector, Facts, Stage};

pub(super) const CHECKS: [Check; 2] = [
    Check {
        name: "rules/xsd",
        code: "VALIDATION_ERROR",
        stage: Stage::File,
        clause: "5.7",
        needs: &["packages"],
        run: |facts, found| layer(facts, found, &[Layer::Xsd]),
    },
    Check {
        name: "rules/schematron",
        code: "VALIDATION_ERROR",
        stage: Stage::File,
        clause: "5.8",
        needs: &["packages"],
        run: |facts, found| layer(facts, found, &[Layer::Schematron]),
    },
];

/// Takes over the findings of layers that have this check's code.
pub(super) fn layer(facts: &Facts<'_>, found: &mut Collector<'_, '_>, layers: &[Layer]) {
    for finding in facts.report.findings.iter().filter(|finding| layers.contains(&finding.layer)) {
        found.take(finding.clone());
    }
}
