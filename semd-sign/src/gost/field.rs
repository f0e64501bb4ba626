//! Arithmetic modulo a prime, behind a trait small enough to be replaced.
//!
//! Everything above this file speaks of [`Field`] only. The one implementation in the product stands on the constant
//! time Montgomery forms of `crypto-bigint`; a specialised reduction for a pseudo-Mersenne prime can take its place
//! for one parameter set without touching points, signatures or keys.

use crypto_bigint::modular::{ConstMontyForm, ConstMontyParams};
use crypto_bigint::{Encoding, Uint};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroize;

/// An element of a prime field. Operations take time that does not depend on values unless the name says otherwise.
pub(super) trait Field: Copy + ConditionallySelectable + ConstantTimeEq + Zeroize {
    /// Neutral element of addition.
    const ZERO: Self;
    /// Neutral element of multiplication.
    const ONE: Self;

    /// Reads a number of exactly the field's width, big-endian, and reduces it.
    fn from_be_reduced(bytes: &[u8]) -> Self;
    /// Writes the reduced number, big-endian, over the whole of `out`, which has the field's width.
    fn write_be(&self, out: &mut [u8]);

    /// `self + other`.
    fn add(&self, other: &Self) -> Self;
    /// `self - other`.
    fn sub(&self, other: &Self) -> Self;
    /// `self * other`.
    fn mul(&self, other: &Self) -> Self;
    /// `self * self`.
    fn square(&self) -> Self;
    /// `-self`.
    fn neg(&self) -> Self;
    /// `1 / self`, or zero for zero.
    fn invert(&self) -> Self;
    /// `1 / self` for a public value, or zero for zero.
    fn invert_vartime(&self) -> Self;

    /// `self + self`.
    fn double(&self) -> Self {
        self.add(self)
    }

    /// Whether the element is zero.
    fn is_zero(&self) -> Choice {
        self.ct_eq(&Self::ZERO)
    }

    /// Reads a number of exactly the field's width, big-endian; `None` when it is not below the modulus.
    ///
    /// Whether the number was refused is public.
    fn from_be_canonical(bytes: &[u8]) -> Option<Self> {
        let value = Self::from_be_reduced(bytes);
        let mut written = [0_u8; super::MAX_WIDTH];
        let written = &mut written[..bytes.len()];
        value.write_be(written);
        let same = bool::from((*written).ct_eq(bytes));
        written.zeroize();
        same.then_some(value)
    }
}

impl<M: ConstMontyParams<LIMBS>, const LIMBS: usize> Field for ConstMontyForm<M, LIMBS>
where
    Uint<LIMBS>: Encoding,
{
    const ZERO: Self = ConstMontyForm::ZERO;
    const ONE: Self = ConstMontyForm::ONE;

    fn from_be_reduced(bytes: &[u8]) -> Self {
        Self::new(&Uint::from_be_slice(bytes))
    }

    fn write_be(&self, out: &mut [u8]) {
        let mut number = self.retrieve();
        let mut bytes = Encoding::to_be_bytes(&number);
        out.copy_from_slice(bytes.as_ref());
        number.zeroize();
        bytes.as_mut().zeroize();
    }

    fn add(&self, other: &Self) -> Self {
        ConstMontyForm::add(self, other)
    }

    fn sub(&self, other: &Self) -> Self {
        ConstMontyForm::sub(self, other)
    }

    fn mul(&self, other: &Self) -> Self {
        ConstMontyForm::mul(self, other)
    }

    fn square(&self) -> Self {
        ConstMontyForm::square(self)
    }

    fn neg(&self) -> Self {
        ConstMontyForm::neg(self)
    }

    fn invert(&self) -> Self {
        ConstMontyForm::invert(self).into_option_copied().unwrap_or(Self::ZERO)
    }

    fn invert_vartime(&self) -> Self {
        ConstMontyForm::invert_vartime(self).into_option_copied().unwrap_or(Self::ZERO)
    }
}
