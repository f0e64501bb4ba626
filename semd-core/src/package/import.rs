//! Takes official packages over into a folder of packages, as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use time::Date;

use super::edition::EditionName;
use super::files::{Files, link_target};
use super::layout::{Layout, is_kind};
use super::store::compile;
use crate::archive::{self, ArchiveLimits};
use crate::report::Message;

/// Largest file of a package, bytes.
const MAX_FILE_BYTES: u64 = 32 << 20;
/// All files of one delivery together, bytes; all official packages have some 400 MB.
const MAX_TOTAL_BYTES: u64 = 1 << 30;
/// Files of one delivery.
const MAX_FILES: usize = 50_000;
/// Folders inside one another.
const MAX_DEPTH: usize = 16;

/// Packages cannot be imported. What was imported before the failure stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An archive is damaged, hostile or too large.
    #[error("{}: {reason}", path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No file of the source is part of a package.
    #[error("{}: no `<kind>/CDA.xsd`, `<kind>.sch` or `<kind>/schematron.sch` in it", path.display())]
    Nothing {
        /// The source.
        path: PathBuf,
    },
    /// The source has more than a delivery can sensibly have.
    #[error("{}: more than {limit} {what}", path.display())]
    Limit {
        /// The source.
        path: PathBuf,
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// Another package of the kind is there already.
    #[error("a different package of kind {kind} is there already; replace it explicitly")]
    Exists {
        /// The kind.
        kind: String,
    },
    /// The package cannot be compiled, and was not imported.
    #[error("kind {kind}: {source}")]
    Package {
        /// The kind.
        kind: String,
        /// Why it cannot be used.
        source: Box<super::PackageError>,
    },
}

impl ImportError {
    /// The failure in both languages.
    pub fn message(&self) -> Message {
        match self {
            Self::Io { path, source } => Message::verbatim(format!("{}: {source}", path.display())),
            Self::Archive { path, reason } => Message::new(
                format!("архив {} не читается: {reason}", path.display()),
                format!("archive {} cannot be read: {reason}", path.display()),
            ),
            Self::Nothing { path } => Message::new(
                format!(
                    "в {} нет пакета правил: ожидаются <вид>/CDA.xsd, <вид>.sch или <вид>/schematron.sch",
                    path.display()
                ),
                format!(
                    "{} has no rule package: <kind>/CDA.xsd, <kind>.sch or <kind>/schematron.sch is expected",
                    path.display()
                ),
            ),
            Self::Limit { path, what, limit } => Message::new(
                format!("{}: слишком много ({what}, предел {limit})", path.display()),
                format!("{}: more than {limit} {what}", path.display()),
            ),
            Self::Exists { kind } => Message::new(
                format!("другой пакет вида {kind} уже есть; чтобы заменить его, укажите --replace"),
                format!("a different package of kind {kind} is there already; to replace it, give --replace"),
            ),
            Self::Package { kind, source } => {
                let cause = source.message();
                Message::new(
                    format!("пакет вида {kind} не принят: {}", cause.ru),
                    format!("the package of kind {kind} was not taken: {}", cause.en),
                )
            }
        }
    }
}

/// A package that was taken over, or was there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Name of the package: the kind of documents, with the first day of its rules where one was given.
    pub kind: String,
    /// Digest of the package as reports name it.
    pub digest: String,
    /// Number of its files.
    pub files: usize,
    /// The same package was there already.
    pub unchanged: bool,
}

type Delivery = BTreeMap<String, Vec<u8>>;

/// Imports every package of an archive or folder into a folder of packages. Each package is compiled first, and takes its
/// place as a whole or not at all. With `valid_from` they are editions of rules in force from that day on, and lie beside the
/// earlier ones.
///
/// # Errors
/// The first package that cannot be taken, or what is wrong with the source.
pub fn import(
    source: &Path,
    folder: &Path,
    valid_from: Option<Date>,
    replace: bool,
) -> Result<Vec<Imported>, ImportError> {
    let mut placed = Delivery::new();
    for (named, delivery) in deliveries(source)? {
        let layout = Layout::new(delivery.keys().map(String::as_str), named.as_deref());
        for (name, bytes) in &delivery {
            if let Some((_, place)) = layout.place(name, named.as_deref()) {
                // A link that was checked out as text: the file it leads to is in the same delivery.
                let target = link_target(name, bytes).and_then(|target| delivery.get(&target));
                placed.insert(place, target.unwrap_or(bytes).clone());
            }
        }
    }
    let kinds: BTreeSet<&str> =
        placed.keys().filter_map(|name| name.split('/').next()).filter(|kind| is_kind(kind)).collect();
    if kinds.is_empty() {
        return Err(ImportError::Nothing { path: source.to_owned() });
    }
    kinds
        .into_iter()
        .map(|kind| take(&EditionName::new(kind, valid_from), &placed, folder, replace))
        .collect()
}

