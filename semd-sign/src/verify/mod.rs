//! Judging a signature: collect facts, judge them by a policy, report.
//!
//! Verdicts are those of ETSI EN 319 102-1; beside them stand the mnemonics under which the register (РЭМД) refuses.
//! No clock, no network: the control time, the trust anchors, revocation data are inputs.

pub(crate) mod archive;
mod chain;
mod content;
mod facts;
#[cfg(test)]
mod forgeries;
mod judge;
mod outcome;
mod path;
pub mod pii;
mod policy;
mod report;
mod stamp;
#[cfg(test)]
mod tests;

use time::OffsetDateTime;

use crate::cades::{Intact, Level, Placement};
use crate::certificate::Certificate;
use crate::revocation::Moment;

pub use chain::TrustStore;
pub(crate) use content::Digests;
pub use content::{Content, DocumentDigests};
pub use policy::{Policy, PolicyError, Rules};
pub use report::{Check, CheckStatus, ReportObject, ReportView, SignatureReport, SignatureVerdict};

/// The moment the certificates must be good at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlTime {
    /// The moment of checking. A signing time after it is refused.
    Now(OffsetDateTime),
    /// The time the signer claims. A claim, not a proof.
    SigningTime,
    /// Another moment, for which the caller has a proof: a registration, an archive.
    At(OffsetDateTime),
}

/// What is to be judged.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The signed document.
    pub content: Content<'a>,
    /// The container: DER, BER, PEM or base64.
    pub signature: &'a [u8],
    /// Trust anchors and intermediate certificates.
    pub trust: &'a TrustStore,
    /// The control time.
    pub time: ControlTime,
    /// What is demanded beside cryptography.
    pub policy: Policy,
}

/// Judges a signature. Whatever is wrong with the container is part of the verdict.
///
/// ```
/// use semd_sign::verify::{Content, ControlTime, Policy, Request, SignatureVerdict, TrustStore, verify};
/// use time::macros::datetime;
///
/// let report = verify(&Request {
///     content: Content::Bytes(b"<ClinicalDocument/>"),
///     signature: b"not a container",
///     trust: &TrustStore::new(),
///     time: ControlTime::Now(datetime!(2026-06-01 9:00 UTC)),
///     policy: Policy::Remd,
/// });
/// assert_eq!(report.verdict, SignatureVerdict::TotalFailed);
/// assert_eq!(report.sub_indication, Some("FORMAT_FAILURE"));
/// assert_eq!(report.codes, ["SIGNATURE_DECODING_ERROR"]);
/// ```
pub fn verify(request: &Request<'_>) -> SignatureReport {
    let digests = content::Digests::new(request.content);
    judge::judge(&facts::collect(request.signature, &digests, &request.trust.certificates()), request)
}

/// Judges a certificate alone, as the signer's of a document: profile, chain, validity, revocation. `format` of the report
/// is `X.509`.
///
/// ```
/// use semd_sign::gost::ParameterSet;
/// use semd_sign::pki::{Subject, TestAuthority};
/// use semd_sign::verify::{ControlTime, Policy, TrustStore, verify_certificate};
/// use time::{Duration, macros::datetime};
///
/// let now = datetime!(2026-05-20 10:00 UTC);
/// let set = ParameterSet::by_oid(ParameterSet::XCHA).expect("a known set");
/// let authority = TestAuthority::create("Пример", set, now, Duration::days(365))?;
/// let issued = authority.issue(&Subject::sample_person(), set, now, Duration::days(90))?;
/// let report = verify_certificate(&issued.certificate, &TrustStore::new(), ControlTime::Now(now), &Policy::Remd);
/// assert_eq!(report.sub_indication, Some("NO_CERTIFICATE_CHAIN_FOUND"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify_certificate(
    certificate: &Certificate,
    trust: &TrustStore,
    time: ControlTime,
    policy: &Policy,
) -> SignatureReport {
    judge::judge_certificate(certificate, trust, time, policy)
}

/// Judges a time stamp token over `data` (RFC 3161): imprint, signature, the authority's certificate.
/// `best_signature_time` of the report is the time that is proven.
///
/// ```
/// use semd_sign::verify::{ControlTime, Policy, TrustStore, verify_time_stamp};
/// use time::macros::datetime;
///
/// let now = ControlTime::Now(datetime!(2026-06-01 9:00 UTC));
/// let report = verify_time_stamp(b"not a token", b"data", &TrustStore::new(), now, &Policy::Remd);
/// assert!(!report.is_passed());
/// ```
pub fn verify_time_stamp(
    token: &[u8],
    data: &[u8],
    trust: &TrustStore,
    time: ControlTime,
    policy: &Policy,
) -> SignatureReport {
    let stamp = facts::stamp_on(token, data, &trust.certificates());
    judge::judge_stamp(&stamp, trust, time, policy)
}

