//! Judging a signature: collect facts, judge them by a policy, report.
//!
//! Verdicts are those of ETSI EN 319 102-1; beside them stand the mnemonics under which the register (РЭМД) refuses.
//! No clock, no network: the control time and the trust anchors are inputs. Revocation and time stamps are not
//! evaluated by this version and the report says so.

mod chain;
mod facts;
mod judge;
mod outcome;
pub mod pii;
mod policy;
mod report;
#[cfg(test)]
mod tests;

use time::OffsetDateTime;

pub use chain::TrustStore;
pub use policy::Policy;
pub use report::{Check, CheckStatus, ReportView, SignatureReport, SignatureVerdict};

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
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The signed document, octet for octet. For an attached container too: see [`crate::cms::attached_content`].
    pub content: &'a [u8],
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
/// use semd_sign::verify::{ControlTime, Policy, Request, SignatureVerdict, TrustStore, verify};
/// use time::macros::datetime;
///
/// let report = verify(&Request {
///     content: b"<ClinicalDocument/>",
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
    judge::judge(&facts::collect(request.signature, request.content, &request.trust.certificates()), request)
}

/// Whether the container is well-formed and its mathematics and bindings hold, whoever signed.
pub(crate) fn is_cryptographically_valid(signature: &[u8], content: &[u8]) -> bool {
    facts::collect(signature, content, &[]).is_ok_and(|container| {
        !container.signers.is_empty() && container.signers.iter().all(facts::SignerFindings::holds)
    })
}
