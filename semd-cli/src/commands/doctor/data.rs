//! What is on the disk: packages, dictionaries, trust, journal.

use std::path::Path;

use semd_core::report::Message;
use semd_exchange::journal::JournalAddress;
use semd_exchange::reference::ReferenceData;
use time::{Date, OffsetDateTime};

use super::line::Line;
use crate::args::{DictionaryPlace, JournalPlace, KindFolder, PackageFolders};
use crate::commands::journal::journal_failure;
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::trust::TrustArguments;
use crate::{dictionaries, packages};

/// Days after which dictionaries and lists should be fetched anew.
const STALE_DAYS: i64 = 60;
/// Days before the end of a kind's window from which it is warned about.
const FORECAST_DAYS: i64 = 30;

/// The reference data, and the line about them when they cannot be used or have no list of staff.
pub(super) fn reference(folder: Option<&Path>) -> (Option<ReferenceData>, Option<Line>) {
    let Some(folder) = folder else { return (None, None) };
    match ReferenceData::open(folder) {
        Err(error) => (None, Some(Line::failed("staff", Failure::usage(error.message())))),
        Ok(data) => {
            let line = data.table("staff").is_none().then(|| {
                Line::not_checked(
                    "staff",
                    format!("сотрудники: в {} нет таблицы staff", folder.display()),
                    format!("staff: {} has no table staff", folder.display()),
                )
            });
            (Some(data), line)
        }
    }
}

/// The rule packages: one line a kind.
pub(super) fn packages(
    folders: &PackageFolders,
    kinds: &KindFolder,
    today: Date,
    console: &Console,
) -> Vec<Line> {
    let summaries = packages::open(folders)
        .and_then(|store| store.summaries().map_err(|error| Failure::environment(error.message())));
    let summaries = match summaries {
        Ok(summaries) => summaries,
        Err(failure) => return vec![Line::failed("package", failure)],
    };
    let kinds = match kinds.open() {
        Ok(kinds) => kinds,
        Err(failure) => return vec![Line::failed("kinds", failure)],
    };
    let mut lines = Vec::new();
    if folders.packages.is_empty() {
        lines.push(
            Line::warning(
                "packages",
                "пакеты правил: встроенные, это не правила Минздрава",
                "rule packages: the built-in ones, which are not the Ministry's",
            )
            .with_advice(
                "возьмите официальные: semd packages import, затем --packages",
                "take the official ones: semd packages import, then --packages",
            ),
        );
    }
    for summary in &summaries {
        let Some(kind) = kinds.find(&summary.kind) else {
            lines.push(Line::warning(
                "package",
                format!("вид {}: неизвестен этой версии semd", summary.kind),
                format!("kind {}: unknown to this version of semd", summary.kind),
            ));
            continue;
        };
        let title = kind.title_in(console.lang);
        let edition = kind.edition.map_or(String::new(), |edition| edition.to_string());
        let window =
            [kind.valid_from.as_deref(), kind.valid_to.as_deref()].map(|day| day.unwrap_or("…")).join(" — ");
        let (ru, en) = (
            format!("вид {} ред. {edition}: {title}, регистрация {window}", kind.code),
            format!("kind {} ed. {edition}: {title}, registered {window}", kind.code),
        );
        // Days are written so that they compare as text.
        let day = |offset: i64| (today + time::Duration::days(offset)).to_string();
        let closed = kind.valid_to.as_deref().is_some_and(|last| last < day(0).as_str());
        let closing = kind.valid_to.as_deref().is_some_and(|last| last < day(FORECAST_DAYS).as_str());
        let next =
            |line: Line| line.with_advice("перейдите на следующую редакцию", "go over to the next edition");
        lines.push(match (closed, closing) {
            (true, _) => next(Line::problem(
                "package",
                Message::new(format!("{ru}: приём закончен"), format!("{en}: no longer taken")),
                Outcome::Findings,
            )),
            (_, true) => next(Line::warning(
                "package",
                format!("{ru}: приём скоро закончится"),
                format!("{en}: soon no longer taken"),
            )),
            _ => Line::ok("package", ru, en),
        });
    }
    lines
}

