//! The frame of every page, and the pieces that pages share.

use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{Html as HtmlResponse, IntoResponse, Redirect, Response};
use semd_core::html::Html;
use semd_core::report::Lang;
use serde::Deserialize;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use super::Operator;
use super::access::{LANGUAGE_COOKIE, Reader, Visitor};
use super::query::encoded;
use crate::journal::{JournalError, State};

/// A page that is being written.
pub(super) struct Page<'r> {
    pub(super) html: Html,
    pub(super) reader: &'r Reader,
}

impl<'r> Page<'r> {
    /// The head of a page.
    pub(super) fn new(reader: &'r Reader, title: &str) -> Self {
        let mut html = Html::with_capacity(32 << 10);
        html.markup("<!DOCTYPE html><html");
        html.value("lang", reader.t("ru", "en"));
        html.markup(
            "><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
        );
        html.markup(
            "<link rel=\"stylesheet\" href=\"/style.css\"><link rel=\"icon\" href=\"/icon.svg\"><title>",
        );
        html.text(title);
        html.markup(" — semd</title></head><body><header><nav><a class=\"home\" href=\"/\">semd</a>");
        if reader.may_look {
            ways(&mut html, reader);
        } else {
            html.markup("</nav>");
        }
        html.markup("<div class=\"corner\">");
        let (other, name) = match reader.lang {
            Lang::Ru => ("en", "English"),
            Lang::En => ("ru", "Русский"),
        };
        html.markup("<a");
        html.value("href", &format!("/language?to={other}&back={}", encoded(&reader.place)));
        html.element(">", name, "</a>");
        if reader.signed_in {
            html.element(
                "<form method=\"post\" action=\"/logout\"><button class=\"quiet\">",
                reader.t("Выйти", "Sign out"),
                "</button></form>",
            );
        }
        html.element("</div></header><main><h1>", title, "</h1>");
        Self { html, reader }
    }

    pub(super) fn finish(mut self, status: StatusCode) -> Response {
        self.html.markup("</main></body></html>");
        (status, HtmlResponse(self.html.finish())).into_response()
    }

    /// A line of text.
    pub(super) fn note(&mut self, text: &str) {
        self.html.element("<p class=\"note\">", text, "</p>");
    }

    pub(super) fn heading(&mut self, ru: &str, en: &str) {
        self.html.element("<h2>", self.reader.t(ru, en), "</h2>");
    }

    /// Begins a table; on a narrow screen each row becomes a card whose cells carry these titles.
    pub(super) fn table(&mut self, titles: &[&str]) {
        self.html.markup("<div class=\"wide\"><table class=\"cards\"><thead><tr>");
        for title in titles {
            self.html.element("<th scope=\"col\">", title, "</th>");
        }
        self.html.markup("</tr></thead><tbody>");
    }

    pub(super) fn end_table(&mut self) {
        self.html.markup("</tbody></table></div>");
    }

    /// Begins a cell under its title.
    pub(super) fn cell(&mut self, title: &str) {
        self.html.markup("<td");
        self.html.value("data-title", title);
        self.html.markup(">");
    }

    /// A cell with text.
    pub(super) fn text_cell(&mut self, title: &str, text: &str) {
        self.cell(title);
        if !text.is_empty() {
            self.html.markup("<span>");
            self.breakable(text);
            self.html.markup("</span>");
        }
        self.html.markup("</td>");
    }

    /// A moment, on one line where there is room.
    pub(super) fn time_cell(&mut self, title: &str, text: &str) {
        self.cell(title);
        self.html.element("<span class=\"time\">", text, "</span></td>");
    }

    /// Text that may go on in the next line after `_`, as codes do.
    pub(super) fn breakable(&mut self, text: &str) {
        for part in text.split_inclusive('_') {
            self.html.text(part);
            if part.ends_with('_') {
                self.html.markup("<wbr>");
            }
        }
    }

    pub(super) fn link(&mut self, href: &str, text: &str) {
        self.html.markup("<a");
        self.html.value("href", href);
        self.html.markup(">");
        self.breakable(text);
        self.html.markup("</a>");
    }

    /// A state as a coloured word.
    pub(super) fn state(&mut self, state: State) {
        self.html.markup("<span");
        self.html.value("class", &format!("state {}", state.as_str()));
        self.html.value("title", state.as_str());
        self.html.element(">", self.reader.state(state), "</span>");
    }

