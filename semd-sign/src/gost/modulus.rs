//! Reduction modulo the primes of the parameter sets.
//!
//! Three shapes: [`Minus`] for p = 2^n - C (CryptoPro-A, TC 26 256-A, 512-A, 512-C), [`Plus`] for p = 2^(n-1) + C
//! (CryptoPro-B, 512-B, the 256-bit test set) and [`Montgomery`] for every other prime: CryptoPro-C, the 512-bit test
//! set and all orders q. n is the full width of the limbs. Time depends on no value anywhere. [`super::vector`] has
//! 2^512 - C once more, for processors that multiply vectors.

use std::marker::PhantomData;

use super::limbs;

/// How numbers modulo one prime are kept and computed with.
///
/// "Kept" numbers may be one of several for the same residue; [`Self::leave`] gives the canonical one.
pub(super) trait Modulus<const L: usize>: Copy + Send + Sync + 'static {
    /// A kept number; as words it can be copied, selected and wiped.
    type Kept: Copy + Send + Sync + AsRef<[u64]> + AsMut<[u64]>;

    /// The prime.
    const VALUE: [u64; L];
    /// The kept form of zero.
    const ZERO: Self::Kept;

    /// The kept form of any number below 2^n.
    fn enter(number: &[u64; L]) -> Self::Kept;
    /// The number, below the prime, of a kept form.
    fn leave(kept: &Self::Kept) -> [u64; L];
    /// Kept form of the sum of two.
    fn add(left: &Self::Kept, right: &Self::Kept) -> Self::Kept;
    /// Kept form of the difference of two.
    fn sub(left: &Self::Kept, right: &Self::Kept) -> Self::Kept;
    /// A sum of two kept numbers that may be wider than one: a factor or the left side of [`Self::sub_twice`] only.
    #[inline(always)]
    fn add_lazy(left: &Self::Kept, right: &Self::Kept) -> Self::Kept {
        Self::add(left, right)
    }
    /// A difference of two kept numbers, as wide as [`Self::add_lazy`].
    #[inline(always)]
    fn sub_lazy(left: &Self::Kept, right: &Self::Kept) -> Self::Kept {
        Self::sub(left, right)
    }
    /// Kept form of the first, which may be a lazy one, less twice the second.
    #[inline(always)]
    fn sub_twice(left: &Self::Kept, right: &Self::Kept) -> Self::Kept {
        Self::sub(&Self::sub(left, right), right)
    }
    /// Whether a public number, kept or lazy, is zero.
    #[inline(always)]
    fn is_zero_vartime(kept: &Self::Kept) -> bool {
        Self::leave(kept) == [0; L]
    }
    /// Kept form of half of one.
    fn half(kept: &Self::Kept) -> Self::Kept;
    /// Kept form of the product of two.
    fn mul(left: &Self::Kept, right: &Self::Kept) -> Self::Kept;
    /// Kept form of the square of one.
    fn square(kept: &Self::Kept) -> Self::Kept;
}

/// A modulus whose kept numbers are limbs below 2^n.
pub(super) trait Reduction<const L: usize>: Copy + Send + Sync + 'static {
    /// The prime.
    const PRIME: [u64; L];

    /// As [`Modulus::enter`].
    fn enter(number: &[u64; L]) -> [u64; L];
    /// As [`Modulus::leave`].
    fn leave(kept: &[u64; L]) -> [u64; L];
    /// As [`Modulus::add`].
    fn add(left: &[u64; L], right: &[u64; L]) -> [u64; L];
    /// As [`Modulus::sub`].
    fn sub(left: &[u64; L], right: &[u64; L]) -> [u64; L];
    /// Kept form of a product of two, given as lower and upper half.
    fn reduce(low: &[u64; L], high: &[u64; L]) -> [u64; L];
}

impl<R: Reduction<L>, const L: usize> Modulus<L> for R {
    type Kept = [u64; L];

    const VALUE: [u64; L] = R::PRIME;
    const ZERO: [u64; L] = [0; L];

    #[inline(always)]
    fn enter(number: &[u64; L]) -> [u64; L] {
        R::enter(number)
    }

    #[inline(always)]
    fn leave(kept: &[u64; L]) -> [u64; L] {
        R::leave(kept)
    }

    #[inline(always)]
    fn add(left: &[u64; L], right: &[u64; L]) -> [u64; L] {
        R::add(left, right)
    }

    #[inline(always)]
    fn sub(left: &[u64; L], right: &[u64; L]) -> [u64; L] {
        R::sub(left, right)
    }

