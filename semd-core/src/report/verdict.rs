//! The verdict over one document.

use serde::Serialize;

/// What the checks say about a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every asked check ran, at least one rule fired, and there is no error.
    Valid,
    /// There is an error.
    Invalid,
    /// No error, but a check could not be done: no package for the kind, no rule fired, a rule could not be evaluated.
    Undecided,
}
