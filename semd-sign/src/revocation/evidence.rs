//! From lists and answers to the status of one certificate (EN 319 102-1 5.2.5, RFC 5280 6.3, RFC 6960 3.2).

use time::{Duration, OffsetDateTime};

use super::ocsp::{AnswerStatus, ResponderProblem};
use super::{Crl, OcspResponse, ResponseStatus, RevocationReason};
use crate::certificate::Certificate;

/// How long an answer without nextUpdate counts as fresh: RFC 6960 leaves it to the one who asks.
const FRESH_WITHOUT_NEXT_UPDATE: Duration = Duration::hours(24);
/// Clocks of two machines may differ by this much.
const CLOCK_SKEW: Duration = Duration::minutes(5);

/// Evidence to look through.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// Revocation lists.
    pub crls: &'a [Crl],
    /// OCSP responses.
    pub responses: &'a [OcspResponse],
    /// Certificates that may be those of responders.
    pub responders: &'a [Certificate],
}

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The moment the certificate must have been good at: evidence must not be older than its time.
    pub at: OffsetDateTime,
    /// The moment of looking, when known: evidence made later is not believed.
    pub now: Option<OffsetDateTime>,
}

impl Moment {
    /// Now: evidence must be fresh today.
    pub fn now(now: OffsetDateTime) -> Self {
        Self { at: now, now: Some(now) }
    }
}

/// Status of a certificate by its issuer's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateStatus {
    /// Not revoked.
    Good,
    /// Revoked for ever.
    Revoked {
        /// Since when.
        at: OffsetDateTime,
        /// Why.
        reason: RevocationReason,
    },
    /// On hold: not usable now, perhaps later.
    OnHold {
        /// Since when.
        at: OffsetDateTime,
    },
    /// The responder does not know the certificate, which is not the same as good.
    Unknown,
}

/// Why an item of evidence does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The signature is not the issuer's.
    Signature,
    /// Signed by somebody who may not answer for the authority.
    Unauthorized,
    /// Made after the moment of looking.
    FromTheFuture,
    /// Too old.
    Stale,
    /// A critical extension nobody here understands.
    UnknownCritical,
    /// About other certificates.
    NotApplicable,
    /// The responder answered that it does not answer.
    NoAnswer(ResponseStatus),
}

/// What was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationFinding {
    /// The status; `None` when no item of evidence counts.
    pub status: Option<CertificateStatus>,
    /// When the deciding item was made.
    pub as_of: Option<OffsetDateTime>,
    /// Whether the deciding item was made after the certificate expired and does not say that it keeps expired ones.
    pub after_expiry: bool,
    /// Why other items did not count, in the order of the evidence: lists first.
    pub rejected: Vec<Rejection>,
}

/// What one item says.
struct Statement {
    status: CertificateStatus,
    as_of: OffsetDateTime,
    keeps_expired: bool,
}

/// Looks through all evidence. Of several items that count a revocation wins, then the newest.
pub(crate) fn status(
    evidence: &Evidence<'_>,
    certificate: &Certificate,
    issuer: &Certificate,
    moment: Moment,
) -> RevocationFinding {
    let of_lists = evidence.crls.iter().map(|crl| from_crl(crl, certificate, issuer, moment));
    let of_responses = evidence
        .responses
        .iter()
        .map(|response| from_response(response, certificate, issuer, evidence, moment));
    let mut best: Option<Statement> = None;
    let mut rejected = Vec::new();
    for statement in of_lists.chain(of_responses) {
        match statement {
            Ok(statement) => {
                let better = best.as_ref().is_none_or(|best| statement.weight() > best.weight());
                if better {
                    best = Some(statement);
                }
            }
            Err(rejection) => rejected.push(rejection),
        }
    }
    RevocationFinding {
        after_expiry: best
            .as_ref()
            .is_some_and(|best| best.as_of > certificate.not_after() && !best.keeps_expired),
        as_of: best.as_ref().map(|best| best.as_of),
        status: best.map(|best| best.status),
        rejected,
    }
}

