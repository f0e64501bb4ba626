//! Findings and verdicts: the data every check produces and every output format prints.

mod document;
mod finding;
pub mod format;
mod message;
pub mod redact;
mod verdict;

pub use document::Report;
pub use finding::{Finding, Layer, Owner, Severity};
pub use format::Printed;
pub use message::{Lang, Message};
pub use verdict::Verdict;
