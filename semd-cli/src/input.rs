//! From PATH arguments to documents.

use std::fs;
use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use semd_core::archive::{self, Archive, ArchiveError, ArchiveLimits, Entry};
use semd_core::report::Message;

use crate::failure::Failure;

/// Files of the given paths, in order: a file is itself, a folder gives its `*.xml` at any depth sorted by name, `-` gives
/// the lines of stdin.
pub fn documents(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    documents_and(paths, |_| false)
}

/// As [`documents`], and of folders also what else is wanted.
pub fn documents_and(paths: &[PathBuf], wanted: fn(&Path) -> bool) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    each_file(paths, |path| has_extension(path, &["xml"]) || wanted(path), |file| files.push(file))?;
    not_empty(files)
}

/// As [`documents`], and the `*.xml` inside ZIP archives, given or in folders.
pub fn documents_and_archives(paths: &[PathBuf], max_bytes: usize) -> Result<Vec<Document>, Failure> {
    // What is named a document is one: thousands of files need not be opened before the first is checked.
    let is_document = |path: &Path| has_extension(path, &["xml"]);
    unpacked(paths, max_bytes, is_document, |path| !is_document(path) && looks_like_archive(path))
}

/// Every file of the given paths, of folders at any depth, and inside ZIP archives.
pub fn all_files(paths: &[PathBuf], max_bytes: usize) -> Result<Vec<Document>, Failure> {
    unpacked(paths, max_bytes, |_| true, looks_like_archive)
}

fn unpacked(
    paths: &[PathBuf],
    max_bytes: usize,
    wanted: fn(&Path) -> bool,
    is_archive: impl Fn(&Path) -> bool,
) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    let or_archive = |path: &Path| wanted(path) || has_extension(path, &["zip"]);
    each_file(paths, or_archive, |file| {
        if is_archive(&file) {
            unpack(file, max_bytes, wanted, &mut documents);
        } else {
            documents.push(Document { name: file, origin: Origin::File });
        }
    })?;
    not_empty(documents)
}

/// Whether a file begins like an archive. What cannot be opened is reported in its turn, like every other document.
fn looks_like_archive(file: &Path) -> bool {
    archive::is_archive(file).unwrap_or(false)
}

/// A document to be checked: a file, or a file inside an archive.
#[derive(Debug)]
pub struct Document {
    /// The path; `archive.zip!/inner.xml` for a file inside an archive.
    pub name: PathBuf,
    origin: Origin,
}

#[derive(Debug)]
enum Origin {
    File,
    Archived(Arc<Archive>, Entry),
    /// An archive that cannot be opened, and why.
    Damaged(Message),
}

impl Document {
    /// The bytes of the document; of one longer than `limit` only `limit + 1`, so that the limit's own check reports it.
    pub fn read(&self, limit: usize) -> Result<Vec<u8>, Failure> {
        match &self.origin {
            Origin::File => read(&self.name, limit),
            Origin::Archived(archive, entry) => {
                archive.read(entry).map_err(|error| Failure::usage(damaged(&self.name, &error)))
            }
            Origin::Damaged(message) => Err(Failure::usage(message.clone())),
        }
    }
}

/// Documents of one archive.
const MAX_ENTRIES: usize = 200_000;
/// How much larger than an archive its files together may be. Documents shrink to a tenth; only a bomb to a thousandth.
const MAX_RATIO: u64 = 200;
/// Files together that are read from the smallest archive, bytes.
const LEAST_TOTAL: u64 = 64 << 20;

fn unpack(path: PathBuf, max_bytes: usize, wanted: fn(&Path) -> bool, documents: &mut Vec<Document>) {
    let size = fs::metadata(&path).map_or(0, |metadata| metadata.len());
    let limits = ArchiveLimits {
        max_entries: MAX_ENTRIES,
        max_entry_bytes: max_bytes as u64,
        max_total_bytes: size.saturating_mul(MAX_RATIO).max(LEAST_TOTAL),
    };
    match Archive::open(&path, &limits, |name| wanted(Path::new(name))) {
        Ok((archive, entries)) => {
            let archive = Arc::new(archive);
            documents.extend(entries.into_iter().map(|entry| Document {
                name: PathBuf::from(format!("{}!/{}", path.display(), entry.name)),
                origin: Origin::Archived(Arc::clone(&archive), entry),
            }));
        }
        Err(error) => {
            let message = damaged(&path, &error);
            documents.push(Document { name: path, origin: Origin::Damaged(message) });
        }
    }
}

fn damaged(path: &Path, error: &ArchiveError) -> Message {
    let path = path.display();
    Message::new(
        format!("{path}: архив не читается: {error}; соберите архив заново"),
        format!("{path}: the archive cannot be read: {error}; make it again"),
    )
}

fn not_empty<T>(documents: Vec<T>) -> Result<Vec<T>, Failure> {
    match documents.is_empty() {
        false => Ok(documents),
        true => Err(Failure::usage(Message::new(
            "не найдено ни одного документа *.xml; укажите файл или папку",
            "no *.xml document was found; give a file or a folder",
        ))),
    }
}

/// Calls `each` with the files of the given paths; of folders with those that are `wanted`.
fn each_file(
    paths: &[PathBuf],
    wanted: impl Fn(&Path) -> bool,
    mut each: impl FnMut(PathBuf),
) -> Result<(), Failure> {
    for path in paths {
        if path.as_os_str() == "-" {
            for line in io::stdin().lock().lines() {
                let line = line.map_err(|error| Failure::io(Path::new("-"), &error))?;
                let line = line.trim_end_matches('\r');
                if !line.is_empty() {
                    each(PathBuf::from(line));
                }
            }
        } else if path.is_dir() {
            folder(path, &wanted)?.into_iter().for_each(&mut each);
        } else {
            each(path.clone());
        }
    }
    Ok(())
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|found| extensions.iter().any(|known| found.eq_ignore_ascii_case(known)))
}

/// The files of a folder at any depth that are wanted, sorted by name.
fn folder(root: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| Failure::io(&folder, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| Failure::io(&folder, &error))?;
            let kind = entry.file_type().map_err(|error| Failure::io(&folder, &error))?;
            let path = entry.path();
            // Links to folders are not followed: a link to a parent would never end.
            if kind.is_dir() {
                folders.push(path);
            } else if wanted(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a file of at most `limit` bytes; of a longer one only `limit + 1`, so that the limit's own check reports it.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    semd_core::bounded::read_file(path, limit).map_err(|error| Failure::io(path, &error))
}

/// Writes a file so that it is whole or absent.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    semd_exchange::bundle::write_atomically(path, bytes).map_err(|error| Failure::io(path, &error))
}