    /// A button that sends a form of its own.
    pub(super) fn button(&mut self, visitor: &Visitor, action: &str, class: &str, text: &str) {
        self.html.markup("<form method=\"post\"");
        self.html.value("action", action);
        self.html.markup("><input type=\"hidden\" name=\"secret\"");
        self.html.value("value", visitor.form_secret());
        self.html.markup("><button");
        self.html.value("class", class);
        self.html.element(">", text, "</button></form>");
    }
}

/// Where a visitor can go.
fn ways(html: &mut Html, reader: &Reader) {
    html.element("<a href=\"/\">", reader.t("Обзор", "Overview"), "</a>");
    html.element("<a href=\"/documents\">", reader.t("Документы", "Documents"), "</a></nav>");
    html.markup("<form class=\"find\" action=\"/search\" role=\"search\"><input type=\"search\" name=\"q\"");
    let find = reader.t("localUid, номер в РЭМД, MessageID или файл", "localUid, emdrId, MessageID or file");
    html.value("placeholder", find);
    html.value("aria-label", find);
    html.element("><button>", reader.t("Найти", "Find"), "</button></form>");
}

/// A moment as people write it.
pub(super) fn moment(moment: OffsetDateTime, offset: UtcOffset) -> String {
    let format = format_description!("[day].[month].[year] [hour]:[minute]:[second]");
    moment.to_offset(offset).format(&format).unwrap_or_default()
}

/// Why there is no page.
pub(super) enum Refused {
    Journal(JournalError),
    NotFound,
    /// The form did not come from a page of this visitor.
    Stranger,
    /// Personal data is masked.
    Masked,
}

impl From<JournalError> for Refused {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::NoDocument { .. } => Self::NotFound,
            other => Self::Journal(other),
        }
    }
}

impl Refused {
    pub(super) fn page(self, reader: &Reader) -> Response {
        let (status, title, text) = match &self {
            Self::Journal(JournalError::Illegal(illegal)) => (
                StatusCode::CONFLICT,
                reader.t("Сейчас это невозможно", "Not possible now"),
                match reader.lang {
                    Lang::Ru => format!("Документ в состоянии «{}».", reader.state(illegal.state)),
                    Lang::En => format!("The document is “{}”.", reader.state(illegal.state)),
                },
            ),
            Self::Journal(error) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                reader.t("Журнал не отвечает", "The journal does not answer"),
                error.to_string(),
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                reader.t("Такого здесь нет", "Nothing here"),
                reader.t("Проверьте адрес или найдите документ.", "Check the address, or search.").to_owned(),
            ),
            Self::Stranger => (
                StatusCode::FORBIDDEN,
                reader.t("Форма устарела", "The form is out of date"),
                reader
                    .t(
                        "Откройте страницу документа заново и повторите.",
                        "Open the document again and repeat.",
                    )
                    .to_owned(),
            ),
            Self::Masked => (
                StatusCode::FORBIDDEN,
                reader.t("Персональные данные скрыты", "Personal data is masked"),
                reader
                    .t(
                        "Сообщения целиком видны, если semd serve запущен с --show-pii.",
                        "Whole messages are shown when semd serve runs with --show-pii.",
                    )
                    .to_owned(),
            ),
        };
        let mut page = Page::new(reader, title);
        page.note(&text);
        page.finish(status)
    }
}

/// A page, or why there is none, in the language of the visitor.
pub(super) fn respond(reader: &Reader, made: Result<Response, Refused>) -> Response {
    made.unwrap_or_else(|refused| refused.page(reader))
}

pub(super) async fn nothing_here(Shared(_): Shared<Arc<Operator>>, visitor: Visitor) -> Response {
    Refused::NotFound.page(&visitor.reader)
}

#[derive(Deserialize)]
pub(super) struct Language {
    to: String,
    #[serde(default)]
    back: String,
}

/// Remembers the language and goes back.
pub(super) async fn language(Query(language): Query<Language>) -> Response {
    let lang = if language.to == "en" { "en" } else { "ru" };
    let cookie = format!("{LANGUAGE_COOKIE}={lang}; SameSite=Strict; Path=/; Max-Age=31536000");
    // Only to a place of this page: `//elsewhere` and `/\elsewhere` are not.
    let local = language.back.starts_with('/')
        && !language.back[1..].starts_with(['/', '\\'])
        && language.back.bytes().all(|byte| byte.is_ascii_graphic());
    let back = if local { language.back } else { "/".to_owned() };
    ([(header::SET_COOKIE, cookie)], Redirect::to(&back)).into_response()
}
