//! What is true of a container, before anybody judges it.

use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::asn1::{Asn1Error, Element, Reader, TimeForm, read_time, tag};
use crate::certificate::Certificate;
use crate::cms::{self, Attribute, CmsError, SignedData, SignerId, SignerInfo};
use crate::digest::Streebog;
use crate::oid;

/// Facts of a container.
pub(super) struct Container {
    /// Whether the content is inside.
    pub(super) attached: bool,
    /// All readable certificates inside.
    pub(super) certificates: Vec<Certificate>,
    pub(super) signers: Vec<SignerFindings>,
}

/// Facts of one signer.
pub(super) struct SignerFindings {
    /// The certificate the signer names.
    pub(super) certificate: Option<Certificate>,
    /// Whether it is inside the container.
    pub(super) certificate_inside: bool,
    pub(super) algorithms: Algorithms,
    pub(super) has_signed_attributes: bool,
    pub(super) content_type: ContentType,
    pub(super) digest: DigestState,
    pub(super) message_digest: Option<Vec<u8>>,
    pub(super) signature: SignatureState,
    pub(super) signing_time: SigningTime,
    pub(super) signing_certificate: SigningCertificate,
    pub(super) has_time_stamp: bool,
}

/// Whether the algorithms are the ones of GOST R 34.10-2012 and fit each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithms {
    /// They are.
    Supported,
    /// The key is, but digest or signature algorithm are not those of its length.
    Mismatched,
    /// Another algorithm.
    Unsupported,
}

/// The contentType attribute (RFC 5652 11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContentType {
    /// Equal to eContentType; id-data when there are no signed attributes.
    Good,
    /// Absent, repeated or different.
    Bad,
}

/// The digest of the document against the one that is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DigestState {
    /// messageDigest is the digest of the document.
    Matches,
    /// It is of something else.
    Differs,
    /// messageDigest is absent, repeated or no OCTET STRING.
    Malformed,
    /// There are no signed attributes: the signature itself covers the document.
    InSignature,
    /// The digest algorithm is unknown.
    Unknown,
}

/// The signature value against the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignatureState {
    /// Good over the DER of the attributes.
    Valid,
    /// Good over the attributes in their stored order only.
    ValidAsStored,
    /// Wrong.
    Invalid,
    /// No key to check with.
    NotChecked,
}

/// The signingTime attribute (RFC 5652 11.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SigningTime {
    /// Absent.
    Absent,
    /// Repeated or unreadable.
    Malformed,
    /// The claimed time, and whether it was written in the type the standard asks for.
    Claimed(OffsetDateTime, TimeFormVerdict),
}

/// Whether the type of the time is the right one for its year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeFormVerdict {
    /// UTCTime up to 2049, GeneralizedTime later.
    Standard,
    /// GeneralizedTime before 2050.
    Loose,
}

/// The signing-certificate attributes (EN 319 122-1 5.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SigningCertificate {
    /// Neither version is present.
    Absent,
    /// Version 2 names the certificate, by Streebog.
    Matches,
    /// Version 2 names the certificate, by SHA-256.
    MatchesForeignHash,
    /// Another certificate is named, or the attribute is broken.
    Differs,
    /// Only version 1, which names a certificate by SHA-1.
    WeakHash,
}

impl SignerFindings {
    /// Whether mathematics and bindings hold, whoever signed.
    pub(super) fn holds(&self) -> bool {
        self.algorithms == Algorithms::Supported
            && self.content_type == ContentType::Good
            && self.digest == DigestState::Matches
            && self.signature == SignatureState::Valid
            && self.signing_certificate == SigningCertificate::Matches
    }
}

/// Collects the facts. `known` are certificates at hand for signers that do not bring theirs.
pub(super) fn collect(
    signature: &[u8],
    content: &[u8],
    known: &[&Certificate],
) -> Result<Container, CmsError> {
    let octets = cms::decode(signature)?;
    let data = SignedData::read(&octets)?;
    let certificates: Vec<_> =
        data.certificates.iter().filter_map(|der| Certificate::from_bytes(der).ok()).collect();
    // What an attached container carries must be the document that is asked about.
    let content_agrees = data.content.as_deref().is_none_or(|inside| inside == content);
    let mut digests = ContentDigests { content, ..ContentDigests::default() };
    let signers = data
        .signers
        .iter()
        .map(|signer| {
            let certificate = signer_certificate(signer, &certificates, known);
            SignerFindings {
                certificate_inside: certificate.is_some_and(|found| certificates.contains(found)),
                ..findings(signer, &data, certificate.cloned(), &mut digests, content_agrees)
            }
        })
        .collect();
    Ok(Container { attached: data.content.is_some(), certificates, signers })
}

/// Digests of the document, each computed once however many signers ask for it.
#[derive(Default)]
struct ContentDigests<'a> {
    content: &'a [u8],
    computed: Vec<(Streebog, Vec<u8>)>,
}

