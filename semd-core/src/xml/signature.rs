//! How the children and attributes of an element are called, in a number; see
//! `docs/decisions/0031-what-names-alone-tell.md`.

use std::hash::BuildHasher;
use std::sync::LazyLock;

/// What the children and attributes of an element are called, in a number made of random numbers of the names. The order of
/// the children does not matter, that of the attributes does.
///
/// Two elements with the same signature have the same names, but for a chance of one in 2^55 or less, which nobody can
/// bring about: the numbers are made anew in every process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Signature(u64);

impl Signature {
    /// Neither children nor attributes.
    pub(crate) const NOTHING: Self = Self(0);

    /// A number that depends on another one as well.
    #[inline(always)]
    pub(crate) fn mixed_with(self, other: u64) -> u64 {
        self.0 ^ other
    }

    /// The number of a name.
    pub(super) fn of_name(namespace: &str, local: &str) -> Self {
        static SEED: LazyLock<foldhash::quality::RandomState> = LazyLock::new(Default::default);
        Self(SEED.hash_one((namespace, local)))
    }

    /// Adds a child element with a name.
    #[inline(always)]
    pub(super) fn add_child(&mut self, name: Self) {
        self.0 = self.0.wrapping_add(name.0);
    }

    /// Adds an attribute with a name behind the attributes before it. Attributes are added before anything else.
    #[inline(always)]
    pub(super) fn add_attribute(&mut self, name: Self) {
        // One less than the factor, and than its powers, is divisible by few powers of two: places are told apart by nearly
        // all bits.
        const PLACE: u64 = 0xA24B_AED4_963E_E40B;
        let name = name.0.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = self.0.wrapping_mul(PLACE).wrapping_add(name);
    }

    /// Adds that an attribute with a name is empty.
    #[inline(always)]
    pub(super) fn add_empty(&mut self, name: Self) {
        self.0 = self.0.wrapping_add(name.0.wrapping_mul(0xD6E8_FEB8_6659_FD93));
    }

    /// Adds what another one stands for.
    #[inline(always)]
    pub(super) fn add(&mut self, other: Self) {
        self.0 = self.0.wrapping_add(other.0);
    }
}
