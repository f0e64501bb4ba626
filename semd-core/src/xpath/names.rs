//! Names of a rule set as small numbers, bound once to the names of a document.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::xml::{ByName, Document, HL7_V3, NameId};

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

/// Symbols of the names of one vocabulary, and its names by symbol; kept from one document to the next.
#[derive(Debug, Default)]
pub(crate) struct Binding {
    /// Its symbol as the name of an element, and as that of an attribute.
    symbols: ByName<(u32, u32)>,
    /// By symbol.
    bound: Vec<Bound>,
}

/// What a symbol means in the documents of one vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    /// The documents do not use the name.
    Absent,
    /// All nodes with the symbol have this name.
    Only(NameId),
    /// Elements in `urn:hl7-org:v3` and elements in no namespace have the symbol.
    Several,
}

impl Binding {
    /// The symbol of a name of elements.
    #[inline]
    pub(crate) fn element(&self, name: NameId) -> u32 {
        self.symbols.get(name).0
    }

    /// The symbol of a name of attributes.
    #[inline]
    pub(crate) fn attribute(&self, name: NameId) -> u32 {
        self.symbols.get(name).1
    }

    /// A test whether an element name has a symbol.
    #[inline]
    pub(crate) fn elements(&self, symbol: u32) -> impl Fn(NameId) -> bool {
        let (only, several) = match self.bound[symbol as usize] {
            Bound::Absent => (NameId(u32::MAX), false),
            Bound::Only(name) => (name, false),
            Bound::Several => (NameId(0), true),
        };
        move |name| if several { self.element(name) == symbol } else { name == only }
    }

    /// The attribute name with a symbol, if the document has it.
    #[inline]
    pub(crate) fn attribute_name(&self, symbol: u32) -> Option<NameId> {
        match self.bound[symbol as usize] {
            Bound::Only(name) => Some(name),
            Bound::Absent | Bound::Several => None,
        }
    }
}

impl Bound {
    /// What the symbol means when one more name has it.
    fn with(self, name: NameId) -> Self {
        if self == Self::Absent { Self::Only(name) } else { Self::Several }
    }
}

/// A document's name that no expression uses.
const UNUSED: u32 = u32::MAX;

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
        let known = self.table.get(local).and_then(|known| lookup(known, attribute, namespace));
        known.unwrap_or_else(|| {
            let symbol = self.count;
            self.count += 1;
            let name = Name { attribute, namespace: namespace.into(), symbol };
            self.table.entry(local.into()).or_default().push(name);
            symbol
        })
    }

    /// Looks those names of a document up that are new.
    pub(crate) fn bind(&self, document: &Document<'_>, binding: &mut Binding) {
        let Binding { symbols, bound } = binding;
        bound.resize(self.count as usize, Bound::Absent);
        symbols.learn(document, |id, name| {
            let known = self.table.get(name.local).map_or(&[][..], Vec::as_slice);
            let element = lookup(known, false, filed(name.namespace)).unwrap_or(UNUSED);
            let attribute = lookup(known, true, name.namespace).unwrap_or(UNUSED);
            for symbol in [element, attribute] {
                if let Some(bound) = bound.get_mut(symbol as usize) {
                    *bound = bound.with(id);
                }
            }
            (element, attribute)
        });
    }
}
