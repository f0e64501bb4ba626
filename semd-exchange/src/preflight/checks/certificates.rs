//! The certificates: periods, chain, and whether they belong to whom the request names.
//!
//! The classifier has codes of its own for a person's certificate (identifiers 105 and 125); the older codes for a date
//! outside a certificate's period (8 and 9) are then the organisation's, as the known replies have it.

use semd_sign::SignerFacts;
use time::Duration;

use super::super::{Check, Collector, Facts, Stage};
use crate::message::{Signer, split_given_name};

/// Days before the end of a certificate from which on somebody should look.
const EXPIRY_WARNING: Duration = Duration::days(30);

pub(super) const CHECKS: [Check; 6] = [
    Check {
        name: "certificates/organization-not-before",
        code: "DOC_DATE_MISMATCH_CERT_NOT_BEFORE",
        stage: Stage::Request,
        clause: "4.9; RFC 5280 4.1.2.5",
        needs: &[],
        run: |facts, found| {
            if organization(facts)
                .zip(facts.created())
                .is_some_and(|(facts, created)| created < facts.not_before)
            {
                found.error(
                    "Сертификат МО недействителен на дату создания документа: документ создан раньше начала срока действия",
                    "the organisation's certificate starts after the document's date",
                );
            }
        },
    },
    Check {
        name: "certificates/organization-not-after",
        code: "DOC_DATE_MISMATCH_CERT_NOT_AFTER",
        stage: Stage::Request,
        clause: "4.9; RFC 5280 4.1.2.5",
        needs: &[],
        run: |facts, found| {
            if organization(facts)
                .zip(facts.created())
                .is_some_and(|(facts, created)| facts.not_after < created)
            {
                found.error(
                    "Сертификат МО недействителен на дату создания документа",
                    "the organisation's certificate expired before the document's date",
                );
            } else if let Some(days) = organization(facts).and_then(|one| expires_in(one, facts)) {
                found.warning(
                    format!("Сертификат МО истекает через {days} дн."),
                    format!("the organisation's certificate expires in {days} days"),
                );
            }
        },
    },
    Check {
        name: "certificates/person-on-creation",
        code: "PERSONAL_SIG_CERT_NOT_ACTUAL_ON_DOC_CREATION_DT",
        stage: Stage::Request,
        clause: "4.8; RFC 5280 4.1.2.5",
        needs: &[],
        run: |facts, found| {
            for (signer, certificate) in persons(facts) {
                let period = certificate.not_before..=certificate.not_after;
                if facts.created().is_some_and(|created| !period.contains(&created)) {
                    let snils = facts.value(&signer.snils);
                    found.error(
                        format!("Сертификат сотрудника со СНИЛС [{snils}] недействителен на дату создания документа"),
                        format!("the certificate of the worker [{snils}] was not in force on the document's date"),
                    );
                }
            }
        },
    },
    Check {
        name: "certificates/person-on-check",
        code: "PERSONAL_SIG_CERT_NOT_ACTUAL_ON_CHECK_DT",
        stage: Stage::Request,
        clause: "4.8; RFC 5280 4.1.2.5",
        needs: &[],
        run: on_check,
    },
    Check {
        name: "certificates/chain",
        code: "CANT_BUILD_CERT_CHAIN_TO_ACCREDITED_CA_CERT",
        stage: Stage::Request,
        clause: "EN 319 102-1 5.2.6",
        needs: &["trust"],
        run: chain,
    },
    Check {
        name: "certificates/owner",
        code: "VALUE_MISMATCH_METADATA_AND_CERTIFICATE",
        stage: Stage::Request,
        clause: "4.8, 4.9",
        needs: &[],
        run: owners,
    },
];

fn organization<'f>(facts: &'f Facts<'_>) -> Option<&'f SignerFacts> {
    facts.signatures.iter().find(|one| one.signer.is_none())?.certificate()
}

