//! ISO Schematron rule sets: compiled once into a [`Plan`], applied to documents in one pass.
//!
//! A `.sch` file → definitions (abstract patterns and rules expanded) → [`Plan`] (contexts in one trie, every distinct
//! test once) → [`Outcome`] (positions of what failed) → findings of a report. The first matching rule of a pattern
//! takes a node; a test with a dynamic error has no verdict and stops nothing else.
//!
//! ```
//! use semd_core::schematron::Plan;
//! use semd_core::xml::{self, Limits};
//!
//! let rules = br#"<schema xmlns="http://purl.oclc.org/dsdl/schematron"><pattern><rule context="/a">
//!     <assert test="count(b)=1">R-1. one b</assert></rule></pattern></schema>"#;
//! let plan = Plan::compile(rules)?;
//! let document = xml::parse(b"<a><b/><b/></a>", &Limits::default()).unwrap();
//! let outcome = plan.evaluate(&document);
//! assert_eq!((outcome.fired, outcome.failed.len()), (1, 1));
//! # Ok::<(), semd_core::schematron::LoadError>(())
//! ```

mod assertion;
mod context;
mod error;
mod evaluate;
mod finding;
mod letter;
mod load;
mod message;
mod outline;
mod plan;
mod source;
mod subsets;
mod trie;

pub use crate::xpath::{ErrorCode, SyntaxError, SyntaxErrorKind};
pub use assertion::{Assertion, AssertionId, AssertionKind};
pub use error::LoadError;
pub use evaluate::{EvaluationError, Failure, MAX_FAILURES, Outcome};
pub(crate) use outline::{Outline, outline};
pub use plan::Plan;
