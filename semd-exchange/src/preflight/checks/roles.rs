//! Who may sign: roles, their number, posts and specialities.

use super::super::{Check, Facts, Run, Stage};
use crate::reference::Row;

const RULES: &str = "НСИ 1.2.643.5.1.13.13.99.2.42";

pub(super) const CHECKS: [Check; 5] = [
    Check {
        name: "roles/known",
        code: "OBJECT_NOT_FOUND",
        stage: Stage::Request,
        clause: "НСИ 1.2.643.5.1.13.13.99.2.368",
        needs: &["roles"],
        run: |facts, found| {
            for signer in facts.signers() {
                let role = &signer.role;
                if facts.rows("roles", role).next().is_none() {
                    found.error(
                        format!("Запись справочника [1.2.643.5.1.13.13.99.2.368] с идентификатором [{role}] не найдена"),
                        format!("no role is called [{role}]"),
                    );
                }
            }
        },
    },
    row("roles/on-date", "NO_ROLE_POLICY_ON_DATE", |facts, found| {
        for signer in facts.signers() {
            if rules(facts).all(|rule| !rule.get("role").eq_ignore_ascii_case(&signer.role)) {
                let (role, kind) = (&signer.role, &facts.request.kind);
                found.error(
                    format!(
                        "В указанную дату для роли [{role}] недоступно подписание документов вида [{kind}]"
                    ),
                    format!("role [{role}] does not sign documents of kind [{kind}] on that date"),
                );
            }
        }
    }),
    row("roles/number", "ROLE_OCCURRENCE_MISMATCH", |facts, found| {
        for rule in rules(facts) {
            let role = rule.get("role");
            let count = facts.signers().filter(|signer| signer.role.eq_ignore_ascii_case(role)).count();
            let least = rule.get("minimum").parse().unwrap_or(0);
            let most = rule.get("maximum").parse().unwrap_or(usize::MAX);
            if !(least..=most).contains(&count) {
                let kind = &facts.request.kind;
                found.error(
                    format!("Число ЭП сотрудников с ролью [{role}] не соответствует требованиям вида документов [{kind}]: {count}"),
                    format!("{count} signatures of role [{role}], kind [{kind}] wants {least} or more, at most {}", rule.get("maximum")),
                );
            }
        }
    }),
    row("roles/post", "POSITION_TO_ROLE_MISMATCH", |facts, found| {
        for signer in facts.signers() {
            let Some(rule) = rules(facts).find(|rule| rule.get("role").eq_ignore_ascii_case(&signer.role))
            else {
                continue;
            };
            let post = signer.position.as_deref().unwrap_or_default();
            let controlled = !matches!(rule.get("control"), "loose" | "off") && !rule.get("posts").is_empty();
            if controlled && rule.words("posts").all(|allowed| allowed != post) {
                let role = &signer.role;
                found.error(
                    format!("Несоответствие должности [{post}] и роли подписанта [{role}]"),
                    format!("post [{post}] does not sign as [{role}]"),
                );
            }
        }
    }),
    row("roles/speciality", "NO_SPECIALITY", |facts, found| {
        for signer in facts.signers() {
            let Some(rule) = rules(facts).find(|rule| rule.get("role").eq_ignore_ascii_case(&signer.role))
            else {
                continue;
            };
            let present = signer.speciality.as_deref().is_some_and(|speciality| !speciality.is_empty());
            let must = rule.get("speciality");
            if (must == "required" && !present) || (must == "forbidden" && present) {
                let role = &signer.role;
                found.error(
                    format!("Наличие специальности подписанта с ролью [{role}] не соответствует требованиям вида документов"),
                    format!("the speciality of role [{role}] is {must}"),
                );
            }
        }
    }),
];

const fn row(name: &'static str, code: &'static str, run: Run) -> Check {
    Check { name, code, stage: Stage::Request, clause: RULES, needs: &["signing-rules"], run }
}

/// The rules of the kind that are in force on the document's day. A kind without any rule is not in the extract.
fn rules<'f>(facts: &Facts<'f>) -> impl Iterator<Item = Row<'f>> {
    let day = facts.day();
    facts.rows("signing-rules", &facts.request.kind).filter(move |rule| rule.is_valid_on(day))
}
