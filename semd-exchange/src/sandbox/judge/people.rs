//! Roles of the signers, and the register of medical workers (ФРМР).

use super::{Knowledge, day_of, refuse};
use crate::message::{RegisterDocumentRequest, RegisterError, Signer};

/// Everything about who signs.
pub(super) fn judge(
    request: &RegisterDocumentRequest,
    known: &Knowledge<'_>,
    errors: &mut Vec<RegisterError>,
) {
    for item in &request.personal_signatures {
        role_of(&item.signer, request, known, errors);
        if known.knows("staff") {
            worker(&item.signer, request, known, errors);
        }
    }
    numbers(request, known, errors);
}

fn role_of(
    signer: &Signer,
    request: &RegisterDocumentRequest,
    known: &Knowledge<'_>,
    errors: &mut Vec<RegisterError>,
) {
    let role = &signer.role;
    if known.knows("roles") && known.rows("roles", role).is_empty() {
        refuse(
            errors,
            "OBJECT_NOT_FOUND",
            format!("Запись справочника [1.2.643.5.1.13.13.99.2.368] с идентификатором [{role}] не найдена"),
        );
    }
    if !known.knows("signing-rules") {
        return;
    }
    let day = day_of(request, known.now);
    let kind_rules = known.rows("signing-rules", &request.kind);
    let of_role =
        kind_rules.iter().find(|rule| rule.get("role").eq_ignore_ascii_case(role) && rule.is_valid_on(day));
    let Some(rule) = of_role else {
        refuse(
            errors,
            "NO_ROLE_POLICY_ON_DATE",
            format!(
                "В указанную дату для роли [{role}] недоступно подписание документов вида [{}]",
                request.kind
            ),
        );
        return;
    };
    let posts: Vec<&str> = rule.words("posts").collect();
    let post = signer.position.clone().unwrap_or_default();
    let loose = rule.get("control") == "loose" || rule.get("control") == "off";
    if !loose && !posts.is_empty() && !posts.contains(&post.as_str()) {
        refuse(
            errors,
            "POSITION_TO_ROLE_MISMATCH",
            format!("Несоответствие должности [{post}] и роли подписанта [{role}]"),
        );
    }
    let has_speciality = !signer.speciality.clone().unwrap_or_default().is_empty();
    let contradicts = match rule.get("speciality") {
        "required" => !has_speciality,
        "forbidden" => has_speciality,
        _ => false,
    };
    if contradicts {
        refuse(
            errors,
            "NO_SPECIALITY",
            format!(
                "Наличие специальности подписанта с ролью [{role}] не соответствует требованиям вида документов"
            ),
        );
    }
}

fn numbers(request: &RegisterDocumentRequest, known: &Knowledge<'_>, errors: &mut Vec<RegisterError>) {
    let day = day_of(request, known.now);
    for rule in known.rows("signing-rules", &request.kind).iter().filter(|rule| rule.is_valid_on(day)) {
        let role = rule.get("role");
        let signed = request
            .personal_signatures
            .iter()
            .filter(|item| item.signer.role.eq_ignore_ascii_case(role))
            .count();
        let too_few = rule.get("minimum").parse().is_ok_and(|least: usize| signed < least);
        let too_many = rule.get("maximum").parse().is_ok_and(|most: usize| signed > most);
        if too_few || too_many {
            refuse(
                errors,
                "ROLE_OCCURRENCE_MISMATCH",
                format!(
                    "Число ЭП сотрудников с ролью [{role}] не соответствует требованиям вида документов: {signed}"
                ),
            );
        }
    }
}

fn worker(
    signer: &Signer,
    request: &RegisterDocumentRequest,
    known: &Knowledge<'_>,
    errors: &mut Vec<RegisterError>,
) {
    let snils = &signer.snils;
    let entries = known.rows("staff", snils);
    let Some(person) = entries.first() else {
        refuse(errors, "PERSON_NOT_FOUND", format!("В ФРМР не найден сотрудник со СНИЛС [{snils}]"));
        return;
    };
    let full_name = format!("{} {} {}", person.get("surname"), person.get("name"), person.get("patronymic"));
    let given =
        format!("{} {} {}", signer.surname, signer.name, signer.patr_name.as_deref().unwrap_or_default());
    if !person.get("surname").is_empty() && full_name.trim() != given.trim() {
        refuse(
            errors,
            "VALUE_MISMATCH_METADATA_AND_FRMR",
            format!("ФИО сотрудника со СНИЛС [{snils}] не соответствуют данным ФРМР [{full_name}]"),
        );
    }
    let born = person.date("birth_date").map(|date| date.to_string());
    if let (Some(given), Some(born)) = (&signer.birth_date, born)
        && !given.starts_with(&born)
    {
        refuse(
            errors,
            "VALUE_MISMATCH_METADATA_AND_FRMR",
            format!(
                "Дата рождения сотрудника со СНИЛС [{snils}] ({given}) не соответствует данным ФРМР [{born}]"
            ),
        );
    }
    let day = day_of(request, known.now);
    let mut posts = entries
        .iter()
        .filter(|entry| entry.get("organization") == request.organization && entry.is_valid_on(day))
        .map(|entry| entry.get("post"))
        .peekable();
    if posts.peek().is_none() {
        refuse(
            errors,
            "PERSON_CARD_NOT_FOUND",
            format!("Личное дело сотрудника со СНИЛС [{snils}] отсутствует в ФРМР"),
        );
    } else if signer.position.as_deref().is_some_and(|post| !posts.any(|held| held == post)) {
        refuse(
            errors,
            "PERSON_POST_IN_FRMR_MISMATCH",
            format!(
                "Указанная должность сотрудника со СНИЛС [{snils}] не соответствует занимаемой им должности в организации \
                 [{}] по данным ФРМР.",
                request.organization
            ),
        );
    }
}
