//! The packages at hand, compiled on first use and shared.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha256};

use super::files::Files;
use super::{Difference, PackageError, PackageLock};
use crate::digest;
use crate::schematron::Plan;
use crate::xsd::{Schema, SchemaSource};

/// Largest Schematron file that is read, bytes. The largest official one has 1.6 MB.
pub(super) const MAX_SCHEMATRON_BYTES: usize = 32 << 20;

/// One compiled rule package.
#[derive(Debug)]
pub struct Package {
    /// Kind the package is for.
    pub kind: String,
    /// SHA-256 over names and contents of all files used, lower-case hexadecimal.
    pub digest: String,
    /// The XML Schema set, if the package has one.
    pub schema: Option<Schema>,
    /// The Schematron files, in the order they are applied.
    pub plans: Vec<Plan>,
}

impl Package {
    /// The package's name in reports: `kind@sha256:digest`.
    pub fn reference(&self) -> String {
        format!("{}@sha256:{}", self.kind, self.digest)
    }
}

/// A package as `semd packages list` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageSummary {
    /// Kind of documents.
    pub kind: String,
    /// Where it comes from: the folder, or `embedded`.
    pub origin: String,
    /// Whether it has a schema set.
    pub has_schema: bool,
    /// Number of Schematron files.
    pub schematrons: usize,
}

type Slot = OnceLock<Result<Arc<Package>, Arc<PackageError>>>;

#[derive(Debug)]
struct Inner {
    places: Vec<Files>,
    /// For each kind, the place that serves it and the compiled form.
    kinds: BTreeMap<String, (usize, Slot)>,
}

/// Rule packages by kind. Cheap to clone; a package is compiled once for all clones and threads.
#[derive(Clone, Debug)]
pub struct PackageStore {
    inner: Arc<Inner>,
    lock: Option<Arc<PackageLock>>,
}

impl PackageStore {
    /// Opens folders of packages; of several packages for one kind the first folder's wins.
    ///
    /// # Errors
    /// [`PackageError::Folder`] when a folder cannot be listed, [`PackageError::NoPackage`] when it has no package.
    pub fn open(folders: &[PathBuf]) -> Result<Self, PackageError> {
        let mut places = Vec::new();
        let mut kinds = BTreeMap::new();
        for folder in folders {
            let files = Files::Folder(folder.clone());
            let found =
                files.kinds().map_err(|source| PackageError::Folder { folder: folder.clone(), source })?;
            if found.is_empty() {
                return Err(PackageError::NoPackage { folder: folder.clone() });
            }
            for kind in found {
                kinds.entry(kind).or_insert_with(|| (places.len(), Slot::new()));
            }
            places.push(files);
        }
        Ok(Self { inner: Arc::new(Inner { places, kinds }), lock: None })
    }

    /// The packages built in: a small set of our own for the kinds of the samples, not the official rules.
    pub fn embedded() -> Self {
        // Listing the built-in table cannot fail: there is no file system behind it.
        let kinds = Files::Embedded.kinds().unwrap_or_default();
        let kinds = kinds.into_iter().map(|kind| (kind, (0, Slot::new()))).collect();
        Self { inner: Arc::new(Inner { places: vec![Files::Embedded], kinds }), lock: None }
    }

    /// The same packages, each of which is used only if the lock names its digest.
    #[must_use]
    pub fn locked(self, lock: PackageLock) -> Self {
        Self { lock: Some(Arc::new(lock)), ..self }
    }

    /// The lock the packages are pinned by.
    pub fn lock(&self) -> Option<&PackageLock> {
        self.lock.as_deref()
    }

    /// Whether there is a package for a kind.
    pub fn has(&self, kind: &str) -> bool {
        self.inner.kinds.contains_key(kind)
    }

