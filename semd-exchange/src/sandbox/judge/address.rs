//! Address codes of the file against ФИАС/ГАР.

use semd_core::xml::{Document, ElementId};

use super::{Knowledge, refuse};
use crate::message::RegisterError;

/// Walks over every address of the document.
pub(super) fn judge(document: &Document<'_>, known: &Knowledge<'_>, errors: &mut Vec<RegisterError>) {
    for addr in document.descendants(document.root()).filter(|&one| document.local_name(one) == "addr") {
        let inside = |name: &str| {
            let found = document.descendants(addr).find(|&one| document.local_name(one) == name);
            found.map(|one| document.string_value(one).trim().to_owned()).filter(|text| !text.is_empty())
        };
        let object = inside("AOGUID");
        let region = document
            .children(addr)
            .find(|&one| document.local_name(one) == "stateCode")
            .and_then(|one: ElementId| document.attribute(one, "", "code"));
        if let Some(object) = object.as_deref().filter(|_| known.knows("addresses")) {
            match known.rows("addresses", object).first() {
                None => refuse(
                    errors,
                    "AOGUID_NOT_FOUND",
                    format!(
                        "Уникальный идентификатор адресного объекта [{object}], переданного в СЭМД, не найден в ФИАС"
                    ),
                ),
                Some(entry) => {
                    let number = |code: &str| code.trim().parse::<u32>().ok();
                    let (theirs, ours) = (number(entry.get("region")), region.and_then(number));
                    if theirs.is_some() && ours.is_some() && theirs != ours {
                        refuse(
                            errors,
                            "REGION_CODE_DIFFERENT",
                            format!("Регион адресного объекта [{object}] не совпадает с регионом в ФИАС"),
                        );
                    }
                }
            }
        }
        if let Some(house) = inside("HOUSEGUID").filter(|_| known.knows("houses")) {
            match known.rows("houses", &house).first().map(|entry| entry.get("aoguid").to_lowercase()) {
                None => refuse(
                    errors,
                    "HOUSEGUID_NOT_FOUND",
                    format!("Уникальный идентификатор дома [{house}], переданного в СЭМД, не найден в ФИАС"),
                ),
                Some(street) if object.as_deref().map(str::to_lowercase).as_ref() != Some(&street) => refuse(
                    errors,
                    "AOGUID_DIFFERENT",
                    format!("Адресный объект в СЭМД не совпадает с адресом дома [{house}] в ФИАС"),
                ),
                Some(_) => {}
            }
        }
    }
}
