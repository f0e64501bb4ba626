//! A certification authority for tests and demonstrations.
//!
//! Its certificates have the shape of qualified ones and the word TEST in every name; nobody trusts its root. Keys are
//! drawn by software and written to files. No clock inside: every validity is an input.

mod authority;
mod error;
mod issue;
mod subject;

pub use authority::TestAuthority;
pub use error::PkiError;
pub use issue::Issued;
pub use subject::Subject;
