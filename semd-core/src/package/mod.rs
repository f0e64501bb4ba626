//! Rule packages: where they lie, what they are made of, and the compiled form shared by all threads.
//!
//! A package is a folder `<kind>/` with `schematron.sch` (some kinds have further `schematron_*.sch`) and
//! `xsd/CDA.xsd` with what it includes. It is compiled when the first document of its kind comes, once, or read from a
//! [`PackageCache`]. Where the rules of a kind changed without a new kind, `<kind>@<first day>/` keeps the later ones beside the
//! earlier; the date of the document chooses.
//!
//! [`import`] takes deliveries of the Ministry over as they are, [`Difference`] compares two editions rule by rule.
//!
//! ```
//! use semd_core::package::{PackageLock, PackageStore};
//!
//! let store = PackageStore::embedded();
//! let package = store.package("119").unwrap()?;
//! assert!(package.schema.is_some() && !package.plans.is_empty());
//!
//! // A store that is pinned to other contents refuses them.
//! let lock = PackageLock::parse("[packages]\n119 = \"sha256:00ff\"\n")?;
//! assert!(store.locked(lock).package("119").unwrap().is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cache;
mod diff;
mod edition;
mod error;
mod files;
mod import;
mod layout;
mod lock;
mod schemas;
mod sources;
mod store;

pub use cache::PackageCache;
pub use diff::{Change, ChangedRule, Difference, FileChange};
pub use error::PackageError;
pub use import::{ImportError, Imported, import};
pub use lock::PackageLock;
pub use store::{Package, PackageStore, PackageSummary};
