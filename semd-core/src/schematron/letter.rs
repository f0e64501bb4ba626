//! The letters of the automaton of contexts: what is known of a node without asking it.

use std::hash::{Hash, Hasher};

use crate::xml::Signature;

/// Kind and name of the next node, and what its children and attributes are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    /// Symbol of the name, and the kind in the lowest bits: letters are compared for every node.
    name: u32,
    pub(super) signature: Signature,
}

/// Bits of the kind. There are far fewer symbols than bytes in a rule file.
const KIND_BITS: u32 = 2;

impl Letter {
    pub(super) const TEXT: Self = Self { name: Kind::Text as u32, signature: Signature::NOTHING };

    #[inline]
    pub(super) fn element(symbol: u32, signature: Signature) -> Self {
        Self { name: symbol << KIND_BITS | Kind::Element as u32, signature }
    }

    #[inline]
    pub(super) fn attribute(symbol: u32) -> Self {
        Self { name: symbol << KIND_BITS | Kind::Attribute as u32, signature: Signature::NOTHING }
    }

    pub(super) fn kind(self) -> Kind {
        match self.name & ((1 << KIND_BITS) - 1) {
            0 => Kind::Element,
            1 => Kind::Attribute,
            _ => Kind::Text,
        }
    }

    /// Symbol of the name; 0 for a text.
    pub(super) fn symbol(self) -> u32 {
        self.name >> KIND_BITS
    }

    /// A number that differs for most letters and places.
    #[inline(always)]
    pub(super) fn mixed_with(self, place: u32) -> u64 {
        let place = (u64::from(self.name) << 32 | u64::from(place)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.signature.mixed_with(place)
    }
}

impl Hash for Letter {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.name);
        self.signature.hash(state);
    }
}

/// What a node is to the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Element = 0,
    Attribute = 1,
    Text = 2,
}
