//! A public key that is met again and again: that of an issuer, of a register, of a service.

use super::PublicKey;
use super::algorithm::Prepared;

/// A public key with tables of its multiples (8 KiB at 256 bits, 16 KiB at 512 bits).
///
/// ```
/// use semd_sign::gost::{ParameterSet, SecretKey};
///
/// let set = ParameterSet::by_oid(ParameterSet::XCHA).expect("a known set");
/// let issuer = SecretKey::generate(set)?;
/// let prepared = issuer.public_key().prepare();
/// for certificate in ["первый", "второй"] {
///     let digest = semd_sign::digest::streebog_256(certificate.as_bytes());
///     assert!(prepared.verify(&digest, &issuer.sign(&digest)?));
/// }
/// # Ok::<(), semd_sign::gost::GostError>(())
/// ```
pub struct PreparedKey {
    key: PublicKey,
    tables: Box<dyn Prepared>,
}

impl PreparedKey {
    pub(super) fn new(key: PublicKey, tables: Box<dyn Prepared>) -> Self {
        Self { key, tables }
    }

    /// The key itself.
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// Whether `signature` (`s‖r`, big-endian, exactly two widths) is one of `digest` under this key.
    pub fn verify(&self, digest: &[u8], signature: &[u8]) -> bool {
        self.tables.verify(digest, signature)
    }
}

impl std::fmt::Debug for PreparedKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "PreparedKey({})", self.key.parameter_set().name)
    }
}
