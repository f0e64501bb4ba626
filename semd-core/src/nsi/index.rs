//! Finding rows by the value of a column.

use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::fast::RandomState;

use super::decode::NO_TEXT;

/// Rows of one column sorted by value, and a hash table over the distinct values. Made on the first search in the column.
#[derive(Debug)]
pub(super) struct Index {
    /// Rows that have a value, sorted by it, then by their order in the dictionary.
    rows: Box<[u32]>,
    /// For each slot the place in `rows` where a value begins, or [`EMPTY`].
    slots: Box<[u32]>,
}

const EMPTY: u32 = u32::MAX;

impl Index {
    /// The index over a column; `text` gives the text of a number. Equal texts have equal numbers.
    pub(super) fn new<'t>(column: &[u32], text: impl Fn(u32) -> &'t str, hasher: &RandomState) -> Self {
        let mut rows: Vec<u32> =
            (0..column.len() as u32).filter(|&row| column[row as usize] != NO_TEXT).collect();
        rows.sort_by_key(|&row| column[row as usize]);
        let starts = (0..rows.len())
            .filter(|&at| at == 0 || column[rows[at] as usize] != column[rows[at - 1] as usize]);
        let starts: Vec<usize> = starts.collect();
        // At most half full, so that searches end soon at an empty slot.
        let mut slots = vec![EMPTY; (2 * starts.len()).next_power_of_two()].into_boxed_slice();
        for start in starts {
            let mut slot = slot(hasher, text(column[rows[start] as usize]), slots.len());
            while slots[slot] != EMPTY {
                slot = (slot + 1) & (slots.len() - 1);
            }
            slots[slot] = start as u32;
        }
        Self { rows: rows.into(), slots }
    }

    /// The places of the rows with a value, to be read with [`Index::row`].
    pub(super) fn find<'t>(
        &self,
        value: &str,
        column: &[u32],
        text: impl Fn(u32) -> &'t str,
        hasher: &RandomState,
    ) -> Range<usize> {
        let mut slot = slot(hasher, value, self.slots.len());
        while self.slots[slot] != EMPTY {
            let start = self.slots[slot] as usize;
            let number = column[self.rows[start] as usize];
            if text(number) == value {
                let same = self.rows[start..].iter().take_while(|&&row| column[row as usize] == number);
                return start..start + same.count();
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        0..0
    }

    /// The row at a place.
    pub(super) fn row(&self, place: usize) -> usize {
        self.rows[place] as usize
    }
}

fn slot(hasher: &RandomState, text: &str, slots: usize) -> usize {
    hasher.hash_one(text) as usize & (slots - 1)
}
