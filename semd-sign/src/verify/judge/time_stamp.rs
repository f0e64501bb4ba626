//! Judgement of time stamps, from the outermost inwards: an archive time stamp proves that the ones inside existed before
//! their own certificates ended (EN 319 102-1 5.4, 5.5, 5.6.3).

use semd_core::report::Message;
use time::OffsetDateTime;

use super::CLOCK_SKEW;
use super::revocation::{Standing, standing, why_not_known};
use crate::certificate::Certificate;
use crate::revocation::{CertificateStatus, RevocationFinding, RevocationReason};
use crate::verify::facts::{
    Algorithms, ContentType, DigestState, SignatureState, SignerFindings, SigningCertificate,
    TimeStampFindings, TimeStampKind,
};
use crate::verify::outcome::{self, Failure, Outcome, Rule, rule};
use crate::verify::path::{Control, Material, Proof};
use crate::verify::policy::{Demand, Level};

/// What the time stamps of one signer prove.
#[derive(Default)]
pub(super) struct Proven {
    /// The earliest moment at which the signature existed.
    pub(super) signature: Option<OffsetDateTime>,
    /// Whether a CAdES-C time stamp holds.
    pub(super) references: bool,
    /// Whether an archive time stamp holds.
    pub(super) archive: bool,
}

/// Why a time stamp proves nothing.
struct Broken {
    rule: Rule,
    failure: Failure,
    message: Message,
}

/// Judges all time stamps of a signer, at the moment of looking.
pub(super) fn judge(
    signer: &SignerFindings,
    material: &Material<'_>,
    looking: Control,
    outcome: &mut Outcome,
) -> Proven {
    let mut proven = Proven::default();
    let mut control = looking;
    for kind in [TimeStampKind::Archive, TimeStampKind::References, TimeStampKind::Signature] {
        let mut stamps: Vec<_> = signer.time_stamps.iter().filter(|stamp| stamp.kind == kind).collect();
        // The newest first: it covers the older ones.
        stamps.sort_by_key(|stamp| std::cmp::Reverse(stamp.token.as_ref().ok().map(|(info, _)| info.time)));
        for stamp in stamps {
            match judge_one(stamp, material, control, outcome) {
                Ok(time) => {
                    outcome.ok(value_rule(kind), ok_text(kind).0, ok_text(kind).1);
                    match kind {
                        TimeStampKind::Archive => proven.archive = true,
                        TimeStampKind::References => proven.references = true,
                        TimeStampKind::Signature => {}
                    }
                    proven.signature = Some(proven.signature.map_or(time, |known| known.min(time)));
                    if kind != TimeStampKind::Signature {
                        control = Control { at: time, proof: Proof::Proven, ..control };
                    }
                }
                Err(broken) => {
                    outcome.lacking(Demand::ValidTimeStamps, broken.rule, broken.failure, broken.message);
                }
            }
        }
    }
    proven
}

/// Judges one time stamp that stands alone: whatever is wrong with it is its verdict. Returns the time it proves.
pub(super) fn judge_alone(
    stamp: &TimeStampFindings,
    material: &Material<'_>,
    looking: Control,
    outcome: &mut Outcome,
) -> Option<OffsetDateTime> {
    match judge_one(stamp, material, looking, outcome) {
        Ok(time) => {
            outcome.ok(value_rule(stamp.kind), ok_text(stamp.kind).0, ok_text(stamp.kind).1);
            Some(time)
        }
        Err(broken) => {
            outcome.fail(broken.rule, broken.failure, broken.message);
            None
        }
    }
}

fn value_rule(kind: TimeStampKind) -> Rule {
    match kind {
        TimeStampKind::Signature => rule::TIME_STAMP,
        TimeStampKind::References => rule::REFERENCES_TIME_STAMP,
        TimeStampKind::Archive => rule::ARCHIVE_TIME_STAMP,
    }
}

