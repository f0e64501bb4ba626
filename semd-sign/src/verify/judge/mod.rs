//! Facts, policy, anchors and time in; a verdict out.

mod accreditation;
mod attributes;
pub(in crate::verify) mod certificate;
mod revocation;
mod signature;
pub(in crate::verify) mod time_stamp;

use semd_core::report::Message;
use time::{Duration, OffsetDateTime};

use self::time_stamp::Proven;
use super::facts::{Container, SignerFindings, SigningCertificate, SigningTime, TimeStampFindings};
use super::outcome::{self, Outcome, rule};
use super::path::{Control, Material, Proof};
use super::policy::{Demand, Policy};
use super::report::SignatureReport;
use super::{ControlTime, Request, TrustStore};
use crate::certificate::Certificate;
use crate::cms::CmsError;

/// Judges what [`super::facts::collect`] found.
pub(super) fn judge(container: &Result<Container, CmsError>, request: &Request<'_>) -> SignatureReport {
    let mut outcome = Outcome::new(request.policy.clone());
    let container = match container {
        Ok(container) => container,
        Err(error) => {
            let failure = match error {
                CmsError::NotSignedData(_) | CmsError::NotCms => outcome::WRONG_FORMAT,
                _ => outcome::DECODING,
            };
            outcome.fail(rule::CONTAINER, failure, error.message());
            return report("unknown", outcome, None);
        }
    };
    outcome.ok(rule::CONTAINER, "контейнер CMS прочитан", "the CMS container was read");
    if container.signers.is_empty() {
        outcome.fail(
            rule::SIGNERS,
            outcome::NO_SIGNATURE,
            Message::new("в контейнере нет ни одной подписи", "the container holds no signature"),
        );
        return report("CMS", outcome, None);
    }
    judge_container(container, &mut outcome);
    let mut revocation = request.trust.revocation().clone();
    revocation.extend(&container.revocation);
    let material =
        Material { trust: request.trust, inside: &container.certificates, revocation: &revocation };
    let mut first = None;
    for (index, signer) in container.signers.iter().enumerate() {
        outcome.signer(index);
        let judged = judge_signer(signer, container, &material, request, &mut outcome);
        first.get_or_insert((signer, judged));
    }
    let format = first.as_ref().map_or("CMS", |(_, judged)| judged.format);
    report(format, outcome, first.map(|(signer, judged)| (signer, judged.time)))
}

/// Judges a certificate alone.
pub(super) fn judge_certificate(
    certificate: &Certificate,
    trust: &TrustStore,
    time: ControlTime,
    policy: &Policy,
) -> SignatureReport {
    let mut outcome = Outcome::new(policy.clone());
    // A certificate claims no signing time.
    let control = looking_time(None, time);
    let is_gost = certificate.public_key().is_ok();
    let texts = ("ключ ГОСТ Р 34.10-2012", "a key of GOST R 34.10-2012");
    let other = ("ключ не ГОСТ Р 34.10-2012", "the key is not of GOST R 34.10-2012");
    outcome.demand(
        Demand::GostAlgorithms,
        is_gost,
        rule::ALGORITHMS,
        outcome::ALGORITHMS_UNSUPPORTED,
        texts,
        other,
    );
    certificate::judge_profile(certificate, &mut outcome);
    let material = Material { trust, inside: &[], revocation: trust.revocation() };
    match control {
        Some(control) => {
            // The control time is when its key would sign.
            signature::judge_key_period(certificate, control.at, &mut outcome);
            certificate::judge_path(certificate, None, &material, control, &mut outcome);
        }
        None => outcome.fail(
            rule::CONTROL_TIME,
            outcome::CONSTRAINTS,
            Message::new(
                "сертификат не называет времени подписания: задайте время проверки",
                "a certificate claims no signing time: give a control time",
            ),
        ),
    }
    let report = report("X.509", outcome, None).with_best_time(control.map(|control| control.at));
    SignatureReport { signer: Some(certificate.facts()), ..report }
}