impl Statement {
    fn is_revoked(&self) -> bool {
        matches!(self.status, CertificateStatus::Revoked { .. } | CertificateStatus::OnHold { .. })
    }

    fn weight(&self) -> (bool, OffsetDateTime) {
        (matches!(self.status, CertificateStatus::Revoked { .. }), self.as_of)
    }
}

fn from_crl(
    crl: &Crl,
    certificate: &Certificate,
    issuer: &Certificate,
    moment: Moment,
) -> Result<Statement, Rejection> {
    if crl.issuer_raw() != issuer.subject_raw() || !crl.covers(certificate) {
        return Err(Rejection::NotApplicable);
    }
    if crl.has_unknown_critical() {
        return Err(Rejection::UnknownCritical);
    }
    check_freshness(crl.this_update(), crl.next_update(), moment)?;
    if !crl.is_signed_by(issuer) {
        return Err(Rejection::Signature);
    }
    let status = match crl.entry(certificate.serial_raw()) {
        None => CertificateStatus::Good,
        Some((at, RevocationReason::CertificateHold)) => CertificateStatus::OnHold { at },
        Some((at, reason)) => CertificateStatus::Revoked { at, reason },
    };
    Ok(Statement {
        status,
        as_of: crl.this_update(),
        keeps_expired: crl.keeps_expired_at(certificate.not_after()),
    })
}

fn from_response(
    response: &OcspResponse,
    certificate: &Certificate,
    issuer: &Certificate,
    evidence: &Evidence<'_>,
    moment: Moment,
) -> Result<Statement, Rejection> {
    if response.status() != ResponseStatus::Successful {
        return Err(Rejection::NoAnswer(response.status()));
    }
    let answer = response.answer(certificate, issuer).ok_or(Rejection::NotApplicable)?;
    if response.has_unknown_critical() {
        return Err(Rejection::UnknownCritical);
    }
    check_freshness(answer.this_update, answer.next_update, moment)?;
    let responder =
        response.check_responder(issuer, evidence.responders).map_err(|problem| match problem {
            ResponderProblem::Unauthorized => Rejection::Unauthorized,
            ResponderProblem::Signature => Rejection::Signature,
        })?;
    // Where the authority does not vouch for its delegate (ocsp-nocheck), a list may have revoked it.
    let listed = |crl: &Crl| from_crl(crl, &responder, issuer, moment).is_ok_and(|found| found.is_revoked());
    if responder != *issuer && !responder.extensions().ocsp_no_check && evidence.crls.iter().any(listed) {
        return Err(Rejection::Unauthorized);
    }
    let status = match answer.status {
        AnswerStatus::Good => CertificateStatus::Good,
        AnswerStatus::Revoked(at, RevocationReason::CertificateHold) => CertificateStatus::OnHold { at },
        AnswerStatus::Revoked(at, reason) => CertificateStatus::Revoked { at, reason },
        AnswerStatus::Unknown => CertificateStatus::Unknown,
    };
    // Responders look into the register of the authority, which forgets nobody.
    Ok(Statement { status, as_of: answer.this_update, keeps_expired: true })
}

/// Evidence made after the moment in question is always fresh enough for it; older evidence only until the next is due
/// (EN 319 102-1 5.2.5.4).
fn check_freshness(
    this_update: OffsetDateTime,
    next_update: Option<OffsetDateTime>,
    moment: Moment,
) -> Result<(), Rejection> {
    if moment.now.is_some_and(|now| this_update > now.saturating_add(CLOCK_SKEW)) {
        return Err(Rejection::FromTheFuture);
    }
    let fresh_until = next_update.unwrap_or(this_update.saturating_add(FRESH_WITHOUT_NEXT_UPDATE));
    if this_update < moment.at && fresh_until < moment.at { Err(Rejection::Stale) } else { Ok(()) }
}
