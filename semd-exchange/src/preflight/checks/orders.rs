//! «Заказ справок онлайн»: answers to orders, and the list of kinds that can be ordered.
//!
//! Two of the codes are statuses which the clinic itself sends: here they are foreseen from the order's data.

use time::Date;
use time::macros::format_description;

use super::super::facts::moscow_day;
use super::super::{Check, Facts, OfferedKind, OrderAnswer, Run, Stage};

pub(super) const CHECKS: [Check; 6] = [
    row("orders/known", "ORDER_NOT_FOUND", &["orders"], |facts, found| {
        let Some(order) = &facts.extras.order else { return };
        if facts.rows("orders", &order.id).next().is_none() {
            found.error(
                format!("В РЭМД не найден заказ с идентификатором [{}]", order.id),
                format!("no order [{}] was received", order.id),
            );
        }
    }),
    row("orders/deadline", "TIME_EXPIRED_ERROR", &["orders"], |facts, found| {
        let Some(order) = &facts.extras.order else { return };
        let deadline = facts.rows("orders", &order.id).find_map(|row| row.date("deadline"));
        if let Some(deadline) = deadline.filter(|deadline| *deadline < moscow_day(facts.as_of)) {
            found.error(
                format!("Истекло время выполнения заказа [{}]: {deadline}", order.id),
                format!("the order [{}] had to be done by {deadline}", order.id),
            );
        }
    }),
    row("orders/once", "ORDER_ALREADY_PROCESSED", &["orders"], |facts, found| {
        let Some(order) = &facts.extras.order else { return };
        let sent =
            facts.rows("orders", &order.id).map(|row| row.get("status")).find(|status| !status.is_empty());
        if let Some(sent) = sent.filter(|sent| *sent != order.status) {
            found.error(
                format!("По заказу [{}] уже был отправлен статус [{sent}]", order.id),
                format!("status [{sent}] was sent for the order [{}]", order.id),
            );
        }
    }),
    row("orders/patient", "PATIENT_NOT_FOUND", &[], |facts, found| {
        let Some(order) = &facts.extras.order else { return };
        if !same_person(facts, order) {
            found.error(
                format!("По заказу [{}] пациент в МО не найден: документ о другом пациенте", order.id),
                format!("the document is not about the person of the order [{}]", order.id),
            );
        }
    }),
    row("orders/complete", "ADDITIONAL_INFO_REQUIRED", &[], |facts, found| {
        let Some(order) = &facts.extras.order else { return };
        if !order.missing.is_empty() {
            let missing = order.missing.join(", ");
            found.error(
                format!(
                    "Для документа по заказу [{}] недостаточно сведений, нужен личный визит: {missing}",
                    order.id
                ),
                format!("the order [{}] cannot be done without a visit: {missing}", order.id),
            );
        }
    }),
    row("orders/offered-kinds", "NOT_UNIQUE_ITEM", &[], |facts, found| {
        let offered = &facts.extras.offered_kinds;
        for (index, one) in offered.iter().enumerate() {
            if offered[..index].iter().any(|other| other.kind == one.kind && overlap(one, other)) {
                found.error(
                    format!("В listDocKindSendRequest пересекаются периоды доступности вида [{}]", one.kind),
                    format!("periods of kind [{}] overlap in listDocKindSendRequest", one.kind),
                );
            }
        }
    }),
];

const fn row(name: &'static str, code: &'static str, needs: &'static [&'static str], run: Run) -> Check {
    Check { name, code, stage: Stage::Order, clause: "Заказ справок онлайн", needs, run }
}

/// What the order does not say is not compared.
fn same_person(facts: &Facts<'_>, order: &OrderAnswer) -> bool {
    let Some(patient) = &facts.request.patient else { return true };
    let same =
        |asked: &Option<String>, ours: Option<&str>| asked.as_deref().is_none_or(|asked| Some(asked) == ours);
    same(&order.surname, Some(&patient.surname)) && same(&order.snils, patient.snils.as_deref())
}

fn overlap(one: &OfferedKind, other: &OfferedKind) -> bool {
    let date = |text: &Option<String>| {
        Date::parse(text.as_deref()?, format_description!("[year]-[month]-[day]")).ok()
    };
    let starts_in_time = |from: &Option<String>, to: &Option<String>| {
        date(from).zip(date(to)).is_none_or(|(from, to)| from <= to)
    };
    starts_in_time(&one.from, &other.to) && starts_in_time(&other.from, &one.to)
}
