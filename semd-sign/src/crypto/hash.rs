//! The hash functions met in containers, certificates and answers.

use pkcs8::ObjectIdentifier;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use streebog::{Streebog256, Streebog512};

use crate::digest::Streebog;
use crate::oid;

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum HashFunction {
    /// GOST R 34.11-2012.
    Streebog(Streebog),
    /// SHA-1: names things (RFC 6960, signing-certificate version 1), signs nothing.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl HashFunction {
    /// The function a digest algorithm identifier names.
    pub(crate) fn by_oid(oid: &ObjectIdentifier) -> Option<Self> {
        match *oid {
            oid::SHA_1 => Some(Self::Sha1),
            oid::SHA_256 => Some(Self::Sha256),
            oid::SHA_384 => Some(Self::Sha384),
            oid::SHA_512 => Some(Self::Sha512),
            _ => oid::digest_of(oid).map(Self::Streebog),
        }
    }

    /// Identifier of the function.
    pub(crate) fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Streebog(function) => function.oid(),
            Self::Sha1 => oid::SHA_1,
            Self::Sha256 => oid::SHA_256,
            Self::Sha384 => oid::SHA_384,
            Self::Sha512 => oid::SHA_512,
        }
    }

    /// The digest of `message`.
    pub(crate) fn digest(self, message: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::new(self);
        hasher.update(message);
        hasher.finish()
    }

    /// Whether a signature over such a digest binds anybody: nobody can make two messages with one digest.
    pub(crate) fn resists_collisions(self) -> bool {
        self != Self::Sha1
    }
}

/// A digest that is being computed, message piece by piece.
#[derive(Clone)]
pub(crate) enum Hasher {
    Streebog256(Streebog256),
    Streebog512(Streebog512),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Hasher {
    pub(crate) fn new(function: HashFunction) -> Self {
        match function {
            HashFunction::Streebog(Streebog::S256) => Self::Streebog256(Streebog256::default()),
            HashFunction::Streebog(Streebog::S512) => Self::Streebog512(Streebog512::default()),
            HashFunction::Sha1 => Self::Sha1(Sha1::default()),
            HashFunction::Sha256 => Self::Sha256(Sha256::default()),
            HashFunction::Sha384 => Self::Sha384(Sha384::default()),
            HashFunction::Sha512 => Self::Sha512(Sha512::default()),
        }
    }

    pub(crate) fn update(&mut self, piece: &[u8]) {
        match self {
            Self::Streebog256(hasher) => hasher.update(piece),
            Self::Streebog512(hasher) => hasher.update(piece),
            Self::Sha1(hasher) => hasher.update(piece),
            Self::Sha256(hasher) => hasher.update(piece),
            Self::Sha384(hasher) => hasher.update(piece),
            Self::Sha512(hasher) => hasher.update(piece),
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        match self {
            Self::Streebog256(hasher) => hasher.finalize().to_vec(),
            Self::Streebog512(hasher) => hasher.finalize().to_vec(),
            Self::Sha1(hasher) => hasher.finalize().to_vec(),
            Self::Sha256(hasher) => hasher.finalize().to_vec(),
            Self::Sha384(hasher) => hasher.finalize().to_vec(),
            Self::Sha512(hasher) => hasher.finalize().to_vec(),
        }
    }
}
