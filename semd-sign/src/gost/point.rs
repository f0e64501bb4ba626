//! Points of a short Weierstrass curve: affine, and in Jacobian coordinates (x = X/Z², y = Y/Z³; Z = 0 is neutral).
//!
//! Doubling follows 2(X, Y, Z) = (L² - 2T, L(T - X₃) - S², YZ) with S = Y², T = XS and L = (3X² + aZ⁴)/2, which is
//! complete: a point of order 2 gives Z = 0. Addition is *not* complete: it must not be given equal points or the
//! neutral element, and answers Z = 0 for equal points. [`super::comb`] proves that signing never does; verification
//! works on public points and looks first.

use subtle::{Choice, ConditionallySelectable};
use zeroize::Zeroize;

use super::curve::{Coordinate, Curve};
use super::field::Element;

/// A point with its coordinates.
pub(super) struct Affine<C: Curve<L>, const L: usize> {
    pub(super) x: Coordinate<C, L>,
    pub(super) y: Coordinate<C, L>,
}

impl<C: Curve<L>, const L: usize> Affine<C, L> {
    /// The base point of the parameter set.
    pub(super) fn base() -> Self {
        Self { x: Element::reduced(&C::BASE_POINT.0), y: Element::reduced(&C::BASE_POINT.1) }
    }

    /// The point with these coordinates; `None` when a coordinate is not below p or the point is not on the curve.
    pub(super) fn on_curve(x: &[u64; L], y: &[u64; L]) -> Option<Self> {
        let (x, y) = (Coordinate::<C, L>::canonical(x)?, Coordinate::<C, L>::canonical(y)?);
        let (a, b) = (Element::reduced(&C::A), Element::reduced(&C::B));
        let right = x.square().add(&a).mul(&x).add(&b);
        y.square().sub(&right).is_zero_vartime().then_some(Self { x, y })
    }

    /// `-self`.
    pub(super) fn neg(&self) -> Self {
        Self { x: self.x, y: self.y.neg() }
    }
}

/// A point in Jacobian coordinates.
pub(super) struct Point<C: Curve<L>, const L: usize> {
    pub(super) x: Coordinate<C, L>,
    pub(super) y: Coordinate<C, L>,
    pub(super) z: Coordinate<C, L>,
}

impl<C: Curve<L>, const L: usize> Point<C, L> {
    /// The neutral element.
    pub(super) fn neutral() -> Self {
        Self { x: Element::one(), y: Element::one(), z: Element::ZERO }
    }

    /// An affine point.
    pub(super) fn from_affine(point: &Affine<C, L>) -> Self {
        Self { x: point.x, y: point.y, z: Element::one() }
    }

    /// The coordinates, with 1/Z by the way the caller can afford.
    pub(super) fn to_affine(self, inverse_of_z: &Coordinate<C, L>) -> Affine<C, L> {
        let square = inverse_of_z.square();
        Affine { x: self.x.mul(&square), y: self.y.mul(&square.mul(inverse_of_z)) }
    }

    /// `-self`.
    pub(super) fn neg(&self) -> Self {
        Self { x: self.x, y: self.y.neg(), z: self.z }
    }

    /// aZ⁴ for [`Self::double_with`]; free and meaningless where a = -3.
    #[inline(always)]
    pub(super) fn a_z4(&self) -> Coordinate<C, L> {
        if C::A_IS_MINUS_THREE {
            return Element::ZERO;
        }
        self.z.square().square().mul(&Element::reduced(&C::A))
    }

    /// `self + self`, complete.
    pub(super) fn double(&self) -> Self {
        self.double_with(&self.a_z4()).0
    }

    /// `self + self` and aZ⁴ of the sum, which costs one multiplication when that of `self` is known.
    pub(super) fn double_with(&self, a_z4: &Coordinate<C, L>) -> (Self, Coordinate<C, L>) {
        let s = self.y.square();
        let t = self.x.mul(&s);
        let third = if C::A_IS_MINUS_THREE {
            // 3X² - 3Z⁴
            let z2 = self.z.square();
            self.x.sub_lazy(&z2).mul(&self.x.add_lazy(&z2))
        } else {
            self.x.square()
        };
        let l = if C::A_IS_MINUS_THREE {
            third.half().add_lazy(&third)
        } else {
            third.double().add(&third).add(a_z4).half()
        };
        let x = l.square().sub_twice(&t);
        let s2 = s.square();
        let y = l.mul(&t.sub_lazy(&x)).sub(&s2);
        let z = self.y.mul(&self.z);
        let a_z4 = if C::A_IS_MINUS_THREE { Element::ZERO } else { s2.mul(a_z4) };
        (Self { x, y, z }, a_z4)
    }

