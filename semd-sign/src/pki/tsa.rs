//! A time stamp authority for tests (RFC 3161).

use time::OffsetDateTime;

use super::{Issued, PkiError};
use crate::asn1::{Writer, tag, write_generalized_time};
use crate::backend::SignatureAlgorithm;
use crate::cades::signed_attributes;
use crate::cms::{SignedDataParts, attributes_to_sign, write_signed_data};
use crate::gost::GostError;
use crate::oid;
use crate::tsp::{TimeStampRequest, write_imprint};

/// The policy of test stamps: under the enterprise number for examples (RFC 5612).
const POLICY: pkcs8::ObjectIdentifier = pkcs8::ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1");

/// Stamps what it is asked for.
#[derive(Debug)]
pub struct TestTimeStampAuthority {
    signer: Issued,
}

impl TestTimeStampAuthority {
    /// An authority with this key and certificate ([`super::Service::TimeStamping`]).
    pub fn new(signer: Issued) -> Self {
        Self { signer }
    }

    /// Answers a request (DER) at a moment.
    ///
    /// # Errors
    /// Not a request, or signing failed.
    pub fn answer(&self, request: &[u8], now: OffsetDateTime) -> Result<Vec<u8>, PkiError> {
        let request =
            TimeStampRequest::from_bytes(request).map_err(|error| PkiError::Request(error.to_string()))?;
        let token = self.token(&request, now)?;
        Ok(Writer::build(|writer| {
            writer.sequence(|response| {
                response.sequence(|status| {
                    status.unsigned(&[]);
                });
                response.raw(&token);
            });
        }))
    }

    fn token(&self, request: &TimeStampRequest, now: OffsetDateTime) -> Result<Vec<u8>, PkiError> {
        let mut serial = [0; 8];
        getrandom::fill(&mut serial).map_err(|_| GostError::NoRandomness)?;
        let info = Writer::build(|writer| {
            writer.sequence(|info| {
                info.unsigned(&[1]).oid(&POLICY);
                write_imprint(info, request.hash, &request.imprint);
                info.unsigned(&serial);
                write_generalized_time(info, now);
                if let Some(nonce) = &request.nonce {
                    info.primitive(tag::INTEGER, nonce);
                }
            });
        });
        let Issued { key, certificate } = &self.signer;
        let digest = key.digest();
        let algorithm = SignatureAlgorithm::Gost(digest);
        let attributes =
            signed_attributes(&oid::TST_INFO, &digest.digest(&info), now, certificate, algorithm.hash());
        let signature = key.sign_digest(&digest.digest(&attributes_to_sign(&attributes)))?;
        Ok(write_signed_data(SignedDataParts {
            content_type: &oid::TST_INFO,
            content: Some(&info),
            algorithm,
            certificate,
            certificate_inside: request.wants_certificate,
            attributes,
            signature: &signature,
        }))
    }
}
