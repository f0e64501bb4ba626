//! The parameter sets of GOST R 34.10-2012, as data.
//!
//! Object identifiers: RFC 9215 and RFC 4357. One curve of `curves` often has several: the signature, exchange and TC 26
//! names of the same numbers.

use pkcs8::ObjectIdentifier;

use super::algorithm::{Algorithm, Over};
use super::curves::{
    CryptoProA, CryptoProB, CryptoProC, Tc26A256, Tc26A512, Tc26B512, Tc26C512, Test256, Test512,
};
use crate::digest::Streebog;

/// One parameter set under one of its identifiers.
pub struct ParameterSet {
    /// Name of the identifier.
    pub name: &'static str,
    /// The identifier written into keys.
    pub oid: ObjectIdentifier,
    /// The hash function that belongs to the key length.
    pub digest: Streebog,
    /// Whether the set is one of the published examples, whose use outside tests RFC 9215 forbids.
    pub test_only: bool,
    /// Whether a key of this set names its digest in `digestParamSet` (RFC 9215 4.2; for the 512-bit set A, which
    /// should not, many programs refuse keys without it).
    pub writes_digest: bool,
    algorithm: &'static dyn Algorithm,
    /// The same with vectors, for processors that have the instructions and for public data only.
    vector: Option<&'static dyn Algorithm>,
}

const fn set(
    name: &'static str,
    oid: &'static str,
    digest: Streebog,
    writes_digest: bool,
    algorithm: &'static dyn Algorithm,
) -> ParameterSet {
    ParameterSet {
        name,
        oid: ObjectIdentifier::new_unwrap(oid),
        digest,
        test_only: false,
        writes_digest,
        algorithm,
        vector: None,
    }
}

const fn test_set(
    name: &'static str,
    oid: &'static str,
    digest: Streebog,
    algorithm: &'static dyn Algorithm,
) -> ParameterSet {
    ParameterSet {
        name,
        oid: ObjectIdentifier::new_unwrap(oid),
        digest,
        test_only: true,
        writes_digest: true,
        algorithm,
        vector: None,
    }
}

impl ParameterSet {
    const fn with_vector(self, vector: Option<&'static dyn Algorithm>) -> Self {
        Self { vector, ..self }
    }
}

#[cfg(target_arch = "x86_64")]
mod vectors {
    use super::super::curves::{Tc26A512Vector, Tc26C512Vector};
    use super::{Algorithm, Over};

    pub(super) const A_512: Option<&'static dyn Algorithm> = Some(&Over::<Tc26A512Vector, 8>::new());
    pub(super) const C_512: Option<&'static dyn Algorithm> = Some(&Over::<Tc26C512Vector, 8>::new());

    pub(super) fn available() -> bool {
        super::super::vector::available()
    }
}

/// Other processors have no such instructions.
#[cfg(not(target_arch = "x86_64"))]
mod vectors {
    use super::Algorithm;

    pub(super) const A_512: Option<&'static dyn Algorithm> = None;
    pub(super) const C_512: Option<&'static dyn Algorithm> = None;

    pub(super) fn available() -> bool {
        false
    }
}

