//! `concise`: one line a finding, `file:line:column: severity rule message`; one line for a document without findings.

use std::fmt::Write as _;

use super::super::{Finding, Lang, Severity, Verdict};
use super::Printed;

/// The word for a severity.
pub(super) fn severity(severity: Severity, lang: Lang) -> &'static str {
    match (severity, lang) {
        (Severity::Error, Lang::Ru) => "ошибка",
        (Severity::Error, Lang::En) => "error",
        (Severity::Warning, Lang::Ru) => "предупреждение",
        (Severity::Warning, Lang::En) => "warning",
        (Severity::Info, Lang::Ru) => "сведения",
        (Severity::Info, Lang::En) => "info",
    }
}

/// The word for a verdict.
pub(super) fn verdict(verdict: Verdict, lang: Lang) -> &'static str {
    match (verdict, lang) {
        (Verdict::Valid, Lang::Ru) => "корректен",
        (Verdict::Valid, Lang::En) => "valid",
        (Verdict::Invalid, Lang::Ru) => "некорректен",
        (Verdict::Invalid, Lang::En) => "invalid",
        (Verdict::Undecided, Lang::Ru) => "не определено",
        (Verdict::Undecided, Lang::En) => "undecided",
    }
}

/// The place of a finding as `file:line:column`, without the zeros of a finding that has none.
pub(super) fn place(file: &str, finding: &Finding) -> String {
    if finding.line == 0 { file.to_owned() } else { format!("{file}:{}:{}", finding.line, finding.column) }
}

/// The lines of one document, each with a line end.
pub fn lines(printed: &Printed<'_>) -> String {
    let mut out = String::new();
    let Printed { file, report, lang, .. } = *printed;
    if report.findings.is_empty() {
        let _ = writeln!(out, "{file}: {}", verdict(report.verdict, lang));
    }
    for finding in &report.findings {
        let rule = finding.rule.as_deref().unwrap_or(finding.code);
        let message = finding.message.text(lang);
        let _ = writeln!(
            out,
            "{}: {} [{rule}] {message}",
            place(file, finding),
            severity(finding.severity, lang)
        );
    }
    out
}
