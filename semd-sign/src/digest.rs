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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{hex, vectors};

    #[test]
    fn digests_of_the_vectors_are_reproduced() {
        let Some(folder) = vectors() else { return };
        let data = std::fs::read(folder.join("streebog/streebog.json")).unwrap();
        let data: serde_json::Value = serde_json::from_slice(&data).unwrap();
        let mut compared = 0;
        for test in data["tests"].as_array().unwrap() {
            let Some(message) = test["msg"].as_str() else { continue };
            for (function, name) in [(Streebog::S256, "streebog256"), (Streebog::S512, "streebog512")] {
                let expected = hex(test[name].as_str().unwrap());
                assert_eq!(function.digest(&hex(message)), expected, "{}", test["id"]);
                compared += 1;
            }
        }
        println!("compared {compared} digests");
        assert!(compared > 0);
    }
}
