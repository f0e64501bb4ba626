//! `concise`: one line a finding, `file:line:column: severity rule message`; one line for a document without findings.

use std::fmt::Write as _;

use super::super::Finding;
use super::Printed;

/// The place of a finding as `file:line:column`, without the zeros of a finding that has none.
pub(super) fn place(file: &str, finding: &Finding) -> String {
    if finding.line == 0 { file.to_owned() } else { format!("{file}:{}:{}", finding.line, finding.column) }
}

/// The lines of one document, each with a line end.
pub fn lines(printed: &Printed<'_>) -> String {
    let mut out = String::new();
    let Printed { file, report, lang, .. } = *printed;
    if report.findings.is_empty() {
        let _ = writeln!(out, "{file}: {}", report.verdict.word(lang));
    }
    for finding in &report.findings {
        let rule = finding.rule.as_deref().unwrap_or(finding.code);
        let message = finding.message.text(lang);
        let _ = writeln!(out, "{}: {} [{rule}] {message}", place(file, finding), finding.severity.word(lang));
    }
    out
}
