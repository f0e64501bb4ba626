//! Values that passed: identifiers of dictionaries and structural codes stand in a document again and again.

use super::super::simple::SimpleId;
use crate::tail::{are_equal, tail};

const SLOTS: usize = 256;

/// A few values that were found to be of a type, the last of each slot.
pub(super) struct Passed<'a>(Box<[Value<'a>]>);

/// A value of a type. The last eight bytes, or all of them, stand beside it: most comparisons end there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Value<'a> {
    tail: u64,
    id: SimpleId,
    text: &'a str,
}

impl<'a> Value<'a> {
    #[inline]
    pub(super) fn new(id: SimpleId, text: &'a str) -> Self {
        Self { tail: tail(text.as_bytes()), id, text }
    }

    /// Identifiers differ at their ends.
    fn slot(&self) -> usize {
        let mixed = (self.tail ^ u64::from(self.id.0)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 32) as usize % SLOTS
    }

    fn is(&self, other: &Self) -> bool {
        let (tails, lengths) = ([self.tail, other.tail], [self.text.len(), other.text.len()]);
        self.id == other.id && are_equal(tails, lengths, || [self.text.as_bytes(), other.text.as_bytes()])
    }
}

impl<'a> Passed<'a> {
    pub(super) fn new() -> Self {
        let nothing = Value { tail: 0, id: SimpleId(u32::MAX), text: "" };
        Self(vec![nothing; SLOTS].into())
    }

    #[inline]
    pub(super) fn has(&self, value: &Value<'_>) -> bool {
        self.0[value.slot()].is(value)
    }

    pub(super) fn keep(&mut self, value: Value<'a>) {
        self.0[value.slot()] = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_text_of_the_same_type_has_passed() {
        let (one, other) = (SimpleId(1), SimpleId(2));
        let texts =
            ["", "a", "b", "ab", "\0a", "12345678", "012345678", "112345678", "1.2.643.5.1.13.13.11.1522"];
        for kept in texts {
            let mut passed = Passed::new();
            passed.keep(Value::new(one, kept));
            for text in texts {
                assert_eq!(passed.has(&Value::new(one, text)), text == kept, "{kept:?} and {text:?}");
                assert!(!passed.has(&Value::new(other, text)));
            }
        }
    }
}
