//! A checked public key.

use super::{GostError, ParameterSet, PreparedKey};

/// A public key: a point of order q on a known curve.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    set: &'static ParameterSet,
    /// x and y, big-endian.
    point: Vec<u8>,
}

impl PublicKey {
    /// Reads `x‖y`, both little-endian (RFC 9215 4.3), and checks length, range, curve and order.
    ///
    /// # Errors
    /// The octets are not such a point.
    pub fn from_le_bytes(set: &'static ParameterSet, bytes: &[u8]) -> Result<Self, GostError> {
        let mut point = bytes.to_vec();
        reverse_halves(&mut point);
        set.public_algorithm().check_public(&point)?;
        Ok(Self { set, point })
    }

    /// The public key of a private key that was checked before.
    pub(super) fn derive(set: &'static ParameterSet, secret_be: &[u8]) -> Self {
        let mut point = vec![0; 2 * set.width()];
        set.algorithm().derive_public(secret_be, &mut point);
        Self { set, point }
    }

    /// `x‖y`, both little-endian.
    pub fn to_le_bytes(&self) -> Vec<u8> {
        let mut bytes = self.point.clone();
        reverse_halves(&mut bytes);
        bytes
    }

    /// The parameter set.
    pub fn parameter_set(&self) -> &'static ParameterSet {
        self.set
    }

    /// Whether `signature` (`s‖r`, big-endian, exactly two widths) is one of `digest` under this key.
    ///
    /// ```
    /// use semd_sign::gost::{ParameterSet, SecretKey};
    ///
    /// let set = ParameterSet::by_oid(ParameterSet::TC26_256_A).expect("a known set");
    /// let key = SecretKey::generate(set)?;
    /// let digest = semd_sign::digest::streebog_256("документ".as_bytes());
    /// let signature = key.sign(&digest)?;
    /// assert!(key.public_key().verify(&digest, &signature));
    /// assert!(!key.public_key().verify(&[0; 32], &signature));
    /// # Ok::<(), semd_sign::gost::GostError>(())
    /// ```
    pub fn verify(&self, digest: &[u8], signature: &[u8]) -> bool {
        self.set.public_algorithm().verify(&self.point, digest, signature)
    }

    /// The key with tables that make further verifications cheaper; worth its price from the third one on.
    pub fn prepare(&self) -> PreparedKey {
        PreparedKey::new(self.clone(), self.set.public_algorithm().prepare(&self.point))
    }
}

impl std::hash::Hash for PublicKey {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        // The same point on the same curve under two names of its parameters falls into one bucket, which is all a hash says.
        self.point.hash(state);
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "PublicKey({})", self.set.name)
    }
}

fn reverse_halves(bytes: &mut [u8]) {
    let (x, y) = bytes.split_at_mut(bytes.len() / 2);
    x.reverse();
    y.reverse();
}
