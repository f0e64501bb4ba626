//! Numbers of a fixed count of 64-bit limbs, least significant first.
//!
//! Nothing here branches on values or indexes by them. Sums wrap on purpose; what is carried out is returned.

/// `left + right` and the carry.
#[inline(always)]
pub(super) fn add<const L: usize>(left: &[u64; L], right: &[u64; L]) -> ([u64; L], bool) {
    add_with(left, right, false)
}

/// `left + right + carry` and the carry.
#[inline(always)]
fn add_with<const L: usize>(left: &[u64; L], right: &[u64; L], mut carry: bool) -> ([u64; L], bool) {
    let mut sum = [0; L];
    for i in 0..L {
        (sum[i], carry) = left[i].carrying_add(right[i], carry);
    }
    (sum, carry)
}

/// `left - right` and the borrow.
#[inline(always)]
pub(super) fn sub<const L: usize>(left: &[u64; L], right: &[u64; L]) -> ([u64; L], bool) {
    let (mut difference, mut borrow) = ([0; L], false);
    for i in 0..L {
        (difference[i], borrow) = left[i].borrowing_sub(right[i], borrow);
    }
    (difference, borrow)
}

/// `left + small` and the carry.
#[inline(always)]
pub(super) fn add_small<const L: usize>(left: &[u64; L], small: u64) -> ([u64; L], bool) {
    let mut sum = *left;
    let mut carry;
    (sum[0], carry) = sum[0].overflowing_add(small);
    for limb in sum.iter_mut().skip(1) {
        (*limb, carry) = limb.overflowing_add(u64::from(carry));
    }
    (sum, carry)
}

/// `left - small` and the borrow.
#[inline(always)]
pub(super) fn sub_small<const L: usize>(left: &[u64; L], small: u64) -> ([u64; L], bool) {
    let mut difference = *left;
    let mut borrow;
    (difference[0], borrow) = difference[0].overflowing_sub(small);
    for limb in difference.iter_mut().skip(1) {
        (*limb, borrow) = limb.overflowing_sub(u64::from(borrow));
    }
    (difference, borrow)
}

/// All bits set when `bit` is.
#[inline(always)]
pub(super) fn mask(bit: bool) -> u64 {
    u64::from(bit).wrapping_neg()
}

/// `yes` where the mask is set, else `no`.
#[inline(always)]
pub(super) fn select<const L: usize>(mask: u64, yes: &[u64; L], no: &[u64; L]) -> [u64; L] {
    std::array::from_fn(|i| no[i] ^ (mask & (no[i] ^ yes[i])))
}

/// `left * right`: the lower and the upper half.
///
/// Eight limbs are multiplied as two digits of four limbs with three products (Karatsuba 1962).
#[inline(always)]
pub(super) fn mul_wide<const L: usize>(left: &[u64; L], right: &[u64; L]) -> ([u64; L], [u64; L]) {
    if L != 8 {
        return mul_rows(left, right);
    }
    let ((a, b), (c, d)) = (halves(left), halves(right));
    let (low, high) = (mul_rows(&a, &c), mul_rows(&b, &d));
    // ad + bc = ac + bd + (a - b)(d - c)
    let ((first, first_negative), (second, second_negative)) = (distance(&a, &b), distance(&d, &c));
    let product = mul_rows(&first, &second);
    let negative = first_negative ^ second_negative;
    let (sum_low, carry) = add_with(&low.0, &high.0, false);
    let (sum_high, carried) = add_with(&low.1, &high.1, carry);
    let (middle_low, carry) = add_with(&sum_low, &product.0.map(|limb| limb ^ negative), negative & 1 == 1);
    let (middle_high, carry) = add_with(&sum_high, &product.1.map(|limb| limb ^ negative), carry);
    let above = u64::from(carried).wrapping_add(u64::from(carry)).wrapping_add(negative);
    assemble(&low, &high, &middle_low, &middle_high, above)
}

/// `number * number`: the lower and the upper half.
#[inline(always)]
pub(super) fn square_wide<const L: usize>(number: &[u64; L]) -> ([u64; L], [u64; L]) {
    if L != 8 {
        return square_rows(number);
    }
    let (a, b) = halves(number);
    let (low, high, product) = (square_rows(&a), square_rows(&b), mul_rows(&a, &b));
    let (middle_low, carry) = add_with(&product.0, &product.0, false);
    let (middle_high, carry) = add_with(&product.1, &product.1, carry);
    assemble(&low, &high, &middle_low, &middle_high, u64::from(carry))
}

