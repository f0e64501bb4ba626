//! Which elements carry codes of the dictionaries: data of `schemas/nsi/elements.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

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

impl CodedElements {
    /// The list built in.
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// For an element that is listed, whether the register is known to look up its code.
    pub(super) fn listed(&self, namespace: &str, name: &str) -> Option<bool> {
        let space = self.namespace.iter().find(|space| space.uri == namespace)?;
        let among = |names: &[String]| names.iter().any(|one| one == name);
        if among(&space.elements) { Some(true) } else { among(&space.unconfirmed).then_some(false) }
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
        self.listed(namespace, name) == Some(true)
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
