//! Names of documents, interned while they are read.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::signature::Signature;

/// Hash maps keyed by foreign text: fast, and seeded per process against planned collisions.
pub(super) type TextMap<K, V> = HashMap<K, V, RandomState>;

/// Index of an expanded name among those of a document. Equal ids are equal names. Documents of different readers number their names
/// differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(pub u32);

/// A name with its namespace resolved (Namespaces in XML 1.0, section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExpandedName<'a> {
    /// Namespace name, empty when the name is in no namespace.
    pub namespace: &'a str,
    /// Local part.
    pub local: &'a str,
}

/// Bit of a local name in the masks of [`super::Element`]. Different names may share a bit: the masks only exclude.
pub fn name_bit(local: &str) -> u64 {
    // FNV-1a, folded: stable between runs, because compiled packages store masks.
    let hash = local.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    1 << ((hash ^ (hash >> 29)) & 63)
}

#[derive(Clone, Copy, Debug)]
struct Name {
    namespace: u32,
    /// Bytes of the local part in [`Names::texts`].
    start: u32,
    end: u32,
    bit: u64,
    signature: Signature,
}

/// Names that are remembered from one document to the next. The official documents of all kinds have some three hundred.
pub(super) const MOST_NAMES: usize = 4096;

/// Tells tables of names apart, also those that grew from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vocabulary(u64);

impl Vocabulary {
    fn new() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        Self(MADE.fetch_add(1, Ordering::Relaxed))
    }
}

/// Names and namespaces, each with a number. A name keeps its number as long as the table lives.
#[derive(Debug)]
pub(super) struct Names {
    vocabulary: Vocabulary,
    names: Vec<Name>,
    /// The local parts, one behind the other.
    texts: String,
    by_name: HashTable<NameId>,
    hasher: RandomState,
    namespaces: Vec<Box<str>>,
    by_namespace: TextMap<Box<str>, u32>,
    /// Bytes of all namespaces.
    namespace_bytes: usize,
}

impl Clone for Names {
    /// From here on the copy may get other names than this table under the same numbers: it is another vocabulary.
    fn clone(&self) -> Self {
        Self {
            vocabulary: Vocabulary::new(),
            names: self.names.clone(),
            texts: self.texts.clone(),
            by_name: self.by_name.clone(),
            hasher: self.hasher.clone(),
            namespaces: self.namespaces.clone(),
            by_namespace: self.by_namespace.clone(),
            namespace_bytes: self.namespace_bytes,
        }
    }
}

impl Names {
    /// Namespace index of "no namespace".
    pub(super) const NO_NAMESPACE: u32 = 0;
    /// Namespace index of the prefix `xml`.
    pub(super) const XML_NAMESPACE: u32 = 1;

    pub(super) fn new() -> Self {
        let mut names = Self {
            vocabulary: Vocabulary::new(),
            names: Vec::with_capacity(128),
            texts: String::with_capacity(2048),
            by_name: HashTable::with_capacity(128),
            hasher: RandomState::default(),
            namespaces: Vec::new(),
            by_namespace: TextMap::default(),
            namespace_bytes: 0,
        };
        names.add_namespace("");
        names.add_namespace(super::XML);
        names
    }

    pub(super) fn vocabulary(&self) -> Vocabulary {
        self.vocabulary
    }

    /// The id of a name. The table, which documents share, is copied only for a name that is new.
    pub(super) fn intern(this: &mut Arc<Self>, namespace: u32, local: &str) -> NameId {
        match this.find_in(namespace, local) {
            Some(known) => known,
            None => Arc::make_mut(this).add(namespace, local),
        }
    }

    /// The index of a namespace; see [`Names::intern`].
    pub(super) fn intern_namespace(this: &mut Arc<Self>, uri: &str) -> u32 {
        match this.find_namespace(uri) {
            Some(known) => known,
            None => Arc::make_mut(this).add_namespace(uri),
        }
    }

    fn add(&mut self, namespace: u32, local: &str) -> NameId {
        let id = NameId(self.names.len() as u32);
        let start = self.texts.len() as u32;
        self.texts.push_str(local);
        let signature = Signature::of_name(self.namespace(namespace), local);
        let (end, bit) = (self.texts.len() as u32, name_bit(local));
        self.names.push(Name { namespace, start, end, bit, signature });
        let (names, texts, hasher) = (&self.names, &self.texts, &self.hasher);
        let hash = |id: &NameId| {
            let name = &names[id.0 as usize];
            hasher.hash_one((name.namespace, &texts[name.start as usize..name.end as usize]))
        };
        self.by_name.insert_unique(hash(&id), id, hash);
        id
    }

    fn add_namespace(&mut self, uri: &str) -> u32 {
        let index = self.namespaces.len() as u32;
        self.namespaces.push(uri.into());
        self.by_namespace.insert(uri.into(), index);
        self.namespace_bytes += uri.len();
        index
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Bytes of all local parts and namespaces.
    pub(super) fn bytes(&self) -> usize {
        self.texts.len() + self.namespace_bytes
    }

    pub(super) fn local(&self, id: NameId) -> &str {
        let name = &self.names[id.0 as usize];
        &self.texts[name.start as usize..name.end as usize]
    }

    /// Bit of the local part in the masks of elements.
    #[inline(always)]
    pub(super) fn bit(&self, id: NameId) -> u64 {
        self.names[id.0 as usize].bit
    }

    /// The number of a name in signatures of elements.
    #[inline(always)]
    pub(super) fn signature(&self, id: NameId) -> Signature {
        self.names[id.0 as usize].signature
    }

    /// The namespace of a name.
    pub(super) fn namespace_of(&self, id: NameId) -> &str {
        self.namespace(self.names[id.0 as usize].namespace)
    }

    pub(super) fn namespace(&self, index: u32) -> &str {
        &self.namespaces[index as usize]
    }

    pub(super) fn find(&self, namespace: &str, local: &str) -> Option<NameId> {
        self.find_in(self.find_namespace(namespace)?, local)
    }

    fn find_namespace(&self, uri: &str) -> Option<u32> {
        match uri {
            // Attributes are asked for again and again, and nearly all are in no namespace.
            "" => Some(Self::NO_NAMESPACE),
            _ => self.by_namespace.get(uri).copied(),
        }
    }

    fn find_in(&self, namespace: u32, local: &str) -> Option<NameId> {
        let same = |&id: &NameId| self.names[id.0 as usize].namespace == namespace && self.local(id) == local;
        self.by_name.find(self.hasher.hash_one((namespace, local)), same).copied()
    }
}

/// The characters up to a delimiter of names; whether they are a name is checked when the name is met for the first time.
pub(super) fn name_at(source: &str, at: usize) -> &str {
    &source[at..super::runs::name_end(source.as_bytes(), at)]
}
