//! Units that measure something else.

use super::Check;
use super::context::Context;
use super::units::Units;
use crate::report::Message;
use crate::rules::Text;
use crate::xml::{ElementId, HL7_V3, Node, XSI};

pub(super) static CHECK: Check = Check {
    id: "unit-of-quantity",
    weight: 4,
    title: Text {
        ru: "Единица измерения подходит величине",
        en: "The unit of measurement fits the quantity",
    },
    why: Text {
        ru: "температуру в килограммах не поймёт ни врач, ни программа; чаще всего перепутаны строки шаблона",
        en: "neither doctors nor programs understand a temperature in kilograms; mostly rows of a template are mixed up",
    },
    advice: Text {
        ru: "укажите единицу той же размерности, код UCUM: Cel, mm[Hg], kg, cm, 1/min",
        en: "give a unit of the same dimension, by its UCUM code: Cel, mm[Hg], kg, cm, 1/min",
    },
    run,
};

fn run(context: &mut Context<'_, '_>) {
    let document = context.document;
    for observation in context.elements("observation") {
        let Some(code) = document.child(observation, HL7_V3, "code") else { continue };
        let named = ["codeSystem", "code", "displayName"].map(|name| document.attribute(code, "", name));
        let [system, code, name] = named.map(Option::unwrap_or_default);
        let Some(fitting) = Units::embedded().of_quantity(system, code, name) else { continue };
        for value in document.children_named(observation, HL7_V3, "value") {
            let quantity = document.attribute(value, XSI, "type").is_some_and(|kind| kind.ends_with("PQ"));
            if quantity && document.attribute(value, "", "nullFlavor").is_none() {
                judge(context, value, name, fitting);
            }
        }
    }
}

fn judge(context: &mut Context<'_, '_>, value: ElementId, name: &str, fitting: &'static str) {
    let document = context.document;
    let bounds = ["low", "high"].into_iter().filter_map(|bound| document.child(value, HL7_V3, bound));
    let unit = std::iter::once(value).chain(bounds).find_map(|element| context.attribute(element, "unit"));
    let (node, unit) = unit.unwrap_or((Node::Element(value), ""));
    let units = Units::embedded();
    context.look(1);
    if units.dimension(unit) == units.dimension(fitting) {
        return;
    }
    let message = match (unit, units.dimension(unit)) {
        ("", _) => Message::new(
            format!("у величины «{name}» нет единицы; подходит [{fitting}]"),
            format!("quantity “{name}” has no unit; [{fitting}] fits"),
        ),
        (unit, None) => Message::new(
            format!("единица [{unit}] величины «{name}» не распознана; подходит [{fitting}]"),
            format!("unit [{unit}] of quantity “{name}” is not known; [{fitting}] fits"),
        ),
        (unit, Some(_)) => Message::new(
            format!("единица [{unit}] не измеряет величину «{name}»; подходит [{fitting}]"),
            format!("unit [{unit}] does not measure quantity “{name}”; [{fitting}] fits"),
        ),
    };
    context.remark(node, 1, message);
}
