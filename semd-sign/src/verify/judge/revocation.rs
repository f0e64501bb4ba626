//! Judgement of revocation: of the signer's certificate and of the authorities above it.

use semd_core::report::Message;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::certificate::Certificate;
use crate::revocation::{CertificateStatus, Rejection, ResponseStatus, RevocationFinding};
use crate::verify::outcome::{self, Outcome, Rule, rule};
use crate::verify::path::{Control, Material, Proof};
use crate::verify::policy::Demand;

/// What a finding means at a control time.
pub(super) enum Standing {
    /// Not revoked at the control time.
    Good,
    /// Revoked since then.
    Revoked(OffsetDateTime),
    /// On hold.
    OnHold,
    /// Nothing that counts is known.
    NotKnown,
}

/// The standing at the control time. A revocation after a moment that is proven, or claimed where the caller asked for
/// that, does not touch what was signed before (EN 319 102-1 5.5.4).
pub(super) fn standing(finding: &RevocationFinding, control: Control) -> Standing {
    let counts = |at: OffsetDateTime| control.proof == Proof::None || at <= control.at;
    match finding.status {
        Some(CertificateStatus::Good) => Standing::Good,
        Some(CertificateStatus::Revoked { at, .. }) if counts(at) => Standing::Revoked(at),
        Some(CertificateStatus::OnHold { at }) if counts(at) => Standing::OnHold,
        Some(CertificateStatus::Revoked { .. } | CertificateStatus::OnHold { .. }) => Standing::Good,
        Some(CertificateStatus::Unknown) | None => Standing::NotKnown,
    }
}

/// Judges the chain of a signer, leaf first.
pub(super) fn judge_signer(
    chain: &[Certificate],
    material: &Material<'_>,
    control: Control,
    outcome: &mut Outcome,
) {
    if !material.has_revocation() && !outcome.policy().requires_revocation() {
        outcome.ignored(
            rule::REVOCATION,
            "отзыв не проверялся: нет ни списков отзыва, ни ответов OCSP",
            "revocation was not checked: there are neither lists nor OCSP responses",
        );
        return;
    }
    let findings = material.statuses(chain, control);
    let Some((own, above)) = findings.split_first() else {
        outcome.ok(
            rule::REVOCATION,
            "сертификат сам является доверенным корнем",
            "the certificate itself is a trust anchor",
        );
        return;
    };
    // From the top: what a revoked authority says of others is worth nothing (EN 319 102-1 5.2.6).
    let mut authorities_stand = true;
    for finding in above.iter().rev() {
        authorities_stand &= judge_authority(finding, control, outcome);
    }
    if !authorities_stand {
        outcome.ignored(
            rule::REVOCATION,
            "отзыв не судится: отозван сертификат удостоверяющего центра",
            "revocation is not judged: the certificate of the authority is revoked",
        );
        return;
    }
    judge_own(own, control, outcome);
    if own.after_expiry {
        outcome.warn(
            rule::REVOCATION_AFTER_EXPIRY,
            "список отзыва выпущен после окончания срока сертификата: об истёкших он может молчать",
            "the revocation list was made after the certificate expired: it may be silent about expired ones",
        );
    }
}

fn judge_own(finding: &RevocationFinding, control: Control, outcome: &mut Outcome) {
    match standing(finding, control) {
        Standing::Good => {
            outcome.ok(rule::REVOCATION, "сертификат не отозван", "the certificate is not revoked");
        }
        Standing::Revoked(at) => {
            let failure = match control.proof {
                Proof::Proven => outcome::REVOKED,
                Proof::None | Proof::Claimed => outcome::REVOKED_NO_POE,
            };
            let at = time(at);
            outcome.fail(
                rule::REVOCATION,
                failure,
                Message::new(
                    format!("сертификат ЭП отозван {at}"),
                    format!("the certificate was revoked on {at}"),
                ),
            );
        }
        Standing::OnHold => outcome.fail(
            rule::REVOCATION,
            outcome::ON_HOLD,
            Message::new(
                "действие сертификата ЭП приостановлено; повторите проверку позже",
                "the certificate is on hold; check again later",
            ),
        ),
        Standing::NotKnown => not_known(rule::REVOCATION, finding, outcome),
    }
}

