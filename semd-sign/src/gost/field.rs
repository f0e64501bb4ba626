//! Elements of a prime field.
//!
//! Operations take time that does not depend on values unless the name says otherwise.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroize;

use super::modulus::Modulus;
use super::{inverse, limbs};

/// An element of the field modulo the prime of `M`.
pub(super) struct Element<M: Modulus<L>, const L: usize> {
    kept: M::Kept,
}

impl<M: Modulus<L>, const L: usize> Element<M, L> {
    /// Neutral element of addition.
    pub(super) const ZERO: Self = Self::of(M::ZERO);

    const fn of(kept: M::Kept) -> Self {
        Self { kept }
    }

    /// Neutral element of multiplication.
    pub(super) fn one() -> Self {
        let mut one = [0; L];
        one[0] = 1;
        Self::reduced(&one)
    }

    /// The residue of any number of this width.
    pub(super) fn reduced(number: &[u64; L]) -> Self {
        Self::of(M::enter(number))
    }

    /// The residue of a number of twice the width, given as lower and upper half.
    pub(super) fn reduced_wide(low: &[u64; L], high: &[u64; L]) -> Self {
        // 2^n is 2^n - p.
        let radix = Self::reduced(&limbs::sub(&[0; L], &M::VALUE).0);
        Self::reduced(high).mul(&radix).add(&Self::reduced(low))
    }

    /// The element with this number; `None` when it is not below the prime. Whether it was refused is public.
    pub(super) fn canonical(number: &[u64; L]) -> Option<Self> {
        limbs::sub(number, &M::VALUE).1.then(|| Self::reduced(number))
    }

    /// The number, below the prime.
    pub(super) fn number(&self) -> [u64; L] {
        M::leave(&self.kept)
    }

    /// Takes over the bits of `other` under the mask; with one full mask among empty ones, from zero, this is a choice.
    #[inline(always)]
    pub(super) fn take(&mut self, other: &Self, mask: u64) {
        for (word, taken) in self.kept.as_mut().iter_mut().zip(other.kept.as_ref()) {
            *word |= taken & mask;
        }
    }

    /// `self + other`.
    #[inline(always)]
    pub(super) fn add(&self, other: &Self) -> Self {
        Self::of(M::add(&self.kept, &other.kept))
    }

    /// `self + self`.
    #[inline(always)]
    pub(super) fn double(&self) -> Self {
        self.add(self)
    }

    /// `self / 2`.
    #[inline(always)]
    pub(super) fn half(&self) -> Self {
        Self::of(M::half(&self.kept))
    }

    /// `self - other`.
    #[inline(always)]
    pub(super) fn sub(&self, other: &Self) -> Self {
        Self::of(M::sub(&self.kept, &other.kept))
    }

    /// `self + other`, for a factor only: see [`Modulus::add_lazy`].
    #[inline(always)]
    pub(super) fn add_lazy(&self, other: &Self) -> Self {
        Self::of(M::add_lazy(&self.kept, &other.kept))
    }

    /// `self - other`, for a factor or the left side of [`Self::sub_twice`] only.
    #[inline(always)]
    pub(super) fn sub_lazy(&self, other: &Self) -> Self {
        Self::of(M::sub_lazy(&self.kept, &other.kept))
    }

    /// `self - 2 * other`.
    #[inline(always)]
    pub(super) fn sub_twice(&self, other: &Self) -> Self {
        Self::of(M::sub_twice(&self.kept, &other.kept))
    }

    /// `-self`.
    #[inline(always)]
    pub(super) fn neg(&self) -> Self {
        Self::ZERO.sub(self)
    }

    /// `self * other`.
    #[inline(always)]
    pub(super) fn mul(&self, other: &Self) -> Self {
        Self::of(M::mul(&self.kept, &other.kept))
    }

    /// `self * self`.
    #[inline(always)]
    pub(super) fn square(&self) -> Self {
        Self::of(M::square(&self.kept))
    }

    /// `1 / self`, or zero for zero.
    pub(super) fn invert(&self) -> Self {
        Self::reduced(&inverse::invert(&self.number(), &M::VALUE))
    }

    /// `1 / self` for a public element, or zero for zero.
    pub(super) fn invert_vartime(&self) -> Self {
        Self::reduced(&inverse::invert_vartime(&self.number(), &M::VALUE))
    }

    /// Whether the element is zero.
    pub(super) fn is_zero(&self) -> Choice {
        self.ct_eq(&Self::ZERO)
    }

    /// Whether a public element is zero.
    pub(super) fn is_zero_vartime(&self) -> bool {
        M::is_zero_vartime(&self.kept)
    }
}

impl<M: Modulus<L>, const L: usize> Clone for Element<M, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Modulus<L>, const L: usize> Copy for Element<M, L> {}

impl<M: Modulus<L>, const L: usize> ConstantTimeEq for Element<M, L> {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.number().ct_eq(&other.number())
    }
}

impl<M: Modulus<L>, const L: usize> ConditionallySelectable for Element<M, L> {
    #[inline(always)]
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        let mut selected = *a;
        for (word, other) in selected.kept.as_mut().iter_mut().zip(b.kept.as_ref()) {
            word.conditional_assign(other, choice);
        }
        selected
    }
}

impl<M: Modulus<L>, const L: usize> Zeroize for Element<M, L> {
    fn zeroize(&mut self) {
        self.kept.as_mut().zeroize();
    }
}