/// Puts one package in its place.
fn take(
    edition: &EditionName,
    placed: &Delivery,
    folder: &Path,
    replace: bool,
) -> Result<Imported, ImportError> {
    let kind = edition.kind.as_str();
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| ImportError::Io { path, source }
    };
    let broken = |source| ImportError::Package { kind: kind.to_owned(), source: Box::new(source) };
    let staging = folder.join(format!(".{}.importing", edition.folder));
    let _ = fs::remove_dir_all(&staging);
    let own = format!("{kind}/");
    let mut files = 0;
    // Schemas that several packages share lie in folders beside them, and are named by their path.
    let shares = placed.iter().any(|(name, bytes)| {
        name.starts_with(&own) && name.ends_with(".xsd") && memchr::memmem::find(bytes, b"../_").is_some()
    });
    for (name, bytes) in
        placed.iter().filter(|(name, _)| name.starts_with(&own) || (shares && name.starts_with('_')))
    {
        let path = staging.join(name);
        let parent = path.parent().unwrap_or(&staging);
        fs::create_dir_all(parent).map_err(failed(parent))?;
        fs::write(&path, bytes).map_err(failed(&path))?;
        files += usize::from(name.starts_with(&own));
    }
    let staged = EditionName::new(kind, None);
    let compiled = compile(&Files::Folder(staging.clone()), &staged).map_err(broken);
    let result = compiled.and_then(|package| {
        let target = folder.join(&edition.folder);
        let mut unchanged = false;
        if target.exists() {
            let present = compile(&Files::Folder(folder.to_owned()), edition);
            unchanged = present.is_ok_and(|present| present.digest == package.digest);
            if !unchanged && !replace {
                return Err(ImportError::Exists { kind: edition.folder.clone() });
            }
        }
        if !unchanged {
            for entry in fs::read_dir(&staging).map_err(failed(&staging))?.flatten() {
                let name = entry.file_name();
                let to = if name == *kind { target.clone() } else { folder.join(name) };
                move_over(&entry.path(), &to).map_err(failed(&target))?;
            }
        }
        Ok(Imported { kind: edition.folder.clone(), digest: package.digest, files, unchanged })
    });
    let _ = fs::remove_dir_all(&staging);
    result
}

/// Renames a folder to a place where another may be. Shared folders are merged: other packages use them, too.
fn move_over(from: &Path, to: &Path) -> io::Result<()> {
    let shared = from.file_name().is_some_and(|name| name.to_string_lossy().starts_with('_'));
    if shared && to.is_dir() {
        for entry in fs::read_dir(from)? {
            let path = entry?.path();
            if let Some(name) = path.file_name() {
                let inner = to.join(name);
                if path.is_dir() && inner.is_dir() {
                    move_over(&path, &inner)?;
                } else {
                    fs::rename(&path, inner)?;
                }
            }
        }
        return Ok(());
    }
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::rename(from, to)
}

/// The files of a source: of an archive, of a folder, and of the archives in a folder, each with the kind its name says.
fn deliveries(source: &Path) -> Result<Vec<(Option<String>, Delivery)>, ImportError> {
    let failed = |error| ImportError::Io { path: source.to_owned(), source: error };
    let metadata = fs::metadata(source).map_err(failed)?;
    if metadata.is_file() {
        return Ok(vec![(named(source), unpacked(source)?)]);
    }
    let mut files = Delivery::new();
    let mut archives = Vec::new();
    let mut total = 0;
    let mut folders = vec![(source.to_owned(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let inner = format!("{prefix}{name}");
            if path.is_dir() {
                if depth >= MAX_DEPTH {
                    let path = source.to_owned();
                    return Err(ImportError::Limit { path, what: "folders deep", limit: MAX_DEPTH as u64 });
                }
                if !name.starts_with('.') {
                    folders.push((path, inner + "/", depth + 1));
                }
            } else if name.to_ascii_lowercase().ends_with(".zip") {
                archives.push((named(&path), unpacked(&path)?));
            } else if is_part(name) {
                let size = fs::metadata(&path).map_err(failed)?.len();
                total += size;
                let limit = |what, limit| ImportError::Limit { path: path.clone(), what, limit };
                if size > MAX_FILE_BYTES || total > MAX_TOTAL_BYTES {
                    return Err(limit(
                        "bytes",
                        if size > MAX_FILE_BYTES { MAX_FILE_BYTES } else { MAX_TOTAL_BYTES },
                    ));
                }
                if files.len() >= MAX_FILES {
                    return Err(limit("files", MAX_FILES as u64));
                }
                files.insert(inner, fs::read(&path).map_err(failed)?);
            }
        }
    }
    archives.push((named(source), files));
    Ok(archives)
}

/// The kind that the name of an archive or folder says: `118.zip`, `118`.
fn named(path: &Path) -> Option<String> {
    path.file_stem()?.to_str().filter(|stem| is_kind(stem)).map(str::to_owned)
}

fn is_part(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with(".xsd") || lower.ends_with(".sch")
}

fn unpacked(path: &Path) -> Result<Delivery, ImportError> {
    let bad = |reason: String| ImportError::Archive { path: path.to_owned(), reason };
    let file = fs::File::open(path).map_err(|source| ImportError::Io { path: path.to_owned(), source })?;
    let limits = ArchiveLimits {
        max_entries: MAX_FILES,
        max_entry_bytes: MAX_FILE_BYTES,
        max_total_bytes: MAX_TOTAL_BYTES,
    };
    let mut files = Delivery::new();
    let mut outside = None;
    let keep = |name: &str, bytes: &[u8]| {
        // Writers on Windows put backslashes into names, which the archive's own check does not look at.
        match crate::xsd::resolve("", name) {
            Some(name) => files.insert(name, bytes.to_vec()).is_none(),
            None => {
                outside = Some(name.to_owned());
                false
            }
        }
    };
    archive::read(file, &limits, is_part, keep).map_err(|error| bad(error.to_string()))?;
    match outside {
        Some(name) => Err(bad(format!("entry `{name}` leaves the archive"))),
        None => Ok(files),
    }
}
