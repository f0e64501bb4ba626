//! Differences from the reference engines that are known and explained: `fixtures/known-differences`.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "what several test binaries share")]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// One difference, a file each.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    /// The comparison: `schematron`, `xsd`, `nsi`, `admission`.
    layer: String,
    /// The documents of the corpus that differ in just this way; for runs with one of several packages, ` with KIND` follows.
    documents: Vec<String>,
    /// Why it is right to differ.
    reason: String,
    /// What differs, line by line.
    differs: Vec<String>,
    #[serde(skip)]
    seen: RefCell<BTreeSet<String>>,
}

/// The known differences of one comparison.
pub struct KnownDifferences {
    list: Vec<Difference>,
}

impl KnownDifferences {
    /// Reads the differences of a comparison.
    pub fn read(layer: &str) -> Self {
        let folder = folder();
        let mut list = Vec::new();
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let text = fs::read_to_string(&path).unwrap();
                let one: Difference =
                    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                assert!(one.reason.len() > 20, "{}: a difference needs its reason", path.display());
                list.push(one);
            }
        }
        list.retain(|one| one.layer == layer);
        Self { list }
    }

    /// Whether exactly this difference of a document is known.
    pub fn has(&self, document: &str, differs: &[String]) -> bool {
        let same =
            |one: &&Difference| one.documents.iter().any(|known| known == document) && one.differs == differs;
        let known = self.list.iter().find(same);
        if let Some(one) = known {
            one.seen.borrow_mut().insert(document.to_owned());
        }
        known.is_some()
    }

    /// Every known difference must still occur: one that does not is a difference that was mended, or a reason gone stale.
    pub fn finish(&self) {
        let unseen = |one: &Difference| -> Vec<String> {
            let seen = one.seen.borrow();
            one.documents.iter().filter(|document| !seen.contains(*document)).cloned().collect()
        };
        let stale: Vec<String> = self.list.iter().flat_map(unseen).collect();
        assert!(stale.is_empty(), "known differences that no longer occur, remove them: {stale:?}");
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/known-differences")
}
