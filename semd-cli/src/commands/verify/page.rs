//! `html`: one self-contained page with the table of all signatures; the checks that do not hold unfold under their row.

use semd_core::html::Html;
use semd_core::report::{Lang, Verdict};

use super::report::{Row, titles};

const STYLE: &str = include_str!("page.css");

/// The page as it grows.
pub(super) struct Page {
    lang: Lang,
    rows: Html,
}

impl Page {
    pub(super) fn new(lang: Lang) -> Self {
        Self { lang, rows: Html::default() }
    }

    /// Adds a signature; `details` are lines of text.
    pub(super) fn add(&mut self, row: &Row, details: &str) {
        let class = match row.verdict {
            Verdict::Valid => "valid",
            Verdict::Invalid => "invalid",
            Verdict::Undecided => "undecided",
        };
        let html = &mut self.rows;
        html.markup("<tr");
        html.value("class", class);
        html.markup(">");
        for cell in [&row.file, &row.role, &row.signer, &row.signed] {
            html.element("<td>", cell, "</td>");
        }
        html.element("<td class=\"verdict\">", row.meaning, "</td>");
        html.element("<td>", &row.codes, "</td></tr>\n");
        if !details.is_empty() {
            let why = match self.lang {
                Lang::Ru => "почему",
                Lang::En => "why",
            };
            html.element("<tr><td colspan=\"6\"><details><summary>", why, "</summary><pre>");
            html.element("", details, "</pre></details></td></tr>\n");
        }
    }

    /// The whole page.
    pub(super) fn finish(self, totals: &str) -> String {
        let (language, title) = match self.lang {
            Lang::Ru => ("ru", "Проверка подписей"),
            Lang::En => ("en", "Signatures"),
        };
        let mut html = Html::default();
        html.markup("<!DOCTYPE html>\n<html lang=\"");
        html.markup(language);
        html.markup(
            "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>",
        );
        html.text(title);
        html.markup("</title><style>\n");
        html.markup(STYLE);
        html.element("</style></head><body>\n<h1>", title, "</h1>\n");
        html.element("<p>", totals, "</p>\n<table><thead><tr>");
        for column in titles(self.lang) {
            html.element("<th>", &column, "</th>");
        }
        html.markup("</tr></thead><tbody>\n");
        html.append(self.rows);
        html.markup("</tbody></table></body></html>\n");
        html.finish()
    }
}
