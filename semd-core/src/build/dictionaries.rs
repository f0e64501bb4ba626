//! Dictionaries that templates and cards name by a short alias: `schemas/cards/dictionaries.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::LoadError;
use crate::nsi::{Store, Version};

/// Position of a dictionary in [`Dictionaries`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DictionaryId(usize);

/// One dictionary.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DictionaryEntry {
    /// Object identifier.
    pub(super) oid: String,
    /// Version written when neither the card nor a store of dictionaries gives one.
    pub(super) version: String,
    /// Value of `codeSystemName`.
    pub(super) name: String,
    /// Codes and names of short dictionaries, so that a card needs no store for them.
    #[serde(default)]
    pub(super) values: BTreeMap<String, String>,
}

/// The table of dictionaries.
#[derive(Clone, Debug)]
pub(super) struct Dictionaries {
    aliases: Vec<String>,
    entries: Vec<DictionaryEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableSource {
    dictionary: BTreeMap<String, DictionaryEntry>,
}

/// Name and version found for a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// Version of the dictionary.
    pub(super) version: String,
    /// Display name.
    pub(super) name: String,
}

impl Dictionaries {
    /// Reads `dictionaries.toml`.
    pub(super) fn parse(text: &str) -> Result<Self, LoadError> {
        let source: TableSource = toml::from_str(text)
            .map_err(|source| LoadError::Toml { file: "dictionaries.toml".to_owned(), source })?;
        let (aliases, entries) = source.dictionary.into_iter().unzip();
        Ok(Self { aliases, entries })
    }

    /// The dictionary of an alias.
    pub(super) fn find(&self, alias: &str) -> Option<DictionaryId> {
        self.aliases.binary_search_by(|known| known.as_str().cmp(alias)).ok().map(DictionaryId)
    }

    /// One dictionary.
    pub(super) fn entry(&self, id: DictionaryId) -> &DictionaryEntry {
        &self.entries[id.0]
    }

    /// Looks a code up: first among the values of the table, then in the store, there in the table's version before the
    /// latest one.
    pub(super) fn name(&self, id: DictionaryId, code: &str, store: Option<&Store>) -> Lookup {
        let entry = self.entry(id);
        if let Some(name) = entry.values.get(code) {
            return Lookup::Found(Named { version: entry.version.clone(), name: name.clone() });
        }
        let found = store.and_then(|store| {
            store
                .dictionary(&entry.oid, Version::Exactly(&entry.version))
                .filter(|dictionary| dictionary.row_count() > 0)
                .or_else(|| store.dictionary(&entry.oid, Version::Latest))
                .filter(|dictionary| dictionary.row_count() > 0)
        });
        match found {
            Some(dictionary) => match dictionary.display_name(code) {
                Some(name) => {
                    Lookup::Found(Named { version: dictionary.version().to_owned(), name: name.to_owned() })
                }
                None => Lookup::NoSuchCode { version: dictionary.version().to_owned() },
            },
            None if !entry.values.is_empty() => Lookup::NoSuchCode { version: entry.version.clone() },
            None => Lookup::NoDictionary,
        }
    }
}

/// Outcome of a look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    /// The code has this name.
    Found(Named),
    /// The dictionary is known and has no such code.
    NoSuchCode {
        /// Version looked through.
        version: String,
    },
    /// Nobody here has the dictionary.
    NoDictionary,
}
