//! Whether the narrative of a section says what its entries say.

use crate::report::Lang;
use crate::xml::{Document, ElementId, HL7_V3, XSI};

use super::value::{is_time, time_text};
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

/// Parts of a statement that state its fact.
pub(super) const FACTS: &[&str] = &["value", "text", "consumable", "product", "quantity", "doseQuantity"];

/// Whether an element is a clinical statement.
pub(crate) fn is_statement(document: &Document<'_>, element: ElementId) -> bool {
    STATEMENTS.contains(&document.local_name(element))
}

/// The narrative of one section, to be asked for facts.
pub(crate) struct Mentions<'d> {
    document: &'d Document<'d>,
    words: Words,
}

impl<'d> Mentions<'d> {
    /// The words of a narrative; of none when there is no narrative.
    pub(crate) fn of(document: &'d Document<'d>, narrative: Option<ElementId>) -> Self {
        let mut words = Words::default();
        for index in narrative.map(|text| document.text_ids(text)).into_iter().flatten() {
            let text = &document.texts()[index as usize];
            if !text.blank {
                words.add(document.text(text));
            }
        }
        Self { document, words }
    }

    /// Whether nothing is in it that can be read.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The words themselves, lower case, one space around each.
    pub(crate) fn words(&self) -> &str {
        self.words.text()
    }

    /// Whether it says everything that a statement states, parts of it that are statements themselves excepted; `None`
    /// when the statement states nothing.
    pub(crate) fn says_statement(&self, statement: ElementId) -> Option<bool> {
        let document = self.document;
        let mut facts = document
            .children(statement)
            .filter(|&child| FACTS.contains(&document.local_name(child)))
            .peekable();
        if facts.peek().is_some() {
            return Some(facts.all(|fact| self.has(fact)));
        }
        let code = document.child(statement, HL7_V3, "code")?;
        document.attribute(code, "", "displayName")?;
        Some(self.has_subject(statement))
    }

    /// Whether it has a fact in any of the ways in which it may be said. A value that is absent need not be said.
    pub(super) fn has(&self, fact: ElementId) -> bool {
        let document = self.document;
        let attribute = |element, name| document.attribute(element, "", name);
        if attribute(fact, "nullFlavor").is_some() || attribute(fact, "representation").is_some() {
            return true;
        }
        let mut said = false;
        for element in std::iter::once(fact).chain(document.descendants(fact)) {
            let is_reference = document.local_name(element) == "reference";
            let texts = [attribute(element, "displayName"), attribute(element, "value")];
            for text in texts.into_iter().flatten() {
                said = true;
                if is_reference && text.starts_with('#') || self.says(element, text) {
                    return true;
                }
            }
        }
        for index in document.text_ids(fact) {
            let text = &document.texts()[index as usize];
            if !text.blank {
                said = true;
                if self.words.contain(document.text(text)) {
                    return true;
                }
            }
        }
        !said
    }

    fn says(&self, element: ElementId, text: &str) -> bool {
        if self.words.contain(text) {
            return true;
        }
        if is_time(self.document, element) {
            // English dates differ in nothing but the word for a year.
            let date = time_text(text, Lang::En);
            return date.is_some_and(|date| self.words.contain(date.split(' ').next().unwrap_or(&date)));
        }
        if self.document.attribute(element, XSI, "type") == Some("BL") {
            return self.words.contain(if text == "true" { "да" } else { "нет" });
        }
        // 36.60 is also said as 36.6.
        let shorter = text.trim_end_matches('0').trim_end_matches('.');
        text.contains('.') && self.words.contain(shorter)
    }

    /// The same for a statement that says no more than its code.
    pub(super) fn has_subject(&self, statement: ElementId) -> bool {
        let code = self.document.child(statement, HL7_V3, "code");
        let name = code.and_then(|code| self.document.attribute(code, "", "displayName"));
        name.is_none_or(|name| self.words.contain(name))
    }
}
