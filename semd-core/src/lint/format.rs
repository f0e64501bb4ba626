//! Output formats of lint: `full` and `concise` for people, one JSON object a document for programs (`semd.lint/1`).

use std::fmt::Write as _;

use serde::Serialize;

use super::{Finding, Report, Verdict};
use crate::report::Lang;
use crate::report::format::full::{Place, write_frame};

/// A report as it is printed.
#[derive(Clone, Copy, Debug)]
pub struct Printed<'a> {
    /// Name of the file as the caller gave it.
    pub file: &'a str,
    /// Bytes of the document, for code frames; empty for a card.
    pub source: &'a [u8],
    /// What lint says.
    pub report: &'a Report,
    /// Language of texts.
    pub lang: Lang,
    /// Whether values of the document may be shown.
    pub show_personal_data: bool,
}

/// The place of a finding: `file:line:column`, `file#pointer` in a card.
fn place(file: &str, finding: &Finding) -> String {
    match (&finding.pointer, finding.line) {
        (Some(pointer), _) => format!("{file}#{pointer}"),
        (None, 0) => file.to_owned(),
        (None, line) => format!("{file}:{line}:{}", finding.column),
    }
}

/// For people: what, where, why, what to do; a line with the score at the end.
pub fn full(printed: &Printed<'_>) -> String {
    let mut out = String::new();
    let lang = printed.lang;
    let word = |ru, en| match lang {
        Lang::Ru => ru,
        Lang::En => en,
    };
    for finding in &printed.report.findings {
        let check = finding.check;
        let remark = word("замечание", "remark");
        let _ = writeln!(out, "{remark}[{}]: {}", check.id, finding.message.text(lang));
        let _ = writeln!(out, "  --> {}", place(printed.file, finding));
        let at = Place { offset: finding.offset, line: finding.line, path: finding.path.as_deref() };
        write_frame(&mut out, printed.source, &at, printed.show_personal_data);
        if let Some(path) = &finding.path {
            let _ = writeln!(out, "  = {}: {path}", word("место", "path"));
        }
        let _ = writeln!(out, "  = {}: {}", word("почему", "why"), check.why.message().text(lang));
        let _ = writeln!(out, "  = {}: {}", word("что делать", "help"), check.advice.message().text(lang));
        let _ = writeln!(out, "  = {}: {}\n", word("вес", "weight"), check.weight);
    }
    summary(&mut out, printed);
    out
}

/// One line a finding, and one with the score.
pub fn concise(printed: &Printed<'_>) -> String {
    let mut out = String::new();
    for finding in &printed.report.findings {
        let message = finding.message.text(printed.lang);
        let _ = writeln!(out, "{}: [{}] {message}", place(printed.file, finding), finding.check.id);
    }
    summary(&mut out, printed);
    out
}

fn summary(out: &mut String, printed: &Printed<'_>) {
    let Printed { file, report, lang, .. } = *printed;
    let verdict = report.verdict.word(lang);
    let Some(score) = report.score else {
        let _ = writeln!(out, "{file}: {verdict}");
        return;
    };
    let remarks = report.findings.len();
    let skipped: Vec<&str> =
        report.looked.iter().filter_map(|one| one.needs).filter(|input| *input != "card").collect();
    let _ = match lang {
        Lang::Ru => write!(out, "{file}: {verdict}; полнота {score} из 100, замечаний {remarks}"),
        Lang::En => write!(out, "{file}: {verdict}; completeness {score} of 100, remarks {remarks}"),
    };
    if !skipped.is_empty() {
        let flags = skipped.iter().map(|input| format!("--{input}")).collect::<Vec<_>>().join(", ");
        let _ = match lang {
            Lang::Ru => write!(out, "; не всё проверено, нужны {flags}"),
            Lang::En => write!(out, "; not all was checked, wants {flags}"),
        };
    }
    out.push('\n');
}

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    file: &'a str,
    sha256: &'a str,
    kind: Option<&'a str>,
    verdict: Verdict,
    score: Option<u8>,
    checks: Vec<LookedObject<'a>>,
    findings: Vec<FindingObject<'a>>,
}

#[derive(Serialize)]
struct LookedObject<'a> {
    check: &'a str,
    weight: u32,
    places: usize,
    faulty: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    needs: Option<&'a str>,
}

#[derive(Serialize)]
struct FindingObject<'a> {
    check: &'a str,
    weight: u32,
    message: &'a str,
    hint: &'a str,
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    line: u32,
    column: u32,
}

/// The object on one line, without a line end. Keys and codes are the same in every language.
#[expect(clippy::missing_panics_doc, reason = "plain data always serialises")]
pub fn line(printed: &Printed<'_>) -> String {
    let Printed { file, report, lang, .. } = *printed;
    let looked = report.looked.iter().map(|one| LookedObject {
        check: one.check.id,
        weight: one.check.weight,
        places: one.places,
        faulty: one.faulty,
        needs: one.needs,
    });
    let findings = report.findings.iter().map(|finding| FindingObject {
        check: finding.check.id,
        weight: finding.check.weight,
        message: finding.message.text(lang),
        hint: match lang {
            Lang::Ru => finding.check.advice.ru,
            Lang::En => finding.check.advice.en,
        },
        path: finding.path.as_deref(),
        pointer: finding.pointer.as_deref(),
        line: finding.line,
        column: finding.column,
    });
    let object = Object {
        schema: "semd.lint/1",
        file,
        sha256: &report.sha256,
        kind: report.kind.as_deref(),
        verdict: report.verdict,
        score: report.score,
        checks: looked.collect(),
        findings: findings.collect(),
    };
    serde_json::to_string(&object).expect("strings, numbers and enums only")
}
