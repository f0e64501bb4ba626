//! From the file to binary: DER and BER as they are, PEM, bare base64. The content decides, never the file name.

use std::borrow::Cow;

use super::{CmsError, MAX_CONTAINER};
use crate::asn1::tag;
use crate::pem;

/// The binary container. Base64 is taken off once: «base64 of base64» is an error, not a guess.
pub(crate) fn decode(file: &[u8]) -> Result<Cow<'_, [u8]>, CmsError> {
    if file.is_empty() {
        return Err(CmsError::Empty);
    }
    if file.len() > MAX_CONTAINER {
        return Err(CmsError::TooLarge { size: file.len() });
    }
    if file[0] == tag::SEQUENCE {
        return Ok(Cow::Borrowed(file));
    }
    let decoded = if pem::is_pem(file) {
        let labels = ["CMS", "PKCS7", "SIGNATURE", "SIGNED MESSAGE"];
        let block = pem::blocks(file).into_iter().find(|block| labels.contains(&block.label.as_str()));
        block.map(|block| block.octets)
    } else {
        pem::decode_base64(file)
    };
    match decoded {
        Some(octets) if octets.first() == Some(&tag::SEQUENCE) => Ok(Cow::Owned(octets)),
        _ => Err(CmsError::Encoding),
    }
}
