//! The verdict over one document.

use serde::{Deserialize, Serialize};

use super::Lang;

/// What the checks say about a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every asked check ran, at least one rule fired, and there is no error.
    Valid,
    /// There is an error.
    Invalid,
    /// No error, but a check could not be done: no package for the kind, no rule fired, a rule could not be evaluated.
    Undecided,
}

impl Verdict {
    /// The word for people.
    pub fn word(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Valid, Lang::Ru) => "корректен",
            (Self::Valid, Lang::En) => "valid",
            (Self::Invalid, Lang::Ru) => "некорректен",
            (Self::Invalid, Lang::En) => "invalid",
            (Self::Undecided, Lang::Ru) => "не определено",
            (Self::Undecided, Lang::En) => "undecided",
        }
    }
}
