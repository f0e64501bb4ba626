//! The facts of a prescription and of its dispensing.

use semd_core::header::Timestamp;
use semd_core::xml::{Document, ElementId, HL7_V3};
use time::Date;

use super::super::super::Facts;
use super::super::super::tree::{all, attribute, descend};

/// Dictionary of information systems.
const SYSTEMS: &str = "1.2.643.5.1.13.13.99.2.622";

/// The sections of the body with a code.
pub(super) fn sections(document: &Document<'_>, code: &str) -> Vec<ElementId> {
    all(document, document.root(), &["component", "structuredBody", "component", "section"])
        .into_iter()
        .filter(|&section| {
            document
                .child(section, HL7_V3, "code")
                .is_some_and(|one| attribute(document, one, "code") == code)
        })
        .collect()
}

/// A subsidised prescription: it has benefits and what is prescribed.
pub(super) fn is_prescription(facts: &Facts<'_>) -> bool {
    facts.document.is_some_and(|document| {
        !sections(document, "BENEFITS").is_empty() && !sections(document, "RECIPE").is_empty()
    })
}

/// A dispensing by a prescription.
pub(super) fn is_dispense(facts: &Facts<'_>) -> bool {
    facts.document.is_some_and(|document| !sections(document, "MEDDISPENSE").is_empty())
}

/// The observations of the document with a code of НСИ 1.2.643.5.1.13.13.99.2.166.
pub(super) fn observations(document: &Document<'_>, code: &str) -> Vec<ElementId> {
    document
        .descendants(document.root())
        .filter(|&element| document.local_name(element) == "observation")
        .filter(|&element| {
            document
                .child(element, HL7_V3, "code")
                .is_some_and(|one| attribute(document, one, "code") == code)
        })
        .collect()
}

/// The code of the value of an observation.
pub(super) fn value_code<'d>(document: &'d Document<'_>, observation: ElementId) -> &'d str {
    document.child(observation, HL7_V3, "value").map_or("", |value| attribute(document, value, "code"))
}

/// The day of an element's `effectiveTime`: its value, or the start of the period.
pub(super) fn day(document: &Document<'_>, element: ElementId) -> Option<Date> {
    let time = document.child(element, HL7_V3, "effectiveTime")?;
    let value = match attribute(document, time, "value") {
        "" => attribute(document, document.child(time, HL7_V3, "low")?, "value"),
        value => value,
    };
    Timestamp::parse(value).filter(Timestamp::has_day).map(|time| time.date())
}

/// The day of the prescription: of the documented event, or of the document where it documents none, as in the older editions.
pub(super) fn event_day(document: &Document<'_>) -> Option<Date> {
    let event = descend(document, document.root(), &["documentationOf", "serviceEvent"]);
    day(document, event.unwrap_or(document.root()))
}

/// The product codes behind `steps` of an entry, with their dictionaries.
pub(super) fn products<'d>(
    document: &'d Document<'_>,
    entry: ElementId,
    steps: &[&str],
) -> Vec<(&'d str, &'d str)> {
    all(document, entry, steps)
        .into_iter()
        .flat_map(|material| document.children_named(material, HL7_V3, "code"))
        .map(|code| (attribute(document, code, "code"), attribute(document, code, "codeSystem")))
        .filter(|(code, _)| !code.is_empty())
        .collect()
}

/// The system that made the document: as it says, else as the settings say.
pub(super) fn system(facts: &Facts<'_>) -> Option<String> {
    let document = facts.document?;
    let named = document
        .descendants(document.root())
        .find(|&element| attribute(document, element, "codeSystem") == SYSTEMS)
        .map(|element| attribute(document, element, "code"));
    let set =
        || facts.data.table("system").and_then(|table| table.rows().next()).map(|row| row.get("llo_system"));
    named.or_else(set).filter(|system| !system.is_empty()).map(str::to_owned)
}

/// OIDs of the organisations that `steps` name.
pub(super) fn organizations(document: &Document<'_>, steps: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = all(document, document.root(), steps)
        .into_iter()
        .filter_map(|id| document.attribute(id, "", "root"))
        .map(str::to_owned)
        .collect();
    found.dedup();
    found
}
