//! Dictionaries (НСИ, the reference data of the Ministry of Health): import, one compact store, look-ups.
//!
//! [`import`] reads the official JSON answers (`<oid>_<version>_passport`, `<oid>_<version>_part<n>`) and the published
//! exports (`<oid>_<version>.json`) from folders, ZIP archives or memory into a [`Builder`]; [`Builder::finish`] gives the
//! bytes of a store file, and [`Store::from_bytes`] opens them. A store is read-only, cheap to clone and shared by all
//! threads; its file format is described in `docs/nsi-store-format.md`.
//!
//! ```
//! use semd_core::nsi::{Builder, ImportLimits, Store, Version};
//!
//! let passport = r#"{"oid": "1.2.643.5.1.13.13.99.2.9999", "version": "1.2", "rowsCount": 1, "fullName": "Пример",
//!     "fields": [{"field": "ID"}, {"field": "NAME"}],
//!     "keys": [{"field": "ID", "type": "PRIMARY"}, {"field": "NAME", "type": "VALUE"}]}"#;
//! let part = r#"{"list": [[{"column": "ID", "value": "1"}, {"column": "NAME", "value": "Первый"}]]}"#;
//! let mut builder = Builder::new(ImportLimits::default());
//! builder.add("1.2.643.5.1.13.13.99.2.9999_1.2_passport", passport.as_bytes()).unwrap();
//! builder.add("1.2.643.5.1.13.13.99.2.9999_1.2_part1", part.as_bytes()).unwrap();
//! let store = Store::from_bytes(&builder.finish(0, false).unwrap()).unwrap();
//!
//! let dictionary = store.dictionary("1.2.643.5.1.13.13.99.2.9999", Version::Latest).unwrap();
//! assert_eq!(dictionary.display_name("1"), Some("Первый"));
//! assert_eq!(dictionary.rows_where("NAME", "Первый").next().unwrap().get("ID"), Some("1"));
//! ```

mod binding;
mod builder;
mod check;
mod decode;
mod dictionary;
mod elements;
mod encode;
mod error;
mod exceptions;
mod import;
mod index;
mod json;
mod prescribed;
mod source_name;
mod store;
mod texts;
mod version;

pub use builder::{Builder, ImportLimits};
pub use check::{Located, Outcome, check};
pub use dictionary::{Column, ColumnRole, Dictionary, Row};
pub use elements::CodedElements;
pub use error::{ImportError, OpenError, StoreError};
pub use exceptions::{Exception, ExceptionError, Exceptions, Level};
pub use import::{Imported, import};
pub use source_name::is_oid;
pub use store::{Store, Version};
pub use texts::Fault;
