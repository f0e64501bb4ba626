//! What the names of a document are to the layer `nsi`.

use super::elements::CodedElements;
use crate::xml::{ByName, Document, NameId};

/// The attributes of a coded element, by their places in [`super::check`].
pub(super) const ATTRIBUTES: [&str; 5] =
    ["code", "codeSystem", "codeSystemVersion", "codeSystemName", "displayName"];

/// What one name is.
#[derive(Clone, Copy, Debug)]
struct Meaning {
    /// For an element with a code: whether the register is known to look it up.
    confirmed: Option<bool>,
    /// Place among [`ATTRIBUTES`]; beyond the last for other names.
    attribute: u8,
}

/// The names of one vocabulary; kept from one document to the next.
#[derive(Debug, Default)]
pub(super) struct Binding(ByName<Meaning>);

impl Binding {
    /// Whether an element may carry a code, and the register is known to look it up.
    pub(super) fn coded(&self, name: NameId) -> Option<bool> {
        self.0.get(name).confirmed
    }

    /// Which attribute of a coded element a name is: its place among [`ATTRIBUTES`], or one beyond the last.
    pub(super) fn attribute(&self, name: NameId) -> usize {
        self.0.get(name).attribute.into()
    }

    /// Looks those names of a document up that are new.
    pub(super) fn bind(&mut self, document: &Document<'_>, elements: &CodedElements) {
        self.0.learn(document, |_, name| {
            let attribute = ATTRIBUTES.iter().position(|local| *local == name.local);
            let attribute = attribute.filter(|_| name.namespace.is_empty()).unwrap_or(ATTRIBUTES.len());
            Meaning { confirmed: elements.listed(name.namespace, name.local), attribute: attribute as u8 }
        });
    }
}
