//! Arithmetic modulo p = 2^512 - C with the vector instructions of AVX-512 IFMA, for processors that have them.
//!
//! A number is eleven digits of 47 bits in the lanes of three vectors of four. The multiplier takes 52 bits of each
//! factor and gives the product's lower or upper 52 bits, so digits have room to grow: kept digits are below 1.75 * 2^47,
//! and sums need one step of carries, all digits at once, where limbs of 64 bits pass a carry from one to the next. Sums
//! that are only multiplied need none: their digits are below 2^49.
//!
//! Eleven digits are 517 bits, and 2^517 is 32C modulo p. For public data only, that is for verification: nobody has shown
//! that it takes constant time.
#![allow(
    unsafe_code,
    reason = "the instructions must not run where they are missing, which `available` finds out"
)]

use std::arch::x86_64::{
    __m256i, _mm256_add_epi64, _mm256_alignr_epi64, _mm256_and_si256, _mm256_broadcastq_epi64,
    _mm256_castsi256_si128, _mm256_load_si256, _mm256_madd52hi_epu64, _mm256_madd52lo_epu64,
    _mm256_maskz_add_epi64, _mm256_maskz_mov_epi64, _mm256_maskz_permutex_epi64, _mm256_set1_epi64x,
    _mm256_setr_epi64x, _mm256_setzero_si256, _mm256_slli_epi64, _mm256_srli_epi64, _mm256_store_si256,
    _mm256_sub_epi64,
};
use std::sync::LazyLock;

use super::limbs;
use super::modulus::{Minus, Modulus, Reduction};

/// Digits of a number.
const DIGITS: usize = 11;
/// Bits of a digit.
const BITS: usize = 47;
/// Bits of the last digit that lie below 2^512.
const LAST_BITS: usize = 512 - (DIGITS - 1) * BITS;
/// A digit of ones.
const MASK: u64 = (1 << BITS) - 1;
/// Products are cut at bit 52: the upper part counts this many bits more than the next digit.
const SHIFT: i32 = 52 - BITS as i32;
/// The lanes of the last vector that hold digits.
const LAST_LANES: u8 = 0b0111;

/// Whether this processor has the instructions. Without them nothing else here may be called.
pub(super) fn available() -> bool {
    static AVAILABLE: LazyLock<bool> = LazyLock::new(|| {
        is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512ifma")
    });
    *AVAILABLE
}

/// p = 2^512 - C, computed with vectors. Only for curves that are chosen after [`available`].
#[derive(Clone, Copy)]
pub(super) struct Vector<const C: u64>;

/// Eleven digits, least significant first, and a lane of zero.
#[derive(Clone, Copy)]
#[repr(C, align(32))]
pub(super) struct Digits([u64; DIGITS + 1]);

impl AsRef<[u64]> for Digits {
    fn as_ref(&self) -> &[u64] {
        &self.0
    }
}

impl AsMut<[u64]> for Digits {
    fn as_mut(&mut self) -> &mut [u64] {
        &mut self.0
    }
}

impl<const C: u64> Modulus<8> for Vector<C> {
    type Kept = Digits;

    const VALUE: [u64; 8] = <Minus<C> as Reduction<8>>::PRIME;
    const ZERO: Digits = Digits([0; DIGITS + 1]);

    fn enter(number: &[u64; 8]) -> Digits {
        let mut digits = [0; DIGITS + 1];
        for (index, digit) in digits[..DIGITS].iter_mut().enumerate() {
            let (limb, shift) = (index * BITS / 64, index * BITS % 64);
            let above = if shift > 64 - BITS && limb + 1 < 8 { number[limb + 1] << (64 - shift) } else { 0 };
            *digit = (number[limb] >> shift | above) & MASK;
        }
        Digits(digits)
    }

    fn leave(kept: &Digits) -> [u64; 8] {
        let (mut number, mut carry) = ([0; 8], 0);
        for (index, digit) in kept.0[..DIGITS].iter().enumerate() {
            let sum = digit + carry;
            let bits = if index + 1 < DIGITS { BITS } else { LAST_BITS };
            carry = sum >> bits;
            let (digit, limb, shift) = (sum & ((1 << bits) - 1), index * BITS / 64, index * BITS % 64);
            number[limb] |= digit << shift;
            if shift > 64 - BITS && limb + 1 < 8 {
                number[limb + 1] |= digit >> (64 - shift);
            }
        }
        // 2^512 is C. A second carry leaves less than C behind.
        let (mut number, carry) = limbs::add_small(&number, carry * C);
        number[0] = number[0].wrapping_add(limbs::mask(carry) & C);
        <Minus<C> as Reduction<8>>::leave(&number)
    }

