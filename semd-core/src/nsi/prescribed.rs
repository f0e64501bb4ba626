//! Which dictionaries and versions the guide of a kind prescribes.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::dictionary::Dictionary;
use super::store::{Store, Version};

/// «Справочники, применяемые в руководствах по реализации СЭМД»: the dictionaries that each guide prescribes.
const PRESCRIBED: &str = "1.2.643.5.1.13.13.99.2.805";

impl Store {
    /// Whether the store has the list of dictionaries that the guide with this OID prescribes.
    pub fn prescribes(&self, guide: &str) -> bool {
        Prescribed::read(self, guide).is_some()
    }
}

/// The lists of all guides, by the OID of the guide; made when the first document asks.
pub(super) type Guides = HashMap<Box<str>, Listed, RandomState>;

/// Identifier and versions of each dictionary, sorted by identifier.
type Listed = Vec<(Box<str>, Box<str>)>;

fn guides(store: &Store) -> Option<Guides> {
    let list = store.dictionary(PRESCRIBED, Version::Latest)?;
    let (guide, oid, versions) =
        (list.column("IG_OID")?, list.column("DICT_OID")?, list.column("DICT_VERSION")?);
    let mut guides = Guides::default();
    for row in list.rows() {
        if let (Some(guide), Some(oid)) = (guide.value(row), oid.value(row)) {
            let versions = versions.value(row).unwrap_or("*").trim().into();
            guides.entry(guide.into()).or_default().push((oid.trim().into(), versions));
        }
    }
    guides.values_mut().for_each(|listed| listed.sort_unstable());
    Some(guides)
}

/// The dictionaries that one guide prescribes, when the store has the list of them.
#[derive(Debug)]
pub(super) struct Prescribed<'s>(&'s Listed);

/// What a guide says about one dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permission<'s> {
    /// The dictionary and the version may be used.
    Allowed,
    /// The guide does not have the dictionary.
    NoDictionary,
    /// Only these versions may be used.
    OnlyVersions(&'s str),
}

impl<'s> Prescribed<'s> {
    /// The list for a guide; `None` when the store says nothing about it.
    pub(super) fn read(store: &'s Store, guide: &str) -> Option<Self> {
        let guides = store.inner.prescribed.get_or_init(|| guides(store).unwrap_or_default());
        guides.get(guide).map(Self)
    }

    /// What the guide says about a dictionary of a document. `known` is the dictionary where the store has it: the guide may
    /// name it by another of its identifiers.
    pub(super) fn permission(
        &self,
        oid: &str,
        version: &str,
        known: Option<Dictionary<'_>>,
    ) -> Permission<'s> {
        let by_own = self.versions(oid);
        let versions = by_own.or_else(|| {
            let known = known?;
            self.versions(known.oid()).or_else(|| known.aliases().find_map(|alias| self.versions(alias)))
        });
        match versions {
            None => Permission::NoDictionary,
            Some("*" | "") => Permission::Allowed,
            Some(versions) => {
                let separator = |c: char| matches!(c, ',' | ';') || c.is_whitespace();
                if versions.split(separator).any(|one| one == version) {
                    Permission::Allowed
                } else {
                    Permission::OnlyVersions(versions)
                }
            }
        }
    }

    fn versions(&self, oid: &str) -> Option<&'s str> {
        let at = self.0.binary_search_by_key(&oid, |(known, _)| known).ok()?;
        Some(&self.0[at].1)
    }
}
