//! XML signatures (XMLDSig) with GOST R 34.10-2012, and by RSA for verification.
//!
//! The envelopes of the bus, requests of СМЭВ 3, sick-leave messages of the social fund and the list of accredited
//! authorities are all signed this way. [`sign`] and [`verify`] know nothing of their forms: those are data, a [`Plan`].
//!
//! A valid signature says nothing until one knows what it covers: [`VerifiedSignature`] gives the signed elements and the
//! octets that were hashed, and a reader takes its data from these only. What is not understood is refused: transforms
//! outside a short list, references outside the document, identifiers that occur twice, document type declarations.

mod algorithm;
mod encoding;
mod error;
mod ids;
mod key_info;
mod place;
mod reference;
mod sign;
mod smev;
mod structure;
mod value;
mod verify;

pub use algorithm::{DigestMethod, NAMESPACE, Sha, SignatureMethod, Spelling, Transform};
pub use encoding::to_utf8;
pub use error::XmlSignatureError;
pub use ids::WSU;
pub use key_info::WSSE;
pub use place::end_of;
pub use sign::{KeyInfo, Plan, PlannedReference, sign, sign_enveloped};
pub use verify::{Options, SignedPart, VerifiedSignature, signatures, verify};

/// Limits on a signature: each number bounds work that a stranger asks for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// References of one signature. Default 16; the bus signs six parts.
    pub references: usize,
    /// Transforms of one reference. Default 4.
    pub transforms: usize,
    /// Certificates of one signature. Default 8.
    pub certificates: usize,
    /// Canonical form of one reference, and of all together, octets. Default 128 MiB.
    pub canonical_bytes: usize,
    /// Limits on text that a transform reads again.
    pub xml: semd_core::xml::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            references: 16,
            transforms: 4,
            certificates: 8,
            canonical_bytes: 128 << 20,
            xml: semd_core::xml::Limits::default(),
        }
    }
}
