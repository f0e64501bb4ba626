//! Packages pinned by digest: what a continuous integration checks against today is what it checks against tomorrow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The digests that packages must have, by their names: kinds, or kind and first day.
///
/// ```
/// use semd_core::package::PackageLock;
///
/// let lock = PackageLock::parse("[packages]\n119 = \"sha256:00ff\"\n").unwrap();
/// assert_eq!(lock.digest("119"), Some("00ff"));
/// assert_eq!(lock.digest("16"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageLock {
    packages: BTreeMap<String, String>,
}

const ALGORITHM: &str = "sha256:";

impl PackageLock {
    /// Reads a lock file.
    ///
    /// # Errors
    /// The place and reason in the TOML text.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let lock: Self = toml::from_str(text)?;
        for (kind, digest) in &lock.packages {
            if !digest.starts_with(ALGORITHM) {
                let reason = format!("package {kind}: the digest must begin with {ALGORITHM}");
                return Err(serde::de::Error::custom(reason));
            }
        }
        Ok(lock)
    }

    /// Pins a package; `digest` is that of [`super::Package`].
    pub fn pin(&mut self, kind: &str, digest: &str) {
        self.packages.insert(kind.to_owned(), format!("{ALGORITHM}{digest}"));
    }

    /// The digest a kind is pinned to.
    pub fn digest(&self, kind: &str) -> Option<&str> {
        self.packages.get(kind).and_then(|digest| digest.strip_prefix(ALGORITHM))
    }

    /// The kinds that are pinned.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.packages.keys().map(String::as_str)
    }

    /// The text of the lock file.
    pub fn to_text(&self) -> String {
        let mut text = String::from(
            "# Rule packages pinned by digest; written by `semd packages check --lock`.\n[packages]\n",
        );
        for (kind, digest) in &self.packages {
            let bare = kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            let quote = if bare { "" } else { "\"" };
            text.push_str(&format!("{quote}{kind}{quote} = \"{digest}\"\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_is_read_back_as_it_was_written() {
        let mut lock = PackageLock::default();
        lock.pin("119", "00ff");
        lock.pin("119@2025-03-01", "00fe");
        assert_eq!(PackageLock::parse(&lock.to_text()).unwrap(), lock);
    }

    #[test]
    fn digest_of_an_unknown_kind_is_refused_with_its_place() {
        assert!(PackageLock::parse("[packages]\n119 = \"md5:00\"\n").is_err());
        assert!(PackageLock::parse("[package]\n119 = \"sha256:00\"\n").is_err());
    }
}
