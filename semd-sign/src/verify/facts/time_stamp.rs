//! Time stamps among the unsigned attributes of a signer: what they stamp, and the facts of their tokens.

use super::{Container, collect};
use crate::asn1::{Element, Writer, to_der};
use crate::certificate::Certificate;
use crate::cms::{SignedData, SignerInfo};
use crate::oid;
use crate::tsp::{TspError, TstInfo};
use crate::verify::archive;
use crate::verify::content::{Content, Digests};

/// Time stamps of one signer that are looked at.
const MAX_STAMPS: usize = 8;

/// What a time stamp is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verify) enum TimeStampKind {
    /// signature-time-stamp: over the signature value (EN 319 122-1 5.3).
    Signature,
    /// CAdES-C-timestamp: over the signature, its time stamp and the references (EN 319 122-1 A.1.5.2).
    References,
    /// archive-time-stamp-v3: over everything (EN 319 122-1 5.5.3).
    Archive,
}

/// Facts of one time stamp.
pub(in crate::verify) struct TimeStampFindings {
    pub(in crate::verify) kind: TimeStampKind,
    /// Whether it stamps what it should.
    pub(in crate::verify) imprint_matches: bool,
    /// The statement and the container that signs it.
    pub(in crate::verify) token: Result<(TstInfo, Box<Container>), TspError>,
}

/// The facts of a token. Time stamps on the token itself are not looked at.
pub(in crate::verify) fn collect_token(
    token: &[u8],
    known: &[&Certificate],
) -> Result<(TstInfo, Box<Container>), TspError> {
    let data = SignedData::read(token)?;
    let info = TstInfo::read(data.content.as_deref().unwrap_or_default())?;
    let mut container = collect_without_stamps(token, known)?;
    if data.content_type != oid::TST_INFO {
        // A container of another type that happens to hold a TSTInfo says nothing about time.
        container.signers.clear();
    }
    Ok((info, Box::new(container)))
}

fn collect_without_stamps(token: &[u8], known: &[&Certificate]) -> Result<Container, TspError> {
    let stripped = crate::cms::without_unsigned(token)?;
    Ok(collect(&stripped, &Digests::new(Content::Inside), known)?)
}

/// The facts of a token, or of a response with one, over `data`.
pub(in crate::verify) fn stamp_on(octets: &[u8], data: &[u8], known: &[&Certificate]) -> TimeStampFindings {
    let inner = crate::tsp::read_token(octets);
    let token = collect_token(inner.as_deref().unwrap_or(octets), known);
    let imprint_matches = token.as_ref().is_ok_and(|(info, _)| info.is_of(data));
    TimeStampFindings { kind: TimeStampKind::Signature, imprint_matches, token }
}

/// The time stamps of a signer.
pub(super) fn of_signer(
    signer: &SignerInfo<'_>,
    data: &SignedData<'_>,
    digests: &Digests<'_>,
    known: &[&Certificate],
) -> Vec<TimeStampFindings> {
    let kinds = [
        (TimeStampKind::Signature, oid::SIGNATURE_TIME_STAMP),
        (TimeStampKind::References, oid::ESC_TIME_STAMP),
        (TimeStampKind::Archive, oid::ARCHIVE_TIME_STAMP_V3),
    ];
    let mut found = Vec::new();
    for (kind, oid) in kinds {
        for value in signer.unsigned_values(&oid).take(MAX_STAMPS) {
            let token = collect_token(value.raw, known);
            let imprint_matches = match (&token, kind) {
                (Err(_), _) => false,
                (Ok((info, _)), TimeStampKind::Signature) => info.is_of(&signer.signature),
                (Ok((info, _)), TimeStampKind::References) => info.is_of(&references_input(signer)),
                (Ok((info, _)), TimeStampKind::Archive) => info
                    .hash
                    .and_then(|hash| {
                        archive::input(value.raw, signer, data, &digests.get(hash, data.content.as_deref())?)
                    })
                    .is_some_and(|input| info.is_of(&input)),
            };
            found.push(TimeStampFindings { kind, imprint_matches, token });
        }
    }
    found
}

/// What the CAdES-C time stamp covers: the signature value, then type and values of the signature time stamps and of both
/// kinds of references.
fn references_input(signer: &SignerInfo<'_>) -> Vec<u8> {
    let mut input = signer.signature.to_vec();
    for oid in [oid::SIGNATURE_TIME_STAMP, oid::CERTIFICATE_REFERENCES, oid::REVOCATION_REFERENCES] {
        for attribute in signer.unsigned.iter().filter(|attribute| attribute.oid == oid) {
            let values = attribute.values.iter().map(|value| der(value)).collect();
            input.extend(Writer::build(|writer| {
                writer.oid(&attribute.oid).set_of(crate::asn1::tag::SET, values);
            }));
        }
    }
    input
}

/// DER of an element; as it stands where that is impossible.
fn der(element: &Element<'_>) -> Vec<u8> {
    to_der(element).unwrap_or_else(|_| element.raw.to_vec())
}
