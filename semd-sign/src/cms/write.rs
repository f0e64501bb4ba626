//! Writing SignedData with one signer, in DER, and writing a container again with additions.

use super::{CmsError, SignedData};
use crate::asn1::{Asn1Error, Element, Reader, Writer, tag};
use crate::backend::SignatureAlgorithm;
use crate::certificate::Certificate;
use crate::oid;

/// What goes into the container.
pub(crate) struct SignedDataParts<'a> {
    pub(crate) content_type: &'a pkcs8::ObjectIdentifier,
    /// The content of an attached container.
    pub(crate) content: Option<&'a [u8]>,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) certificate: &'a Certificate,
    pub(crate) certificate_inside: bool,
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

/// Writes ContentInfo. The digest algorithm has no parameters (RFC 5754 2, RFC 9215 2).
pub(crate) fn write_signed_data(parts: SignedDataParts<'_>) -> Vec<u8> {
    let certificate = parts.certificate;
    let digest_algorithm = Writer::build(|writer| {
        writer.sequence(|algorithm| {
            algorithm.oid(&parts.algorithm.hash().oid());
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
                .set_of(tag::context(0), parts.attributes);
            parts.algorithm.write(signer);
            signer.octet_string(parts.signature);
        });
    });
    Writer::build(|writer| {
        writer.sequence(|info| {
            info.oid(&oid::SIGNED_DATA).constructed(tag::context(0), |explicit| {
                explicit.sequence(|signed_data| {
                    // Version 3 where the content is not plain data (RFC 5652 5.1).
                    let version = if *parts.content_type == oid::DATA { 1 } else { 3 };
                    signed_data
                        .unsigned(&[version])
                        .set_of(tag::SET, vec![digest_algorithm.clone()])
                        .sequence(|content| {
                            content.oid(parts.content_type);
                            if let Some(octets) = parts.content {
                                content.constructed(tag::context(0), |explicit| {
                                    explicit.octet_string(octets);
                                });
                            }
                        });
                    if parts.certificate_inside {
                        signed_data.primitive(tag::context(0), certificate.der());
                    }
                    signed_data.set_of(tag::SET, vec![signer]);
                });
            });
        });
    })
}

/// What replaces parts of a container that is written anew around the same signed octets.
#[derive(Default)]
pub(crate) struct Additions {
    /// Certificates to add, DER.
    pub(crate) certificates: Vec<Vec<u8>>,
    /// Elements of SignedData.crls to add, DER.
    pub(crate) revocation: Vec<Vec<u8>>,
    /// Unsigned attributes of the first signer to add, DER.
    pub(crate) unsigned: Vec<Vec<u8>>,
}

/// Writes a container again with additions; everything that is signed stays octet for octet.
pub(crate) fn extend(octets: &[u8], additions: Additions) -> Result<Vec<u8>, CmsError> {
    rewrite(octets, additions, KeepUnsigned::Yes)
}

/// The container without unsigned attributes.
pub(crate) fn without_unsigned(octets: &[u8]) -> Result<Vec<u8>, CmsError> {
    rewrite(octets, Additions::default(), KeepUnsigned::No)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum KeepUnsigned {
    Yes,
    No,
}

fn rewrite(octets: &[u8], additions: Additions, keep: KeepUnsigned) -> Result<Vec<u8>, CmsError> {
    let data = SignedData::read(octets)?;
    let version = Reader::single(octets, tag::SEQUENCE)?.reader().elements()?;
    let version = version.last().map(|explicit| Reader::single(explicit.content, tag::SEQUENCE));
    let version = version.ok_or(Asn1Error::Truncated)??.reader().expect(tag::INTEGER)?;
    let mut added = Some(additions.unsigned);
    let mut signers = Vec::with_capacity(data.signers.len());
    for signer in &data.signers {
        let mut unsigned = match keep {
            KeepUnsigned::Yes => {
                signer.unsigned.iter().map(|attribute| attribute.to_der()).collect::<Result<Vec<_>, _>>()?
            }
            KeepUnsigned::No => Vec::new(),
        };
        unsigned.extend(added.take().unwrap_or_default());
        signers.push(Writer::build(|writer| {
            writer.sequence(|info| {
                for field in &signer.fields {
                    info.raw(field.raw);
                }
                if !unsigned.is_empty() {
                    info.set_of(tag::context(1), unsigned);
                }
            });
        }));
    }
    let certificates = merged(&data.certificate_choices, additions.certificates);
    let revocation = merged(&data.revocation_choices, additions.revocation);
    // Version 5 where there are revocation data of another format (RFC 5652 5.1).
    let other = revocation.iter().any(|choice| choice.first() != Some(&tag::SEQUENCE));
    let version = if other { &[0x02, 0x01, 0x05][..] } else { version.raw };
    Ok(Writer::build(|writer| {
        writer.sequence(|info| {
            info.oid(&oid::SIGNED_DATA).constructed(tag::context(0), |explicit| {
                explicit.sequence(|signed_data| {
                    signed_data.raw(version).raw(data.digest_algorithms.raw).raw(data.encapsulated.raw);
                    for (number, set) in [(0, certificates), (1, revocation)] {
                        if !set.is_empty() {
                            signed_data.primitive(tag::context(number), &set.concat());
                        }
                    }
                    signed_data.set_of(tag::SET, signers);
                });
            });
        });
    }))
}

/// The stored elements, then the new ones that are not among them. The order of what is there stays: somebody may have
/// counted on it.
fn merged(stored: &[Element<'_>], added: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut all: Vec<_> = stored.iter().map(|element| element.raw.to_vec()).collect();
    for element in added {
        if !all.contains(&element) {
            all.push(element);
        }
    }
    all
}
