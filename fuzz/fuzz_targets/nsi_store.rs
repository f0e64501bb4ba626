//! Any bytes as a store of dictionaries, its checksum mended, so that what lies behind it is reached.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_core::nsi::{Store, Version};

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.to_vec();
    if bytes.len() > 16 {
        bytes[..8].copy_from_slice(b"semd-nsi");
        bytes[8..12].copy_from_slice(&1_u32.to_le_bytes());
        let sum = crc32fast::hash(&bytes[16..]).to_le_bytes();
        bytes[12..16].copy_from_slice(&sum);
    }
    let Ok(store) = Store::from_bytes(&bytes) else { return };
    for dictionary in store.dictionaries() {
        let _ = store.dictionary(dictionary.oid(), Version::Latest);
        for column in dictionary.columns() {
            let _ = column.rows_with("1").count();
        }
        for row in dictionary.rows() {
            let _ = (row.code(), row.values().count());
        }
    }
});
