//! What each reader sees.

use std::collections::BTreeMap;

use semd_core::html::Html;
use semd_core::report::{Owner, Severity, Verdict};

use super::{Batch, Entry, Problem, table};
use crate::codes::Code;
use crate::sheet::day;

/// Findings of one owner, and documents of one employee, that the page lists; the tables have all.
const MAX_LISTED: usize = 2_000;

/// Whether the doctor's side can mend it.
fn is_clinical(problem: &Problem) -> bool {
    problem.severity == Severity::Error && matches!(problem.owner, Owner::Clinic | Owner::Mixed)
}

/// Documents by department and employee, and what to mend in each.
pub(super) fn doctor(batch: &Batch, html: &mut Html) {
    let mut places: BTreeMap<&str, BTreeMap<&str, Vec<&Entry>>> = BTreeMap::new();
    for entry in batch.entries.iter().filter(|entry| entry.problems.iter().any(is_clinical)) {
        places.entry(&entry.department).or_default().entry(&entry.employee).or_default().push(entry);
    }
    html.element(
        "<p class=\"lead\">",
        batch.word(
            "Документы, которые нужно исправить и подписать заново. Исправленному документу МИС даёт новый идентификатор.",
            "Documents to be corrected and signed again. A corrected document gets a new identifier from the МИС.",
        ),
        "</p>",
    );
    if places.is_empty() {
        html.element(
            "<p class=\"none\">",
            batch.word("Исправлять нечего.", "There is nothing to mend."),
            "</p>",
        );
    }
    for (department, employees) in places {
        html.element("<h2>", department, "</h2>");
        for (employee, entries) in employees {
            html.element("<details open=\"\"><summary>", employee, " ");
            html.element("<span class=\"count\">", &documents(batch, entries.len()), "</span></summary>");
            for entry in entries.iter().take(MAX_LISTED) {
                document(batch, html, entry);
            }
            rest(batch, html, entries.len());
            html.markup("</details>");
        }
    }
    let others = batch.entries.iter().filter(|entry| {
        entry.of(Severity::Error).next().is_some() && !entry.problems.iter().any(is_clinical)
    });
    let others = others.count();
    if others > 0 {
        let text = batch.word("Исправляют другие (МИС, интегратор):", "Others mend (vendor, integrator):");
        html.element("<p class=\"none\">", &format!("{text} {}.", documents(batch, others)), "</p>");
    }
}

fn document(batch: &Batch, html: &mut Html, entry: &Entry) {
    html.element("<article><h3>", &entry.kind, "</h3><p class=\"which\">");
    if let Some(created) = entry.created {
        html.element("", &day(created), " · ");
    }
    html.element("", entry.name(), "</p><ul>");
    for problem in entry.problems.iter().filter(|problem| is_clinical(problem)) {
        html.element("<li><b>", &problem.title, "</b>");
        html.element("<p>", &problem.message, "</p>");
        if !problem.advice.is_empty() {
            html.element("<p class=\"advice\">", &problem.advice, "</p>");
        }
        if !problem.place.is_empty() {
            html.element("<p class=\"place\">", &problem.place, "</p>");
        }
        html.markup("<p class=\"code\">");
        mnemonic(html, problem.code);
        html.markup("</p></li>");
    }
    html.markup("</ul>");
    if entry.of(Severity::Error).any(|problem| !is_clinical(problem)) {
        let text = batch.word(
            "В этом документе есть и ошибки, которые исправляет не врач: см. вкладку оператора.",
            "This document also has errors that others mend: see the operator's tab.",
        );
        html.element("<p class=\"place\">", text, "</p>");
    }
    html.markup("</article>");
}

/// Findings by whose turn it is, then warnings, then what was not checked.
pub(super) fn operator(batch: &Batch, html: &mut Html) {
    for (owner, count, _) in table::counts(batch) {
        let (word, who) = (batch.word("Исправляет", "To be mended by"), owner.word(batch.lang));
        html.element("<h2>", &format!("{word}: {who} "), "");
        html.element("<span class=\"count\">", &documents(batch, count), "</span></h2>");
        let errors = batch.entries.iter();
        let errors = errors.flat_map(|entry| entry.errors_of(owner).map(move |one| (entry, one)));
        findings(batch, html, &errors.collect::<Vec<_>>());
    }
    let warnings = batch.entries.iter();
    let warnings = warnings.flat_map(|entry| entry.of(Severity::Warning).map(move |one| (entry, one)));
    let warnings: Vec<_> = warnings.collect();
    if !warnings.is_empty() {
        html.element(
            "<h2>",
            batch.word("Предупреждения: РЭМД примет", "Warnings: the register would accept"),
            "</h2>",
        );
        findings(batch, html, &warnings);
    }
    if !batch.unread.is_empty() {
        html.element("<h2>", batch.word("Не прочитано", "Not read"), "</h2><ul>");
        for (file, reason) in &batch.unread {
            html.element("<li>", file, ": ");
            html.element("", reason, "</li>");
        }
        html.markup("</ul>");
    }
    not_checked(batch, html);
}

