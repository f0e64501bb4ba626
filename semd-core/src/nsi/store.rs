//! The store: opened once, shared by all threads.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;

use super::binding::Binding;
use super::decode::{self, COLUMN_WORDS, Contents};
use super::dictionary::Dictionary;
use super::encode::HEADER;
use super::error::StoreError;
use super::exceptions::{Exceptions, Level};
use super::index::Index;
use super::prescribed::Guides;
use super::version;
use crate::digest;
use crate::xml::Bindings;

/// Which version of a dictionary is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version<'a> {
    /// The latest the store has.
    Latest,
    /// This one.
    Exactly(&'a str),
}

/// What the store knows about one dictionary version beside its record.
#[derive(Debug)]
pub(super) struct Place {
    /// Column that holds the codes.
    pub(super) key: Option<usize>,
    /// Column that holds the names.
    pub(super) name: Option<usize>,
    /// How far values are checked.
    pub(super) level: Level,
    /// Title by which documents name the dictionary, where it is not that of the passport.
    pub(super) title: Option<Box<str>>,
    /// Index of each column, made when it is first searched.
    pub(super) indexes: Box<[OnceLock<Index>]>,
}

pub(super) struct Inner {
    pub(super) contents: Contents,
    pub(super) places: Vec<Place>,
    pub(super) hasher: RandomState,
    pub(super) exceptions: Exceptions,
    by_oid: HashMap<Box<str>, Vec<u32>, RandomState>,
    pub(super) bindings: Bindings<Binding>,
    pub(super) prescribed: OnceLock<Guides>,
}

impl Inner {
    /// The text with a checked number; absent texts are `None`.
    pub(super) fn text(&self, number: u32) -> Option<&str> {
        let at = number as usize;
        let start = *self.contents.offsets.get(at)? as usize;
        let end = *self.contents.offsets.get(at + 1)? as usize;
        self.contents.pool.get(start..end)
    }
}

/// Dictionaries, read-only. Cheap to clone; all clones share one copy of the data.
#[derive(Clone)]
pub struct Store {
    pub(super) inner: Arc<Inner>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("dictionaries", &self.len()).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the bytes of a store file with the exceptions built in ([`Exceptions::embedded`]).
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        Self::with_exceptions(bytes, Exceptions::embedded())
    }

    /// Opens the bytes of a store file with other exceptions.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn with_exceptions(bytes: &[u8], exceptions: Exceptions) -> Result<Self, StoreError> {
        let contents = decode::contents(bytes)?;
        let hasher = RandomState::default();
        let mut inner = Inner {
            contents,
            places: Vec::new(),
            by_oid: HashMap::with_hasher(hasher.clone()),
            hasher,
            exceptions,
            bindings: Bindings::default(),
            prescribed: OnceLock::new(),
        };
        let records = &inner.contents.records;
        let mut by_oid: HashMap<Box<str>, Vec<u32>, RandomState> = HashMap::with_hasher(inner.hasher.clone());
        let mut places = Vec::with_capacity(records.len());
        for (at, record) in records.iter().enumerate() {
            let aliases = inner.contents.words[record.aliases.clone()].iter();
            for &oid in std::iter::once(&record.oid).chain(aliases) {
                by_oid.entry(inner.text(oid).unwrap_or_default().into()).or_default().push(at as u32);
            }
            places.push(place(&inner, at));
        }
        for (oid, known) in &mut by_oid {
            // A dictionary's own identifier goes before one that another dictionary once had.
            let order = |&at: &u32| {
                let record = &records[at as usize];
                (inner.text(record.version).unwrap_or_default(), inner.text(record.oid) != Some(oid))
            };
            known.sort_by(|left, right| {
                let (left, right) = (order(left), order(right));
                version::compare(left.0, right.0).then(left.1.cmp(&right.1))
            });
        }
        inner.by_oid = by_oid;
        inner.places = places;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Number of dictionary versions.
    pub fn len(&self) -> usize {
        self.inner.contents.records.len()
    }

    /// Whether the store has no dictionary.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All dictionary versions, by identifier.
    pub fn dictionaries(&self) -> impl Iterator<Item = Dictionary<'_>> {
        (0..self.len()).map(|at| Dictionary::new(&self.inner, at))
    }

    /// One dictionary by its identifier or one of its other identifiers.
    pub fn dictionary(&self, oid: &str, version: Version<'_>) -> Option<Dictionary<'_>> {
        let mut known = self.versions(oid);
        match version {
            Version::Latest => known.next_back(),
            Version::Exactly(version) => known.find(|dictionary| dictionary.version() == version),
        }
    }

    /// The versions the store has of a dictionary, oldest first.
    pub fn versions(&self, oid: &str) -> impl DoubleEndedIterator<Item = Dictionary<'_>> {
        let known = self.inner.by_oid.get(oid).map_or(&[][..], Vec::as_slice);
        known.iter().map(|&at| Dictionary::new(&self.inner, at as usize))
    }

    /// Whether what the store does not have does not exist: its sources were a whole copy of НСИ.
    pub fn is_complete(&self) -> bool {
        self.inner.contents.complete
    }

    /// When the dictionaries were imported, seconds since 1970-01-01 UTC.
    pub fn imported(&self) -> i64 {
        self.inner.contents.imported
    }

    /// SHA-256 of the contents as the file states it, lower-case hexadecimal: equal contents have equal digests, whenever
    /// they were imported.
    pub fn digest(&self) -> String {
        digest::hex(&self.inner.contents.stated_digest)
    }

    /// Whether the digest stated in a store file is that of its contents. [`Store::from_bytes`] checks a quick checksum only.
    pub fn digest_matches(&self, bytes: &[u8]) -> bool {
        bytes.get(HEADER..).is_some_and(|contents| digest::sha256(contents) == self.digest())
    }

    /// The exceptions the store was opened with.
    pub fn exceptions(&self) -> &Exceptions {
        &self.inner.exceptions
    }
}

/// Finds the columns of codes and names: by the exceptions, else by the passport, else by their usual names.
fn place(inner: &Inner, at: usize) -> Place {
    let record = &inner.contents.records[at];
    let columns = record.columns.len() / COLUMN_WORDS;
    let dictionary = Dictionary::new(inner, at);
    let by_name = |name: &str| {
        (0..columns).find(|&column| dictionary.column_name(column) == name).or_else(|| {
            (0..columns).find(|&column| dictionary.column_name(column).eq_ignore_ascii_case(name))
        })
    };
    let by_role = |role| (0..columns).find(|&column| dictionary.column_role(column) == role);
    let exception = std::iter::once(dictionary.oid())
        .chain(dictionary.aliases())
        .find_map(|oid| inner.exceptions.find(oid));
    let chosen = |name: Option<&str>, role, usual| {
        name.and_then(by_name).or_else(|| by_role(role)).or_else(|| by_name(usual))
    };
    Place {
        key: chosen(exception.and_then(|one| one.key.as_deref()), super::ColumnRole::Key, "ID"),
        name: chosen(exception.and_then(|one| one.name.as_deref()), super::ColumnRole::Name, "NAME"),
        level: exception.map_or(Level::default(), |one| one.level),
        title: exception.and_then(|one| one.title.as_deref()).map(Into::into),
        indexes: (0..columns).map(|_| OnceLock::new()).collect(),
    }
}
