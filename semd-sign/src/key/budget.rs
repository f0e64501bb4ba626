//! How much work a file may ask of the password check.

use super::KeyError;

/// What one iteration costs, in iterations of HMAC-SHA-256.
#[derive(Clone, Copy, Debug)]
pub(super) enum Work {
    /// Functions of the SHA families.
    Sha,
    /// Streebog and GOST R 34.11-94, which are that much slower.
    Gost,
}

impl Work {
    const fn weight(self) -> u64 {
        match self {
            Self::Sha => 1,
            Self::Gost => 20,
        }
    }
}

/// What is left for the derivations of one file, all together (about two seconds).
///
/// A container names its iterations itself, once for its MAC and once for each encrypted part.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    /// Iterations of HMAC-SHA-256 a file may ask for.
    const TOTAL: u64 = 2_000_000;
    /// Octets mixed by scrypt that take as long as one iteration of HMAC-SHA-256.
    const SCRYPT_OCTETS: u64 = 128;

    pub(super) const fn new() -> Self {
        Self { left: Self::TOTAL }
    }

    /// Takes the price of `blocks` blocks of a derived key.
    ///
    /// # Errors
    /// Not that much is left. Nothing was computed yet.
    pub(super) fn iterations(&mut self, work: Work, iterations: u32, blocks: u32) -> Result<(), KeyError> {
        self.spend(u64::from(iterations) * u64::from(blocks) * work.weight())
    }

    /// Takes the price of scrypt over `octets` octets in all.
    ///
    /// # Errors
    /// Not that much is left.
    pub(super) fn scrypt(&mut self, octets: u64) -> Result<(), KeyError> {
        self.spend(octets / Self::SCRYPT_OCTETS)
    }

    fn spend(&mut self, price: u64) -> Result<(), KeyError> {
        self.left = self.left.checked_sub(price).ok_or(KeyError::Expensive)?;
        Ok(())
    }
}
