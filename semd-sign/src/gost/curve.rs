//! Points of a short Weierstrass curve y² = x³ + ax + b in projective coordinates.
//!
//! Addition and doubling use the complete formulas of Renes, Costello and Batina (2016, algorithms 1 and 3): one
//! straight line of field operations for every pair of points of odd order, so that signing has no branch that
//! depends on the nonce. On the two sets with cofactor 4 they are complete inside the subgroup of order q, which is
//! why a public key is admitted only after [`Point::in_prime_subgroup`].

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroize;

use super::field::Field;
use super::recode;

/// The constants of one curve. Implemented by the table in `sets`.
pub(super) trait Curve: Copy + Send + Sync + 'static {
    /// The field the coordinates live in.
    type Base: Field;
    /// The field of scalars, modulo the order q of the base point.
    type Scalar: Field;
    /// Octets of a coordinate and of a scalar.
    const WIDTH: usize;
    /// Coefficient a, big-endian, [`Self::WIDTH`] octets.
    const A: Self::Base;
    /// Coefficient b.
    const B: Self::Base;
    /// The base point.
    const BASE_POINT: (Self::Base, Self::Base);
    /// Order q of the base point, big-endian.
    const ORDER: &'static [u8];
    /// Whether a = p - 3, which turns multiplications by a into additions.
    const A_IS_MINUS_THREE: bool;
    /// Whether the curve has points outside the subgroup of order q.
    const HAS_COFACTOR: bool;
}

/// A point (X : Y : Z) with x = X/Z and y = Y/Z; Z = 0 for the neutral element.
#[derive(Clone, Copy)]
pub(super) struct Point<C: Curve> {
    x: C::Base,
    y: C::Base,
    z: C::Base,
}

impl<C: Curve> Point<C> {
    /// The neutral element.
    pub(super) fn identity() -> Self {
        Self { x: C::Base::ZERO, y: C::Base::ONE, z: C::Base::ZERO }
    }

    /// The base point of the parameter set.
    pub(super) fn base() -> Self {
        Self { x: C::BASE_POINT.0, y: C::BASE_POINT.1, z: C::Base::ONE }
    }

    /// The point with these coordinates, or `None` when it is not on the curve.
    pub(super) fn from_affine(x: C::Base, y: C::Base) -> Option<Self> {
        let right = x.square().mul(&x).add(&C::A.mul(&x)).add(&C::B);
        bool::from(y.square().ct_eq(&right)).then_some(Self { x, y, z: C::Base::ONE })
    }

    /// The coordinates, or `None` for the neutral element. `inverted` is 1/Z by the way the caller can afford.
    fn affine_with(&self, inverted: C::Base) -> Option<(C::Base, C::Base)> {
        (!bool::from(self.z.is_zero())).then(|| (self.x.mul(&inverted), self.y.mul(&inverted)))
    }

    /// The coordinates of a secret multiple, or `None` for the neutral element.
    pub(super) fn to_affine(self) -> Option<(C::Base, C::Base)> {
        self.affine_with(self.z.invert())
    }

    /// The coordinates of a public point, or `None` for the neutral element.
    pub(super) fn to_affine_vartime(self) -> Option<(C::Base, C::Base)> {
        self.affine_with(self.z.invert_vartime())
    }

    fn times_a(value: &C::Base) -> C::Base {
        if C::A_IS_MINUS_THREE { value.double().add(value).neg() } else { C::A.mul(value) }
    }

    /// The part common to addition and doubling, from the three products and the mixed sums.
    /// Returns (u, v, n, w) of X₃ = t₃u − t₅w, Y₃ = uv + nw, Z₃ = t₅v + t₃n.
    fn mixed(t0: &C::Base, t1: &C::Base, t2: &C::Base, t4: &C::Base) -> (C::Base, C::Base, C::Base, C::Base) {
        let b3 = C::B.double().add(&C::B);
        let m = Self::times_a(t4).add(&b3.mul(t2));
        let a_t2 = Self::times_a(t2);
        let n = t0.double().add(t0).add(&a_t2);
        let w = b3.mul(t4).add(&Self::times_a(&t0.sub(&a_t2)));
        (t1.sub(&m), t1.add(&m), n, w)
    }