fn findings(batch: &Batch, html: &mut Html, rows: &[(&Entry, &Problem)]) {
    let titles = [
        batch.word("Документ", "Document"),
        batch.word("Код", "Code"),
        batch.word("Что не так", "What is wrong"),
        batch.word("Что делать", "What to do"),
    ];
    html.markup("<table class=\"findings\"><thead><tr>");
    titles.iter().for_each(|title| html.element("<th>", title, "</th>"));
    html.markup("</tr></thead><tbody>");
    for (entry, problem) in rows.iter().take(MAX_LISTED) {
        html.element("<tr><td><b>", entry.name(), "</b><p class=\"place\">");
        html.element("", &entry.kind, "</p></td><td><code>");
        mnemonic(html, problem.code);
        html.markup("</code>");
        if let Some(stage) = problem.stage {
            html.element("<p class=\"place\">", stage_word(batch, stage), "</p>");
        }
        if problem.retryable {
            let text = batch.word("повторная отправка поможет", "a resend helps");
            html.element("<p class=\"place\">", text, "</p>");
        }
        html.element("</td><td>", &problem.message, "");
        if !problem.place.is_empty() {
            html.element("<p class=\"place\">", &problem.place, "</p>");
        }
        html.element("</td><td>", &problem.advice, "</td></tr>");
    }
    html.markup("</tbody></table>");
    rest(batch, html, rows.len());
}

/// A mnemonic, which may be broken after its words.
fn mnemonic(html: &mut Html, code: &str) {
    for (number, word) in code.split_inclusive('_').enumerate() {
        if number > 0 {
            html.markup("<wbr/>");
        }
        html.text(word);
    }
}

/// When the register would say so.
fn stage_word(batch: &Batch, stage: super::Stage) -> &'static str {
    use super::Stage::{Coarse, File, Later, Llo, Order, Pull, Request};
    match stage {
        Coarse => batch.word("сразу, при приёме запроса", "at once, as the request is taken"),
        Request => batch.word("при проверке запроса", "when the request is checked"),
        Pull => batch.word("при получении файла", "when the file is pulled"),
        File => batch.word("при проверке файла", "when the file is checked"),
        Llo => batch.word("при проверке в ФРЛЛО", "when ФРЛЛО checks the file"),
        Later => batch.word("после регистрации", "after the registration"),
        Order => batch.word("при ответе на заказ справки", "when an order is answered"),
    }
}

/// Numbers.
pub(super) fn manager(batch: &Batch, html: &mut Html) {
    let refused = || batch.entries.iter().filter(|entry| entry.verdict == Verdict::Invalid);
    let refused_count = refused().count();
    html.element("<h2>", batch.word("Кто исправляет", "Who mends it"), "</h2>");
    let owners = table::counts(batch).into_iter();
    let owners = owners.map(|(owner, count, _)| (owner.word(batch.lang).to_owned(), String::new(), count));
    shares(batch, html, owners.collect(), refused_count);
    let mut places: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for entry in &batch.entries {
        let place = places.entry(&entry.department).or_default();
        place.0 += 1;
        place.1 += usize::from(entry.verdict == Verdict::Invalid);
    }
    html.element("<h2>", batch.word("Отделения", "Departments"), "</h2><table><thead><tr>");
    let titles = [
        batch.word("Отделение", "Department"),
        batch.word("Документов", "Documents"),
        batch.word("Откажет", "Refused"),
        batch.word("Доля", "Share"),
    ];
    titles.iter().for_each(|title| html.element("<th>", title, "</th>"));
    html.markup("</tr></thead><tbody>");
    for (department, (all, bad)) in places {
        html.element("<tr><td>", department, "</td>");
        html.element("<td class=\"number\">", &all.to_string(), "</td>");
        html.element("<td class=\"number\">", &bad.to_string(), "</td>");
        html.element("<td class=\"number\">", &percent(bad, all), "</td></tr>");
    }
    html.markup("</tbody></table>");
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in refused() {
        *kinds.entry(&entry.kind).or_default() += 1;
        entry.answer.iter().for_each(|code| *codes.entry(code).or_default() += 1);
    }
    if refused_count > 0 {
        html.element(
            "<h2>",
            batch.word("Что ответит РЭМД в первый раз", "What the register would answer first"),
            "</h2>",
        );
        let meaning = |code: &str| {
            Code::find(code).map_or(String::new(), |known| known.title.text(batch.lang).to_owned())
        };
        let rows = codes.into_iter().map(|(code, count)| (meaning(code), code.to_owned(), count));
        shares(batch, html, rows.collect(), refused_count);
        html.element("<h2>", batch.word("Виды документов с отказом", "Kinds of refused documents"), "</h2>");
        let rows = kinds.into_iter().map(|(kind, count)| (kind.to_owned(), String::new(), count));
        shares(batch, html, rows.collect(), refused_count);
    }
    deadlines(batch, html);
    not_checked(batch, html);
}