    #[inline(always)]
    fn half(kept: &[u64; L]) -> [u64; L] {
        let mask = limbs::mask(kept[0] & 1 == 1);
        let (mut even, carry) = limbs::add(kept, &R::PRIME.map(|limb| limb & mask));
        for i in 0..L {
            let above = if i + 1 < L { even[i + 1] } else { u64::from(carry) };
            even[i] = even[i] >> 1 | above << 63;
        }
        even
    }

    #[inline(never)]
    fn mul(left: &[u64; L], right: &[u64; L]) -> [u64; L] {
        let (low, high) = limbs::mul_wide(left, right);
        R::reduce(&low, &high)
    }

    #[inline(never)]
    fn square(kept: &[u64; L]) -> [u64; L] {
        let (low, high) = limbs::square_wide(kept);
        R::reduce(&low, &high)
    }
}

/// A number below twice the prime, brought below it.
#[inline(always)]
fn subtract_once<const L: usize>(number: &[u64; L], carry: bool, prime: &[u64; L]) -> [u64; L] {
    let (reduced, borrow) = limbs::sub(number, prime);
    limbs::select(limbs::mask(carry | !borrow), &reduced, number)
}

/// Sum of two numbers below the prime.
#[inline(always)]
fn add_canonical<const L: usize>(left: &[u64; L], right: &[u64; L], prime: &[u64; L]) -> [u64; L] {
    let (sum, carry) = limbs::add(left, right);
    subtract_once(&sum, carry, prime)
}

/// Difference of two numbers below the prime.
#[inline(always)]
fn sub_canonical<const L: usize>(left: &[u64; L], right: &[u64; L], prime: &[u64; L]) -> [u64; L] {
    let (difference, borrow) = limbs::sub(left, right);
    let mask = limbs::mask(borrow);
    limbs::add(&difference, &prime.map(|limb| limb & mask)).0
}

/// p = 2^n - C with a small C: what reaches 2^n comes back C times. Kept numbers are any below 2^n.
#[derive(Clone, Copy)]
pub(super) struct Minus<const C: u64>;

impl<const L: usize, const C: u64> Reduction<L> for Minus<C> {
    const PRIME: [u64; L] = {
        let mut value = [u64::MAX; L];
        value[0] = u64::MAX - C + 1;
        value
    };

    #[inline(always)]
    fn enter(number: &[u64; L]) -> [u64; L] {
        *number
    }

    #[inline(always)]
    fn leave(kept: &[u64; L]) -> [u64; L] {
        subtract_once(kept, false, &Self::PRIME)
    }

    #[inline(always)]
    fn add(left: &[u64; L], right: &[u64; L]) -> [u64; L] {
        let (sum, carry) = limbs::add(left, right);
        let (mut sum, carry) = limbs::add_small(&sum, limbs::mask(carry) & C);
        // A second carry leaves less than C behind.
        sum[0] = sum[0].wrapping_add(limbs::mask(carry) & C);
        sum
    }

    #[inline(always)]
    fn sub(left: &[u64; L], right: &[u64; L]) -> [u64; L] {
        let (difference, borrow) = limbs::sub(left, right);
        let (mut difference, borrow) = limbs::sub_small(&difference, limbs::mask(borrow) & C);
        // A second borrow leaves at least 2^n - C behind.
        difference[0] = difference[0].wrapping_sub(limbs::mask(borrow) & C);
        difference
    }

    #[inline(always)]
    fn reduce(low: &[u64; L], high: &[u64; L]) -> [u64; L] {
        // All products first and then two chains of carries: a product in the middle of a chain would end it.
        let (mut lower, mut upper) = ([0; L], [0; L]);
        for i in 0..L {
            (lower[i], upper[i]) = high[i].carrying_mul(C, 0);
        }
        let (mut folded, mut carry) = limbs::add(low, &lower);
        let mut above = upper[L - 1].wrapping_add(u64::from(carry));
        carry = false;
        for i in 1..L {
            (folded[i], carry) = folded[i].carrying_add(upper[i - 1], carry);
        }
        above = above.wrapping_add(u64::from(carry));
        // What is above 2^n is at most C.
        let (mut folded, carry) = limbs::add_small(&folded, above.wrapping_mul(C));
        folded[0] = folded[0].wrapping_add(limbs::mask(carry) & C);
        folded
    }
}

/// p = 2^(n-1) + C with a small C: 2^n is -2C. Kept numbers are below p.
#[derive(Clone, Copy)]
pub(super) struct Plus<const C: u64>;

impl<const L: usize, const C: u64> Reduction<L> for Plus<C> {
    const PRIME: [u64; L] = {
        let mut value = [0; L];
        value[0] = C;
        value[L - 1] = 1 << 63;
        value
    };

