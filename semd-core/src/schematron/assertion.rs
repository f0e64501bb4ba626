//! The assertions of a plan as people know them: names, texts, messages.

use serde::{Deserialize, Serialize};

use super::message::{self, Message};
use crate::texts::{Piece, Texts};

/// Number of an assertion in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AssertionId(pub u32);

/// Whether a test states what must hold or what must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AssertionKind {
    /// `assert`: fails when the test is false.
    Assert,
    /// `report`: fails when the test is true.
    Report,
}

/// What a plan keeps of an assertion for people.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) pattern: u32,
    pub(super) rule: u32,
    pub(super) number: u32,
    pub(super) kind: AssertionKind,
    pub(super) text: Piece,
    pub(super) message: Message,
    pub(super) label: Option<Piece>,
}

/// One assert or report of a rule set.
#[derive(Clone, Copy, Debug)]
pub struct Assertion<'p> {
    record: &'p Record,
    texts: &'p Texts,
}

impl<'p> Assertion<'p> {
    pub(super) fn new(record: &'p Record, texts: &'p Texts) -> Self {
        Self { record, texts }
    }

    /// Positional name `p6r1a2`: second assertion of the first rule of the sixth pattern. Official rule sets have no
    /// names of their own, and labels repeat.
    pub fn name(&self) -> String {
        let Record { pattern, rule, number, .. } = self.record;
        format!("p{pattern}r{rule}a{number}")
    }

    /// Label in front of the message, such as `У1-12`.
    pub fn label(&self) -> Option<&'p str> {
        self.record.label.map(|label| self.texts.get(label))
    }

    /// The test as written in the rule set.
    pub fn test(&self) -> &'p str {
        self.texts.get(self.record.text)
    }

    /// The words of the message, with `…` where a value of the document will stand.
    pub fn words(&self) -> String {
        message::words(self.message(), self.texts)
    }

    /// Assert or report.
    pub fn kind(&self) -> AssertionKind {
        self.record.kind
    }

    pub(super) fn message(&self) -> &'p Message {
        &self.record.message
    }

    pub(super) fn texts(&self) -> &'p Texts {
        self.texts
    }
}
