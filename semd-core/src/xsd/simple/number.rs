//! Decimal numbers of any length, compared on their digits.

use std::cmp::Ordering;

/// A decimal number as ranges of its text: no leading zeros before the point, no trailing ones after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digits<'v> {
    pub(super) negative: bool,
    pub(super) whole: &'v str,
    pub(super) fraction: &'v str,
}

/// Reads `xs:decimal` (part 2, section 3.2.3).
pub(super) fn parse(text: &str) -> Option<Digits<'_>> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    Some(Digits {
        negative: negative && !(whole.is_empty() && fraction.is_empty()),
        whole,
        fraction,
    })
}

impl Digits<'_> {
    pub(super) fn compare(&self, other: &Digits<'_>) -> Ordering {
        let size = |one: &Digits<'_>, two: &Digits<'_>| {
            one.whole
                .len()
                .cmp(&two.whole.len())
                .then_with(|| one.whole.cmp(two.whole))
                .then_with(|| one.fraction.cmp(two.fraction))
        };
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => size(self, other),
            (true, true) => size(other, self),
        }
    }

    pub(super) fn canonical(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}.{}", self.whole, self.fraction)
    }
}

/// Number of digits, and of those after the point, of a decimal number without superfluous zeros.
pub(super) fn digits(text: &str) -> (usize, usize) {
    parse(text).map_or((0, 0), |digits| {
        (digits.whole.len() + digits.fraction.len(), digits.fraction.len())
    })
}

/// Whether a text is `xs:integer`.
pub(super) fn is_integer(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads `xs:double` (part 2, section 3.2.5); Rust's own parser takes more spellings of the special values.
pub(super) fn parse_double(text: &str) -> Option<f64> {
    match text {
        "INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        _ => {
            let (mantissa, exponent) = match text.split_once(['e', 'E']) {
                Some((mantissa, exponent)) => (mantissa, Some(exponent)),
                None => (text, None),
            };
            parse(mantissa)?;
            if !exponent.is_none_or(is_integer) {
                return None;
            }
            text.parse().ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_compare_by_value_at_any_length() {
        let order = |a, b| parse(a).unwrap().compare(&parse(b).unwrap());
        assert_eq!(order("1.50", "+01.5"), Ordering::Equal);
        assert_eq!(order("-0", "0"), Ordering::Equal);
        assert_eq!(order("-2", "-10"), Ordering::Greater);
        assert_eq!(
            order("99999999999999999999", "100000000000000000000"),
            Ordering::Less
        );
        assert_eq!(order(".5", "0.49"), Ordering::Greater);
        for bad in ["", "+", ".", "1e3", "0x10", "1,5", "--1", "1.2.3", " 1"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn doubles_have_the_spellings_of_the_specification_only() {
        for good in ["1", "-1.5e-3", "1E5", "INF", "-INF", "NaN", ".5"] {
            assert!(parse_double(good).is_some(), "{good}");
        }
        for bad in ["inf", "+INF", "nan", "infinity", "1e", "e5", "0x1p3", "1_0", ""] {
            assert!(parse_double(bad).is_none(), "{bad}");
        }
    }
}
