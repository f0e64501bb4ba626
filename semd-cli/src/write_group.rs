//! Many small files, each whole or absent, brought to the disk together: one wait for the disk serves a group.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Files brought to the disk together. A crash costs at most the signatures of the groups under way, and a rerun makes them again.
pub const GROUP: usize = 64;

/// Writes the files under temporary names, brings them to the disk, then gives them their names. Answers what became of each.
pub fn write(files: &[(&Path, &[u8])]) -> Vec<io::Result<()>> {
    let written: Vec<_> = files.iter().map(|(path, bytes)| write_part(path, bytes)).collect();
    let synced = sync(&written);
    let results = files.iter().zip(written).map(|((path, _), part)| {
        let (part, _) = part?;
        let named = match &synced {
            Ok(()) => fs::rename(&part, path),
            Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
        };
        named.inspect_err(|_| drop(fs::remove_file(&part)))
    });
    let results = results.collect();
    let folders: BTreeSet<_> = files.iter().filter_map(|(path, _)| path.parent()).collect();
    for folder in folders {
        // A folder that cannot be synced has at worst the old names, and the documents are signed again.
        let _ = sync_folder(folder);
    }
    results
}

fn write_part(path: &Path, bytes: &[u8]) -> io::Result<(PathBuf, File)> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let mut file = File::create(&part)?;
    io::Write::write_all(&mut file, bytes).inspect_err(|_| drop(fs::remove_file(&part)))?;
    Ok((part, file))
}

/// Brings the contents to the disk. Where the system can do so for a whole file system, one call does: all files of a group
/// are on the same one unless `--out` is a patchwork, and then each is asked.
fn sync(written: &[io::Result<(PathBuf, File)>]) -> io::Result<()> {
    let files: Vec<&File> = written.iter().flatten().map(|(_, file)| file).collect();
    #[cfg(target_os = "linux")]
    if let [first, _, ..] = files.as_slice()
        && on_one_file_system(&files)?
    {
        return Ok(rustix::fs::syncfs(first)?);
    }
    files.into_iter().try_for_each(File::sync_data)
}

#[cfg(target_os = "linux")]
fn on_one_file_system(files: &[&File]) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;

    let mut devices = BTreeSet::new();
    for file in files {
        devices.insert(file.metadata()?.dev());
    }
    Ok(devices.len() == 1)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_whole_and_one_that_cannot_be_written_does_not_hinder_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let paths = [at("a"), at("no/b"), at("c")];
        let contents: [&[u8]; 3] = [b"one", b"two", b"three"];
        let files: Vec<_> = paths.iter().map(std::path::PathBuf::as_path).zip(contents).collect();
        let results = write(&files);
        assert!(results[0].is_ok() && results[1].is_err() && results[2].is_ok());
        assert_eq!(fs::read(at("a")).unwrap(), b"one");
        assert_eq!(fs::read(at("c")).unwrap(), b"three");
        let names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }
}
