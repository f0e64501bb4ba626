//! Schemas of the extra attributes of kinds: `attributes/<kind>.xsd`.

use std::collections::BTreeMap;
use std::path::Path;

use semd_core::xsd::Schema;

use super::ReferenceError;

/// Compiled schemas by kind.
#[derive(Debug, Default)]
pub(super) struct AttributeSchemas {
    schemas: BTreeMap<String, Schema>,
}

impl AttributeSchemas {
    /// Reads a folder; one that is not there has no schemas.
    pub(super) fn open(folder: &Path) -> Result<Self, ReferenceError> {
        let mut found = Self::default();
        if !folder.is_dir() {
            return Ok(found);
        }
        let fail = |source| ReferenceError::File { path: folder.to_owned(), source };
        for entry in std::fs::read_dir(folder).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            if path.extension().is_some_and(|extension| extension == "xsd")
                && let Some(kind) = path.file_stem().and_then(|stem| stem.to_str())
            {
                let bytes = std::fs::read(&path)
                    .map_err(|source| ReferenceError::File { path: path.clone(), source })?;
                found.insert(kind, &bytes)?;
            }
        }
        Ok(found)
    }

    pub(super) fn insert(&mut self, kind: &str, bytes: &[u8]) -> Result<(), ReferenceError> {
        let source = BTreeMap::from([(kind.to_owned(), bytes.to_vec())]);
        let schema = Schema::compile(&source, kind)
            .map_err(|error| ReferenceError::Schema { kind: kind.to_owned(), reason: error.to_string() })?;
        self.schemas.insert(kind.to_owned(), schema);
        Ok(())
    }

    pub(super) fn get(&self, kind: &str) -> Option<&Schema> {
        self.schemas.get(kind)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.schemas.is_empty()
    }
}
