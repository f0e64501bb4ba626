//! Findings and verdicts: the data every check produces and every output format prints.

mod finding;
mod message;

pub use finding::{Finding, Layer, Owner, Severity};
pub use message::{Lang, Message};