fn ok_text(kind: TimeStampKind) -> (&'static str, &'static str) {
    match kind {
        TimeStampKind::Signature => {
            ("метка времени доказывает время подписи", "the time stamp proves the time of the signature")
        }
        TimeStampKind::References => {
            ("метка времени на ссылки верна", "the time stamp on the references is right")
        }
        TimeStampKind::Archive => ("архивная метка времени верна", "the archive time stamp is right"),
    }
}

fn judge_one(
    stamp: &TimeStampFindings,
    material: &Material<'_>,
    control: Control,
    outcome: &mut Outcome,
) -> Result<OffsetDateTime, Broken> {
    let rule = value_rule(stamp.kind);
    let wrong =
        |ru: &str, en: &str| Broken { rule, failure: outcome::STAMP_WRONG, message: Message::new(ru, en) };
    let (info, token) = match &stamp.token {
        Ok(token) => token,
        Err(error) => {
            return Err(Broken { rule, failure: outcome::STAMP_WRONG, message: error.message() });
        }
    };
    if !stamp.imprint_matches {
        return Err(wrong("метка времени поставлена на другие данные", "the time stamp is of other data"));
    }
    let [signer] = token.signers.as_slice() else {
        return Err(wrong(
            "в метке времени не ровно одна подпись",
            "the time stamp has not exactly one signature",
        ));
    };
    if !token_holds(signer) {
        return Err(wrong("подпись метки времени неверна", "the signature of the time stamp is wrong"));
    }
    let Some(certificate) = &signer.certificate else {
        return Err(Broken {
            rule: rule::TIME_STAMP_CHAIN,
            failure: outcome::STAMP_NO_CHAIN,
            message: Message::new(
                "сертификата службы меток времени нет ни в метке, ни среди заданных",
                "the certificate of the time stamp authority is neither in the token nor among the given ones",
            ),
        });
    };
    judge_authority(certificate, info.time, material, control, outcome)?;
    Ok(info.time)
}

/// Mathematics and bindings of a token: RFC 3161 2.4.1 asks for a signing-certificate attribute, of either version.
pub(in crate::verify) fn token_holds(signer: &SignerFindings) -> bool {
    let named = matches!(
        signer.signing_certificate,
        SigningCertificate::Matches | SigningCertificate::MatchesForeignHash | SigningCertificate::WeakHash
    );
    let no_certificate = signer.certificate.is_none();
    matches!(signer.algorithms, Algorithms::Supported | Algorithms::Foreign)
        && signer.has_signed_attributes
        && signer.content_type == ContentType::Good
        && signer.digest == DigestState::Matches
        && (no_certificate || (named && signer.signature == SignatureState::Valid))
}

