//! Judgement of the signature value and of what it binds: the certificate and the claimed time.

use semd_core::report::Message;
use time::OffsetDateTime;

use super::CLOCK_SKEW;
use crate::certificate::Certificate;
use crate::verify::facts::{
    Algorithms, SignatureState, SignerFindings, SigningCertificate, SigningTime, TimeFormVerdict,
};
use crate::verify::outcome::{self, Outcome, rule};
use crate::verify::policy::Demand;

/// Algorithms and the signature value.
pub(super) fn judge_signature(signer: &SignerFindings, outcome: &mut Outcome) {
    match signer.algorithms {
        Algorithms::Supported => {
            outcome.ok(
                rule::ALGORITHMS,
                "алгоритмы ГОСТ Р 34.10-2012",
                "the algorithms are of GOST R 34.10-2012",
            );
        }
        Algorithms::Mismatched => {
            outcome.fail(
                rule::ALGORITHMS,
                outcome::ALGORITHMS_MISMATCHED,
                Message::new(
                    "алгоритмы хэша и подписи не соответствуют длине ключа",
                    "digest and signature algorithms do not fit the length of the key",
                ),
            );
            return;
        }
        Algorithms::Foreign => outcome.demand(
            Demand::GostAlgorithms,
            false,
            rule::ALGORITHMS,
            outcome::ALGORITHMS_UNSUPPORTED,
            ("", ""),
            ("алгоритм подписи не ГОСТ Р 34.10-2012", "the algorithm is not GOST R 34.10-2012"),
        ),
        Algorithms::Unsupported => {
            outcome.fail(
                rule::ALGORITHMS,
                outcome::ALGORITHMS_UNSUPPORTED,
                Message::new(
                    "алгоритм подписи не поддерживается: нужен ГОСТ Р 34.10-2012",
                    "the algorithm is not supported: GOST R 34.10-2012 is needed",
                ),
            );
            return;
        }
    }
    match signer.signature {
        SignatureState::Valid => {
            outcome.ok(rule::SIGNATURE_VALUE, "значение подписи верно", "the signature value is right");
        }
        SignatureState::ValidAsStored => outcome.warn(
            rule::SIGNATURE_VALUE,
            "подпись верна только для порядка атрибутов, как они записаны (не DER)",
            "the signature is right only over the attributes in their stored order (not DER)",
        ),
        SignatureState::Invalid | SignatureState::NotChecked => outcome.fail(
            rule::SIGNATURE_VALUE,
            outcome::SIGNATURE,
            Message::new("значение подписи неверно", "the signature value is wrong"),
        ),
    }
}

/// Whether the signer named the certificate.
pub(super) fn judge_signing_certificate(state: SigningCertificate, outcome: &mut Outcome) {
    let ok = (
        "атрибут signing-certificate-v2 указывает на сертификат",
        "signing-certificate-v2 names the certificate",
    );
    outcome.demand(
        Demand::SigningCertificate,
        state != SigningCertificate::Absent,
        rule::SIGNING_CERTIFICATE,
        outcome::UNSUPPORTED_FORM,
        ("атрибут signing-certificate есть", "a signing-certificate attribute is present"),
        (
            "нет атрибута signing-certificate-v2: это CMS, а не CAdES-BES",
            "there is no signing-certificate-v2: this is CMS, not CAdES-BES",
        ),
    );
    match state {
        SigningCertificate::Absent => {}
        SigningCertificate::Matches => outcome.ok(rule::SIGNING_CERTIFICATE_VALUE, ok.0, ok.1),
        SigningCertificate::MatchesForeignHash => outcome.warn(
            rule::SIGNING_CERTIFICATE_VALUE,
            "signing-certificate-v2 указывает на сертификат хэшем SHA-256, а не ГОСТ",
            "signing-certificate-v2 names the certificate by SHA-256 instead of GOST",
        ),
        SigningCertificate::Differs => outcome.fail(
            rule::SIGNING_CERTIFICATE_VALUE,
            outcome::SUBSTITUTED,
            Message::new(
                "signing-certificate-v2 указывает на другой сертификат",
                "signing-certificate-v2 names another certificate",
            ),
        ),
        SigningCertificate::WeakHash => outcome.demand(
            Demand::StrongSigningCertificate,
            false,
            rule::SIGNING_CERTIFICATE_VALUE,
            outcome::UNSUPPORTED_FORM,
            ok,
            (
                "сертификат указан только хэшем SHA-1 (signing-certificate версии 1): такая связь ненадёжна",
                "the certificate is named by SHA-1 only (signing-certificate version 1): such a link is weak",
            ),
        ),
    }
}

/// The signing time: a claim that must not contradict itself.
pub(super) fn judge_signing_time(
    signer: &SignerFindings,
    certificate: &Certificate,
    latest: Option<OffsetDateTime>,
    outcome: &mut Outcome,
) {
    let (time, form) = match signer.signing_time {
        SigningTime::Malformed => {
            outcome.fail(
                rule::SIGNING_TIME,
                outcome::BAD_TIME,
                Message::new("атрибут signingTime повреждён", "the signingTime attribute is damaged"),
            );
            return;
        }
        SigningTime::Absent => {
            outcome.demand(
                Demand::SigningTime,
                false,
                rule::SIGNING_TIME,
                outcome::CONSTRAINTS,
                ("", ""),
                (
                    "в подписи отсутствует атрибут «Дата и время создания» (signingTime)",
                    "the signature has no signingTime attribute",
                ),
            );
            return;
        }
        SigningTime::Claimed(time, form) => (time, form),
    };
    let latest = latest.and_then(|latest| latest.checked_add(CLOCK_SKEW));
    outcome.require(
        latest.is_none_or(|latest| time <= latest),
        rule::SIGNING_TIME,
        outcome::CONSTRAINTS,
        ("время подписания указано", "the signing time is given"),
        ("время подписания позже времени проверки", "the signing time is after the control time"),
    );
    if form == TimeFormVerdict::Loose {
        outcome.warn(
            rule::SIGNING_TIME_FORM,
            "signingTime записан как GeneralizedTime, а до 2050 года положен UTCTime",
            "signingTime is GeneralizedTime where UTCTime is due before 2050",
        );
    }
    outcome.require(
        time >= certificate.not_before(),
        rule::SIGNING_TIME_NOT_BEFORE,
        outcome::SIGNED_TOO_EARLY,
        (
            "время подписания не раньше начала действия сертификата",
            "the certificate had started at the signing time",
        ),
        (
            "время подписания раньше начала действия сертификата",
            "the certificate had not started at the signing time",
        ),
    );
    judge_key_period(certificate, time, outcome);
}

/// Whether the private key was within its own period when it signed.
pub(super) fn judge_key_period(certificate: &Certificate, time: OffsetDateTime, outcome: &mut Outcome) {
    let key_period = certificate.extensions().private_key_usage.unwrap_or_default();
    outcome.demand(
        Demand::PrivateKeyPeriod,
        key_period.0.is_none_or(|start| start <= time) && key_period.1.is_none_or(|end| time <= end),
        rule::PRIVATE_KEY_PERIOD,
        outcome::CONSTRAINTS,
        (
            "закрытый ключ действовал на время подписания",
            "the private key was in its period at the signing time",
        ),
        (
            "на время подписания срок действия закрытого ключа не начался или истёк",
            "the private key was outside its period at the signing time",
        ),
    );
}
