//! Signed window digits of a public scalar, for verification.

/// Bits of a window.
const WINDOW: usize = 5;
/// Odd multiples 1, 3, … 2^(WINDOW-1)-1 that digits refer to.
pub(super) const TABLE: usize = 1 << (WINDOW - 2);
/// Digits of the widest scalar, with the carry out of the top.
pub(super) const MAX_DIGITS: usize = super::MAX_WIDTH * 8 + 1;

/// Width-5 non-adjacent form of a big-endian number: `Σ digit[i]·2^i`, every digit zero or odd with |digit| < 16.
pub(super) fn signed_windows(scalar: &[u8]) -> [i8; MAX_DIGITS] {
    let bits = scalar.len() * 8;
    let bit = |index: usize| -> i16 {
        if index < bits { i16::from(scalar[scalar.len() - 1 - index / 8] >> (index % 8) & 1) } else { 0 }
    };
    let mut digits = [0_i8; MAX_DIGITS];
    let mut carry = 0;
    let mut index = 0;
    while index <= bits {
        if (bit(index) + carry) & 1 == 0 {
            // The carry, if any, moves on: 1 + 1 = 0 carry 1, 0 + 0 = 0 carry 0.
            index += 1;
            continue;
        }
        let window: i16 = (0..WINDOW).map(|offset| bit(index + offset) << offset).sum::<i16>() + carry;
        let digit = if window >= 1 << (WINDOW - 1) {
            carry = 1;
            window - (1 << WINDOW)
        } else {
            carry = 0;
            window
        };
        digits[index] = digit as i8;
        index += WINDOW;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::signed_windows;

    fn value(digits: &[i8]) -> i128 {
        digits.iter().rev().fold(0, |sum, digit| sum * 2 + i128::from(*digit))
    }

    #[test]
    fn digits_sum_up_to_the_scalar() {
        for number in
            [0_u64, 1, 2, 15, 16, 17, 31, 0xFF, 0x8000_0000_0000_0000, u64::MAX, 0x0123_4567_89AB_CDEF]
        {
            let digits = signed_windows(&number.to_be_bytes());
            assert_eq!(value(&digits[..70]), i128::from(number));
            assert!(digits.iter().all(|digit| *digit == 0 || (digit % 2 != 0 && digit.abs() < 16)));
        }
    }
}
