//! Writing a detached SignedData with one signer, in DER.

use crate::asn1::{Writer, tag};
use crate::certificate::Certificate;
use crate::digest::Streebog;
use crate::oid;

/// What goes into the container.
pub(crate) struct SignedDataParts<'a> {
    pub(crate) digest: Streebog,
    pub(crate) certificate: &'a Certificate,
    /// DER encodings of the attributes.
    pub(crate) attributes: Vec<Vec<u8>>,
    pub(crate) signature: &'a [u8],
}

/// The octets that are signed: DER of the SET OF attributes.
pub(crate) fn attributes_to_sign(attributes: &[Vec<u8>]) -> Vec<u8> {
    Writer::build(|writer| {
        writer.set_of(tag::SET, attributes.to_vec());
    })
}

/// Writes ContentInfo. Algorithm parameters are omitted and the key's identifier names the signature algorithm, as
/// RFC 9215 asks of new signatures.
pub(crate) fn write_signed_data(parts: SignedDataParts<'_>) -> Vec<u8> {
    let certificate = parts.certificate;
    let digest_algorithm = Writer::build(|writer| {
        writer.sequence(|algorithm| {
            algorithm.oid(&parts.digest.oid());
        });
    });
    let signer = Writer::build(|writer| {
        writer.sequence(|signer| {
            signer
                .unsigned(&[1])
                .sequence(|id| {
                    id.raw(certificate.issuer_raw()).primitive(tag::INTEGER, certificate.serial_raw());
                })
                .raw(&digest_algorithm)
                .set_of(tag::context(0), parts.attributes)
                .sequence(|algorithm| {
                    algorithm.oid(&parts.digest.key_oid());
                })
                .octet_string(parts.signature);
        });
    });
    Writer::build(|writer| {
        writer.sequence(|info| {
            info.oid(&oid::SIGNED_DATA).constructed(tag::context(0), |explicit| {
                explicit.sequence(|signed_data| {
                    signed_data
                        .unsigned(&[1])
                        .set_of(tag::SET, vec![digest_algorithm.clone()])
                        .sequence(|content| {
                            content.oid(&oid::DATA);
                        })
                        .primitive(tag::context(0), certificate.der())
                        .set_of(tag::SET, vec![signer]);
                });
            });
        });
    })
}