/// Judges a time stamp alone.
pub(super) fn judge_stamp(
    stamp: &TimeStampFindings,
    trust: &TrustStore,
    time: ControlTime,
    policy: &Policy,
) -> SignatureReport {
    let mut outcome = Outcome::new(policy.clone());
    let inside = stamp.token.as_ref().map_or(&[][..], |(_, token)| &token.certificates);
    let mut revocation = trust.revocation().clone();
    if let Ok((_, token)) = &stamp.token {
        revocation.extend(&token.revocation);
    }
    let material = Material { trust, inside, revocation: &revocation };
    let claimed = stamp.token.as_ref().ok().map(|(info, _)| info.time);
    let time = match looking_time(claimed, time) {
        Some(looking) => time_stamp::judge_alone(stamp, &material, looking, &mut outcome),
        None => {
            let error =
                stamp.token.as_ref().err().map_or_else(|| Message::new("", ""), |error| error.message());
            outcome.fail(rule::TIME_STAMP, outcome::MALFORMED, error);
            None
        }
    };
    report("TSP", outcome, None).with_best_time(time)
}

/// Clocks of two machines may differ by this much before times contradict each other.
pub(super) const CLOCK_SKEW: Duration = Duration::minutes(5);

/// What became of one signer.
struct Judged {
    format: &'static str,
    /// The best signature time.
    time: Option<OffsetDateTime>,
}

fn report(
    format: &str,
    outcome: Outcome,
    signer: Option<(&SignerFindings, Option<OffsetDateTime>)>,
) -> SignatureReport {
    let (verdict, sub_indication) = outcome.verdict();
    SignatureReport {
        format: format.to_owned(),
        verdict,
        sub_indication,
        signing_time: signer.and_then(|(signer, _)| claimed(signer)),
        best_signature_time: signer.and_then(|(_, time)| time),
        signer: signer.and_then(|(signer, _)| signer.certificate.as_ref()).map(Certificate::facts),
        digest: signer.and_then(|(signer, _)| signer.message_digest.clone()),
        codes: outcome.codes,
        checks: outcome.checks,
    }
}

fn claimed(signer: &SignerFindings) -> Option<OffsetDateTime> {
    match signer.signing_time {
        SigningTime::Claimed(time, _) => Some(time),
        SigningTime::Absent | SigningTime::Malformed => None,
    }
}

fn judge_container(container: &Container, outcome: &mut Outcome) {
    outcome.demand(
        Demand::MinimalLengths,
        container.minimal_lengths,
        rule::MINIMAL_LENGTHS,
        outcome::NOT_MINIMAL,
        ("длины записаны кратчайшим образом", "lengths have their shortest form"),
        (
            "длины в контейнере записаны не кратчайшим образом",
            "lengths in the container are not the shortest",
        ),
    );
    outcome.demand(
        Demand::OneSigner,
        container.signers.len() == 1,
        rule::SIGNERS,
        outcome::MULTIPLE_SIGNERS,
        ("в контейнере один подписант", "the container has one signer"),
        ("в контейнере больше одного подписанта", "the container has more than one signer"),
    );
    outcome.demand(
        Demand::Detached,
        !container.attached,
        rule::DETACHED,
        outcome::UNSUPPORTED_FORM,
        ("подпись откреплённая", "the signature is detached"),
        ("документ вложен в контейнер подписи", "the document is inside the signature container"),
    );
}

