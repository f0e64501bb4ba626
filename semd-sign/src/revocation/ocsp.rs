//! OCSP responses (RFC 6960 4.2).

use std::sync::Arc;

use pkcs8::ObjectIdentifier;
use time::OffsetDateTime;

use super::crl::read_extensions;
use super::request::CertificateId;
use super::{RevocationError, RevocationReason};
use crate::asn1::{Asn1Error, Element, Reader, read_time, tag};
use crate::certificate::Certificate;
use crate::crypto::HashFunction;
use crate::oid;

/// Answers in one response; a responder answers what was asked, and one certificate is asked about.
const MAX_SINGLE: usize = 64;
/// Certificates in one response.
const MAX_CERTIFICATES: usize = 8;
/// Octets of the largest response that is read.
const MAX_RESPONSE: usize = 1 << 20;

/// OCSPResponseStatus (RFC 6960 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseStatus {
    /// There is an answer.
    Successful,
    /// The responder did not understand the request.
    MalformedRequest,
    /// The responder is broken.
    InternalError,
    /// The responder is busy.
    TryLater,
    /// The request must be signed.
    SigRequired,
    /// The responder does not answer this requester.
    Unauthorized,
}

/// An OCSP response, read once and cheap to clone.
#[derive(Clone)]
pub struct OcspResponse {
    inner: Arc<Inner>,
}

struct Inner {
    der: Vec<u8>,
    status: ResponseStatus,
    basic: Option<Basic>,
}

/// BasicOCSPResponse.
struct Basic {
    tbs: Vec<u8>,
    responder: ResponderId,
    produced_at: OffsetDateTime,
    nonce: Option<Vec<u8>>,
    unknown_critical: bool,
    answers: Vec<Answer>,
    algorithm: ObjectIdentifier,
    signature: Vec<u8>,
    certificates: Vec<Certificate>,
}

/// How a responder names itself.
#[derive(Debug, PartialEq, Eq)]
enum ResponderId {
    /// Its name, DER.
    Name(Vec<u8>),
    /// SHA-1 of its key.
    Key(Vec<u8>),
}

/// SingleResponse.
pub(super) struct Answer {
    pub(super) id: CertificateId,
    pub(super) status: AnswerStatus,
    pub(super) this_update: OffsetDateTime,
    pub(super) next_update: Option<OffsetDateTime>,
}

/// CertStatus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnswerStatus {
    Good,
    Revoked(OffsetDateTime, RevocationReason),
    Unknown,
}

impl OcspResponse {
    /// Reads a response, DER.
    ///
    /// # Errors
    /// The octets are not a response. An answer that there is none («try later») is read.
    pub fn from_bytes(der: &[u8]) -> Result<Self, RevocationError> {
        if der.len() > MAX_RESPONSE {
            return Err(RevocationError::NotOcspResponse(Asn1Error::TooMany));
        }
        let inner = read_response(der).map_err(RevocationError::NotOcspResponse)?;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Wraps a BasicOCSPResponse, the form in which containers of CAdES-X-Long keep answers (EN 319 122-1 A.1.5.2).
    pub(crate) fn from_basic(der: &[u8]) -> Result<Self, RevocationError> {
        let whole = crate::asn1::Writer::build(|writer| {
            writer.sequence(|response| {
                response.primitive(tag::ENUMERATED, &[0]).constructed(tag::context(0), |bytes| {
                    bytes.sequence(|bytes| {
                        bytes.oid(&oid::OCSP_BASIC).octet_string(der);
                    });
                });
            });
        });
        Self::from_bytes(&whole)
    }

    /// The response, DER.
    pub fn der(&self) -> &[u8] {
        &self.inner.der
    }

    /// Whether there is an answer, and why not.
    pub fn status(&self) -> ResponseStatus {
        self.inner.status
    }

    /// The nonce of the request this answers, contents of the extension.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.inner.basic.as_ref()?.nonce.as_deref()
    }

    /// When the response was made.
    pub fn produced_at(&self) -> Option<OffsetDateTime> {
        self.inner.basic.as_ref().map(|basic| basic.produced_at)
    }

    /// Certificates the responder sent along.
    pub(crate) fn certificates(&self) -> &[Certificate] {
        self.inner.basic.as_ref().map_or(&[], |basic| &basic.certificates)
    }

