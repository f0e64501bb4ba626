//! The one thing a holder of a private key must be able to do.

use super::SignError;
use crate::certificate::Certificate;

/// A private key that signs, wherever it is kept.
///
/// Implementations return the raw signature only; every container is built by [`crate::cades`], so that all holders of
/// keys give the same containers, and is verified there before anybody sees it.
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

    /// Hashes `message` with the hash function of the key and signs the digest; returns `s‖r`, big-endian.
    ///
    /// # Errors
    /// The key cannot be used; [`SignError::Holder`] is for reasons of the holder.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}
