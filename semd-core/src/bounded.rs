//! Files of bounded size.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Reads a file of at most `limit` bytes; of a longer one only `limit + 1`, so that the check of the one who asks reports it.
///
/// # Errors
/// As reading the file.
pub fn read_file(path: impl AsRef<Path>, limit: usize) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    // Room for all of it: without, the first read takes 32 bytes, and the next ones twice as many.
    let size = usize::try_from(file.metadata()?.len()).unwrap_or(limit);
    let mut bytes = Vec::with_capacity(size.min(limit) + 1);
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_one_byte_beyond_the_limit_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, [7; 100]).unwrap();
        for (limit, read) in [(0, 1), (99, 100), (100, 100), (1 << 20, 100)] {
            assert_eq!(read_file(&path, limit).unwrap(), vec![7; read], "{limit}");
        }
        assert!(read_file(folder.path().join("none"), 1).is_err());
    }
}
