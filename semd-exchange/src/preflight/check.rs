//! What a check is, and where its findings go.

use semd_core::report::{Finding, Layer, Message, Severity};
use semd_core::xml::{ElementId, Node};

use super::Facts;
use crate::codes::{Resend, classify};

/// Stages of the register's own sequence, in their order. An error ends the sequence after its stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum Stage {
    /// The synchronous check of the request (step 3).
    #[serde(rename = "S1a")]
    Coarse,
    /// The asynchronous check of the request (step 5).
    #[serde(rename = "S1b")]
    Request,
    /// The file as it is pulled (steps 6 to 8).
    #[serde(rename = "F")]
    Pull,
    /// The check of the file (step 9).
    #[serde(rename = "S2")]
    File,
    /// The check of the file by ФРЛЛО.
    #[serde(rename = "FRLLO")]
    Llo,
    /// Operations after the registration.
    #[serde(rename = "LATER")]
    Later,
    /// Orders of certificates.
    #[serde(rename = "ORDER")]
    Order,
}

/// What a check does: look at the facts, and report.
pub type Run = fn(&Facts<'_>, &mut Collector<'_, '_>);

/// One check: a row of the registry.
#[derive(Debug)]
pub struct Check {
    /// Name, unique: family and subject.
    pub name: &'static str,
    /// The code that the register would answer with.
    pub code: &'static str,
    /// When the register would answer so.
    pub stage: Stage,
    /// Paragraph of «Описание выполняемых проверок в РЭМД», dictionary or standard that asks for it.
    pub clause: &'static str,
    /// Reference data without which there is nothing to check: tables of `schemas/reference-tables`, or `trust`, `nsi`,
    /// `packages`, `kinds`, `attribute-schemas`.
    pub needs: &'static [&'static str],
    /// The check itself.
    pub run: Run,
}

/// A finding of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicted {
    /// Stage at which the register would answer so.
    pub stage: Stage,
    /// Name of the check.
    pub check: &'static str,
    /// The cause among those that share the code, see [`crate::codes::SubType`].
    pub sub_type: Option<&'static str>,
    /// What is wrong, whose turn it is.
    pub finding: Finding,
}

/// What became of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    /// The register would refuse.
    Found,
    /// Nothing to refuse.
    Clean,
    /// Not checked: these data are not at hand.
    NotChecked(Vec<&'static str>),
}

/// Takes the findings of one check.
#[derive(Debug)]
pub struct Collector<'c, 'f> {
    check: &'static Check,
    facts: &'c Facts<'f>,
    found: &'c mut Vec<Predicted>,
    errors: usize,
    missing: Vec<&'static str>,
}

impl<'c, 'f> Collector<'c, 'f> {
    /// Runs a check, or says what it lacks.
    pub(super) fn run(
        check: &'static Check,
        facts: &'c Facts<'f>,
        found: &'c mut Vec<Predicted>,
    ) -> CheckOutcome {
        let missing: Vec<_> = check.needs.iter().copied().filter(|need| !facts.has(need)).collect();
        if !missing.is_empty() {
            return CheckOutcome::NotChecked(missing);
        }
        let mut collector = Self { check, facts, found, errors: 0, missing };
        (check.run)(facts, &mut collector);
        match collector {
            Self { errors: 1.., .. } => CheckOutcome::Found,
            Self { missing, .. } if !missing.is_empty() => CheckOutcome::NotChecked(missing),
            _ => CheckOutcome::Clean,
        }
    }

    /// The register would refuse: its own words, and ours in English.
    pub fn error(&mut self, ru: impl Into<String>, en: impl Into<String>) {
        self.push(Severity::Error, Message::new(ru, en), None);
    }

    /// As [`Collector::error`], with the element that is wrong.
    pub fn error_at(&mut self, element: Option<ElementId>, ru: impl Into<String>, en: impl Into<String>) {
        self.push(Severity::Error, Message::new(ru, en), element);
    }

    /// The register would accept; somebody should look.
    pub fn warning(&mut self, ru: impl Into<String>, en: impl Into<String>) {
        self.push(Severity::Warning, Message::new(ru, en), None);
    }

    /// There is nothing to check by: the data lack what this document needs.
    pub fn not_checked(&mut self, need: &'static str) {
        if !self.missing.contains(&need) {
            self.missing.push(need);
        }
    }

    /// Takes a finding of the validator over; its code is the check's.
    pub(super) fn take(&mut self, finding: Finding) {
        if finding.severity == Severity::Error {
            self.errors += 1;
        }
        let text = super::reply_text(&finding);
        let sub_type = classify(finding.code, &text).sub_type.map(|sub_type| sub_type.id);
        self.found.push(Predicted { stage: self.check.stage, check: self.check.name, sub_type, finding });
    }

    fn push(&mut self, severity: Severity, message: Message, element: Option<ElementId>) {
        let classified = classify(self.check.code, &message.ru);
        let place = element.and_then(|element| self.facts.place(Node::Element(element)));
        if severity == Severity::Error {
            self.errors += 1;
        }
        self.found.push(Predicted {
            stage: self.check.stage,
            check: self.check.name,
            sub_type: classified.sub_type.map(|sub_type| sub_type.id),
            finding: Finding {
                layer: Layer::Rule,
                code: self.check.code,
                rule: Some(self.check.name.to_owned()),
                severity,
                hint: classified.advice().cloned(),
                message,
                test: None,
                assertion: None,
                path: place.as_ref().map(|place| place.path.clone()),
                line: place.as_ref().map_or(0, |place| place.line),
                column: place.as_ref().map_or(0, |place| place.column),
                offset: place.as_ref().map_or(0, |place| place.offset),
                owner: classified.owner(),
                retryable: classified.resend() == Resend::MayHelp,
            },
        });
    }
}
