//! W3C XML Schema 1.0 for the official rule packages.
//!
//! A set of schema documents is compiled once ([`Schema::compile`]) into tables addressed by index: content models as
//! deterministic automata, simple types with their facets, attribute tables. [`Schema::validate`] then passes once over
//! the document's tree in document order with an explicit stack. What is wrong with a document is a [`Violation`] with
//! the code of the broken validation rule (`cvc-…`); what is wrong with a schema is a [`LoadError`], and no construct of
//! a schema is passed over in silence.
//!
//! After a misplaced child its siblings are still checked against the declarations of the model, wherever it has them,
//! but the order is not judged further: one mistake gives one violation, and a verdict never depends on a guess how the
//! content was meant. The established validators of the field do the same.

mod binding;
mod component;
mod content;
mod error;
mod identity;
mod limits;
mod load;
mod names;
mod simple;
mod source;
mod validate;
mod violation;
mod wildcard;

pub use component::Schema;
pub use error::{LoadError, LoadErrorKind};
pub use limits::Limits;
pub use source::{Folder, SchemaSource, resolve};
pub use validate::MAX_VIOLATIONS;
pub use violation::Violation;
