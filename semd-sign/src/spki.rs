//! SubjectPublicKeyInfo of GOST R 34.10-2012 keys (RFC 9215 4.2 and 4.3).

use pkcs8::ObjectIdentifier;

use crate::asn1::{Asn1Error, Element, Reader, Writer, tag};
use crate::gost::{GostError, ParameterSet, PublicKey, TestSets};
use crate::oid;

/// Why a key's algorithm or octets cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpkiError {
    /// Not the ASN.1 of a key.
    #[error("not a public key structure: {0}")]
    Structure(#[from] Asn1Error),
    /// Not a GOST R 34.10-2012 key.
    #[error("unsupported key algorithm {0}")]
    Algorithm(ObjectIdentifier),
    /// Unknown parameter set, one for tests, or one of the other key length.
    #[error("unsupported parameter set {0}")]
    ParameterSet(ObjectIdentifier),
    /// A hash function of the other length or of the withdrawn standard.
    #[error("unsupported digest parameters {0}")]
    Digest(ObjectIdentifier),
    /// The octets are not a key of the set.
    #[error(transparent)]
    Key(#[from] GostError),
}

/// Reads the algorithm of a key, public or private.
///
/// `digestParamSet` may be present or absent whatever RFC 9215 says about the set: software before it wrote it always.
/// It must name the hash function of the key's length when present.
pub(crate) fn read_algorithm(
    algorithm: &Element<'_>,
    test_sets: TestSets,
) -> Result<&'static ParameterSet, SpkiError> {
    algorithm.require(tag::SEQUENCE)?;
    let mut reader = algorithm.reader();
    let key = reader.expect(tag::OID)?.oid()?;
    let digest = match key {
        oid::KEY_256 | oid::KEY_512 => oid::signature_digest(&key).ok_or(SpkiError::Algorithm(key))?,
        _ => return Err(SpkiError::Algorithm(key)),
    };
    let mut parameters = reader.expect(tag::SEQUENCE)?.reader();
    reader.finish()?;
    let set_oid = parameters.expect(tag::OID)?.oid()?;
    let set = ParameterSet::find(&set_oid, test_sets)
        .filter(|set| set.digest == digest)
        .ok_or(SpkiError::ParameterSet(set_oid))?;
    if let Some(named) = parameters.optional(tag::OID)? {
        let named = named.oid()?;
        if oid::digest_of(&named) != Some(digest) {
            return Err(SpkiError::Digest(named));
        }
    }
    parameters.finish()?;
    Ok(set)
}

/// Reads SubjectPublicKeyInfo.
pub(crate) fn read(der: &[u8], test_sets: TestSets) -> Result<PublicKey, SpkiError> {
    let mut reader = Reader::single(der, tag::SEQUENCE)?.reader();
    let set = read_algorithm(&reader.expect(tag::SEQUENCE)?, test_sets)?;
    let octets = reader.expect(tag::BIT_STRING)?.bit_string()?;
    reader.finish()?;
    let key = Reader::single(octets, tag::OCTET_STRING)?;
    Ok(PublicKey::from_le_bytes(set, key.content)?)
}

/// Writes the AlgorithmIdentifier of keys of a set.
pub(crate) fn write_algorithm(writer: &mut Writer, set: &ParameterSet) {
    writer.sequence(|algorithm| {
        algorithm.oid(&set.digest.key_oid()).sequence(|parameters| {
            parameters.oid(&set.oid);
            if set.writes_digest {
                parameters.oid(&set.digest.oid());
            }
        });
    });
}

/// Contents of the BIT STRING of a key: an OCTET STRING with its header.
pub(crate) fn key_octets(key: &PublicKey) -> Vec<u8> {
    Writer::build(|writer| {
        writer.octet_string(&key.to_le_bytes());
    })
}

/// Writes SubjectPublicKeyInfo.
pub(crate) fn write(writer: &mut Writer, key: &PublicKey) {
    writer.sequence(|info| {
        write_algorithm(info, key.parameter_set());
        info.bit_string(&key_octets(key));
    });
}
