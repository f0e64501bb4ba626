//! OCSP requests (RFC 6960 4.1): writing them, and reading them for the test responder.

use pkcs8::ObjectIdentifier;

use super::RevocationError;
use super::crl::read_extensions;
use super::ocsp::nonce_octets;
use crate::asn1::{Asn1Error, Element, Reader, Writer, tag};
use crate::certificate::Certificate;
use crate::crypto::HashFunction;
use crate::oid;

/// Octets of a nonce (RFC 9654 asks for 32).
const NONCE: usize = 32;
/// Certificates asked about in one request.
const MAX_ASKED: usize = 64;

/// CertID: a certificate by digests of its issuer's name and key, and its serial number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CertificateId {
    hash: ObjectIdentifier,
    issuer_name: Vec<u8>,
    issuer_key: Vec<u8>,
    /// Contents of the INTEGER.
    serial: Vec<u8>,
}

impl CertificateId {
    pub(crate) fn new(certificate: &Certificate, issuer: &Certificate, hash: HashFunction) -> Self {
        Self {
            hash: hash.oid(),
            issuer_name: hash.digest(issuer.subject_raw()),
            issuer_key: hash.digest(issuer.key_octets()),
            serial: certificate.serial_raw().to_vec(),
        }
    }

    pub(super) fn read(element: &Element<'_>) -> Result<Self, Asn1Error> {
        let mut fields = element.reader();
        let hash = fields.expect(tag::SEQUENCE)?.reader().expect(tag::OID)?.oid()?;
        let issuer_name = fields.expect(tag::OCTET_STRING)?.content.to_vec();
        let issuer_key = fields.expect(tag::OCTET_STRING)?.content.to_vec();
        let serial = fields.expect(tag::INTEGER)?.content.to_vec();
        fields.finish()?;
        Ok(Self { hash, issuer_name, issuer_key, serial })
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.sequence(|id| {
            id.sequence(|algorithm| {
                algorithm.oid(&self.hash);
            })
            .octet_string(&self.issuer_name)
            .octet_string(&self.issuer_key)
            .primitive(tag::INTEGER, &self.serial);
        });
    }

    /// Whether this names the certificate under its issuer.
    pub(super) fn is_of(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        self.serial == certificate.serial_raw() && self.is_under(issuer)
    }

    /// Whether this names a certificate of the issuer.
    pub(crate) fn is_under(&self, issuer: &Certificate) -> bool {
        HashFunction::by_oid(&self.hash).is_some_and(|hash| {
            self.issuer_name == hash.digest(issuer.subject_raw())
                && self.issuer_key == hash.digest(issuer.key_octets())
        })
    }

    /// Contents of the serial number's INTEGER.
    pub(crate) fn serial(&self) -> &[u8] {
        &self.serial
    }
}

/// A question to an OCSP responder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspRequest {
    asked: Vec<CertificateId>,
    nonce: Option<Vec<u8>>,
}

impl OcspRequest {
    /// Asks about one certificate, with a fresh nonce. The certificate is named by SHA-1, as all responders understand:
    /// a name, not a signature.
    ///
    /// # Errors
    /// The operating system gives no randomness.
    pub fn new(certificate: &Certificate, issuer: &Certificate) -> Result<Self, RevocationError> {
        let mut nonce = vec![0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| RevocationError::NoRandomness)?;
        let id = CertificateId::new(certificate, issuer, HashFunction::Sha1);
        Ok(Self { asked: vec![id], nonce: Some(nonce) })
    }

    /// Reads a request, DER. A signature on it is not looked at.
    ///
    /// # Errors
    /// The octets are not a request.
    pub fn from_bytes(der: &[u8]) -> Result<Self, RevocationError> {
        Self::read(der).map_err(RevocationError::NotOcspRequest)
    }

    fn read(der: &[u8]) -> Result<Self, Asn1Error> {
        let mut outer = Reader::single(der, tag::SEQUENCE)?.reader();
        let mut fields = outer.expect(tag::SEQUENCE)?.reader();
        outer.optional(tag::context(0))?;
        outer.finish()?;
        fields.optional(tag::context(0))?;
        fields.optional(tag::context(1))?;
        let mut list = fields.expect(tag::SEQUENCE)?.reader();
        let mut asked = Vec::new();
        while !list.is_empty() {
            if asked.len() == MAX_ASKED {
                return Err(Asn1Error::TooMany);
            }
            let mut request = list.expect(tag::SEQUENCE)?.reader();
            asked.push(CertificateId::read(&request.expect(tag::SEQUENCE)?)?);
        }
        let mut nonce = None;
        if let Some(explicit) = fields.optional(tag::context(2))? {
            for extension in read_extensions(&explicit)? {
                if extension.oid == oid::OCSP_NONCE {
                    nonce = Some(nonce_octets(extension.value).to_vec());
                }
            }
        }
        fields.finish()?;
        Ok(Self { asked, nonce })
    }

    /// The request, DER.
    pub fn to_der(&self) -> Vec<u8> {
        Writer::build(|writer| {
            writer.sequence(|request| {
                request.sequence(|tbs| {
                    tbs.sequence(|list| {
                        for id in &self.asked {
                            list.sequence(|request| id.write(request));
                        }
                    });
                    if let Some(nonce) = &self.nonce {
                        tbs.constructed(tag::context(2), |explicit| {
                            explicit.sequence(|extensions| write_nonce(extensions, nonce));
                        });
                    }
                });
            });
        })
    }

    /// The nonce, which the answer must repeat.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }

    /// Whether the response answers this request and not an older one: the nonce of the request, if it has one, is
    /// repeated. Responders that never repeat a nonce (RFC 6960 4.4.1 allows it) are not told apart from a replay.
    pub fn is_answered_by(&self, response: &super::OcspResponse) -> bool {
        self.nonce.is_none() || self.nonce.as_deref() == response.nonce()
    }

    /// Certificates asked about.
    pub(crate) fn asked(&self) -> &[CertificateId] {
        &self.asked
    }
}

/// Writes the nonce extension.
pub(crate) fn write_nonce(extensions: &mut Writer, nonce: &[u8]) {
    let value = Writer::build(|value| {
        value.octet_string(nonce);
    });
    extensions.sequence(|extension| {
        extension.oid(&oid::OCSP_NONCE).octet_string(&value);
    });
}
