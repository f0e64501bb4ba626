//! Names met before, found again without hashing their text.

use super::super::NameId;

/// A qualified name of at most sixteen bytes as two words; longer names have no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    low: u64,
    high: u64,
}

/// Bytes of a word that belong to a name, by their number.
const KEPT: [u64; 9] = {
    let mut masks = [0; 9];
    let mut length = 1;
    while length < 9 {
        masks[length] = u64::MAX >> (64 - 8 * length);
        length += 1;
    }
    masks
};

impl Key {
    /// The key of the name at `start..end`; `None` where it is too long or too near to the end of the file.
    #[inline]
    pub(super) fn new(bytes: &[u8], start: usize, end: usize) -> Option<Self> {
        let length = end - start;
        let words = bytes.get(start..)?.first_chunk::<16>()?;
        if length > 16 {
            return None;
        }
        let word = u128::from_le_bytes(*words);
        Some(Self {
            low: word as u64 & KEPT[length.min(8)],
            high: (word >> 64) as u64 & KEPT[length.saturating_sub(8)],
        })
    }

    /// Whether the bytes at `start` begin with the name, which has `length` bytes.
    #[inline]
    pub(super) fn begins(self, bytes: &[u8], start: usize, length: usize) -> bool {
        Self::new(bytes, start, start + length) == Some(self)
    }
}

/// What is remembered of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) id: NameId,
    /// Bit of the local name in the masks of elements.
    pub(super) bit: u64,
}

#[derive(Clone, Copy)]
struct Entry {
    key: Key,
    scope: u32,
    known: Known,
}

/// Slots of a cache; official documents use about a hundred names.
const SLOTS: usize = 256;

/// Resolved names by key and scope. A name that loses its slot to another is resolved anew.
pub(super) struct NameCache {
    slots: Box<[Entry; SLOTS]>,
}

impl NameCache {
    pub(super) fn new() -> Self {
        // No name is empty: an empty slot has the key of the empty name.
        let empty =
            Entry { key: Key { low: 0, high: 0 }, scope: 0, known: Known { id: NameId(u32::MAX), bit: 0 } };
        Self { slots: Box::new([empty; SLOTS]) }
    }

    fn slot(key: Key, scope: u32) -> usize {
        let mixed =
            (key.low ^ key.high.rotate_left(25) ^ u64::from(scope)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 56) as usize % SLOTS
    }

    #[inline]
    pub(super) fn get(&self, key: Key, scope: u32) -> Option<Known> {
        let entry = &self.slots[Self::slot(key, scope)];
        (entry.key == key && entry.scope == scope).then_some(entry.known)
    }

    pub(super) fn insert(&mut self, key: Key, scope: u32, known: Known) {
        self.slots[Self::slot(key, scope)] = Entry { key, scope, known };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_the_name_and_nothing_behind_it() {
        let text = b"templateId root=\"1\" and so on, far enough from the end";
        let key = Key::new(text, 0, 10).unwrap();
        assert_eq!(Key::new(b"templateId>.............", 0, 10), Some(key));
        assert_ne!(Key::new(b"templateIe>.............", 0, 10), Some(key));
        assert!(key.begins(text, 0, 10) && !key.begins(text, 1, 10));
        assert_eq!(Key::new(text, 0, 17), None);
        assert_eq!(Key::new(b"short", 0, 5), None, "too near to the end of the file");
        let full = Key::new(b"abcdefghijklmnop=", 0, 16).unwrap();
        assert_ne!(Key::new(b"abcdefghijklmnoq=", 0, 16), Some(full));
    }

    #[test]
    fn name_is_found_in_its_scope_only() {
        let mut cache = NameCache::new();
        let key = Key::new(b"a:b=................", 0, 3).unwrap();
        assert!(cache.get(key, 0).is_none());
        cache.insert(key, 0, Known { id: NameId(7), bit: 2 });
        assert_eq!(cache.get(key, 0).map(|known| known.id), Some(NameId(7)));
        assert!(cache.get(key, 1).is_none());
    }
}
