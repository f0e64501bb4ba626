//! What is known of every name of a vocabulary.

use super::names::{MOST_NAMES, Vocabulary};
use super::{Document, ExpandedName, NameId};

/// Something for each name of the documents of one reader, looked up once and kept from one document to the next.
#[derive(Debug)]
pub(crate) struct ByName<T> {
    vocabulary: Option<Vocabulary>,
    known: Vec<T>,
}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self { vocabulary: None, known: Vec::new() }
    }
}

impl<T> ByName<T> {
    /// What is known of a name of the document that was last learnt.
    #[inline(always)]
    pub(crate) fn get(&self, name: NameId) -> &T {
        &self.known[name.0 as usize]
    }

    /// Forgets everything unless it is about names of the document's vocabulary; answers whether it did.
    pub(crate) fn forget_others(&mut self, document: &Document<'_>) -> bool {
        let vocabulary = Some(document.vocabulary());
        let others = self.vocabulary != vocabulary;
        if others {
            self.vocabulary = vocabulary;
            self.known.clear();
            // What a document with very many names took is not kept.
            if self.known.capacity() > 2 * MOST_NAMES {
                self.known.shrink_to(MOST_NAMES);
            }
        }
        others
    }

    /// Looks those names of a document up that are new; answers whether there are any.
    pub(crate) fn learn<'d>(
        &mut self,
        document: &'d Document<'_>,
        mut look_up: impl FnMut(NameId, ExpandedName<'d>) -> T,
    ) -> bool {
        self.forget_others(document);
        let new = self.known.len() as u32..document.name_count() as u32;
        let any = !new.is_empty();
        self.known.extend(new.map(NameId).map(|id| look_up(id, document.expanded_name(id))));
        any
    }
}
