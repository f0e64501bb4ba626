//! The packages at hand, compiled on first use and shared.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use time::Date;

use super::edition::EditionName;
use super::files::Files;
use super::schemas::Schemas;
use super::sources::Sources;
use super::{Difference, PackageCache, PackageError, PackageLock};
use crate::pool::Pool;
use crate::schematron::Plan;
use crate::xsd::Schema;

/// Largest Schematron file that is read, bytes. The largest official one has 1.6 MB.
pub(super) const MAX_SCHEMATRON_BYTES: usize = 32 << 20;
/// Largest schema that the cache reads, bytes; the compiler has a limit of its own.
pub(super) const MAX_SCHEMA_BYTES: usize = 32 << 20;

/// Memory that is kept for the files of the next package, bytes.
const MAX_ROOM: usize = 4 << 20;

/// One compiled rule package.
#[derive(Debug)]
pub struct Package {
    /// Kind the package is for.
    pub kind: String,
    /// First day its rules are in force, if several editions of them are kept.
    pub valid_from: Option<Date>,
    /// SHA-256 over names and contents of all files used, lower-case hexadecimal.
    pub digest: String,
    /// The XML Schema set, if the package has one.
    pub schema: Option<Arc<Schema>>,
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
    /// Name of its folder: the kind, or kind and first day, `119@2025-03-01`. Names the package in all calls.
    pub name: String,
    /// Where it comes from: the folder, or `embedded`.
    pub origin: String,
    /// Whether it has a schema set.
    pub has_schema: bool,
    /// Number of Schematron files.
    pub schematrons: usize,
}

type Slot = OnceLock<Result<Arc<Package>, Arc<PackageError>>>;

/// A package that was found, and its compiled form once it is made.
#[derive(Debug)]
struct Found {
    place: usize,
    edition: EditionName,
    slot: Slot,
}

#[derive(Debug)]
struct Inner {
    places: Vec<Files>,
    /// For each kind its editions, the earliest first.
    kinds: BTreeMap<String, Vec<Found>>,
    cache: Option<PackageCache>,
    schemas: Schemas,
    /// Memory in which files are read: pages that are there already are not asked of the system for every file.
    rooms: Pool<Vec<u8>>,
}

impl Inner {
    fn new(places: Vec<Files>, found: Vec<Found>, cache: Option<PackageCache>) -> Self {
        let mut kinds: BTreeMap<String, Vec<Found>> = BTreeMap::new();
        for one in found {
            let editions = kinds.entry(one.edition.kind.clone()).or_default();
            // Of several packages of one edition the first folder's wins.
            let at = editions.partition_point(|known| known.edition.valid_from < one.edition.valid_from);
            if editions.get(at).is_none_or(|known| known.edition.valid_from != one.edition.valid_from) {
                editions.insert(at, one);
            }
        }
        Self { places, kinds, cache, schemas: Schemas::default(), rooms: Pool::default() }
    }
}

/// Rule packages by kind and edition. Cheap to clone; a package is compiled once for all clones and threads.
#[derive(Clone, Debug)]
pub struct PackageStore {
    inner: Arc<Inner>,
    lock: Option<Arc<PackageLock>>,
}

impl PackageStore {
    /// Opens folders of packages. Of several packages for one kind and edition the first folder's wins.
    ///
    /// # Errors
    /// [`PackageError::Folder`] when a folder cannot be listed, [`PackageError::NoPackage`] when it has no package.
    pub fn open(folders: &[PathBuf]) -> Result<Self, PackageError> {
        Self::open_with(folders, None)
    }

    /// As [`PackageStore::open`]; compiled packages are taken from a cache, and kept there.
    ///
    /// # Errors
    /// As [`PackageStore::open`].
    pub fn open_with(folders: &[PathBuf], cache: Option<PackageCache>) -> Result<Self, PackageError> {
        let (mut places, mut found) = (Vec::new(), Vec::new());
        for folder in folders {
            let files = Files::Folder(folder.clone());
            let names =
                files.packages().map_err(|source| PackageError::Folder { folder: folder.clone(), source })?;
            if names.is_empty() {
                return Err(PackageError::NoPackage { folder: folder.clone() });
            }
            let place = places.len();
            found.extend(names.into_iter().map(|edition| Found { place, edition, slot: Slot::new() }));
            places.push(files);
        }
        Ok(Self { inner: Arc::new(Inner::new(places, found, cache)), lock: None })
    }

