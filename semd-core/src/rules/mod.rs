//! Rules of this project: what official packages leave out and the register or clinics trip over.
//!
//! One file a rule or a family of like rules; [`RULES`] is the registry. A rule looks at one document through a
//! `Context` and reports places; weight, owner and texts stand in its row. Only what the register surely refuses is an
//! error; the rest is a warning.
//!
//! A vendor's own checks are rules too: a [`Rule`] written outside of this crate runs after those of [`RULES`] when a
//! validator is given it ([`Validator::with_rules`](crate::validate::Validator::with_rules)).
//!
//! ```
//! use semd_core::package::PackageStore;
//! use semd_core::report::{Message, Owner, Severity};
//! use semd_core::rules::{Context, Rule, Text};
//! use semd_core::validate::{Options, Validator};
//! use semd_core::xml::{HL7_V3, Node};
//!
//! static DEPARTMENT: Rule = Rule {
//!     id: "clinic-department",
//!     title: Text { ru: "У врача указано отделение", en: "The doctor has a department" },
//!     why: Text { ru: "без отделения не сходится отчёт", en: "reports need the department" },
//!     clause: "приказ клиники № 1",
//!     code: "VALIDATION_ERROR",
//!     severity: Severity::Warning,
//!     owner: Owner::Clinic,
//!     check: department,
//! };
//!
//! fn department(context: &mut Context<'_, '_>) {
//!     let mut doctors = context.cda("assignedAuthor");
//!     while let Some(doctor) = context.next(&mut doctors) {
//!         if context.document().child(doctor, HL7_V3, "representedOrganization").is_none() {
//!             context.report(Node::Element(doctor), Message::new("нет отделения", "there is no department"));
//!         }
//!     }
//! }
//!
//! let document = b"<ClinicalDocument xmlns='urn:hl7-org:v3'><author><assignedAuthor/></author></ClinicalDocument>";
//! let validator = Validator::new(PackageStore::embedded()).with_rules([&DEPARTMENT]);
//! let report = validator.validate(document, &Options::default());
//! assert!(report.findings.iter().any(|finding| finding.rule.as_deref() == Some("clinic-department")));
//! ```

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

pub use context::{Context, Elements};

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
    /// Looks at a document and reports places.
    pub check: fn(&mut Context<'_, '_>),
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

/// Applies every rule of this project, then `more`, to a document. `as_of`: the day of registration, for rules that depend
/// on it.
pub(crate) fn check(
    more: &[&'static Rule],
    document: &Document<'_>,
    header: &Header,
    kind: Option<&Kind>,
    as_of: Option<time::Date>,
    lines: &LineIndex<'_>,
) -> Vec<Finding> {
    let mut context = Context::new(document, header, kind, as_of, lines);
    for rule in RULES.iter().chain(more) {
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
