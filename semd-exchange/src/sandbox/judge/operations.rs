//! Operations around a registered document, and orders of certificates.

use semd_core::header::Header;
use semd_core::xml::{self, Limits};

use super::{Knowledge, refuse};
use crate::message::{RegisterDocumentRequest, RegisterError, RegistryItem, creation_time, timestamp};
use crate::preflight::Extras;
use crate::soap::MessageId;

/// What the register answers to operations after the registration: a file handed out later, a pull answered, an item
/// asked for.
pub fn later(
    item: Option<&RegistryItem>,
    bytes: &[u8],
    extras: &Extras,
    known: &Knowledge<'_>,
) -> Vec<RegisterError> {
    let mut errors = Vec::new();
    if let Some(item) = item {
        same_document(item, bytes, &mut errors);
    }
    if let Some(answer) = &extras.file_answer {
        let pulls: Vec<MessageId> = extras.pulls.iter().map(|pull| MessageId::normalise(pull)).collect();
        if !pulls.contains(&MessageId::normalise(&answer.relates_to_message)) {
            let text = "Асинхронный запрос файла ЭМД с указанным messageID не найден";
            refuse(&mut errors, "WRONG_MESSAGE_ID", text.to_owned());
        }
    }
    if let Some(history) = known.data.table("history") {
        let unknown = extras
            .lookups
            .iter()
            .filter(|number| history.rows().all(|row| row.get("emdr_id") != number.as_str()));
        for number in unknown {
            refuse(&mut errors, "REGISTRY_ITEM_NOT_FOUND", format!("Запись [{number}] не найдена"));
        }
    }
    errors
}

fn same_document(item: &RegistryItem, bytes: &[u8], errors: &mut Vec<RegisterError>) {
    let Ok(document) = xml::parse(bytes, &Limits::default()) else { return };
    let header = Header::read(&document);
    let uid = header.id.as_ref().map(|id| if id.extension.is_empty() { &id.root } else { &id.extension });
    let made = item.creation_date_time.as_deref().and_then(timestamp::parse_xsd);
    let differs = item
        .local_uid
        .as_ref()
        .is_some_and(|known| uid.is_none_or(|uid| !uid.eq_ignore_ascii_case(known)))
        || item.organization.as_ref().is_some_and(|known| header.organization.oid.as_ref() != Some(known))
        || made.is_some_and(|made| creation_time(&header) != Some(made));
    if differs {
        let text = "Передан документ, метаописание которого не соответствует зарегистрированному";
        refuse(errors, "ATTRIBUTE_MISMATCH", text.to_owned());
    }
}

/// What is said about an answer to an order, and about the list of kinds that can be ordered.
pub fn order(
    request: &RegisterDocumentRequest,
    extras: &Extras,
    known: &Knowledge<'_>,
) -> Vec<RegisterError> {
    let mut errors = Vec::new();
    if let Some(order) = &extras.order {
        if known.knows("orders") {
            let entries = known.rows("orders", &order.id);
            let today = known.now.to_offset(time::macros::offset!(+3)).date();
            match entries.first() {
                None => refuse(&mut errors, "ORDER_NOT_FOUND", format!("Заказ [{}] не найден", order.id)),
                Some(entry) => {
                    if entry.date("deadline").is_some_and(|last| last < today) {
                        refuse(
                            &mut errors,
                            "TIME_EXPIRED_ERROR",
                            "Истекло время выполнения заказа".to_owned(),
                        );
                    }
                    if ![order.status.as_str(), ""].contains(&entry.get("status")) {
                        let text = "По данному заказу уже был отправлен статус, отличный от переданного";
                        refuse(&mut errors, "ORDER_ALREADY_PROCESSED", text.to_owned());
                    }
                }
            }
        }
        if let Some(patient) = &request.patient {
            let other_name = order.surname.as_ref().is_some_and(|surname| *surname != patient.surname);
            let other_snils = order.snils.is_some() && order.snils != patient.snils;
            if other_name || other_snils {
                refuse(&mut errors, "PATIENT_NOT_FOUND", "Пациент заказа в МО не найден".to_owned());
            }
        }
        if !order.missing.is_empty() {
            refuse(
                &mut errors,
                "ADDITIONAL_INFO_REQUIRED",
                "Недостаточно сведений, нужен личный визит".to_owned(),
            );
        }
    }
    let mut periods: Vec<_> = extras
        .offered_kinds
        .iter()
        .map(|one| {
            let from = one.from.clone().unwrap_or_else(|| "0000-00-00".to_owned());
            (one.kind.as_str(), from, one.to.clone().unwrap_or_else(|| "9999-99-99".to_owned()))
        })
        .collect();
    // Dates of this form order as text.
    periods.sort();
    if periods.windows(2).any(|pair| pair[0].0 == pair[1].0 && pair[1].1 <= pair[0].2) {
        refuse(&mut errors, "NOT_UNIQUE_ITEM", "Периоды доступности вида документов пересекаются".to_owned());
    }
    errors
}
