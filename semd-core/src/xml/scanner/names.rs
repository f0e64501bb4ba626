//! Names met before, found again without hashing their text.

use super::super::NameId;
use super::super::runs::NEAR;
use super::super::signature::Signature;
use super::scopes::{Scope, ScopeSet};
use crate::cuckoo;

/// The longest name that has a key, bytes.
pub(super) const LONGEST: usize = 24;

/// A qualified name of at most [`LONGEST`] bytes as words; longer names have no key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key(u64, u64, u64);

impl PartialEq for Key {
    /// Word by word, without a branch between them: compared as an array, the key would go through memory first.
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        (self.0 ^ other.0) | (self.1 ^ other.1) | (self.2 ^ other.2) == 0
    }
}

impl Eq for Key {}

/// Bits of the words that belong to a name, by its length.
const KEPT: [[u64; LONGEST / 8]; LONGEST + 1] = {
    let mut masks = [[0; LONGEST / 8]; LONGEST + 1];
    let mut length = 0;
    while length <= LONGEST {
        let mut byte = 0;
        while byte < length {
            masks[length][byte / 8] |= 0xFF << (8 * (byte % 8));
            byte += 1;
        }
        length += 1;
    }
    masks
};

impl Key {
    /// The key of a place that holds no name: no name is empty.
    pub(super) const NONE: Self = Self(0, 0, 0);

    /// The key of the name at `start..end`; `None` where it is too long or too near to the end of the file.
    #[inline]
    pub(super) fn new(bytes: &[u8], start: usize, end: usize) -> Option<Self> {
        Self::of_name(bytes.get(start..)?.first_chunk()?, end - start)
    }

    /// The key of the first `length` bytes. A key ends in zeros: what ends so itself has none.
    #[inline(always)]
    pub(super) fn of_name(bytes: &[u8; NEAR], length: usize) -> Option<Self> {
        let last = *bytes.get(length.checked_sub(1)?)?;
        if last == 0 { None } else { Self::begin(bytes, length) }
    }

    /// The key of the first `length` bytes, the last of which is not zero.
    #[inline(always)]
    pub(super) fn begin(bytes: &[u8; NEAR], length: usize) -> Option<Self> {
        let kept = KEPT.get(length)?;
        let (words, _) = bytes.as_chunks::<8>();
        let word = |at: usize| u64::from_le_bytes(words[at]) & kept[at];
        Some(Self(word(0), word(1), word(2)))
    }

