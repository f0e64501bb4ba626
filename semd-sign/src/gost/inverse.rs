//! Inverses modulo an odd prime, by the division steps of Bernstein and Yang ("Fast constant-time gcd computation and
//! modular inversion", 2019), taken a word at a time; the variant that starts at half a step (delta = 1/2).
//!
//! [`invert`] takes as many steps as the slowest number needs, all alike: no branch or index depends on values.
//! [`invert_vartime`] is for public numbers: it stops when it is done and cancels several bits in one step.

use zeroize::Zeroize;

/// Bits of a digit; two bits of an `i64` are left for the sign and for sums.
const BITS: u32 = 62;
const MASK: u64 = u64::MAX >> 2;
/// Digits of the widest number, with room for sign and multiples.
const MAX_DIGITS: usize = super::MAX_WIDTH / 8 + 1;

/// A signed number in digits of 62 bits, least significant first; only the highest may be negative.
type Signed = [i64; MAX_DIGITS];

/// What 62 division steps do to (f, g), times 2^62.
struct Steps {
    f: (i64, i64),
    g: (i64, i64),
}

/// `1 / number` modulo an odd prime; zero for zero. The number is below the prime.
pub(super) fn invert<const L: usize>(number: &[u64; L], prime: &[u64; L]) -> [u64; L] {
    let mut state = State::new(number, prime);
    let mut zeta = -1;
    for _ in 0..batches(64 * L) {
        let steps;
        (zeta, steps) = alike_steps(zeta, state.f[0] as u64, state.g[0] as u64);
        state.apply(&steps, L + 1);
    }
    let inverse = state.inverse(L + 1);
    state.zeroize();
    inverse
}

/// `1 / number` for a public number modulo an odd prime; zero for zero. The number is below the prime.
pub(super) fn invert_vartime<const L: usize>(number: &[u64; L], prime: &[u64; L]) -> [u64; L] {
    let mut state = State::new(number, prime);
    let (mut eta, mut length) = (-1, L + 1);
    loop {
        let steps;
        (eta, steps) = skipping_steps(eta, state.f[0] as u64, state.g[0] as u64);
        state.apply(&steps, length);
        if state.g[..length].iter().all(|digit| *digit == 0) {
            return state.inverse(length);
        }
        // The highest digits are only signs: shorten.
        let (top_f, top_g) = (state.f[length - 1], state.g[length - 1]);
        if length > 1 && top_f == top_f >> 63 && top_g == top_g >> 63 {
            state.f[length - 2] |= top_f << BITS;
            state.g[length - 2] |= top_g << BITS;
            length -= 1;
        }
    }
}

/// Steps of [`alike_steps`].
const ALIKE: u32 = 60;

/// Batches of [`ALIKE`] steps after which g is zero, whatever numbers of this many bits it began with. The bound on the
/// steps, (45907·bits + 30179) / 19929, was computed for delta = 1/2 by convex hulls (Wuille, "safegcd-bounds").
const fn batches(bits: usize) -> usize {
    ((45907 * bits + 30179) / 19929).div_ceil(ALIKE as usize)
}

/// The numbers the steps work on.
struct State {
    /// Odd; the prime at first and, up to sign, 1 at the end.
    f: Signed,
    /// The number at first and 0 at the end.
    g: Signed,
    /// f = d · number modulo the prime, -2p < d < p.
    d: Signed,
    /// g = e · number modulo the prime, -2p < e < p.
    e: Signed,
    modulus: Signed,
    /// 1 / modulus modulo 2^62.
    inverse_of_modulus: u64,
    /// Digits of the modulus, with room for sign and multiples.
    digits: usize,
}

impl State {
    fn new<const L: usize>(number: &[u64; L], prime: &[u64; L]) -> Self {
        let mut e = [0; MAX_DIGITS];
        e[0] = 1;
        let modulus = to_signed(prime);
        let inverse_of_modulus = inverse_of_odd(prime[0]) & MASK;
        Self {
            f: modulus,
            g: to_signed(number),
            d: [0; MAX_DIGITS],
            e,
            modulus,
            inverse_of_modulus,
            digits: L + 1,
        }
    }

    /// Applies steps to (f, g), which have this many digits left, and to (d, e).
    #[inline(always)]
    fn apply(&mut self, steps: &Steps, length: usize) {
        update_cofactors(
            &mut self.d,
            &mut self.e,
            steps,
            &self.modulus[..self.digits],
            self.inverse_of_modulus,
        );
        update_numbers(&mut self.f, &mut self.g, steps, length);
    }

