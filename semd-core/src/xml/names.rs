//! Names of one document, interned while it is read.

use std::collections::HashMap;

/// Hash maps keyed by foreign text: fast, and seeded per process against planned collisions.
pub(super) type TextMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// Index of an expanded name in one document. Equal ids are equal names; ids of two documents are unrelated.
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

#[derive(Clone, Debug)]
pub(super) struct Name<'s> {
    pub(super) namespace: u32,
    pub(super) local: &'s str,
    pub(super) bit: u64,
}

/// The names and namespaces of one document.
#[derive(Clone, Debug)]
pub(super) struct Names<'s> {
    names: Vec<Name<'s>>,
    by_name: TextMap<(u32, &'s str), NameId>,
    namespaces: Vec<Box<str>>,
    by_namespace: TextMap<Box<str>, u32>,
}

impl<'s> Names<'s> {
    /// Namespace index of "no namespace".
    pub(super) const NO_NAMESPACE: u32 = 0;
    /// Namespace index of the prefix `xml`.
    pub(super) const XML_NAMESPACE: u32 = 1;

    pub(super) fn new() -> Self {
        let mut names = Self {
            names: Vec::with_capacity(128),
            by_name: TextMap::with_capacity_and_hasher(128, Default::default()),
            namespaces: Vec::new(),
            by_namespace: TextMap::default(),
        };
        names.intern_namespace("");
        names.intern_namespace(super::XML);
        names
    }

    pub(super) fn intern(&mut self, namespace: u32, local: &'s str) -> NameId {
        let names = &mut self.names;
        *self.by_name.entry((namespace, local)).or_insert_with(|| {
            names.push(Name { namespace, local, bit: name_bit(local) });
            NameId(names.len() as u32 - 1)
        })
    }

    pub(super) fn intern_namespace(&mut self, uri: &str) -> u32 {
        if let Some(&index) = self.by_namespace.get(uri) {
            return index;
        }
        let index = self.namespaces.len() as u32;
        self.namespaces.push(uri.into());
        self.by_namespace.insert(uri.into(), index);
        index
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn name(&self, id: NameId) -> &Name<'s> {
        &self.names[id.0 as usize]
    }

    pub(super) fn namespace(&self, index: u32) -> &str {
        &self.namespaces[index as usize]
    }

    pub(super) fn find(&self, namespace: &str, local: &str) -> Option<NameId> {
        let namespace = *self.by_namespace.get(namespace)?;
        self.by_name.get(&(namespace, local)).copied()
    }
}

/// The characters up to a delimiter of names; whether they are a name is checked when the name is met for the first time.
pub(super) fn name_at(source: &str, at: usize) -> &str {
    &source[at..super::runs::name_end(source.as_bytes(), at)]
}
