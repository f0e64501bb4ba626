//! One document: where it stands, what can be done, its time line.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::Response;

use super::Operator;
use super::access::Visitor;
use super::list::address;
use super::page::{Page, Refused, moment, respond};
use crate::codes::classify;
use crate::journal::{HistoryEntry, Journal, Record, State};

pub(super) async fn document(
    Shared(operator): Shared<Arc<Operator>>,
    visitor: Visitor,
    Path(local_uid): Path<String>,
) -> Response {
    respond(&visitor.reader, make(&operator, &visitor, local_uid).await)
}

async fn make(operator: &Operator, visitor: &Visitor, local_uid: String) -> Result<Response, Refused> {
    let read = move |journal: &dyn Journal| {
        let record = journal.document(&local_uid)?;
        let history = journal.history(&local_uid)?;
        Ok(record.map(|record| (record, history)))
    };
    let (record, history) = operator.exchange.with_journal(read).await?.ok_or(Refused::NotFound)?;
    let mut page = Page::new(&visitor.reader, record.file_name());
    facts(&mut page, operator, &record);
    actions(&mut page, visitor, &record);
    errors(&mut page, operator, &record);
    time_line(&mut page, operator, &record, &history);
    Ok(page.finish(StatusCode::OK))
}

fn facts(page: &mut Page<'_>, operator: &Operator, record: &Record) {
    let r = page.reader;
    page.html.markup("<dl class=\"facts\"><dt>");
    page.html.element("", r.t("состояние", "state"), "</dt><dd id=\"state\">");
    page.state(record.state);
    page.html.markup("</dd>");
    let time = |time: Option<_>| time.map(|time| moment(time, operator.offset)).unwrap_or_default();
    for (name, value) in [
        (r.t("номер в РЭМД", "emdrId"), record.emdr_id.clone().unwrap_or_default()),
        ("localUid", record.local_uid.clone()),
        (r.t("файл", "file"), record.file.clone()),
        (r.t("вид", "kind"), operator.kind(r.lang, &record.kind)),
        (r.t("организация", "organisation"), record.organization.clone()),
        (r.t("запросов", "requests"), record.attempts.to_string()),
        (r.t("в журнале с", "in the journal since"), moment(record.created_at, operator.offset)),
        (r.t("изменён", "changed"), moment(record.updated_at, operator.offset)),
        (r.t("принят РЭМД", "acknowledged"), time(record.accepted_at)),
        (r.t("следующее действие", "next action"), time(record.next_attempt_at)),
        ("SHA-256", record.sha256.clone()),
    ] {
        if !value.is_empty() {
            page.html.element("<dt>", name, "</dt>");
            page.html.element("<dd>", &value, "</dd>");
        }
    }
    page.html.markup("</dl>");
}

/// The buttons that make sense now.
fn actions(page: &mut Page<'_>, visitor: &Visitor, record: &Record) {
    let r = page.reader;
    let place = address(&record.local_uid);
    let (retry, cancel) = (format!("{place}/retry"), format!("{place}/cancel"));
    let may_retry =
        matches!(record.state, State::Rejected | State::Dead | State::NoAnswer | State::Cancelled);
    let useless = record.state == State::Rejected && record.retryable != Some(true);
    page.html.markup("<div class=\"actions\">");
    if may_retry && !useless {
        page.button(visitor, &retry, "retry", r.t("Отправить снова", "Send again"));
    }
    if matches!(record.state, State::Queued | State::Rejected | State::Dead | State::NoAnswer) {
        page.button(visitor, &cancel, "cancel", r.t("Отозвать", "Withdraw"));
    }
    page.html.markup("</div>");
    if useless {
        page.html.element(
            "<details><summary>",
            r.t("Повтор не поможет: нужен исправленный документ", "A resend cannot help: mend the document"),
            "</summary>",
        );
        page.note(r.t(
            "РЭМД откажет по той же причине. Исправленному документу нужны новый идентификатор и новые подписи.",
            "The register will refuse for the same reason. A mended document needs a new identifier and new signatures.",
        ));
        page.button(visitor, &retry, "retry", r.t("Всё равно отправить снова", "Send again all the same"));
        page.html.markup("</details>");
    }
}

/// The errors of the last refusal, with what to do; the register's own words may name persons.
fn errors(page: &mut Page<'_>, operator: &Operator, record: &Record) {
    if record.errors.is_empty() {
        return;
    }
    page.heading("Последний отказ", "The last refusal");
    let r = page.reader;
    page.html.markup("<ul class=\"errors\">");
    for error in &record.errors {
        page.html.element("<li><strong>", &error.code, "</strong> ");
        let meaning = classify(&error.code, &error.message);
        if let (Some(title), Some(advice)) = (meaning.title(), meaning.advice()) {
            page.html.text(title.text(r.lang));
            page.html.element("<p class=\"advice\">", advice.text(r.lang), "</p>");
        }
        if operator.show_personal_data && !error.message.is_empty() {
            page.html.element("<p class=\"said\">", &error.message, "</p>");
        }
        page.html.markup("</li>");
    }
    page.html.markup("</ul>");
    if !operator.show_personal_data {
        page.note(r.t(
            "Слова РЭМД скрыты: в них бывают персональные данные (semd serve --show-pii).",
            "The register's own words are hidden: they may name persons (semd serve --show-pii).",
        ));
    }
    let owner = record.owner.map_or("—", |owner| owner.word(r.lang));
    page.note(&format!(
        "{}: {owner}. {}: {}.",
        r.t("Исправляет", "To be fixed by"),
        r.t("Повтор поможет", "Resend helps"),
        r.resend(record.retryable)
    ));
}

fn time_line(page: &mut Page<'_>, operator: &Operator, record: &Record, history: &[HistoryEntry]) {
    page.heading("Ход обмена", "Time line");
    let r = page.reader;
    let titles = [
        r.t("время", "time"),
        r.t("событие", "event"),
        r.t("стало", "state"),
        r.t("сообщение", "message"),
        "MessageID",
    ];
    page.html.markup("<div id=\"history\">");
    page.table(&titles);
    for line in history {
        page.html.markup("<tr>");
        page.time_cell(titles[0], &moment(line.at, operator.offset));
        page.text_cell(titles[1], line.event.as_deref().map_or("", |event| r.event(event)));
        page.cell(titles[2]);
        if let Some(state) = line.state {
            page.state(state);
        }
        page.html.markup("</td>");
        page.cell(titles[3]);
        message_cell(page, record, line);
        page.html.markup("</td>");
        let id = line.message_id.as_ref().or(line.relates_to.as_ref());
        page.text_cell(titles[4], id.map_or("", |id| id.as_str()));
        page.html.markup("</tr>");
    }
    page.end_table();
    page.html.markup("</div>");
}

fn message_cell(page: &mut Page<'_>, record: &Record, line: &HistoryEntry) {
    let (Some(direction), Some(action)) = (line.direction, &line.action) else { return };
    page.html.element("<span>", page.reader.direction(direction), " ");
    match line.has_raw {
        true => page.link(&format!("{}/message/{}", address(&record.local_uid), line.number), action),
        // The bytes are the document itself.
        false => page.html.text(action),
    }
    page.html.markup("</span>");
}
