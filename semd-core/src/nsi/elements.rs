//! Which elements carry codes of the dictionaries: data of `schemas/nsi/elements.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::xml::{Document, NameId};

static EMBEDDED: LazyLock<CodedElements> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../schemas/nsi/elements.toml"))
        .expect("the embedded file is read by a test")
});

/// The elements whose codes are looked up, and where dictionaries are registered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodedElements {
    arcs: Vec<String>,
    namespace: Vec<Namespace>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Namespace {
    uri: String,
    elements: Vec<String>,
    #[serde(default)]
    unconfirmed: Vec<String>,
}

/// An element name as a document numbers it.
#[derive(Clone, Copy, Debug)]
pub(super) struct CodedName {
    pub(super) name: NameId,
    /// The register is known to look it up.
    pub(super) confirmed: bool,
}

impl CodedElements {
    /// The list built in.
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// The names of the listed elements as a document numbers them; names it does not use are left out.
    pub(super) fn names(&self, document: &Document<'_>) -> Vec<CodedName> {
        let listed = self.namespace.iter().flat_map(|space| {
            let confirmed = space.elements.iter().map(|name| (&*space.uri, &**name, true));
            confirmed.chain(space.unconfirmed.iter().map(|name| (&*space.uri, &**name, false)))
        });
        listed
            .filter_map(|(uri, name, confirmed)| {
                Some(CodedName { name: document.find_name(uri, name)?, confirmed })
            })
            .collect()
    }

    /// Whether the register is known to look up the code of an element.
    ///
    /// ```
    /// let elements = semd_core::nsi::CodedElements::embedded();
    /// assert!(elements.is_confirmed("urn:hl7-org:v3", "administrativeGenderCode"));
    /// assert!(!elements.is_confirmed("urn:hl7-org:v3", "confidentialityCode"));
    /// assert!(!elements.is_confirmed("urn:hl7-org:v3", "id"));
    /// ```
    pub fn is_confirmed(&self, namespace: &str, name: &str) -> bool {
        self.namespace
            .iter()
            .any(|space| space.uri == namespace && space.elements.iter().any(|one| one == name))
    }

    /// Whether an identifier lies where the dictionaries of the Ministry are registered.
    pub fn is_dictionary(&self, oid: &str) -> bool {
        self.arcs.iter().any(|arc| oid.starts_with(&**arc))
    }
}

#[cfg(test)]
mod tests {
    use super::CodedElements;

    #[test]
    fn embedded_list_is_readable() {
        let elements = CodedElements::embedded();
        assert!(elements.is_dictionary("1.2.643.5.1.13.13.11.1040"));
        assert!(!elements.is_dictionary("2.16.840.1.113883.5.111"));
        assert_eq!(elements.namespace.iter().map(|space| space.elements.len()).sum::<usize>(), 16);
    }
}
