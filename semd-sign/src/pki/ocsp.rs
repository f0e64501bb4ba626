//! An OCSP responder for tests (RFC 6960).

use time::{Duration, OffsetDateTime};

use super::issue::signature_algorithm;
use super::{Issued, PkiError, RevokedList};
use crate::asn1::{Writer, tag, write_generalized_time};
use crate::certificate::Certificate;
use crate::oid;
use crate::revocation::{CertificateId, OcspRequest, write_nonce};

/// Answers for one authority, by its delegate's key or its own.
#[derive(Debug)]
pub struct TestResponder {
    issuer: Certificate,
    signer: Issued,
}

impl TestResponder {
    /// A responder for certificates of `issuer`; `signer` is its delegate ([`super::Service::Ocsp`]).
    pub fn new(issuer: Certificate, signer: Issued) -> Self {
        Self { issuer, signer }
    }

    /// Answers a request (DER) at a moment; the answer is good for `validity`.
    ///
    /// # Errors
    /// Not a request, or signing failed.
    pub fn answer(
        &self,
        request: &[u8],
        revoked: &RevokedList,
        now: OffsetDateTime,
        validity: Duration,
    ) -> Result<Vec<u8>, PkiError> {
        let request =
            OcspRequest::from_bytes(request).map_err(|error| PkiError::Request(error.to_string()))?;
        let key = &self.signer.key;
        let tbs = Writer::build(|writer| {
            writer.sequence(|data| {
                data.constructed(tag::context(1), |name| {
                    name.raw(self.signer.certificate.subject_raw());
                });
                write_generalized_time(data, now);
                data.sequence(|answers| {
                    for id in request.asked() {
                        self.write_answer(answers, id, revoked, now, validity);
                    }
                });
                if let Some(nonce) = request.nonce() {
                    data.constructed(tag::context(1), |explicit| {
                        explicit.sequence(|extensions| write_nonce(extensions, nonce));
                    });
                }
            });
        });
        let signature = key.sign_digest(&key.digest().digest(&tbs))?;
        let basic = Writer::build(|writer| {
            writer.sequence(|basic| {
                basic.raw(&tbs).raw(&signature_algorithm(key)).bit_string(&signature);
                basic.constructed(tag::context(0), |explicit| {
                    explicit.sequence(|certificates| {
                        certificates.raw(self.signer.certificate.der());
                    });
                });
            });
        });
        Ok(Writer::build(|writer| {
            writer.sequence(|response| {
                response.primitive(tag::ENUMERATED, &[0]).constructed(tag::context(0), |explicit| {
                    explicit.sequence(|bytes| {
                        bytes.oid(&oid::OCSP_BASIC).octet_string(&basic);
                    });
                });
            });
        }))
    }

    fn write_answer(
        &self,
        writer: &mut Writer,
        id: &CertificateId,
        revoked: &RevokedList,
        now: OffsetDateTime,
        validity: Duration,
    ) {
        writer.sequence(|answer| {
            id.write(answer);
            match revoked.find(id.serial()) {
                _ if !id.is_under(&self.issuer) => {
                    answer.primitive(tag::context_primitive(2), &[]);
                }
                None => {
                    answer.primitive(tag::context_primitive(0), &[]);
                }
                Some(entry) => {
                    answer.constructed(tag::context(1), |info| {
                        write_generalized_time(info, entry.at);
                        info.constructed(tag::context(0), |reason| {
                            reason.primitive(tag::ENUMERATED, &[entry.reason.code()]);
                        });
                    });
                }
            }
            write_generalized_time(answer, now);
            answer.constructed(tag::context(0), |next| {
                write_generalized_time(next, now.saturating_add(validity));
            });
        });
    }
}
