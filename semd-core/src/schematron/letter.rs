//! The letters of the automaton of contexts: what is known of a node without asking it.

use std::hash::{Hash, Hasher};

use crate::xml::Signature;

/// Kind and name of the next node, and what its children and attributes are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) kind: Kind,
    /// Symbol of the name; 0 for a text.
    pub(super) symbol: u32,
    pub(super) signature: Signature,
}

impl Letter {
    pub(super) const TEXT: Self = Self { kind: Kind::Text, symbol: 0, signature: Signature::NOTHING };

    #[inline]
    pub(super) fn element(symbol: u32, signature: Signature) -> Self {
        Self { kind: Kind::Element, symbol, signature }
    }

    /// A number that differs for most letters and places.
    #[inline(always)]
    pub(super) fn mixed_with(self, place: u32) -> u64 {
        let place = (self.name() << 32 | u64::from(place)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.signature.mixed_with(place) >> 40
    }

    /// Kind and name in one number.
    #[inline(always)]
    fn name(self) -> u64 {
        u64::from(self.symbol) << 2 | self.kind as u64
    }

    #[inline]
    pub(super) fn attribute(symbol: u32) -> Self {
        Self { kind: Kind::Attribute, symbol, signature: Signature::NOTHING }
    }
}

impl Hash for Letter {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.name());
        self.signature.hash(state);
    }
}

/// What a node is to the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Element,
    Attribute,
    Text,
}
