//! Reading the document beyond its header.

use semd_core::header::InstanceIdentifier;
use semd_core::xml::{Document, ElementId, HL7_V3};

/// The first element behind `steps` of `urn:hl7-org:v3`.
pub(super) fn descend(document: &Document<'_>, from: ElementId, steps: &[&str]) -> Option<ElementId> {
    steps.iter().try_fold(from, |at, step| document.child(at, HL7_V3, step))
}

/// All elements behind `steps` of `urn:hl7-org:v3`.
pub(super) fn all(document: &Document<'_>, from: ElementId, steps: &[&str]) -> Vec<ElementId> {
    steps.iter().fold(vec![from], |parents, step| {
        parents.into_iter().flat_map(|parent| document.children_named(parent, HL7_V3, step)).collect()
    })
}

/// All descendants with a local name, in any namespace.
pub(super) fn named<'d>(document: &'d Document<'_>, local: &'d str) -> impl Iterator<Item = ElementId> + 'd {
    document.descendants(document.root()).filter(move |&element| document.local_name(element) == local)
}

/// An attribute without a namespace, trimmed; empty when it is absent.
pub(super) fn attribute<'d>(document: &'d Document<'_>, element: ElementId, name: &str) -> &'d str {
    document.attribute(element, "", name).map_or("", str::trim)
}

/// The text of an element, trimmed.
pub(super) fn text(document: &Document<'_>, element: ElementId) -> String {
    document.string_value(element).trim().to_owned()
}

/// The `id` children of an element.
pub(super) fn identifiers(document: &Document<'_>, parent: ElementId) -> Vec<InstanceIdentifier> {
    let ids = document.children_named(parent, HL7_V3, "id");
    ids.map(|id| InstanceIdentifier {
        root: attribute(document, id, "root").to_owned(),
        extension: attribute(document, id, "extension").to_owned(),
    })
    .collect()
}