fn persons<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = (&'f Signer, &'f SignerFacts)> {
    facts.signatures.iter().filter_map(|one| one.signer.zip(one.certificate()))
}

/// The verdict at the moment of checking, and a word in time about the days to come.
fn on_check(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    for (signer, certificate) in persons(facts) {
        let snils = facts.value(&signer.snils);
        let on_creation = facts.created().is_none_or(|created| created <= certificate.not_after);
        if certificate.not_after < facts.as_of && on_creation {
            found.error(
                format!("Сертификат сотрудника со СНИЛС [{snils}] недействителен на дату проверки документа"),
                format!("the certificate of the worker [{snils}] is not in force any more"),
            );
        } else if let Some(days) = expires_in(certificate, facts) {
            found.warning(
                format!("Сертификат сотрудника со СНИЛС [{snils}] истекает через {days} дн."),
                format!("the certificate of the worker [{snils}] expires in {days} days"),
            );
        }
    }
}

/// Days until the certificate expires, when they are few.
fn expires_in(certificate: &SignerFacts, facts: &Facts<'_>) -> Option<i64> {
    let left = certificate.not_after - facts.as_of;
    (Duration::ZERO..EXPIRY_WARNING).contains(&left).then(|| left.whole_days())
}

fn chain(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    for one in facts.signatures {
        if one.has("CANT_BUILD_CERT_CHAIN_TO_ACCREDITED_CA_CERT") {
            let (ru, en) = one.owner();
            let (why_ru, why_en) = one.reasons();
            found.error(
                format!("{ru}: Не удалось построить цепочку сертификатов: {why_ru}"),
                format!("{en}: there is no chain to a trusted authority: {why_en}"),
            );
        }
    }
    let on_creation =
        |certificate: &SignerFacts| facts.created().is_none_or(|created| created <= certificate.not_after);
    if organization(facts).is_some_and(|one| one.not_after < facts.as_of && on_creation(one)) {
        found.error(
            "Срок действия сертификата организации истек или еще не наступил",
            "the organisation's certificate is not in force any more",
        );
    }
}

/// What the certificate does not say is not compared, except the surname: a certificate without one is nobody's in person
/// (order 795 of the FSB).
fn owners(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    for (signer, certificate) in persons(facts) {
        let given = certificate.given_name.as_deref().map(split_given_name);
        let rows = [
            ("SURNAME", signer.surname.as_str(), Some(certificate.surname.as_deref().unwrap_or_default())),
            ("GIVEN_NAME", signer.name.as_str(), given.map(|(name, _)| name)),
            (
                "MIDDLE_NAME",
                signer.patr_name.as_deref().unwrap_or_default(),
                given.map(|(_, patronymic)| patronymic.unwrap_or_default()),
            ),
            ("SNILS", signer.snils.as_str(), certificate.snils.as_deref()),
        ];
        for (attribute, metadata, certified) in rows {
            let Some(certified) = certified else { continue };
            if metadata.trim().to_lowercase() != certified.trim().to_lowercase() {
                mismatch(facts, found, attribute, metadata, certified);
            }
        }
    }
    let in_document = facts.header.organization.ogrn.as_deref();
    if let Some((certified, ogrn)) = organization(facts).and_then(|one| one.ogrn.as_deref()).zip(in_document)
        && certified != ogrn
    {
        mismatch(facts, found, "OGRN", ogrn, certified);
    }
}

fn mismatch(
    facts: &Facts<'_>,
    found: &mut Collector<'_, '_>,
    attribute: &str,
    metadata: &str,
    certified: &str,
) {
    let (metadata, certified) = (facts.value(metadata), facts.value(certified));
    found.error(
        format!(
            "Несоответствие данных подписанта в запросе и в сертификате. {attribute} [{metadata}] в метаданных и \
             [{certified}] в сертификате"
        ),
        format!("{attribute} is [{metadata}] in the request and [{certified}] in the certificate"),
    );
}
