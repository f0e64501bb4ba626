//! GOST R 34.10-2012 signatures of medical documents: keys, certificates, CAdES, verdicts.
//!
//! **The software cryptography of this crate is not a certified cryptographic tool (СКЗИ).** It checks signatures
//! technically and signs in tests, demonstrations and wherever an unqualified signature will do. A legally binding
//! (qualified) signature is made, and its legal validity is established, with certified means (63-FZ): a token or a
//! cryptographic service provider behind the same [`Signer`] trait, which leaves every container to [`cades`].
//!
//! | you want to | see |
//! |---|---|
//! | sign a document | [`cades::sign_detached`], with a [`SoftwareSigner`] or your own [`Signer`] |
//! | read a key or a certificate | [`KeyFile`](key::KeyFile), [`PrivateKey`], [`Certificate`] |
//! | sign with a token or another program | [`Pkcs11Signer`](backend::Pkcs11Signer), [`CommandSigner`](backend::CommandSigner) |
//! | sign with a certified provider of your own | implement [`Signer`]: two methods |
//! | judge a signature | [`verify::verify`]: verdict, register codes, every check with its clause |
//! | say whom to trust | [`verify::TrustStore`]: roots, intermediates, revocation, accredited authorities ([`tsl`]) |
//! | demand less or more than the register | [`verify::Policy`] |
//! | add time stamps and data for the archive | [`cades::add_time_stamp`], [`cades::add_long_term`], [`cades::add_archive_time_stamp`] |
//! | sign and check XML and envelopes | [`xmldsig`], [`wss`] |
//! | have keys and certificates for tests | [`pki`] |
//!
//! Nothing here reads a clock or opens a connection: time, trust and revocation data are inputs.
//!
//! # From a key to a verdict
//!
//! ```
//! use semd_sign::gost::ParameterSet;
//! use semd_sign::pki::{Subject, TestAuthority};
//! use semd_sign::verify::{ControlTime, Policy, Request, TrustStore, verify};
//! use semd_sign::{Certificate, PrivateKey, SoftwareSigner, cades};
//! use time::{Duration, macros::datetime};
//!
//! let now = datetime!(2026-05-20 10:00 UTC);
//! let set = ParameterSet::by_oid(ParameterSet::TC26_256_A).expect("a known set");
//! let authority = TestAuthority::create("Пример", set, now, Duration::days(365))?;
//! let issued = authority.issue(&Subject::sample_person(), set, now, Duration::days(90))?;
//!
//! let key = PrivateKey::from_bytes(issued.key_pem(None)?.as_bytes(), None)?;
//! let certificate = Certificate::from_bytes(issued.certificate_pem().as_bytes())?;
//! let signer = SoftwareSigner::new(key, certificate)?;
//! let document = b"<ClinicalDocument/>";
//! let container = cades::sign_detached(&signer, document, now)?;
//!
//! let mut trust = TrustStore::new();
//! trust.add(authority.certificate().der())?;
//! let report = verify(&Request {
//!     content: document.into(),
//!     signature: &container,
//!     trust: &trust,
//!     time: ControlTime::Now(now),
//!     policy: Policy::Remd,
//! });
//! assert!(report.is_passed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Look at a verdict
//!
//! ```
//! use semd_core::report::Lang;
//! use semd_sign::verify::{ControlTime, Policy, Request, TrustStore, verify};
//! use time::macros::datetime;
//!
//! let report = verify(&Request {
//!     content: b"<ClinicalDocument/>".into(),
//!     signature: b"not a container",
//!     trust: &TrustStore::new(),
//!     time: ControlTime::Now(datetime!(2026-06-01 9:00 UTC)),
//!     policy: Policy::Remd,
//! });
//! assert_eq!(report.codes, ["SIGNATURE_DECODING_ERROR"]);
//! for check in &report.checks {
//!     println!("{} {:?}: {} [{}]", check.id, check.status, check.message.text(Lang::Ru), check.clause);
//! }
//! ```

mod asn1;
pub mod backend;
pub mod cades;
pub mod certificate;
pub mod cms;
mod crypto;
pub mod digest;
pub mod gost;
pub mod key;
mod oid;
mod pem;
pub mod pki;
pub mod revocation;
mod spki;
#[cfg(test)]
mod testing;
pub mod tsl;
pub mod tsp;
pub mod verify;
pub mod wss;
pub mod xmldsig;

pub use asn1::Asn1Error;
pub use backend::{SignError, Signer, SoftwareSigner};
pub use certificate::{Certificate, CertificateError, SignerFacts};
pub use key::{KeyError, PrivateKey};
pub use spki::SpkiError;
