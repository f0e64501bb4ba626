//! What unit tests share: where the vectors are, and hexadecimal.

use std::path::PathBuf;

/// The folder of GOST vectors, or `None` (said aloud) where it is absent.
pub(crate) fn vectors() -> Option<PathBuf> {
    let shared = std::env::var_os("SEMD_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from);
    let vectors = shared.join("vectors").join("gost");
    if !vectors.is_dir() {
        println!("skipped: no vectors at SEMD_TEST_DATA or beside the repository");
        return None;
    }
    Some(vectors)
}

/// The octets of a hexadecimal string.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "odd number of digits: {text}");
    (0..text.len()).step_by(2).map(|index| u8::from_str_radix(&text[index..index + 2], 16).unwrap()).collect()
}