    #[inline(always)]
    fn enter(number: &[u64; L]) -> [u64; L] {
        subtract_once(number, false, &Self::PRIME)
    }

    #[inline(always)]
    fn leave(kept: &[u64; L]) -> [u64; L] {
        *kept
    }

    #[inline(always)]
    fn add(left: &[u64; L], right: &[u64; L]) -> [u64; L] {
        add_canonical(left, right, &Self::PRIME)
    }

    #[inline(always)]
    fn sub(left: &[u64; L], right: &[u64; L]) -> [u64; L] {
        sub_canonical(left, right, &Self::PRIME)
    }

    #[inline(always)]
    fn reduce(low: &[u64; L], high: &[u64; L]) -> [u64; L] {
        let (mut product, mut above) = ([0; L], 0);
        for i in 0..L {
            (product[i], above) = high[i].carrying_mul(2 * C, above);
        }
        let (difference, borrow) = limbs::sub(low, &product);
        // The number is difference - above * 2^n, and above is at most 2C.
        let above = above.wrapping_add(u64::from(borrow));
        let (folded, carry) = limbs::add_small(&difference, above.wrapping_mul(2 * C));
        // Below 2^n + 4C² + 2C, which is less than three times the prime.
        let once = subtract_once(&folded, carry, &Self::PRIME);
        subtract_once(&once, false, &Self::PRIME)
    }
}

/// A prime without a useful shape.
pub(super) trait Prime<const L: usize>: Copy + Send + Sync + 'static {
    /// The prime, odd.
    const VALUE: [u64; L];
}

/// Any odd prime; kept numbers are x * 2^n mod p, below p (Montgomery 1985).
#[derive(Clone, Copy)]
pub(super) struct Montgomery<P>(PhantomData<P>);

impl<P> Montgomery<P> {
    /// -1 / p modulo 2^64, by Newton's iteration.
    const fn negative_inverse(lowest: u64) -> u64 {
        let (mut inverse, mut step) = (1_u64, 0);
        while step < 6 {
            inverse = inverse.wrapping_mul(2_u64.wrapping_sub(lowest.wrapping_mul(inverse)));
            step += 1;
        }
        inverse.wrapping_neg()
    }

    /// 2^(2n) modulo p, by doubling 1.
    const fn square_of_radix<const L: usize>(prime: [u64; L]) -> [u64; L] {
        let mut value = [0; L];
        value[0] = 1;
        let mut step = 0;
        while step < 128 * L {
            let (mut doubled, mut reduced) = ([0_u64; L], [0; L]);
            let (mut carry, mut borrow, mut i) = (0, false, 0);
            while i < L {
                doubled[i] = value[i] << 1 | carry;
                carry = value[i] >> 63;
                // `borrowing_sub` cannot be evaluated by the compiler yet.
                let (difference, first) = doubled[i].overflowing_sub(prime[i]);
                let (difference, second) = difference.overflowing_sub(borrow as u64);
                (reduced[i], borrow) = (difference, first | second);
                i += 1;
            }
            value = if carry == 1 || !borrow { reduced } else { doubled };
            step += 1;
        }
        value
    }
}

impl<P: Prime<L>, const L: usize> Reduction<L> for Montgomery<P> {
    const PRIME: [u64; L] = P::VALUE;

    #[inline(always)]
    fn enter(number: &[u64; L]) -> [u64; L] {
        let (low, high) = limbs::mul_wide(number, &const { Self::square_of_radix(P::VALUE) });
        Self::reduce(&low, &high)
    }

    #[inline(always)]
    fn leave(kept: &[u64; L]) -> [u64; L] {
        Self::reduce(kept, &[0; L])
    }

    #[inline(always)]
    fn add(left: &[u64; L], right: &[u64; L]) -> [u64; L] {
        add_canonical(left, right, &P::VALUE)
    }

    #[inline(always)]
    fn sub(left: &[u64; L], right: &[u64; L]) -> [u64; L] {
        sub_canonical(left, right, &P::VALUE)
    }

    #[inline(always)]
    fn reduce(low: &[u64; L], high: &[u64; L]) -> [u64; L] {
        let factor = const { Self::negative_inverse(P::VALUE[0]) };
        let (mut window, mut above) = (*low, false);
        for next in high {
            let multiple = window[0].wrapping_mul(factor);
            let (_, mut carry) = multiple.carrying_mul_add(P::VALUE[0], window[0], 0);
            for i in 1..L {
                (window[i - 1], carry) = multiple.carrying_mul_add(P::VALUE[i], window[i], carry);
            }
            (window[L - 1], above) = next.carrying_add(carry, above);
        }
        subtract_once(&window, above, &P::VALUE)
    }
}
