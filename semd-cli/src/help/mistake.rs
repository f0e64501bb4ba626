//! What is wrong with a command line, in Russian.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::russian;

/// What parsers of values say; their translations are in `ru.toml`.
#[cfg(test)]
pub(super) const REASONS: [&str; 17] = [
    "11 digits without spaces and dashes",
    "13 digits without spaces and dashes",
    "MIN-MAX in milliseconds",
    "a URL that starts with http:// or https://",
    "a date `2026-12-31`, or date and time with zone: 2026-12-31T12:00:00+03:00",
    "a day is written YYYY-MM-DD",
    "a name without a folder",
    "a number above 0 and at most 10000",
    "a number from 0 to 1",
    "a number with `s`, `m`, `h` or `d`, or `none`",
    "a reason of RFC 5280 5.3.1, as keyCompromise",
    "an offset like +03:00",
    "invalid digit found in string",
    "letters, digits, `-` and `_` only",
    "number too large to fit in target type",
    "number would be zero for non-zero type",
    "cannot parse integer from empty string",
];

/// The complaint about a command line, lines without the last line end.
pub fn complaint(error: &clap::Error) -> String {
    let what = what(error);
    let usage = super::usage(&text(error, ContextKind::Usage));
    let usage = if usage.is_empty() { usage } else { format!("\n\nВызов: {usage}") };
    format!("ошибка: {what}{}{usage}\n\nПодробности: --help", similar(error))
}

fn what(error: &clap::Error) -> String {
    let argument = text(error, ContextKind::InvalidArg);
    let value = text(error, ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::UnknownArgument => format!("неизвестный аргумент «{argument}»"),
        ErrorKind::InvalidSubcommand => {
            format!("неизвестная команда «{}»", text(error, ContextKind::InvalidSubcommand))
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("у «{argument}» нет значения"),
        ErrorKind::InvalidValue => {
            let known = text(error, ContextKind::ValidValue);
            format!("значение «{value}» у «{argument}» не подходит; возможны: {known}")
        }
        ErrorKind::ValueValidation => {
            let reason = error.source().map_or(String::new(), |reason| reason.to_string());
            format!("значение «{value}» у «{argument}» не понято: {}", russian(&reason))
        }
        ErrorKind::ArgumentConflict => {
            let other = text(error, ContextKind::PriorArg);
            if other == argument {
                format!("«{argument}» указан больше одного раза")
            } else {
                format!("«{argument}» нельзя указать вместе с «{other}»")
            }
        }
        ErrorKind::MissingRequiredArgument => format!("не указано обязательное: {argument}"),
        ErrorKind::MissingSubcommand => {
            format!("не указана команда; возможны: {}", text(error, ContextKind::ValidSubcommand))
        }
        ErrorKind::TooManyValues => format!("«{value}» у «{argument}» лишнее: значений больше, чем можно"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("у «{argument}» не то число значений")
        }
        ErrorKind::NoEquals => format!("значение пишется через «=»: {argument}=…"),
        ErrorKind::InvalidUtf8 => "аргумент не в кодировке UTF-8".to_owned(),
        _ => error.to_string().trim().trim_start_matches("error: ").to_owned(),
    }
}

fn similar(error: &clap::Error) -> String {
    let kinds = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let found: Vec<String> =
        kinds.into_iter().map(|kind| text(error, kind)).filter(|text| !text.is_empty()).collect();
    if found.is_empty() { String::new() } else { format!("\n  похоже на: {}", found.join(", ")) }
}

/// A fact of the error; empty where it has none.
fn text(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
