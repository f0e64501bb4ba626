//! The rule packages that the flags name.

use std::env;
use std::path::{Path, PathBuf};

use semd_core::package::{PackageCache, PackageError, PackageLock, PackageStore};
use semd_core::report::Message;

use crate::args::PackageFolders;
use crate::failure::Failure;

/// Opens the folders given, or the packages built in. Packages that a lock file pins are compared with it at once: a run
/// with other rules than agreed must not begin.
pub fn open(folders: &PackageFolders) -> Result<PackageStore, Failure> {
    let store = unlocked(folders)?;
    let Some(path) = &folders.packages_lock else { return Ok(store) };
    let store = store.locked(read_lock(path)?);
    for kind in store.lock().into_iter().flat_map(PackageLock::kinds) {
        let unknown = || Err(PackageError::Unknown { kind: kind.to_owned() }.into());
        if let Err(error) = store.package(kind).unwrap_or_else(unknown) {
            let message = error.message();
            return Err(Failure::usage(Message::new(
                format!("{}: {}", path.display(), message.ru),
                format!("{}: {}", path.display(), message.en),
            )));
        }
    }
    Ok(store)
}

/// As [`open`], whatever a lock file says.
pub fn unlocked(folders: &PackageFolders) -> Result<PackageStore, Failure> {
    let cache = cache_folder(folders).map(PackageCache::new);
    if folders.packages.is_empty() {
        return Ok(PackageStore::embedded_with(cache));
    }
    PackageStore::open_with(&folders.packages, cache).map_err(|error| Failure::usage(error.message()))
}

/// Where compiled packages are kept: the folder given, else that of the system for the user's caches.
fn cache_folder(folders: &PackageFolders) -> Option<PathBuf> {
    if folders.no_cache {
        return None;
    }
    let from = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let user = || {
        from("XDG_CACHE_HOME")
            .or_else(|| Some(from("HOME")?.join(".cache")))
            .or_else(|| from("LOCALAPPDATA"))
            .map(|folder| folder.join("semd"))
    };
    folders.cache_dir.clone().or_else(user)
}

fn read_lock(path: &Path) -> Result<PackageLock, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::io(path, &error))?;
    PackageLock::parse(&text).map_err(|error| {
        let error = error.to_string().replace('\n', " ");
        let path = path.display();
        Failure::usage(Message::new(
            format!("{path}: не файл закреплённых пакетов: {error}"),
            format!("{path}: not a lock file of packages: {error}"),
        ))
    })
}
