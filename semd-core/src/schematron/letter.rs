//! The letters of the automaton of contexts: what is known of a node without asking it.

use std::hash::{Hash, Hasher};

use crate::xpath::Masks;

/// Kind, name and masks of the next node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) kind: Kind,
    /// Symbol of the name; 0 for a text.
    pub(super) symbol: u32,
    pub(super) masks: Masks,
}

impl Letter {
    pub(super) const TEXT: Self = Self { kind: Kind::Text, symbol: 0, masks: Masks::LEAF };

    #[inline]
    pub(super) fn element(symbol: u32, masks: Masks) -> Self {
        Self { kind: Kind::Element, symbol, masks }
    }

    #[inline]
    pub(super) fn attribute(symbol: u32) -> Self {
        Self { kind: Kind::Attribute, symbol, masks: Masks::LEAF }
    }
}

impl Hash for Letter {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from(self.symbol) << 2 | self.kind as u64);
        state.write_u64(self.masks.children);
        state.write_u64(self.masks.attributes);
    }
}

/// What a node is to the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Element,
    Attribute,
    Text,
}
