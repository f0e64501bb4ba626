//! Revocation of certificates: lists (CRL, RFC 5280 5) and answers of responders (OCSP, RFC 6960).
//!
//! Everything here is data: lists and answers come in as octets, whoever fetched them, and the moment is an input. An
//! item of evidence counts only when it is about the certificate, signed by whoever may sign it, and fresh enough.

mod crl;
mod data;
mod error;
mod evidence;
mod ocsp;
mod reason;
mod request;

pub use crl::Crl;
pub use data::RevocationData;
pub use error::RevocationError;
pub(crate) use evidence::status as evidence_status;
pub use evidence::{CertificateStatus, Evidence, Moment, Rejection, RevocationFinding};
pub use ocsp::{OcspResponse, ResponseStatus};
pub use reason::RevocationReason;
pub use request::OcspRequest;
pub(crate) use request::{CertificateId, write_nonce};
