//! What a curve is: its constants, and where its tables are kept.

use std::sync::OnceLock;

use super::comb::Comb;
use super::field::Element;
use super::joint::Multiples;
use super::modulus::Modulus;

/// A coordinate.
pub(super) type Coordinate<C, const L: usize> = Element<<C as Curve<L>>::Base, L>;
/// A number modulo q.
pub(super) type Scalar<C, const L: usize> = Element<<C as Curve<L>>::Order, L>;

/// One curve y² = x³ + ax + b. Implemented by the table in `curves`.
pub(super) trait Curve<const L: usize>: Copy + Send + Sync + 'static {
    /// The field of the coordinates.
    type Base: Modulus<L>;
    /// The field of the scalars, modulo the order q of the base point.
    type Order: Modulus<L>;
    /// Coefficient a.
    const A: [u64; L];
    /// Coefficient b.
    const B: [u64; L];
    /// The base point.
    const BASE_POINT: ([u64; L], [u64; L]);
    /// Whether a = p - 3, which shortens doubling.
    const A_IS_MINUS_THREE: bool;
    /// Whether the curve has points outside the subgroup of order q.
    const HAS_COFACTOR: bool;

    /// Where the tables of the base point are kept once they are made.
    fn tables() -> &'static Tables<Self, L>;
}

/// Tables of the base point, each made when it is first needed.
pub(super) struct Tables<C: Curve<L>, const L: usize> {
    /// For secret multiples.
    pub(super) comb: OnceLock<Comb<C, L>>,
    /// For public multiples.
    pub(super) multiples: OnceLock<Multiples<C, L>>,
}

impl<C: Curve<L>, const L: usize> Tables<C, L> {
    /// No table yet.
    pub(super) const fn new() -> Self {
        Self { comb: OnceLock::new(), multiples: OnceLock::new() }
    }
}
