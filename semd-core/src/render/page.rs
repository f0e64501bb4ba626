//! What every part of a page needs: the document, the language, the page so far.

use crate::report::Lang;
use crate::xml::{Document, ElementId, HL7_V3, NameId, Text};

use super::labels::{self, Layout, Row};
use crate::html::Html;

/// Nesting beyond which a page shows text only. Official documents stay below 40.
const MAX_DEPTH: usize = 200;

pub(super) struct Page<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) lang: Lang,
    pub(super) html: Html,
    /// Row of each name of the document.
    rows: Vec<Option<&'static Row>>,
    depth: usize,
}

/// A child of an element, in document order.
pub(super) enum Piece<'d> {
    Text(&'d str),
    Element(ElementId),
}

impl<'d> Page<'d> {
    pub(super) fn new(document: &'d Document<'d>, lang: Lang) -> Self {
        let html = Html::with_capacity(2 * document.source().len() + (16 << 10));
        let names = (0..document.name_count() as u32).map(NameId);
        let rows = names.map(|name| labels::row(document.expanded_name(name).local)).collect();
        Self { document, lang, html, rows, depth: 0 }
    }

    pub(super) fn word(&self, ru: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::Ru => ru,
            Lang::En => en,
        }
    }

    /// Goes one level down; beyond the deepest level the text alone is written and nothing else is done.
    pub(super) fn nested(&mut self, element: ElementId, inside: impl FnOnce(&mut Self)) {
        if self.depth == MAX_DEPTH {
            let text = self.document.string_value(element);
            self.html.text(&text);
            return;
        }
        self.depth += 1;
        inside(self);
        self.depth -= 1;
    }

    /// The children of an element that say something: elements, and text that is not blank.
    pub(super) fn pieces(&self, element: ElementId) -> impl Iterator<Item = Piece<'d>> + use<'d> {
        let document = self.document;
        let mut children = document.children(element).peekable();
        let mut texts = document.child_texts(element).filter(|(_, text)| !text.blank).peekable();
        std::iter::from_fn(move || {
            let text_first = match (texts.peek(), children.peek()) {
                (Some((_, text)), Some(child)) => text.before <= child.0,
                (text, _) => text.is_some(),
            };
            if text_first {
                texts.next().map(|(_, text): (_, &Text)| Piece::Text(document.text(text)))
            } else {
                children.next().map(Piece::Element)
            }
        })
    }

    /// Local name of an element of CDA or its extensions.
    pub(super) fn local(&self, element: ElementId) -> &'d str {
        self.document.local_name(element)
    }

    pub(super) fn attribute(&self, element: ElementId, name: &str) -> Option<&'d str> {
        self.document.attribute(element, "", name)
    }

    pub(super) fn child(&self, element: ElementId, name: &str) -> Option<ElementId> {
        self.document.child(element, HL7_V3, name)
    }

    /// The name of the person that a group is about, to be read before the group's identifiers. Persons of groups inside it are
    /// others.
    pub(super) fn person(&self, group: ElementId) -> Option<String> {
        let document = self.document;
        let own = |name: ElementId| {
            let holders = std::iter::successors(document.parent(name), |&at| document.parent(at));
            let mut between = holders.take_while(|&at| at != group);
            between.all(|at| self.layout(at) != Layout::Group)
        };
        let named = document.find_name(HL7_V3, "name")?;
        let is_name = |&inner: &ElementId| {
            document.element(inner).name == named && self.child(inner, "family").is_some() && own(inner)
        };
        let name = document.descendants(group).find(is_name)?;
        let parts: Vec<_> = document.children(name).map(|part| document.string_value(part)).collect();
        let parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
        Some(parts.collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty())
    }

    /// The label of an element, its name when there is no word for it.
    pub(super) fn label(&self, element: ElementId) -> &'d str {
        let local = self.local(element);
        if local == "name" && self.child(element, "family").is_some() {
            return self.word("ФИО", "Name");
        }
        self.row_of(element).map_or(local, |row| labels::label(row, self.lang))
    }

    /// How an element is laid out; one that has no row is a value.
    pub(super) fn layout(&self, element: ElementId) -> Layout {
        self.row_of(element).map_or(Layout::Value, |row| row.1)
    }

    fn row_of(&self, element: ElementId) -> Option<&'static Row> {
        self.rows[self.document.element(element).name.0 as usize]
    }
}
