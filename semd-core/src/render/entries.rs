//! Coded entries as a table: a statement a row, statements inside it in rows below.

use crate::xml::{ElementId, XSI};

use super::page::{Page, Piece};
use super::value::time_text;
use super::words::Words;

/// Clinical statements (CDA R2, 4.3.6).
const STATEMENTS: &[&str] = &[
    "act",
    "encounter",
    "observation",
    "observationMedia",
    "organizer",
    "procedure",
    "regionOfInterest",
    "substanceAdministration",
    "supply",
];

/// What it states, for the second.
const STATED: &[&str] = &[
    "value",
    "text",
    "consumable",
    "product",
    "quantity",
    "doseQuantity",
    "rateQuantity",
    "interpretationCode",
    "referenceRange",
];

const LEVELS: [&str; 5] =
    ["<td>", "<td class=\"l1\">", "<td class=\"l2\">", "<td class=\"l3\">", "<td class=\"l4\">"];

impl Page<'_> {
    /// The entries of a section; `words` of its narrative tell which facts stand only here.
    pub(super) fn entries(&mut self, section: ElementId, words: &Words) {
        let before = self.html.len();
        let heading = self.word("Кодированные данные", "Coded data");
        self.html.element("<p class=\"coded\">", heading, "");
        if words.is_empty() {
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
                self.holder(child, 0, words);
            }
        }
        if self.html.len() == start {
            self.html.back_to(before);
        } else {
            self.html.markup("</tbody></table>");
        }
    }

    /// An entry, a relation or a component: the statement inside it, and whatever else it holds.
    fn holder(&mut self, holder: ElementId, level: usize, words: &Words) {
        self.nested(holder, |page| {
            let before = page.html.len();
            page.html.markup("<tr><td colspan=\"3\"><dl class=\"facts\">");
            let start = page.html.len();
            page.rows(holder, &|page, child| !STATEMENTS.contains(&page.local(child)));
            if page.html.len() == start {
                page.html.back_to(before);
            } else {
                page.html.markup("</dl></td></tr>");
            }
            for piece in page.pieces(holder) {
                if let Piece::Element(child) = piece
                    && STATEMENTS.contains(&page.local(child))
                {
                    page.statement(child, level, words);
                }
            }
        });
    }

    fn statement(&mut self, statement: ElementId, level: usize, words: &Words) {
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
            if !STATED.contains(&local) {
                continue;
            }
            let separate = matches!(local, "interpretationCode" | "referenceRange" | "rateQuantity");
            if separate {
                later.push(child);
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
            if self.html.len() > from && !words.is_empty() {
                stated = true;
                if !self.stands_in(child, words) {
                    self.flag();
                }
            }
        }
        if !stated && !words.is_empty() && !self.subject_stands_in(statement, words) {
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
                self.holder(child, level + 1, words);
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
                    let shown = Some(child) == code || STATED.contains(&local);
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

    /// Whether the narrative has a fact in any of the ways in which it may be said. A value that is absent need not be said.
    fn stands_in(&self, fact: ElementId, words: &Words) -> bool {
        let document = self.document;
        if self.attribute(fact, "nullFlavor").is_some() || self.attribute(fact, "representation").is_some() {
            return true;
        }
        let mut said = false;
        let inside = std::iter::once(fact).chain(document.descendants(fact));
        for element in inside {
            let name = self.attribute(element, "displayName");
            let value = self.attribute(element, "value");
            let is_reference = self.local(element) == "reference";
            for text in [name, value].into_iter().flatten() {
                said = true;
                if is_reference && text.starts_with('#') || self.says(element, text, words) {
                    return true;
                }
            }
        }
        for index in document.text_ids(fact) {
            let text = &document.texts()[index as usize];
            if !text.blank {
                said = true;
                if words.contain(document.text(text)) {
                    return true;
                }
            }
        }
        !said
    }

    fn says(&self, element: ElementId, text: &str, words: &Words) -> bool {
        if words.contain(text) {
            return true;
        }
        if self.is_time(element) {
            let date = time_text(text, self.lang);
            return date.is_some_and(|date| words.contain(date.split(' ').next().unwrap_or(&date)));
        }
        if self.document.attribute(element, XSI, "type") == Some("BL") {
            return words.contain(if text == "true" { "да" } else { "нет" });
        }
        // 36.60 is also said as 36.6.
        let shorter = text.trim_end_matches('0').trim_end_matches('.');
        text.contains('.') && words.contain(shorter)
    }

    /// The same for a statement that says no more than its code.
    fn subject_stands_in(&self, statement: ElementId, words: &Words) -> bool {
        let code = self.child(statement, "code");
        let name = code.and_then(|code| self.attribute(code, "displayName"));
        name.is_none_or(|name| words.contain(name))
    }
}