/// Judges an authority; `false` when it is revoked.
fn judge_authority(finding: &RevocationFinding, control: Control, outcome: &mut Outcome) -> bool {
    match standing(finding, control) {
        Standing::Good => outcome.ok(
            rule::REVOCATION_OF_AUTHORITY,
            "сертификат удостоверяющего центра не отозван",
            "the certificate of the authority is not revoked",
        ),
        Standing::Revoked(at) => {
            let at = time(at);
            outcome.fail(
                rule::REVOCATION_OF_AUTHORITY,
                outcome::REVOKED_CA,
                Message::new(
                    format!("сертификат удостоверяющего центра отозван {at}"),
                    format!("the certificate of the authority was revoked on {at}"),
                ),
            );
            return false;
        }
        Standing::OnHold | Standing::NotKnown => not_known(rule::REVOCATION_OF_AUTHORITY, finding, outcome),
    }
    true
}

fn not_known(rule: Rule, finding: &RevocationFinding, outcome: &mut Outcome) {
    let reason = why_not_known(finding);
    outcome.lacking(
        Demand::RevocationInformation,
        rule,
        outcome::TRY_LATER,
        Message::new(
            format!("статус сертификата неизвестен: {}", reason.ru),
            format!("the status of the certificate is not known: {}", reason.en),
        ),
    );
}

/// Why nothing counted, for people.
pub(super) fn why_not_known(finding: &RevocationFinding) -> Message {
    if finding.status == Some(CertificateStatus::Unknown) {
        return Message::new("ответчик OCSP не знает сертификата", "the OCSP responder does not know it");
    }
    let mut reasons: Vec<Message> = Vec::new();
    for rejection in &finding.rejected {
        let reason = explain(*rejection);
        if *rejection != Rejection::NotApplicable && !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    if reasons.is_empty() {
        return Message::new(
            "нет ни списка отзыва, ни ответа OCSP его издателя",
            "there is neither a list nor an OCSP response of its issuer",
        );
    }
    let join = |text: fn(&Message) -> &str| reasons.iter().map(text).collect::<Vec<_>>().join("; ");
    Message::new(join(|reason| reason.ru.as_ref()), join(|reason| reason.en.as_ref()))
}

fn explain(rejection: Rejection) -> Message {
    match rejection {
        Rejection::Signature => Message::new(
            "подпись списка отзыва или ответа OCSP неверна",
            "the signature of the list or the OCSP response is wrong",
        ),
        Rejection::Unauthorized => Message::new(
            "ответ OCSP подписан тем, кто не вправе отвечать за издателя",
            "the OCSP response is signed by somebody who may not answer for the issuer",
        ),
        Rejection::FromTheFuture => Message::new(
            "список отзыва или ответ OCSP выпущен позже времени проверки",
            "the list or the OCSP response was made after the control time",
        ),
        Rejection::Stale => Message::new(
            "список отзыва или ответ OCSP устарел",
            "the list or the OCSP response is out of date",
        ),
        Rejection::UnknownCritical => Message::new(
            "в списке отзыва или ответе OCSP неизвестное критическое расширение",
            "the list or the OCSP response has an unknown critical extension",
        ),
        Rejection::NotApplicable => {
            Message::new("сведения о других сертификатах", "about other certificates")
        }
        Rejection::NoAnswer(status) => {
            let status = match status {
                ResponseStatus::Successful => "successful",
                ResponseStatus::MalformedRequest => "malformedRequest",
                ResponseStatus::InternalError => "internalError",
                ResponseStatus::TryLater => "tryLater",
                ResponseStatus::SigRequired => "sigRequired",
                ResponseStatus::Unauthorized => "unauthorized",
            };
            Message::new(
                format!("ответчик OCSP не ответил: {status}"),
                format!("the OCSP responder gave no answer: {status}"),
            )
        }
    }
}

fn time(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}