    /// The inverse, once g is zero: d times the sign of f.
    fn inverse<const L: usize>(&mut self, length: usize) -> [u64; L] {
        let d = &mut self.d[..self.digits];
        add_if_negative(d, &self.modulus);
        let sign = sign_mask(&self.f[..length]);
        d.iter_mut().for_each(|digit| *digit = (*digit ^ sign).wrapping_sub(sign));
        carry(d);
        add_if_negative(d, &self.modulus);
        from_signed(&self.d)
    }

    fn zeroize(&mut self) {
        for number in [&mut self.f, &mut self.g, &mut self.d, &mut self.e] {
            number.zeroize();
        }
    }
}

/// 1 / odd modulo 2^64.
fn inverse_of_odd(odd: u64) -> u64 {
    (0..6).fold(1, |inverse: u64, _| inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse))))
}

/// [`ALIKE`] steps on the lowest bits of f (odd) and g; `zeta` is -(delta + 1/2).
fn alike_steps(mut zeta: i64, mut f: u64, mut g: u64) -> (i64, Steps) {
    // Scaled, so that the matrix is one of 62 steps.
    let (mut u, mut v, mut q, mut r) = (1_u64 << (BITS - ALIKE), 0_u64, 0_u64, 1_u64 << (BITS - ALIKE));
    for _ in 0..ALIKE {
        let negative = (zeta >> 63) as u64;
        let odd = (g & 1).wrapping_neg();
        // Add f or, after a swap, subtract it.
        let signed = |number: u64| (number ^ negative).wrapping_sub(negative) & odd;
        g = g.wrapping_add(signed(f));
        q = q.wrapping_add(signed(u));
        r = r.wrapping_add(signed(v));
        let swap = negative & odd;
        zeta = (zeta ^ swap as i64).wrapping_sub(1);
        f = f.wrapping_add(g & swap);
        u = u.wrapping_add(q & swap);
        v = v.wrapping_add(r & swap);
        g >>= 1;
        u <<= 1;
        v <<= 1;
    }
    (zeta, Steps { f: (u as i64, v as i64), g: (q as i64, r as i64) })
}

/// 62 steps on the lowest bits of f (odd) and g of public numbers; `eta` is minus delta.
fn skipping_steps(mut eta: i64, mut f: u64, mut g: u64) -> (i64, Steps) {
    // The matrix, modulo 2^64; its entries stay within ±2^62.
    let (mut u, mut v, mut q, mut r) = (1_u64, 0_u64, 0_u64, 1_u64);
    let mut left = BITS;
    loop {
        let zeros = (g | u64::MAX << left).trailing_zeros();
        g >>= zeros;
        u <<= zeros;
        v <<= zeros;
        eta -= i64::from(zeros);
        left -= zeros;
        if left == 0 {
            break;
        }
        if eta < 0 {
            eta = -eta;
            (f, g) = (g, f.wrapping_neg());
            (u, q) = (q, u.wrapping_neg());
            (v, r) = (r, v.wrapping_neg());
        }
        // Cancel as many low bits of g as eta and the remaining steps allow, at most six: -g/f modulo 2^6, since
        // f·(f² - 2) is -1/f there for every odd f.
        let cancelled = left.min((eta + 1).min(6) as u32);
        let multiple = f.wrapping_mul(g).wrapping_mul(f.wrapping_mul(f).wrapping_sub(2));
        let multiple = multiple & ((1 << cancelled) - 1);
        g = g.wrapping_add(f.wrapping_mul(multiple));
        q = q.wrapping_add(u.wrapping_mul(multiple));
        r = r.wrapping_add(v.wrapping_mul(multiple));
    }
    (eta, Steps { f: (u as i64, v as i64), g: (q as i64, r as i64) })
}

