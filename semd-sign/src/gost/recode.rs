//! Signed digits of a public scalar, for verification.

/// Room for the digits of the widest scalar, with the carry out of the top.
const MAX_DIGITS: usize = super::MAX_WIDTH * 8 + 1;

/// Odd multiples 1, 3, … 2^(window-1) - 1 that digits of this width refer to.
pub(super) const fn table_size(window: usize) -> usize {
    1 << (window - 2)
}

/// Non-adjacent form of a width: `Σ digit[i]·2^i`, every digit zero or odd with |digit| < 2^(window-1), and of `window`
/// neighbours at most one not zero.
pub(super) struct Digits {
    digits: [i16; MAX_DIGITS],
    length: usize,
}

impl Digits {
    /// The digits of a number given in limbs, least significant first; `window` is 2 to 14.
    pub(super) fn new(number: &[u64], window: usize) -> Self {
        let bits = 64 * number.len();
        let limb = |index: usize| number.get(index).copied().unwrap_or(0);
        let mut digits = [0; MAX_DIGITS];
        let (mut carry, mut index, mut length) = (0, 0, 0);
        while index <= bits {
            let (low, shift) = (index / 64, index % 64);
            let above = if shift == 0 { 0 } else { limb(low + 1) << (64 - shift) };
            let ahead = limb(low) >> shift | above;
            if (ahead & 1) + carry != 1 {
                // The carry, if any, moves on: 1 + 1 = 0 carry 1, 0 + 0 = 0 carry 0.
                index += 1;
                continue;
            }
            let value = (ahead & ((1 << window) - 1)) as i16 + carry as i16;
            carry = u64::from(value >= 1 << (window - 1));
            digits[index] = if carry == 1 { value - (1 << window) } else { value };
            length = index + 1;
            index += window;
        }
        Self { digits, length }
    }

    /// Positions up to the highest digit that is not zero.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Place of the digit's odd multiple in the table and whether it is negated; `None` for zero.
    #[inline(always)]
    pub(super) fn at(&self, position: usize) -> Option<(usize, bool)> {
        let digit = *self.digits.get(position)?;
        (digit != 0).then(|| (usize::from(digit.unsigned_abs() / 2), digit < 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(digits: &[i16]) -> i128 {
        digits.iter().rev().fold(0, |sum, digit| sum * 2 + i128::from(*digit))
    }

    #[test]
    fn digits_sum_up_to_the_scalar() {
        for number in
            [0_u64, 1, 2, 15, 16, 17, 31, 0xFF, 0x8000_0000_0000_0000, u64::MAX, 0x0123_4567_89AB_CDEF]
        {
            for window in [2, 5, 9] {
                let digits = Digits::new(&[number], window);
                assert_eq!(value(&digits.digits[..70]), i128::from(number));
                assert!(digits.digits.iter().all(|digit| *digit == 0
                    || (digit % 2 != 0 && usize::from(digit.unsigned_abs() / 2) < table_size(window))));
            }
        }
    }

    #[test]
    fn carries_leave_the_top_of_the_widest_scalar() {
        let digits = Digits::new(&[u64::MAX; 8], 5);
        assert_eq!(digits.digits[512], 1);
        assert_eq!(digits.digits[0], -1);
        assert_eq!(digits.len(), 513);
        assert!(digits.digits[1..512].iter().all(|digit| *digit == 0));
    }
}
