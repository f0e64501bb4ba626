//! Secret multiples of the base point, from a table of its multiples; constant time.
//!
//! An odd number k below q, which has n bits, is written with m = ⌈n/w⌉ digits as k = Σ dᵢ·2^(wi), every dᵢ odd and
//! |dᵢ| < 2^w: with ⌊k/2⌋ + 2^(wm-1) = Σ uᵢ·2^(wi), 0 ≤ uᵢ < 2^w, the digits are dᵢ = 2uᵢ - (2^w - 1). The table holds
//! 1, 3, …, 2^w - 1 times 2^(wi)P for every i, so a multiple costs m - 1 additions and no doubling. For an even k the
//! multiple of q - k, which is odd, is taken and negated.
//!
//! **No exceptional case.** Addition must not meet equal, opposite or neutral points. The sum before digit j is
//! S = Σ dᵢ·2^(wi) over i < j: odd, hence not zero, and |S| < 2^(wj). The point added is D = dⱼ·2^(wj) with
//! |D| ≥ 2^(wj), so S ± D is not zero, and for j < m - 1 it lies below 2^(w(m-1)) ≤ 2^(n-1) ≤ q, so it is no multiple
//! of q. For the last digit S + D = k is neither; but S - D may be -q or q for a handful of k, so this one addition is
//! accompanied by a doubling, and the right one is selected.
//!
//! **No secret-dependent branch or index.** Every row of the table is read whole for every digit; signs and parities
//! are applied by selection.

use subtle::{Choice, ConditionallySelectable};
use zeroize::{Zeroize, Zeroizing};

use super::curve::{Curve, Scalar};
use super::field::Element;
use super::limbs;
use super::modulus::Modulus;
use super::point::{Affine, Point};

/// The table of one base point.
pub(super) struct Comb<C: Curve<L>, const L: usize> {
    /// `rows * half` points: 1, 3, …, 2^w - 1 times 2^(wi)P, row after row.
    points: Vec<Affine<C, L>>,
}

impl<C: Curve<L>, const L: usize> Comb<C, L> {
    /// Bits of a digit. One bit less costs a sixth more additions and halves what is scanned: 148 KiB at 256 bits,
    /// 344 KiB at 512 bits.
    const WINDOW: usize = if L <= 4 { 7 } else { 6 };
    /// Bits of q, n above.
    const BITS: usize = 64 * L - C::Order::VALUE[L - 1].leading_zeros() as usize;
    /// Digits of a scalar, m above.
    const ROWS: usize = Self::BITS.div_ceil(Self::WINDOW);
    /// Points in a row.
    const HALF: usize = 1 << (Self::WINDOW - 1);

    /// Computes the table.
    pub(super) fn new(base: &Affine<C, L>) -> Self {
        let mut points = Vec::with_capacity(Self::ROWS * Self::HALF);
        let mut row = Point::from_affine(base);
        for _ in 0..Self::ROWS {
            points.extend(row.odd_multiples(Self::HALF));
            for _ in 0..Self::WINDOW {
                row = row.double();
            }
        }
        Self { points: Point::normalise(&points) }
    }

    /// `scalar * base`, for 0 < scalar < q.
    pub(super) fn multiply(&self, scalar: &Scalar<C, L>) -> Point<C, L> {
        let mut number = Zeroizing::new(scalar.number());
        let even = limbs::mask(number[0] & 1 == 0);
        *number = limbs::select(even, &limbs::sub(&C::Order::VALUE, &number).0, &number);
        let negated = Choice::from((even & 1) as u8);

        let mut entry = self.entry(&number, 0);
        let mut sum = Point::from_affine(&entry);
        for row in 1..Self::ROWS - 1 {
            entry = self.entry(&number, row);
            sum = sum.add_affine(&entry);
        }
        entry = self.entry(&number, Self::ROWS - 1);
        let mut doubled = sum.double();
        let mut added = sum.add_affine(&entry);
        // Z = 0 tells equal points; opposite ones would give it as well, but their sum would be k = 0.
        sum = Point::conditional_select(&added, &doubled, added.z.is_zero());
        let y = sum.y.neg();
        sum.y.conditional_assign(&y, negated);

        entry.zeroize();
        doubled.zeroize();
        added.zeroize();
        sum
    }

