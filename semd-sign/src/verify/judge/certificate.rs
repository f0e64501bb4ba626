//! Judgement of a signer's certificate: profile, chain, validity.

use semd_core::report::Message;
use time::OffsetDateTime;

use super::{accreditation, revocation};
use crate::certificate::Certificate;
use crate::verify::outcome::{self, Outcome, rule};
use crate::verify::path::{Control, Material, Proof};
use crate::verify::policy::Demand;

/// Chain, validity and revocation at the control time. `claimed` is the time the signer claims.
pub(in crate::verify) fn judge_path(
    certificate: &Certificate,
    claimed: Option<OffsetDateTime>,
    material: &Material<'_>,
    control: Control,
    outcome: &mut Outcome,
) {
    let Some(chain) = material.chain(certificate, control) else {
        let message = if material.trust.is_empty() {
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
        outcome.ignored(
            rule::REVOCATION,
            "отзыв не судится без цепочки сертификатов",
            "revocation is not judged without a certificate chain",
        );
        return;
    };
    outcome.ok(rule::CHAIN, "цепочка сертификатов построена", "the certificate chain was built");
    judge_validity(certificate, claimed, control, outcome);
    accreditation::judge(&chain, material, control, outcome);
    revocation::judge_signer(&chain, material, control, outcome);
}

fn judge_validity(
    certificate: &Certificate,
    claimed: Option<OffsetDateTime>,
    control: Control,
    outcome: &mut Outcome,
) {
    if control.at < certificate.not_before() {
        outcome.fail(
            rule::VALIDITY,
            outcome::NOT_YET_VALID,
            Message::new("сертификат ещё не действует", "the certificate is not yet valid"),
        );
    } else if control.at > certificate.not_after() {
        // Signed while the certificate was good, by a claim nobody proves: undecided rather than wrong.
        let signed_in_time =
            control.proof != Proof::Proven && claimed.is_some_and(|time| time <= certificate.not_after());
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

/// What the certificate itself must be like.
pub(in crate::verify) fn judge_profile(certificate: &Certificate, outcome: &mut Outcome) {
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
    let doubtful = facts.doubtful_identifiers.join(", ");
    outcome.demand(
        Demand::OwnerIdentifiers,
        doubtful.is_empty(),
        rule::OWNER_IDENTIFIERS,
        outcome::CONSTRAINTS,
        ("идентификаторы владельца записаны верно", "the owner's identifiers are well written"),
        (
            &format!("идентификаторы владельца записаны неверно: {doubtful}"),
            &format!("the owner's identifiers are not well written: {doubtful}"),
        ),
    );
    outcome.demand(
        Demand::OwnerIdentifiers,
        !certificate.has_algorithm_parameters(),
        rule::ALGORITHM_PARAMETERS,
        outcome::BAD_CERTIFICATE,
        ("параметров алгоритма подписи в сертификате нет", "the signature algorithm has no parameters"),
        (
            "у алгоритма подписи сертификата есть параметры, а не должно быть",
            "the certificate's signature algorithm has parameters where none belong",
        ),
    );
}