/// Rows of a name, a mnemonic and a count with its share of the refused documents; the largest first.
fn shares(batch: &Batch, html: &mut Html, mut rows: Vec<(String, String, usize)>, refused: usize) {
    rows.sort_by(|left, right| right.2.cmp(&left.2).then(left.cmp(right)));
    if rows.is_empty() {
        html.element(
            "<p class=\"none\">",
            batch.word("Отказов не предвидится.", "No refusal is foreseen."),
            "</p>",
        );
        return;
    }
    html.markup("<table class=\"shares\"><tbody>");
    for (name, code, count) in rows {
        html.element("<tr><td>", &name, "");
        if !code.is_empty() {
            html.markup(" <span class=\"code\">");
            mnemonic(html, &code);
            html.markup("</span>");
        }
        html.element("</td><td class=\"number\">", &count.to_string(), "</td><td><meter min=\"0\"");
        html.value("max", &refused.max(1).to_string());
        html.value("value", &count.to_string());
        html.element("></meter></td><td class=\"number\">", &percent(count, refused), "</td></tr>");
    }
    html.markup("</tbody></table>");
}

/// Certificates that expire and windows of kinds that close, each with its number of documents.
fn deadlines(batch: &Batch, html: &mut Html) {
    let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
    let all = batch.entries.iter().flat_map(|entry| &entry.problems);
    for problem in all.filter(|problem| problem.deadline) {
        *texts.entry(&problem.message).or_default() += 1;
    }
    if texts.is_empty() {
        return;
    }
    html.element("<h2>", batch.word("Скоро истечёт", "Deadlines"), "</h2><ul>");
    for (text, count) in texts {
        html.element("<li>", text, " ");
        html.element("<span class=\"count\">", &documents(batch, count), "</span></li>");
    }
    html.markup("</ul>");
}

fn not_checked(batch: &Batch, html: &mut Html) {
    if batch.not_checked.is_empty() {
        return;
    }
    html.element("<h2>", batch.word("Не проверено: нет данных", "Not checked: no data"), "</h2>");
    let lead = batch.word(
        "Этих отказов отчёт не предвидит, пока не даны таблицы (--data, --nsi, --trust, --packages).",
        "These refusals are not foreseen until the tables are given (--data, --nsi, --trust, --packages).",
    );
    html.element("<p class=\"lead\">", lead, "</p><ul class=\"needs\">");
    for (need, codes) in &batch.not_checked {
        html.element("<li><b>", need, "</b> ");
        html.element(
            "<span class=\"place\">",
            &codes.iter().copied().collect::<Vec<_>>().join(", "),
            "</span></li>",
        );
    }
    html.markup("</ul>");
}

fn rest(batch: &Batch, html: &mut Html, all: usize) {
    if all > MAX_LISTED {
        let (more, where_) = (
            batch.word("и ещё", "and more:"),
            batch.word("все строки есть в CSV и XLSX", "CSV and XLSX have all rows"),
        );
        html.element("<p class=\"none\">", &format!("{more} {}; {where_}", all - MAX_LISTED), "</p>");
    }
}

fn documents(batch: &Batch, count: usize) -> String {
    let english = if count == 1 { "document" } else { "documents" };
    let russian = match (count % 10, count % 100) {
        (_, 11..=14) => "документов",
        (1, _) => "документ",
        (2..=4, _) => "документа",
        _ => "документов",
    };
    format!("{count} {}", batch.word(russian, english))
}

fn percent(part: usize, all: usize) -> String {
    format!("{} %", (part * 100 + all / 2).checked_div(all).unwrap_or(0))
}
