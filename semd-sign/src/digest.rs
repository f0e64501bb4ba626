//! Digests of GOST R 34.11-2012 (Streebog, RFC 6986) as they stand in messages: in output order.

use serde::Serialize;
use streebog::{Digest, Streebog256, Streebog512};

/// One of the two functions of GOST R 34.11-2012.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Streebog {
    /// 256 bits.
    S256,
    /// 512 bits.
    S512,
}

impl Streebog {
    /// Octets of a digest.
    // A digest is never empty, so there is no is_empty().
    #[allow(clippy::len_without_is_empty)]
    pub const fn len(self) -> usize {
        match self {
            Self::S256 => 32,
            Self::S512 => 64,
        }
    }

    /// The digest of `message`.
    pub fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::S256 => streebog_256(message).to_vec(),
            Self::S512 => streebog_512(message).to_vec(),
        }
    }
}

/// Streebog-256 of `message`.
///
/// ```
/// let digest = semd_sign::digest::streebog_256(b"");
/// assert_eq!(digest[..4], [0x3f, 0x53, 0x9a, 0x21]);
/// ```
pub fn streebog_256(message: &[u8]) -> [u8; 32] {
    Streebog256::digest(message).into()
}

/// Streebog-512 of `message`.
pub fn streebog_512(message: &[u8]) -> [u8; 64] {
    Streebog512::digest(message).into()
}
