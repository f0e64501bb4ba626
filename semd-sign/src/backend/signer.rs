//! The one thing a holder of a private key must be able to do.

use super::{SignError, SignatureAlgorithm};
use crate::certificate::Certificate;

/// A private key that signs, wherever it is kept.
///
/// Implementations return the signature value; every container is built by [`crate::cades`], so that all holders of keys
/// give the same containers, and is verified there before anybody sees it. Some certified tools give nothing smaller than a
/// container; theirs are verified likewise.
///
/// A token or a provider of one's own attaches by two methods; what it cannot do, it says with [`SignError::Holder`]:
///
/// ```
/// use semd_core::report::Message;
/// use semd_sign::{Certificate, SignError, Signer};
///
/// struct Token {
///     certificate: Certificate,
/// }
///
/// impl Signer for Token {
///     fn certificate(&self) -> &Certificate {
///         &self.certificate
///     }
///
///     fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, SignError> {
///         Err(SignError::Holder(Message::new("токен вынут", "the token was pulled out")))
///     }
/// }
/// ```
pub trait Signer: Send + Sync {
    /// The certificate of the key.
    fn certificate(&self) -> &Certificate;

    /// What the key signs by; the certificate says it.
    ///
    /// # Errors
    /// The certificate's key is not one that is verified here.
    fn algorithm(&self) -> Result<SignatureAlgorithm, SignError> {
        SignatureAlgorithm::of(self.certificate())
    }

    /// Hashes `message` with the hash function of [`Self::algorithm`] and signs the digest; returns the value in the form
    /// that [`SignatureAlgorithm`] names.
    ///
    /// # Errors
    /// The key cannot be used; [`SignError::Holder`] is for reasons of the holder.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;

    /// Whether the holder of the key makes whole containers instead of signature values: [`Self::container`] is asked then.
    fn makes_containers(&self) -> bool {
        false
    }

    /// A detached container over `document` with one signer, this certificate. Its form and level are the holder's; that it is
    /// right is checked by [`crate::cades`].
    ///
    /// # Errors
    /// The key cannot be used, or its holder gives signature values only.
    fn container(&self, document: &[u8]) -> Result<Vec<u8>, SignError> {
        let _ = document;
        Err(SignError::NoContainer)
    }
}
