//! The enumeration facet (part 2, section 4.3.5). A schema set has thousands of values in some hundred enumerations.

use serde::{Deserialize, Serialize};

use crate::texts::{Piece, Texts};

/// The enumerations of a schema, by number.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in crate::xsd) struct Enumerations {
    texts: Texts,
    /// For each enumeration its values as written, then in canonical form and sorted.
    values: Vec<Piece>,
    all: Vec<Enumeration>,
}

/// The places of the values of one enumeration.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Enumeration {
    first: u32,
    count: u32,
}

impl Enumerations {
    /// Takes the values of an enumeration, each as written and in canonical form; its number.
    pub(in crate::xsd) fn add<'v>(
        &mut self,
        values: impl Iterator<Item = (&'v str, impl AsRef<str>)>,
    ) -> u32 {
        let first = self.values.len() as u32;
        let mut keys = Vec::new();
        for (text, key) in values {
            let (piece, key) = (self.texts.add(text), key.as_ref());
            keys.push(if key == text { piece } else { self.texts.add(key) });
            self.values.push(piece);
        }
        keys.sort_unstable_by_key(|&key| self.texts.get(key));
        self.all.push(Enumeration { first, count: keys.len() as u32 });
        self.values.append(&mut keys);
        self.all.len() as u32 - 1
    }

    /// The values as written, for people.
    pub(in crate::xsd) fn values(&self, number: u32) -> impl Iterator<Item = &str> {
        let Enumeration { first, count } = self.all[number as usize];
        self.pieces(first, count).iter().map(|&piece| self.texts.get(piece))
    }

    /// Whether a value in canonical form is among those of an enumeration.
    pub(super) fn has(&self, number: u32, key: &str) -> bool {
        let Enumeration { first, count } = self.all[number as usize];
        self.pieces(first + count, count).binary_search_by(|&known| self.texts.get(known).cmp(key)).is_ok()
    }

    fn pieces(&self, first: u32, count: u32) -> &[Piece] {
        &self.values[first as usize..][..count as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_keys_and_shown_as_written() {
        let mut enumerations = Enumerations::default();
        let numbers = [("2.0", "2"), ("10", "10"), ("1", "1")];
        let words = [("b", "b"), ("a", "a")];
        assert_eq!(enumerations.add(numbers.into_iter()), 0);
        assert_eq!(enumerations.add(words.into_iter()), 1);
        assert_eq!(enumerations.values(0).collect::<Vec<_>>(), ["2.0", "10", "1"]);
        assert_eq!(enumerations.values(1).collect::<Vec<_>>(), ["b", "a"]);
        let found =
            |number| ["1", "10", "2", "2.0", "a", "b", "c", ""].map(|key| enumerations.has(number, key));
        assert_eq!(found(0), [true, true, true, false, false, false, false, false]);
        assert_eq!(found(1), [false, false, false, false, true, true, false, false]);
    }
}
