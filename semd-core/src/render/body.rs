//! The body: sections with their narrative, and beside it what the entries say.

use crate::xml::ElementId;

use super::mention::Mentions;
use super::page::{Page, Piece};

const HEADINGS: [(&str, &str); 5] =
    [("<h2>", "</h2>"), ("<h3>", "</h3>"), ("<h4>", "</h4>"), ("<h5>", "</h5>"), ("<h6>", "</h6>")];

impl Page<'_> {
    /// A `component` of the document, of the body or of a section. What is no section is shown as rows.
    pub(super) fn component(&mut self, component: ElementId, level: usize) {
        self.nested(component, |page| {
            for piece in page.pieces(component) {
                match piece {
                    Piece::Text(text) => page.html.element("<p>", text, "</p>"),
                    Piece::Element(child) => match page.local(child) {
                        "structuredBody" | "component" => page.component(child, level),
                        "section" => page.section(child, level),
                        _ => page.lone_row(child),
                    },
                }
            }
        });
    }

    /// One row in a list of its own.
    fn lone_row(&mut self, element: ElementId) {
        let before = self.html.len();
        self.html.markup("<dl class=\"facts\">");
        let start = self.html.len();
        self.row(element);
        self.close_facts(before, start);
    }

    fn section(&mut self, section: ElementId, level: usize) {
        let (open, close) = HEADINGS[level.min(HEADINGS.len() - 1)];
        self.html.markup("<section>");
        self.html.markup(open);
        let start = self.html.len();
        if let Some(title) = self.child(section, "title") {
            self.value(title);
        }
        if let Some(code) = self.child(section, "code") {
            if self.html.len() > start {
                self.html.markup(" <span class=\"code\">");
                self.value(code);
                self.html.markup("</span>");
            } else {
                self.value(code);
            }
        }
        if self.html.len() == start {
            let word = self.word("Раздел без названия", "Section without a title");
            self.html.element("<span class=\"null\">", word, "</span>");
        }
        self.html.markup(close);
        self.nested(section, |page| page.section_content(section, level));
        self.html.markup("</section>");
    }

    fn section_content(&mut self, section: ElementId, level: usize) {
        let narrative = self.child(section, "text");
        if let Some(narrative) = narrative {
            self.narrative(narrative);
        }
        let before = self.html.len();
        self.html.markup("<dl class=\"facts\">");
        let start = self.html.len();
        let title = self.child(section, "title");
        let code = self.child(section, "code");
        self.rows(section, &|page, child| {
            let taken = [narrative, title, code].contains(&Some(child));
            !taken && !matches!(page.local(child), "entry" | "component")
        });
        self.close_facts(before, start);
        self.entries(section, &Mentions::of(self.document, narrative));
        for piece in self.pieces(section) {
            if let Piece::Element(child) = piece
                && self.local(child) == "component"
            {
                self.component(child, level + 1);
            }
        }
    }
}
