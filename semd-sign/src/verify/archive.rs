//! What an archive-time-stamp-v3 covers (EN 319 122-1 5.5.2 and 5.5.3).

use crate::asn1::{Asn1Error, Element, Reader, Writer, tag, to_der};
use crate::cms::{SignedData, SignerInfo};
use crate::crypto::HashFunction;
use crate::oid;

/// The octets whose digest is in the token `stamp`: type of the content, digest of the document, fields of the signer, and
/// the token's own index of everything else. `None` when the index is absent, broken, or names something that is not in
/// the container: what it names was there once and is protected by it.
pub(super) fn input(
    stamp: &[u8],
    signer: &SignerInfo<'_>,
    data: &SignedData<'_>,
    document_digest: &[u8],
) -> Option<Vec<u8>> {
    let token = SignedData::read(stamp).ok()?;
    let [token_signer] = token.signers.as_slice() else { return None };
    let mut indexes = token_signer.unsigned_values(&oid::ATS_HASH_INDEX_V3);
    let index = indexes.next()?;
    if indexes.next().is_some() || !names_only_present(index, signer, data).ok()? {
        return None;
    }
    covered(signer, data, document_digest, &to_der(index).ok()?).ok()
}

/// The octets for a given index.
pub(crate) fn covered(
    signer: &SignerInfo<'_>,
    data: &SignedData<'_>,
    document_digest: &[u8],
    index: &[u8],
) -> Result<Vec<u8>, Asn1Error> {
    let mut octets = to_der(&data.encapsulated.reader().expect(tag::OID)?)?;
    octets.extend_from_slice(document_digest);
    for field in &signer.fields {
        octets.extend(to_der(field)?);
    }
    octets.extend_from_slice(index);
    Ok(octets)
}

/// ATSHashIndexV3 of everything that is in the container now.
pub(crate) fn build_index(
    hash: HashFunction,
    signer: &SignerInfo<'_>,
    data: &SignedData<'_>,
) -> Result<Vec<u8>, Asn1Error> {
    let certificates = digests(hash, &data.certificate_choices)?;
    let lists = digests(hash, &data.revocation_choices)?;
    let attributes = attribute_digests(hash, signer)?;
    Ok(Writer::build(|writer| {
        writer.sequence(|index| {
            index.sequence(|algorithm| {
                algorithm.oid(&hash.oid());
            });
            for list in [&certificates, &lists, &attributes] {
                index.sequence(|list_writer| {
                    for digest in list {
                        list_writer.octet_string(digest);
                    }
                });
            }
        });
    }))
}

fn digests(hash: HashFunction, elements: &[Element<'_>]) -> Result<Vec<Vec<u8>>, Asn1Error> {
    elements.iter().map(|element| Ok(hash.digest(&to_der(element)?))).collect()
}

/// Digests of attribute type and one value each.
fn attribute_digests(hash: HashFunction, signer: &SignerInfo<'_>) -> Result<Vec<Vec<u8>>, Asn1Error> {
    let mut found = Vec::new();
    for attribute in &signer.unsigned {
        let kind = Writer::build(|writer| {
            writer.oid(&attribute.oid);
        });
        for value in &attribute.values {
            found.push(hash.digest(&[kind.as_slice(), &to_der(value)?].concat()));
        }
    }
    Ok(found)
}

/// Whether every digest of the index is of something in the container (EN 319 122-1 5.5.2).
fn names_only_present(
    index: &Element<'_>,
    signer: &SignerInfo<'_>,
    data: &SignedData<'_>,
) -> Result<bool, Asn1Error> {
    index.require(tag::SEQUENCE)?;
    let mut fields = index.reader();
    let algorithm = fields.expect(tag::SEQUENCE)?.reader().expect(tag::OID)?.oid()?;
    let Some(hash) = HashFunction::by_oid(&algorithm).filter(|hash| hash.resists_collisions()) else {
        return Ok(false);
    };
    let present = [
        digests(hash, &data.certificate_choices)?,
        digests(hash, &data.revocation_choices)?,
        attribute_digests(hash, signer)?,
    ];
    for present in &present {
        let mut named: Reader<'_> = fields.expect(tag::SEQUENCE)?.reader();
        while !named.is_empty() {
            let digest = named.expect(tag::OCTET_STRING)?.content;
            if !present.iter().any(|known| known == digest) {
                return Ok(false);
            }
        }
    }
    fields.finish()?;
    Ok(true)
}
