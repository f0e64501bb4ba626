//! ISO Schematron rule sets: compiled once into a [`Plan`], applied to documents in one pass.
//!
//! A `.sch` file → definitions (abstract patterns and rules expanded) → [`Plan`] (contexts in one trie, every distinct
//! test once) → [`Outcome`] (positions of what failed) → findings of a report. The first matching rule of a pattern
//! takes a node; a test with a dynamic error has no verdict and stops nothing else.

mod context;
mod error;
mod evaluate;
mod finding;
mod load;
mod message;
mod outline;
mod plan;
mod source;
mod trie;

pub use crate::xpath::{ErrorCode, SyntaxError, SyntaxErrorKind};
pub use error::LoadError;
pub use evaluate::{EvaluationError, Failure, MAX_FAILURES, Outcome};
pub(crate) use outline::{Outline, outline};
pub use plan::{Assertion, AssertionId, AssertionKind, Plan};
