//! What is prescribed.

use time::{Date, Duration, Month};

use super::super::super::facts::moscow_day;
use super::super::super::tree::all;
use super::super::super::{Check, Collector, Facts};
use super::read::{
    day, event_day, is_prescription, observations, organizations, products, sections, system, value_code,
};
use super::row;

/// Dictionary of trade names (ЕСКЛП): a prescription by it needs the medical commission.
const TRADE_NAMES: &str = "1.2.643.5.1.13.13.99.2.540";
const MATERIAL: [&str; 4] =
    ["substanceAdministration", "consumable", "manufacturedProduct", "manufacturedMaterial"];

pub(in super::super) const CHECKS: [Check; 7] = [
    row("llo/prescribed-product", "FRLLO_RECIPE_POSITION_ERROR", "ЕСКЛП", &["products"], product),
    row(
        "llo/benefit-owner",
        "FRLLO_BENEFIT_SOURCE_ERROR",
        "НСИ 1.2.643.5.1.13.13.99.2.622",
        &["benefit-systems"],
        benefit,
    ),
    row(
        "llo/prescribing-organization",
        "FRLLO_ORGANIZATION_ERROR",
        "ФРМО",
        &["organizations"],
        |facts, found| {
            let Some(document) = facts.document.filter(|_| is_prescription(facts)) else { return };
            let named =
                organizations(document, &["author", "assignedAuthor", "representedOrganization", "id"]);
            if !super::dispense::is_one_known(facts, &named) {
                found.error(
                "Не переданы сведения об организации, назначившей мед. продукцию, или переданы противоречивые сведения об организации",
                "the prescribing organisation is absent, contradictory or not in ФРМО",
            );
            }
        },
    ),
    row(
        "llo/commission",
        "FRLLO_COMISSION_INFO_ERROR",
        "НСИ 1.2.643.5.1.13.13.99.2.166, 4059",
        &[],
        |facts, found| {
            let Some(document) = facts.document.filter(|_| is_prescription(facts)) else { return };
            let by_trade_name = entries(facts).into_iter().any(|entry| {
                products(document, entry, &MATERIAL).iter().any(|(_, system)| *system == TRADE_NAMES)
            });
            let decided =
                !observations(document, "4059").is_empty() || !sections(document, "COMMISSION").is_empty();
            if by_trade_name && !decided {
                found.error(
                "Отсутствуют сведения о врачебной комиссии при назначении лекарственного препарата по торговому наименованию",
                "a medicine is prescribed by its trade name without a decision of the medical commission",
            );
            }
        },
    ),
    row("llo/prescription-date", "FRLLO_RECIPE_DATE_ERROR", "ФРЛЛО", &[], |facts, found| {
        let Some(document) = facts.document.filter(|_| is_prescription(facts)) else { return };
        if event_day(document).is_none_or(|day| day > moscow_day(facts.as_of)) {
            found.error(
                "В СЭМД не корректно передана дата назначения",
                "the date of the prescription is absent, no day, or in the future",
            );
        }
    }),
    row(
        "llo/term",
        "FRLLO_EXPIRE_DATE_ERROR",
        "НСИ 1.2.643.5.1.13.13.99.2.608",
        &["prescription-terms"],
        term,
    ),
    row(
        "llo/codes",
        "FRLLO_DIC_ERROR",
        "ФРЛЛО",
        &["prescription-terms", "benefit-systems"],
        |facts, found| {
            let Some(document) = facts.document.filter(|_| is_prescription(facts)) else { return };
            for (observation, table) in [("6004", "prescription-terms"), ("811", "benefit-systems")] {
                for element in observations(document, observation) {
                    let code = value_code(document, element);
                    if facts.rows(table, code).next().is_none() {
                        found.error_at(
                        Some(element),
                        format!("Неверный код термина [{code}] для значения, определяемого по справочнику ({observation})"),
                        format!("the code [{code}] of observation {observation} is not in its dictionary"),
                    );
                    }
                }
            }
        },
    ),
];

fn entries(facts: &Facts<'_>) -> Vec<semd_core::xml::ElementId> {
    let Some(document) = facts.document else { return Vec::new() };
    sections(document, "RECIPE").into_iter().flat_map(|section| all(document, section, &["entry"])).collect()
}

fn product(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let Some(document) = facts.document.filter(|_| is_prescription(facts)) else { return };
    for entry in entries(facts) {
        let codes = products(document, entry, &MATERIAL);
        let known = codes.iter().filter(|(code, _)| facts.rows("products", code).next().is_some()).count();
        if codes.len() != 1 || known != 1 {
            found.error_at(
                Some(entry),
                "Не передан код назначенной мед. продукции или передана неоднозначная информация о коде назначенной мед. продукции",
                "the prescribed product must have exactly one code, and a known one",
            );
        }
    }
}

fn benefit(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let Some(document) = facts.document.filter(|_| is_prescription(facts)) else { return };
    let Some(system) = system(facts) else { return found.not_checked("system") };
    for element in observations(document, "811") {
        let category = value_code(document, element);
        let owners: Vec<_> = facts.rows("benefit-systems", category).map(|row| row.get("system")).collect();
        if !owners.is_empty() && !owners.contains(&system.as_str()) {
            found.error_at(
                Some(element),
                format!("Информационная система [{system}] не является владельцем сведений о назначении для категории льготы [{category}]"),
                format!("the system [{system}] does not own the benefit category [{category}]"),
            );
        }
    }
}

fn term(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let Some(document) = facts.document.filter(|_| is_prescription(facts)) else { return };
    let Some(issued) = event_day(document) else { return };
    for element in observations(document, "6004") {
        let code = value_code(document, element);
        let Some(row) = facts.rows("prescription-terms", code).next() else { continue };
        let number = |column| row.get(column).parse::<i64>().unwrap_or(0);
        let expected = add_months(issued, number("months")) + Duration::days(number("days"));
        if day(document, element).is_some_and(|given| given != expected) {
            found.error_at(
                Some(element),
                format!("Дата срока действия не согласуется со сроком [{code}]: ожидается {expected}"),
                format!("the last day does not fit the term [{code}]: {expected} is expected"),
            );
        }
    }
}

/// A number of months later; a day that the month does not have becomes its last.
fn add_months(day: Date, months: i64) -> Date {
    let total = i64::from(day.year()) * 12 + i64::from(u8::from(day.month())) - 1 + months.clamp(0, 1200);
    let year = i32::try_from(total.div_euclid(12)).unwrap_or(day.year());
    let month =
        Month::try_from(u8::try_from(total.rem_euclid(12) + 1).unwrap_or(1)).unwrap_or(Month::January);
    Date::from_calendar_date(year, month, day.day().min(month.length(year))).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn months_end_on_a_day_that_exists() {
        assert_eq!(add_months(date!(2025 - 02 - 17), 3), date!(2025 - 05 - 17));
        assert_eq!(add_months(date!(2024 - 11 - 30), 3), date!(2025 - 02 - 28));
        assert_eq!(add_months(date!(2024 - 12 - 31), 0), date!(2024 - 12 - 31));
    }
}
