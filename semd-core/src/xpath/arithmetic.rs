//! Arithmetic of XPath 3.1, section 3.5: integers stay integers and overflow is an error, never a wrong number.

use super::ast::Operator;
use super::error::{ErrorCode, EvalError};
use super::value::Atomic;

/// Arithmetic on two atomic values (XPath 3.1, section 3.5).
pub(super) fn arithmetic(
    operator: Operator,
    left: &Atomic<'_>,
    right: &Atomic<'_>,
) -> Result<Atomic<'static>, EvalError> {
    use Atomic::{Decimal, Double, Integer};
    let number = |value: &Atomic<'_>| match value {
        Atomic::Untyped(_) => value.to_double().map(Double),
        Integer(value) => Ok(Integer(*value)),
        Decimal(value) => Ok(Decimal(*value)),
        Double(value) => Ok(Double(*value)),
        Atomic::String(_) | Atomic::Boolean(_) => Err(EvalError::from(ErrorCode::Xpty0004)),
    };
    let (left, right) = (number(left)?, number(right)?);
    if let (Integer(left), Integer(right)) = (&left, &right) {
        let result = match operator {
            Operator::Add => left.checked_add(*right),
            Operator::Subtract => left.checked_sub(*right),
            Operator::Multiply => left.checked_mul(*right),
            _ if *right == 0 => return Err(ErrorCode::Foar0001.into()),
            Operator::Divide => return Ok(Decimal(*left as f64 / *right as f64)),
            Operator::IntegerDivide => left.checked_div(*right),
            Operator::Modulo => left.checked_rem(*right),
        };
        return result.map(Integer).ok_or_else(|| ErrorCode::Foar0002.into());
    }
    let double = matches!(left, Double(_)) || matches!(right, Double(_));
    let (left, right) = (left.to_double()?, right.to_double()?);
    if right == 0.0
        && (operator == Operator::IntegerDivide
            || (!double && matches!(operator, Operator::Divide | Operator::Modulo)))
    {
        return Err(ErrorCode::Foar0001.into());
    }
    let result = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        Operator::Modulo => left % right,
        Operator::IntegerDivide => {
            let quotient = (left / right).trunc();
            if !quotient.is_finite() || quotient.abs() >= 9.2e18 {
                return Err(ErrorCode::Foar0002.into());
            }
            return Ok(Integer(quotient as i64));
        }
    };
    Ok(if double { Double(result) } else { Decimal(result) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_overflow_into_an_error() {
        let most = Atomic::Integer(i64::MAX);
        assert_eq!(
            arithmetic(Operator::Add, &most, &Atomic::Integer(1)),
            Err(ErrorCode::Foar0002.into())
        );
        assert_eq!(
            arithmetic(
                Operator::IntegerDivide,
                &Atomic::Integer(i64::MIN),
                &Atomic::Integer(-1)
            ),
            Err(ErrorCode::Foar0002.into())
        );
    }

    #[test]
    fn division_by_zero_is_an_error_except_for_doubles() {
        let (one, zero) = (Atomic::Integer(1), Atomic::Integer(0));
        assert_eq!(
            arithmetic(Operator::Divide, &one, &zero),
            Err(ErrorCode::Foar0001.into())
        );
        assert_eq!(
            arithmetic(Operator::Divide, &one, &Atomic::Double(0.0)),
            Ok(Atomic::Double(f64::INFINITY))
        );
    }

    #[test]
    fn untyped_is_a_number_and_text_is_not() {
        let two = Atomic::Integer(2);
        assert_eq!(
            arithmetic(Operator::Multiply, &Atomic::Untyped("1.5".into()), &two),
            Ok(Atomic::Double(3.0))
        );
        assert_eq!(
            arithmetic(Operator::Multiply, &Atomic::String("1.5".into()), &two),
            Err(ErrorCode::Xpty0004.into())
        );
    }
}