    fn add(left: &Digits, right: &Digits) -> Digits {
        // SAFETY: the processor has the instructions, or no curve over this modulus was chosen.
        unsafe { add::<C>(left, right) }
    }

    fn sub(left: &Digits, right: &Digits) -> Digits {
        // SAFETY: as in `add`.
        unsafe { sub::<C>(left, right) }
    }

    fn add_lazy(left: &Digits, right: &Digits) -> Digits {
        // SAFETY: as in `add`.
        unsafe { add_lazy(left, right) }
    }

    fn sub_lazy(left: &Digits, right: &Digits) -> Digits {
        // SAFETY: as in `add`.
        unsafe { sub_lazy::<C>(left, right) }
    }

    fn sub_twice(left: &Digits, right: &Digits) -> Digits {
        // SAFETY: as in `add`.
        unsafe { sub_twice::<C>(left, right) }
    }

    fn is_zero_vartime(kept: &Digits) -> bool {
        // A multiple of p below 2^520 is k * 2^512 - kC with k below 2^9: few numbers end like one.
        let below = kept.0[0].wrapping_neg() & MASK;
        below < C << 9 && Self::leave(kept) == [0; 8]
    }

    fn half(kept: &Digits) -> Digits {
        // SAFETY: as in `add`.
        unsafe { half::<C>(kept) }
    }

    fn mul(left: &Digits, right: &Digits) -> Digits {
        // SAFETY: as in `add`.
        unsafe { mul::<C>(left, right) }
    }

    fn square(kept: &Digits) -> Digits {
        Self::mul(kept, kept)
    }
}

/// A function of every vector. Functions of the library that take closures are compiled without these instructions, and
/// what they call is then not inlined.
macro_rules! each {
    ($vectors:expr, $function:expr) => {
        [$function($vectors[0]), $function($vectors[1]), $function($vectors[2])]
    };
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn load(digits: &Digits) -> [__m256i; 3] {
    let lanes: *const __m256i = digits.0.as_ptr().cast();
    // SAFETY: the digits are three vectors long and aligned like them.
    unsafe { [_mm256_load_si256(lanes), _mm256_load_si256(lanes.add(1)), _mm256_load_si256(lanes.add(2))] }
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn store(vectors: [__m256i; 3]) -> Digits {
    let mut digits = Digits([0; DIGITS + 1]);
    let lanes: *mut __m256i = digits.0.as_mut_ptr().cast();
    // SAFETY: the digits are three vectors long and aligned like them.
    unsafe {
        _mm256_store_si256(lanes, vectors[0]);
        _mm256_store_si256(lanes.add(1), vectors[1]);
        _mm256_store_si256(lanes.add(2), vectors[2]);
    }
    digits
}

/// The lanes of `high` one place up, the topmost of `low` below them.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn up(high: __m256i, low: __m256i) -> __m256i {
    _mm256_alignr_epi64::<3>(high, low)
}

/// 2^517 modulo p, in every lane.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn fold<const C: u64>() -> __m256i {
    _mm256_set1_epi64x((C << (DIGITS * BITS - 512)) as i64)
}

/// One step of carries: what a digit has above 47 bits goes to the next, from the last one and from the lane above it
/// to the first.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn carry<const C: u64>(sums: [__m256i; 3]) -> [__m256i; 3] {
    let (zero, mask) = (_mm256_setzero_si256(), _mm256_set1_epi64x(MASK as i64));
    let above = each!(sums, _mm256_srli_epi64::<{ BITS as i32 }>);
    let last = up(above[2], above[1]);
    let beyond = _mm256_maskz_permutex_epi64::<3>(1, _mm256_add_epi64(last, sums[2]));
    let first = _mm256_add_epi64(_mm256_and_si256(sums[0], mask), up(above[0], zero));
    [
        _mm256_madd52lo_epu64(first, beyond, fold::<C>()),
        _mm256_add_epi64(_mm256_and_si256(sums[1], mask), up(above[1], above[0])),
        _mm256_maskz_add_epi64(LAST_LANES, _mm256_and_si256(sums[2], mask), last),
    ]
}

