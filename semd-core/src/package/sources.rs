//! The files of a package, told from others by their contents as they are compiled.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::PackageError;
use super::edition::EditionName;
use super::files::Files;
use super::store::{Compiled, MAX_SCHEMATRON_BYTES};
use crate::digest;
use crate::schematron::Plan;
use crate::xsd::{Schema, SchemaSource};

/// Tells a cache whether files are those of an entry. It is no weaker than the digest, and several times as quick.
pub(super) type Check = blake3::Hasher;

/// Adds a file to what packages are told apart by; lengths keep name and contents apart.
pub(super) fn add(hash: &mut impl Hash, name: &str, bytes: &[u8]) {
    for part in [name.as_bytes(), bytes] {
        hash.take(&(part.len() as u64).to_be_bytes());
        hash.take(part);
    }
}

/// Something that bytes are added to.
pub(super) trait Hash {
    fn take(&mut self, bytes: &[u8]);
}

impl Hash for Check {
    fn take(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

/// What the files read so far have in common with no others.
#[derive(Clone)]
struct Hashes {
    digest: Sha256,
    /// For a cache.
    check: Option<Check>,
}

impl Hash for Hashes {
    fn take(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        if let Some(check) = &mut self.check {
            check.update(bytes);
        }
    }
}

/// The files a package begins with; which schemas it has is known only when the first of them has been read.
pub(super) struct Sources {
    /// Name and contents of the Schematron files.
    schematrons: Vec<(String, Cow<'static, [u8]>)>,
    /// Over the Schematron files.
    hashes: Hashes,
    edition: EditionName,
}

impl Sources {
    /// Reads the Schematron files of a package.
    ///
    /// # Errors
    /// When one cannot be read.
    pub(super) fn read(files: &Files, edition: &EditionName, for_cache: bool) -> Result<Self, PackageError> {
        let folder = &edition.folder;
        let mut hashes = Hashes { digest: Sha256::new(), check: for_cache.then(Check::new) };
        let mut schematrons = Vec::new();
        let names = files
            .schematrons(folder)
            .map_err(|source| PackageError::File { name: folder.clone(), source })?;
        for name in names {
            let bytes = files
                .read(&name, MAX_SCHEMATRON_BYTES)
                .map_err(|source| PackageError::File { name: name.clone(), source })?;
            add(&mut hashes, &edition.undated(&name), &bytes);
            schematrons.push((name, bytes));
        }
        Ok(Self { schematrons, hashes, edition: edition.clone() })
    }

    /// Compiles them and the schemas.
    ///
    /// # Errors
    /// When a file cannot be read or is not what it should be.
    pub(super) fn compile(&self, files: &Files) -> Result<Compiled, PackageError> {
        let edition = &self.edition;
        let mut plans = Vec::new();
        for (index, (name, bytes)) in self.schematrons.iter().enumerate() {
            // An official package has the same file twice, once with a byte order mark: its findings are not doubled.
            let same = |(_, known): &(_, Cow<'_, [u8]>)| without_mark(known) == without_mark(bytes);
            if self.schematrons[..index].iter().any(same) {
                continue;
            }
            let failed = |source| PackageError::Schematron { name: name.clone(), source };
            plans.push(Plan::compile(bytes).map_err(failed)?);
        }
        let hashes = RefCell::new(self.hashes.clone());
        let source = HashedSource { files, edition, hashes, read: RefCell::default() };
        let entry = edition.schema();
        let schema = match files.has(&entry) {
            true => Some(
                Schema::compile(&source, &entry)
                    .map(Arc::new)
                    .map_err(|source| PackageError::Schema { name: entry, source })?,
            ),
            false => None,
        };
        let Hashes { digest, check } = source.hashes.into_inner();
        let check = check.map(|check| *check.finalize().as_bytes());
        let digest = digest::hex(&digest.finalize());
        Ok(Compiled { check, digest, schemas: source.read.into_inner(), schema, plans })
    }
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Schema files of a package, hashed as they are read: the compiler reads each one once, in a fixed order.
struct HashedSource<'a> {
    files: &'a Files,
    edition: &'a EditionName,
    hashes: RefCell<Hashes>,
    read: RefCell<Vec<String>>,
}

impl SchemaSource for HashedSource<'_> {
    fn read(&self, path: &str, limit: usize) -> io::Result<Cow<'_, [u8]>> {
        let bytes = self.files.read(path, limit)?;
        add(&mut *self.hashes.borrow_mut(), &self.edition.undated(path), &bytes);
        self.read.borrow_mut().push(path.to_owned());
        Ok(bytes)
    }
}
