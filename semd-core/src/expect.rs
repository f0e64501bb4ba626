//! Expectations: how the reports on fixtures must turn out. A fixture that must fail exactly with certain rules is part of a
//! test; when it fails otherwise, or no longer fails, that is what the test finds.

use serde::{Deserialize, Serialize};

use crate::report::{Finding, Layer, Message, Owner, Report, Severity, Verdict};

/// Schema of the file, in its first line.
const SCHEMA: &str = "semd.expect/1";

/// What is expected of documents. TOML or JSON:
///
/// ```
/// use semd_core::expect::Expectations;
///
/// let text = r#"
/// schema = "semd.expect/1"
///
/// [[document]]
/// file = "consultation-missing-patient-name.xml"
/// verdict = "invalid"
/// findings = [{ rule = "У1-21", test = "count(name)=1" }]
/// "#;
/// let expectations = Expectations::parse(text).unwrap();
/// assert!(expectations.find("consultation-missing-patient-name.xml").is_some());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectations {
    schema: String,
    /// The documents something is expected of.
    #[serde(rename = "document", default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Expected>,
}

/// What is expected of one document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Path of the document, relative to the folder of the expectations, with `/` between folders.
    pub file: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Every error, and the warnings and notes that must be there. Other warnings and notes may be there, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<ExpectedFinding>,
}

/// A finding that is expected; what is absent may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFinding {
    /// Label of the rule, `cvc-…` code, or name of a rule of this project; the register's code where a finding has no rule.
    pub rule: String,
    /// The Schematron expression as written in the package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// The place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// A file of expectations is not readable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExpectationError {
    /// It is no TOML, or a field is misspelt.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// It is no JSON, or a field is misspelt.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// It is of another schema.
    #[error("schema `{0}` is not known; `semd.expect/1` is expected")]
    Schema(String),
}

/// The name under which a finding is expected.
fn name(finding: &Finding) -> &str {
    finding.rule.as_deref().unwrap_or(finding.code)
}

impl ExpectedFinding {
    fn fits(&self, finding: &Finding) -> bool {
        let same = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        self.rule == name(finding) && same(&self.test, &finding.test) && same(&self.path, &finding.path)
    }

    /// How much it says: what says more is matched first.
    fn precision(&self) -> usize {
        usize::from(self.test.is_some()) + usize::from(self.path.is_some())
    }
}

impl Default for Expectations {
    fn default() -> Self {
        Self { schema: SCHEMA.to_owned(), documents: Vec::new() }
    }
}

impl Expectations {
    /// Reads expectations; JSON where the text begins with `{`.
    ///
    /// # Errors
    /// What is wrong with the text, and where.
    pub fn parse(text: &str) -> Result<Self, ExpectationError> {
        let read: Self = match text.trim_start().starts_with('{') {
            true => serde_json::from_str(text)?,
            false => toml::from_str(text)?,
        };
        match read.schema == SCHEMA {
            true => Ok(read),
            false => Err(ExpectationError::Schema(read.schema)),
        }
    }

    /// What is expected of a file.
    pub fn find(&self, file: &str) -> Option<&Expected> {
        self.documents.iter().find(|document| document.file == file)
    }

    /// Expects that a document turns out as it did. A valid document needs no expectation and gets none.
    pub fn record(&mut self, file: &str, report: &Report) {
        if report.verdict == Verdict::Valid {
            return;
        }
        let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let findings = errors.map(|finding| ExpectedFinding {
            rule: name(finding).to_owned(),
            test: finding.test.clone(),
            path: finding.path.clone(),
        });
        self.documents.push(Expected {
            file: file.to_owned(),
            verdict: report.verdict,
            findings: findings.collect(),
        });
    }

    /// The text of the file, TOML.
    #[expect(clippy::missing_panics_doc, reason = "texts and lists of tables always serialise")]
    pub fn to_text(&self) -> String {
        toml::to_string_pretty(self).expect("texts and lists of tables only")
    }
}

impl Expected {
    /// Judges a report by what is expected. Findings that are expected become notes; one that is missing, and a verdict that is
    /// another one, are findings. The verdict then says whether the document is as expected.
    pub fn judge(&self, report: &mut Report) {
        let mut open: Vec<&ExpectedFinding> = self.findings.iter().collect();
        open.sort_by_key(|expected| std::cmp::Reverse(expected.precision()));
        let mut missing = Vec::new();
        for expected in open {
            let free = |finding: &&mut Finding| expected.fits(finding) && !is_expected(finding);
            // An error before a note of the same rule.
            let found = report.findings.iter_mut().filter(free).min_by_key(|finding| finding.severity);
            match found {
                Some(finding) => {
                    finding.severity = Severity::Info;
                    finding.hint = Some(as_expected());
                }
                None => missing.push(expected),
            }
        }
        let mut failed: Vec<Finding> = missing.into_iter().map(no_longer).collect();
        if report.verdict != self.verdict {
            failed.push(other_verdict(self.verdict, report.verdict));
        }
        failed.append(&mut report.findings);
        report.findings = failed;
        report.verdict = match report.count(Severity::Error) {
            0 => Verdict::Valid,
            _ => Verdict::Invalid,
        };
    }