/// (f, g) = steps · (f, g) / 2^62, which is exact.
fn update_numbers(f: &mut Signed, g: &mut Signed, steps: &Steps, length: usize) {
    let (mut carry_f, mut carry_g) = (0_i128, 0_i128);
    for i in 0..length {
        carry_f = sum([carry_f, product(steps.f.0, f[i]), product(steps.f.1, g[i])]);
        carry_g = sum([carry_g, product(steps.g.0, f[i]), product(steps.g.1, g[i])]);
        if i > 0 {
            f[i - 1] = (carry_f as u64 & MASK) as i64;
            g[i - 1] = (carry_g as u64 & MASK) as i64;
        }
        carry_f >>= BITS;
        carry_g >>= BITS;
    }
    f[length - 1] = carry_f as i64;
    g[length - 1] = carry_g as i64;
}

/// (d, e) = steps · (d, e) / 2^62 modulo the prime, both between -2p and p.
fn update_cofactors(d: &mut Signed, e: &mut Signed, steps: &Steps, modulus: &[i64], inverse_of_modulus: u64) {
    let top = modulus.len() - 1;
    let (sign_d, sign_e) = (sign_mask(&d[..=top]), sign_mask(&e[..=top]));
    let times_prime = |(of_d, of_e): (i64, i64)| {
        let lifted = (of_d & sign_d).wrapping_add(of_e & sign_e);
        let lowest = sum([product(of_d, d[0]), product(of_e, e[0])]);
        let correction = inverse_of_modulus.wrapping_mul(lowest as u64).wrapping_add(lifted as u64) & MASK;
        lifted.wrapping_sub(correction as i64)
    };
    let (prime_d, prime_e) = (times_prime(steps.f), times_prime(steps.g));
    let (mut carry_d, mut carry_e) = (0_i128, 0_i128);
    for i in 0..=top {
        let (f, g) = (steps.f, steps.g);
        carry_d = sum([carry_d, product(f.0, d[i]), product(f.1, e[i]), product(modulus[i], prime_d)]);
        carry_e = sum([carry_e, product(g.0, d[i]), product(g.1, e[i]), product(modulus[i], prime_e)]);
        if i > 0 {
            d[i - 1] = (carry_d as u64 & MASK) as i64;
            e[i - 1] = (carry_e as u64 & MASK) as i64;
        }
        carry_d >>= BITS;
        carry_e >>= BITS;
    }
    d[top] = carry_d as i64;
    e[top] = carry_e as i64;
}

/// A sum that cannot overflow: a check of that would be a jump over secrets, though one never taken.
#[inline(always)]
fn sum<const N: usize>(numbers: [i128; N]) -> i128 {
    numbers.into_iter().fold(0, i128::wrapping_add)
}

#[inline(always)]
fn product(left: i64, right: i64) -> i128 {
    i128::from(left).wrapping_mul(i128::from(right))
}

/// All ones when a number is negative. Hidden from the compiler, which would jump over a loop that adds zeros.
fn sign_mask(number: &[i64]) -> i64 {
    std::hint::black_box(number[number.len() - 1] >> 63)
}

fn add_if_negative(number: &mut [i64], modulus: &Signed) {
    let negative = sign_mask(number);
    number.iter_mut().zip(modulus).for_each(|(digit, more)| *digit = digit.wrapping_add(more & negative));
    carry(number);
}

/// Brings every digit but the highest between 0 and 2^62.
fn carry(number: &mut [i64]) {
    for i in 1..number.len() {
        number[i] = number[i].wrapping_add(number[i - 1] >> BITS);
        number[i - 1] &= MASK as i64;
    }
}

fn to_signed<const L: usize>(number: &[u64; L]) -> Signed {
    let limb = |index: usize| number.get(index).copied().unwrap_or(0);
    std::array::from_fn(|digit| {
        let (index, shift) = (digit * BITS as usize / 64, digit * BITS as usize % 64);
        let above = if shift == 0 { 0 } else { limb(index + 1) << (64 - shift) };
        ((limb(index) >> shift | above) & MASK) as i64
    })
}

fn from_signed<const L: usize>(number: &Signed) -> [u64; L] {
    let mut limbs = [0; L];
    for (digit, value) in number.iter().enumerate() {
        let (index, shift) = (digit * BITS as usize / 64, digit * BITS as usize % 64);
        if index < L {
            limbs[index] |= (*value as u64) << shift;
        }
        if shift > 64 - BITS as usize && index + 1 < L {
            limbs[index + 1] |= *value as u64 >> (64 - shift);
        }
    }
    limbs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_cover_the_published_bounds() {
        // 591 and 1180 steps.
        assert_eq!(batches(256), 10);
        assert_eq!(batches(512), 20);
    }
}
