//! Lint: what a good document has beyond the rules, as remarks with weights and a score of completeness.
//!
//! Nothing here blocks registration: a document with remarks is registered like any other, and [`crate::validate`] says
//! nothing of them. One file a check, [`CHECKS`] is the registry. A check counts the places it looked at and those at
//! fault, so that documents of any size compare: see [`Report::score`].
//!
//! ```
//! use semd_core::lint::{Linter, Verdict};
//!
//! let section = |code: &str, text: &str| {
//!     format!("<component><section><code code='{code}'/><text>{text}</text></section></component>")
//! };
//! let bytes = format!(
//!     "<ClinicalDocument xmlns='urn:hl7-org:v3'><component><structuredBody>{}{}</structuredBody></component></ClinicalDocument>",
//!     section("COMPL", "Кашель и температура до 38 градусов третий день"),
//!     section("ANAM", ""),
//! );
//! let report = Linter::new().document(bytes.as_bytes()).unwrap();
//! assert_eq!(report.verdict, Verdict::Remarks);
//! let names: Vec<_> = report.findings.iter().map(|finding| finding.check.id).collect();
//! assert_eq!(names, ["narrative-without-codes", "empty-section"]);
//! assert!(report.score.is_some_and(|score| score < 100));
//! ```

mod card_optional_fields;
mod codes_without_narrative;
mod context;
mod copied_section;
mod dictionary_spelling;
mod empty_section;
pub mod format;
mod future_date;
mod linter;
mod narrative_without_codes;
mod report;
mod unit_of_quantity;
mod units;

pub use linter::Linter;
pub use report::{Finding, Looked, Report, Verdict};

use crate::rules::Text;

use context::Context;

/// One check.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Name, stable.
    pub id: &'static str,
    /// How much it counts in the score, 1 to 10.
    pub weight: u32,
    /// What it asks for.
    pub title: Text,
    /// Why it matters.
    pub why: Text,
    /// What to do.
    pub advice: Text,
    run: fn(&mut Context<'_, '_>),
}

/// All checks, in the order their findings of one place are given.
pub static CHECKS: [&Check; 8] = [
    &empty_section::CHECK,
    &codes_without_narrative::CHECK,
    &narrative_without_codes::CHECK,
    &copied_section::CHECK,
    &future_date::CHECK,
    &unit_of_quantity::CHECK,
    &dictionary_spelling::CHECK,
    &card_optional_fields::CHECK,
];

/// The check with a name.
///
/// ```
/// assert!(semd_core::lint::find("copied-section").is_some());
/// ```
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_rows_are_filled_in() {
        let names: BTreeSet<_> = CHECKS.iter().map(|check| check.id).collect();
        assert_eq!(names.len(), CHECKS.len());
        for check in CHECKS {
            assert!((1..=10).contains(&check.weight), "{}", check.id);
            assert!(crate::rules::find(check.id).is_none(), "{} names a rule too", check.id);
            for text in [check.title, check.why, check.advice] {
                assert!(!text.ru.is_empty() && !text.en.is_empty(), "{}", check.id);
            }
        }
    }
}
