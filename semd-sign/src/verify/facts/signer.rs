//! What is true of one signer: attributes, digest, signature value, certificate.

use super::signing_certificate::signing_certificate;
use super::{
    Algorithms, ContentType, DigestState, SignatureState, SignerFindings, SigningCertificate, SigningTime,
    TimeFormVerdict,
};
use crate::asn1::{Element, Reader, TimeForm, read_time, tag};
use crate::certificate::Certificate;
use crate::cms::{Attribute, SignedData, SignerId, SignerInfo};
use crate::crypto::{HashFunction, VerifyingKey};
use crate::oid;
use crate::verify::content::Digests;

/// Facts of one signer; `inside` are the certificates of the container.
pub(super) fn findings(
    signer: &SignerInfo<'_>,
    data: &SignedData<'_>,
    inside: &[Certificate],
    known: &[&Certificate],
    digests: &Digests<'_>,
) -> SignerFindings {
    let certificate = signer_certificate(signer, inside, known);
    let certificate_inside = certificate.is_some_and(|found| inside.contains(found));
    let certificate = certificate.cloned();
    let content = data.content.as_deref();
    let function = HashFunction::by_oid(&signer.digest_algorithm).filter(|hash| hash.resists_collisions());
    let content_digest = function.and_then(|function| digests.get(function, content));
    let message_digest = match signer.signed_attributes(&oid::MESSAGE_DIGEST).as_slice() {
        [attribute] => single_value(attribute, tag::OCTET_STRING).map(<[u8]>::to_vec),
        _ => None,
    };
    let digest = match (&signer.signed, &message_digest, &content_digest) {
        (Some(_), None, _) => DigestState::Malformed,
        _ if function.is_none() => DigestState::Unknown,
        (_, _, None) => DigestState::NoContent,
        // What an attached container carries must be the document that is asked about.
        _ if !digests.agrees_with(content) => DigestState::Differs,
        (None, ..) if are_signed_attributes(digests.head(content)) => DigestState::Differs,
        (None, ..) => DigestState::InSignature,
        (Some(_), signed, computed) if signed == computed => DigestState::Matches,
        _ => DigestState::Differs,
    };
    SignerFindings {
        algorithms: certificate
            .as_ref()
            .map_or(Algorithms::Supported, |certificate| algorithms(signer, certificate)),
        certificate_inside,
        has_signed_attributes: signer.signed.is_some(),
        content_type: content_type(signer, data),
        digest,
        signature: signature_state(signer, certificate.as_ref(), content_digest.as_deref()),
        signing_time: signing_time(signer),
        signing_certificate: signing_certificate(signer, certificate.as_ref()),
        time_stamps: Vec::new(),
        has_references: [oid::CERTIFICATE_REFERENCES, oid::REVOCATION_REFERENCES]
            .iter()
            .all(|oid| signer.unsigned_values(oid).next().is_some()),
        certificate,
        message_digest,
    }
}

/// The certificate the signer names. Renewed certificates share a key identifier and anybody can put a namesake into the
/// container, so the one that the signature itself confirms goes before all others (EN 319 102-1 5.2.3.4).
fn signer_certificate<'a>(
    signer: &SignerInfo<'_>,
    inside: &'a [Certificate],
    known: &[&'a Certificate],
) -> Option<&'a Certificate> {
    let named = || inside.iter().chain(known.iter().copied()).filter(|found| is_named(signer.id, found));
    let is_confirmed = |found: &&Certificate| {
        matches!(
            signing_certificate(signer, Some(found)),
            SigningCertificate::Matches | SigningCertificate::MatchesForeignHash
        )
    };
    named().find(is_confirmed).or_else(|| named().next())
}

fn is_named(id: SignerId<'_>, certificate: &Certificate) -> bool {
    match id {
        SignerId::IssuerAndSerial { issuer, serial } => {
            certificate.issuer_raw() == issuer && certificate.serial_raw() == serial
        }
        SignerId::KeyId(key_id) => certificate.extensions().subject_key_id.as_deref() == Some(key_id),
    }
}

