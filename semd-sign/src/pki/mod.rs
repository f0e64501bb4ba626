//! A certification authority for tests and demonstrations, with revocation lists, an OCSP responder and a time stamp
//! authority.
//!
//! Its certificates have the shape of qualified ones and the word TEST in every name; nobody trusts its root. Keys are
//! drawn by software and written to files. No clock inside: every validity is an input.

mod authority;
mod crl;
mod error;
mod issue;
mod ocsp;
mod register;
mod subject;
mod tsa;

pub use authority::TestAuthority;
pub use error::PkiError;
pub use issue::{Issued, Service, ServiceUrls};
pub use ocsp::TestResponder;
pub use register::{Revoked, RevokedList};
pub use subject::Subject;
pub use tsa::TestTimeStampAuthority;
