//! From folders, archives and files to a builder or a store.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::builder::{Builder, ImportLimits};
use super::error::{ImportError, OpenError, StoreError};
use super::source_name::SourceName;
use super::store::Store;
use crate::archive::{self, ArchiveError, ArchiveLimits};
use crate::bounded::read_file;

/// What one call of [`import`] read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Files of dictionaries.
    pub files: usize,
    /// Files that are something else and were passed over.
    pub passed_over: usize,
}

/// Adds the dictionaries of a folder (at any depth), of a ZIP archive, or of one file. Nothing is written to disk.
///
/// # Errors
/// [`ImportError::Nothing`] when there is no file of a dictionary, else what is wrong with one.
pub fn import(path: &Path, builder: &mut Builder) -> Result<Imported, ImportError> {
    let mut imported = Imported::default();
    if io_at(path, fs::metadata(path))?.is_dir() {
        for file in files(path, builder.limits().max_files)? {
            add_file(&file, builder, &mut imported)?;
        }
    } else if io_at(path, archive::is_archive(path))? {
        add_archive(path, builder, &mut imported)?;
    } else {
        add_file(path, builder, &mut imported)?;
    }
    if imported.files == 0 {
        return Err(ImportError::Nothing { path: path.to_owned() });
    }
    Ok(imported)
}

impl Store {
    /// Opens a store file. Of a folder, an archive or an official file the dictionaries are imported into memory, which takes
    /// longer; `now` is then the time of import, seconds since 1970-01-01 UTC.
    ///
    /// # Errors
    /// What is wrong with the file or folder.
    pub fn open(path: &Path, now: i64) -> Result<Self, OpenError> {
        let damaged = |source| OpenError::Store { path: path.to_owned(), source };
        if io_at(path, fs::metadata(path))?.is_file() {
            let bytes = io_at(path, fs::read(path))?;
            match Self::from_bytes(&bytes) {
                Err(StoreError::NotAStore) => {}
                opened => return opened.map_err(damaged),
            }
        }
        let mut builder = Builder::new(ImportLimits::default());
        import(path, &mut builder)?;
        Self::from_bytes(&builder.finish(now, false)?).map_err(damaged)
    }
}

fn io_at<T>(path: &Path, result: io::Result<T>) -> Result<T, ImportError> {
    result.map_err(|source| ImportError::Io { path: path.to_owned(), source })
}

/// The files of a folder at any depth, sorted, so that the same folder always gives the same store.
fn files(root: &Path, limit: usize) -> Result<Vec<PathBuf>, ImportError> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in io_at(&folder, fs::read_dir(&folder))? {
            let entry = io_at(&folder, entry)?;
            // Links to folders are not followed: a link to a parent would never end.
            if io_at(&folder, entry.file_type())?.is_dir() {
                folders.push(entry.path());
            } else {
                files.push(entry.path());
            }
            if files.len() + folders.len() > limit {
                return Err(too_many_files(root, limit));
            }
        }
    }
    files.sort();
    Ok(files)
}

fn too_many_files(path: &Path, limit: usize) -> ImportError {
    ImportError::Limit { name: path.display().to_string(), what: "files", limit: limit as u64 }
}

fn add_file(path: &Path, builder: &mut Builder, imported: &mut Imported) -> Result<(), ImportError> {
    let name = path.to_string_lossy();
    if SourceName::read(&name).is_none() {
        imported.passed_over += 1;
        return Ok(());
    }
    let limit = usize::try_from(builder.limits().max_file_bytes).unwrap_or(usize::MAX - 1);
    let bytes = io_at(path, read_file(path, limit))?;
    builder.add(&name, &bytes)?;
    imported.files += 1;
    Ok(())
}

fn add_archive(path: &Path, builder: &mut Builder, imported: &mut Imported) -> Result<(), ImportError> {
    let limits = ArchiveLimits {
        max_entries: builder.limits().max_files,
        max_entry_bytes: builder.limits().max_file_bytes,
        max_total_bytes: builder.limits().max_total_bytes,
    };
    let file = io_at(path, File::open(path))?;
    let wanted = |name: &str| SourceName::read(name).is_some();
    let name = path.display().to_string();
    let mut failed = None;
    let read = archive::read(file, &limits, wanted, |entry, bytes| {
        imported.files += 1;
        builder.add(&format!("{name}/{entry}"), bytes).map_err(|error| failed = Some(error)).is_ok()
    });
    match (failed, read) {
        (Some(error), _) => Err(error),
        (None, Ok(passed_over)) => {
            imported.passed_over += passed_over;
            Ok(())
        }
        (None, Err(ArchiveError::Limit { what, limit })) => Err(ImportError::Limit { name, what, limit }),
        (None, Err(error)) => Err(ImportError::Archive { name, reason: error.to_string() }),
    }
}