    /// `self + other` for different points, neither neutral; Z = 0 for equal and for opposite ones.
    pub(super) fn add_affine(&self, other: &Affine<C, L>) -> Self {
        let z2 = self.z.square();
        let h = other.x.mul(&z2).sub_lazy(&self.x);
        let r = other.y.mul(&z2.mul(&self.z)).sub_lazy(&self.y);
        Self::chord(&self.x, &self.y, &self.z, &h, &r)
    }

    /// The third point on the line through (X₁, Y₁) and the point h and r further on, over denominator Z.
    #[inline(always)]
    fn chord(
        x: &Coordinate<C, L>,
        y: &Coordinate<C, L>,
        z: &Coordinate<C, L>,
        h: &Coordinate<C, L>,
        r: &Coordinate<C, L>,
    ) -> Self {
        let h2 = h.square();
        let h3 = h2.mul(h);
        let v = x.mul(&h2);
        let sum_x = r.square().sub_lazy(&h3).sub_twice(&v);
        let sum_y = r.mul(&v.sub_lazy(&sum_x)).sub(&y.mul(&h3));
        Self { x: sum_x, y: sum_y, z: z.mul(h) }
    }

    /// `self + other` for any public points.
    pub(super) fn add_affine_vartime(&self, other: &Affine<C, L>) -> Self {
        if self.z.is_zero_vartime() {
            return Self::from_affine(other);
        }
        let z2 = self.z.square();
        let h = other.x.mul(&z2).sub_lazy(&self.x);
        let r = other.y.mul(&z2.mul(&self.z)).sub_lazy(&self.y);
        self.chord_or_tangent(&self.x, &self.y, &self.z, &h, &r)
    }

    /// `self + other` for any public points.
    pub(super) fn add_vartime(&self, other: &Cached<C, L>) -> Self {
        if self.z.is_zero_vartime() {
            return Self { x: other.point.x, y: other.point.y, z: other.point.z };
        }
        if other.point.z.is_zero_vartime() {
            return *self;
        }
        let z2 = self.z.square();
        let x = self.x.mul(&other.z2);
        let y = self.y.mul(&other.z3);
        let h = other.point.x.mul(&z2).sub_lazy(&x);
        let r = other.point.y.mul(&z2.mul(&self.z)).sub_lazy(&y);
        self.chord_or_tangent(&x, &y, &self.z.mul(&other.point.z), &h, &r)
    }

    fn chord_or_tangent(
        &self,
        x: &Coordinate<C, L>,
        y: &Coordinate<C, L>,
        z: &Coordinate<C, L>,
        h: &Coordinate<C, L>,
        r: &Coordinate<C, L>,
    ) -> Self {
        if h.is_zero_vartime() && r.is_zero_vartime() {
            return self.double();
        }
        Self::chord(x, y, z, h, r)
    }

    /// What repeated additions of this point need.
    pub(super) fn cached(&self) -> Cached<C, L> {
        let z2 = self.z.square();
        Cached { point: *self, z2, z3: z2.mul(&self.z) }
    }

    /// The coordinates of public points, none of them neutral, by one inversion (Montgomery's trick).
    pub(super) fn normalise(points: &[Self]) -> Vec<Affine<C, L>> {
        let mut products = Vec::with_capacity(points.len());
        let mut product = Element::one();
        for point in points {
            products.push(product);
            product = product.mul(&point.z);
        }
        let mut inverse = product.invert_vartime();
        let mut affine = Vec::with_capacity(points.len());
        for (point, before) in points.iter().zip(&products).rev() {
            affine.push(point.to_affine(&inverse.mul(before)));
            inverse = inverse.mul(&point.z);
        }
        affine.reverse();
        affine
    }
}