/// The dictionaries.
pub(super) fn dictionaries(place: &DictionaryPlace, now: OffsetDateTime) -> Line {
    let store = match dictionaries::open(place) {
        Ok(Some(store)) => store,
        Ok(None) => {
            return Line::not_checked(
                "dictionaries",
                "справочники НСИ: не указаны (--nsi)",
                "dictionaries: none named (--nsi)",
            );
        }
        Err(failure) => return Line::failed("dictionaries", failure),
    };
    let days = (now.unix_timestamp() - store.imported()) / 86_400;
    let (ru, en) = (
        format!("справочники НСИ: {}, загружены дней назад: {days}", store.len()),
        format!("dictionaries: {}, imported {days} days ago", store.len()),
    );
    if days > STALE_DAYS {
        return Line::warning("dictionaries", ru, en)
            .with_advice("обновите: semd nsi import", "bring them up to date: semd nsi import");
    }
    Line::ok("dictionaries", ru, en)
}

/// Trust anchors and the list of accredited authorities.
pub(super) fn trust(arguments: &TrustArguments, now: OffsetDateTime) -> Vec<Line> {
    let store = match arguments.store() {
        Ok(store) => store,
        Err(failure) => return vec![Line::failed("trust", failure)],
    };
    let good =
        store.anchors().iter().filter(|anchor| (anchor.not_before()..=anchor.not_after()).contains(&now));
    let (good, all) = (good.count(), store.anchors().len());
    let mut lines = vec![match (good, all) {
        (_, 0) => Line::not_checked(
            "trust",
            "корневые сертификаты: не указаны (--trust)",
            "root certificates: none named (--trust)",
        ),
        (0, _) => Line::problem(
            "trust",
            Message::new(
                format!("корневые сертификаты: действующих нет, истекших {all}"),
                format!("root certificates: none is valid, {all} expired"),
            ),
            Outcome::Findings,
        )
        .with_advice("возьмите новые у удостоверяющего центра", "get new ones from the authority"),
        _ => Line::ok(
            "trust",
            format!("корневые сертификаты: действующих {good} из {all}"),
            format!("root certificates: {good} of {all} are valid"),
        ),
    }];
    match arguments.accredited() {
        Err(failure) => lines.push(Line::failed("trust-list", failure)),
        Ok(None) => {}
        Ok(Some(list)) => {
            let age = list.date.map_or(i64::MAX, |date| (now - date).whole_days());
            let (ru, en) = (
                format!(
                    "перечень аккредитованных УЦ: версия {}, центров {}",
                    list.version,
                    list.authorities.len()
                ),
                format!(
                    "list of accredited authorities: version {}, {} authorities",
                    list.version,
                    list.authorities.len()
                ),
            );
            lines.push(if age > STALE_DAYS {
                Line::warning("trust-list", ru, en).with_advice(
                    "перечень старше 60 дней: скачайте новый",
                    "it is older than 60 days: fetch a new one",
                )
            } else {
                Line::ok("trust-list", ru, en)
            });
        }
    }
    lines
}

/// The journal of the exchange.
pub(super) fn journal(place: &JournalPlace) -> Line {
    let address = match place.address() {
        Ok(address) => address,
        Err(failure) => return Line::failed("journal", failure),
    };
    if let JournalAddress::Sqlite(path) = &address
        && !path.exists()
    {
        return Line::not_checked(
            "journal",
            format!("журнал: {address} ещё нет, его создаст первая отправка"),
            format!("journal: {address} is not there yet, the first sending makes it"),
        );
    }
    match address.open() {
        Ok(_) => {
            Line::ok("journal", format!("журнал: {address} открывается"), format!("journal: {address} opens"))
        }
        Err(error) => Line::failed("journal", journal_failure(error)),
    }
}