/// The product row by row.
#[inline(always)]
fn mul_rows<const L: usize>(left: &[u64; L], right: &[u64; L]) -> ([u64; L], [u64; L]) {
    let (mut low, mut high) = ([0; L], [0; L]);
    for i in 0..L {
        let mut carry = 0;
        for j in 0..L {
            let slot = if i + j < L { &mut low[i + j] } else { &mut high[i + j - L] };
            (*slot, carry) = left[i].carrying_mul_add(right[j], *slot, carry);
        }
        high[i] = carry;
    }
    (low, high)
}

/// The square row by row. Products off the diagonal are made once and doubled.
#[inline(always)]
fn square_rows<const L: usize>(number: &[u64; L]) -> ([u64; L], [u64; L]) {
    let (mut low, mut high) = ([0; L], [0; L]);
    for i in 0..L {
        let mut carry = 0;
        for j in i + 1..L {
            let slot = if i + j < L { &mut low[i + j] } else { &mut high[i + j - L] };
            (*slot, carry) = number[i].carrying_mul_add(number[j], *slot, carry);
        }
        high[i] = carry;
    }
    let (mut shifted_out, mut carry) = (0, false);
    for i in 0..2 * L {
        let slot = if i < L { &mut low[i] } else { &mut high[i - L] };
        let doubled = *slot << 1 | shifted_out;
        shifted_out = *slot >> 63;
        let (even, odd) = number[i / 2].carrying_mul(number[i / 2], 0);
        (*slot, carry) = doubled.carrying_add(if i % 2 == 0 { even } else { odd }, carry);
    }
    (low, high)
}

/// The lower and the upper four limbs of eight.
#[inline(always)]
fn halves<const L: usize>(number: &[u64; L]) -> ([u64; 4], [u64; 4]) {
    (std::array::from_fn(|i| number[i]), std::array::from_fn(|i| number[i + 4]))
}

/// `low + middle * 2^256 + high * 2^512`, as two halves of eight limbs.
#[inline(always)]
fn assemble<const L: usize>(
    low: &([u64; 4], [u64; 4]),
    high: &([u64; 4], [u64; 4]),
    middle_low: &[u64; 4],
    middle_high: &[u64; 4],
    middle_above: u64,
) -> ([u64; L], [u64; L]) {
    let (second, carry) = add_with(&low.1, middle_low, false);
    let (third, carry) = add_with(&high.0, middle_high, carry);
    let (fourth, _) = add_with(&high.1, &[middle_above, 0, 0, 0], carry);
    let join = |lower: &[u64; 4], upper: &[u64; 4]| {
        std::array::from_fn(|i| if i < 4 { lower[i] } else { upper[i - 4] })
    };
    (join(&low.0, &second), join(&third, &fourth))
}

/// |left - right|, and all bits set when the difference is negative.
#[inline(always)]
fn distance(left: &[u64; 4], right: &[u64; 4]) -> ([u64; 4], u64) {
    let (difference, borrow) = sub(left, right);
    let negative = mask(borrow);
    (add_small(&difference.map(|limb| limb ^ negative), negative & 1).0, negative)
}

/// Reads a big-endian number of exactly this width.
pub(super) fn from_be<const L: usize>(bytes: &[u8]) -> [u64; L] {
    let mut number = [0; L];
    for (limb, chunk) in number.iter_mut().zip(bytes.rchunks(8)) {
        *limb = chunk.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    }
    number
}

/// Writes a number, big-endian, over the whole of `out`.
pub(super) fn write_be<const L: usize>(number: &[u64; L], out: &mut [u8]) {
    for (limb, chunk) in number.iter().zip(out.rchunks_mut(8)) {
        chunk.copy_from_slice(&limb.to_be_bytes());
    }
}

/// A constant written in hexadecimal, for tables of parameters; anything but hexadecimal digits does not compile.
pub(super) const fn hex<const L: usize>(text: &str) -> [u64; L] {
    let text = text.as_bytes();
    assert!(text.len() == 16 * L, "as many digits as the number has room for");
    let mut number = [0; L];
    let mut index = 0;
    while index < text.len() {
        let digit = match text[index] {
            digit @ b'0'..=b'9' => digit - b'0',
            digit @ b'A'..=b'F' => digit - b'A' + 10,
            _ => panic!("not a hexadecimal digit"),
        };
        let limb = L - 1 - index / 16;
        number[limb] = number[limb] << 4 | digit as u64;
        index += 1;
    }
    number
}
