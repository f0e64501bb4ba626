//! ZIP archives read in memory, bounded. Nothing is ever unpacked to disk.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

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
    let names = entries(&mut archive, limits)?;
    let mut left = limits.max_total_bytes;
    let mut not_wanted = 0;
    let mut bytes = Vec::new();
    for Entry { name, index, .. } in names {
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

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Name inside the archive, with `/` between folders.
    pub name: String,
    /// Unpacked size as the archive states it, bytes.
    pub size: u64,
    index: usize,
}

/// The files of an archive, sorted by name.
fn entries<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    limits: &ArchiveLimits,
) -> Result<Vec<Entry>, ArchiveError> {
    if archive.len() > limits.max_entries {
        return Err(ArchiveError::Limit { what: "files", limit: limits.max_entries as u64 });
    }
    let mut entries = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index)?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name()?.into_owned();
        if entry.enclosed_name().is_none() {
            return Err(ArchiveError::Outside { name });
        }
        entries.push(Entry { name, size: entry.size(), index });
    }
    entries.sort_by(|a, b| (&a.name, a.index).cmp(&(&b.name, b.index)));
    Ok(entries)
}

/// An archive on disk whose entries are read one at a time, by any thread.
#[derive(Clone, Debug)]
pub struct Archive {
    archive: ZipArchive<Shared>,
    max_entry_bytes: u64,
}

impl Archive {
    /// Opens an archive and lists its files whose names are `wanted`, sorted by name. All limits but that on one entry are
    /// judged here, by the sizes the archive states; [`Archive::read`] holds every entry to its size.
    ///
    /// # Errors
    /// What is wrong with the archive.
    pub fn open(
        path: &Path,
        limits: &ArchiveLimits,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<(Self, Vec<Entry>), ArchiveError> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut archive = ZipArchive::new(Shared { file: Arc::new(file), length, at: 0 })?;
        let mut entries = entries(&mut archive, limits)?;
        entries.retain(|entry| wanted(&entry.name));
        let total = entries.iter().fold(0_u64, |total, entry| total.saturating_add(entry.size));
        if total > limits.max_total_bytes {
            return Err(ArchiveError::Limit {
                what: "bytes in all files together",
                limit: limits.max_total_bytes,
            });
        }
        Ok((Self { archive, max_entry_bytes: limits.max_entry_bytes }, entries))
    }

    /// Unpacks a file; of one that is larger than an entry may be only the first bytes, one more than that, so that the limit
    /// of the reader reports it.
    ///
    /// # Errors
    /// When the entry is damaged, packed in a way that is not read, or larger than the archive states.
    pub fn read(&self, entry: &Entry) -> Result<Vec<u8>, ArchiveError> {
        // Clones share the list of entries and the file.
        let mut archive = self.archive.clone();
        let mut bytes = Vec::new();
        // The reader refuses entries that are larger than the archive states.
        archive.by_index(entry.index)?.take(self.max_entry_bytes + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// A file read at its own position, so that threads share one handle.
#[derive(Clone, Debug)]
struct Shared {
    file: Arc<File>,
    length: u64,
    at: u64,
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(&*self.file, buffer, self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(&*self.file, buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