    /// `self + other`, complete.
    pub(super) fn add(&self, other: &Self) -> Self {
        let t0 = self.x.mul(&other.x);
        let t1 = self.y.mul(&other.y);
        let t2 = self.z.mul(&other.z);
        let t3 = self.x.add(&self.y).mul(&other.x.add(&other.y)).sub(&t0).sub(&t1);
        let t4 = self.x.add(&self.z).mul(&other.x.add(&other.z)).sub(&t0).sub(&t2);
        let t5 = self.y.add(&self.z).mul(&other.y.add(&other.z)).sub(&t1).sub(&t2);
        let (u, v, n, w) = Self::mixed(&t0, &t1, &t2, &t4);
        Self { x: t3.mul(&u).sub(&t5.mul(&w)), y: u.mul(&v).add(&n.mul(&w)), z: t5.mul(&v).add(&t3.mul(&n)) }
    }

    /// `self + self`, complete on every point of the curve.
    pub(super) fn double(&self) -> Self {
        let t0 = self.x.square();
        let t1 = self.y.square();
        let t2 = self.z.square();
        let t3 = self.x.mul(&self.y).double();
        let t4 = self.x.mul(&self.z).double();
        let t5 = self.y.mul(&self.z).double();
        let (u, v, n, w) = Self::mixed(&t0, &t1, &t2, &t4);
        Self {
            x: t3.mul(&u).sub(&t5.mul(&w)),
            y: u.mul(&v).add(&n.mul(&w)),
            z: t5.mul(&t1).double().double(),
        }
    }

    fn negate(&self) -> Self {
        Self { x: self.x, y: self.y.neg(), z: self.z }
    }

    /// `scalar * self` in constant time: fixed windows of four bits, the table scanned whole for every digit.
    /// `scalar` is big-endian.
    pub(super) fn multiply(&self, scalar: &[u8]) -> Self {
        let mut table = [Self::identity(); 16];
        for index in 1..16 {
            table[index] = table[index - 1].add(self);
        }
        let mut result = Self::identity();
        for byte in scalar {
            for digit in [byte >> 4, byte & 0x0F] {
                result = result.double().double().double().double();
                let mut chosen = table[0];
                for (index, entry) in (0_u8..).zip(&table) {
                    chosen.conditional_assign(entry, index.ct_eq(&digit));
                }
                result = result.add(&chosen);
                chosen.zeroize();
            }
        }
        table.zeroize();
        result
    }

    /// `first * base + second * other` for public scalars (big-endian): interleaved signed windows, variable time.
    pub(super) fn double_multiply_vartime(first: &[u8], second: &[u8], other: &Self) -> Self {
        let (digits_first, digits_second) = (recode::signed_windows(first), recode::signed_windows(second));
        let (table_first, table_second) = (Self::base().odd_multiples(), other.odd_multiples());
        let mut result = Self::identity();
        let mut started = false;
        for position in (0..recode::MAX_DIGITS).rev() {
            if started {
                result = result.double();
            }
            for (digits, table) in [(&digits_first, &table_first), (&digits_second, &table_second)] {
                let digit = digits[position];
                if digit == 0 {
                    continue;
                }
                let entry = table[usize::from(digit.unsigned_abs() / 2)];
                result = result.add(&if digit < 0 { entry.negate() } else { entry });
                started = true;
            }
        }
        result
    }

    /// 1P, 3P, 5P, … 15P.
    fn odd_multiples(&self) -> [Self; recode::TABLE] {
        let twice = self.double();
        let mut table = [*self; recode::TABLE];
        for index in 1..table.len() {
            table[index] = table[index - 1].add(&twice);
        }
        table
    }

    /// Whether a public point, already known to be on the curve, has order q.
    ///
    /// Points of order 2 and 4 are refused first, with doublings only. For the others every intermediate sum of the
    /// double-and-add loop below is m·Q + Q with m < q, whose difference never has order 2, so the addition formulas
    /// hold although Q may lie outside the subgroup.
    pub(super) fn in_prime_subgroup(&self) -> bool {
        if !C::HAS_COFACTOR {
            return true;
        }
        if bool::from(self.y.is_zero() | self.double().y.is_zero()) {
            return false;
        }
        let mut result = Self::identity();
        for byte in C::ORDER {
            for shift in (0..8).rev() {
                result = result.double();
                if byte >> shift & 1 == 1 {
                    result = result.add(self);
                }
            }
        }
        bool::from(result.z.is_zero() & !result.y.is_zero())
    }
}

impl<C: Curve> ConditionallySelectable for Point<C> {
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self {
            x: C::Base::conditional_select(&a.x, &b.x, choice),
            y: C::Base::conditional_select(&a.y, &b.y, choice),
            z: C::Base::conditional_select(&a.z, &b.z, choice),
        }
    }
}

impl<C: Curve> Zeroize for Point<C> {
    fn zeroize(&mut self) {
        self.x.zeroize();
        self.y.zeroize();
        self.z.zeroize();
    }
}