/// A point with the powers of its Z that additions need.
pub(super) struct Cached<C: Curve<L>, const L: usize> {
    point: Point<C, L>,
    z2: Coordinate<C, L>,
    z3: Coordinate<C, L>,
}

impl<C: Curve<L>, const L: usize> Cached<C, L> {
    /// `-self`.
    pub(super) fn neg(&self) -> Self {
        Self { point: self.point.neg(), z2: self.z2, z3: self.z3 }
    }
}

impl<C: Curve<L>, const L: usize> Clone for Affine<C, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Curve<L>, const L: usize> Copy for Affine<C, L> {}

impl<C: Curve<L>, const L: usize> Clone for Point<C, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Curve<L>, const L: usize> Copy for Point<C, L> {}

impl<C: Curve<L>, const L: usize> ConditionallySelectable for Affine<C, L> {
    #[inline(always)]
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self {
            x: Element::conditional_select(&a.x, &b.x, choice),
            y: Element::conditional_select(&a.y, &b.y, choice),
        }
    }
}

impl<C: Curve<L>, const L: usize> ConditionallySelectable for Point<C, L> {
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self {
            x: Element::conditional_select(&a.x, &b.x, choice),
            y: Element::conditional_select(&a.y, &b.y, choice),
            z: Element::conditional_select(&a.z, &b.z, choice),
        }
    }
}

impl<C: Curve<L>, const L: usize> Zeroize for Affine<C, L> {
    fn zeroize(&mut self) {
        self.x.zeroize();
        self.y.zeroize();
    }
}

impl<C: Curve<L>, const L: usize> Zeroize for Point<C, L> {
    fn zeroize(&mut self) {
        self.x.zeroize();
        self.y.zeroize();
        self.z.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::super::curves::{CryptoProA, Tc26A256, Tc26A512};
    use super::*;

    type Pair<const L: usize> = Option<([u64; L], [u64; L])>;

    fn coordinates<C: Curve<L>, const L: usize>(point: &Point<C, L>) -> Pair<L> {
        let affine = point.to_affine(&point.z.invert());
        (!point.z.is_zero_vartime()).then(|| (affine.x.number(), affine.y.number()))
    }

    fn edges<C: Curve<L>, const L: usize>() {
        let base = Affine::<C, L>::base();
        let point = Point::from_affine(&base);
        let neutral = Point::<C, L>::neutral();
        let same =
            |left: &Point<C, L>, right: &Point<C, L>| assert_eq!(coordinates(left), coordinates(right));
        // Other coordinates of the same point: (XZ², YZ³, Z).
        let z = base.x.double();
        let scaled = Point::<C, L> { x: base.x.mul(&z.square()), y: base.y.mul(&z.square().mul(&z)), z };
        same(&scaled, &point);
        for one in [point, scaled] {
            same(&one.add_affine_vartime(&base), &point.double());
            same(&one.add_vartime(&scaled.cached()), &point.double());
            same(&one.add_affine_vartime(&base.neg()), &neutral);
            same(&one.add_vartime(&scaled.neg().cached()), &neutral);
            same(&one.add_vartime(&neutral.cached()), &point);
            same(&one.add_affine(&base), &neutral);
            assert!(one.double().add_affine(&base).on_curve());
            same(&one.double().add_affine(&base), &one.double().add_vartime(&scaled.cached()));
            same(&one.double_with(&one.a_z4()).0, &point.double());
            assert_eq!(one.double_with(&one.a_z4()).1.number(), one.double().a_z4().number());
        }
        same(&neutral.add_affine_vartime(&base), &point);
        same(&neutral.add_vartime(&scaled.cached()), &point);
        same(&neutral.double(), &neutral);
        let normalised = Point::normalise(&[point, scaled.double(), scaled]);
        same(&Point::from_affine(&normalised[1]), &point.double());
        same(&Point::from_affine(&normalised[2]), &point);
    }

    impl<C: Curve<L>, const L: usize> Point<C, L> {
        fn on_curve(&self) -> bool {
            coordinates(self).is_some_and(|(x, y)| Affine::<C, L>::on_curve(&x, &y).is_some())
        }
    }

    #[test]
    fn additions_hold_at_the_edges_of_the_group_law() {
        edges::<CryptoProA, 4>();
        edges::<Tc26A256, 4>();
        edges::<Tc26A512, 8>();
    }
}
