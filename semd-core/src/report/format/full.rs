//! `full`: for people. What is wrong, the place in the source, what the rule says, whose turn it is.

use std::fmt::Write as _;

use super::super::{Finding, Lang, Severity, redact};
use super::Printed;
use super::concise::place;

/// Characters of source shown in a code frame.
const FRAME_WIDTH: usize = 120;

/// The text for one document, with a line end.
pub fn text(printed: &Printed<'_>) -> String {
    let mut out = String::new();
    for finding in &printed.report.findings {
        write_finding(&mut out, printed, finding);
    }
    write_summary(&mut out, printed);
    out
}

fn write_finding(out: &mut String, printed: &Printed<'_>, finding: &Finding) {
    let lang = printed.lang;
    let word = |ru, en| match lang {
        Lang::Ru => ru,
        Lang::En => en,
    };
    let rule = finding.rule.as_deref().unwrap_or(finding.code);
    let _ = writeln!(out, "{}[{rule}]: {}", finding.severity.word(lang), finding.message.text(lang));
    let _ = writeln!(out, "  --> {}", place(printed.file, finding));
    let at = Place { offset: finding.offset, line: finding.line, path: finding.path.as_deref() };
    write_frame(out, printed.source, &at, printed.show_personal_data);
    if let Some(path) = &finding.path {
        let _ = writeln!(out, "  = {}: {path}", word("место", "path"));
    }
    if let Some(test) = &finding.test {
        let _ = writeln!(out, "  = {}: {test}", word("проверка", "test"));
    }
    if let Some(advice) = finding.advice(lang) {
        let _ = writeln!(out, "  = {}: {}", word("что делать", "help"), advice);
    }
    let _ = writeln!(
        out,
        "  = {}: {} ({})\n",
        word("исправляет", "to be fixed by"),
        finding.owner.word(lang),
        finding.code
    );
}

/// Where a code frame begins.
pub(crate) struct Place<'a> {
    /// Byte offset in the file.
    pub(crate) offset: usize,
    /// Line, 0 when there is no place.
    pub(crate) line: u32,
    /// Path of the node.
    pub(crate) path: Option<&'a str>,
}

/// Writes the source at a place under a margin with its line.
pub(crate) fn write_frame(out: &mut String, source: &[u8], place: &Place<'_>, show_personal_data: bool) {
    let Some(frame) = frame(source, place, show_personal_data) else { return };
    let margin = place.line.to_string();
    let blank = " ".repeat(margin.len());
    let width = frame.chars().take_while(|c| !matches!(c, '>' | '\n')).count() + 1;
    let _ = writeln!(out, "{blank} |");
    let _ = writeln!(out, "{margin} | {frame}");
    let _ = writeln!(out, "{blank} | {}", "^".repeat(width.min(frame.chars().count()).max(1)));
}

/// The start tag at a place: values that may be personal are shown by shape only.
pub(super) fn frame(source: &[u8], place: &Place<'_>, show_personal_data: bool) -> Option<String> {
    let rest = source.get(place.offset..)?;
    let end =
        rest.iter().position(|&byte| matches!(byte, b'>' | b'\n' | b'\r')).map_or(rest.len(), |at| at + 1);
    let text = String::from_utf8_lossy(&rest[..end.min(FRAME_WIDTH * 4)]);
    let text = text.trim_end();
    if place.line == 0 || text.is_empty() {
        return None;
    }
    let shown = if show_personal_data {
        text.to_owned()
    } else if let Some(owner) = place.path.and_then(owner_of_attribute) {
        redact::attributes(text, owner)
    } else if is_tag(text) {
        redact::start_tag(text)
    } else {
        redact::shape(text)
    };
    // Control characters of a hostile file must not reach a terminal.
    let shown: String = shown.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if shown.chars().count() <= FRAME_WIDTH {
        return Some(shown);
    }
    Some(shown.chars().take(FRAME_WIDTH).chain(['…']).collect())
}

/// The name of the element whose attribute a path leads to.
fn owner_of_attribute(path: &str) -> Option<&str> {
    let (element, _) = path.rsplit_once("/@")?;
    element.rsplit('/').next()?.split('[').next()
}

/// Whether a text begins like a tag; behind a stray `<` stands text of the document.
fn is_tag(text: &str) -> bool {
    text.strip_prefix('<').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
    })
}

fn write_summary(out: &mut String, printed: &Printed<'_>) {
    let Printed { file, report, lang, .. } = *printed;
    let errors = report.count(Severity::Error);
    let warnings = report.count(Severity::Warning);
    let kind = report.kind.as_deref().unwrap_or("—");
    let edition = report.edition.as_ref().map_or_else(String::new, |edition| match lang {
        Lang::Ru => format!(" (редакция {edition})"),
        Lang::En => format!(" (edition {edition})"),
    });
    let package = report.package.as_deref().map_or("—".to_owned(), |package| {
        // The first digits of the digest tell packages apart; the whole stands in the JSON formats.
        let digits = package
            .find("sha256:")
            .map_or(package.len(), |at| (at + "sha256:".len() + 12).min(package.len()));
        let from = match (&report.package_valid_from, lang) {
            (None, _) => String::new(),
            (Some(day), Lang::Ru) => format!(" (правила с {day})"),
            (Some(day), Lang::En) => format!(" (rules from {day})"),
        };
        format!("{}{from}", &package[..digits])
    });
    let fired = report.rules_fired;
    let verdict = report.verdict.word(lang);
    let _ = match lang {
        Lang::Ru => writeln!(
            out,
            "{file}: {verdict}; вид {kind}{edition}, пакет {package}, правил сработало {fired}, ошибок {errors}, предупреждений {warnings}"
        ),
        Lang::En => writeln!(
            out,
            "{file}: {verdict}; kind {kind}{edition}, package {package}, rules fired {fired}, errors {errors}, warnings {warnings}"
        ),
    };
}
