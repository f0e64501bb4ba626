//! Values that passed: identifiers of dictionaries stand in a document again and again.

use super::super::simple::SimpleId;

const SLOTS: usize = 64;

/// A few values that were found to be of a type, the last of each slot.
pub(super) struct Passed<'a>([Option<(SimpleId, &'a str)>; SLOTS]);

impl<'a> Passed<'a> {
    pub(super) fn new() -> Self {
        Self([None; SLOTS])
    }

    /// Where such a value is kept. Identifiers differ at their ends; shorter values are not worth remembering.
    pub(super) fn slot(id: SimpleId, text: &str) -> Option<usize> {
        let end = text.as_bytes().last_chunk().copied().map(u64::from_le_bytes)?;
        let mixed = (end ^ u64::from(id.0)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Some((mixed >> (u64::BITS - SLOTS.trailing_zeros())) as usize)
    }

    pub(super) fn has(&self, slot: usize, id: SimpleId, text: &str) -> bool {
        self.0[slot] == Some((id, text))
    }

    pub(super) fn keep(&mut self, slot: usize, id: SimpleId, text: &'a str) {
        self.0[slot] = Some((id, text));
    }
}
