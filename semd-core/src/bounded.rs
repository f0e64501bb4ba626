//! Files of bounded size.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Reads a file of at most `limit` bytes; of a longer one only `limit + 1`, so that the check of the one who asks reports it.
///
/// # Errors
/// As reading the file.
pub fn read_file(path: impl AsRef<Path>, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_file_into(path, limit, &mut bytes)?;
    Ok(bytes)
}

/// As [`read_file`], in the place of what is in `bytes`: the memory of one file serves for the next.
///
/// # Errors
/// As reading the file.
pub fn read_file_into(path: impl AsRef<Path>, limit: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.clear();
    let file = File::open(path)?;
    // Room for all of it: without, the first read takes 32 bytes, and the next ones twice as many.
    let size = usize::try_from(file.metadata()?.len()).unwrap_or(limit);
    bytes.reserve(size.min(limit) + 1);
    file.take(limit as u64 + 1).read_to_end(bytes)?;
    Ok(())
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
            let mut bytes = vec![1; 300];
            read_file_into(&path, limit, &mut bytes).unwrap();
            assert_eq!(bytes, vec![7; read], "{limit}");
        }
        assert!(read_file(folder.path().join("none"), 1).is_err());
    }
}
