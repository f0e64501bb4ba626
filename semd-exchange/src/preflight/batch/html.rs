//! The page: head, counts, tabs. No script: a tab is a radio button, its panel is shown while it is checked.

use semd_core::html::Html;
use semd_core::report::Verdict;
use time::UtcOffset;

use super::{Batch, panels};
use crate::sheet::day;

/// Style of the page, for screen, phone and paper.
const STYLE: &str = include_str!("style.css");

pub(super) fn page(batch: &Batch) -> String {
    let mut html = Html::with_capacity(16_384 + batch.entries.len() * 512);
    html.markup("<!DOCTYPE html>\n<html lang=\"");
    html.markup(batch.word("ru", "en"));
    html.markup(
        "\"><head><meta charset=\"utf-8\"/><meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><title>",
    );
    html.markup(title(batch));
    html.markup("</title><style>\n");
    html.markup(STYLE);
    html.markup("</style></head><body><header><h1>");
    html.markup(title(batch));
    html.markup("</h1>");
    html.element("<p class=\"lead\">", &lead(batch), "</p>");
    tiles(batch, &mut html);
    html.markup("</header><main>");
    tabs(batch, &mut html);
    html.markup("</main></body></html>\n");
    html.finish()
}

fn title(batch: &Batch) -> &'static str {
    batch.word(
        "Что ответит РЭМД: проверка до отправки",
        "What the register would answer: a check before sending",
    )
}

fn lead(batch: &Batch) -> String {
    let moscow = UtcOffset::from_hms(3, 0, 0).map_or(batch.as_of, |moscow| batch.as_of.to_offset(moscow));
    let (date, hour, minute) = (day(moscow.date()), moscow.hour(), moscow.minute());
    let (when, zone) = (batch.word("На момент", "As of"), batch.word("по Москве", "Moscow time"));
    let rest = batch.word("Ничего не отправлено.", "Nothing was sent.");
    let pii = match batch.show_personal_data {
        true => batch.word(
            "Отчёт содержит персональные данные: храните и передавайте его как медицинский документ.",
            "The report has personal data: keep it and pass it on as a medical document.",
        ),
        false => batch.word(
            "Вместо персональных данных показана их форма (буквы x, цифры 0); сами данные: --show-pii.",
            "Personal data are shown by shape (letters x, digits 0); to see them: --show-pii.",
        ),
    };
    format!("{when} {date} {hour:02}:{minute:02} {zone}. {rest} {pii}")
}

fn tiles(batch: &Batch, html: &mut Html) {
    let count = |verdict| batch.entries.iter().filter(|entry| entry.verdict == verdict).count();
    let tiles = [
        ("<li><b>", batch.entries.len(), batch.word("всего", "in all")),
        (
            "<li class=\"good\"><b>",
            count(Verdict::Valid),
            batch.word("отказа не предвидится", "no refusal foreseen"),
        ),
        ("<li class=\"bad\"><b>", count(Verdict::Invalid), batch.word("РЭМД откажет", "would be refused")),
        ("<li class=\"open\"><b>", count(Verdict::Undecided), batch.word("не определено", "undecided")),
        ("<li class=\"open\"><b>", batch.unread.len(), batch.word("не прочитано", "not read")),
    ];
    html.markup("<ul class=\"tiles\">");
    for (number, (open, count, word)) in tiles.into_iter().enumerate() {
        // All, good and bad always; the others only when there are some.
        if number < 3 || count > 0 {
            html.element(open, &count.to_string(), "</b> ");
            html.element("<span>", word, "</span></li>");
        }
    }
    html.markup("</ul>");
}

fn tabs(batch: &Batch, html: &mut Html) {
    html.markup(
        "<input type=\"radio\" name=\"tab\" id=\"doctor\" checked=\"\"/><input type=\"radio\" name=\"tab\" id=\"operator\"/>\
         <input type=\"radio\" name=\"tab\" id=\"manager\"/><nav><label for=\"doctor\">",
    );
    html.markup(batch.word("Врачу", "Doctor"));
    html.markup("</label><label for=\"operator\">");
    html.markup(batch.word("Оператору", "Operator"));
    html.markup("</label><label for=\"manager\">");
    html.markup(batch.word("Руководителю", "Manager"));
    html.markup("</label></nav><section class=\"panel doctor\">");
    panels::doctor(batch, html);
    html.markup("</section><section class=\"panel operator\">");
    panels::operator(batch, html);
    html.markup("</section><section class=\"panel manager\">");
    panels::manager(batch, html);
    html.markup("</section>");
}
