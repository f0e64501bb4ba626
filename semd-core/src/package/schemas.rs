//! Schema sets that packages have in common: a third of the official packages have the set of another one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::xsd::Schema;

/// The set, or nothing where it cannot be read.
type Slot = Arc<OnceLock<Option<Arc<Schema>>>>;

/// Compiled sets that were read from a cache, told apart by the BLAKE3 of what was read.
#[derive(Debug, Default)]
pub(super) struct Schemas(Mutex<HashMap<[u8; blake3::OUT_LEN], Slot>>);

impl Schemas {
    /// The set that some bytes of a cache are; `None` where they are damaged.
    pub(super) fn read(&self, bytes: &[u8]) -> Option<Arc<Schema>> {
        let key = *blake3::hash(bytes).as_bytes();
        // The lock is not held while a set is read: another thread may want another set.
        let slot = Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        slot.get_or_init(|| postcard::from_bytes(bytes).ok().map(Arc::new)).clone()
    }
}
