//! A cursor over one schema document: its words, its names, its places.

use crate::xml::{Document, ElementId};

use super::super::error::{Flaw, LoadErrorKind, Place};
use super::super::names::{Namespace, Symbol, Symbols};
use super::words::Word;

/// Namespace of XML Schema documents and of the built-in types.
pub(super) const XS: &str = "http://www.w3.org/2001/XMLSchema";

/// What a name of the document means to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// An element of XML Schema.
    Element(Word),
    /// An attribute of XML Schema.
    Attribute(Word),
    /// In the namespace of XML Schema or in none, but unknown.
    Unknown,
    /// In a foreign namespace; attributes of foreign namespaces may stand anywhere.
    Foreign,
}

/// One schema document while it is read.
pub(super) struct Reader<'a, 's> {
    pub(super) document: &'a Document<'s>,
    pub(super) symbols: &'a mut Symbols,
    file: u32,
    /// Target namespace; that of the including document for a document that has none.
    pub(super) target: Namespace,
    /// The document has no target namespace of its own but takes over one: unprefixed references mean it.
    chameleon: bool,
    meanings: Vec<Meaning>,
    pub(super) qualified_elements: bool,
    pub(super) qualified_attributes: bool,
}

impl<'a, 's> Reader<'a, 's> {
    /// A reader; `inherited` is the namespace a document without target namespace takes over.
    pub(super) fn new(
        document: &'a Document<'s>,
        symbols: &'a mut Symbols,
        file: u32,
        inherited: Namespace,
    ) -> Result<Self, Flaw> {
        let meanings = (0..document.name_count() as u32)
            .map(|id| {
                let name = document.expanded_name(crate::xml::NameId(id));
                match (name.namespace, Word::of(name.local)) {
                    (XS, Some(word)) => Meaning::Element(word),
                    ("", Some(word)) => Meaning::Attribute(word),
                    (XS | "", None) => Meaning::Unknown,
                    _ => Meaning::Foreign,
                }
            })
            .collect();
        let mut reader = Self {
            document,
            symbols,
            file,
            target: inherited,
            chameleon: false,
            meanings,
            qualified_elements: false,
            qualified_attributes: false,
        };
        let root = document.root();
        if reader.word(root) != Some(Word::Schema) {
            return Err(reader.flaw(root, LoadErrorKind::NotSchema));
        }
        reader.allow(
            root,
            &[
                Word::TargetNamespace,
                Word::ElementFormDefault,
                Word::AttributeFormDefault,
                Word::BlockDefault,
                Word::FinalDefault,
                Word::Version,
            ],
        )?;
        reader.refuse_block(root, Word::BlockDefault)?;
        match reader.attribute(root, Word::TargetNamespace) {
            Some(target) => reader.target = reader.symbols.intern_namespace(target),
            None => reader.chameleon = inherited != Namespace::ABSENT,
        }
        reader.qualified_elements = reader.form(root, Word::ElementFormDefault)?.unwrap_or(false);
        reader.qualified_attributes = reader.form(root, Word::AttributeFormDefault)?.unwrap_or(false);
        Ok(reader)
    }

    pub(super) fn place(&self, element: ElementId) -> Place {
        Place {
            file: self.file,
            offset: self.document.element(element).offset + self.document.skipped() as u32,
        }
    }

    pub(super) fn flaw(&self, element: ElementId, kind: LoadErrorKind) -> Flaw {
        self.place(element).flaw(kind)
    }

    /// The schema word an element is named by.
    pub(super) fn word(&self, element: ElementId) -> Option<Word> {
        match self.meanings[self.document.element(element).name.0 as usize] {
            Meaning::Element(word) => Some(word),
            _ => None,
        }
    }

    /// The child elements, annotations left out; anything that is no schema element is a flaw.
    pub(super) fn children(&self, element: ElementId) -> Result<Vec<(ElementId, Word)>, Flaw> {
        let mut children = Vec::new();
        for child in self.document.children(element) {
            match self.word(child) {
                Some(Word::Annotation) => {}
                Some(word) => children.push((child, word)),
                None => return Err(self.misplaced(child)),
            }
        }
        Ok(children)
    }

    /// The flaw of an element that may not stand where it stands.
    pub(super) fn misplaced(&self, element: ElementId) -> Flaw {
        let name = format!("xs:{}", self.document.local_name(element));
        self.flaw(element, LoadErrorKind::Misplaced(name))
    }

