//! Names of a schema as small integers.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};

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

/// The local names of one namespace.
type Locals = Map<Box<str>, Symbol>;

/// The name table of one schema.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Symbols {
    namespaces: Vec<(Box<str>, Locals)>,
    names: Vec<(Namespace, Box<str>)>,
}

impl Symbols {
    pub(super) fn new() -> Self {
        Self {
            namespaces: vec![("".into(), Locals::default())],
            // The place of `Symbol::UNKNOWN`.
            names: vec![(Namespace::ABSENT, "".into())],
        }
    }

    pub(super) fn intern_namespace(&mut self, namespace: &str) -> Namespace {
        match self.find_namespace(namespace) {
            Namespace::UNKNOWN => {
                self.namespaces.push((namespace.into(), Locals::default()));
                Namespace(self.namespaces.len() as u32 - 1)
            }
            known => known,
        }
    }

    pub(super) fn intern(&mut self, namespace: Namespace, local: &str) -> Symbol {
        let next = Symbol(self.names.len() as u32);
        let table = &mut self.namespaces[namespace.0 as usize].1;
        if let Some(&known) = table.get(local) {
            return known;
        }
        table.insert(local.into(), next);
        self.names.push((namespace, local.into()));
        next
    }

    /// A set names a handful of namespaces, so that a linear search is the fastest.
    pub(super) fn find_namespace(&self, namespace: &str) -> Namespace {
        self.namespaces
            .iter()
            .position(|(known, _)| &**known == namespace)
            .map_or(Namespace::UNKNOWN, |index| Namespace(index as u32))
    }

    pub(super) fn find(&self, namespace: Namespace, local: &str) -> Symbol {
        self.namespaces
            .get(namespace.0 as usize)
            .and_then(|(_, table)| table.get(local).copied())
            .unwrap_or(Symbol::UNKNOWN)
    }

    pub(super) fn namespace(&self, namespace: Namespace) -> &str {
        self.namespaces.get(namespace.0 as usize).map_or("", |(name, _)| name)
    }

    pub(super) fn name(&self, symbol: Symbol) -> ExpandedName<'_> {
        let (namespace, local) = &self.names[symbol.0 as usize];
        ExpandedName { namespace: self.namespace(*namespace), local }
    }

    /// The name as people read it.
    pub(super) fn display(&self, symbol: Symbol) -> String {
        let mut out = String::new();
        crate::xml::write_name(&mut out, self.name(symbol));
        out
    }
}
