//! Algorithms of certificates and of the answers of services, GOST and foreign: what one key and one identifier verify.
//!
//! Only GOST R 34.10-2012 signs documents here. RSA and ECDSA are verified because chains, revocation lists and time
//! stamps of other countries and of test benches use them; see docs/decisions/0009-foreign-algorithms.md.

mod foreign;
mod hash;

pub(crate) use foreign::ForeignKey;
pub(crate) use hash::{HashFunction, Hasher};

use pkcs8::ObjectIdentifier;

use crate::gost::PublicKey;
use crate::oid;

/// A key that verifies.
#[derive(Clone, Copy)]
pub(crate) enum VerifyingKey<'a> {
    /// GOST R 34.10-2012.
    Gost(&'a PublicKey),
    /// RSA or ECDSA.
    Foreign(&'a ForeignKey),
}

impl VerifyingKey<'_> {
    /// The hash function of a signature with this key and algorithm; `None` when they do not fit: such an algorithm verifies
    /// nothing. `default_hash` is asked where the identifier names a key only, as CMS allows (RFC 5652 5.3).
    pub(crate) fn hash_for(
        self,
        algorithm: &ObjectIdentifier,
        default_hash: Option<HashFunction>,
    ) -> Option<HashFunction> {
        match self {
            Self::Gost(key) => {
                let digest = key.parameter_set().digest;
                (oid::signature_digest(algorithm) == Some(digest)).then_some(HashFunction::Streebog(digest))
            }
            Self::Foreign(key) => key.hash_for(algorithm, default_hash),
        }
    }

    /// Whether `signature` is one over a digest made with `hash`.
    pub(crate) fn verifies_digest(self, hash: HashFunction, digest: &[u8], signature: &[u8]) -> bool {
        match (self, hash) {
            (Self::Gost(key), HashFunction::Streebog(function)) => {
                key.parameter_set().digest == function && key.verify(digest, signature)
            }
            (Self::Gost(_), _) => false,
            (Self::Foreign(key), hash) => key.verifies_digest(hash, digest, signature),
        }
    }
}
