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
use crate::journal::{Record, State};

/// Documents that a search shows at most.
const FOUND: u32 = 100;

impl Operator {
    /// Code and title of a kind.
    pub(super) fn kind(&self, lang: Lang, code: &str) -> String {
        match self.kinds.find(code) {
            Some(kind) => match lang {
                Lang::Ru => format!("{code} {}", kind.title),
                Lang::En => format!("{code} {}", kind.title_en),
            },
            None => code.to_owned(),
        }
    }
}

/// The address of a document's page.
pub(super) fn address(local_uid: &str) -> String {
    format!("/document/{}", encoded(local_uid))
}

/// The last part of the path of a file.
pub(super) fn file_name(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
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
    let mut records = operator.exchange.with_journal(move |journal| journal.list(&filter)).await?;
    let more = records.len() > PAGE as usize;
    records.truncate(PAGE as usize);
    if records.is_empty() {
        page.note(reader.t("Таких документов нет.", "There are no such documents."));
    } else {
        table(&mut page, operator, &records);
    }
    page.html.markup("<nav class=\"pages\">");
    if !query.after.is_empty() {
        let first = ListQuery { after: String::new(), ..query.clone() };
        page.link(&first.address(), reader.t("« к новым", "« newest"));
    }
    if let Some(last) = records.last().filter(|_| more) {
        let next = ListQuery { after: last.number.to_string(), ..query };
        page.html.markup("<a rel=\"next\"");
        page.html.value("href", &next.address());
        page.html.element(">", reader.t("более старые »", "older »"), "</a>");
    }
    page.html.markup("</nav>");
    Ok(page.finish(StatusCode::OK))
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
        page.link(&address(&record.local_uid), file_name(&record.file));
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
}

/// Search by localUid, registration number, MessageID or a part of the file's name.
pub(super) async fn search(
    Shared(operator): Shared<Arc<Operator>>,
    visitor: Visitor,
    Query(search): Query<Search>,
) -> Response {
    respond(&visitor.reader, found(&operator, &visitor.reader, search.q).await)
}

async fn found(operator: &Operator, reader: &Reader, text: String) -> Result<Response, Refused> {
    let wanted = text.trim().to_owned();
    if wanted.is_empty() {
        return Ok(Redirect::to("/documents").into_response());
    }
    let records = operator.exchange.with_journal(move |journal| journal.search(&text, FOUND)).await?;
    if let [record] = &records[..] {
        return Ok(Redirect::to(&address(&record.local_uid)).into_response());
    }
    let mut page = Page::new(reader, reader.t("Найденные документы", "Documents found"));
    match records.is_empty() {
        true => page.note(&match reader.lang {
            Lang::Ru => format!("По запросу «{wanted}» ничего не найдено."),
            Lang::En => format!("Nothing was found for “{wanted}”."),
        }),
        false => table(&mut page, operator, &records),
    }
    if records.len() >= FOUND as usize {
        page.note(
            reader.t("Показаны первые 100; уточните запрос.", "The first 100 are shown; ask for less."),
        );
    }
    Ok(page.finish(StatusCode::OK))
}
