//! Rule packages: where they lie, what they are made of, and the compiled form shared by all threads.
//!
//! A package is a folder `<kind>/` with `schematron.sch` (some kinds have further `schematron_*.sch`) and
//! `xsd/CDA.xsd` with what it includes. It is compiled when the first document of its kind comes, once.

mod diff;
mod error;
mod files;
mod import;
mod layout;
mod lock;
mod store;

pub use diff::{Change, ChangedRule, Difference, FileChange};
pub use error::PackageError;
pub use import::{ImportError, Imported, import};
pub use lock::PackageLock;
pub use store::{Package, PackageStore, PackageSummary};