    /// The answer about a certificate under its issuer.
    pub(super) fn answer(&self, certificate: &Certificate, issuer: &Certificate) -> Option<&Answer> {
        let answers = &self.inner.basic.as_ref()?.answers;
        answers.iter().find(|answer| answer.id.is_of(certificate, issuer))
    }

    /// Whether there are critical extensions nobody here understands.
    pub(super) fn has_unknown_critical(&self) -> bool {
        self.inner.basic.as_ref().is_some_and(|basic| basic.unknown_critical)
    }

    /// Whether the response is signed by `issuer` itself or by its delegate (RFC 6960 4.2.2.2), whose certificate is in
    /// the response or among `known`: issued by the same authority, for this purpose, valid when the response was made.
    /// Returns the signer's certificate.
    pub(super) fn check_responder(
        &self,
        issuer: &Certificate,
        known: &[Certificate],
    ) -> Result<Certificate, ResponderProblem> {
        let Some(basic) = &self.inner.basic else {
            return Err(ResponderProblem::Unauthorized);
        };
        let candidates = std::iter::once(issuer).chain(&basic.certificates).chain(known);
        let mut problem = ResponderProblem::Unauthorized;
        for candidate in candidates.filter(|candidate| basic.responder.names(candidate)) {
            if candidate != issuer && !is_delegate(candidate, issuer, basic.produced_at) {
                continue;
            }
            if candidate.verifies(&basic.algorithm, &basic.tbs, &basic.signature) {
                return Ok(candidate.clone());
            }
            problem = ResponderProblem::Signature;
        }
        Err(problem)
    }
}

/// Why a response does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResponderProblem {
    /// Nobody who may answer for the authority signed it.
    Unauthorized,
    /// The one who may did not sign these octets.
    Signature,
}

fn is_delegate(responder: &Certificate, issuer: &Certificate, at: OffsetDateTime) -> bool {
    let extensions = responder.extensions();
    extensions.extended_key_usage.is_some_and(|usage| usage.ocsp_signing)
        && extensions.key_usage.is_none_or(|usage| usage.digital_signature || usage.non_repudiation)
        && extensions.unknown_critical.is_empty()
        && (responder.not_before()..=responder.not_after()).contains(&at)
        && responder.is_signed_by(issuer)
}

impl ResponderId {
    fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Name(name) => name == certificate.subject_raw(),
            Self::Key(key) => *key == HashFunction::Sha1.digest(certificate.key_octets()),
        }
    }
}

impl std::fmt::Debug for OcspResponse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "OcspResponse({:?}, {:?})", self.inner.status, self.produced_at())
    }
}

/// The BasicOCSPResponse of a response; `None` when there is no answer.
fn basic_octets(der: &[u8]) -> Result<Option<&[u8]>, Asn1Error> {
    let mut fields = Reader::single(der, tag::SEQUENCE)?.reader();
    fields.expect(tag::ENUMERATED)?;
    let Some(bytes) = fields.optional(tag::context(0))? else {
        return Ok(None);
    };
    let mut bytes = Reader::single(bytes.content, tag::SEQUENCE)?.reader();
    if bytes.expect(tag::OID)?.oid()? != oid::OCSP_BASIC {
        return Err(Asn1Error::InvalidValue { tag: tag::OID });
    }
    let basic = bytes.expect(tag::OCTET_STRING)?.content;
    bytes.finish()?;
    Ok(Some(basic))
}

fn read_response(der: &[u8]) -> Result<Inner, Asn1Error> {
    let mut fields = Reader::single(der, tag::SEQUENCE)?.reader();
    let status = match fields.expect(tag::ENUMERATED)?.content {
        [0] => ResponseStatus::Successful,
        [1] => ResponseStatus::MalformedRequest,
        [2] => ResponseStatus::InternalError,
        [3] => ResponseStatus::TryLater,
        [5] => ResponseStatus::SigRequired,
        [6] => ResponseStatus::Unauthorized,
        _ => return Err(Asn1Error::InvalidValue { tag: tag::ENUMERATED }),
    };
    let basic = match status {
        ResponseStatus::Successful => Some(Basic::read(basic_octets(der)?.ok_or(Asn1Error::Truncated)?)?),
        _ => None,
    };
    Ok(Inner { der: der.to_vec(), status, basic })
}

