//! Names of a rule set as small numbers, bound once to the names of a document.

use std::collections::HashMap;

use crate::xml::{Document, HL7_V3};

/// Names used by the expressions of one plan.
///
/// An unprefixed element name means the name in `urn:hl7-org:v3` **or** in no namespace: official rules name CDA
/// elements without a prefix and declare no default namespace, and the register removes the declaration from the
/// document before it evaluates them. Both therefore share one symbol.
#[derive(Debug, Default)]
pub(crate) struct Names {
    elements: Table,
    attributes: Table,
    count: u32,
}

/// Local name → namespaces in which it is used.
type Table = HashMap<Box<str>, Vec<(Box<str>, u32)>, foldhash::fast::RandomState>;

/// Symbols of the names of one document, by [`crate::xml::NameId`].
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) elements: Vec<u32>,
    pub(crate) attributes: Vec<u32>,
}

/// A document's name that no expression uses.
pub(crate) const UNUSED: u32 = u32::MAX;

fn lookup(table: &Table, namespace: &str, local: &str) -> Option<u32> {
    let known = table.get(local)?;
    let found = known.iter().find(|(other, _)| **other == *namespace)?;
    Some(found.1)
}

fn intern(table: &mut Table, count: &mut u32, namespace: &str, local: &str) -> u32 {
    if let Some(symbol) = lookup(table, namespace, local) {
        return symbol;
    }
    let symbol = *count;
    *count += 1;
    table
        .entry(local.into())
        .or_default()
        .push((namespace.into(), symbol));
    symbol
}

/// The namespace an element name is filed under.
fn filed(namespace: &str) -> &str {
    if namespace.is_empty() { HL7_V3 } else { namespace }
}

impl Names {
    /// The symbol of an element name; the empty namespace stands for an unprefixed name.
    pub(crate) fn element(&mut self, namespace: &str, local: &str) -> u32 {
        intern(&mut self.elements, &mut self.count, filed(namespace), local)
    }

    /// The symbol of an attribute name.
    pub(crate) fn attribute(&mut self, namespace: &str, local: &str) -> u32 {
        intern(&mut self.attributes, &mut self.count, namespace, local)
    }

    /// Looks every name of a document up once.
    pub(crate) fn bind(&self, document: &Document<'_>) -> Binding {
        let count = document.name_count();
        let mut binding = Binding {
            elements: Vec::with_capacity(count),
            attributes: Vec::with_capacity(count),
        };
        for id in 0..count as u32 {
            let name = document.expanded_name(crate::xml::NameId(id));
            let element = lookup(&self.elements, filed(name.namespace), name.local);
            let attribute = lookup(&self.attributes, name.namespace, name.local);
            binding.elements.push(element.unwrap_or(UNUSED));
            binding.attributes.push(attribute.unwrap_or(UNUSED));
        }
        binding
    }
}