    /// The point of the digit in this row of an odd number.
    #[inline(always)]
    fn entry(&self, number: &[u64; L], row: usize) -> Affine<C, L> {
        // Bit i of ⌊k/2⌋ is bit i + 1 of k.
        let first = row * Self::WINDOW + 1;
        let limb = |index: usize| if index < L { number[index] } else { 0 };
        let (index, shift) = (first / 64, first % 64);
        let above = if shift == 0 { 0 } else { limb(index + 1) << (64 - shift) };
        let digit = (limb(index) >> shift | above) & ((1 << Self::WINDOW) - 1);
        let top = if row == Self::ROWS - 1 { Self::HALF as u64 } else { 0 };
        let digit = digit | top;
        // 2u - (2^w - 1) is negative for the lower half of u.
        let negative = (digit >> (Self::WINDOW - 1) & 1).wrapping_sub(1);
        // The compiler must not find out that this is an index.
        let wanted = std::hint::black_box((digit ^ negative) & (Self::HALF as u64 - 1));

        let points = &self.points[row * Self::HALF..][..Self::HALF];
        let mut entry = Affine { x: Element::ZERO, y: Element::ZERO };
        for (position, point) in (0_u64..).zip(points) {
            // All bits set for the wanted position: below zero only from zero.
            let mask = ((position ^ wanted).wrapping_sub(1) >> 63).wrapping_neg();
            entry.x.take(&point.x, mask);
            entry.y.take(&point.y, mask);
        }
        let y = entry.y.neg();
        entry.y.conditional_assign(&y, Choice::from((negative & 1) as u8));
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::super::curves::{CryptoProA, CryptoProC, Tc26A256, Tc26B512, Tc26C512};
    use super::*;

    fn coordinates<C: Curve<L>, const L: usize>(point: &Point<C, L>) -> ([u64; L], [u64; L]) {
        let affine = point.to_affine(&point.z.invert());
        (affine.x.number(), affine.y.number())
    }

    /// Against double-and-add with complete additions, for scalars at the edges and those of the exceptional case; how
    /// many there are of the latter.
    fn agrees_with_plain_multiplication<C: Curve<L>, const L: usize>() -> usize {
        let comb = Comb::<C, L>::new(&Affine::base());
        let order = C::Order::VALUE;
        let mut scalars: Vec<[u64; L]> = (1..5).map(|small| limbs::add_small(&[0; L], small).0).collect();
        scalars.extend((1..5).map(|small| limbs::sub_small(&order, small).0));
        scalars.push(std::array::from_fn(|i| if i + 1 < L { u64::MAX } else { order[i] >> 1 }));
        scalars.push(std::array::from_fn(|i| if i + 1 < L { 0 } else { order[i] >> 1 }));
        // Powers of two around the order, modulo it.
        for bit in [Comb::<C, L>::BITS - 1, Comb::<C, L>::BITS] {
            let mut power = [0; L];
            if let Some(limb) = power.get_mut(bit / 64) {
                *limb = 1 << (bit % 64);
            }
            let residue = Scalar::<C, L>::reduced(&limbs::sub(&power, &order).0);
            scalars.extend([residue.number(), residue.neg().number()]);
        }
        // k = 2D - q: the last addition meets equal points when D is an odd multiple of the last row's unit.
        let unit_bit = Comb::<C, L>::WINDOW * (Comb::<C, L>::ROWS - 1);
        let mut exceptional = 0;
        for digit in (1..Comb::<C, L>::HALF as u64 * 2).step_by(2) {
            let (mut last, shifted) = ([0; L], u128::from(digit) << (unit_bit % 64));
            last[unit_bit / 64] = shifted as u64;
            let (rest, beyond) = limbs::sub(&order, &last);
            let (scalar, borrow) = limbs::sub(&last, &rest);
            if shifted >> 64 == 0 && !beyond && !borrow {
                scalars.push(scalar);
                exceptional += 1;
            }
        }
        for scalar in &scalars {
            let product = comb.multiply(&Scalar::<C, L>::reduced(scalar));
            let plain = Point::<C, L>::multiply_vartime(&Affine::base(), scalar);
            assert_eq!(coordinates(&product), coordinates(&plain), "{scalar:x?}");
        }
        exceptional
    }

    #[test]
    fn multiples_of_the_base_point_are_those_of_plain_multiplication() {
        assert!(agrees_with_plain_multiplication::<CryptoProA, 4>() > 0);
        agrees_with_plain_multiplication::<CryptoProC, 4>();
        agrees_with_plain_multiplication::<Tc26A256, 4>();
        agrees_with_plain_multiplication::<Tc26B512, 8>();
        agrees_with_plain_multiplication::<Tc26C512, 8>();
    }
}
