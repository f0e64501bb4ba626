//! A private key in the memory of the process.

use zeroize::Zeroizing;

use super::nonce::{Entropy, FRESH, NonceGenerator};
use super::{GostError, MAX_WIDTH, ParameterSet, PublicKey};

/// A checked private key, 0 < d < q. The octets are wiped when it is dropped.
#[derive(Clone)]
pub struct SecretKey {
    set: &'static ParameterSet,
    /// d, big-endian.
    scalar: Zeroizing<Vec<u8>>,
    nonces: NonceGenerator,
}

impl SecretKey {
    /// Reads d, little-endian, of exactly the set's width.
    ///
    /// # Errors
    /// Wrong length, zero, or not below q.
    pub fn from_le_bytes(set: &'static ParameterSet, bytes: &[u8]) -> Result<Self, GostError> {
        let mut scalar = Zeroizing::new(bytes.to_vec());
        scalar.reverse();
        Self::from_be(set, scalar)
    }

    fn from_be(set: &'static ParameterSet, scalar: Zeroizing<Vec<u8>>) -> Result<Self, GostError> {
        set.algorithm().check_secret(&scalar)?;
        Ok(Self { set, nonces: NonceGenerator::new(&scalar), scalar })
    }

    /// The key hidden behind masks (RFC 9548 5.1): the product of all parts modulo q, each little-endian.
    ///
    /// # Errors
    /// A part has the wrong length, or the product is zero.
    pub fn unmask<'a>(
        set: &'static ParameterSet,
        masked: &[u8],
        masks: impl Iterator<Item = &'a [u8]>,
    ) -> Result<Self, GostError> {
        let mut key = Self::from_le_bytes(set, masked)?;
        for mask in masks {
            let mask = Self::from_le_bytes(set, mask)?;
            let mut product = Zeroizing::new(vec![0; set.width()]);
            set.algorithm().multiply_scalars(&key.scalar, &mask.scalar, &mut product);
            key = Self::from_be(set, product)?;
        }
        Ok(key)
    }

    /// Draws a key from the operating system's random source.
    ///
    /// # Errors
    /// The source failed.
    pub fn generate(set: &'static ParameterSet) -> Result<Self, GostError> {
        loop {
            let mut candidate = Zeroizing::new(vec![0; set.width()]);
            getrandom::fill(&mut candidate).map_err(|_| GostError::NoRandomness)?;
            // A candidate above q is discarded; at worst three of four are (q about p/4).
            if let Ok(key) = Self::from_be(set, candidate) {
                return Ok(key);
            }
        }
    }

    /// d, little-endian.
    pub fn to_le_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = self.scalar.clone();
        bytes.reverse();
        bytes
    }

    /// The parameter set.
    pub fn parameter_set(&self) -> &'static ParameterSet {
        self.set
    }

    /// The public key, computed.
    pub fn public_key(&self) -> PublicKey {
        PublicKey::derive(self.set, &self.scalar)
    }

    /// Signs a digest (in output order) with a hedged nonce; the result is `s‖r`, big-endian.
    ///
    /// # Errors
    /// The digest is not of the key's hash function, or there is no randomness.
    pub fn sign(&self, digest: &[u8]) -> Result<Vec<u8>, GostError> {
        let mut fresh = Zeroizing::new([0; FRESH]);
        getrandom::fill(&mut *fresh).map_err(|_| GostError::NoRandomness)?;
        self.sign_from(digest, Entropy::Fresh(&fresh))
    }

    /// Signs a digest (in output order) with a nonce made from key and digest alone: the same digest always gets the
    /// same signature. For machines without a random source; [`Self::sign`] is stronger against faults.
    ///
    /// # Errors
    /// The digest is not of the key's hash function.
    ///
    /// ```
    /// use semd_sign::gost::{ParameterSet, SecretKey};
    ///
    /// let set = ParameterSet::by_oid(ParameterSet::XCHA).expect("a known set");
    /// let key = SecretKey::generate(set)?;
    /// let digest = semd_sign::digest::streebog_256("документ".as_bytes());
    /// assert_eq!(key.sign_deterministic(&digest)?, key.sign_deterministic(&digest)?);
    /// # Ok::<(), semd_sign::gost::GostError>(())
    /// ```
    pub fn sign_deterministic(&self, digest: &[u8]) -> Result<Vec<u8>, GostError> {
        self.sign_from(digest, Entropy::None)
    }

    fn sign_from(&self, digest: &[u8], entropy: Entropy<'_>) -> Result<Vec<u8>, GostError> {
        let mut nonce = Zeroizing::new([0; 2 * MAX_WIDTH]);
        let nonce = &mut nonce[..2 * self.set.width()];
        let mut attempt = 0;
        loop {
            self.nonces.fill(entropy, digest, attempt, nonce);
            if let Some(signature) = self.sign_with_nonce(digest, nonce)? {
                return Ok(signature);
            }
            // Happens once in 2^253 signatures.
            attempt += 1;
        }
    }

    /// Signs with a given k (big-endian, twice the set's width); `None` when that k must not be used.
    pub(super) fn sign_with_nonce(&self, digest: &[u8], nonce: &[u8]) -> Result<Option<Vec<u8>>, GostError> {
        let expected = self.set.digest.len();
        if digest.len() != expected {
            return Err(GostError::DigestLength { found: digest.len(), expected });
        }
        let mut signature = vec![0; 2 * self.set.width()];
        Ok(self.set.algorithm().sign(&self.scalar, digest, nonce, &mut signature).map(|()| signature))
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SecretKey({})", self.set.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_reproducible_with_fixed_entropy_and_differ_without() {
        for set in ParameterSet::all() {
            let key = SecretKey::generate(set).unwrap();
            let digest = vec![7; set.width()];
            let fixed = Entropy::Fresh(&[1; FRESH]);
            assert_eq!(key.sign_from(&digest, fixed), key.sign_from(&digest, fixed));
            let deterministic = key.sign_deterministic(&digest).unwrap();
            assert_eq!(key.sign_deterministic(&digest).unwrap(), deterministic);
            assert!(key.public_key().verify(&digest, &deterministic), "{}", set.name);
            let (first, second) = (key.sign(&digest).unwrap(), key.sign(&digest).unwrap());
            assert_ne!(first, second, "{}", set.name);
            assert!(key.public_key().verify(&digest, &first), "{}", set.name);
            assert!(key.public_key().verify(&digest, &second), "{}", set.name);
        }
    }

    #[test]
    fn digest_of_another_length_is_refused() {
        let set = ParameterSet::by_oid(ParameterSet::XCHA).unwrap();
        let key = SecretKey::generate(set).unwrap();
        let refused = key.sign(&[1; 64]);
        assert_eq!(refused, Err(GostError::DigestLength { found: 64, expected: 32 }));
    }

    #[test]
    fn debug_shows_no_secret() {
        let set = ParameterSet::by_oid(ParameterSet::XCHA).unwrap();
        let key = SecretKey::from_le_bytes(set, &[0x11; 32]).unwrap();
        assert_eq!(format!("{key:?}"), "SecretKey(id-GostR3410-2001-CryptoPro-XchA-ParamSet)");
    }
}