    /// The packages built in: a small set of our own for the kinds of the samples, not the official rules.
    pub fn embedded() -> Self {
        Self::embedded_with(None)
    }

    /// As [`PackageStore::embedded`]; compiled packages are taken from a cache, and kept there.
    pub fn embedded_with(cache: Option<PackageCache>) -> Self {
        // Listing the built-in table cannot fail: there is no file system behind it.
        let names = Files::Embedded.packages().unwrap_or_default();
        let found = names.into_iter().map(|edition| Found { place: 0, edition, slot: Slot::new() });
        Self { inner: Arc::new(Inner::new(vec![Files::Embedded], found.collect(), cache)), lock: None }
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

    /// The names of all packages: for each kind its editions, the earliest first.
    pub fn names(&self) -> Vec<&str> {
        let editions = self.kinds().into_iter().flat_map(|kind| &self.inner.kinds[kind]);
        editions.map(|found| found.edition.folder.as_str()).collect()
    }

    /// What the packages consist of, without compiling them.
    ///
    /// # Errors
    /// [`PackageError::File`] when a package folder cannot be listed.
    pub fn summaries(&self) -> Result<Vec<PackageSummary>, PackageError> {
        self.kinds()
            .into_iter()
            .flat_map(|kind| &self.inner.kinds[kind])
            .map(|found| self.summary(found))
            .collect()
    }

    fn summary(&self, found: &Found) -> Result<PackageSummary, PackageError> {
        let files = &self.inner.places[found.place];
        let name = &found.edition.folder;
        let schematrons =
            files.schematrons(name).map_err(|source| PackageError::File { name: name.clone(), source })?;
        Ok(PackageSummary {
            kind: found.edition.kind.clone(),
            name: name.clone(),
            origin: match files {
                Files::Folder(folder) => folder.display().to_string(),
                Files::Embedded => "embedded".to_owned(),
            },
            has_schema: files.has(&format!("{name}/xsd/CDA.xsd")),
            schematrons: schematrons.len(),
        })
    }

    /// The compiled package of a name; a kind of which only dated editions are at hand stands for the last of them. `None` when
    /// there is none.
    ///
    /// # Errors
    /// What made the package unusable; the same answer is given to every later caller.
    pub fn package(&self, name: &str) -> Option<Result<Arc<Package>, Arc<PackageError>>> {
        self.find(name).map(|found| self.compiled(found))
    }

    /// The compiled package of a kind whose rules are in force on a day; without a day the last edition. `None` when there is
    /// no package for the kind.
    ///
    /// # Errors
    /// As [`PackageStore::package`]; [`PackageError::NotInForce`] when the rules of all editions begin later.
    pub fn package_on(
        &self,
        kind: &str,
        day: Option<Date>,
    ) -> Option<Result<Arc<Package>, Arc<PackageError>>> {
        let editions = self.inner.kinds.get(kind)?;
        let begun =
            |found: &&Found| day.is_none_or(|day| found.edition.valid_from.is_none_or(|from| from <= day));
        let chosen = editions.iter().rev().find(begun);
        Some(match (chosen, editions.first(), day) {
            (Some(found), ..) => self.compiled(found),
            (None, Some(Found { edition: EditionName { valid_from: Some(from), .. }, .. }), Some(day)) => {
                Err(Arc::new(PackageError::NotInForce { kind: kind.to_owned(), from: *from, day }))
            }
            (None, ..) => return None,
        })
    }

    fn find(&self, name: &str) -> Option<&Found> {
        let editions = match EditionName::parse(name) {
            Some(EditionName { kind, .. }) => self.inner.kinds.get(&kind)?,
            None => self.inner.kinds.get(name)?,
        };
        let exact = editions.iter().find(|found| found.edition.folder == name);
        exact.or_else(|| editions.last().filter(|found| found.edition.kind == name))
    }

    fn compiled(&self, found: &Found) -> Result<Arc<Package>, Arc<PackageError>> {
        let name = &found.edition.folder;
        let made = found.slot.get_or_init(|| {
            let Found { place, edition, .. } = found;
            let Inner { places, cache, schemas, rooms, .. } = &*self.inner;
            let made = match cache {
                Some(cache) => {
                    let mut room = rooms.take().unwrap_or_default();
                    let made = compile_or_read(&places[*place], edition, cache, schemas, &mut room);
                    room.clear();
                    room.shrink_to(MAX_ROOM);
                    rooms.give_back(room);
                    made
                }
                None => compile(&places[*place], edition),
            };
            let package = |Compiled { digest, schema, plans, .. }| {
                let (kind, valid_from) = (edition.kind.clone(), edition.valid_from);
                Arc::new(Package { kind, valid_from, digest, schema, plans })
            };
            made.map(package).map_err(Arc::new)
        });
        if let (Some(lock), Ok(package)) = (&self.lock, made)
            && lock.digest(name) != Some(&package.digest)
        {
            return Err(Arc::new(PackageError::Pinned {
                kind: name.clone(),
                wanted: lock.digest(name).map(str::to_owned),
                found: package.digest.clone(),
            }));
        }
        made.clone()
    }

    /// Names of the files of a package, relative to its folder.
    ///
    /// # Errors
    /// When the package folder cannot be listed, or there is no package for the kind.
    pub fn file_names(&self, name: &str) -> Result<Vec<String>, PackageError> {
        let (files, folder) = self.files(name)?;
        let failed = |source| PackageError::File { name: folder.to_owned(), source };
        let mut names = files.schematrons(folder).map_err(failed)?;
        names.extend(files.schemas(folder).map_err(failed)?);
        Ok(names)
    }

    /// What changed from one package to another, rule by rule. A folder of packages is compared with another one by their
    /// stores.
    ///
    /// # Errors
    /// When a package cannot be read, or there is none of a name.
    pub fn difference(&self, name: &str, newer: &Self, newer_name: &str) -> Result<Difference, PackageError> {
        Difference::of(self.files(name)?, newer.files(newer_name)?)
    }

    fn files(&self, name: &str) -> Result<(&Files, &str), PackageError> {
        match self.find(name) {
            Some(found) => Ok((&self.inner.places[found.place], &found.edition.folder)),
            None => Err(PackageError::Unknown { kind: name.to_owned() }),
        }
    }
}

/// What is made of the files of a package.
pub(super) struct Compiled {
    /// Over the same files as the digest, if a cache is to know them again.
    pub(super) check: Option<[u8; 32]>,
    pub(super) digest: String,
    /// Names of the schemas, in the order in which the compiler reads them.
    pub(super) schemas: Vec<String>,
    pub(super) schema: Option<Arc<Schema>>,
    pub(super) plans: Vec<Plan>,
}

/// Compiles the files of a package.
pub(super) fn compile(files: &Files, edition: &EditionName) -> Result<Compiled, PackageError> {
    Sources::read(files, edition, false)?.compile(files)
}

/// As [`compile`], unless the cache has it; `room` is for files that are looked at one after the other.
fn compile_or_read(
    files: &Files,
    edition: &EditionName,
    cache: &PackageCache,
    schemas: &Schemas,
    room: &mut Vec<u8>,
) -> Result<Compiled, PackageError> {
    let place = cache.place(files, edition, room);
    if let Some(cached) = place.as_ref().and_then(|place| place.read(files, edition, schemas, room)) {
        return Ok(cached);
    }
    let compiled = Sources::read(files, edition, true)?.compile(files)?;
    if let Some(place) = place {
        place.write(edition, &compiled);
    }
    Ok(compiled)
}
