//! Many verifications at once.

use std::collections::HashMap;

use super::{PreparedKey, PublicKey};

/// Signatures under one key from which making its tables pays.
const WORTH_TABLES: usize = 3;

/// A signature to be verified.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// The key.
    pub key: &'a PublicKey,
    /// The digest, in output order.
    pub digest: &'a [u8],
    /// `s‖r`, big-endian.
    pub signature: &'a [u8],
}

/// Verifies signatures under any keys and answers one by one. Keys that occur three times and more get tables for the time of
/// the call, so that signatures under the key of one person or issuer cost about half.
///
/// ```
/// use semd_sign::gost::{ParameterSet, SecretKey, Signed, verify_batch};
///
/// let key = SecretKey::generate(ParameterSet::by_oid(ParameterSet::XCHA).expect("a known set"))?;
/// let public = key.public_key();
/// let digests = [[1; 32], [2; 32], [3; 32]];
/// let signatures = [key.sign(&digests[0])?, key.sign(&digests[1])?, key.sign(&[9; 32])?];
/// let items: Vec<_> = digests
///     .iter()
///     .zip(&signatures)
///     .map(|(digest, signature)| Signed { key: &public, digest, signature })
///     .collect();
/// assert_eq!(verify_batch(&items), [true, true, false]);
/// # Ok::<(), semd_sign::gost::GostError>(())
/// ```
pub fn verify_batch(items: &[Signed<'_>]) -> Vec<bool> {
    let mut occurrences: HashMap<&PublicKey, usize> = HashMap::new();
    for item in items {
        *occurrences.entry(item.key).or_default() += 1;
    }
    occurrences.retain(|_, count| *count >= WORTH_TABLES);
    let prepared: HashMap<&PublicKey, PreparedKey> =
        occurrences.into_keys().map(|key| (key, key.prepare())).collect();
    items
        .iter()
        .map(|item| match prepared.get(item.key) {
            Some(key) => key.verify(item.digest, item.signature),
            None => item.key.verify(item.digest, item.signature),
        })
        .collect()
}
