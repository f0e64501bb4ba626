//! What every part of a page needs: the document, the language, the page so far.

use crate::report::Lang;
use crate::xml::{Document, ElementId, HL7_V3, Text};

use super::labels;
use crate::html::Html;

/// Nesting beyond which a page shows text only. Official documents stay below 40.
const MAX_DEPTH: usize = 200;

pub(super) struct Page<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) lang: Lang,
    pub(super) html: Html,
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
        Self { document, lang, html, depth: 0 }
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

    /// The label of an element, its name when there is no word for it.
    pub(super) fn label(&self, element: ElementId) -> &'d str {
        let local = self.local(element);
        if local == "name" && self.child(element, "family").is_some() {
            return self.word("ФИО", "Name");
        }
        labels::label(local, self.lang).unwrap_or(local)
    }
}
