//! What can be wrong with a raw key.

use semd_core::report::Message;

/// A key or digest that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GostError {
    /// The private key has the wrong length.
    #[error("private key of {found} octets where the parameter set takes {expected}")]
    SecretLength {
        /// Octets found.
        found: usize,
        /// Octets of the parameter set.
        expected: usize,
    },
    /// The private key is not between 1 and q - 1.
    #[error("private key out of range")]
    SecretRange,
    /// The public key has the wrong length.
    #[error("public key of {found} octets where the parameter set takes {expected}")]
    PublicLength {
        /// Octets found.
        found: usize,
        /// Octets of the parameter set.
        expected: usize,
    },
    /// A coordinate is not reduced or the point is not on the curve.
    #[error("public key is not a point of the curve")]
    PublicNotOnCurve,
    /// The point is outside the subgroup of order q.
    #[error("public key has the wrong order")]
    PublicOrder,
    /// The digest is not of the key's length.
    #[error("digest of {found} octets under a key that takes {expected}")]
    DigestLength {
        /// Octets found.
        found: usize,
        /// Octets of the key's hash function.
        expected: usize,
    },
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    NoRandomness,
}

impl GostError {
    /// The error for people.
    pub fn message(&self) -> Message {
        match self {
            Self::SecretLength { found, expected } => Message::new(
                format!("длина закрытого ключа {found} октетов, а набор параметров требует {expected}"),
                format!("the private key has {found} octets, the parameter set takes {expected}"),
            ),
            Self::SecretRange => {
                Message::new("закрытый ключ вне допустимых значений", "the private key is out of range")
            }
            Self::PublicLength { found, expected } => Message::new(
                format!("длина открытого ключа {found} октетов, а набор параметров требует {expected}"),
                format!("the public key has {found} octets, the parameter set takes {expected}"),
            ),
            Self::PublicNotOnCurve => {
                Message::new("открытый ключ не лежит на кривой", "the public key is not on the curve")
            }
            Self::PublicOrder => {
                Message::new("открытый ключ имеет неверный порядок", "the public key has the wrong order")
            }
            Self::DigestLength { found, expected } => Message::new(
                format!("длина хэша {found} октетов, а ключ требует {expected}"),
                format!("the digest has {found} octets, the key takes {expected}"),
            ),
            Self::NoRandomness => Message::new(
                "операционная система не выдала случайные числа",
                "the operating system gave no randomness",
            ),
        }
    }
}
