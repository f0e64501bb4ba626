//! TimeStampResp (RFC 3161 2.4.2).

use super::token::TstInfo;
use super::{TimeStampRequest, TspError};
use crate::asn1::{Reader, tag};
use crate::cms::SignedData;
use crate::oid;

/// Octets of the largest response that is read.
const MAX_RESPONSE: usize = 1 << 20;

/// The token of a response to `request`, DER: the stamp is of the digest that was asked about and repeats the nonce. Who
/// signed it is the business of [`crate::verify`].
///
/// # Errors
/// Not a response, a refusal, or an answer to another question.
pub fn read_response(der: &[u8], request: &TimeStampRequest) -> Result<Vec<u8>, TspError> {
    let token = read_token(der)?;
    let data = SignedData::read(&token)?;
    let info = TstInfo::read(data.content.as_deref().unwrap_or_default())?;
    if data.content_type != oid::TST_INFO
        || info.hash != Some(request.hash)
        || info.imprint != request.imprint
        || (request.nonce.is_some() && info.nonce != request.nonce)
    {
        return Err(TspError::OtherQuestion);
    }
    Ok(token)
}

/// The token of a response, whatever was asked.
pub(crate) fn read_token(der: &[u8]) -> Result<Vec<u8>, TspError> {
    if der.len() > MAX_RESPONSE {
        return Err(TspError::Structure(crate::asn1::Asn1Error::TooMany));
    }
    let mut fields = Reader::single(der, tag::SEQUENCE)?.reader();
    let mut status = fields.expect(tag::SEQUENCE)?.reader();
    let code = status.expect(tag::INTEGER)?.small_integer()?;
    let text = status.optional(tag::SEQUENCE)?.map(|texts| {
        let texts = texts.reader().elements().unwrap_or_default();
        let texts = texts.iter().map(|text| String::from_utf8_lossy(text.content).into_owned());
        texts.collect::<Vec<_>>().join("; ").replace(char::is_control, " ")
    });
    let token = fields.optional(tag::SEQUENCE)?;
    fields.finish()?;
    match token {
        // granted, grantedWithMods
        Some(token) if code <= 1 => Ok(token.raw.to_vec()),
        _ => Err(TspError::Refused { status: code, text: text.unwrap_or_default() }),
    }
}
