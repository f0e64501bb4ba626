//! What is dispensed.

use semd_core::header::Timestamp;
use semd_core::xml::{ElementId, HL7_V3};

use super::super::super::facts::moscow_day;
use super::super::super::tree::{all, attribute, identifiers, named};
use super::super::super::{Check, Collector, Facts};
use super::read::{day, is_dispense, organizations, products, sections};
use super::row;

/// Root of registration numbers of the register.
const EMDR_ROOT: &str = "1.2.643.5.1.13.13.17.1.1";

pub(in super::super) const CHECKS: [Check; 5] = [
    row(
        "llo/dispensed-product",
        "FRLLO_RELISE_POSITION_ERROR",
        "ЕСКЛП",
        &["products"],
        |facts, found| {
            let Some(document) = facts.document.filter(|_| is_dispense(facts)) else { return };
            for supply in supplies(facts) {
                let codes =
                    products(document, supply, &["product", "manufacturedProduct", "manufacturedMaterial"]);
                let known =
                    codes.iter().filter(|(code, _)| facts.rows("products", code).next().is_some()).count();
                if codes.len() != 1 || known != 1 {
                    found.error_at(
                    Some(supply),
                    "Не передан код отпущенной мед. продукции, либо передан неоднозначный код отпущенной мед. продукции",
                    "the dispensed product must have exactly one code, and a known one",
                );
                }
            }
        },
    ),
    row("llo/recipe", "FRLLO_RECIPE_IDENTIFY_ERROR", "ФРЛЛО", &["history"], recipe),
    row(
        "llo/dispensing-organization",
        "FRLLO_RELEASE_ORGANIZATION_ERROR",
        "ФРМО",
        &["organizations"],
        |facts, found| {
            let Some(document) = facts.document.filter(|_| is_dispense(facts)) else { return };
            let named =
                organizations(document, &["author", "assignedAuthor", "representedOrganization", "id"]);
            if !is_one_known(facts, &named) {
                found.error(
                "Не переданы сведения об организации, отпустившей мед. продукцию, или переданы противоречивые сведения об организации",
                "the dispensing organisation is absent, contradictory or not in ФРМО",
            );
            }
        },
    ),
    row("llo/dispensing-date", "FRLLO_RELISE_DATE_ERROR", "ФРЛЛО", &[], |facts, found| {
        let Some(document) = facts.document.filter(|_| is_dispense(facts)) else { return };
        let prescribed = named(document, "externalDocument").find_map(|reference| {
            let time = document.child(reference, HL7_V3, "effectiveTime")?;
            Timestamp::parse(attribute(document, time, "value")).map(|time| time.date())
        });
        for supply in supplies(facts) {
            let given = day(document, supply);
            let bad = given.is_none_or(|day| {
                day > moscow_day(facts.as_of) || prescribed.is_some_and(|first| day < first)
            });
            if bad {
                found.error_at(
                    Some(supply),
                    "Не корректно передана дата отпуска",
                    "the date of dispensing is absent, in the future, or before the prescription",
                );
            }
        }
    }),
    row("llo/quantity", "FRLLO_RELISE_QTY_ERROR", "ЕСКЛП", &["products"], quantity),
];

fn supplies(facts: &Facts<'_>) -> Vec<ElementId> {
    let Some(document) = facts.document else { return Vec::new() };
    sections(document, "MEDDISPENSE")
        .into_iter()
        .flat_map(|section| all(document, section, &["entry", "supply"]))
        .collect()
}

/// Whether one organisation is named, the registering one, and ФРМО knows it.
pub(super) fn is_one_known(facts: &Facts<'_>, named: &[String]) -> bool {
    named.first().is_some_and(|first| {
        named.iter().all(|other| other == first)
            && facts.header.organization.oid.as_ref() == Some(first)
            && facts.rows("organizations", first).next().is_some()
    })
}

/// The prescription that is served: an own one must be registered, another's cannot be looked up.
fn recipe(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let Some(document) = facts.document.filter(|_| is_dispense(facts)) else { return };
    let Some(history) = facts.data.table("history") else { return };
    let ids: Vec<_> =
        named(document, "externalDocument").flat_map(|reference| identifiers(document, reference)).collect();
    let number = ids.iter().find(|id| id.root == EMDR_ROOT && !id.extension.is_empty());
    let own = ids.iter().any(|id| id.root.starts_with(&format!("{}.", facts.request.organization)));
    let known = number.is_some_and(|number| history.find_by("emdr_id", &number.extension).is_some());
    if number.is_none() || (own && !known) {
        found.error(
            "Отсутствуют сведения о переданном назначении мед. продукции",
            "the prescription that is served is not named, or not registered",
        );
    } else if !known {
        found.warning(
            "Назначение другой организации: его регистрация не проверялась",
            "the prescription is another organisation's: whether it is registered was not checked",
        );
    }
}

/// Packs against consumer units: `quantity` counts packs, its `translation` units.
fn quantity(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let Some(document) = facts.document.filter(|_| is_dispense(facts)) else { return };
    for supply in supplies(facts) {
        let Some(quantity) = document.child(supply, HL7_V3, "quantity") else { continue };
        let number = |element| attribute(document, element, "value").parse::<f64>().ok();
        let packs = number(quantity);
        let units = document.child(quantity, HL7_V3, "translation").and_then(number);
        let codes = products(document, supply, &["product", "manufacturedProduct", "manufacturedMaterial"]);
        let per_pack = codes
            .first()
            .and_then(|(code, _)| facts.rows("products", code).next())
            .and_then(|row| row.get("units_per_pack").parse::<f64>().ok());
        if let (Some(packs), Some(units), Some(per_pack)) = (packs, units, per_pack)
            && (packs * per_pack - units).abs() > 1e-6
        {
            found.error_at(
                Some(quantity),
                format!("Количество отпущенных потребительских упаковок [{packs}] не согласуется с кол-вом потребительских единиц [{units}]"),
                format!("[{packs}] packs of {per_pack} are not [{units}] units"),
            );
        }
    }
}
