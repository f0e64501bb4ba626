//! Names of a schema as small integers.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use serde::{Deserialize, Serialize, Serializer};

use crate::texts::{Piece, Texts};
use crate::xml::ExpandedName;

/// Maps of names that schemas and documents choose: seeded, so that no choice makes them slow.
pub(super) type Map<K, V> = HashMap<K, V, RandomState>;
/// As [`Map`].
pub(super) type Set<K> = HashSet<K, RandomState>;

/// An expanded name known to the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Symbol(pub(super) u32);

impl Symbol {
    /// A name the schema does not have.
    pub(super) const UNKNOWN: Self = Self(0);
}

/// A namespace known to the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Namespace(pub(super) u32);

impl Namespace {
    /// No namespace.
    pub(super) const ABSENT: Self = Self(0);
    /// A namespace the schema does not name; different from all that it names.
    pub(super) const UNKNOWN: Self = Self(u32::MAX);
}

/// What a schema has under its names, each of which is there once. Sorted: equal schemas are written alike, and what is read is in
/// order already.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BySymbol<T>(Box<[(Symbol, T)]>);

impl<T> FromIterator<(Symbol, T)> for BySymbol<T> {
    fn from_iter<I: IntoIterator<Item = (Symbol, T)>>(named: I) -> Self {
        let mut named: Box<[_]> = named.into_iter().collect();
        named.sort_unstable_by_key(|(symbol, _)| *symbol);
        Self(named)
    }
}

impl<T> BySymbol<T> {
    pub(super) fn get(&self, symbol: Symbol) -> Option<&T> {
        let at = self.0.binary_search_by_key(&symbol, |(known, _)| *known).ok()?;
        Some(&self.0[at].1)
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(|(_, value)| value)
    }
}

/// The name table of one schema; it is written and read as what it lists.
#[derive(Debug, Deserialize)]
#[serde(from = "Listed")]
pub(super) struct Symbols {
    listed: Listed,
    index: Index,
}

impl Serialize for Symbols {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.listed.serialize(serializer)
    }
}

/// What a compiled schema keeps of its names.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Listed {
    namespaces: Vec<Box<str>>,
    locals: Texts,
    names: Vec<(Namespace, Piece)>,
}

/// Finds names. Seeded, as [`Map`].
#[derive(Debug, Default)]
struct Index {
    symbols: HashTable<Symbol>,
    hasher: RandomState,
}

impl From<Listed> for Symbols {
    fn from(listed: Listed) -> Self {
        let mut index = Index { symbols: HashTable::with_capacity(listed.names.len()), ..Index::default() };
        // The first is `Symbol::UNKNOWN`, which is no name.
        for number in 1..listed.names.len() as u32 {
            index.add(&listed, Symbol(number));
        }
        Self { listed, index }
    }
}

impl Listed {
    fn name(&self, symbol: Symbol) -> (Namespace, &str) {
        let (namespace, local) = self.names[symbol.0 as usize];
        (namespace, self.locals.get(local))
    }
}

impl Index {
    fn add(&mut self, listed: &Listed, symbol: Symbol) {
        let hash = |symbol: &Symbol| self.hasher.hash_one(listed.name(*symbol));
        self.symbols.insert_unique(hash(&symbol), symbol, hash);
    }

    fn find(&self, listed: &Listed, namespace: Namespace, local: &str) -> Option<Symbol> {
        let name = (namespace, local);
        let hash = self.hasher.hash_one(name);
        self.symbols.find(hash, |&known| listed.name(known) == name).copied()
    }
}

impl Symbols {
    pub(super) fn new() -> Self {
        let mut listed = Listed { namespaces: vec!["".into()], ..Listed::default() };
        listed.names.push((Namespace::ABSENT, listed.locals.add("")));
        listed.into()
    }

    pub(super) fn intern_namespace(&mut self, namespace: &str) -> Namespace {
        match self.find_namespace(namespace) {
            Namespace::UNKNOWN => {
                self.listed.namespaces.push(namespace.into());
                Namespace(self.listed.namespaces.len() as u32 - 1)
            }
            known => known,
        }
    }

    pub(super) fn intern(&mut self, namespace: Namespace, local: &str) -> Symbol {
        let Self { listed, index } = self;
        index.find(listed, namespace, local).unwrap_or_else(|| {
            let symbol = Symbol(listed.names.len() as u32);
            listed.names.push((namespace, listed.locals.add(local)));
            index.add(listed, symbol);
            symbol
        })
    }

    /// A set names a handful of namespaces, so that a linear search is the fastest.
    pub(super) fn find_namespace(&self, namespace: &str) -> Namespace {
        let mut known = self.listed.namespaces.iter();
        known.position(|known| **known == *namespace).map_or(Namespace::UNKNOWN, |at| Namespace(at as u32))
    }

    pub(super) fn find(&self, namespace: Namespace, local: &str) -> Symbol {
        self.index.find(&self.listed, namespace, local).unwrap_or(Symbol::UNKNOWN)
    }

    pub(super) fn namespace(&self, namespace: Namespace) -> &str {
        self.listed.namespaces.get(namespace.0 as usize).map_or("", |name| name)
    }

    pub(super) fn name(&self, symbol: Symbol) -> ExpandedName<'_> {
        let (namespace, local) = self.listed.name(symbol);
        ExpandedName { namespace: self.namespace(namespace), local }
    }

    /// The name as people read it.
    pub(super) fn display(&self, symbol: Symbol) -> String {
        let mut out = String::new();
        crate::xml::write_name(&mut out, self.name(symbol));
        out
    }
}
