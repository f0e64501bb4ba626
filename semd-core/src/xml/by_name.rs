//! What is known of every name of a vocabulary.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::names::{MOST_NAMES, Vocabulary};
use super::{Document, ExpandedName, NameId};

/// Something for each name of the documents of one vocabulary, looked up once and kept from one document to the next by
/// [`Bindings`].
#[derive(Debug)]
pub(crate) struct ByName<T>(Vec<T>);

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> ByName<T> {
    /// What is known of a name of the document that was last learnt.
    #[inline(always)]
    pub(crate) fn get(&self, name: NameId) -> &T {
        &self.0[name.0 as usize]
    }

    /// Looks those names of a document up that are new; answers whether there are any.
    pub(crate) fn learn<'d>(
        &mut self,
        document: &'d Document<'_>,
        mut look_up: impl FnMut(NameId, ExpandedName<'d>) -> T,
    ) -> bool {
        let new = self.0.len() as u32..document.name_count() as u32;
        let any = !new.is_empty();
        self.0.extend(new.map(NameId).map(|id| look_up(id, document.expanded_name(id))));
        any
    }
}

/// What was looked up of names, for each vocabulary by itself. Readers number names independently, and there are as many of them as
/// documents are read at the same time.
pub(crate) struct Bindings<B>(Mutex<Vec<(Vocabulary, B)>>);

/// Vocabularies that are kept; of some kilobytes each.
const MOST_KEPT: usize = 32;

impl<B: Default> Bindings<B> {
    /// What is known of the names of a document, as far as documents of its vocabulary were looked at before.
    pub(crate) fn take(&self, document: &Document<'_>) -> B {
        let mut kept = self.kept();
        let at = kept.iter().rposition(|(known, _)| *known == document.vocabulary());
        at.map(|at| kept.remove(at).1).unwrap_or_default()
    }

    /// Keeps it for the next document.
    pub(crate) fn give_back(&self, document: &Document<'_>, binding: B) {
        // What a document with very many names took is not kept.
        if document.name_count() > 2 * MOST_NAMES {
            return;
        }
        let mut kept = self.kept();
        if kept.len() >= MOST_KEPT {
            // The one that was not asked for the longest.
            kept.remove(0);
        }
        kept.push((document.vocabulary(), binding));
    }

    fn kept(&self) -> MutexGuard<'_, Vec<(Vocabulary, B)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B> Default for Bindings<B> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<B> fmt::Debug for Bindings<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bindings").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, Reader};
    use super::*;

    #[test]
    fn each_vocabulary_gets_its_own_and_the_oldest_goes() {
        let bindings = Bindings::<u32>::default();
        let mut readers: Vec<Reader> = (0..=MOST_KEPT).map(|_| Reader::new()).collect();
        let mut each = |numbers: std::ops::Range<usize>, wanted: fn(u32) -> u32| {
            for number in numbers {
                let document = readers[number].read(b"<a/>", &Limits::default()).unwrap();
                let binding = bindings.take(&document);
                assert_eq!(binding, wanted(number as u32));
                bindings.give_back(&document, number as u32 + 1);
            }
        };
        each(0..MOST_KEPT, |_| 0);
        each(0..MOST_KEPT, |number| number + 1);
        // One more takes the place of the first.
        each(MOST_KEPT..MOST_KEPT + 1, |_| 0);
        each(1..MOST_KEPT, |number| number + 1);
        each(0..1, |_| 0);
    }

    #[test]
    fn nothing_is_kept_of_very_many_names() {
        let bindings = Bindings::<u32>::default();
        let names: String = (0..=2 * MOST_NAMES).map(|number| format!("<a{number}/>")).collect();
        let text = format!("<a>{names}</a>");
        let mut reader = Reader::new();
        let document = reader.read(text.as_bytes(), &Limits::default()).unwrap();
        bindings.give_back(&document, 1);
        assert_eq!(bindings.take(&document), 0);
    }
}
