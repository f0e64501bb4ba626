//! One message: as it was sent or received, masked unless personal data may be shown.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::Operator;
use super::access::Visitor;
use super::list::address;
use super::masked::masked;
use super::page::{Page, Refused, moment, respond};
use crate::journal::{HistoryEntry, Journal};

/// Characters of a message that a page shows.
const SHOWN: usize = 256 << 10;

pub(super) async fn message(
    Shared(operator): Shared<Arc<Operator>>,
    visitor: Visitor,
    Path((local_uid, number)): Path<(String, i64)>,
) -> Response {
    respond(&visitor.reader, make(&operator, &visitor, local_uid, number).await)
}

/// The message in a line of the history of this document.
async fn read(
    operator: &Operator,
    local_uid: String,
    number: i64,
) -> Result<(HistoryEntry, Vec<u8>), Refused> {
    let read = move |journal: &dyn Journal| {
        let history = journal.history(&local_uid)?;
        let Some(line) = history.into_iter().find(|line| line.number == number && line.has_raw) else {
            return Ok(None);
        };
        Ok(journal.raw_message(number)?.map(|raw| (line, raw)))
    };
    operator.exchange.with_journal(read).await?.ok_or(Refused::NotFound)
}

async fn make(
    operator: &Operator,
    visitor: &Visitor,
    local_uid: String,
    number: i64,
) -> Result<Response, Refused> {
    let (line, raw) = read(operator, local_uid.clone(), number).await?;
    let r = &visitor.reader;
    let mut page = Page::new(r, line.action.as_deref().unwrap_or_default());
    page.html.markup("<p>");
    page.link(&address(&local_uid), r.t("« к документу", "« to the document"));
    page.html.markup("</p>");
    let direction = line.direction.map_or("", |direction| r.direction(direction));
    let size = r.number(raw.len() as u64);
    page.note(&format!(
        "{direction} · {} · {size} {} · MessageID {} · relatesTo {}",
        moment(line.at, operator.offset),
        r.t("байт", "bytes"),
        line.message_id.as_ref().map_or("—", |id| id.as_str()),
        line.relates_to.as_ref().map_or("—", |id| id.as_str()),
    ));
    let mut text = match operator.show_personal_data {
        true => String::from_utf8_lossy(&raw).into_owned(),
        false => masked(&raw).unwrap_or_else(|| {
            r.t(
                "(это не XML; показать можно только целиком)",
                "(this is not XML; it can only be shown whole)",
            )
            .to_owned()
        }),
    };
    match operator.show_personal_data {
        true => {
            let raw = format!("{}/message/{number}/raw", address(&local_uid));
            page.html.markup("<p>");
            page.link(&raw, r.t("Скачать байт в байт", "Download byte for byte"));
            page.html.markup("</p>");
        }
        false => page.note(r.t(
            "Значения скрыты: буквы показаны как x, цифры как 0. Целиком: semd serve --show-pii.",
            "Values are masked: letters are shown as x, digits as 0. Whole: semd serve --show-pii.",
        )),
    }
    if text.len() > SHOWN {
        text.truncate(text.floor_char_boundary(SHOWN));
        text.push_str("\n…");
    }
    page.html.element("<pre class=\"message\" tabindex=\"0\">", &text, "</pre>");
    Ok(page.finish(StatusCode::OK))
}

/// The bytes of a message.
pub(super) async fn raw(
    Shared(operator): Shared<Arc<Operator>>,
    visitor: Visitor,
    Path((local_uid, number)): Path<(String, i64)>,
) -> Response {
    if !operator.show_personal_data {
        return Refused::Masked.page(&visitor.reader);
    }
    let name = format!("attachment; filename=\"message-{number}.xml\"");
    let answer = |(_, raw): (HistoryEntry, Vec<u8>)| {
        let headers = [
            (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ];
        (headers, raw).into_response()
    };
    respond(&visitor.reader, read(&operator, local_uid, number).await.map(answer))
}
