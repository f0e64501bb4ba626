//! From PATH arguments to documents.

use std::fs;
use std::io::{self, BufRead as _, Read as _};
use std::path::{Path, PathBuf};

use semd_core::report::Message;

use crate::failure::Failure;

/// Files of the given paths, in order: a file is itself, a folder gives its `*.xml` at any depth sorted by name, `-` gives
/// the lines of stdin.
pub fn documents(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            for line in io::stdin().lock().lines() {
                let line = line.map_err(|error| Failure::io(Path::new("-"), &error))?;
                let line = line.trim_end_matches('\r');
                if !line.is_empty() {
                    files.push(PathBuf::from(line));
                }
            }
        } else if path.is_dir() {
            folder(path, &mut files)?;
        } else {
            files.push(path.clone());
        }
    }
    if files.is_empty() {
        return Err(Failure::usage(Message::new(
            "не найдено ни одного документа *.xml; укажите файл или папку",
            "no *.xml document was found; give a file or a folder",
        )));
    }
    Ok(files)
}

fn folder(root: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
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
            } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml")) {
                found.push(path);
            }
        }
    }
    found.sort();
    files.append(&mut found);
    Ok(())
}

/// Reads a file of at most `limit` bytes; of a longer one only `limit + 1`, so that the limit's own check reports it.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let open = |error| Failure::io(path, &error);
    let file = fs::File::open(path).map_err(open)?;
    let size = file.metadata().map_err(open)?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(limit).min(limit) + 1);
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(open)?;
    Ok(bytes)
}

/// Writes a file so that it is whole or absent.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    semd_exchange::bundle::write_atomically(path, bytes).map_err(|error| Failure::io(path, &error))
}
