//! Comparisons (XPath 3.1, section 3.7) and atomisation.

use std::cmp::Ordering;

use super::ast::Comparison;
use super::error::{ErrorCode, EvalError};
use super::value::{Atomic, parse_double};

impl Comparison {
    /// The operator as a general comparison.
    pub(super) fn general(symbol: &str) -> Option<Self> {
        Some(match symbol {
            "=" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    /// The operator as a value comparison.
    pub(super) fn value(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "lt" => Self::Less,
            "le" => Self::LessOrEqual,
            "gt" => Self::Greater,
            "ge" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    /// Whether an ordering satisfies the operator; `None` is a comparison with NaN.
    pub(crate) fn holds(self, ordering: Option<Ordering>) -> bool {
        match self {
            Self::Equal => ordering == Some(Ordering::Equal),
            Self::NotEqual => ordering != Some(Ordering::Equal),
            Self::Less => ordering == Some(Ordering::Less),
            Self::LessOrEqual => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
            Self::Greater => ordering == Some(Ordering::Greater),
            Self::GreaterOrEqual => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
        }
    }

    /// The same comparison with the operands exchanged.
    pub(super) fn flipped(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }
}

/// One pair of a general comparison, with the casts of section 3.7.2.
pub(super) fn general(
    comparison: Comparison,
    left: &Atomic<'_>,
    right: &Atomic<'_>,
) -> Result<bool, EvalError> {
    use Atomic::{Boolean, Decimal, Double, Integer, String, Untyped};
    let ordering = match (left, right) {
        (Untyped(text), number @ (Integer(_) | Decimal(_) | Double(_))) => {
            parse_double(text)?.partial_cmp(&number.to_double()?)
        }
        (number @ (Integer(_) | Decimal(_) | Double(_)), Untyped(text)) => {
            number.to_double()?.partial_cmp(&parse_double(text)?)
        }
        (Untyped(text), Boolean(value)) => Some(parse_boolean(text)?.cmp(value)),
        (Boolean(value), Untyped(text)) => Some(value.cmp(&parse_boolean(text)?)),
        (Untyped(left) | String(left), Untyped(right) | String(right)) => {
            Some(left.as_ref().cmp(right.as_ref()))
        }
        _ => return value(comparison, left, right),
    };
    Ok(comparison.holds(ordering))
}

/// A value comparison of two single values; untyped counts as text (section 3.7.1).
pub(super) fn value(
    comparison: Comparison,
    left: &Atomic<'_>,
    right: &Atomic<'_>,
) -> Result<bool, EvalError> {
    use Atomic::{Boolean, Decimal, Double, Integer, String, Untyped};
    let ordering = match (left, right) {
        (Untyped(left) | String(left), Untyped(right) | String(right)) => {
            Some(left.as_ref().cmp(right.as_ref()))
        }
        (Integer(left), Integer(right)) => Some(left.cmp(right)),
        (Boolean(left), Boolean(right)) => Some(left.cmp(right)),
        (Integer(_) | Decimal(_) | Double(_), Integer(_) | Decimal(_) | Double(_)) => {
            left.to_double()?.partial_cmp(&right.to_double()?)
        }
        _ => return Err(ErrorCode::Xpty0004.into()),
    };
    Ok(comparison.holds(ordering))
}

/// Casts a text to `xs:boolean`.
pub(super) fn parse_boolean(text: &str) -> Result<bool, EvalError> {
    match text.trim_matches([' ', '\t', '\n', '\r']) {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ErrorCode::Forg0001.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn untyped(text: &str) -> Atomic<'_> {
        Atomic::Untyped(text.into())
    }

    #[test]
    fn untyped_against_number_is_compared_as_number() {
        assert_eq!(
            general(Comparison::Equal, &untyped("3.0"), &Atomic::Integer(3)),
            Ok(true)
        );
        assert_eq!(
            general(Comparison::Equal, &untyped("x"), &Atomic::Integer(3)),
            Err(ErrorCode::Forg0001.into())
        );
    }

    #[test]
    fn text_against_number_is_a_type_error() {
        let text = Atomic::String("3".into());
        assert_eq!(
            general(Comparison::Equal, &text, &Atomic::Integer(3)),
            Err(ErrorCode::Xpty0004.into())
        );
    }

    #[test]
    fn not_a_number_differs_from_itself() {
        let nan = Atomic::Double(f64::NAN);
        assert_eq!(general(Comparison::NotEqual, &nan, &nan), Ok(true));
        assert_eq!(general(Comparison::LessOrEqual, &nan, &nan), Ok(false));
    }
}
