//! Schema sets that packages have in common: of 109 official packages 33 have the set of another one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::xsd::Schema;

/// The set, or nothing where it cannot be read.
type Slot = Arc<OnceLock<Option<Arc<Schema>>>>;

/// Compiled sets that were read from a cache, told apart by the BLAKE3 of what was read.
#[derive(Debug, Default)]
pub(super) struct Schemas(Mutex<HashMap<[u8; blake3::OUT_LEN], Slot>>);

impl Schemas {
    /// The set that some bytes of a cache are, written by [`super::PackageCache`]; `None` where they are no set.
    pub(super) fn read(&self, bytes: &[u8]) -> Option<Arc<Schema>> {
        let key = *blake3::hash(bytes).as_bytes();
        // The lock is not held while a set is read: another thread may want another set.
        let slot = Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        slot.get_or_init(|| postcard::from_bytes(bytes).ok().map(Arc::new)).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A set of twenty elements, types and attributes, as a cache keeps it.
    fn written(length: u32) -> Vec<u8> {
        let globals: String = (0..20)
            .map(|number| {
                format!(
                    "<xs:simpleType name='T{number}'><xs:restriction base='xs:string'><xs:maxLength value='{length}'/>\
                     </xs:restriction></xs:simpleType><xs:element name='e{number}' type='T{number}'/>\
                     <xs:attribute name='a{number}' type='T{number}'/>"
                )
            })
            .collect();
        let text = format!("<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>{globals}</xs:schema>");
        let source = BTreeMap::from([("set.xsd".to_owned(), text.into_bytes())]);
        postcard::to_stdvec(&Schema::compile(&source, "set.xsd").unwrap()).unwrap()
    }

    #[test]
    fn equal_sets_are_there_once() {
        let schemas = Schemas::default();
        let [one, same, other] = [1, 1, 2].map(|length| schemas.read(&written(length)).unwrap());
        assert!(Arc::ptr_eq(&one, &same));
        assert!(!Arc::ptr_eq(&one, &other));
        let whole = written(1);
        assert!(schemas.read(&whole[..whole.len() / 2]).is_none());
        assert!(schemas.read(b"").is_none());
    }
}
