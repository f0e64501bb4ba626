//! The signing-certificate attributes: which certificate the signer says is meant (EN 319 122-1 5.2.2).

use super::SigningCertificate;
use crate::asn1::{Asn1Error, Reader, tag};
use crate::certificate::Certificate;
use crate::cms::{Attribute, SignerInfo};
use crate::crypto::HashFunction;
use crate::oid;

/// Whether and how the signed attributes name the certificate.
pub(super) fn signing_certificate(
    signer: &SignerInfo<'_>,
    certificate: Option<&Certificate>,
) -> SigningCertificate {
    let first = signer.signed_attributes(&oid::SIGNING_CERTIFICATE);
    let second = signer.signed_attributes(&oid::SIGNING_CERTIFICATE_V2);
    let (attribute, version) = match (second.as_slice(), first.as_slice()) {
        ([], []) => return SigningCertificate::Absent,
        ([attribute], _) => (attribute, Version::Second),
        ([], [attribute]) => (attribute, Version::First),
        _ => return SigningCertificate::Differs,
    };
    certificate.map_or(SigningCertificate::Differs, |certificate| {
        names_certificate(attribute, version, certificate).unwrap_or(SigningCertificate::Differs)
    })
}

/// Which of the two attributes: version 1 always hashes with SHA-1 (RFC 2634 5.4), version 2 says with what (RFC 5035 3).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    First,
    Second,
}

/// Compares the first ESSCertID or ESSCertIDv2 with the certificate: the digest and, when present, issuer and serial.
fn names_certificate(
    attribute: &Attribute<'_>,
    version: Version,
    certificate: &Certificate,
) -> Result<SigningCertificate, Asn1Error> {
    let [value] = attribute.values.as_slice() else {
        return Ok(SigningCertificate::Differs);
    };
    value.require(tag::SEQUENCE)?;
    let mut identifiers = value.reader().expect(tag::SEQUENCE)?.reader();
    let mut identifier = identifiers.expect(tag::SEQUENCE)?.reader();
    let hash = match (version, identifier.peek()) {
        (Version::First, _) => Some(HashFunction::Sha1),
        (Version::Second, Some(tag::SEQUENCE)) => {
            let algorithm = identifier.expect(tag::SEQUENCE)?.reader().expect(tag::OID)?.oid()?;
            HashFunction::by_oid(&algorithm)
        }
        (Version::Second, _) => Some(HashFunction::Sha256),
    };
    let named = identifier.expect(tag::OCTET_STRING)?.content;
    let Some(hash) = hash else {
        return Ok(SigningCertificate::Differs);
    };
    let verdict = match hash {
        HashFunction::Streebog(_) => SigningCertificate::Matches,
        HashFunction::Sha1 => SigningCertificate::WeakHash,
        HashFunction::Sha256 | HashFunction::Sha384 | HashFunction::Sha512 => {
            SigningCertificate::MatchesForeignHash
        }
    };
    if named != certificate.digest(hash) {
        return Ok(SigningCertificate::Differs);
    }
    if let Some(issuer_serial) = identifier.optional(tag::SEQUENCE)? {
        let mut issuer_serial = issuer_serial.reader();
        let names = issuer_serial.expect(tag::SEQUENCE)?;
        let serial = issuer_serial.expect(tag::INTEGER)?;
        let directory = Reader::single(names.content, tag::context(4))?;
        if directory.content != certificate.issuer_raw() || serial.content != certificate.serial_raw() {
            return Ok(SigningCertificate::Differs);
        }
    }
    Ok(verdict)
}
