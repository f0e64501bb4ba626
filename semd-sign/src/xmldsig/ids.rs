//! Elements by identifier.

use semd_core::xml::{Document, ElementId, XML};

use super::error::{XmlSignatureError, cut};

/// Namespace of `wsu:Id` (WS-Security utility).
pub const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

/// The only element that has an identifier, among all attributes that may hold one: `Id`, `ID`, `wsu:Id`, `xml:id`.
///
/// # Errors
/// There is none, or more than one. The second is the usual trick of signature wrapping: readers that take the first, or
/// the last, do not agree on what was signed.
pub(super) fn find(document: &Document<'_>, id: &str) -> Result<ElementId, XmlSignatureError> {
    let names: Vec<_> = [("", "Id"), ("", "ID"), (WSU, "Id"), (XML, "id")]
        .into_iter()
        .filter_map(|(namespace, local)| document.find_name(namespace, local))
        .collect();
    let mut found = None;
    if !names.is_empty() {
        let elements = (0..document.elements().len() as u32).map(ElementId);
        for element in elements {
            let matches = |attribute: &&semd_core::xml::Attribute| {
                names.contains(&attribute.name) && document.value(attribute) == id
            };
            if document.attributes(element).iter().find(matches).is_none() {
                continue;
            }
            if found.is_some() {
                return Err(XmlSignatureError::DuplicateId { id: cut(id) });
            }
            found = Some(element);
        }
    }
    found.ok_or_else(|| XmlSignatureError::Unresolved { id: cut(id) })
}
