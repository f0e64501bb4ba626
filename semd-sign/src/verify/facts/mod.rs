//! What is true of a container, before anybody judges it.

mod embedded;
mod signer;
mod signing_certificate;
mod time_stamp;

use time::OffsetDateTime;

use super::content::Digests;
use crate::certificate::Certificate;
use crate::cms::{self, CmsError, SignedData};
use crate::revocation::RevocationData;

pub(super) use time_stamp::{TimeStampFindings, TimeStampKind, collect_token, stamp_on};

/// Facts of a container.
pub(super) struct Container {
    /// Whether the content is inside.
    pub(super) attached: bool,
    /// Whether all lengths have their shortest form.
    pub(super) minimal_lengths: bool,
    /// All readable certificates inside, certificate-values and those of responders and time stamps included.
    pub(super) certificates: Vec<Certificate>,
    /// Revocation data inside, in every place where a container may keep them.
    pub(super) revocation: RevocationData,
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
    /// Time stamps among the unsigned attributes, in the stored order.
    pub(super) time_stamps: Vec<TimeStampFindings>,
    /// Whether complete-certificate-references and complete-revocation-references are present.
    pub(super) has_references: bool,
}

/// Whether the algorithms are the ones of GOST R 34.10-2012 and fit each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithms {
    /// They are.
    Supported,
    /// The key is, but digest or signature algorithm are not those of its length.
    Mismatched,
    /// RSA or ECDSA with its own hash function: right in itself.
    Foreign,
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
    /// There is no document to compare with.
    NoContent,
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
    /// Only version 1, which names the certificate by SHA-1.
    WeakHash,
}

impl SignerFindings {
    /// Whether mathematics and bindings hold, whoever signed.
    pub(super) fn holds(&self) -> bool {
        let bound = match self.algorithms {
            Algorithms::Supported => self.signing_certificate == SigningCertificate::Matches,
            Algorithms::Foreign => self.signing_certificate == SigningCertificate::MatchesForeignHash,
            Algorithms::Mismatched | Algorithms::Unsupported => false,
        };
        bound
            && self.content_type == ContentType::Good
            && self.digest == DigestState::Matches
            && self.signature == SignatureState::Valid
    }
}

/// Collects the facts. `known` are certificates at hand for signers that do not bring theirs.
pub(super) fn collect(
    signature: &[u8],
    digests: &Digests<'_>,
    known: &[&Certificate],
) -> Result<Container, CmsError> {
    let octets = cms::decode(signature)?;
    let data = SignedData::read(&octets)?;
    let read = |der: &&[u8]| {
        let at_hand = known.iter().find(|known| known.der() == *der);
        at_hand.map(|known| (*known).clone()).or_else(|| Certificate::from_bytes(der).ok())
    };
    let mut certificates: Vec<_> = data.certificates.iter().filter_map(read).collect();
    let inside = certificates.len();
    let mut revocation = RevocationData::new();
    embedded::of_container(&data, &mut revocation);
    let mut signers = Vec::with_capacity(data.signers.len());
    for info in &data.signers {
        embedded::of_signer(info, &mut certificates, &mut revocation);
        let mut findings = signer::findings(info, &data, &certificates[..inside], known, digests);
        findings.time_stamps = time_stamp::of_signer(info, &data, digests, known);
        for stamp in &findings.time_stamps {
            if let Ok((_, token)) = &stamp.token {
                certificates.extend(token.certificates.iter().cloned());
                revocation.extend(&token.revocation);
            }
        }
        signers.push(findings);
    }
    for response in revocation.responses() {
        certificates.extend(response.certificates().iter().cloned());
    }
    Ok(Container {
        attached: data.content.is_some(),
        minimal_lengths: crate::asn1::lengths_are_minimal(&octets),
        certificates,
        revocation,
        signers,
    })
}
