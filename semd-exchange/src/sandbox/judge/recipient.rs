//! The recipient of the request against those of the file.

use semd_core::xml::{Document, ElementId};

use super::refuse;
use crate::message::{Recipient, RegisterError};

/// A recipient as the file names it: family, given, patronymic, СНИЛС; or the OID of an organisation.
#[derive(Debug, Default)]
struct Named {
    person: [Option<String>; 4],
    organization: Option<String>,
}

/// Compares the recipient with the most similar one of the file.
pub(super) fn judge(asked: &Recipient, document: &Document<'_>, errors: &mut Vec<RegisterError>) {
    let recipients: Vec<Named> = document
        .descendants(document.root())
        .filter(|&one| document.local_name(one) == "intendedRecipient")
        .map(|one| read(document, one))
        .collect();
    let asked_person = [&asked.surname, &asked.name, &asked.patr_name, &asked.snils];
    if asked.surname.is_none() && asked.snils.is_none() {
        if !recipients.iter().any(|one| one.organization.is_some() && one.organization == asked.organization)
        {
            not_found(asked, errors);
        }
        return;
    }
    // СНИЛС alone identifies; of the three parts of a name two must agree.
    let weights = [1, 1, 1, 2];
    let score = |one: &Named| -> usize {
        let agree =
            one.person.iter().zip(asked_person).map(|(inside, asked)| inside.is_some() && inside == asked);
        agree.zip(weights).map(|(agrees, weight)| if agrees { weight } else { 0 }).sum()
    };
    let Some(best) = recipients.iter().filter(|one| score(one) > 1).max_by_key(|one| score(one)) else {
        return not_found(asked, errors);
    };
    let codes = ["FAMILY", "NAME", "PATRONYMIC", "SNILS"];
    let words = ["Фамилия", "Имя", "Отчество", "СНИЛС"];
    for (index, (inside, asked)) in best.person.iter().zip(asked_person).enumerate() {
        if inside.as_deref().unwrap_or_default() != asked.as_deref().unwrap_or_default() {
            // As the register really spells them.
            let code = format!("RECIPIENT_{}_MISMATCH", codes[index]);
            refuse(
                errors,
                &code,
                format!(
                    "{} получателя в запросе на регистрацию отличается от указанного в СЭМД",
                    words[index]
                ),
            );
        }
    }
}

fn not_found(asked: &Recipient, errors: &mut Vec<RegisterError>) {
    let name = asked.surname.as_ref().or(asked.organization.as_ref()).cloned().unwrap_or_default();
    refuse(
        errors,
        "RECIPIENT_INFO_MISMATCH",
        format!("Получатель [{name}] из запроса на регистрацию сведений не найден в СЭМД"),
    );
}

fn read(document: &Document<'_>, recipient: ElementId) -> Named {
    let mut named = Named::default();
    for one in document.descendants(recipient) {
        let parent = document.parent(one).map(|parent| document.local_name(parent)).unwrap_or_default();
        let words = || Some(document.string_value(one).trim().to_owned());
        match (parent, document.local_name(one)) {
            ("name", "family") => named.person[0] = words(),
            ("name", "given") => named.person[1] = named.person[1].take().or_else(words),
            ("name", "Patronymic") => named.person[2] = words(),
            ("intendedRecipient", "id") if document.attribute(one, "", "root") == Some("1.2.643.100.3") => {
                let snils = document.attribute(one, "", "extension").unwrap_or_default();
                named.person[3] = Some(snils.chars().filter(char::is_ascii_digit).collect());
            }
            ("receivedOrganization", "id") => {
                named.organization =
                    named.organization.take().or(document.attribute(one, "", "root").map(str::to_owned));
            }
            _ => {}
        }
    }
    named
}
