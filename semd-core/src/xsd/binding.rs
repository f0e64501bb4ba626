//! Names of documents as a schema knows them.

use crate::xml::{self, ByName, Document, NameId, name_bit};

use super::names::{Namespace, Symbol, Symbols};

/// The names of one vocabulary; kept from one document to the next.
#[derive(Debug, Default)]
pub(super) struct Binding {
    names: ByName<(Symbol, Namespace)>,
    pub(super) instance: Instance,
}

/// The attributes that XML Schema gives to all elements (part 1, section 2.6).
#[derive(Debug, Default)]
pub(super) struct Instance {
    pub(super) type_name: Option<NameId>,
    pub(super) nil: Option<NameId>,
    /// Bits of both in the masks of elements.
    pub(super) mask: u64,
    pub(super) locations: [Option<NameId>; 2],
}

impl Binding {
    /// The name as the schema knows it.
    #[inline(always)]
    pub(super) fn symbol(&self, name: NameId) -> Symbol {
        self.names.get(name).0
    }

    /// The namespace of a name as the schema knows it.
    pub(super) fn namespace(&self, name: NameId) -> Namespace {
        self.names.get(name).1
    }

    /// Looks those names of a document up that are new.
    pub(super) fn bind(&mut self, document: &Document<'_>, known: &Symbols) {
        // Names of one namespace mostly stand together, and all of them have the same text of it.
        let mut last = ("", known.find_namespace(""));
        let any = self.names.learn(document, |_, name| {
            if !std::ptr::eq(last.0, name.namespace) {
                last = (name.namespace, known.find_namespace(name.namespace));
            }
            (known.find(last.1, name.local), last.1)
        });
        if any {
            self.instance = Instance {
                type_name: document.find_name(xml::XSI, "type"),
                nil: document.find_name(xml::XSI, "nil"),
                mask: name_bit("type") | name_bit("nil"),
                locations: ["schemaLocation", "noNamespaceSchemaLocation"]
                    .map(|local| document.find_name(xml::XSI, local)),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::{Bindings, Limits, Reader};

    #[test]
    fn names_of_another_vocabulary_are_looked_up_anew() {
        let mut symbols = Symbols::new();
        let [a, b, nil] = ["a", "b", "nil"].map(|local| symbols.intern(Namespace::ABSENT, local));
        let (mut one, mut other) = (Reader::new(), Reader::new());
        let bindings = Bindings::<Binding>::default();
        let bound = |reader: &mut Reader, text: &str| -> Vec<Symbol> {
            let document = reader.read(text.as_bytes(), &Limits::default()).unwrap();
            let mut binding = bindings.take(&document);
            binding.bind(&document, &symbols);
            let symbols = document.elements().iter().map(|element| binding.symbol(element.name)).collect();
            bindings.give_back(&document, binding);
            symbols
        };
        assert_eq!(bound(&mut one, "<a><b/></a>"), [a, b]);
        assert_eq!(bound(&mut one, "<b><nil/><a/></b>"), [b, nil, a]);
        assert_eq!(bound(&mut other, "<b><unknown/><a/></b>"), [b, Symbol::UNKNOWN, a]);
        assert_eq!(bound(&mut one, "<a><nil/></a>"), [a, nil]);
        let text = format!("<a xmlns:xsi='{}' xsi:nil='true'/>", xml::XSI);
        let document = one.read(text.as_bytes(), &Limits::default()).unwrap();
        let mut binding = bindings.take(&document);
        assert!(binding.instance.nil.is_none());
        binding.bind(&document, &symbols);
        assert_eq!(binding.instance.nil, Some(document.attributes(document.root())[0].name));
    }
}