fn algorithms(signer: &SignerInfo<'_>, certificate: &Certificate) -> Algorithms {
    let hash = HashFunction::by_oid(&signer.digest_algorithm);
    match certificate.verifying_key() {
        None => Algorithms::Unsupported,
        Some(key @ VerifyingKey::Foreign(_)) => {
            if hash.is_some() && key.hash_for(&signer.signature_algorithm, hash) == hash {
                Algorithms::Foreign
            } else {
                Algorithms::Unsupported
            }
        }
        Some(VerifyingKey::Gost(key)) => {
            let expected = key.parameter_set().digest;
            match oid::signature_digest(&signer.signature_algorithm) {
                None => Algorithms::Unsupported,
                Some(named) if named == expected && hash == Some(HashFunction::Streebog(expected)) => {
                    Algorithms::Supported
                }
                Some(_) => Algorithms::Mismatched,
            }
        }
    }
}

/// Whether the content is a SET of signed attributes. A signature over attributes, stripped of them and shown beside
/// their DER as the document, would verify: what was signed then is the document the messageDigest names.
fn are_signed_attributes(content: &[u8]) -> bool {
    let is_message_digest = |attribute: &Element<'_>| {
        attribute.tag == tag::SEQUENCE
            && attribute.reader().expect(tag::OID).and_then(|oid| oid.oid()) == Ok(oid::MESSAGE_DIGEST)
    };
    Reader::single(content, tag::SET)
        .and_then(|set| set.reader().elements())
        .is_ok_and(|attributes| attributes.iter().any(is_message_digest))
}

fn content_type(signer: &SignerInfo<'_>, data: &SignedData<'_>) -> ContentType {
    if signer.signed.is_none() {
        // Nothing signs the type then, so only the plain one may be claimed (RFC 5652 5.3).
        return if data.content_type == oid::DATA { ContentType::Good } else { ContentType::Bad };
    }
    match signer.signed_attributes(&oid::CONTENT_TYPE).as_slice() {
        [attribute] if single_value(attribute, tag::OID) == Some(data.content_type.as_bytes()) => {
            ContentType::Good
        }
        _ => ContentType::Bad,
    }
}

/// Contents of the only value of an attribute.
fn single_value<'a>(attribute: &Attribute<'a>, expected: u8) -> Option<&'a [u8]> {
    match attribute.values.as_slice() {
        [value] if value.tag == expected => Some(value.content),
        _ => None,
    }
}

fn signature_state(
    signer: &SignerInfo<'_>,
    certificate: Option<&Certificate>,
    content_digest: Option<&[u8]>,
) -> SignatureState {
    let known = certificate.and_then(|certificate| Some((certificate, certificate.verifying_key()?)));
    let Some((certificate, key)) = known else {
        return SignatureState::NotChecked;
    };
    let named = HashFunction::by_oid(&signer.digest_algorithm);
    let Some(function) = key.hash_for(&signer.signature_algorithm, named) else {
        return SignatureState::NotChecked;
    };
    let verifies = |digest: &[u8]| certificate.verifies_digest(function, digest, &signer.signature);
    match &signer.signed {
        None if named == Some(function) && content_digest.is_some_and(verifies) => SignatureState::Valid,
        None => SignatureState::Invalid,
        Some(signed) if verifies(&function.digest(&signed.sorted)) => SignatureState::Valid,
        Some(signed) => match &signed.as_stored {
            Some(stored) if verifies(&function.digest(stored)) => SignatureState::ValidAsStored,
            _ => SignatureState::Invalid,
        },
    }
}

fn signing_time(signer: &SignerInfo<'_>) -> SigningTime {
    let attributes = signer.signed_attributes(&oid::SIGNING_TIME);
    let [attribute] = attributes.as_slice() else {
        return if attributes.is_empty() { SigningTime::Absent } else { SigningTime::Malformed };
    };
    match attribute.values.as_slice() {
        [value] => read_time(value).map_or(SigningTime::Malformed, |(time, form)| {
            let loose = form == TimeForm::Generalized && time.year() < 2050;
            SigningTime::Claimed(time, if loose { TimeFormVerdict::Loose } else { TimeFormVerdict::Standard })
        }),
        _ => SigningTime::Malformed,
    }
}