impl Basic {
    fn read(octets: &[u8]) -> Result<Self, Asn1Error> {
        let mut outer = Reader::single(octets, tag::SEQUENCE)?.reader();
        let tbs = outer.expect(tag::SEQUENCE)?;
        let algorithm = outer.expect(tag::SEQUENCE)?.reader().expect(tag::OID)?.oid()?;
        let signature = outer.expect(tag::BIT_STRING)?.bit_string()?;
        let certificates = match outer.optional(tag::context(0))? {
            Some(explicit) => {
                let mut list = Reader::single(explicit.content, tag::SEQUENCE)?.reader();
                let mut found = Vec::new();
                while !list.is_empty() && found.len() < MAX_CERTIFICATES {
                    found.extend(Certificate::from_bytes(list.read()?.raw).ok());
                }
                found
            }
            None => Vec::new(),
        };
        outer.finish()?;

        let mut fields = tbs.reader();
        fields.optional(tag::context(0))?;
        let responder = fields.read()?;
        let responder = match responder.tag {
            name if name == tag::context(1) => ResponderId::Name(responder.content.to_vec()),
            key if key == tag::context(2) => {
                ResponderId::Key(Reader::single(responder.content, tag::OCTET_STRING)?.content.to_vec())
            }
            found => return Err(Asn1Error::UnexpectedTag { found, expected: tag::context(1) }),
        };
        let (produced_at, _) = read_time(&fields.expect(tag::GENERALIZED_TIME)?)?;
        let mut list = fields.expect(tag::SEQUENCE)?.reader();
        let mut answers = Vec::new();
        while !list.is_empty() {
            if answers.len() == MAX_SINGLE {
                return Err(Asn1Error::TooMany);
            }
            answers.push(Answer::read(&list.read()?)?);
        }
        let (mut nonce, mut unknown_critical) = (None, false);
        if let Some(explicit) = fields.optional(tag::context(1))? {
            for extension in read_extensions(&explicit)? {
                if extension.oid == oid::OCSP_NONCE {
                    nonce = Some(nonce_octets(extension.value).to_vec());
                } else {
                    unknown_critical |= extension.critical;
                }
            }
        }
        fields.finish()?;
        Ok(Self {
            tbs: tbs.raw.to_vec(),
            responder,
            produced_at,
            nonce,
            unknown_critical,
            answers,
            algorithm,
            signature: signature.to_vec(),
            certificates,
        })
    }
}

/// The nonce: an OCTET STRING inside the extension (RFC 8954), bare octets in older software.
pub(super) fn nonce_octets(value: &[u8]) -> &[u8] {
    Reader::single(value, tag::OCTET_STRING).map_or(value, |nonce| nonce.content)
}

impl Answer {
    fn read(element: &Element<'_>) -> Result<Self, Asn1Error> {
        element.require(tag::SEQUENCE)?;
        let mut fields = element.reader();
        let id = CertificateId::read(&fields.expect(tag::SEQUENCE)?)?;
        let status = fields.read()?;
        let status = match status.tag {
            good if good == tag::context_primitive(0) => AnswerStatus::Good,
            revoked if revoked == tag::context(1) => {
                let mut info = status.reader();
                let (at, _) = read_time(&info.expect(tag::GENERALIZED_TIME)?)?;
                let reason = match info.optional(tag::context(0))? {
                    Some(reason) => RevocationReason::read(&Reader::single(reason.content, tag::ENUMERATED)?),
                    None => RevocationReason::Unspecified,
                };
                AnswerStatus::Revoked(at, reason)
            }
            unknown if unknown == tag::context_primitive(2) => AnswerStatus::Unknown,
            found => return Err(Asn1Error::UnexpectedTag { found, expected: tag::context(1) }),
        };
        let (this_update, _) = read_time(&fields.expect(tag::GENERALIZED_TIME)?)?;
        let next_update = match fields.optional(tag::context(0))? {
            Some(next) => Some(read_time(&Reader::single(next.content, tag::GENERALIZED_TIME)?)?.0),
            None => None,
        };
        fields.optional(tag::context(1))?;
        fields.finish()?;
        Ok(Self { id, status, this_update, next_update })
    }
}
