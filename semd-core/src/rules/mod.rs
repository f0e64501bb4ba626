//! Rules of this project: what official packages leave out and the register or clinics trip over.
//!
//! One file a rule or a family of like rules; [`RULES`] is the registry. A rule looks at one document through a
//! `Context` and reports places; weight, owner and texts stand in its row. Only what the register surely refuses is an
//! error; the rest is a warning.

mod attachment;
pub mod checksum;
mod context;
mod date_order;
mod impossible_time;
mod insurance_policy;
mod kind_window;
mod narrative;
mod object_identifier;
mod organization_numbers;
mod section_code;
mod self_reference;
mod snils;
mod staff_identity;
mod time_zone;

pub(crate) use object_identifier::is_uuid;

use crate::header::Header;
use crate::kinds::Kind;
use crate::report::{Finding, Message, Owner, Severity};
use crate::xml::{Document, LineIndex};

use context::Context;

/// A text in both languages, as a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Russian.
    pub ru: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// The text as a message.
    pub fn message(self) -> Message {
        Message::new(self.ru, self.en)
    }
}

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Name, stable.
    pub id: &'static str,
    /// What it asks for.
    pub title: Text,
    /// Why it matters.
    pub why: Text,
    /// Where it comes from: standard and clause, order, or register code.
    pub clause: &'static str,
    /// Mnemonic of the register under which the register would report it.
    pub code: &'static str,
    /// Weight.
    pub severity: Severity,
    /// Whose turn it is.
    pub owner: Owner,
    check: fn(&mut Context<'_, '_>),
}

/// All rules, in the order their findings of one place are given.
pub static RULES: [&Rule; 16] = [
    &kind_window::KIND_WINDOW,
    &kind_window::CREATION_DATE,
    &impossible_time::RULE,
    &time_zone::RULE,
    &date_order::RULE,
    &object_identifier::SYNTAX,
    &object_identifier::OWNER,
    &self_reference::RULE,
    &staff_identity::RULE,
    &snils::RULE,
    &organization_numbers::OGRN,
    &organization_numbers::INN,
    &insurance_policy::RULE,
    &section_code::RULE,
    &narrative::RULE,
    &attachment::RULE,
];

/// Findings of one rule in one document; more are not reported.
const MAX_FINDINGS: usize = 100;

/// The rule with a name.
///
/// ```
/// assert!(semd_core::rules::find("snils-checksum").is_some());
/// ```
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Applies every rule to a document. `as_of`: the day of registration, for rules that depend on it.
pub(crate) fn check(
    document: &Document<'_>,
    header: &Header,
    kind: Option<&Kind>,
    as_of: Option<time::Date>,
    lines: &LineIndex<'_>,
) -> Vec<Finding> {
    let mut context = Context::new(document, header, kind, as_of, lines);
    for rule in RULES {
        context.begin(rule);
        (rule.check)(&mut context);
    }
    context.findings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_rows_are_filled_in() {
        let names: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(names.len(), RULES.len());
        for rule in RULES {
            for text in [rule.title, rule.why] {
                assert!(!text.ru.is_empty() && !text.en.is_empty(), "{}", rule.id);
            }
            assert!(!rule.clause.is_empty(), "{}", rule.id);
        }
    }
}