    /// A number for the places of the name.
    #[inline(always)]
    fn mixed(self) -> u64 {
        let Self(a, b, c) = self;
        (a ^ b.rotate_left(25) ^ c.rotate_left(43)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
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
    /// What it adds to signatures.
    pub(super) signature: Signature,
}

#[derive(Clone, Copy)]
struct Entry {
    key: Key,
    /// Where the name means what it means; nowhere in a place that holds no name.
    scopes: ScopeSet,
    signature: Signature,
    id: u16,
    /// Place of the bit.
    bit: u8,
}

impl Entry {
    const EMPTY: Self =
        Self { key: Key::NONE, scopes: ScopeSet::NONE, signature: Signature::NOTHING, id: 0, bit: 0 };
}

impl cuckoo::Entry for Entry {
    fn is_free(&self) -> bool {
        self.key == Key::NONE
    }

    fn mixed(&self) -> u64 {
        self.key.mixed()
    }
}

/// Resolved names by key and scope. A name that is forgotten is resolved anew.
pub(super) struct NameCache<const SLOTS: usize>(Vec<Entry>);

impl<const SLOTS: usize> Default for NameCache<SLOTS> {
    fn default() -> Self {
        Self(vec![Entry::EMPTY; SLOTS])
    }
}

impl<const SLOTS: usize> NameCache<SLOTS> {
    #[inline(always)]
    pub(super) fn get(&self, key: Key, scope: Scope) -> Option<Known> {
        self.get_in(key, scope.set())
    }

    /// As [`Self::get`], with the scope as a set.
    #[inline(always)]
    pub(super) fn get_in(&self, key: Key, set: ScopeSet) -> Option<Known> {
        for place in cuckoo::places(key.mixed(), SLOTS) {
            let entry = self.0.get(place)?;
            if entry.key == key && entry.scopes.contains(set) {
                let (id, signature) = (NameId(u32::from(entry.id)), entry.signature);
                return Some(Known { id, bit: 1 << (entry.bit & 63), signature });
            }
        }
        None
    }

    pub(super) fn insert(&mut self, key: Key, scope: Scope, known: Known) {
        // Documents with more names than that are not slow for the lack of a cache alone.
        let Ok(id) = u16::try_from(known.id.0) else { return };
        for place in cuckoo::places(key.mixed(), SLOTS) {
            let entry = &mut self.0[place];
            if entry.key == key && entry.id == id {
                return entry.scopes.add(scope.set());
            }
        }
        let (bit, signature) = (known.bit.trailing_zeros() as u8, known.signature);
        cuckoo::put(&mut self.0, Entry { key, scopes: scope.set(), signature, id, bit });
    }
}

#[cfg(test)]
mod tests {
    use super::super::Binding;
    use super::super::scopes::Scopes;
    use super::*;

    fn known(id: u32) -> Known {
        Known { id: NameId(id), bit: 1 << (id % 64), signature: Signature::of_name("", &id.to_string()) }
    }

    #[test]
    fn key_is_the_name_and_nothing_behind_it() {
        let text = b"templateId root=\"1\" and so on, far enough from the end";
        let key = Key::new(text, 0, 10).unwrap();
        assert_eq!(Key::new(b"templateId>.....................", 0, 10), Some(key));
        assert_ne!(Key::new(b"templateIe>.....................", 0, 10), Some(key));
        assert!(key.begins(text, 0, 10) && !key.begins(text, 1, 10));
        assert_eq!(Key::new(text, 0, 25), None);
        assert_eq!(Key::new(b"short", 0, 5), None, "too near to the end of the file");
        assert_eq!(Key::new(b"e\0..............................", 0, 2), None, "it would be the key of `e`");
        assert_eq!(Key::new(text, 0, 0), None);
        for length in 1..=LONGEST {
            let mut name = [b'a'; NEAR];
            let full = Key::new(&name, 0, length).unwrap();
            name[length] = b'b';
            assert_eq!(Key::new(&name, 0, length), Some(full));
            name[length - 1] = b'b';
            assert_ne!(Key::new(&name, 0, length), Some(full));
        }
    }

    #[test]
    fn name_is_found_in_its_scopes_only() {
        let mut cache = NameCache::<64>::default();
        let mut scopes = Scopes::default();
        let mut enter = |namespace| scopes.enter(Scope::OUTERMOST, &[Binding { prefix: "a", namespace }]);
        let [one, two, three] = [1, 2, 3].map(&mut enter);
        assert!(cache.get(Key::NONE, one).is_none(), "a place without a name is no name");
        let key = Key::new(b"a:b=............................", 0, 3).unwrap();
        assert!(cache.get(key, one).is_none());
        let insert = |cache: &mut NameCache<64>, scope, id| {
            cache.insert(key, scope, known(id));
            let found = cache.get(key, scope).unwrap();
            let given = known(id);
            assert_eq!((found.id, found.bit, found.signature), (given.id, given.bit, given.signature));
        };
        insert(&mut cache, one, 7);
        assert!(cache.get(key, two).is_none() && cache.get(key, Scope::EVERYWHERE).is_none());
        insert(&mut cache, two, 7);
        assert!(cache.get(key, one).is_some() && cache.get(key, three).is_none());
        insert(&mut cache, three, 8);
        assert_eq!(cache.get(key, one).map(|known| known.id), Some(NameId(7)));
        for (scope, id) in (4..60).map(|namespace| (enter(namespace), namespace + 100)) {
            insert(&mut cache, scope, id);
        }
        assert!(cache.get(key, one).is_none(), "later names have taken both places");
        cache.insert(key, one, known(1 << 16));
        assert!(cache.get(key, one).is_none(), "the id has no room");
    }

    #[test]
    fn name_that_means_the_same_everywhere_is_found_in_every_scope() {
        let mut cache = NameCache::<64>::default();
        let key = Key::new(b"code=...........................", 0, 4).unwrap();
        cache.insert(key, Scope::EVERYWHERE, known(3));
        assert!(cache.get(key, Scope::EVERYWHERE).is_some() && cache.get(key, Scope::OUTERMOST).is_some());
    }
}