    /// What is said of a document that is not there.
    pub fn absent(&self) -> Report {
        let message = Message::new(
            format!(
                "документа {} нет, а его проверка ожидается; уберите его из ожиданий или верните",
                self.file
            ),
            format!(
                "document {} is not there, but its check is expected; drop the expectation or bring it back",
                self.file
            ),
        );
        Report {
            sha256: String::new(),
            kind: None,
            edition: None,
            package: None,
            package_valid_from: None,
            verdict: Verdict::Invalid,
            rules_fired: 0,
            findings: vec![finding("expected-document", message)],
        }
    }
}

fn as_expected() -> Message {
    Message::new("ожидалось", "expected")
}

fn is_expected(finding: &Finding) -> bool {
    finding.severity == Severity::Info && finding.hint.as_ref() == Some(&as_expected())
}

fn no_longer(expected: &ExpectedFinding) -> Finding {
    let parts = [Some(&expected.rule), expected.test.as_ref(), expected.path.as_ref()];
    let shown = parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ");
    let message = Message::new(
        format!("ожидаемого замечания нет: {shown}; исправьте документ или ожидание"),
        format!("an expected finding is missing: {shown}; mend the document or the expectation"),
    );
    finding("expected-finding", message)
}

fn other_verdict(expected: Verdict, found: Verdict) -> Finding {
    use crate::report::Lang::{En, Ru};
    let message = Message::new(
        format!("вердикт «{}», а ожидается «{}»", found.word(Ru), expected.word(Ru)),
        format!("the verdict is “{}”, but “{}” is expected", found.word(En), expected.word(En)),
    );
    finding("expected-verdict", message)
}

fn finding(rule: &str, message: Message) -> Finding {
    Finding {
        layer: Layer::Rule,
        code: "VALIDATION_ERROR",
        rule: Some(rule.to_owned()),
        severity: Severity::Error,
        message,
        hint: None,
        test: None,
        assertion: None,
        path: None,
        line: 0,
        column: 0,
        offset: 0,
        owner: Owner::Mis,
        retryable: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(rules: &[&str]) -> Report {
        let verdict = if rules.is_empty() { Verdict::Valid } else { Verdict::Invalid };
        let findings = rules
            .iter()
            .enumerate()
            .map(|(at, rule)| Finding {
                path: Some(format!("/a[{}]", at + 1)),
                ..finding(rule, Message::verbatim("text"))
            })
            .collect();
        Report { verdict, findings, ..expected(&[]).absent() }
    }

    fn expected(rules: &[(&str, Option<&str>)]) -> Expected {
        let findings = rules.iter().map(|(rule, path)| ExpectedFinding {
            rule: (*rule).to_owned(),
            path: path.map(str::to_owned),
            ..ExpectedFinding::default()
        });
        Expected { file: "a.xml".to_owned(), verdict: Verdict::Invalid, findings: findings.collect() }
    }

    /// The rules of the errors after judgement.
    fn judged(expected: &Expected, mut report: Report) -> Vec<String> {
        expected.judge(&mut report);
        let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let errors: Vec<String> = errors.map(|finding| name(finding).to_owned()).collect();
        assert_eq!(report.verdict == Verdict::Valid, errors.is_empty());
        errors
    }

    #[test]
    fn exactly_the_expected_errors_are_as_expected() {
        let two = expected(&[("a", None), ("a", None)]);
        assert_eq!(judged(&two, report(&["a", "a"])), [""; 0]);
        assert_eq!(judged(&two, report(&["a"])), ["expected-finding"]);
        assert_eq!(judged(&two, report(&["a", "a", "a"])), ["a"]);
        assert_eq!(judged(&two, report(&["a", "b", "a"])), ["b"]);
        assert_eq!(
            judged(&two, report(&[])),
            ["expected-finding", "expected-finding", "expected-verdict"],
            "a document that has become valid"
        );
    }

    #[test]
    fn expectation_with_a_place_is_met_there_whatever_stands_before_it() {
        let placed = expected(&[("a", None), ("a", Some("/a[1]"))]);
        assert_eq!(judged(&placed, report(&["a", "a"])), [""; 0]);
        assert_eq!(judged(&expected(&[("a", Some("/a[2]"))]), report(&["a"])), ["expected-finding", "a"]);
    }

    #[test]
    fn what_was_recorded_is_read_back_and_holds() {
        let mut expectations = Expectations::default();
        expectations.record("a.xml", &report(&["a", "b"]));
        expectations.record("b.xml", &report(&[]));
        let read = Expectations::parse(&expectations.to_text()).unwrap();
        assert_eq!(read, expectations);
        let json = serde_json::to_string(&expectations).unwrap();
        assert_eq!(Expectations::parse(&json).unwrap(), expectations);
        assert_eq!(judged(read.find("a.xml").unwrap(), report(&["a", "b"])), [""; 0]);
        assert!(read.find("b.xml").is_none());
    }

    #[test]
    fn misspelt_expectation_is_refused() {
        assert!(Expectations::parse("schema='semd.expect/2'").is_err());
        assert!(
            Expectations::parse("schema='semd.expect/1'\n[[document]]\nfile='a'\nverdikt='valid'").is_err()
        );
    }
}
