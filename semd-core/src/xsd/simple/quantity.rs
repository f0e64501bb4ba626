//! Values that bounds compare.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::instant::Instant;
use super::{Primitive, number};

/// A value of an ordered type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::xsd) enum Quantity {
    Decimal(Box<str>),
    Double(f64),
    Instant(Instant),
}

impl Quantity {
    /// Reads a normalised text; `None` where the type has no order or the text is no value of it.
    pub(in crate::xsd) fn parse(primitive: Primitive, text: &str) -> Option<Self> {
        match primitive {
            Primitive::Decimal => number::parse(text).map(|_| Self::Decimal(text.into())),
            Primitive::Float | Primitive::Double => number::parse_double(text).map(Self::Double),
            _ if primitive.is_instant() => Instant::parse(primitive, text).map(Self::Instant),
            _ => None,
        }
    }

    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Decimal(a), Self::Decimal(b)) => Some(number::parse(a)?.compare(&number::parse(b)?)),
            (Self::Double(a), Self::Double(b)) => a.partial_cmp(b),
            (Self::Instant(a), Self::Instant(b)) => a.compare(b),
            _ => None,
        }
    }
}
