//! The signature value against a key.

use super::algorithm::{DigestMethod, Sha, SignatureMethod};
use super::error::XmlSignatureError;
use crate::certificate::Certificate;
use crate::crypto::{HashFunction, VerifyingKey};

/// Checks that the certificate's key made `signature` over `message`.
pub(super) fn check(
    method: SignatureMethod,
    certificate: &Certificate,
    message: &[u8],
    signature: &[u8],
) -> Result<(), XmlSignatureError> {
    let holds = match method {
        SignatureMethod::Gost(function) => {
            let key = certificate.public_key().map_err(|_| XmlSignatureError::KeyMismatch)?;
            if key.parameter_set().digest != function {
                return Err(XmlSignatureError::KeyMismatch);
            }
            certificate.verifies_digest(
                HashFunction::Streebog(function),
                &function.digest(message),
                signature,
            )
        }
        SignatureMethod::Rsa(function) => {
            let Some(VerifyingKey::Foreign(key)) = certificate.verifying_key() else {
                return Err(XmlSignatureError::KeyMismatch);
            };
            let digest = DigestMethod::Sha(function).digest(message);
            let hash = match function {
                Sha::Sha1 => HashFunction::Sha1,
                Sha::Sha256 => HashFunction::Sha256,
                Sha::Sha512 => HashFunction::Sha512,
            };
            key.verifies_rsa(hash, &digest, signature).ok_or(XmlSignatureError::KeyMismatch)?
        }
    };
    if holds { Ok(()) } else { Err(XmlSignatureError::Value) }
}
