//! Lints documents and cards.

use serde_json::Value;
use time::Date;

use super::CHECKS;
use super::context::{Context, Inputs};
use super::report::{Report, Verdict, score};
use crate::build::{BuildError, CardKinds, OptionalFields};
use crate::digest;
use crate::header::Header;
use crate::kinds::KindRegistry;
use crate::nsi::Store;
use crate::xml::{self, Fault, Limits, LineIndex};

/// Lints documents. Cheap to clone and to share between threads.
///
/// ```
/// use semd_core::build::CardKinds;
/// use semd_core::lint::Linter;
/// use time::macros::date;
///
/// let linter = Linter::new().as_of(date!(2026 - 05 - 14));
/// assert!(linter.document(b"<note/>").unwrap().score.is_none()); // nothing to look at
///
/// let card = serde_json::json!({ "kind": "119" });
/// let faults = linter.card(&card, &CardKinds::embedded()).unwrap_err(); // no document can be made of it
/// assert!(!faults.faults().is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Linter {
    kinds: KindRegistry,
    dictionaries: Option<Store>,
    as_of: Option<Date>,
    limits: Limits,
}

impl Default for Linter {
    fn default() -> Self {
        Self::new()
    }
}

impl Linter {
    /// A linter without dictionaries and without a day: checks that need them say so.
    pub fn new() -> Self {
        Self { kinds: KindRegistry::embedded(), dictionaries: None, as_of: None, limits: Limits::default() }
    }

    /// The same with another registry of kinds.
    #[must_use]
    pub fn with_kinds(self, kinds: KindRegistry) -> Self {
        Self { kinds, ..self }
    }

    /// The same with dictionaries (НСИ), whose names are compared.
    #[must_use]
    pub fn with_dictionaries(self, dictionaries: Store) -> Self {
        Self { dictionaries: Some(dictionaries), ..self }
    }

    /// The same with the day after which dates are of the future.
    #[must_use]
    pub fn as_of(self, day: Date) -> Self {
        Self { as_of: Some(day), ..self }
    }

    /// The limits on untrusted bytes.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Lints one document.
    ///
    /// # Errors
    /// When the bytes are no XML that can be looked at.
    pub fn document(&self, bytes: &[u8]) -> Result<Report, Fault> {
        self.look(bytes, None)
    }

    /// Lints a JSON card: the document that it makes, and what the card leaves out.
    ///
    /// # Errors
    /// When no document can be made of the card: its faults, each with its place.
    #[expect(clippy::missing_panics_doc, reason = "templates are checked when they are loaded")]
    pub fn card(&self, card: &Value, kinds: &CardKinds) -> Result<Report, BuildError> {
        let text = kinds.build(card, self.dictionaries.as_ref())?;
        let fields = kinds.optional_fields(card);
        let report = self.look(text.as_bytes(), Some(&fields));
        let mut report = report.expect("a template makes well-formed XML of any card");
        for finding in &mut report.findings {
            // The document is not the caller's file: its lines say nothing there.
            (finding.line, finding.column) = (0, 0);
        }
        Ok(report)
    }

    fn look(&self, bytes: &[u8], card: Option<&OptionalFields>) -> Result<Report, Fault> {
        let document = xml::parse(bytes, &self.limits)?;
        let lines = LineIndex::new(bytes);
        let dictionaries = self.dictionaries.as_ref();
        let mut context = Context::new(&document, Inputs { as_of: self.as_of, dictionaries, card }, &lines);
        CHECKS.iter().for_each(|check| context.run(check));
        let Context { mut findings, looked, .. } = context;
        // Stable: findings of one place keep the order of the checks.
        findings.sort_by_key(|finding| finding.offset);
        let score = score(&looked);
        let kinds = self.kinds.candidates(&Header::read(&document), self.as_of);
        Ok(Report {
            sha256: digest::sha256(bytes),
            kind: kinds.into_iter().next(),
            verdict: match score {
                None => Verdict::NotChecked,
                Some(_) if findings.is_empty() => Verdict::Complete,
                Some(_) => Verdict::Remarks,
            },
            score,
            looked,
            findings,
        })
    }
}
