//! Type names in `xsi:type`.

use crate::xml::{Document, ElementId};

use super::super::component::{Schema, TypeId};
use super::super::names::{Map, Namespace};
use super::super::simple::qname;

/// Resolves type names and remembers them while they mean the same everywhere.
pub(super) struct TypeNames<'a> {
    known: Map<&'a str, Result<TypeId, &'static str>>,
    /// Only the root element declares namespaces, as in nearly all documents.
    uniform: bool,
}

impl<'a> TypeNames<'a> {
    pub(super) fn new(document: &Document<'_>) -> Self {
        let root = document.root();
        Self {
            known: Map::default(),
            uniform: document.namespace_declarations().iter().all(|declaration| declaration.element == root),
        }
    }

    /// The type a QName means at an element, or the code of the rule it breaks.
    pub(super) fn resolve(
        &mut self,
        schema: &Schema,
        document: &Document<'_>,
        id: ElementId,
        text: &'a str,
    ) -> Result<TypeId, &'static str> {
        if let Some(&known) = self.known.get(text) {
            return known;
        }
        let found = look_up(schema, document, id, text);
        if self.uniform {
            self.known.insert(text, found);
        }
        found
    }
}

fn look_up(
    schema: &Schema,
    document: &Document<'_>,
    id: ElementId,
    text: &str,
) -> Result<TypeId, &'static str> {
    let (prefix, local) = qname(text).ok_or("cvc-elt.4.1")?;
    let namespace = document.resolve_prefix(id, prefix).ok_or("cvc-elt.4.1")?;
    let namespace = schema.symbols.find_namespace(namespace);
    if namespace == Namespace::UNKNOWN {
        return Err("cvc-elt.4.2");
    }
    let symbol = schema.symbols.find(namespace, local);
    schema.global_types.get(symbol).copied().ok_or("cvc-elt.4.2")
}
