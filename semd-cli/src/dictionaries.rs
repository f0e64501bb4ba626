//! The dictionaries that the flags name.

use std::path::Path;

use semd_core::nsi::{OpenError, Store};
use time::OffsetDateTime;

use crate::args::DictionaryPlace;
use crate::failure::Failure;

/// Now, in the unit of the store.
pub fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

/// Opens the dictionaries given, if any are.
pub fn open(place: &DictionaryPlace) -> Result<Option<Store>, Failure> {
    place.nsi.as_deref().map(open_at).transpose()
}

/// Opens the dictionaries at a path.
pub fn open_at(path: &Path) -> Result<Store, Failure> {
    Store::open(path, now()).map_err(|error: OpenError| Failure::usage(error.message()))
}
