//! The own history: what is registered already.

use super::super::{Check, Collector, Facts, Run, Stage};
use crate::message::Association;
use crate::reference::Row;

pub(super) const CHECKS: [Check; 3] = [
    row("history/unique", "NOT_UNIQUE_PROVIDED_ID", "1.2", |facts, found| {
        let uid = &facts.request.local_uid;
        for known in facts.rows("history", uid).filter(|row| row.get("state") != "cancelled") {
            let number = known.get("emdr_id");
            found.error(
                format!("Документ с идентификатором '{uid}' уже зарегистрирован с номером [{number}]"),
                format!("[{uid}] is registered already, number [{number}]"),
            );
        }
    }),
    row("history/version", "CANT_REG_VERSION", "1.3", version),
    row("history/cancelled", "VALIDATION_ERROR", "4.3", |facts, found| {
        if facts.rows("history", &facts.request.local_uid).any(|row| row.get("state") == "cancelled") {
            found.error("Документ аннулирован", "the document was cancelled");
        }
    }),
];

const fn row(name: &'static str, code: &'static str, clause: &'static str, run: Run) -> Check {
    Check { name, code, stage: Stage::Request, clause, needs: &["history"], run }
}

/// Links by which the document becomes a new version of another.
pub(super) fn replaced<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = &'f Association> {
    let replaces = |link: &&Association| {
        facts.rows("association-types", &link.kind).any(|row| row.get("replaces") == "yes")
    };
    facts.request.associations.iter().filter(replaces)
}

/// The earlier version must be the own one, of the same kind and patient, and the latest.
fn version(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let Some(history) = facts.data.table("history") else { return };
    for link in replaced(facts) {
        let Some(earlier) = history.find_by("emdr_id", &link.target) else { continue };
        if let Some((ru, en)) = obstacle(facts, &earlier) {
            let target = &link.target;
            found.error(
                format!("Регистрация версии документа [{target}] невозможна: {ru}"),
                format!("a version of [{target}] cannot be registered: {en}"),
            );
        }
    }
}

fn obstacle(facts: &Facts<'_>, earlier: &Row<'_>) -> Option<(&'static str, &'static str)> {
    let request = facts.request;
    let patient = request.patient.as_ref().map(|patient| patient.local_id.as_str()).unwrap_or_default();
    let other = |column: &str, ours: &str| !earlier.get(column).is_empty() && earlier.get(column) != ours;
    if other("organization", &request.organization) {
        Some(("версию зарегистрировала другая организация", "it is another organisation's"))
    } else if other("kind", &request.kind) {
        Some(("версия другого вида", "it is of another kind"))
    } else if other("patient_local_id", patient) {
        Some(("версия о другом пациенте", "it is about another patient"))
    } else if earlier.get("state") == "cancelled" {
        Some(("версия аннулирована", "it is cancelled"))
    } else if !earlier.get("replaced_by").is_empty() {
        Some(("есть более новая версия", "there is a newer version"))
    } else {
        None
    }
}
