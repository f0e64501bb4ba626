//! A private key in the memory of this process.

use super::{SignError, Signer};
use crate::certificate::Certificate;
use crate::key::PrivateKey;

/// Signs with a key in the memory of this process.
///
/// Not a certified cryptographic tool (СКЗИ): for tests, demonstrations and unqualified signatures.
#[derive(Debug)]
pub struct SoftwareSigner {
    key: PrivateKey,
    certificate: Certificate,
}

impl SoftwareSigner {
    /// Joins a key and its certificate.
    ///
    /// # Errors
    /// The certificate has no usable GOST key, or not this one.
    pub fn new(key: PrivateKey, certificate: Certificate) -> Result<Self, SignError> {
        match certificate.public_key() {
            Ok(public) if public.to_le_bytes() == key.public_key().to_le_bytes() => {
                Ok(Self { key, certificate })
            }
            Ok(_) => Err(SignError::KeyMismatch),
            Err(error) => Err(SignError::CertificateKey(error.clone())),
        }
    }
}

impl Signer for SoftwareSigner {
    fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign_digest(&self.key.digest().digest(message))?)
    }
}
