//! `json` and `jsonl`: one object a document, schema `semd.report/1`.

use std::borrow::Cow;

use serde::Serialize;

use super::super::{Finding, Lang, Layer, Owner, Severity, Verdict};
use super::Printed;

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    file: &'a str,
    sha256: &'a str,
    kind: Option<&'a str>,
    edition: Option<&'a str>,
    package: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_valid_from: Option<&'a str>,
    verdict: Verdict,
    rules_fired: u64,
    elapsed_us: u64,
    findings: Vec<FindingObject<'a>>,
}

/// One finding as it stands in the formats in JSON.
#[derive(Serialize)]
pub struct FindingObject<'a> {
    layer: Layer,
    code: &'a str,
    rule: Option<&'a str>,
    severity: Severity,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<Cow<'a, str>>,
    test: Option<&'a str>,
    path: Option<&'a str>,
    line: u32,
    column: u32,
    owner: Owner,
    retryable: bool,
}

impl<'a> FindingObject<'a> {
    /// The object of a finding, texts in `lang`.
    pub fn new(finding: &'a Finding, lang: Lang) -> Self {
        Self {
            layer: finding.layer,
            code: finding.code,
            rule: finding.rule.as_deref(),
            severity: finding.severity,
            message: finding.message.text(lang),
            hint: finding.advice(lang),
            test: finding.test.as_deref(),
            path: finding.path.as_deref(),
            line: finding.line,
            column: finding.column,
            owner: finding.owner,
            retryable: finding.retryable,
        }
    }
}

/// The object on one line, without a line end. Keys and codes are the same in every language.
#[expect(clippy::missing_panics_doc, reason = "plain data always serialises")]
pub fn line(printed: &Printed<'_>) -> String {
    let report = printed.report;
    let object = Object {
        schema: "semd.report/1",
        file: printed.file,
        sha256: &report.sha256,
        kind: report.kind.as_deref(),
        edition: report.edition.as_deref(),
        package: report.package.as_deref(),
        package_valid_from: report.package_valid_from.as_deref(),
        verdict: report.verdict,
        rules_fired: report.rules_fired,
        elapsed_us: printed.elapsed_us,
        findings: report.findings.iter().map(|finding| FindingObject::new(finding, printed.lang)).collect(),
    };
    serde_json::to_string(&object).expect("strings, numbers and enums only")
}
