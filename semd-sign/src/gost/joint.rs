//! Sums of public multiples of points, for verification. Variable time: everything here is public.

use super::curve::{Curve, Scalar};
use super::point::{Affine, Cached, Point};
use super::recode::{self, Digits};

/// Odd multiples of a point and of some of its doublings, in affine coordinates: worth making for a point that is met
/// again and again.
///
/// The scalar is cut into [`Self::PARTS`] pieces which share their doublings, so that only a quarter of them is left.
pub(super) struct Multiples<C: Curve<L>, const L: usize> {
    /// Width of the digits.
    window: usize,
    /// For every part, P, 3P, 5P, … of its own doubling of the point.
    points: Vec<Affine<C, L>>,
}

impl<C: Curve<L>, const L: usize> Multiples<C, L> {
    /// Pieces of a scalar.
    const PARTS: usize = 4;
    /// Bits of a piece.
    const PART_BITS: usize = 64 * L / Self::PARTS;

    /// Computes the table for digits of this width.
    pub(super) fn new(point: &Affine<C, L>, window: usize) -> Self {
        let count = recode::table_size(window);
        let mut points = Vec::with_capacity(Self::PARTS * count);
        let mut part = Point::from_affine(point);
        for index in 0..Self::PARTS {
            if index > 0 {
                part = (0..Self::PART_BITS).fold(part, |point, _| point.double());
            }
            points.extend(part.odd_multiples(count));
        }
        Self { window, points: Point::normalise(&points) }
    }

    /// The points of one part.
    fn part(&self, index: usize) -> &[Affine<C, L>] {
        let count = recode::table_size(self.window);
        &self.points[index * count..][..count]
    }

    /// The digits of the scalar's pieces with the points they refer to.
    fn pieces(&self, scalar: &[u64; L]) -> Vec<(Digits, &[Affine<C, L>])> {
        let limbs = L / Self::PARTS;
        scalar
            .chunks(limbs)
            .enumerate()
            .map(|(index, piece)| (Digits::new(piece, self.window), self.part(index)))
            .collect()
    }
}

/// Width of the digits for a point that is met once.
const WINDOW_ONCE: usize = 5;

impl<C: Curve<L>, const L: usize> Point<C, L> {
    /// 1, 3, 5, … times a public point.
    pub(super) fn odd_multiples(&self, count: usize) -> Vec<Self> {
        let twice = self.double().cached();
        let mut points = Vec::with_capacity(count);
        points.push(*self);
        while points.len() < count {
            points.push(points[points.len() - 1].add_vartime(&twice));
        }
        points
    }

    /// `number * point`, for any point on the curve.
    pub(super) fn multiply_vartime(point: &Affine<C, L>, number: &[u64; L]) -> Self {
        let digits = Digits::new(number, WINDOW_ONCE);
        let table = cached_multiples(point);
        Self::interleave(digits.len(), |sum, position| add_cached(sum, &digits, &table, position))
    }

    /// `first * base + second * other`, for any point on the curve.
    pub(super) fn joint(
        base: &Multiples<C, L>,
        first: &Scalar<C, L>,
        other: &Affine<C, L>,
        second: &Scalar<C, L>,
    ) -> Self {
        let first = Digits::new(&first.number(), base.window);
        let second = Digits::new(&second.number(), WINDOW_ONCE);
        let known = base.part(0);
        let table = cached_multiples(other);
        Self::interleave(first.len().max(second.len()), |sum, position| {
            add_cached(sum, &second, &table, position) | add_digit(sum, &first, known, position)
        })
    }

    /// `first * base + second * other` with tables of both.
    pub(super) fn joint_prepared(
        base: &Multiples<C, L>,
        first: &Scalar<C, L>,
        other: &Multiples<C, L>,
        second: &Scalar<C, L>,
    ) -> Self {
        let mut pieces = base.pieces(&first.number());
        pieces.extend(other.pieces(&second.number()));
        let length = pieces.iter().map(|(digits, _)| digits.len()).max().unwrap_or(0);
        Self::interleave(length, |sum, position| {
            pieces
                .iter()
                .fold(false, |added, (digits, points)| add_digit(sum, digits, points, position) | added)
        })
    }

    /// The loop all of these share: a doubling for every position, then whatever is added there; `add` tells whether
    /// anything was.
    fn interleave(length: usize, mut add: impl FnMut(&mut Self, usize) -> bool) -> Self {
        let mut sum = Self::neutral();
        let mut a_z4 = sum.a_z4();
        for position in (0..length).rev() {
            (sum, a_z4) = sum.double_with(&a_z4);
            if add(&mut sum, position) {
                a_z4 = sum.a_z4();
            }
        }
        sum
    }
}

fn cached_multiples<C: Curve<L>, const L: usize>(point: &Affine<C, L>) -> Vec<Cached<C, L>> {
    let multiples = Point::from_affine(point).odd_multiples(recode::table_size(WINDOW_ONCE));
    multiples.iter().map(Point::cached).collect()
}

fn add_cached<C: Curve<L>, const L: usize>(
    sum: &mut Point<C, L>,
    digits: &Digits,
    table: &[Cached<C, L>],
    position: usize,
) -> bool {
    let Some((index, negative)) = digits.at(position) else { return false };
    let entry = &table[index];
    *sum = if negative { sum.add_vartime(&entry.neg()) } else { sum.add_vartime(entry) };
    true
}

fn add_digit<C: Curve<L>, const L: usize>(
    sum: &mut Point<C, L>,
    digits: &Digits,
    points: &[Affine<C, L>],
    position: usize,
) -> bool {
    let Some((index, negative)) = digits.at(position) else { return false };
    let entry = &points[index];
    *sum = if negative { sum.add_affine_vartime(&entry.neg()) } else { sum.add_affine_vartime(entry) };
    true
}
