//! Dictionaries that are not checked like the others: data of `schemas/nsi/dictionaries.toml`.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

static EMBEDDED: LazyLock<Exceptions> = LazyLock::new(|| {
    Exceptions::parse(include_str!("../../../schemas/nsi/dictionaries.toml"))
        .expect("the embedded file is read by a test")
});

/// How far the values of a dictionary are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not at all.
    None,
    /// The code alone: the name is put together by rules of the guide.
    Code,
    /// The code and the name.
    #[default]
    Name,
}

/// What is different about one dictionary.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Identifier.
    pub oid: String,
    /// Column of the codes, where the passport names another or none.
    #[serde(default)]
    pub key: Option<String>,
    /// Column of the names, where the passport names another or none.
    #[serde(default)]
    pub name: Option<String>,
    /// How far values are checked.
    #[serde(default)]
    pub level: Level,
    /// Title by which documents name the dictionary, where it is not the full title of the passport.
    #[serde(default)]
    pub title: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    dictionary: Vec<Exception>,
}

/// The list of exceptions is not readable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExceptionError {
    /// It is not TOML of the expected form.
    #[error("the list of exceptions is not readable: {0}")]
    Toml(#[from] toml::de::Error),
    /// A dictionary is listed twice.
    #[error("the list of exceptions names dictionary {0} twice")]
    Twice(String),
}

/// All exceptions. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Exceptions {
    by_oid: Arc<BTreeMap<String, Exception>>,
}

impl Exceptions {
    /// The exceptions built in.
    pub fn embedded() -> Self {
        EMBEDDED.clone()
    }

    /// Reads exceptions in the format of `schemas/nsi/dictionaries.toml`.
    ///
    /// # Errors
    /// The place and reason in the TOML text, or a dictionary that is listed twice.
    pub fn parse(text: &str) -> Result<Self, ExceptionError> {
        let file: File = toml::from_str(text)?;
        let mut by_oid = BTreeMap::new();
        for exception in file.dictionary {
            let oid = exception.oid.clone();
            if by_oid.insert(oid.clone(), exception).is_some() {
                return Err(ExceptionError::Twice(oid));
            }
        }
        Ok(Self { by_oid: Arc::new(by_oid) })
    }

    /// What is different about a dictionary, if anything.
    pub fn find(&self, oid: &str) -> Option<&Exception> {
        self.by_oid.get(oid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_exceptions_are_readable() {
        let exceptions = Exceptions::embedded();
        assert_eq!(exceptions.find("1.2.643.5.1.13.13.11.1489").map(|one| one.level), Some(Level::None));
        let sections = exceptions.find("1.2.643.5.1.13.13.99.2.197").unwrap();
        assert_eq!((sections.key.as_deref(), sections.level), (Some("CODE"), Level::Name));
    }

    #[test]
    fn repetition_and_misspelling_are_errors() {
        let twice = "[[dictionary]]\noid='1.2'\n[[dictionary]]\noid='1.2'\n";
        assert!(matches!(Exceptions::parse(twice), Err(ExceptionError::Twice(oid)) if oid == "1.2"));
        assert!(Exceptions::parse("[[dictionary]]\noid='1.2'\nlevle='code'\n").is_err());
    }
}
