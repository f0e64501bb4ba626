//! What one document teaches about the next.

use std::fmt;
use std::sync::Arc;

use super::super::document::Document;
use super::super::names::{MOST_NAMES, Names};
use super::super::{Fault, Limits};
use super::names::NameCache;
use super::scopes::Scopes;
use super::shapes::Shapes;

/// Reads documents one after another, and is quicker with those that are written like earlier ones: it remembers names, what
/// they mean, and which attributes follow one another. What it reads is the same as what [`super::parse`] reads.
///
/// It remembers nothing else of a document, and no more than some hundred kilobytes.
///
/// ```
/// use semd_core::xml::{Limits, Reader};
///
/// let mut reader = Reader::new();
/// for text in ["<a b='1'/>", "<a b='2'/>"] {
///     let document = reader.read(text.as_bytes(), &Limits::default()).unwrap();
///     assert_eq!(document.local_name(document.root()), "a");
/// }
/// ```
#[derive(Default)]
pub struct Reader {
    /// `None` before the first document.
    learnt: Option<Learnt>,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.learnt.as_ref().map_or(0, |learnt| learnt.names.len());
        f.debug_struct("Reader").field("names", &names).finish_non_exhaustive()
    }
}

impl Reader {
    /// A reader that has not read anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads `bytes` as one XML document; see [`super::parse`].
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn read<'s>(&mut self, bytes: &'s [u8], limits: &Limits) -> Result<Document<'s>, Fault> {
        // What a broken document taught is forgotten.
        let (document, learnt) = super::read(bytes, limits, self.learnt.take().unwrap_or_default())?;
        self.learnt = Some(learnt).filter(|learnt| !learnt.is_full());
        Ok(document)
    }
}

/// Bytes of names that are remembered.
const MOST_BYTES: usize = 1 << 16;

/// What is remembered.
pub(super) struct Learnt {
    /// The documents share them.
    pub(super) names: Arc<Names>,
    pub(super) memory: Box<Memory>,
}

/// What names mean and where they stand, by the numbers of the names.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) scopes: Scopes,
    /// Official documents use some seventy names of elements and thirty of attributes, those of all kinds some three hundred.
    pub(super) elements: NameCache<512>,
    pub(super) attributes: NameCache<128>,
    pub(super) shapes: Shapes,
}

impl Default for Learnt {
    fn default() -> Self {
        Self { names: Arc::new(Names::new()), memory: Box::default() }
    }
}

impl Learnt {
    /// Whether documents would rather add to it than find something in it.
    fn is_full(&self) -> bool {
        self.names.len() > MOST_NAMES
            || self.names.bytes() > MOST_BYTES
            || self.memory.scopes.is_full()
            || self.memory.shapes.is_full()
    }
}
