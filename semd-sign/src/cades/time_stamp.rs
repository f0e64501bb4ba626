//! CAdES-T: a signature time stamp (EN 319 122-1 5.3).

use crate::asn1::{Writer, tag};
use crate::backend::SignError;
use crate::cms::{self, Additions, CmsError, SignedData, SignerInfo};
use crate::crypto::HashFunction;
use crate::tsp::{TimeStampRequest, TspError, read_response};
use crate::{oid, verify};

/// Who carries requests to a time stamp authority.
pub trait TimeStampSource {
    /// Sends a request (DER, `application/timestamp-query`) and returns the answer (DER, `application/timestamp-reply`).
    ///
    /// # Errors
    /// There is no answer.
    fn ask(&self, request: &[u8]) -> Result<Vec<u8>, TspError>;
}

impl<F: Fn(&[u8]) -> Result<Vec<u8>, TspError>> TimeStampSource for F {
    fn ask(&self, request: &[u8]) -> Result<Vec<u8>, TspError> {
        self(request)
    }
}

/// Adds a time stamp on the signature of the first signer: CAdES-T. The container may be in any form that is read; the
/// result is binary, and what was signed stays octet for octet.
///
/// # Errors
/// The container cannot be read or is signed with an unknown hash function, or no time stamp could be had.
pub fn add_time_stamp(container: &[u8], source: &dyn TimeStampSource) -> Result<Vec<u8>, SignError> {
    let octets = cms::decode(container)?;
    let data = SignedData::read(&octets)?;
    let (signer, function) = first_signer(&data)?;
    let token = fetch(function, &signer.signature, source)?;
    Ok(cms::extend(&octets, with_unsigned(&oid::SIGNATURE_TIME_STAMP, &token))?)
}

/// The first signer and the hash function of its signature.
pub(super) fn first_signer<'d, 'a>(
    data: &'d SignedData<'a>,
) -> Result<(&'d SignerInfo<'a>, HashFunction), SignError> {
    let signer = data.signers.first().ok_or(SignError::Container(CmsError::NotCms))?;
    let function = HashFunction::by_oid(&signer.digest_algorithm)
        .filter(|function| function.resists_collisions())
        .ok_or(SignError::TimeStamp(TspError::UnknownHash))?;
    Ok((signer, function))
}

/// A token on `data`, DER, its signature checked: who made it is judged with the signature.
pub(super) fn fetch(
    function: HashFunction,
    data: &[u8],
    source: &dyn TimeStampSource,
) -> Result<Vec<u8>, SignError> {
    let request = TimeStampRequest::by(function, data)?;
    let token = read_response(&source.ask(&request.to_der())?, &request)?;
    if verify::token_is_cryptographically_valid(&token) { Ok(token) } else { Err(SignError::SelfCheck) }
}

/// One unsigned attribute with one value.
pub(super) fn with_unsigned(oid: &pkcs8::ObjectIdentifier, value: &[u8]) -> Additions {
    let attribute = Writer::build(|writer| {
        writer.sequence(|attribute| {
            attribute.oid(oid).primitive(tag::SET, value);
        });
    });
    Additions { unsigned: vec![attribute], ..Additions::default() }
}
