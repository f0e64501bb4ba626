//! ФРЛЛО: subsidised prescriptions (льготные рецепты) and what is dispensed by them.
//!
//! ФРЛЛО is one of the checking systems of step 9: its errors come in one answer with those of the file check. Which
//! elements it reads is not published; the checks read the elements of the guides of the recipe kinds that carry the named
//! facts.

pub(super) mod citizen;
pub(super) mod dispense;
pub(super) mod prescription;
mod read;

use super::super::{Check, Facts, Run, Stage};
use read::{is_dispense, is_prescription};
use semd_core::report::{Severity, Verdict};

pub(super) const CHECKS: [Check; 3] = [
    row("llo/kind", "FRLLO_NOT_CORRECT_TYPE", "ФРЛЛО", &["kind-rules"], |facts, found| {
        let Some(rule) = facts.kind_rule() else { return found.not_checked("kind-rules") };
        if !matches!(rule.get("frllo"), "prescription" | "dispense") && applies(facts) {
            let kind = &facts.request.kind;
            found.error(
                format!("Передан СЭМД вида [{kind}], для которого не предусмотрена проверка в ФРЛЛО"),
                format!("kind [{kind}] is not one that ФРЛЛО checks, but the document is a subsidised prescription or its dispensing"),
            );
        }
    }),
    row("llo/rules-passed", "FRLLO_SEMD_FLK_ERROR", "5.7, 5.8", &["packages"], |facts, found| {
        if applies(facts) && facts.report.verdict == Verdict::Invalid {
            let errors = facts.report.count(Severity::Error);
            found.error(
                format!("СЭМД не прошел ФЛК: ошибок {errors}"),
                format!("the document breaks the rules of its kind: {errors} errors"),
            );
        }
    }),
    row(
        "llo/system",
        "FRLLO_UNKNOWN_SYSTEM",
        "НСИ 1.2.643.5.1.13.13.99.2.622",
        &["systems"],
        |facts, found| {
            if !applies(facts) {
                return;
            }
            let Some(system) = read::system(facts) else { return found.not_checked("system") };
            if facts.rows("systems", &system).next().is_none() {
                found.error(
                format!("Не удалось определить информационную систему [{system}], сформировавшую СЭМД, по справочнику 1.2.643.5.1.13.13.99.2.622"),
                format!("the system [{system}] is not in the dictionary 1.2.643.5.1.13.13.99.2.622"),
            );
            }
        },
    ),
];

const fn row(
    name: &'static str,
    code: &'static str,
    clause: &'static str,
    needs: &'static [&'static str],
    run: Run,
) -> Check {
    Check { name, code, stage: Stage::Llo, clause, needs, run }
}

/// Whether the document is one that ФРЛЛО looks at.
fn applies(facts: &Facts<'_>) -> bool {
    is_prescription(facts) || is_dispense(facts)
}
