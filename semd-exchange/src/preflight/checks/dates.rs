//! Dates, the clock, and the window in which a kind is registered.

use semd_core::kinds::Kind;

use super::super::facts::moscow_day;
use super::super::{Check, Collector, Facts, Stage};
use crate::reference::KindWindow;

/// Days before the end of a kind's window from which on somebody should look.
const WINDOW_WARNING_DAYS: i64 = 30;

pub(super) const CHECKS: [Check; 2] = [
    Check {
        name: "dates/creation",
        code: "WRONG_CREATION_DATE",
        stage: Stage::Request,
        clause: "registerDocument/creationDateTime",
        needs: &[],
        run: |facts, found| {
            if facts.created().is_some_and(|created| created > facts.as_of) {
                found.error(
                    "Дата создания документа не может быть позднее даты регистрации",
                    "the time of creation is in the future",
                );
            }
        },
    },
    Check {
        name: "dates/kind-window",
        code: "NO_DOCUMENT_KIND_ON_DATE",
        stage: Stage::Request,
        clause: "НСИ 1.2.643.5.1.13.13.11.1520",
        needs: &["kinds"],
        run: window,
    },
];

/// Both the day of creation and the day of registration must lie in the window: sources name either.
fn window(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let Some(kind) = facts.kind else { return };
    let window = KindWindow::of(kind, facts.data, facts.dictionaries);
    let today = moscow_day(facts.as_of);
    if !window.contains(facts.day()) || !window.contains(today) {
        let until = window.to.map(|to| to.to_string()).unwrap_or_default();
        found.error(
            format!("Вид документов [{}] не актуален на дату создания документа", kind.code),
            format!("kind [{}] is not registered on the date (last day {until})", kind.code),
        );
    } else if let Some(days) =
        window.to.map(|to| (to - today).whole_days()).filter(|days| *days <= WINDOW_WARNING_DAYS)
    {
        let (ru, en) = successor(facts, kind).map_or_else(Default::default, |next| {
            let (code, edition) = (&next.code, next.edition.unwrap_or_default());
            (
                format!("; следующая редакция {edition}: вид [{code}]"),
                format!("; the next edition {edition} is kind [{code}]"),
            )
        });
        found.warning(
            format!("Регистрация документов вида [{}] закроется через {days} дн.{ru}", kind.code),
            format!("the window of kind [{}] closes in {days} days{en}", kind.code),
        );
    }
}

/// The earliest later edition of the same document.
fn successor<'f>(facts: &Facts<'f>, kind: &Kind) -> Option<&'f Kind> {
    let same = |other: &&Kind| {
        other.document_type.is_some()
            && other.document_type == kind.document_type
            && other.format == kind.format
            && other.edition > kind.edition
    };
    facts.kinds.kinds().iter().filter(same).min_by_key(|other| other.edition)
}
