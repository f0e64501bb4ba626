//! `html`: one self-contained page for any number of documents. Filters by severity and owner are style sheets alone: no
//! script, nothing loaded. Documents are written as they come; their totals, known last, are shown first.

use super::super::{Finding, Lang, Owner, Severity, Verdict};
use super::{Printed, full};
use crate::html::Html;

const STYLE: &str = include_str!("report.css");

/// Documents counted by verdict, and findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Documents that are valid.
    pub valid: usize,
    /// Documents that are invalid.
    pub invalid: usize,
    /// Documents that could not be decided.
    pub undecided: usize,
    /// Documents that could not be read.
    pub unread: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
}

impl Totals {
    /// Adds a report.
    pub fn add(&mut self, report: &super::super::Report) {
        match report.verdict {
            Verdict::Valid => self.valid += 1,
            Verdict::Invalid => self.invalid += 1,
            Verdict::Undecided => self.undecided += 1,
        }
        self.errors += report.count(Severity::Error);
        self.warnings += report.count(Severity::Warning);
    }
}

fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

fn word(lang: Lang, ru: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Ru => ru,
        Lang::En => en,
    }
}

/// The page up to the first document.
pub fn begin(lang: Lang) -> String {
    let mut html = Html::default();
    html.markup("<!DOCTYPE html>\n<html lang=\"");
    html.markup(word(lang, "ru", "en"));
    html.markup(
        "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>",
    );
    let title = word(lang, "Проверка СЭМД", "Validation of СЭМД");
    html.text(title);
    html.markup("</title><style>\n");
    html.markup(STYLE);
    html.markup("</style></head><body>\n");
    html.element("<h1>", title, "</h1>\n");
    html.element("<div class=\"row\">", word(lang, "Показать:", "Show:"), "</div>\n");
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        choice(&mut html, severity_class(severity), severity.word(lang));
    }
    html.element("<div class=\"row\">", word(lang, "Кто исправляет:", "To be fixed by:"), "</div>\n");
    for owner in [Owner::Clinic, Owner::Mis, Owner::Integrator, Owner::Register, Owner::Mixed] {
        choice(&mut html, owner.as_str(), owner.word(lang));
    }
    choice(&mut html, "valid", word(lang, "документы без ошибок", "documents without errors"));
    html.finish()
}

/// A box that shows or hides; the boxes stand before the documents, because a style sheet looks only forward.
fn choice(html: &mut Html, id: &'static str, label: &str) {
    html.markup("<input type=\"checkbox\" checked");
    html.value("id", id);
    html.markup("><label");
    html.value("for", id);
    html.markup(">");
    html.text(label);
    html.markup("</label>\n");
}

/// One document.
pub fn document(printed: &Printed<'_>) -> String {
    let Printed { file, report, lang, .. } = *printed;
    let mut html = Html::default();
    let class = match report.verdict {
        Verdict::Valid => "valid",
        Verdict::Invalid => "invalid",
        Verdict::Undecided => "undecided",
    };
    html.markup("<details");
    html.value("class", class);
    // What must be looked at lies open, also on paper.
    html.markup(if report.verdict == Verdict::Valid { "><summary><b>" } else { " open><summary><b>" });
    html.text(report.verdict.word(lang));
    html.markup("</b> ");
    html.text(file);
    let (errors, warnings) = (report.count(Severity::Error), report.count(Severity::Warning));
    let counts = match lang {
        Lang::Ru => format!(" — ошибок {errors}, предупреждений {warnings}"),
        Lang::En => format!(" — errors {errors}, warnings {warnings}"),
    };
    html.text(&counts);
    html.markup("</summary><div class=\"about\">");
    let about = [
        (word(lang, "вид", "kind"), report.kind.as_deref()),
        (word(lang, "редакция", "edition"), report.edition.as_deref()),
        (word(lang, "пакет", "package"), report.package.as_deref()),
        (word(lang, "правила с", "rules from"), report.package_valid_from.as_deref()),
        ("SHA-256", Some(report.sha256.as_str())),
    ];
    for (label, value) in about {
        if let Some(value) = value {
            html.text(&format!("{label} {value} "));
        }
    }
    html.markup("</div>\n");
    for finding in &report.findings {
        write_finding(&mut html, printed, finding);
    }
    html.markup("</details>\n");
    html.finish()
}

fn write_finding(html: &mut Html, printed: &Printed<'_>, finding: &Finding) {
    let lang = printed.lang;
    html.markup("<article");
    html.value("class", &format!("{} {}", severity_class(finding.severity), finding.owner.as_str()));
    html.markup("><p>");
    html.text(finding.severity.word(lang));
    html.element(" <span class=\"rule\">", finding.rule.as_deref().unwrap_or(finding.code), "</span> ");
    html.text(finding.message.text(lang));
    html.markup("</p>");
    if finding.line > 0 {
        let place = match lang {
            Lang::Ru => format!("строка {}, столбец {}", finding.line, finding.column),
            Lang::En => format!("line {}, column {}", finding.line, finding.column),
        };
        html.element("<p class=\"place\">", &place, "</p>");
    }
    let place = full::Place { offset: finding.offset, line: finding.line, path: finding.path.as_deref() };
    if let Some(frame) = full::frame(printed.source, &place, printed.show_personal_data) {
        html.element("<pre>", &frame, "</pre>");
    }
    for (class, text) in [("<p class=\"place\">", &finding.path), ("<p class=\"test\">", &finding.test)] {
        if let Some(text) = text {
            html.element(class, text, "</p>");
        }
    }
    if let Some(advice) = finding.advice(lang) {
        html.element("<p>", &advice, "</p>");
    }
    html.markup("<p class=\"owner\">");
    html.text(word(lang, "исправляет: ", "to be fixed by: "));
    html.text(finding.owner.word(lang));
    html.text(&format!(" ({})", finding.code));
    html.markup("</p></article>\n");
}

/// The end of the page.
pub fn end(totals: &Totals, lang: Lang) -> String {
    let mut html = Html::default();
    html.markup("<div class=\"totals\"><table><tr>");
    let rows = [
        (Verdict::Valid.word(lang), totals.valid),
        (Verdict::Invalid.word(lang), totals.invalid),
        (Verdict::Undecided.word(lang), totals.undecided),
        (word(lang, "не прочитано", "not read"), totals.unread),
        (word(lang, "ошибок", "errors"), totals.errors),
        (word(lang, "предупреждений", "warnings"), totals.warnings),
    ];
    for (label, _) in &rows {
        html.element("<th>", label, "</th>");
    }
    html.markup("</tr><tr>");
    for (_, number) in &rows {
        html.element("<td>", &number.to_string(), "</td>");
    }
    html.markup("</tr></table></div></body></html>\n");
    html.finish()
}
