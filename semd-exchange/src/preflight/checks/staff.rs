//! Signers against an extract of ФРМР.

use super::super::{Check, Collector, Facts, Run, Stage};
use crate::message::Signer;
use crate::reference::Row;

pub(super) const CHECKS: [Check; 4] = [
    row("staff/known", "PERSON_NOT_FOUND", |facts, found| {
        for signer in facts.signers().filter(|signer| rows(facts, signer).is_empty()) {
            let snils = facts.value(&signer.snils);
            found.error(
                format!("В ФРМР не найден сотрудник со СНИЛС [{snils}]"),
                format!("nobody with СНИЛС [{snils}] is in ФРМР"),
            );
        }
    }),
    row("staff/card", "PERSON_CARD_NOT_FOUND", |facts, found| {
        for signer in facts.signers() {
            if !rows(facts, signer).is_empty() && cards(facts, signer).is_empty() {
                let (snils, organization) = (facts.value(&signer.snils), &facts.request.organization);
                found.error(
                    format!("Личное дело сотрудника со СНИЛС [{snils}] в организации [{organization}] отсутствует в ФРМР на дату создания документа"),
                    format!("[{snils}] has no personal file of [{organization}] in ФРМР on the document's date"),
                );
            }
        }
    }),
    row("staff/post", "PERSON_POST_IN_FRMR_MISMATCH", |facts, found| {
        for signer in facts.signers() {
            let cards = cards(facts, signer);
            let Some(post) = signer.position.as_deref().filter(|_| !cards.is_empty()) else { continue };
            if cards.iter().all(|card| card.get("post") != post) {
                let (snils, organization) = (facts.value(&signer.snils), &facts.request.organization);
                found.error(
                    format!(
                        "Указанная должность сотрудника со СНИЛС [{snils}] не соответствует занимаемой им должности в \
                         организации [{organization}] по данным ФРМР."
                    ),
                    format!("[{snils}] does not hold post [{post}] in [{organization}] by ФРМР"),
                );
            }
        }
    }),
    row("staff/person", "VALUE_MISMATCH_METADATA_AND_FRMR", person),
];

const fn row(name: &'static str, code: &'static str, run: Run) -> Check {
    Check { name, code, stage: Stage::Request, clause: "5.5; ФРМР", needs: &["staff"], run }
}

fn rows<'f>(facts: &Facts<'f>, signer: &Signer) -> Vec<Row<'f>> {
    facts.rows("staff", &signer.snils).collect()
}

/// The entries of the signer in the registering organisation that are in force on the document's day.
fn cards<'f>(facts: &Facts<'f>, signer: &Signer) -> Vec<Row<'f>> {
    let day = facts.day();
    let ours = |row: &Row<'_>| row.get("organization") == facts.request.organization && row.is_valid_on(day);
    rows(facts, signer).into_iter().filter(ours).collect()
}

fn person(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    for signer in facts.signers() {
        let Some(row) = rows(facts, signer).first().copied() else { continue };
        let snils = facts.value(&signer.snils);
        let asked = [signer.surname.as_str(), &signer.name, signer.patr_name.as_deref().unwrap_or_default()];
        let known = [row.get("surname"), row.get("name"), row.get("patronymic")];
        if !known[0].is_empty() && asked.iter().zip(known).any(|(asked, known)| asked.trim() != known) {
            let shown = facts.value(&known.join(" ")).into_owned();
            found.error(
                format!("ФИО сотрудника со СНИЛС [{snils}] не соответствуют данным ФРМР [{shown}]"),
                format!("the name of [{snils}] is [{shown}] in ФРМР"),
            );
        }
        let birth = row.date("birth_date").map(|date| date.to_string());
        if let Some((asked, known)) = signer.birth_date.as_deref().zip(birth)
            && asked.get(..10) != Some(known.as_str())
        {
            let (asked, known) = (facts.value(asked), facts.value(&known));
            found.error(
                format!("Дата рождения сотрудника со СНИЛС [{snils}] ({asked}) не соответствует данным ФРМР [{known}]"),
                format!("[{snils}] was born on [{known}] by ФРМР, not on ({asked})"),
            );
        }
    }
}
