//! Cryptographic Message Syntax (RFC 5652), SignedData only: a reader over the original octets, and a DER writer.

mod armour;
mod attributes;
mod error;
mod signed_data;
mod write;

use std::borrow::Cow;

use crate::crypto::HashFunction;

pub(crate) use attributes::Attribute;
pub(crate) use signed_data::{SignedData, SignerId, SignerInfo};
pub(crate) use write::{
    Additions, SignedDataParts, attributes_to_sign, extend, without_unsigned, write_signed_data,
};

pub use error::CmsError;

/// Containers above this are refused: a signature with its chain takes some kilobytes.
///
/// An attached container carries a document, hence the room.
pub const MAX_CONTAINER: usize = 32 << 20;

/// The content of an attached container (DER, BER, PEM or base64); `None` when the signature is detached.
///
/// # Errors
/// The octets are not SignedData.
///
/// ```
/// assert!(semd_sign::cms::attached_content(b"not a container").is_err());
/// ```
pub fn attached_content(container: &[u8]) -> Result<Option<Vec<u8>>, CmsError> {
    let octets = armour::decode(container)?;
    Ok(SignedData::read(&octets)?.content.map(Cow::into_owned))
}

pub(crate) use armour::decode;

/// The digest functions the signers of a container name; none when it cannot be read.
pub(crate) fn digest_functions(container: &[u8]) -> Vec<HashFunction> {
    let Ok(octets) = armour::decode(container) else { return Vec::new() };
    let Ok(data) = SignedData::read(&octets) else { return Vec::new() };
    data.signers.iter().filter_map(|signer| HashFunction::by_oid(&signer.digest_algorithm)).collect()
}