static SETS: [ParameterSet; 14] = [
    set(
        "id-GostR3410-2001-CryptoPro-A-ParamSet",
        "1.2.643.2.2.35.1",
        Streebog::S256,
        true,
        &Over::<CryptoProA, 4>::new(),
    ),
    set(
        "id-GostR3410-2001-CryptoPro-B-ParamSet",
        "1.2.643.2.2.35.2",
        Streebog::S256,
        true,
        &Over::<CryptoProB, 4>::new(),
    ),
    set(
        "id-GostR3410-2001-CryptoPro-C-ParamSet",
        "1.2.643.2.2.35.3",
        Streebog::S256,
        true,
        &Over::<CryptoProC, 4>::new(),
    ),
    set(
        "id-GostR3410-2001-CryptoPro-XchA-ParamSet",
        "1.2.643.2.2.36.0",
        Streebog::S256,
        true,
        &Over::<CryptoProA, 4>::new(),
    ),
    set(
        "id-GostR3410-2001-CryptoPro-XchB-ParamSet",
        "1.2.643.2.2.36.1",
        Streebog::S256,
        true,
        &Over::<CryptoProC, 4>::new(),
    ),
    set(
        "id-tc26-gost-3410-2012-256-paramSetA",
        "1.2.643.7.1.2.1.1.1",
        Streebog::S256,
        false,
        &Over::<Tc26A256, 4>::new(),
    ),
    set(
        "id-tc26-gost-3410-2012-256-paramSetB",
        "1.2.643.7.1.2.1.1.2",
        Streebog::S256,
        false,
        &Over::<CryptoProA, 4>::new(),
    ),
    set(
        "id-tc26-gost-3410-2012-256-paramSetC",
        "1.2.643.7.1.2.1.1.3",
        Streebog::S256,
        false,
        &Over::<CryptoProB, 4>::new(),
    ),
    set(
        "id-tc26-gost-3410-2012-256-paramSetD",
        "1.2.643.7.1.2.1.1.4",
        Streebog::S256,
        false,
        &Over::<CryptoProC, 4>::new(),
    ),
    set(
        "id-tc26-gost-3410-12-512-paramSetA",
        "1.2.643.7.1.2.1.2.1",
        Streebog::S512,
        true,
        &Over::<Tc26A512, 8>::new(),
    )
    .with_vector(vectors::A_512),
    set(
        "id-tc26-gost-3410-12-512-paramSetB",
        "1.2.643.7.1.2.1.2.2",
        Streebog::S512,
        false,
        &Over::<Tc26B512, 8>::new(),
    ),
    set(
        "id-tc26-gost-3410-2012-512-paramSetC",
        "1.2.643.7.1.2.1.2.3",
        Streebog::S512,
        false,
        &Over::<Tc26C512, 8>::new(),
    )
    .with_vector(vectors::C_512),
    test_set(
        "id-GostR3410-2001-TestParamSet",
        "1.2.643.2.2.35.0",
        Streebog::S256,
        &Over::<Test256, 4>::new(),
    ),
    test_set(
        "id-tc26-gost-3410-2012-512-paramSetTest",
        "1.2.643.7.1.2.1.2.0",
        Streebog::S512,
        &Over::<Test512, 8>::new(),
    ),
];

impl ParameterSet {
    /// The set of most 256-bit certificates in practice: `id-GostR3410-2001-CryptoPro-XchA-ParamSet`.
    pub const XCHA: &'static str = "1.2.643.2.2.36.0";
    /// `id-GostR3410-2001-CryptoPro-A-ParamSet`, 256 bits.
    pub const CRYPTOPRO_A: &'static str = "1.2.643.2.2.35.1";
    /// `id-tc26-gost-3410-2012-256-paramSetA`, 256 bits.
    pub const TC26_256_A: &'static str = "1.2.643.7.1.2.1.1.1";
    /// `id-tc26-gost-3410-12-512-paramSetA`, 512 bits.
    pub const TC26_512_A: &'static str = "1.2.643.7.1.2.1.2.1";

    /// All sets that may be used, in the order of their identifiers.
    pub fn all() -> impl Iterator<Item = &'static ParameterSet> {
        SETS.iter().filter(|set| !set.test_only)
    }

    /// The set with this dotted identifier; `None` for unknown and for test sets.
    pub fn by_oid(dotted: &str) -> Option<&'static ParameterSet> {
        let oid = ObjectIdentifier::new(dotted).ok()?;
        Self::find(&oid, TestSets::Refuse)
    }

    /// The set with this identifier; sets published as examples only when asked for.
    pub fn find(oid: &ObjectIdentifier, test_sets: TestSets) -> Option<&'static ParameterSet> {
        SETS.iter().find(|set| set.oid == *oid && (!set.test_only || test_sets == TestSets::Allow))
    }

    /// What this set can do, for secrets too.
    pub(super) fn algorithm(&self) -> &'static dyn Algorithm {
        self.algorithm
    }

    /// What this set can do with public data, by the fastest arithmetic of this processor.
    pub(super) fn public_algorithm(&self) -> &'static dyn Algorithm {
        match self.vector {
            Some(vector) if vectors::available() => vector,
            _ => self.algorithm,
        }
    }

    /// Octets of a private key and of a coordinate: 32 or 64.
    pub fn width(&self) -> usize {
        self.digest.len()
    }
}

/// Whether the parameter sets published as examples are acceptable. They are not, outside tests (RFC 9215).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestSets {
    /// Unknown parameter set.
    Refuse,
    /// For known-answer tests.
    Allow,
}

impl std::fmt::Debug for ParameterSet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

impl PartialEq for ParameterSet {
    fn eq(&self, other: &Self) -> bool {
        self.oid == other.oid
    }
}

impl Eq for ParameterSet {}
