//! Address codes of the document against an extract of ФИАС/ГАР.

use semd_core::xml::{Document, ElementId};

use super::super::tree::{attribute, named, text};
use super::super::{Check, Facts, Run, Stage};

pub(super) const CHECKS: [Check; 4] = [
    row("addresses/object", "AOGUID_NOT_FOUND", &["addresses"], |facts, found| {
        for address in addresses(facts).iter().filter(|one| !one.object.is_empty()) {
            let object = &address.object;
            if facts.rows("addresses", object).next().is_none() {
                found.error_at(
                    Some(address.element),
                    format!("Уникальный идентификатор адресного объекта [{object}], переданного в СЭМД, не найден в ФИАС"),
                    format!("the address object [{object}] is not in ФИАС"),
                );
            }
        }
    }),
    row("addresses/region", "REGION_CODE_DIFFERENT", &["addresses"], |facts, found| {
        for address in addresses(facts).iter().filter(|one| !one.region.is_empty()) {
            let known = facts.rows("addresses", &address.object).next().map(|row| row.get("region"));
            if let Some(known) =
                known.filter(|known| !known.is_empty() && same_region(known) != same_region(&address.region))
            {
                let (region, object) = (&address.region, &address.object);
                found.error_at(
                    Some(address.element),
                    format!(
                        "Регион адресного объекта [{region}], переданного в СЭМД, не совпадает с регионом [{known}], \
                         полученным в результате проверки уникального идентификатора адресного объекта в ФИАС [{object}]"
                    ),
                    format!("the address is in region [{region}], its object [{object}] in region [{known}]"),
                );
            }
        }
    }),
    row("addresses/house", "HOUSEGUID_NOT_FOUND", &["houses"], |facts, found| {
        for address in addresses(facts).iter().filter(|one| !one.house.is_empty()) {
            let house = &address.house;
            if facts.rows("houses", house).next().is_none() {
                found.error_at(
                    Some(address.element),
                    format!("Уникальный идентификатор дома [{house}], переданного в СЭМД, не найден в ФИАС"),
                    format!("the house [{house}] is not in ФИАС"),
                );
            }
        }
    }),
    row("addresses/house-of-object", "AOGUID_DIFFERENT", &["houses"], |facts, found| {
        for address in addresses(facts) {
            let known = facts.rows("houses", &address.house).next().map(|row| row.get("aoguid"));
            if let Some(known) = known.filter(|known| !known.eq_ignore_ascii_case(&address.object)) {
                let (object, house) = (&address.object, &address.house);
                found.error_at(
                    Some(address.element),
                    format!(
                        "Уникальный идентификатор адресного объекта [{object}], переданного в СЭМД, не совпадает с адресом \
                         [{known}], полученным в результате проверки уникального идентификатора дома [{house}] в ФИАС"
                    ),
                    format!("the house [{house}] stands at [{known}], not at [{object}]"),
                );
            }
        }
    }),
];

const fn row(name: &'static str, code: &'static str, needs: &'static [&'static str], run: Run) -> Check {
    Check { name, code, stage: Stage::File, clause: "5.8.3; ФИАС/ГАР", needs, run }
}

/// One `fias:Address` with the region of the address it stands in.
struct Address {
    element: ElementId,
    object: String,
    house: String,
    region: String,
}

fn addresses(facts: &Facts<'_>) -> Vec<Address> {
    let Some(document) = facts.document else { return Vec::new() };
    named(document, "Address")
        .filter(|&element| document.namespace(element) == "urn:hl7-ru:fias")
        .map(|element| read(document, element))
        .collect()
}

fn read(document: &Document<'_>, element: ElementId) -> Address {
    let child = |local: &str| {
        document
            .children(element)
            .find(|&child| document.local_name(child) == local)
            .map(|child| text(document, child))
    };
    let region = document
        .parent(element)
        .and_then(|addr| document.children(addr).find(|&child| document.local_name(child) == "stateCode"));
    Address {
        element,
        object: child("AOGUID").unwrap_or_default(),
        house: child("HOUSEGUID").unwrap_or_default(),
        region: region.map(|region| attribute(document, region, "code").to_owned()).unwrap_or_default(),
    }
}

/// Regions are written with and without a leading zero.
fn same_region(code: &str) -> &str {
    code.trim_start_matches('0')
}
