//! What a key signs by.

use pkcs8::ObjectIdentifier;

use super::SignError;
use crate::asn1::{Writer, tag};
use crate::certificate::Certificate;
use crate::crypto::{ForeignKey, HashFunction, VerifyingKey};
use crate::digest::Streebog;
use crate::oid;

/// The algorithm of a key's signatures, hash function included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// GOST R 34.10-2012 with GOST R 34.11-2012 of the key's length; the value is `s‖r`, big-endian.
    Gost(Streebog),
    /// RSA, PKCS #1 v1.5, with SHA-256.
    RsaSha256,
    /// ECDSA on P-256 with SHA-256; the value is the DER of ECDSA-Sig-Value (RFC 3279 2.2.3).
    EcdsaSha256,
    /// ECDSA on P-384 with SHA-384; the value is the DER of ECDSA-Sig-Value.
    EcdsaSha384,
}

impl SignatureAlgorithm {
    /// The algorithm of the signatures that the key of a certificate verifies.
    ///
    /// # Errors
    /// The key is of an algorithm, curve or size that is not verified here.
    ///
    /// ```
    /// use semd_sign::backend::SignatureAlgorithm;
    /// use semd_sign::digest::Streebog;
    /// use semd_sign::gost::ParameterSet;
    /// use semd_sign::pki::TestAuthority;
    /// use time::{Duration, macros::datetime};
    ///
    /// let set = ParameterSet::by_oid(ParameterSet::XCHA).expect("a known set");
    /// let authority = TestAuthority::create("Пример", set, datetime!(2026-05-20 10:00 UTC), Duration::days(9))?;
    /// let algorithm = SignatureAlgorithm::of(authority.certificate())?;
    /// assert_eq!(algorithm, SignatureAlgorithm::Gost(Streebog::S256));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(certificate: &Certificate) -> Result<Self, SignError> {
        match (certificate.verifying_key(), certificate.public_key()) {
            (Some(VerifyingKey::Gost(key)), _) => Ok(Self::Gost(key.parameter_set().digest)),
            (Some(VerifyingKey::Foreign(ForeignKey::Rsa(_))), _) => Ok(Self::RsaSha256),
            (Some(VerifyingKey::Foreign(ForeignKey::P256(_))), _) => Ok(Self::EcdsaSha256),
            (Some(VerifyingKey::Foreign(ForeignKey::P384(_))), _) => Ok(Self::EcdsaSha384),
            (None, Err(error)) => Err(SignError::CertificateKey(error.clone())),
            (None, Ok(_)) => Err(SignError::KeyMismatch),
        }
    }

    /// The digest of `message` by the algorithm's hash function.
    pub fn digest(self, message: &[u8]) -> Vec<u8> {
        self.hash().digest(message)
    }

    /// The hash function.
    pub(crate) fn hash(self) -> HashFunction {
        match self {
            Self::Gost(function) => HashFunction::Streebog(function),
            Self::RsaSha256 | Self::EcdsaSha256 => HashFunction::Sha256,
            Self::EcdsaSha384 => HashFunction::Sha384,
        }
    }

    /// Identifier of the signatures. A GOST key names its algorithm itself, as RFC 9215 asks of new signatures.
    fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Gost(function) => function.key_oid(),
            Self::RsaSha256 => oid::RSA_SHA_256,
            Self::EcdsaSha256 => oid::ECDSA_SHA_256,
            Self::EcdsaSha384 => oid::ECDSA_SHA_384,
        }
    }

    /// Writes AlgorithmIdentifier of the signature: parameters are NULL for RSA (RFC 8017 A.2.4) and omitted otherwise.
    pub(crate) fn write(self, writer: &mut Writer) {
        writer.sequence(|algorithm| {
            algorithm.oid(&self.oid());
            if self == Self::RsaSha256 {
                algorithm.primitive(tag::NULL, &[]);
            }
        });
    }
}

impl std::fmt::Display for SignatureAlgorithm {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Gost(Streebog::S256) => "gost-256",
            Self::Gost(Streebog::S512) => "gost-512",
            Self::RsaSha256 => "rsa-sha256",
            Self::EcdsaSha256 => "ecdsa-p256-sha256",
            Self::EcdsaSha384 => "ecdsa-p384-sha384",
        })
    }
}