/// Whether the container is well-formed and its mathematics and bindings hold, and everybody who signed has this certificate.
pub(crate) fn is_signed_by(signature: &[u8], document: &Digests<'_>, certificate: &Certificate) -> bool {
    // A certificate that is at hand is not read again, and its tables serve the next signature.
    facts::collect(signature, document, &[certificate]).is_ok_and(|container| {
        !container.signers.is_empty()
            && container
                .signers
                .iter()
                .all(|signer| signer.holds() && signer.certificate.as_ref() == Some(certificate))
    })
}

/// The one signer of a container whose mathematics and bindings hold, and the level of the container.
pub(crate) fn intact(signature: &[u8], document: &Digests<'_>) -> Option<Intact> {
    let container = facts::collect(signature, document, &[]).ok()?;
    let [signer] = container.signers.as_slice() else { return None };
    let certificate = signer.certificate.clone().filter(|_| signer.holds())?;
    let has = |kind| signer.time_stamps.iter().any(|stamp| stamp.kind == kind && stamp.token.is_ok());
    let level = if has(facts::TimeStampKind::Archive) {
        Level::A
    } else if !has(facts::TimeStampKind::Signature) {
        Level::Bes
    } else if container.revocation.is_empty() {
        Level::T
    } else {
        Level::Lt
    };
    let placement = if container.attached { Placement::Attached } else { Placement::Detached };
    Some(Intact { certificate, level, placement })
}

/// A certificate whose status is to be asked for, and the authority that knows it.
#[derive(Clone, Debug)]
pub struct StatusQuestion {
    /// The certificate; its extensions name where to ask.
    pub certificate: Certificate,
    /// Its issuer.
    pub issuer: Certificate,
}

/// The certificates of a container, of signers, time stamp authorities and everybody above them, whose status neither
/// `trust` nor the container tells: what a caller with a network asks before judging. A container that cannot be read asks
/// nothing.
///
/// ```
/// use semd_sign::verify::{TrustStore, status_questions};
/// use time::macros::datetime;
///
/// let now = datetime!(2026-06-01 9:00 UTC);
/// assert!(status_questions(b"not a container", &TrustStore::new(), now).is_empty());
/// ```
pub fn status_questions(container: &[u8], trust: &TrustStore, now: OffsetDateTime) -> Vec<StatusQuestion> {
    let digests = content::Digests::new(Content::Inside);
    let Ok(container) = facts::collect(container, &digests, &trust.certificates()) else {
        return Vec::new();
    };
    let mut revocation = trust.revocation().clone();
    revocation.extend(&container.revocation);
    let mut questions: Vec<StatusQuestion> = Vec::new();
    for leaf in signers_certificates(&container) {
        for pair in trust.chain(&leaf, &container.certificates, now).unwrap_or_default().windows(2) {
            let is_known = revocation.status(&pair[0], &pair[1], Moment::now(now)).status.is_some();
            if !is_known && !questions.iter().any(|question| question.certificate == pair[0]) {
                questions.push(StatusQuestion { certificate: pair[0].clone(), issuer: pair[1].clone() });
            }
        }
    }
    questions
}

/// The certificates of signers and of their time stamp authorities.
fn signers_certificates(container: &facts::Container) -> Vec<Certificate> {
    let tokens = container.signers.iter().flat_map(|signer| &signer.time_stamps);
    let authorities =
        tokens.filter_map(|stamp| stamp.token.as_ref().ok()).flat_map(|(_, token)| &token.signers);
    container.signers.iter().chain(authorities).filter_map(|signer| signer.certificate.clone()).collect()
}

/// Whether a time stamp token is well-formed and its signature good, whoever made it. Its certificate must be inside.
pub(crate) fn token_is_cryptographically_valid(token: &[u8]) -> bool {
    facts::collect_token(token, &[]).is_ok_and(|(_, container)| {
        matches!(container.signers.as_slice(), [signer]
            if signer.certificate.is_some() && judge::time_stamp::token_holds(signer))
    })
}

/// The certificates whose status a long-term signature keeps, of signers and time stamp authorities, and all certificates
/// at hand for their chains.
pub(crate) fn certificates_to_keep(
    container: &[u8],
    trust: &TrustStore,
) -> Result<(Vec<Certificate>, Vec<Certificate>), crate::cms::CmsError> {
    let digests = content::Digests::new(Content::Inside);
    let container = facts::collect(container, &digests, &trust.certificates())?;
    Ok((signers_certificates(&container), container.certificates))
}
