//! The list of documents: filter, pages, search.

use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use semd_core::report::{Lang, Owner};
use serde::Deserialize;

use super::Operator;
use super::access::{Reader, Visitor};
use super::page::{Page, Refused, moment, respond};
use super::query::{ListQuery, PAGE, encoded};
use crate::journal::{self, Journal, Record, State};

/// Documents that a search shows at most.
const FOUND: u32 = 100;

impl Operator {
    /// Code and title of a kind.
    pub(super) fn kind(&self, lang: Lang, code: &str) -> String {
        match self.kinds.find(code) {
            Some(kind) => format!("{code} {}", kind.title_in(lang)),
            None => code.to_owned(),
        }
    }
}

/// The address of a document's page.
pub(super) fn address(local_uid: &str) -> String {
    format!("/document/{}", encoded(local_uid))
}

pub(super) async fn documents(
    Shared(operator): Shared<Arc<Operator>>,
    visitor: Visitor,
    Query(query): Query<ListQuery>,
) -> Response {
    respond(&visitor.reader, list(&operator, &visitor.reader, query).await)
}

async fn list(operator: &Operator, reader: &Reader, query: ListQuery) -> Result<Response, Refused> {
    let (filter, wrong) = query.filter();
    let mut page = Page::new(reader, reader.t("Документы", "Documents"));
    filter_form(&mut page, &query);
    if !wrong.is_empty() {
        let text = reader.t("Не поняты условия", "These conditions are not understood");
        page.html.element(
            "<p class=\"bad\" role=\"alert\">",
            &format!("{text}: {}", wrong.join(", ")),
            "</p>",
        );
        return Ok(page.finish(StatusCode::BAD_REQUEST));
    }
    let mut found = operator.exchange.with_journal(move |journal| journal.page(&filter)).await?;
    let full = found.records.len() > PAGE as usize;
    if full {
        found.records.truncate(PAGE as usize);
        found.next = found.records.last().map(|record| record.number);
    }
    rows(&mut page, operator, &found, full);
    page.html.markup("<nav class=\"pages\">");
    if !query.after.is_empty() {
        let first = ListQuery { after: String::new(), ..query.clone() };
        page.link(&first.address(), reader.t("« к новым", "« newest"));
    }
    if let Some(next) = found.next {
        let next = ListQuery { after: next.to_string(), ..query };
        next_link(&mut page, &next.address(), full);
    }
    page.html.markup("</nav>");
    Ok(page.finish(StatusCode::OK))
}

/// The documents of a page; one that is not full and goes on says that there may be more.
fn rows(page: &mut Page<'_>, operator: &Operator, found: &journal::Page, full: bool) {
    let r = page.reader;
    if !found.records.is_empty() {
        table(page, operator, &found.records);
    }
    if found.next.is_some() && !full {
        page.note(r.t(
            "Просмотрена часть журнала; в остальной могут быть ещё такие документы.",
            "A part of the journal was looked through; the rest may have more such documents.",
        ));
    } else if found.records.is_empty() {
        page.note(r.t("Таких документов нет.", "There are no such documents."));
    }
}

fn next_link(page: &mut Page<'_>, address: &str, full: bool) {
    let r = page.reader;
    page.html.markup("<a rel=\"next\"");
    page.html.value("href", address);
    let text = if full {
        r.t("более старые »", "older »")
    } else {
        r.t("искать дальше »", "search on »")
    };
    page.html.element(">", text, "</a>");
}

fn filter_form(page: &mut Page<'_>, query: &ListQuery) {
    let r = page.reader;
    page.html.markup("<form class=\"filter\" action=\"/documents\">");
    let states = State::ALL.map(|state| (state.as_str(), r.state(state)));
    select(page, "state", r.t("состояние", "state"), &query.state, &states);
    input(page, "code", r.t("код отказа", "code"), &query.code);
    let owners = Owner::ALL.map(|owner| (owner.as_str(), owner.word(r.lang)));
    select(page, "owner", r.t("исправляет", "to be fixed by"), &query.owner, &owners);
    let resend = [("yes", r.t("да", "yes")), ("no", r.t("нет", "no"))];
    select(page, "resend", r.t("повтор поможет", "resend helps"), &query.resend, &resend);
    input(page, "kind", r.t("вид (код)", "kind (code)"), &query.kind);
    input(page, "organization", r.t("организация (OID)", "organisation (OID)"), &query.organization);
    page.html.element("<button>", r.t("Показать", "Show"), "</button>");
    page.link("/documents", r.t("сбросить", "reset"));
    page.html.markup("</form>");
}

