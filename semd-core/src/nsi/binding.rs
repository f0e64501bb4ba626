//! What the names of a document are to the layer `nsi`.

use super::elements::CodedElements;
use crate::xml::{Document, NameId, Vocabulary, for_another_vocabulary};

/// The attributes of a coded element, by their places in [`super::check`].
pub(super) const ATTRIBUTES: [&str; 5] =
    ["code", "codeSystem", "codeSystemVersion", "codeSystemName", "displayName"];

/// What one name is.
#[derive(Clone, Copy, Debug)]
struct Meaning {
    /// For an element with a code: whether the register is known to look it up.
    confirmed: Option<bool>,
    /// Place among [`ATTRIBUTES`].
    attribute: Option<u8>,
}

/// The names of one vocabulary; kept from one document to the next.
#[derive(Debug, Default)]
pub(super) struct Binding {
    vocabulary: Option<Vocabulary>,
    meanings: Vec<Meaning>,
}

impl Binding {
    /// Whether an element may carry a code, and the register is known to look it up.
    pub(super) fn coded(&self, name: NameId) -> Option<bool> {
        self.meanings[name.0 as usize].confirmed
    }

    /// Which attribute of a coded element a name is.
    pub(super) fn attribute(&self, name: NameId) -> Option<usize> {
        self.meanings[name.0 as usize].attribute.map(usize::from)
    }

    /// Looks those names of a document up that are new.
    pub(super) fn bind(&mut self, document: &Document<'_>, elements: &CodedElements) {
        let vocabulary = Some(document.vocabulary());
        if self.vocabulary != vocabulary {
            self.vocabulary = vocabulary;
            for_another_vocabulary(&mut self.meanings);
        }
        for id in self.meanings.len() as u32..document.name_count() as u32 {
            let name = document.expanded_name(NameId(id));
            let attribute = ATTRIBUTES.iter().position(|local| *local == name.local);
            self.meanings.push(Meaning {
                confirmed: elements.listed(name.namespace, name.local),
                attribute: attribute.filter(|_| name.namespace.is_empty()).map(|at| at as u8),
            });
        }
    }
}
