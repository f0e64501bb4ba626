//! ZIP archives read in memory, bounded. Nothing is ever unpacked to disk.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use zip::ZipArchive;

/// Limits on an untrusted archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveLimits {
    /// Number of entries.
    pub max_entries: usize,
    /// Size of one unpacked entry, bytes.
    pub max_entry_bytes: u64,
    /// Size of all unpacked entries together, bytes.
    pub max_total_bytes: u64,
}

/// An archive cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// It is no ZIP archive, or packed in a way that is not read.
    #[error("{0}")]
    Format(#[from] zip::result::ZipError),
    /// Reading or unpacking failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// An entry would lie outside the folder of the archive.
    #[error("entry `{name}` leaves the archive")]
    Outside {
        /// Name of the entry.
        name: String,
    },
    /// A limit is exceeded.
    #[error("more than {limit} {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
}

/// Whether a file begins like a ZIP archive.
///
/// # Errors
/// When the file cannot be read.
pub fn is_archive(path: &Path) -> io::Result<bool> {
    let mut start = Vec::with_capacity(4);
    File::open(path)?.take(4).read_to_end(&mut start)?;
    Ok(start == b"PK\x03\x04" || start == b"PK\x05\x06")
}

/// Hands the entries whose names are `wanted` to `each`, sorted by name, until it answers `false`. Answers how many files
/// were not wanted.
///
/// # Errors
/// What is wrong with the archive; entries before the fault were already handed over.
pub fn read(
    source: impl Read + Seek,
    limits: &ArchiveLimits,
    wanted: impl Fn(&str) -> bool,
    mut each: impl FnMut(&str, &[u8]) -> bool,
) -> Result<usize, ArchiveError> {
    let mut archive = ZipArchive::new(source)?;
    if archive.len() > limits.max_entries {
        return Err(ArchiveError::Limit { what: "files", limit: limits.max_entries as u64 });
    }
    let mut names: Vec<(String, usize)> = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index)?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name()?.into_owned();
        if entry.enclosed_name().is_none() {
            return Err(ArchiveError::Outside { name });
        }
        names.push((name, index));
    }
    names.sort();
    let mut left = limits.max_total_bytes;
    let mut not_wanted = 0;
    let mut bytes = Vec::new();
    for (name, index) in names {
        if !wanted(&name) {
            not_wanted += 1;
            continue;
        }
        bytes.clear();
        // The size that the archive states may be a lie: what comes out is counted.
        archive.by_index(index)?.take(limits.max_entry_bytes.min(left) + 1).read_to_end(&mut bytes)?;
        let size = bytes.len() as u64;
        if size > limits.max_entry_bytes {
            return Err(ArchiveError::Limit { what: "bytes", limit: limits.max_entry_bytes });
        }
        left = left.checked_sub(size).ok_or(ArchiveError::Limit {
            what: "bytes in all files together",
            limit: limits.max_total_bytes,
        })?;
        if !each(&name, &bytes) {
            break;
        }
    }
    Ok(not_wanted)
}
