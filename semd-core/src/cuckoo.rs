//! Tables of what was met before, in which every entry has two places to be in (cuckoo hashing).
//!
//! A few entries that stand in one another's way would otherwise be forgotten and found out again all the time, however empty
//! the rest of the table is.

/// Entries that move to make room for one. In a table that is half full it is rarely more than two.
const MOST_MOVES: usize = 8;

/// Something with a place in a table.
pub(crate) trait Entry {
    /// Whether the place holds nothing.
    fn is_free(&self) -> bool;

    /// A number whose higher bits are mixed well: it tells where the entry may be.
    fn mixed(&self) -> u64;
}

/// Where an entry with this number may be in a table of so many places, up to 4096.
#[inline(always)]
pub(crate) fn places(mixed: u64, count: usize) -> [usize; 2] {
    [(mixed >> 52) as usize % count, (mixed >> 40) as usize % count]
}

/// Puts an entry into a table and answers where. An entry in its way goes to its other place, if need be at the expense of
/// another one; what has nowhere to go is forgotten.
pub(crate) fn put<E: Entry>(table: &mut [E], entry: E) -> usize {
    let count = table.len();
    let [first, second] = places(entry.mixed(), count);
    let place = if table[first].is_free() || !table[second].is_free() { first } else { second };
    let mut moved = std::mem::replace(&mut table[place], entry);
    let mut at = place;
    for _ in 0..MOST_MOVES {
        if moved.is_free() {
            break;
        }
        let [one, other] = places(moved.mixed(), count);
        at = if at == one { other } else { one };
        if at == place {
            break;
        }
        std::mem::swap(&mut moved, &mut table[at]);
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Entry for u64 {
        fn is_free(&self) -> bool {
            *self == 0
        }

        fn mixed(&self) -> u64 {
            self.wrapping_mul(0x9E37_79B9_7F4A_7C15)
        }
    }

    fn has(table: &[u64], entry: u64) -> bool {
        places(entry.mixed(), table.len()).iter().any(|&place| table[place] == entry)
    }

    #[test]
    fn entries_make_room_for_one_another() {
        let mut table = [0; 64];
        for entry in 1..=24 {
            let place = put(&mut table, entry);
            assert_eq!(table[place], entry);
        }
        assert!((1..=24).all(|entry| has(&table, entry)), "{table:?}");
    }

    #[test]
    fn the_last_entry_is_kept_when_there_is_no_room() {
        let mut table = [0; 64];
        for entry in 1..1000 {
            put(&mut table, entry);
            assert!(has(&table, entry));
        }
        assert!(
            table
                .iter()
                .enumerate()
                .all(|(at, entry)| *entry == 0 || places(entry.mixed(), 64).contains(&at))
        );
        let kept = table.iter().filter(|entry| **entry != 0).count();
        assert!(kept > 56, "{kept}");
    }

    #[test]
    fn entries_of_the_same_two_places_take_turns() {
        struct Twin(u64);
        impl Entry for Twin {
            fn is_free(&self) -> bool {
                self.0 == 0
            }
            fn mixed(&self) -> u64 {
                1 << 52 | 2 << 40
            }
        }
        let mut table = [0, 0, 0, 0].map(Twin);
        for entry in 1..10 {
            let place = put(&mut table, Twin(entry));
            assert_eq!(table[place].0, entry);
            let twins: Vec<u64> = table.iter().map(|twin| twin.0).filter(|&twin| twin != 0).collect();
            assert_eq!(twins.len() as u64, entry.min(2));
        }
    }
}
