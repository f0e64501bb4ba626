//! The signature value against a key.

use super::algorithm::SignatureMethod;
use super::error::XmlSignatureError;
use crate::certificate::Certificate;

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
            key.verify(&function.digest(message), signature)
        }
        SignatureMethod::Rsa(_) => return Err(XmlSignatureError::KeyMismatch),
    };
    if holds { Ok(()) } else { Err(XmlSignatureError::Value) }
}
