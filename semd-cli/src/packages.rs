//! The rule packages that the flags name.

use semd_core::package::PackageStore;

use crate::args::PackageFolders;
use crate::failure::Failure;

/// Opens the folders given, or the packages built in.
pub fn open(folders: &PackageFolders) -> Result<PackageStore, Failure> {
    if folders.packages.is_empty() {
        return Ok(PackageStore::embedded());
    }
    PackageStore::open(&folders.packages).map_err(|error| Failure::usage(error.message()))
}
