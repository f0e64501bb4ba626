//! RSA and ECDSA: verification only.

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use pkcs8::ObjectIdentifier;
use rsa::{BoxedUint, Pkcs1v15Sign};
use sha2::{Sha256, Sha384, Sha512};

use super::HashFunction;
use crate::asn1::{Reader, tag};
use crate::oid;

/// RSA keys below this are refused: such signatures can be forged.
const MIN_RSA_BITS: u32 = 2048;
/// RSA keys above this are refused: verifying takes time that somebody else chose.
const MAX_RSA_BITS: usize = 8192;

/// A public key of another standard.
#[derive(Clone, Debug)]
pub(crate) enum ForeignKey {
    /// RSA, PKCS#1.
    Rsa(rsa::PublicKey),
    /// ECDSA on NIST P-256.
    P256(p256::ecdsa::VerifyingKey),
    /// ECDSA on NIST P-384.
    P384(p384::ecdsa::VerifyingKey),
}

impl ForeignKey {
    /// Reads SubjectPublicKeyInfo; `None` for keys of other algorithms, curves and sizes, and for broken ones.
    pub(crate) fn read(der: &[u8]) -> Option<Self> {
        let mut info = Reader::single(der, tag::SEQUENCE).ok()?.reader();
        let mut algorithm = info.expect(tag::SEQUENCE).ok()?.reader();
        let octets = info.expect(tag::BIT_STRING).ok()?.bit_string().ok()?;
        info.finish().ok()?;
        match algorithm.expect(tag::OID).ok()?.oid().ok()? {
            oid::RSA => rsa_key(octets).map(Self::Rsa),
            oid::EC_PUBLIC_KEY => match algorithm.expect(tag::OID).ok()?.oid().ok()? {
                oid::P_256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(octets).ok().map(Self::P256),
                oid::P_384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(octets).ok().map(Self::P384),
                _ => None,
            },
            _ => None,
        }
    }

    /// The hash function of a signature with this key and algorithm; `None` when they do not fit.
    pub(super) fn hash_for(
        &self,
        algorithm: &ObjectIdentifier,
        default_hash: Option<HashFunction>,
    ) -> Option<HashFunction> {
        let hash = match (self, *algorithm) {
            (Self::Rsa(_), oid::RSA_SHA_256) => HashFunction::Sha256,
            (Self::Rsa(_), oid::RSA_SHA_384) => HashFunction::Sha384,
            (Self::Rsa(_), oid::RSA_SHA_512) => HashFunction::Sha512,
            (Self::Rsa(_), oid::RSA) => default_hash?,
            (Self::P256(_) | Self::P384(_), oid::ECDSA_SHA_256) => HashFunction::Sha256,
            (Self::P256(_) | Self::P384(_), oid::ECDSA_SHA_384) => HashFunction::Sha384,
            (Self::P256(_) | Self::P384(_), oid::ECDSA_SHA_512) => HashFunction::Sha512,
            (Self::P256(_) | Self::P384(_), oid::EC_PUBLIC_KEY) => default_hash?,
            _ => return None,
        };
        matches!(hash, HashFunction::Sha256 | HashFunction::Sha384 | HashFunction::Sha512).then_some(hash)
    }

    /// Whether `signature` is one by RSA (PKCS #1 v1.5) over a digest made with `hash`; `None` for keys of another kind.
    ///
    /// SHA-1 counts here: whoever asks has been told to admit it, as the envelopes of the bus's test stand need it.
    pub(crate) fn verifies_rsa(&self, hash: HashFunction, digest: &[u8], signature: &[u8]) -> Option<bool> {
        match (self, hash) {
            (Self::Rsa(key), HashFunction::Sha1) => {
                Some(key.verify(Pkcs1v15Sign::new::<sha1::Sha1>(), digest, signature).is_ok())
            }
            (Self::Rsa(_), hash) => Some(self.verifies_digest(hash, digest, signature)),
            (Self::P256(_) | Self::P384(_), _) => None,
        }
    }

    /// Whether `signature` is one over a digest made with `hash`.
    pub(super) fn verifies_digest(&self, hash: HashFunction, digest: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => {
                let scheme = match hash {
                    HashFunction::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    HashFunction::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                    HashFunction::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                    HashFunction::Sha1 | HashFunction::Streebog(_) => return false,
                };
                key.verify(scheme, digest, signature).is_ok()
            }
            Self::P256(key) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok()),
            Self::P384(key) => p384::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok()),
        }
    }
}

/// RSAPublicKey (RFC 8017 A.1.1).
fn rsa_key(octets: &[u8]) -> Option<rsa::PublicKey> {
    let mut numbers = Reader::single(octets, tag::SEQUENCE).ok()?.reader();
    let modulus = unsigned(numbers.expect(tag::INTEGER).ok()?.content)?;
    let exponent = unsigned(numbers.expect(tag::INTEGER).ok()?.content)?;
    numbers.finish().ok()?;
    if modulus.len() > MAX_RSA_BITS / 8 || exponent.len() > 8 {
        return None;
    }
    let number = |octets: &[u8]| BoxedUint::from_be_slice_vartime(octets);
    let modulus = number(modulus);
    if modulus.bit_width_vartime() < MIN_RSA_BITS {
        return None;
    }
    rsa::PublicKey::new(modulus, number(exponent)).ok()
}

/// The octets of a positive INTEGER without its sign octet.
fn unsigned(content: &[u8]) -> Option<&[u8]> {
    match content {
        [0, rest @ ..] if !rest.is_empty() => Some(rest),
        [first, ..] if *first < 0x80 => Some(content),
        _ => None,
    }
}