fn judge_signer(
    signer: &SignerFindings,
    container: &Container,
    material: &Material<'_>,
    request: &Request<'_>,
    outcome: &mut Outcome,
) -> Judged {
    attributes::judge_attributes(signer, outcome);
    attributes::judge_digest(signer, outcome);
    let looking = looking_time(claimed(signer), request.time);
    let Some(certificate) = &signer.certificate else {
        outcome.fail(
            rule::SIGNER_CERTIFICATE,
            outcome::NO_CERTIFICATE,
            Message::new(
                "сертификата подписанта нет ни в контейнере, ни среди заданных",
                "the signer's certificate is neither in the container nor among the given ones",
            ),
        );
        return Judged {
            format: format(signer, container, &Proven::default()),
            time: looking.map(|time| time.at),
        };
    };
    outcome.demand(
        Demand::CertificateInside,
        signer.certificate_inside,
        rule::SIGNER_CERTIFICATE,
        outcome::NO_CERTIFICATE,
        ("сертификат подписанта найден в контейнере", "the signer's certificate is in the container"),
        ("сертификата подписанта нет в контейнере", "the signer's certificate is not in the container"),
    );
    signature::judge_signature(signer, outcome);
    signature::judge_signing_certificate(signer.signing_certificate, outcome);
    let latest = match request.time {
        ControlTime::Now(now) | ControlTime::At(now) => Some(now),
        ControlTime::SigningTime => None,
    };
    signature::judge_signing_time(signer, certificate, latest, outcome);
    certificate::judge_profile(certificate, outcome);
    let Some(looking) = looking else {
        outcome.fail(
            rule::SIGNING_TIME,
            outcome::CONSTRAINTS,
            Message::new(
                "проверка на время подписания невозможна: в подписи его нет",
                "the check at the signing time is impossible: the signature has none",
            ),
        );
        return Judged { format: format(signer, container, &Proven::default()), time: None };
    };
    outcome.demand(
        Demand::TimeStamp,
        !signer.time_stamps.is_empty(),
        rule::TIME_STAMP_PRESENT,
        outcome::UNSUPPORTED_FORM,
        ("метка времени есть", "there is a time stamp"),
        ("метки времени нет", "there is no time stamp"),
    );
    let proven = time_stamp::judge(signer, material, looking, outcome);
    let control = match proven.signature {
        // Two proofs: the earlier one says more.
        Some(time) if looking.proof != Proof::Proven || time < looking.at => {
            Control { at: time, proof: Proof::Proven, ..looking }
        }
        _ => looking,
    };
    if let (Some(claimed), Some(stamped)) = (claimed(signer), proven.signature)
        && claimed > stamped.saturating_add(CLOCK_SKEW)
    {
        outcome.warn(
            rule::SIGNING_TIME_AFTER_STAMP,
            "заявленное время подписания позже доказанного меткой времени",
            "the claimed signing time is later than the one the time stamp proves",
        );
    }
    if control.proof == Proof::Claimed {
        outcome.warn(
            rule::CONTROL_TIME,
            "сертификаты проверены на время, которое назвал сам подписант: оно ничем не доказано",
            "the certificates were judged at the time the signer claims, of which there is no proof",
        );
    }
    certificate::judge_path(certificate, claimed(signer), material, control, outcome);
    Judged { format: format(signer, container, &proven), time: Some(control.at) }
}

/// The moment the caller asks about; `None` when it is the signer's claim and there is none.
fn looking_time(claimed: Option<OffsetDateTime>, time: ControlTime) -> Option<Control> {
    match time {
        ControlTime::Now(now) => Some(Control { at: now, proof: Proof::None, now: Some(now) }),
        ControlTime::At(at) => Some(Control { at, proof: Proof::Proven, now: None }),
        ControlTime::SigningTime => claimed.map(|at| Control { at, proof: Proof::Claimed, now: None }),
    }
}

/// The highest level of CAdES whose proofs hold.
fn format(signer: &SignerFindings, container: &Container, proven: &Proven) -> &'static str {
    if signer.signing_certificate == SigningCertificate::Absent || !signer.has_signed_attributes {
        return "CMS";
    }
    let has_values = !container.revocation.is_empty();
    match proven {
        Proven { archive: true, .. } => "CAdES-A",
        Proven { signature: None, .. } => "CAdES-BES",
        Proven { references: true, .. } if has_values && signer.has_references => "CAdES-X-Long-1",
        _ if signer.has_references => "CAdES-C",
        _ if has_values => "CAdES-LT",
        _ => "CAdES-T",
    }
}