fn select(page: &mut Page<'_>, name: &str, label: &str, chosen: &str, options: &[(&str, &str)]) {
    page.html.element("<label>", label, "<select");
    page.html.value("name", name);
    page.html.markup("><option value=\"\"></option>");
    for (value, text) in options {
        page.html.markup("<option");
        page.html.value("value", value);
        page.html.element(if *value == chosen { " selected>" } else { ">" }, text, "</option>");
    }
    page.html.markup("</select></label>");
}

fn input(page: &mut Page<'_>, name: &str, label: &str, value: &str) {
    page.html.element("<label>", label, "<input");
    page.html.value("name", name);
    page.html.value("value", value);
    page.html.markup("></label>");
}

/// The documents as rows; on a narrow screen as cards.
fn table(page: &mut Page<'_>, operator: &Operator, records: &[Record]) {
    let r = page.reader;
    let titles = [
        r.t("файл", "file"),
        r.t("вид", "kind"),
        r.t("состояние", "state"),
        r.t("номер в РЭМД или коды", "emdrId or codes"),
        r.t("исправляет", "to be fixed by"),
        r.t("повтор поможет", "resend helps"),
        r.t("запросов", "requests"),
        r.t("изменён", "changed"),
    ];
    page.html.markup("<div id=\"documents\">");
    page.table(&titles);
    for record in records {
        page.html.markup("<tr>");
        page.cell(titles[0]);
        page.html.markup("<span>");
        page.link(&address(&record.local_uid), record.file_name());
        page.html.element("<small>", &record.local_uid, "</small></span></td>");
        page.text_cell(titles[1], &operator.kind(r.lang, &record.kind));
        page.cell(titles[2]);
        page.state(record.state);
        page.html.markup("</td>");
        outcome(page, titles[3], record);
        page.text_cell(titles[4], record.owner.map_or("—", |owner| owner.word(r.lang)));
        page.text_cell(titles[5], r.resend(record.retryable));
        page.text_cell(titles[6], &record.attempts.to_string());
        page.time_cell(titles[7], &moment(record.updated_at, operator.offset));
        page.html.markup("</tr>");
    }
    page.end_table();
    page.html.markup("</div>");
}

/// The registration number, or each code in a line of its own.
fn outcome(page: &mut Page<'_>, title: &str, record: &Record) {
    if let Some(emdr_id) = &record.emdr_id {
        return page.text_cell(title, emdr_id);
    }
    if record.codes.is_empty() {
        return page.text_cell(title, "—");
    }
    page.cell(title);
    page.html.markup("<span>");
    for code in &record.codes {
        page.html.markup("<span class=\"line\">");
        page.breakable(code);
        page.html.markup("</span>");
    }
    page.html.markup("</span></td>");
}

#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
    after: Option<i64>,
}

/// Search by localUid, registration number, MessageID or a part of the file's name.
pub(super) async fn search(
    Shared(operator): Shared<Arc<Operator>>,
    visitor: Visitor,
    Query(search): Query<Search>,
) -> Response {
    respond(&visitor.reader, found(&operator, &visitor.reader, search).await)
}

async fn found(operator: &Operator, reader: &Reader, search: Search) -> Result<Response, Refused> {
    let wanted = search.q.trim().to_owned();
    if wanted.is_empty() {
        return Ok(Redirect::to("/documents").into_response());
    }
    let (text, after) = (wanted.clone(), search.after);
    let look = move |journal: &dyn Journal| journal.search_page(&text, after, FOUND);
    let found = operator.exchange.with_journal(look).await?;
    if let (None, None, [record]) = (after, found.next, &found.records[..]) {
        return Ok(Redirect::to(&address(&record.local_uid)).into_response());
    }
    let mut page = Page::new(reader, reader.t("Найденные документы", "Documents found"));
    let full = found.records.len() >= FOUND as usize;
    if found.records.is_empty() && found.next.is_none() && after.is_none() {
        page.note(&match reader.lang {
            Lang::Ru => format!("По запросу «{wanted}» ничего не найдено."),
            Lang::En => format!("Nothing was found for “{wanted}”."),
        });
    } else {
        rows(&mut page, operator, &found, full);
    }
    if let Some(next) = found.next {
        page.html.markup("<nav class=\"pages\">");
        next_link(&mut page, &format!("/search?q={}&after={next}", encoded(&wanted)), full);
        page.html.markup("</nav>");
    } else if full {
        page.note(
            reader.t("Показаны первые 100; уточните запрос.", "The first 100 are shown; ask for less."),
        );
    }
    Ok(page.finish(StatusCode::OK))
}