impl ContentDigests<'_> {
    fn get(&mut self, function: Streebog) -> Vec<u8> {
        if let Some((_, digest)) = self.computed.iter().find(|(known, _)| *known == function) {
            return digest.clone();
        }
        let digest = function.digest(self.content);
        self.computed.push((function, digest.clone()));
        digest
    }
}

fn findings(
    signer: &SignerInfo<'_>,
    data: &SignedData<'_>,
    certificate: Option<Certificate>,
    digests: &mut ContentDigests<'_>,
    content_agrees: bool,
) -> SignerFindings {
    let content_digest = oid::digest_of(&signer.digest_algorithm).map(|function| digests.get(function));
    let message_digest = match signer.signed_attributes(&oid::MESSAGE_DIGEST).as_slice() {
        [attribute] => single_value(attribute, tag::OCTET_STRING).map(<[u8]>::to_vec),
        _ => None,
    };
    let digest = match (&signer.signed, &message_digest, &content_digest) {
        (Some(_), None, _) => DigestState::Malformed,
        (_, _, None) => DigestState::Unknown,
        _ if !content_agrees => DigestState::Differs,
        (None, ..) if are_signed_attributes(digests.content) => DigestState::Differs,
        (None, ..) => DigestState::InSignature,
        (Some(_), signed, computed) if signed == computed => DigestState::Matches,
        _ => DigestState::Differs,
    };
    SignerFindings {
        algorithms: certificate
            .as_ref()
            .map_or(Algorithms::Supported, |certificate| algorithms(signer, certificate)),
        certificate_inside: false,
        has_signed_attributes: signer.signed.is_some(),
        content_type: content_type(signer, data),
        digest,
        signature: signature_state(signer, certificate.as_ref(), content_digest.as_deref()),
        signing_time: signing_time(signer),
        signing_certificate: signing_certificate(signer, certificate.as_ref()),
        has_time_stamp: signer.unsigned.iter().any(|attribute| attribute.oid == oid::SIGNATURE_TIME_STAMP),
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
    let Ok(key) = certificate.public_key() else {
        return Algorithms::Unsupported;
    };
    let Some(signature) = oid::signature_digest(&signer.signature_algorithm) else {
        return Algorithms::Unsupported;
    };
    let expected = key.parameter_set().digest;
    if signature == expected && oid::digest_of(&signer.digest_algorithm) == Some(expected) {
        Algorithms::Supported
    } else {
        Algorithms::Mismatched
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
    let Some(key) = certificate.and_then(|certificate| certificate.public_key().ok()) else {
        return SignatureState::NotChecked;
    };
    let function = key.parameter_set().digest;
    let verifies = |digest: &[u8]| key.verify(digest, &signer.signature);
    match &signer.signed {
        None if content_digest.is_some_and(verifies) => SignatureState::Valid,
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

fn signing_certificate(signer: &SignerInfo<'_>, certificate: Option<&Certificate>) -> SigningCertificate {
    let second = signer.signed_attributes(&oid::SIGNING_CERTIFICATE_V2);
    match (second.as_slice(), certificate) {
        ([], _) if signer.signed_attributes(&oid::SIGNING_CERTIFICATE).is_empty() => {
            SigningCertificate::Absent
        }
        ([], _) => SigningCertificate::WeakHash,
        ([attribute], Some(certificate)) => {
            names_certificate(attribute, certificate).unwrap_or(SigningCertificate::Differs)
        }
        _ => SigningCertificate::Differs,
    }
}

/// Compares the first ESSCertIDv2 (RFC 5035 3) with the certificate: the digest and, when present, issuer and serial.
fn names_certificate(
    attribute: &Attribute<'_>,
    certificate: &Certificate,
) -> Result<SigningCertificate, Asn1Error> {
    let [value] = attribute.values.as_slice() else {
        return Ok(SigningCertificate::Differs);
    };
    value.require(tag::SEQUENCE)?;
    let mut identifiers = value.reader().expect(tag::SEQUENCE)?.reader();
    let mut identifier = identifiers.expect(tag::SEQUENCE)?.reader();
    let algorithm = match identifier.optional(tag::SEQUENCE)? {
        Some(algorithm) => algorithm.reader().expect(tag::OID)?.oid()?,
        None => oid::SHA_256,
    };
    let named = identifier.expect(tag::OCTET_STRING)?.content;
    let (computed, verdict) = match oid::digest_of(&algorithm) {
        Some(digest) => (digest.digest(certificate.der()), SigningCertificate::Matches),
        None if algorithm == oid::SHA_256 => {
            (Sha256::digest(certificate.der()).to_vec(), SigningCertificate::MatchesForeignHash)
        }
        None => return Ok(SigningCertificate::Differs),
    };
    if named != computed {
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
