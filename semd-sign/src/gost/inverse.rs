//! Inverses of public numbers, by the division steps of Bernstein and Yang (2019) taken 62 at a time.
//!
//! Variable time. A secret is inverted by [`super::field::Element::invert`] instead.

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
pub(super) fn invert_vartime<const L: usize>(number: &[u64; L], prime: &[u64; L]) -> [u64; L] {
    let digits = L + 1;
    let modulus = to_signed(prime);
    let inverse_of_modulus = inverse_of_odd(prime[0]) & MASK;
    let (mut d, mut e) = ([0; MAX_DIGITS], [0; MAX_DIGITS]);
    e[0] = 1;
    let (mut f, mut g) = (modulus, to_signed(number));
    let (mut eta, mut length) = (-1, digits);
    loop {
        let steps;
        (eta, steps) = division_steps(eta, f[0] as u64, g[0] as u64);
        update_cofactors(&mut d, &mut e, &steps, &modulus[..digits], inverse_of_modulus);
        update_numbers(&mut f, &mut g, &steps, length);
        if g[..length].iter().all(|digit| *digit == 0) {
            break;
        }
        // The highest digits are only signs: shorten.
        let (top_f, top_g) = (f[length - 1], g[length - 1]);
        if length > 1 && top_f == top_f >> 63 && top_g == top_g >> 63 {
            f[length - 2] |= top_f << BITS;
            g[length - 2] |= top_g << BITS;
            length -= 1;
        }
    }
    // Now f is 1 or -1, and d, between -2p and p, is the inverse times f.
    add_if_negative(&mut d[..digits], &modulus);
    if f[length - 1] < 0 {
        d[..digits].iter_mut().for_each(|digit| *digit = -*digit);
        carry(&mut d[..digits]);
    }
    add_if_negative(&mut d[..digits], &modulus);
    from_signed(&d)
}

/// 1 / odd modulo 2^64.
fn inverse_of_odd(odd: u64) -> u64 {
    (0..6).fold(1, |inverse: u64, _| inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse))))
}

/// 62 steps on the lowest bits of f (odd) and g; `eta` is minus the delta of the paper.
fn division_steps(mut eta: i64, mut f: u64, mut g: u64) -> (i64, Steps) {
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
        carry_f += product(steps.f.0, f[i]) + product(steps.f.1, g[i]);
        carry_g += product(steps.g.0, f[i]) + product(steps.g.1, g[i]);
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
    let (sign_d, sign_e) = (d[top] >> 63, e[top] >> 63);
    let times_prime = |(of_d, of_e): (i64, i64)| {
        let lifted = (of_d & sign_d) + (of_e & sign_e);
        let lowest = product(of_d, d[0]) + product(of_e, e[0]);
        let correction = inverse_of_modulus.wrapping_mul(lowest as u64).wrapping_add(lifted as u64) & MASK;
        lifted - correction as i64
    };
    let (prime_d, prime_e) = (times_prime(steps.f), times_prime(steps.g));
    let (mut carry_d, mut carry_e) = (0_i128, 0_i128);
    for i in 0..=top {
        carry_d += product(steps.f.0, d[i]) + product(steps.f.1, e[i]) + product(modulus[i], prime_d);
        carry_e += product(steps.g.0, d[i]) + product(steps.g.1, e[i]) + product(modulus[i], prime_e);
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

#[inline(always)]
fn product(left: i64, right: i64) -> i128 {
    i128::from(left).wrapping_mul(i128::from(right))
}

fn add_if_negative(number: &mut [i64], modulus: &Signed) {
    if number[number.len() - 1] < 0 {
        number.iter_mut().zip(modulus).for_each(|(digit, more)| *digit += more);
        carry(number);
    }
}

/// Brings every digit but the highest between 0 and 2^62.
fn carry(number: &mut [i64]) {
    for i in 1..number.len() {
        number[i] += number[i - 1] >> BITS;
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
