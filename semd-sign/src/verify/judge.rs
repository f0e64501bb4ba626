//! Facts, policy, anchors and time in; a verdict out.

use semd_core::report::Message;
use time::{Duration, OffsetDateTime};

use super::facts::{
    Algorithms, Container, ContentType, DigestState, SignatureState, SignerFindings, SigningCertificate,
    SigningTime, TimeFormVerdict,
};
use super::outcome::{self, Outcome, rule};
use super::policy::Demand;
use super::report::SignatureReport;
use super::{ControlTime, Request};
use crate::certificate::Certificate;
use crate::cms::CmsError;

/// Clocks of two machines may differ by this much before a signing time counts as «in the future».
const CLOCK_SKEW: Duration = Duration::minutes(5);

/// Judges what [`super::facts::collect`] found.
pub(super) fn judge(container: &Result<Container, CmsError>, request: &Request<'_>) -> SignatureReport {
    let mut outcome = Outcome::new(request.policy);
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
    let Some(first) = container.signers.first() else {
        outcome.fail(
            rule::SIGNERS,
            outcome::NO_SIGNATURE,
            Message::new("в контейнере нет ни одной подписи", "the container holds no signature"),
        );
        return report("CMS", outcome, None);
    };
    judge_container(container, &mut outcome);
    for (index, signer) in container.signers.iter().enumerate() {
        outcome.signer(index);
        judge_signer(signer, container, request, &mut outcome);
    }
    let format = match first.signing_certificate {
        SigningCertificate::Absent => "CMS",
        _ => "CAdES-BES",
    };
    report(format, outcome, Some((first, control_time(first, request.time))))
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
        best_signature_time: signer.and_then(|(_, control)| control),
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

fn control_time(signer: &SignerFindings, time: ControlTime) -> Option<OffsetDateTime> {
    match time {
        ControlTime::Now(time) | ControlTime::At(time) => Some(time),
        ControlTime::SigningTime => claimed(signer),
    }
}

fn judge_container(container: &Container, outcome: &mut Outcome) {
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
    request: &Request<'_>,
    outcome: &mut Outcome,
) {
    judge_attributes(signer, outcome);
    judge_digest(signer, outcome);
    let Some(certificate) = &signer.certificate else {
        outcome.fail(
            rule::SIGNER_CERTIFICATE,
            outcome::NO_CERTIFICATE,
            Message::new(
                "сертификата подписанта нет ни в контейнере, ни среди заданных",
                "the signer's certificate is neither in the container nor among the given ones",
            ),
        );
        return;
    };
    outcome.demand(
        Demand::CertificateInside,
        signer.certificate_inside,
        rule::SIGNER_CERTIFICATE,
        outcome::NO_CERTIFICATE,
        ("сертификат подписанта найден в контейнере", "the signer's certificate is in the container"),
        ("сертификата подписанта нет в контейнере", "the signer's certificate is not in the container"),
    );
    judge_signature(signer, outcome);
    judge_signing_certificate(signer.signing_certificate, outcome);
    let control = control_time(signer, request.time);
    judge_signing_time(signer, certificate, request.time, outcome);
    if request.time == ControlTime::SigningTime {
        outcome.warn(
            rule::CONTROL_TIME,
            "сертификаты проверены на время, которое назвал сам подписант: оно ничем не доказано",
            "the certificates were judged at the time the signer claims, of which there is no proof",
        );
    }
    if let Some(control) = control {
        judge_certificate(signer, certificate, container, request, control, outcome);
    } else {
        outcome.fail(
            rule::SIGNING_TIME,
            outcome::CONSTRAINTS,
            Message::new(
                "проверка на время подписания невозможна: в подписи его нет",
                "the check at the signing time is impossible: the signature has none",
            ),
        );
    }
    outcome.ignored(
        rule::REVOCATION,
        "отзыв сертификата не проверялся: эта версия его не проверяет",
        "revocation was not checked: this version does not check it",
    );
    if signer.has_time_stamp {
        outcome.ignored(
            rule::TIME_STAMP,
            "метка времени не проверялась: эта версия её не проверяет",
            "the time stamp was not checked: this version does not check it",
        );
    }
}

fn judge_attributes(signer: &SignerFindings, outcome: &mut Outcome) {
    outcome.demand(
        Demand::SignedAttributes,
        signer.has_signed_attributes,
        rule::SIGNED_ATTRIBUTES,
        outcome::UNSUPPORTED_FORM,
        ("подписанные атрибуты есть", "there are signed attributes"),
        ("в подписи нет подписанных атрибутов", "the signature has no signed attributes"),
    );
    let (ok, broken) = if signer.has_signed_attributes {
        (
            ("атрибут contentType верен", "the contentType attribute is right"),
            ("атрибута contentType нет или он неверен", "the contentType attribute is absent or wrong"),
        )
    } else {
        (
            ("тип содержимого — data", "the content type is data"),
            (
                "без подписанных атрибутов тип содержимого может быть только data",
                "without signed attributes the content type must be data",
            ),
        )
    };
    let good = signer.content_type == ContentType::Good;
    outcome.require(good, rule::CONTENT_TYPE, outcome::MALFORMED, ok, broken);
}

fn judge_digest(signer: &SignerFindings, outcome: &mut Outcome) {
    match signer.digest {
        DigestState::Matches => {
            outcome.ok(rule::MESSAGE_DIGEST, "хэш документа совпадает", "the digest of the document matches");
        }
        DigestState::Differs => outcome.fail(
            rule::MESSAGE_DIGEST,
            outcome::HASH,
            Message::new(
                "подпись сделана для другого документа: хэш не совпадает",
                "the signature is of another document: the digest differs",
            ),
        ),
        DigestState::Malformed => outcome.fail(
            rule::MESSAGE_DIGEST,
            outcome::MALFORMED,
            Message::new(
                "атрибута messageDigest нет, он повторён или повреждён",
                "the messageDigest attribute is absent, repeated or damaged",
            ),
        ),
        DigestState::InSignature => outcome.ok(
            rule::MESSAGE_DIGEST,
            "подпись покрывает документ без атрибута messageDigest",
            "the signature covers the document without a messageDigest",
        ),
        DigestState::Unknown => outcome.ignored(
            rule::MESSAGE_DIGEST,
            "хэш не сверялся: алгоритм не ГОСТ Р 34.11-2012",
            "the digest was not compared: its algorithm is not GOST R 34.11-2012",
        ),
    }
}

fn judge_signature(signer: &SignerFindings, outcome: &mut Outcome) {
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
        Algorithms::Unsupported => {
            outcome.fail(
                rule::ALGORITHMS,
                outcome::ALGORITHMS_UNSUPPORTED,
                Message::new(
                    "алгоритм подписи не ГОСТ Р 34.10-2012",
                    "the algorithm is not GOST R 34.10-2012",
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

fn judge_signing_certificate(state: SigningCertificate, outcome: &mut Outcome) {
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
                "сертификат указан только хэшем SHA-1 (signing-certificate версии 1), связь не проверялась",
                "the certificate is named by SHA-1 only (signing-certificate version 1), which was not checked",
            ),
        ),
    }
}

fn judge_signing_time(
    signer: &SignerFindings,
    certificate: &Certificate,
    control: ControlTime,
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
    let latest = match control {
        ControlTime::Now(now) | ControlTime::At(now) => now.checked_add(CLOCK_SKEW),
        ControlTime::SigningTime => None,
    };
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

fn judge_certificate(
    signer: &SignerFindings,
    certificate: &Certificate,
    container: &Container,
    request: &Request<'_>,
    control: OffsetDateTime,
    outcome: &mut Outcome,
) {
    judge_profile(certificate, outcome);
    if request.trust.chain(certificate, &container.certificates, control).is_none() {
        let message = if request.trust.is_empty() {
            Message::new("не заданы доверенные корневые сертификаты", "no trust anchors were given")
        } else {
            Message::new(
                "не построена цепочка до доверенного корневого сертификата",
                "there is no certificate chain to a trust anchor",
            )
        };
        outcome.fail(rule::CHAIN, outcome::NO_CHAIN, message);
        outcome.ignored(
            rule::VALIDITY,
            "срок действия не судится без цепочки сертификатов",
            "validity is not judged without a certificate chain",
        );
        return;
    }
    outcome.ok(rule::CHAIN, "цепочка сертификатов построена", "the certificate chain was built");
    if control < certificate.not_before() {
        outcome.fail(
            rule::VALIDITY,
            outcome::NOT_YET_VALID,
            Message::new("сертификат ещё не действует", "the certificate is not yet valid"),
        );
    } else if control > certificate.not_after() {
        // Signed while the certificate was good, by a claim nobody proves: undecided rather than wrong.
        let signed_in_time = claimed(signer).is_some_and(|time| time <= certificate.not_after());
        let (failure, message) = if signed_in_time {
            let ru =
                "сертификат истёк после заявленного времени подписания, а доказательства этого времени нет";
            let en = "the certificate expired after the claimed signing time, of which there is no proof";
            (outcome::EXPIRED_SINCE, Message::new(ru, en))
        } else {
            (outcome::EXPIRED, Message::new("срок действия сертификата истёк", "the certificate has expired"))
        };
        outcome.fail(rule::VALIDITY, failure, message);
    } else {
        outcome.ok(rule::VALIDITY, "сертификат действует", "the certificate is valid");
    }
}

fn judge_profile(certificate: &Certificate, outcome: &mut Outcome) {
    let extensions = certificate.extensions();
    outcome.demand(
        Demand::CertificateVersion,
        certificate.version() == 3,
        rule::CERTIFICATE_VERSION,
        outcome::BAD_CERTIFICATE,
        ("сертификат версии 3", "the certificate is of version 3"),
        ("сертификат не версии 3", "the certificate is not of version 3"),
    );
    match extensions.key_usage {
        Some(usage) => outcome.require(
            usage.digital_signature || usage.non_repudiation,
            rule::KEY_USAGE,
            outcome::KEY_USAGE,
            ("область использования ключа допускает подпись", "the key usage allows signatures"),
            ("область использования ключа не допускает подпись", "the key usage does not allow signatures"),
        ),
        None => outcome.demand(
            Demand::KeyUsage,
            false,
            rule::KEY_USAGE,
            outcome::KEY_USAGE,
            ("", ""),
            ("в сертификате нет области использования ключа", "the certificate has no key usage"),
        ),
    }
    outcome.require(
        !extensions.only_for_services,
        rule::EXTENDED_KEY_USAGE,
        outcome::KEY_USAGE,
        ("сертификат не служебный", "the certificate is not one of a service"),
        (
            "сертификат службы меток времени или OCSP: документы им не подписывают",
            "the certificate is for time stamps or OCSP responses, not for documents",
        ),
    );
    outcome.require(
        extensions.unknown_critical.is_empty(),
        rule::CRITICAL_EXTENSIONS,
        outcome::BAD_CERTIFICATE,
        ("неизвестных критических расширений нет", "there are no unknown critical extensions"),
        (
            "в сертификате неизвестное критическое расширение",
            "the certificate has an unknown critical extension",
        ),
    );
    let facts = certificate.facts();
    let missing = facts.missing_marks.join(", ");
    outcome.demand(
        Demand::QualifiedMarks,
        facts.qualified,
        rule::QUALIFIED,
        outcome::CONSTRAINTS,
        ("сертификат имеет признаки квалифицированного", "the certificate has the marks of a qualified one"),
        (
            &format!("сертификат не похож на квалифицированный, нет: {missing}"),
            &format!("the certificate does not look qualified, missing: {missing}"),
        ),
    );
}
