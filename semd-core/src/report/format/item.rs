//! What the formats for other programs need of one result, wherever it comes from.

use std::borrow::Cow;

use super::super::{Lang, Owner, Severity, Verdict};
use super::Printed;

/// One thing that was checked: a document, a bundle, a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// Name of the file as the caller gave it.
    pub file: &'a str,
    /// The verdict.
    pub verdict: Verdict,
    /// Time the checks took, microseconds.
    pub elapsed_us: u64,
    /// What was found, in the order of the report.
    pub problems: Vec<Problem<'a>>,
}

/// One finding, texts in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem<'a> {
    /// Mnemonic of the register.
    pub code: &'a str,
    /// The rule that found it; the code where there is none.
    pub rule: &'a str,
    /// Weight.
    pub severity: Severity,
    /// What is wrong.
    pub message: &'a str,
    /// What to do.
    pub help: Option<Cow<'a, str>>,
    /// Positional path of the node.
    pub path: Option<&'a str>,
    /// Line, 1-based; 0 without a place.
    pub line: u32,
    /// Column in Unicode scalar values, 1-based; 0 without a place.
    pub column: u32,
    /// Whose turn it is.
    pub owner: Owner,
    /// Whether sending the same bytes again can help.
    pub retryable: bool,
}

impl<'a> Item<'a> {
    /// A report as an item.
    pub fn of(printed: &Printed<'a>) -> Self {
        let lang: Lang = printed.lang;
        let problems = printed.report.findings.iter().map(|finding| Problem {
            code: finding.code,
            rule: finding.rule.as_deref().unwrap_or(finding.code),
            severity: finding.severity,
            message: finding.message.text(lang),
            help: finding.advice(lang),
            path: finding.path.as_deref(),
            line: finding.line,
            column: finding.column,
            owner: finding.owner,
            retryable: finding.retryable,
        });
        Self {
            file: printed.file,
            verdict: printed.report.verdict,
            elapsed_us: printed.elapsed_us,
            problems: problems.collect(),
        }
    }

    /// The problems of a severity.
    pub fn of_severity(&self, severity: Severity) -> impl Iterator<Item = &Problem<'a>> {
        self.problems.iter().filter(move |problem| problem.severity == severity)
    }
}
