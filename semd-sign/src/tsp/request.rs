//! TimeStampReq (RFC 3161 2.4.1).

use super::TspError;
use super::token::read_imprint;
use crate::asn1::{Asn1Error, Reader, Writer, tag};
use crate::crypto::HashFunction;
use crate::digest::Streebog;

/// A question to a time stamp authority: a digest, with a nonce, and the wish to get its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStampRequest {
    pub(crate) hash: HashFunction,
    pub(crate) imprint: Vec<u8>,
    /// Contents of the INTEGER.
    pub(crate) nonce: Option<Vec<u8>>,
    pub(crate) wants_certificate: bool,
}

impl TimeStampRequest {
    /// Asks for a stamp on `data` by a digest of GOST R 34.11-2012, with a fresh nonce.
    ///
    /// # Errors
    /// The operating system gives no randomness.
    ///
    /// ```
    /// use semd_sign::digest::Streebog;
    /// use semd_sign::tsp::TimeStampRequest;
    ///
    /// let request = TimeStampRequest::new(Streebog::S256, b"signature value")?;
    /// assert_eq!(TimeStampRequest::from_bytes(&request.to_der())?, request);
    /// # Ok::<(), semd_sign::tsp::TspError>(())
    /// ```
    pub fn new(function: Streebog, data: &[u8]) -> Result<Self, TspError> {
        Self::by(HashFunction::Streebog(function), data)
    }

    /// Asks for a stamp on `data` by a digest of any function.
    pub(crate) fn by(hash: HashFunction, data: &[u8]) -> Result<Self, TspError> {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|_| TspError::NoRandomness)?;
        // Positive and of full length.
        nonce[0] = nonce[0] & 0x7F | 0x40;
        Ok(Self { hash, imprint: hash.digest(data), nonce: Some(nonce.to_vec()), wants_certificate: true })
    }

    /// Reads a request, DER: what a test authority does.
    ///
    /// # Errors
    /// Not a request, or a digest by an unknown function.
    pub fn from_bytes(der: &[u8]) -> Result<Self, TspError> {
        let mut fields = Reader::single(der, tag::SEQUENCE)?.reader();
        if fields.expect(tag::INTEGER)?.content != [1] {
            return Err(TspError::Structure(Asn1Error::InvalidValue { tag: tag::INTEGER }));
        }
        let (hash, imprint) = read_imprint(&fields.expect(tag::SEQUENCE)?)?;
        fields.optional(tag::OID)?;
        let nonce = fields.optional(tag::INTEGER)?.map(|nonce| nonce.content.to_vec());
        let wants_certificate = fields.optional(tag::BOOLEAN)?.is_some_and(|wants| wants.content != [0]);
        fields.optional(tag::context(0))?;
        fields.finish()?;
        Ok(Self { hash: hash.ok_or(TspError::UnknownHash)?, imprint, nonce, wants_certificate })
    }

    /// The request, DER.
    pub fn to_der(&self) -> Vec<u8> {
        Writer::build(|writer| {
            writer.sequence(|request| {
                request.unsigned(&[1]);
                write_imprint(request, self.hash, &self.imprint);
                if let Some(nonce) = &self.nonce {
                    request.primitive(tag::INTEGER, nonce);
                }
                if self.wants_certificate {
                    request.primitive(tag::BOOLEAN, &[0xFF]);
                }
            });
        })
    }
}

/// Writes MessageImprint.
pub(crate) fn write_imprint(writer: &mut Writer, hash: HashFunction, imprint: &[u8]) {
    writer.sequence(|message| {
        message
            .sequence(|algorithm| {
                algorithm.oid(&hash.oid());
            })
            .octet_string(imprint);
    });
}
