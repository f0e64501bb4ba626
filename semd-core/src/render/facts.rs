//! Groups of labelled rows: the header, and the details of entries.

use crate::xml::ElementId;

use super::labels::Layout;
use super::page::{Page, Piece};

impl Page<'_> {
    /// A list of everything an element holds.
    pub(super) fn facts(&mut self, element: ElementId) {
        let before = self.html.len();
        self.html.markup("<dl class=\"facts\">");
        let start = self.html.len();
        self.nested(element, |page| page.rows(element, &|_, _| true));
        self.close_facts(before, start);
    }

    /// Ends a list, or takes it back when it stayed empty.
    pub(super) fn close_facts(&mut self, before: usize, start: usize) {
        if self.html.len() == start {
            self.html.back_to(before);
        } else {
            self.html.markup("</dl>");
        }
    }

    /// The rows of the children of an element that are wanted.
    pub(super) fn rows(&mut self, element: ElementId, wanted: &dyn Fn(&Self, ElementId) -> bool) {
        self.child_rows(element, true, wanted);
    }

    /// The same; `own`: also what the element says itself, and its text.
    pub(super) fn child_rows(
        &mut self,
        element: ElementId,
        own: bool,
        wanted: &dyn Fn(&Self, ElementId) -> bool,
    ) {
        if own {
            self.own_row(element);
        }
        for piece in self.pieces(element) {
            match piece {
                Piece::Text(_) if !own => {}
                Piece::Text(text) => {
                    let label = self.word("Текст", "Text");
                    self.html.element("<dt>", label, "</dt>");
                    self.html.element("<dd>", text, "</dd>");
                }
                Piece::Element(child) if wanted(self, child) => self.row(child),
                Piece::Element(_) => {}
            }
        }
    }

    /// What the element itself says: a null flavour, a negation.
    fn own_row(&mut self, element: ElementId) {
        let before = self.html.len();
        self.html.markup("<dt>");
        let label = self.label(element);
        self.html.text(label);
        self.html.markup("</dt><dd>");
        let start = self.html.len();
        self.null_flavor(element);
        self.further_attributes(element, start);
        if self.html.len() == start {
            self.html.back_to(before);
        } else {
            self.html.markup("</dd>");
        }
    }

    pub(super) fn row(&mut self, element: ElementId) {
        match self.layout(element) {
            Layout::Transparent => self.nested(element, |page| page.rows(element, &|_, _| true)),
            Layout::Group if self.attribute(element, "value").is_none() => {
                self.labelled(element, |page| {
                    let before = page.html.len();
                    if let Some(person) = page.person(element) {
                        page.html.element("<span class=\"b\">", &person, "</span>");
                    }
                    let start = page.html.len();
                    page.facts(element);
                    if page.html.len() == start {
                        page.html.back_to(before);
                    }
                });
            }
            Layout::Group | Layout::Value => self.labelled(element, |page| page.value(element)),
        }
    }

    /// A row, unless there is nothing to say in it.
    fn labelled(&mut self, element: ElementId, content: impl FnOnce(&mut Self)) {
        let before = self.html.len();
        let label = self.label(element);
        self.html.element("<dt>", label, "</dt>");
        self.html.markup("<dd>");
        let start = self.html.len();
        content(self);
        if self.html.len() == start {
            self.html.back_to(before);
        } else {
            self.html.markup("</dd>");
        }
    }
}