/// The sums of the digits.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn add_lanes(left: [__m256i; 3], right: [__m256i; 3]) -> [__m256i; 3] {
    [
        _mm256_add_epi64(left[0], right[0]),
        _mm256_add_epi64(left[1], right[1]),
        _mm256_add_epi64(left[2], right[2]),
    ]
}

/// The differences of the digits, with `TIMES` (2^517 - 32C) added, which is a multiple of p: its digits are above those
/// of `right`, so that no difference is negative.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn sub_lanes<const C: u64, const TIMES: u64>(left: [__m256i; 3], right: [__m256i; 3]) -> [__m256i; 3] {
    let (first, other) = ((TIMES * (MASK + 1 - (C << 5))) as i64, (TIMES * MASK) as i64);
    let multiple = [
        _mm256_setr_epi64x(first, other, other, other),
        _mm256_set1_epi64x(other),
        _mm256_setr_epi64x(other, other, other, 0),
    ];
    [
        _mm256_add_epi64(left[0], _mm256_sub_epi64(multiple[0], right[0])),
        _mm256_add_epi64(left[1], _mm256_sub_epi64(multiple[1], right[1])),
        _mm256_add_epi64(left[2], _mm256_sub_epi64(multiple[2], right[2])),
    ]
}

#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn add<const C: u64>(left: &Digits, right: &Digits) -> Digits {
    store(carry::<C>(add_lanes(load(left), load(right))))
}

#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn sub<const C: u64>(left: &Digits, right: &Digits) -> Digits {
    store(carry::<C>(sub_lanes::<C, 2>(load(left), load(right))))
}

#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn add_lazy(left: &Digits, right: &Digits) -> Digits {
    store(add_lanes(load(left), load(right)))
}

#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn sub_lazy<const C: u64>(left: &Digits, right: &Digits) -> Digits {
    store(sub_lanes::<C, 2>(load(left), load(right)))
}

#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn sub_twice<const C: u64>(left: &Digits, right: &Digits) -> Digits {
    let right = load(right);
    store(carry::<C>(sub_lanes::<C, 4>(load(left), add_lanes(right, right))))
}

#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn half<const C: u64>(kept: &Digits) -> Digits {
    let kept = load(kept);
    let (zero, one) = (_mm256_setzero_si256(), _mm256_set1_epi64x(1));
    // p, which is odd, where the number is.
    let odd = _mm256_and_si256(_mm256_broadcastq_epi64(_mm256_castsi256_si128(kept[0])), one);
    let odd = _mm256_sub_epi64(zero, odd);
    let (first, other, last) = ((MASK + 1 - C) as i64, MASK as i64, (1_i64 << LAST_BITS) - 1);
    let prime = [
        _mm256_setr_epi64x(first, other, other, other),
        _mm256_set1_epi64x(other),
        _mm256_setr_epi64x(other, other, last, 0),
    ];
    let even = [
        _mm256_add_epi64(kept[0], _mm256_and_si256(odd, prime[0])),
        _mm256_add_epi64(kept[1], _mm256_and_si256(odd, prime[1])),
        _mm256_add_epi64(kept[2], _mm256_and_si256(odd, prime[2])),
    ];
    // The lowest bit of a digit is the highest of the one before.
    let lowest =
        [_mm256_and_si256(even[0], one), _mm256_and_si256(even[1], one), _mm256_and_si256(even[2], one)];
    let passed = each!(lowest, _mm256_slli_epi64::<{ BITS as i32 - 1 }>);
    let halved = each!(even, _mm256_srli_epi64::<1>);
    store([
        _mm256_add_epi64(halved[0], _mm256_alignr_epi64::<1>(passed[1], passed[0])),
        _mm256_add_epi64(halved[1], _mm256_alignr_epi64::<1>(passed[2], passed[1])),
        _mm256_add_epi64(halved[2], _mm256_alignr_epi64::<1>(zero, passed[2])),
    ])
}

