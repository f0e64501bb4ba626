//! The recipient of the request against the recipients of the document.

use semd_core::header::SNILS_ROOT;
use semd_core::xml::{Document, ElementId};

use super::super::tree::{all, descend, identifiers, text};
use super::super::{Check, Collector, Facts, Run, Stage};
use crate::message::Recipient;

pub(super) const CHECKS: [Check; 5] = [
    row("recipient/named", "RECEPIENT_INFO_MISMATCH", |facts, found| {
        let Some(recipient) = &facts.request.recipient else { return };
        if facts.document.is_some() && counterpart(facts, recipient).is_none() {
            let name = recipient.surname.as_deref().or(recipient.organization.as_deref()).unwrap_or_default();
            let shown = facts.value(name);
            found.error(
                format!("Получатель [{shown}] из запроса на регистрацию сведений не найден в СЭМД"),
                format!("the recipient [{shown}] of the request is not in the document"),
            );
        }
    }),
    row("recipient/snils", "RECEPIENT_SNILS_MISMATCH", |facts, found| {
        differ(facts, found, "СНИЛС", "СНИЛС", |one| one.snils.as_deref(), |one| one.snils.as_deref());
    }),
    row("recipient/surname", "RECEPIENT_FAMILY_MISMATCH", |facts, found| {
        differ(
            facts,
            found,
            "Фамилия",
            "family name",
            |one| one.surname.as_deref(),
            |one| one.surname.as_deref(),
        );
    }),
    row("recipient/name", "RECEPIENT_NAME_MISMATCH", |facts, found| {
        differ(facts, found, "Имя", "given name", |one| one.name.as_deref(), |one| one.name.as_deref());
    }),
    row("recipient/patronymic", "RECEPIENT_PATRONYMIC_MISMATCH", |facts, found| {
        differ(
            facts,
            found,
            "Отчество",
            "patronymic",
            |one| one.patr_name.as_deref(),
            |one| one.patr_name.as_deref(),
        );
    }),
];

const fn row(name: &'static str, code: &'static str, run: Run) -> Check {
    Check { name, code, stage: Stage::File, clause: "5.3", needs: &[], run }
}

/// The recipients of the document, in the form of the request.
fn inside(document: &Document<'_>) -> Vec<Recipient> {
    all(document, document.root(), &["informationRecipient", "intendedRecipient"])
        .into_iter()
        .map(|element| read(document, element))
        .collect()
}

fn read(document: &Document<'_>, element: ElementId) -> Recipient {
    let name = descend(document, element, &["informationRecipient", "name"]);
    let part = |step| Some(text(document, descend(document, name?, &[step])?));
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let snils = identifiers(document, element).into_iter().find(|id| id.root == SNILS_ROOT);
    let organization = descend(document, element, &["receivedOrganization"])
        .and_then(|organization| identifiers(document, organization).into_iter().next());
    Recipient {
        kind: String::new(),
        surname: part("family"),
        name: part("given"),
        patr_name: name
            .and_then(|name| document.child(name, "urn:hl7-ru:identity", "Patronymic"))
            .map(|patronymic| text(document, patronymic)),
        snils: snils.map(|id| digits(&id.extension)),
        organization: organization.map(|id| id.root),
    }
}

/// The recipient of the document that the request means: same organisation, or a person with the same СНИЛС, or with two
/// of three parts of the name the same.
fn counterpart(facts: &Facts<'_>, asked: &Recipient) -> Option<Recipient> {
    let all = inside(facts.document?);
    if asked.surname.is_none() && asked.snils.is_none() {
        return all
            .into_iter()
            .find(|one| one.organization.is_some() && one.organization == asked.organization);
    }
    let likeness = |one: &Recipient| {
        let names =
            [(&one.surname, &asked.surname), (&one.name, &asked.name), (&one.patr_name, &asked.patr_name)];
        let equal = names.iter().filter(|(inside, asked)| inside.is_some() && inside == asked).count();
        equal + if one.snils.is_some() && one.snils == asked.snils { 2 } else { 0 }
    };
    all.into_iter().filter(|one| likeness(one) >= 2).max_by_key(likeness)
}

fn differ(
    facts: &Facts<'_>,
    found: &mut Collector<'_, '_>,
    field_ru: &str,
    field_en: &str,
    asked: impl Fn(&Recipient) -> Option<&str>,
    inside: impl Fn(&Recipient) -> Option<&str>,
) {
    let Some(recipient) = &facts.request.recipient else { return };
    let Some(other) = counterpart(facts, recipient) else { return };
    if recipient.surname.is_none() && recipient.snils.is_none() {
        return;
    }
    let (asked, inside) = (asked(recipient).unwrap_or_default(), inside(&other).unwrap_or_default());
    if asked != inside {
        let (asked, inside) = (facts.value(asked), facts.value(inside));
        found.error(
            format!(
                "{field_ru} получателя [{asked}] в запросе на регистрацию отличается от [{inside}] в СЭМД"
            ),
            format!("the recipient's {field_en} is [{asked}] in the request and [{inside}] in the document"),
        );
    }
}
