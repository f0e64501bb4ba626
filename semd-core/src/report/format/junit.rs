//! `junit`: the XML that build servers read. A folder is a suite, a document a case, an error a failure of its case.
//!
//! A case has one failure at most, as build servers show one: its type is the code of the first error, its text has all.
//! A document that could not be judged is an error of the run, never a passed case.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::{Lang, Severity, Verdict};
use super::item::{Item, Problem};

/// A report that grows by one document after the other.
///
/// ```
/// use semd_core::report::format::{Item, junit};
/// use semd_core::report::{Lang, Verdict};
///
/// let mut report = junit::Report::new("semd validate", Lang::En);
/// report.add(&Item { file: "in/a.xml", verdict: Verdict::Valid, elapsed_us: 1500, problems: Vec::new() });
/// let text = report.finish();
/// assert!(text.contains(r#"<testcase classname="in" name="a.xml" time="0.001500"/>"#));
/// ```
#[derive(Clone, Debug)]
pub struct Report {
    name: &'static str,
    lang: Lang,
    suites: BTreeMap<String, Suite>,
}

#[derive(Clone, Debug, Default)]
struct Suite {
    cases: String,
    counts: Counts,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    elapsed_us: u64,
}

impl Counts {
    fn attributes(self) -> String {
        let Self { tests, failures, errors, elapsed_us } = self;
        let time = seconds(elapsed_us);
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\" time=\"{time}\"")
    }
}

impl Report {
    /// An empty report of a command.
    pub fn new(name: &'static str, lang: Lang) -> Self {
        Self { name, lang, suites: BTreeMap::new() }
    }

    /// Adds a document.
    pub fn add(&mut self, item: &Item<'_>) {
        let (folder, name) = item.file.rsplit_once(['/', '\\']).unwrap_or((".", item.file));
        let suite = self.suites.entry(folder.to_owned()).or_default();
        suite.counts.tests += 1;
        suite.counts.elapsed_us += item.elapsed_us;
        let out = &mut suite.cases;
        let (folder, name, time) = (escaped(folder), escaped(name), seconds(item.elapsed_us));
        let _ = write!(out, "    <testcase classname=\"{folder}\" name=\"{name}\" time=\"{time}\"");
        let errors: Vec<_> = item.of_severity(Severity::Error).collect();
        let rest: Vec<_> = item.of_severity(Severity::Warning).collect();
        if item.verdict == Verdict::Valid && rest.is_empty() {
            out.push_str("/>\n");
            return;
        }
        out.push_str(">\n");
        match (item.verdict, errors.first()) {
            (Verdict::Invalid, Some(first)) => {
                suite.counts.failures += 1;
                let (code, message) = (escaped(first.code), escaped(first.message));
                let _ = writeln!(
                    out,
                    "      <failure type=\"{code}\" message=\"{message}\">{}</failure>",
                    lines(&errors)
                );
            }
            (Verdict::Valid, _) => {}
            (verdict, _) => {
                suite.counts.errors += 1;
                let (word, text) = (escaped(verdict.word(self.lang)), lines(&rest));
                let _ = writeln!(out, "      <error type=\"undecided\" message=\"{word}\">{text}</error>");
            }
        }
        if !rest.is_empty() && item.verdict != Verdict::Undecided {
            let _ = writeln!(out, "      <system-out>{}</system-out>", lines(&rest));
        }
        out.push_str("    </testcase>\n");
    }

    /// The document.
    pub fn finish(self) -> String {
        let mut total = Counts::default();
        for Suite { counts, .. } in self.suites.values() {
            total.tests += counts.tests;
            total.failures += counts.failures;
            total.errors += counts.errors;
            total.elapsed_us += counts.elapsed_us;
        }
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let _ = writeln!(out, "<testsuites name=\"{}\" {}>", self.name, total.attributes());
        for (folder, Suite { cases, counts }) in &self.suites {
            let _ = writeln!(
                out,
                "  <testsuite name=\"{}\" {}>\n{cases}  </testsuite>",
                escaped(folder),
                counts.attributes()
            );
        }
        out.push_str("</testsuites>\n");
        out
    }
}

fn seconds(microseconds: u64) -> String {
    format!("{}.{:06}", microseconds / 1_000_000, microseconds % 1_000_000)
}

/// One problem a line: place, rule, message, what to do.
fn lines(problems: &[&Problem<'_>]) -> String {
    let mut text = String::new();
    for problem in problems {
        let place =
            if problem.line == 0 { String::new() } else { format!("{}:{}: ", problem.line, problem.column) };
        let _ = write!(text, "{place}{} [{}] {}", problem.code, problem.rule, problem.message);
        if let Some(help) = &problem.help {
            let _ = write!(text, " → {help}");
        }
        text.push('\n');
    }
    escaped(text.trim_end())
}

/// Text for XML 1.0: markup escaped, characters that XML does not have replaced.
fn escaped(text: &str) -> String {
    let allowed = |c: char| match c {
        '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'.. => c,
        _ => '\u{FFFD}',
    };
    let text: String = text.chars().map(allowed).collect();
    quick_xml::escape::escape(text.as_str()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::super::Owner;
    use super::*;
    use crate::xml::{Limits, parse};

    fn problem(severity: Severity, message: &str) -> Problem<'_> {
        Problem {
            code: "VALIDATION_ERROR",
            rule: "У1-1",
            severity,
            message,
            help: Some("исправьте".into()),
            path: None,
            line: 3,
            column: 7,
            owner: Owner::Mis,
            retryable: false,
        }
    }

    #[test]
    fn every_verdict_has_its_place_and_hostile_text_stays_text() {
        let mut report = Report::new("semd validate", Lang::Ru);
        let hostile = "]]></failure><x a=\"'\">\u{1}";
        for (file, verdict, severity) in [
            ("a/1.xml", Verdict::Invalid, Severity::Error),
            ("a/2.xml", Verdict::Valid, Severity::Warning),
            ("b\\<&\">.xml", Verdict::Undecided, Severity::Warning),
        ] {
            report.add(&Item { file, verdict, elapsed_us: 1, problems: vec![problem(severity, hostile)] });
        }
        let text = report.finish();
        let document = parse(text.as_bytes(), &Limits::default()).unwrap();
        let count = |name: &str| {
            document.descendants(document.root()).filter(|&one| document.local_name(one) == name).count()
        };
        assert_eq!(
            ["testsuite", "testcase", "failure", "error", "system-out", "x"].map(count),
            [2, 3, 1, 1, 1, 0]
        );
        assert!(text.contains("tests=\"3\" failures=\"1\" errors=\"1\""), "{text}");
    }
}