#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn mul<const C: u64>(left: &Digits, right: &Digits) -> Digits {
    let zero = _mm256_setzero_si256();
    let digits = load(left);
    // The left factor moved up by 0 to 3 lanes; whole vectors more are a matter of where products are added.
    let moved = [
        [digits[0], digits[1], digits[2], zero],
        [up(digits[0], zero), up(digits[1], digits[0]), up(digits[2], digits[1]), zero],
        [
            _mm256_alignr_epi64::<2>(digits[0], zero),
            _mm256_alignr_epi64::<2>(digits[1], digits[0]),
            _mm256_alignr_epi64::<2>(digits[2], digits[1]),
            _mm256_alignr_epi64::<2>(zero, digits[2]),
        ],
        [
            _mm256_alignr_epi64::<1>(digits[0], zero),
            _mm256_alignr_epi64::<1>(digits[1], digits[0]),
            _mm256_alignr_epi64::<1>(digits[2], digits[1]),
            _mm256_alignr_epi64::<1>(zero, digits[2]),
        ],
    ];
    let (mut low, mut high) = ([zero; 6], [zero; 6]);
    macro_rules! add_products_with_digit {
        ($($index:literal)*) => { $(
            let digit = _mm256_set1_epi64x(right.0[$index] as i64);
            let (block, shift) = ($index / 4, $index % 4);
            // Moved by one lane, eleven digits still fit into three vectors.
            let vectors = if shift < 2 { 3 } else { 4 };
            for i in 0..vectors {
                low[block + i] = _mm256_madd52lo_epu64(low[block + i], moved[shift][i], digit);
                high[block + i] = _mm256_madd52hi_epu64(high[block + i], moved[shift][i], digit);
            }
        )* };
    }
    // Written out, for the sums to stay in registers, and in an order in which they wait for each other least.
    add_products_with_digit!(0 4 8 1 5 9 2 6 10 3 7);
    store(reduce::<C>(low, high))
}

/// Sums of lower and of upper parts of products, as the digits of a number modulo p.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512ifma")]
fn reduce<const C: u64>(low: [__m256i; 6], high: [__m256i; 6]) -> [__m256i; 3] {
    let (zero, mask) = (_mm256_setzero_si256(), _mm256_set1_epi64x(MASK as i64));
    let high = [
        _mm256_slli_epi64::<SHIFT>(high[0]),
        _mm256_slli_epi64::<SHIFT>(high[1]),
        _mm256_slli_epi64::<SHIFT>(high[2]),
        _mm256_slli_epi64::<SHIFT>(high[3]),
        _mm256_slli_epi64::<SHIFT>(high[4]),
        _mm256_slli_epi64::<SHIFT>(high[5]),
    ];
    // Below 2^57.
    let columns = [
        _mm256_add_epi64(low[0], up(high[0], zero)),
        _mm256_add_epi64(low[1], up(high[1], high[0])),
        _mm256_add_epi64(low[2], up(high[2], high[1])),
        _mm256_add_epi64(low[3], up(high[3], high[2])),
        _mm256_add_epi64(low[4], up(high[4], high[3])),
        _mm256_add_epi64(low[5], up(high[5], high[4])),
    ];
    // Columns 11 to 21, carried once to be factors; the last one is below 2^52 and keeps what it has.
    let upper = [up(columns[3], columns[2]), up(columns[4], columns[3]), up(columns[5], columns[4])];
    let above = each!(upper, _mm256_srli_epi64::<{ BITS as i32 }>);
    let but_last = _mm256_setr_epi64x(MASK as i64, MASK as i64, -1, 0);
    let upper = [
        _mm256_add_epi64(_mm256_and_si256(upper[0], mask), up(above[0], zero)),
        _mm256_add_epi64(_mm256_and_si256(upper[1], mask), up(above[1], above[0])),
        _mm256_maskz_add_epi64(LAST_LANES, _mm256_and_si256(upper[2], but_last), up(above[2], above[1])),
    ];
    let factor = fold::<C>();
    let folded = [
        _mm256_madd52lo_epu64(columns[0], upper[0], factor),
        _mm256_madd52lo_epu64(columns[1], upper[1], factor),
        _mm256_madd52lo_epu64(_mm256_maskz_mov_epi64(LAST_LANES, columns[2]), upper[2], factor),
    ];
    let next = [
        _mm256_madd52hi_epu64(zero, upper[0], factor),
        _mm256_madd52hi_epu64(zero, upper[1], factor),
        _mm256_madd52hi_epu64(zero, upper[2], factor),
    ];
    let next = each!(next, _mm256_slli_epi64::<SHIFT>);
    carry::<C>([
        _mm256_add_epi64(folded[0], up(next[0], zero)),
        _mm256_add_epi64(folded[1], up(next[1], next[0])),
        _mm256_add_epi64(folded[2], up(next[2], next[1])),
    ])
}