/// The certificate of the authority: purpose, validity when it stamped, chain and status at the control time.
fn judge_authority(
    certificate: &Certificate,
    time: OffsetDateTime,
    material: &Material<'_>,
    control: Control,
    outcome: &mut Outcome,
) -> Result<(), Broken> {
    let broken = |rule: Rule, failure: Failure, ru: &str, en: &str| Broken {
        rule,
        failure,
        message: Message::new(ru, en),
    };
    let extensions = certificate.extensions();
    let purpose = extensions.extended_key_usage;
    let usage = extensions.key_usage;
    if !purpose.is_some_and(|usage| usage.critical && usage.only_time_stamping)
        || !usage.is_none_or(|usage| usage.digital_signature || usage.non_repudiation)
        || !extensions.unknown_critical.is_empty()
    {
        return Err(broken(
            rule::TIME_STAMP_AUTHORITY,
            outcome::STAMP_AUTHORITY,
            "сертификат не предназначен для меток времени (критическое extKeyUsage timeStamping)",
            "the certificate is not one for time stamps (critical extKeyUsage timeStamping)",
        ));
    }
    if !(certificate.not_before()..=certificate.not_after()).contains(&time) {
        return Err(broken(
            rule::TIME_STAMP_AUTHORITY,
            outcome::STAMP_AUTHORITY,
            "время метки вне срока действия сертификата её службы",
            "the time of the stamp is outside the validity of its authority's certificate",
        ));
    }
    if control.now.is_some_and(|now| time > now.saturating_add(CLOCK_SKEW)) {
        return Err(broken(
            rule::TIME_STAMP,
            outcome::STAMP_WRONG,
            "время метки позже времени проверки",
            "the time of the stamp is after the control time",
        ));
    }
    // A moment given by the caller may lie before the stamp: the authority is judged when it stamped then.
    let control = Control { at: control.at.max(time), ..control };
    if control.at > certificate.not_after() {
        return Err(broken(
            rule::TIME_STAMP_CHAIN,
            outcome::STAMP_EXPIRED,
            "сертификат службы меток времени истёк, а архивной метки до этого нет",
            "the certificate of the time stamp authority has expired, and no archive time stamp was made before",
        ));
    }
    let Some(chain) = material.chain(certificate, control) else {
        return Err(broken(
            rule::TIME_STAMP_CHAIN,
            outcome::STAMP_NO_CHAIN,
            "не построена цепочка сертификата службы меток времени до доверенного корня",
            "there is no chain from the time stamp authority's certificate to a trust anchor",
        ));
    };
    outcome.ok(
        rule::TIME_STAMP_CHAIN,
        "цепочка сертификата службы меток времени построена",
        "the chain of the time stamp authority's certificate was built",
    );
    if !material.has_revocation() {
        return Ok(());
    }
    for finding in material.statuses(&chain, control) {
        judge_status(&finding, time, control, outcome)?;
    }
    Ok(())
}

fn judge_status(
    finding: &RevocationFinding,
    time: OffsetDateTime,
    control: Control,
    outcome: &mut Outcome,
) -> Result<(), Broken> {
    let broken =
        |failure: Failure, message: Message| Broken { rule: rule::TIME_STAMP_REVOCATION, failure, message };
    match standing(finding, control) {
        Standing::Good => {
            outcome.ok(
                rule::TIME_STAMP_REVOCATION,
                "сертификат службы меток времени или его издателя не отозван",
                "the certificate of the time stamp authority or its issuer is not revoked",
            );
            Ok(())
        }
        // Retired without harm to the key: stamps made before stay good (RFC 3161 4).
        Standing::Revoked(at) if at > time && is_harmless(finding) => {
            outcome.warn(
                rule::TIME_STAMP_REVOCATION,
                "сертификат службы меток времени отозван позже метки и не из-за компрометации ключа",
                "the time stamp authority's certificate was revoked after the stamp, its key not compromised",
            );
            Ok(())
        }
        Standing::Revoked(_) => Err(broken(
            outcome::STAMP_REVOKED,
            Message::new(
                "сертификат службы меток времени или его издателя отозван",
                "the certificate of the time stamp authority or its issuer is revoked",
            ),
        )),
        Standing::OnHold | Standing::NotKnown => {
            let reason = why_not_known(finding);
            let message = Message::new(
                format!("статус сертификата службы меток времени неизвестен: {}", reason.ru),
                format!("the status of the time stamp authority's certificate is not known: {}", reason.en),
            );
            match outcome.policy().level(Demand::RevocationInformation) {
                Level::Fail => Err(broken(outcome::TRY_LATER, message)),
                Level::Warn | Level::Info => {
                    outcome.warn_with(rule::TIME_STAMP_REVOCATION, message);
                    Ok(())
                }
            }
        }
    }
}

fn is_harmless(finding: &RevocationFinding) -> bool {
    matches!(
        finding.status,
        Some(CertificateStatus::Revoked {
            reason: RevocationReason::AffiliationChanged
                | RevocationReason::Superseded
                | RevocationReason::CessationOfOperation,
            ..
        })
    )
}
