//! The first page: how the exchange stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use semd_core::report::Owner;
use time::format_description::well_known::Iso8601;
use time::{Duration, OffsetDateTime};

use super::access::Visitor;
use super::cache::{DAYS, Numbers};
use super::page::{Page, Refused, moment, respond};
use super::query::ListQuery;
use super::{Operator, chart};
use crate::codes::Code;
use crate::journal::{CodeCount, Journal, State, Stop, WorkerEntry};

/// Rows of the table of codes.
const CODES: usize = 100;

/// What the page shows beside the cached numbers.
struct Facts {
    states: Vec<(State, u64)>,
    orphans: u32,
    stops: Vec<Stop>,
    workers: Vec<WorkerEntry>,
}

pub(super) async fn overview(Shared(operator): Shared<Arc<Operator>>, visitor: Visitor) -> Response {
    respond(&visitor.reader, make(&operator, &visitor).await)
}

impl Operator {
    /// The numbers that need a pass over many rows.
    pub(super) async fn numbers(&self) -> Result<Arc<Numbers>, Refused> {
        let offset = self.offset;
        // The last day of the chart is today, where the operator is.
        let first_day = move |now: OffsetDateTime| {
            let today = now.to_offset(offset).replace_time(time::Time::MIDNIGHT);
            today - Duration::days(i64::from(DAYS) - 1)
        };
        Ok(self.slow.numbers(&self.exchange, first_day).await?)
    }
}

async fn make(operator: &Operator, visitor: &Visitor) -> Result<Response, Refused> {
    let read = |journal: &dyn Journal| {
        Ok(Facts {
            states: journal.state_counts()?,
            orphans: journal.orphan_count()?,
            stops: journal.stops()?,
            workers: journal.workers()?,
        })
    };
    let facts = operator.exchange.with_journal(read).await?;
    let numbers = operator.numbers().await?;
    let reader = &visitor.reader;
    let mut page = Page::new(reader, reader.t("Журнал обмена с РЭМД", "Journal of the exchange"));
    stops(&mut page, visitor, &facts.stops);
    states(&mut page, &facts);
    ages(&mut page, &numbers);
    days(&mut page, operator, &numbers);
    codes(&mut page, operator, &numbers.codes);
    workers(&mut page, operator, &facts);
    let counted = moment(numbers.at, operator.offset);
    page.note(&format!("{} {counted}", reader.t("Подсчитано:", "Counted at")));
    Ok(page.finish(StatusCode::OK))
}

/// Organisations for which nothing is sent: somebody must act, so they come first.
fn stops(page: &mut Page<'_>, visitor: &Visitor, stops: &[Stop]) {
    for stop in stops {
        page.html.markup("<section class=\"alarm\"><p>");
        let text = page.reader.t("Отправка остановлена: организация", "Nothing is sent: organisation");
        page.html.text(&format!("{text} {}, {}. ", stop.organization, stop.code));
        if let Some(code) = Code::find(&stop.code) {
            page.html.text(code.advice.text(page.reader.lang));
        }
        page.html.markup("</p>");
        let action = format!("/organization/{}/resume", super::query::encoded(&stop.organization));
        let text = page.reader.t("Причина устранена, возобновить", "The cause is mended, go on");
        page.button(visitor, &action, "", text);
        page.html.markup("</section>");
    }
}

fn states(page: &mut Page<'_>, facts: &Facts) {
    page.heading("Состояния", "States");
    let total: u64 = facts.states.iter().map(|(_, count)| count).sum();
    if total == 0 {
        page.note(
            page.reader.t("В журнале пока нет документов.", "There are no documents in the journal yet."),
        );
        return;
    }
    page.html.markup("<table class=\"bars\" id=\"states\"><tbody>");
    let largest = facts.states.iter().map(|(_, count)| *count).max().unwrap_or(0);
    for (state, count) in &facts.states {
        let query = ListQuery { state: state.as_str().to_owned(), ..ListQuery::default() };
        let (name, class) = (page.reader.state(*state), state.as_str());
        bar_row(page, Some(&query.address()), name, *count, largest, class);
    }
    page.html.markup("</tbody></table>");
    let (all, orphans) = (page.reader.number(total), page.reader.number(u64::from(facts.orphans)));
    page.note(&format!(
        "{}: {all}. {}: {orphans}.",
        page.reader.t("Всего документов", "Documents in all"),
        page.reader.t("Сообщений без документа", "Messages without a document")
    ));
}

/// A row of a chart of bars: a name, a bar, a number.
fn bar_row(page: &mut Page<'_>, href: Option<&str>, name: &str, count: u64, largest: u64, class: &str) {
    page.html.markup("<tr><th scope=\"row\">");
    match href {
        Some(href) => page.link(href, name),
        None => page.html.text(name),
    }
    page.html.markup("</th><td class=\"graph\">");
    chart::bar(&mut page.html, count, largest, class);
    page.html.element("</td><td class=\"count\">", &page.reader.number(count), "</td></tr>");
}

fn ages(page: &mut Page<'_>, numbers: &Numbers) {
    page.heading("Ждут ответа РЭМД", "Waiting for the register's answer");
    let largest = numbers.ages.iter().map(|step| step.documents).max().unwrap_or(0);
    if largest == 0 {
        page.note(page.reader.t("Никто не ждёт.", "Nothing waits."));
        return;
    }
    page.html.markup("<table class=\"bars\" id=\"ages\"><tbody>");
    for (index, step) in numbers.ages.iter().enumerate() {
        let name = page.reader.step(step);
        // Nearly all answers come within the first hour.
        let class = match index {
            0 | 1 => "fresh",
            2..=4 => "old",
            _ => "stale",
        };
        bar_row(page, None, &name, step.documents, largest, class);
    }
    page.html.markup("</tbody></table>");
}

