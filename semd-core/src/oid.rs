//! Object identifiers in dotted form (ITU-T X.660): what most values of a document are, and the longest of those that
//! schemas and rules have patterns for.
//!
//! A table of a pattern takes a byte after another, each waiting for the one before. Here a text of up to 64 bytes is looked
//! at as sets of places: those of dots, of zeros, of digits.

use wide::u8x16;

const BLOCK: usize = 16;

/// Texts with a place for each byte in a set.
const SHORT: usize = u64::BITS as usize;

/// Identifiers with at least so many arcs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identifiers {
    /// One: `2` is an identifier.
    OfOneArc,
    OfTwoArcs,
}

/// Where a text read byte by byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Start,
    FirstArc,
    /// Behind a dot.
    Dot,
    /// Behind an arc that is zero.
    Zero,
    /// In an arc that is not.
    Digits,
    Wrong,
}

impl State {
    /// The first arc is 0 to 2; no other arc begins with zero, unless it is zero.
    pub(crate) fn then(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Start, b'0'..=b'2') => Self::FirstArc,
            (Self::FirstArc | Self::Zero | Self::Digits, b'.') => Self::Dot,
            (Self::Dot, b'0') => Self::Zero,
            (Self::Dot, b'1'..=b'9') | (Self::Digits, b'0'..=b'9') => Self::Digits,
            _ => Self::Wrong,
        }
    }
}

impl Identifiers {
    /// Whether a text that ends here is one.
    pub(crate) fn end_in(self, state: State) -> bool {
        match state {
            State::FirstArc => self == Self::OfOneArc,
            State::Zero | State::Digits => true,
            State::Start | State::Dot | State::Wrong => false,
        }
    }

    /// Whether a text is one.
    #[inline]
    pub(crate) fn contain(self, text: &[u8]) -> bool {
        match *text {
            [] => false,
            [first] => self == Self::OfOneArc && matches!(first, b'0'..=b'2'),
            [first, second, ..] if text.len() <= SHORT => {
                let Places { dots, zeros, digits } = Places::of(text);
                let all = u64::MAX >> (SHORT - text.len());
                // The last byte is no dot, a dot does not follow another, and a digit does not follow a zero behind a dot.
                let wrong = (dots & (dots << 1 | 1 << (text.len() - 1))) | (dots << 1 & zeros & digits >> 1);
                matches!(first, b'0'..=b'2') && second == b'.' && dots | digits == all && wrong == 0
            }
            _ => self.end_in(text.iter().fold(State::Start, |state, &byte| state.then(byte))),
        }
    }
}

/// Places in a text of at most [`SHORT`] bytes, a bit each.
#[derive(Default)]
struct Places {
    dots: u64,
    zeros: u64,
    /// With the zeros.
    digits: u64,
}

impl Places {
    #[inline(always)]
    fn of(text: &[u8]) -> Self {
        let mut places = Self::default();
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        let mut at = 0;
        for block in blocks {
            places.add(*block, at);
            at += BLOCK;
        }
        if let Some(last) = text.last_chunk() {
            // It may reach into the block before: those places are the same once more.
            places.add(*last, text.len() - BLOCK);
        } else {
            let mut block = [0; BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            places.add(block, 0);
        }
        places
    }

    #[inline(always)]
    fn add(&mut self, block: [u8; BLOCK], at: usize) {
        let block = u8x16::new(block);
        let set = |marked: u8x16| u64::from(marked.to_bitmask()) << at;
        self.dots |= set(block.simd_eq(u8x16::splat(b'.')));
        self.zeros |= set(block.simd_eq(u8x16::splat(b'0')));
        let value = block - u8x16::splat(b'0');
        self.digits |= set(value.min(u8x16::splat(9)).simd_eq(value));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one_by_one(identifiers: Identifiers, text: &str) -> bool {
        identifiers.end_in(text.bytes().fold(State::Start, State::then))
    }

    proptest! {
        #[test]
        fn places_tell_what_bytes_tell(text in "[0-3](\\.?[0-9./:]{0,12}){0,12}|[0-2](\\.(0|[1-9][0-9]{0,5})){0,20}[.x0]?") {
            for identifiers in [Identifiers::OfOneArc, Identifiers::OfTwoArcs] {
                prop_assert_eq!(identifiers.contain(text.as_bytes()), one_by_one(identifiers, &text), "{}", text);
            }
        }
    }

    #[test]
    fn every_byte_at_every_place_is_looked_at() {
        let identifier = "1.2.643.5.1.13.13.12.2.77.7973.100.1.1.51.20.30.405.6070.80.90.1000";
        for length in 1..identifier.len() {
            for place in 0..length {
                for byte in (0..0x80).map(char::from) {
                    let mut text = identifier[..length].to_owned();
                    text.replace_range(place..place + 1, &byte.to_string());
                    for identifiers in [Identifiers::OfOneArc, Identifiers::OfTwoArcs] {
                        let expected = one_by_one(identifiers, &text);
                        assert_eq!(identifiers.contain(text.as_bytes()), expected, "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn identifiers_have_no_empty_arcs_and_no_leading_zeros() {
        let good = ["1.2", "0.0", "2.16.840.1.113883.5.111", "1.2.643.5.1.13.13.11.1040"];
        assert!(good.iter().all(|text| Identifiers::OfTwoArcs.contain(text.as_bytes())));
        let wrong = [
            "",
            ".",
            "3",
            "3.1",
            "12.1",
            "1.",
            ".1",
            "1..2",
            "1.02",
            "1.00",
            "1.2 ",
            "1.2.a",
            "1.2.0643.5.1.13.13.11",
        ];
        assert!(wrong.iter().all(|text| !Identifiers::OfOneArc.contain(text.as_bytes())));
        assert!(Identifiers::OfOneArc.contain(b"2") && !Identifiers::OfTwoArcs.contain(b"2"));
    }
}
