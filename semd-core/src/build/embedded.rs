//! The card kinds that are part of the program.

use super::Files;

/// Name relative to `schemas/cards`, contents.
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded_cards.rs"));

/// The embedded files.
pub(super) fn files() -> Files {
    EMBEDDED
        .iter()
        .map(|(name, bytes)| ((*name).to_owned(), String::from_utf8_lossy(bytes).into_owned()))
        .collect()
}