fn days(page: &mut Page<'_>, operator: &Operator, numbers: &Numbers) {
    page.heading("Зарегистрировано по дням", "Registered by day");
    let first = numbers.at.to_offset(operator.offset).date() - Duration::days(i64::from(DAYS) - 1);
    let counts: BTreeMap<u32, u64> = numbers.days.iter().map(|day| (day.day, day.registered)).collect();
    let values: Vec<(String, u64)> = (0..DAYS)
        .map(|day| {
            let date = first + Duration::days(i64::from(day));
            let count = counts.get(&day).copied().unwrap_or(0);
            (format!("{}: {count}", date.format(&Iso8601::DATE).unwrap_or_default()), count)
        })
        .collect();
    let largest = values.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let label = page.reader.t("Зарегистрировано по дням", "Registered by day");
    page.html.markup("<figure>");
    chart::columns(&mut page.html, label, &values);
    page.html.markup("<figcaption><span>");
    let date = |day: u32| {
        let date = first + Duration::days(i64::from(day));
        format!("{:02}.{:02}", date.day(), u8::from(date.month()))
    };
    page.html.text(&date(0));
    let most = page.reader.t("больше всего за день", "most in a day");
    page.html.element("</span><span>", &format!("{most}: {}", page.reader.number(largest)), "</span><span>");
    page.html.element("", &date(DAYS - 1), "</span></figcaption></figure>");
}

/// What refusals are counted by, over all organisations.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cause<'c> {
    code: &'c str,
    kind: &'c str,
    owner: Option<Owner>,
    retryable: Option<bool>,
}

/// Documents and organisations of each cause, the most frequent first.
fn causes(counts: &[CodeCount]) -> Vec<(Cause<'_>, u64, u64)> {
    let mut causes: BTreeMap<Cause<'_>, (u64, u64)> = BTreeMap::new();
    for count in counts {
        let cause =
            Cause { code: &count.code, kind: &count.kind, owner: count.owner, retryable: count.retryable };
        let (documents, organizations) = causes.entry(cause).or_default();
        *documents += count.documents;
        *organizations += 1;
    }
    let mut causes: Vec<_> = causes
        .into_iter()
        .map(|(cause, (documents, organizations))| (cause, documents, organizations))
        .collect();
    causes.sort_by_key(|(_, documents, _)| std::cmp::Reverse(*documents));
    causes
}

/// Code × kind × owner.
fn codes(page: &mut Page<'_>, operator: &Operator, counts: &[CodeCount]) {
    page.heading(
        "Отказы: кто исправляет и поможет ли повтор",
        "Refusals: whose turn it is, and whether a resend helps",
    );
    let rows = causes(counts);
    let Some(largest) = rows.first().map(|(_, documents, _)| *documents) else {
        page.note(page.reader.t("Отказов нет.", "There are no refusals."));
        return;
    };
    let left_out = rows.len().saturating_sub(CODES);
    let r = page.reader;
    let titles = [
        r.t("код", "code"),
        r.t("вид документа", "kind"),
        r.t("исправляет", "to be fixed by"),
        r.t("повтор поможет", "resend helps"),
        r.t("организаций", "organisations"),
        r.t("документов", "documents"),
    ];
    page.html.markup("<div id=\"codes\">");
    page.table(&titles);
    for (cause, documents, organizations) in rows.into_iter().take(CODES) {
        page.html.markup("<tr>");
        cause_cell(page, titles[0], &cause);
        page.text_cell(titles[1], &operator.kind(r.lang, cause.kind));
        page.text_cell(titles[2], cause.owner.map_or("—", |owner| owner.word(r.lang)));
        page.text_cell(titles[3], r.resend(cause.retryable));
        page.text_cell(titles[4], &r.number(organizations));
        page.cell(titles[5]);
        page.html.element("<span>", &r.number(documents), "</span>");
        chart::bar(&mut page.html, documents, largest, "rejected");
        page.html.markup("</td></tr>");
    }
    page.end_table();
    page.html.markup("</div>");
    if left_out > 0 {
        page.note(&format!("{}: {left_out}", r.t("Ещё строк", "More rows")));
    }
}

/// The code with its meaning, as the way to its documents.
fn cause_cell(page: &mut Page<'_>, title: &str, cause: &Cause<'_>) {
    let query = ListQuery {
        code: cause.code.to_owned(),
        kind: cause.kind.to_owned(),
        owner: cause.owner.map_or("", Owner::as_str).to_owned(),
        ..ListQuery::default()
    };
    let none = page.reader.t("(без кода)", "(no code)");
    page.cell(title);
    page.html.markup("<span>");
    page.link(&query.address(), if cause.code.is_empty() { none } else { cause.code });
    if let Some(known) = Code::find(cause.code) {
        page.html.element("<small>", known.title.text(page.reader.lang), "</small>");
    }
    page.html.markup("</span></td>");
}

fn workers(page: &mut Page<'_>, operator: &Operator, facts: &Facts) {
    page.heading("Кто отправляет", "Who sends");
    if facts.workers.is_empty() {
        page.note(page.reader.t(
            "Сейчас никто не отправляет: запустите semd register или semd serve --register.",
            "Nobody sends now: run semd register, or semd serve --register.",
        ));
        return;
    }
    let r = page.reader;
    let titles = [r.t("процесс", "process"), r.t("работает с", "since"), r.t("взято документов", "claimed")];
    page.table(&titles);
    for worker in &facts.workers {
        page.html.markup("<tr>");
        page.text_cell(titles[0], &worker.name);
        page.time_cell(titles[1], &moment(worker.started_at, operator.offset));
        page.text_cell(titles[2], &r.number(worker.claimed));
        page.html.markup("</tr>");
    }
    page.end_table();
}
