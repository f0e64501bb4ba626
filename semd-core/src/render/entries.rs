//! Coded entries as a table: a statement a row, statements inside it in rows below.

use crate::xml::ElementId;

use super::mention::{FACTS, Mentions, is_statement};
use super::page::{Page, Piece};

/// What the second column adds to the facts, as labelled rows.
const BESIDE_FACTS: &[&str] = &["rateQuantity", "interpretationCode", "referenceRange"];

const LEVELS: [&str; 5] =
    ["<td>", "<td class=\"l1\">", "<td class=\"l2\">", "<td class=\"l3\">", "<td class=\"l4\">"];

impl Page<'_> {
    /// The entries of a section; `mentions` of its narrative tell which facts stand only here.
    pub(super) fn entries(&mut self, section: ElementId, mentions: &Mentions<'_>) {
        let before = self.html.len();
        let heading = self.word("Кодированные данные", "Coded data");
        self.html.element("<p class=\"coded\">", heading, "");
        if mentions.is_empty() {
            let flag = self.word(
                "в разделе нет текста: всё ниже — только здесь",
                "the section has no text: all below is only here",
            );
            self.html.element(" <span class=\"flag\">", flag, "</span>");
        }
        self.html.markup("</p><table class=\"entries\"><thead><tr>");
        for (ru, en) in [("Показатель", "What"), ("Значение", "Value"), ("Подробности", "Details")]
        {
            let word = self.word(ru, en);
            self.html.element("<th>", word, "</th>");
        }
        self.html.markup("</tr></thead><tbody>");
        let start = self.html.len();
        for piece in self.pieces(section) {
            if let Piece::Element(child) = piece
                && self.local(child) == "entry"
            {
                self.holder(child, 0, mentions);
            }
        }
        if self.html.len() == start {
            self.html.back_to(before);
        } else {
            self.html.markup("</tbody></table>");
        }
    }

    /// An entry, a relation or a component: the statement inside it, and whatever else it holds.
    fn holder(&mut self, holder: ElementId, level: usize, mentions: &Mentions<'_>) {
        self.nested(holder, |page| {
            let before = page.html.len();
            page.html.markup("<tr><td colspan=\"3\"><dl class=\"facts\">");
            let start = page.html.len();
            page.rows(holder, &|page, child| !is_statement(page.document, child));
            if page.html.len() == start {
                page.html.back_to(before);
            } else {
                page.html.markup("</dl></td></tr>");
            }
            for piece in page.pieces(holder) {
                if let Piece::Element(child) = piece
                    && is_statement(page.document, child)
                {
                    page.statement(child, level, mentions);
                }
            }
        });
    }

    fn statement(&mut self, statement: ElementId, level: usize, mentions: &Mentions<'_>) {
        self.html.markup("<tr>");
        self.html.markup(LEVELS[level.min(LEVELS.len() - 1)]);
        let start = self.html.len();
        if let Some(code) = self.child(statement, "code") {
            self.value(code);
        }
        if self.html.len() == start {
            let label = self.label(statement);
            self.html.element("<span class=\"label\">", label, "</span>");
        }
        self.null_flavor(statement);
        self.further_attributes(statement, start);
        self.html.markup("</td><td>");
        let start = self.html.len();
        let mut stated = false;
        let mut later = Vec::new();
        for piece in self.pieces(statement) {
            let Piece::Element(child) = piece else { continue };
            let local = self.local(child);
            if BESIDE_FACTS.contains(&local) {
                later.push(child);
            }
            if !FACTS.contains(&local) {
                continue;
            }
            if self.html.len() > start {
                self.html.markup("<br/>");
            }
            let from = self.html.len();
            match local {
                "consumable" | "product" => self.facts(child),
                _ => self.value(child),
            }
            if self.html.len() > from && !mentions.is_empty() {
                stated = true;
                if !mentions.has(child) {
                    self.flag();
                }
            }
        }
        if !stated && !mentions.is_empty() && !mentions.has_subject(statement) {
            self.flag();
        }
        if !later.is_empty() {
            self.html.markup("<dl class=\"facts\">");
            later.into_iter().for_each(|child| self.row(child));
            self.html.markup("</dl>");
        }
        self.html.markup("</td><td>");
        let before = self.html.len();
        self.html.markup("<dl class=\"facts\">");
        let start = self.html.len();
        self.details(statement);
        self.close_facts(before, start);
        self.html.markup("</td></tr>");
        for piece in self.pieces(statement) {
            if let Piece::Element(child) = piece
                && matches!(self.local(child), "entryRelationship" | "component")
            {
                self.holder(child, level + 1, mentions);
            }
        }
    }

    /// Rows of what the first two columns do not show.
    fn details(&mut self, statement: ElementId) {
        let code = self.child(statement, "code");
        for piece in self.pieces(statement) {
            match piece {
                Piece::Text(text) => {
                    let label = self.word("Текст", "Text");
                    self.html.element("<dt>", label, "</dt>");
                    self.html.element("<dd>", text, "</dd>");
                }
                Piece::Element(child) => {
                    let local = self.local(child);
                    let shown =
                        Some(child) == code || FACTS.contains(&local) || BESIDE_FACTS.contains(&local);
                    if !shown && !matches!(local, "entryRelationship" | "component") {
                        self.row(child);
                    }
                }
            }
        }
    }

    fn flag(&mut self) {
        let word = self.word("нет в тексте", "not in the text");
        self.html.element(" <span class=\"flag\">", word, "</span>");
    }
}
