//! Names of a rule set as small numbers, bound once to the names of a document.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::xml::{Document, HL7_V3};

/// Names used by the expressions of one plan.
///
/// An unprefixed element name means the name in `urn:hl7-org:v3` **or** in no namespace: official rules name CDA
/// elements without a prefix and declare no default namespace, and the register removes the declaration from the
/// document before it evaluates them. Both therefore share one symbol.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Names {
    table: HashMap<Box<str>, Vec<Name>, foldhash::fast::RandomState>,
    count: u32,
}

/// A name with a given local part.
#[derive(Debug, Serialize, Deserialize)]
struct Name {
    attribute: bool,
    namespace: Box<str>,
    symbol: u32,
}

/// Symbols of the names of one document's elements and attributes, by their ids.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) elements: Vec<u32>,
    pub(crate) attributes: Vec<u32>,
}

/// A document's name that no expression uses.
pub(crate) const UNUSED: u32 = u32::MAX;

/// The namespace an element name is filed under.
fn filed(namespace: &str) -> &str {
    if namespace.is_empty() { HL7_V3 } else { namespace }
}

fn lookup(known: &[Name], attribute: bool, namespace: &str) -> Option<u32> {
    let found = known.iter().find(|name| name.attribute == attribute && *name.namespace == *namespace)?;
    Some(found.symbol)
}

impl Names {
    /// The symbol of an element name; the empty namespace stands for an unprefixed name.
    pub(crate) fn element(&mut self, namespace: &str, local: &str) -> u32 {
        self.intern(false, filed(namespace), local)
    }

    /// The symbol of an attribute name.
    pub(crate) fn attribute(&mut self, namespace: &str, local: &str) -> u32 {
        self.intern(true, namespace, local)
    }

    fn intern(&mut self, attribute: bool, namespace: &str, local: &str) -> u32 {
        let known = self.table.entry(local.into()).or_default();
        if let Some(symbol) = lookup(known, attribute, namespace) {
            return symbol;
        }
        let symbol = self.count;
        self.count += 1;
        known.push(Name { attribute, namespace: namespace.into(), symbol });
        symbol
    }

    /// Looks every name of a document up once.
    pub(crate) fn bind(&self, document: &Document<'_>) -> Binding {
        let symbols: Vec<(u32, u32)> = (0..document.name_count() as u32)
            .map(|id| {
                let name = document.expanded_name(crate::xml::NameId(id));
                let known = self.table.get(name.local).map_or(&[][..], Vec::as_slice);
                let element = lookup(known, false, filed(name.namespace));
                let attribute = lookup(known, true, name.namespace);
                (element.unwrap_or(UNUSED), attribute.unwrap_or(UNUSED))
            })
            .collect();
        let elements = document.elements().iter();
        let attributes = document.all_attributes().iter();
        Binding {
            elements: elements.map(|element| symbols[element.name.0 as usize].0).collect(),
            attributes: attributes.map(|attribute| symbols[attribute.name.0 as usize].1).collect(),
        }
    }
}