    /// The kinds there is a package for, in the order of their numbers.
    pub fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = self.inner.kinds.keys().map(String::as_str).collect();
        kinds.sort_by_key(|kind| (kind.parse::<u32>().unwrap_or(u32::MAX), *kind));
        kinds
    }

    /// What the packages consist of, without compiling them.
    ///
    /// # Errors
    /// [`PackageError::File`] when a package folder cannot be listed.
    pub fn summaries(&self) -> Result<Vec<PackageSummary>, PackageError> {
        self.kinds().into_iter().map(|kind| self.summary(kind)).collect()
    }

    fn summary(&self, kind: &str) -> Result<PackageSummary, PackageError> {
        let files = self.files(kind);
        let schematrons =
            files.schematrons(kind).map_err(|source| PackageError::File { name: kind.to_owned(), source })?;
        Ok(PackageSummary {
            kind: kind.to_owned(),
            origin: match files {
                Files::Folder(folder) => folder.display().to_string(),
                Files::Embedded => "embedded".to_owned(),
            },
            has_schema: files.has(&format!("{kind}/xsd/CDA.xsd")),
            schematrons: schematrons.len(),
        })
    }

    /// The compiled package of a kind; `None` when there is none.
    ///
    /// # Errors
    /// What made the package unusable; the same answer is given to every later caller.
    pub fn package(&self, kind: &str) -> Option<Result<Arc<Package>, Arc<PackageError>>> {
        let (_, slot) = self.inner.kinds.get(kind)?;
        let made = slot.get_or_init(|| compile(self.files(kind), kind).map(Arc::new).map_err(Arc::new));
        if let (Some(lock), Ok(package)) = (&self.lock, made)
            && lock.digest(kind) != Some(&package.digest)
        {
            return Some(Err(Arc::new(PackageError::Pinned {
                kind: kind.to_owned(),
                wanted: lock.digest(kind).map(str::to_owned),
                found: package.digest.clone(),
            })));
        }
        Some(made.clone())
    }

    /// Names of the files of a package, relative to its folder.
    ///
    /// # Errors
    /// When the package folder cannot be listed, or there is no package for the kind.
    pub fn file_names(&self, kind: &str) -> Result<Vec<String>, PackageError> {
        let files = self.files_of(kind)?;
        let failed = |source| PackageError::File { name: kind.to_owned(), source };
        let mut names = files.schematrons(kind).map_err(failed)?;
        names.extend(files.schemas(kind).map_err(failed)?);
        Ok(names)
    }

    /// What changed from the package of one kind to that of another, rule by rule. A folder of packages is compared with
    /// another one by their stores.
    ///
    /// # Errors
    /// When a package cannot be read, or there is none for a kind.
    pub fn difference(&self, kind: &str, newer: &Self, newer_kind: &str) -> Result<Difference, PackageError> {
        Difference::of((self.files_of(kind)?, kind), (newer.files_of(newer_kind)?, newer_kind))
    }

    fn files_of(&self, kind: &str) -> Result<&Files, PackageError> {
        match self.has(kind) {
            true => Ok(self.files(kind)),
            false => Err(PackageError::Unknown { kind: kind.to_owned() }),
        }
    }

    fn files(&self, kind: &str) -> &Files {
        let place = self.inner.kinds.get(kind).map_or(0, |(place, _)| *place);
        &self.inner.places[place]
    }
}

pub(super) fn compile(files: &Files, kind: &str) -> Result<Package, PackageError> {
    let mut hash = Sha256::new();
    let mut plans = Vec::new();
    let mut sources: Vec<Cow<'static, [u8]>> = Vec::new();
    let names =
        files.schematrons(kind).map_err(|source| PackageError::File { name: kind.to_owned(), source })?;
    for name in names {
        let bytes = files
            .read(&name, MAX_SCHEMATRON_BYTES)
            .map_err(|source| PackageError::File { name: name.clone(), source })?;
        add(&mut hash, &name, &bytes);
        // An official package has the same file twice, once with a byte order mark: its findings are not doubled.
        if sources.iter().any(|known| without_mark(known) == without_mark(&bytes)) {
            continue;
        }
        plans.push(Plan::compile(&bytes).map_err(|source| PackageError::Schematron { name, source })?);
        sources.push(bytes);
    }
    let entry = format!("{kind}/xsd/CDA.xsd");
    let mut schema = None;
    if files.has(&entry) {
        let source = HashedSource { files, hash: RefCell::new(hash) };
        let compiled = Schema::compile(&source, &entry)
            .map_err(|source| PackageError::Schema { name: entry, source })?;
        schema = Some(compiled);
        hash = source.hash.into_inner();
    }
    Ok(Package { kind: kind.to_owned(), digest: digest::hex(&hash.finalize()), schema, plans })
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Adds a file to the digest of a package; lengths keep name and contents apart.
fn add(hash: &mut Sha256, name: &str, bytes: &[u8]) {
    hash.update((name.len() as u64).to_be_bytes());
    hash.update(name);
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}

/// Schema files of a package, hashed as they are read: the compiler reads each one once, in a fixed order.
struct HashedSource<'a> {
    files: &'a Files,
    hash: RefCell<Sha256>,
}

impl SchemaSource for HashedSource<'_> {
    fn read(&self, path: &str, limit: usize) -> io::Result<Cow<'_, [u8]>> {
        let bytes = self.files.read(path, limit)?;
        add(&mut self.hash.borrow_mut(), path, &bytes);
        Ok(bytes)
    }
}
