//! The report over one document.

use super::{Finding, Severity, Verdict};

/// Everything the checks say about one document. Who asked (file name, time taken) is added when it is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// SHA-256 of the document's bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Kind of the document (code of НСИ 1.2.643.5.1.13.13.11.1520), given or found.
    pub kind: Option<String>,
    /// Edition of the kind.
    pub edition: Option<String>,
    /// The rule package used: `kind@sha256:…`.
    pub package: Option<String>,
    /// First day of the rules of the package, `YYYY-MM-DD`, where several editions of them are at hand.
    pub package_valid_from: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Number of times a Schematron rule took a node.
    pub rules_fired: u64,
    /// Findings by byte offset, then in the order of the rules in the package.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Number of findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}