    pub(super) fn attribute(&self, element: ElementId, word: Word) -> Option<&'a str> {
        self.document
            .attributes(element)
            .iter()
            .find(|attribute| self.meanings[attribute.name.0 as usize] == Meaning::Attribute(word))
            .map(|attribute| self.document.value(attribute))
    }

    pub(super) fn required(&self, element: ElementId, word: Word) -> Result<&'a str, Flaw> {
        self.attribute(element, word)
            .ok_or_else(|| self.flaw(element, LoadErrorKind::Missing(word.text())))
    }

    /// Refuses attributes that the reader would otherwise pass over; `id` and foreign ones may stand anywhere.
    pub(super) fn allow(&self, element: ElementId, words: &[Word]) -> Result<(), Flaw> {
        for attribute in self.document.attributes(element) {
            let known = match self.meanings[attribute.name.0 as usize] {
                Meaning::Attribute(word) => word == Word::Id || words.contains(&word),
                Meaning::Foreign => true,
                Meaning::Unknown | Meaning::Element(_) => false,
            };
            if !known {
                let name = format!(
                    "xs:{}/@{}",
                    self.document.local_name(element),
                    self.document.expanded_name(attribute.name).local
                );
                return Err(self.flaw(element, LoadErrorKind::Misplaced(name)));
            }
        }
        Ok(())
    }

    /// `block` changes which documents are valid and is not supported; `final` only restricts schemas.
    pub(super) fn refuse_block(&self, element: ElementId, word: Word) -> Result<(), Flaw> {
        match self.attribute(element, word) {
            Some(value) if !value.trim().is_empty() => {
                let what = format!("{}=\"{value}\"", word.text());
                Err(self.flaw(element, LoadErrorKind::Unsupported(what)))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn bad_value(&self, element: ElementId, word: Word, value: &str) -> Flaw {
        self.flaw(
            element,
            LoadErrorKind::Value {
                name: word.text().to_owned(),
                value: value.to_owned(),
            },
        )
    }

    pub(super) fn boolean(&self, element: ElementId, word: Word) -> Result<Option<bool>, Flaw> {
        match self.attribute(element, word).map(str::trim) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(value) => Err(self.bad_value(element, word, value)),
        }
    }

    /// Whether a form attribute says `qualified`.
    pub(super) fn form(&self, element: ElementId, word: Word) -> Result<Option<bool>, Flaw> {
        match self.attribute(element, word).map(str::trim) {
            None => Ok(None),
            Some("qualified") => Ok(Some(true)),
            Some("unqualified") => Ok(Some(false)),
            Some(value) => Err(self.bad_value(element, word, value)),
        }
    }

    /// `minOccurs` and `maxOccurs`.
    pub(super) fn occurs(&self, element: ElementId) -> Result<(u32, Option<u32>), Flaw> {
        let number = |word, default: u32| match self.attribute(element, word).map(str::trim) {
            None => Ok(Some(default)),
            Some("unbounded") if word == Word::MaxOccurs => Ok(None),
            Some(value) => value
                .parse()
                .map(Some)
                .map_err(|_| self.bad_value(element, word, value)),
        };
        let min = number(Word::MinOccurs, 1)?.unwrap_or(0);
        let max = number(Word::MaxOccurs, 1)?;
        match max {
            Some(max) if max < min => Err(self.bad_value(element, Word::MaxOccurs, &max.to_string())),
            _ => Ok((min, max)),
        }
    }

    /// The component's own name in the target namespace.
    pub(super) fn own_name(&mut self, element: ElementId) -> Result<Symbol, Flaw> {
        let target = self.target;
        self.name_in(element, target)
    }

    /// The component's name in a given namespace.
    pub(super) fn name_in(&mut self, element: ElementId, namespace: Namespace) -> Result<Symbol, Flaw> {
        let name = self.required(element, Word::Name)?.trim();
        if !crate::xml::is_ncname(name) {
            return Err(self.bad_value(element, Word::Name, name));
        }
        Ok(self.symbols.intern(namespace, name))
    }

    /// The name a QName-valued attribute refers to.
    pub(super) fn reference(&mut self, element: ElementId, word: Word) -> Result<Option<Symbol>, Flaw> {
        match self.attribute(element, word) {
            None => Ok(None),
            Some(text) => self.qname(element, word, text.trim()).map(Some),
        }
    }

    /// Resolves a QName in the scope of an element.
    pub(super) fn qname(&mut self, element: ElementId, word: Word, text: &str) -> Result<Symbol, Flaw> {
        let (prefix, local) = text.split_once(':').unwrap_or(("", text));
        let namespace = self.document.resolve_prefix(element, prefix);
        let namespace = match namespace {
            Some("") if prefix.is_empty() && self.chameleon => self.target,
            Some(namespace) if crate::xml::is_ncname(local) => self.symbols.intern_namespace(namespace),
            _ => return Err(self.bad_value(element, word, text)),
        };
        Ok(self.symbols.intern(namespace, local))
    }
}
