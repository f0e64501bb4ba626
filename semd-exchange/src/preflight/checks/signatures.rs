//! The containers of the signatures.

use std::collections::{HashMap, HashSet};

use super::super::{Check, Collector, Facts, Run, SignatureFacts, Stage};
use crate::checksum::Checksum;
use crate::message::timestamp;

pub(super) const CHECKS: [Check; 12] = [
    container("signatures/decoding", "SIGNATURE_DECODING_ERROR", "RFC 5652 5.1", |facts, found| {
        every(
            facts,
            found,
            |one| one.has("SIGNATURE_DECODING_ERROR"),
            "подпись не читается",
            "the container cannot be read",
        );
    }),
    container("signatures/format", "WRONG_SIGNATURE_FORMAT", "EN 319 122-1 6.3", |facts, found| {
        every(
            facts,
            found,
            |one| one.has("WRONG_SIGNATURE_FORMAT"),
            "неподдерживаемый формат ЭП",
            "the form of the signature is not supported",
        );
    }),
    container("signatures/one-signer", "MULTIPLE_SIGNERS", "RFC 5652 5.1", |facts, found| {
        every(
            facts,
            found,
            |one| one.has("MULTIPLE_SIGNERS"),
            "в контейнере ЭП указано более одного подписанта",
            "the container has more than one signer",
        );
    }),
    container(
        "signatures/certificate-inside",
        "NO_END_ENTITY_CERTIFICATE",
        "RFC 5652 5.1",
        |facts, found| {
            every(
                facts,
                found,
                |one| one.has("NO_END_ENTITY_CERTIFICATE"),
                "в ЭП отсутствует сертификат проверки подписи",
                "the signer's certificate is not in the container",
            );
        },
    ),
    container("signatures/algorithm", "UNKNOWN_ALGORITHM", "RFC 9215 2", |facts, found| {
        every(
            facts,
            found,
            |one| one.has("UNKNOWN_ALGORITHM"),
            "неподдерживаемый алгоритм подписи",
            "the algorithm of the signature is not supported",
        );
    }),
    container("signatures/duplicates", "SIGNATURE_DUPLICATION", "4.4", duplicates),
    container("signatures/same-document", "INCONSISTENT_DIGESTS", "RFC 5652 11.2", same_document),
    container("signatures/key-usage", "INVALID_CERT_KEY_USAGE", "RFC 5280 4.2.1.3", |facts, found| {
        every(
            facts,
            found,
            |one| one.has("INVALID_CERT_KEY_USAGE"),
            "область использования ключа ЭП не соответствует требованиям",
            "the key usage of the certificate does not allow signatures",
        );
    }),
    container("signatures/value", "SIGNATURE_VERIFICATION_ERROR", "RFC 5652 5.4", |facts, found| {
        for one in facts.signatures.iter().filter(|one| wrong_value(one)) {
            let ((ru, en), (why_ru, why_en)) = (one.owner(), one.reasons());
            found.error(format!("{ru} не верна: {why_ru}"), format!("{en} is wrong: {why_en}"));
        }
    }),
    container("signatures/checksum", "VALIDATION_ERROR", "4.4", |facts, found| {
        for one in facts.signatures {
            let (Some(declared), Some(container)) = (one.data.checksum, one.data.decode()) else { continue };
            if Checksum::matching(&container, declared).is_none() {
                let (ru, en) = one.owner();
                found.error(
                    format!("{ru}: контрольная сумма подписи [{declared}] неверна"),
                    format!("{en}: the checksum [{declared}] of the signature is wrong"),
                );
            }
        }
    }),
    container("signatures/signing-time", "VALIDATION_ERROR", "4.8", |facts, found| {
        for one in facts
            .signatures
            .iter()
            .filter(|one| one.failed("signing-time") && one.report.signing_time.is_none())
        {
            let (ru, en) = one.owner();
            found.error(
                format!("в подписи ({ru}) отсутствует атрибут \"Дата и время создания\""),
                format!("{en} has no signingTime attribute"),
            );
        }
    }),
    container("signatures/time-order", "VALIDATION_ERROR", "4.8, 4.9", time_order),
];

/// A row of this family: all of it is judged before the file is asked for, and needs nothing.
const fn container(name: &'static str, code: &'static str, clause: &'static str, run: Run) -> Check {
    Check { name, code, stage: Stage::Request, clause, needs: &[], run }
}

fn every(
    facts: &Facts<'_>,
    found: &mut Collector<'_, '_>,
    wrong: impl Fn(&SignatureFacts<'_>) -> bool,
    ru: &str,
    en: &str,
) {
    for one in facts.signatures.iter().filter(|one| wrong(one)) {
        let (owner_ru, owner_en) = one.owner();
        let (why_ru, why_en) = one.reasons();
        found.error(format!("{owner_ru}: {ru}: {why_ru}"), format!("{owner_en}: {en}: {why_en}"));
    }
}

/// Whether the mathematics or a binding is wrong. A digest of another document is another code, decided over the file.
fn wrong_value(one: &SignatureFacts<'_>) -> bool {
    one.has("SIGNATURE_VERIFICATION_ERROR")
        && (["signature-value", "content-type", "signing-certificate-value"]
            .iter()
            .any(|check| one.failed(check))
            || !one.has("DIGEST_MISMATCH"))
}

/// Equal containers, and two signatures of one person in one role.
fn duplicates(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let mut containers = HashSet::new();
    let mut persons = HashSet::new();
    for one in facts.signatures {
        let person = one
            .signer
            .zip(one.certificate())
            .map(|(signer, facts)| (&signer.role, &facts.serial, &facts.issuer));
        let again = !containers.insert(&one.data.data) | person.is_some_and(|person| !persons.insert(person));
        if again {
            let (ru, en) = one.owner();
            found.error(
                format!("{ru}: такая же подпись уже есть в запросе"),
                format!("{en}: the request has the same signature already"),
            );
        }
    }
}

/// Digests of one algorithm, which are of one length, must be equal.
fn same_document(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let mut digests: HashMap<usize, &[u8]> = HashMap::new();
    let all = facts.signatures.iter().filter_map(|one| one.report.digest.as_deref());
    for digest in all {
        if *digests.entry(digest.len()).or_insert(digest) != digest {
            found.error(
                "ЭП при одинаковых алгоритмах хеширования содержат разные хеш-суммы документов",
                "signatures of one digest algorithm are of different documents",
            );
            return;
        }
    }
}

/// The person signs before the organisation, and both before the request arrives.
fn time_order(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let time = |one: &SignatureFacts<'_>| one.report.signing_time;
    let organization = facts.signatures.iter().find(|one| one.signer.is_none()).and_then(time);
    for one in facts.signatures.iter().filter(|one| one.signer.is_some()) {
        let Some(signed) = time(one) else { continue };
        let shown = timestamp::to_xsd(signed);
        if organization.is_some_and(|organization| organization < signed) {
            found.error(
                format!("Дата и время создания подписи медицинского работника [{shown}] не может быть позже даты и времени создания подписи МО"),
                format!("the worker signed [{shown}] after the organisation"),
            );
        }
        if signed > facts.as_of {
            found.error(
                format!("Дата и время создания подписи медицинского работника [{shown}] не может быть позже даты и времени поступления запроса"),
                format!("the worker's signing time [{shown}] is in the future"),
            );
        }
    }
    if let Some(signed) = organization.filter(|signed| *signed > facts.as_of) {
        let shown = timestamp::to_xsd(signed);
        found.error(
            format!("Дата и время создания подписи МО [{shown}] не может быть позже даты и времени поступления запроса"),
            format!("the organisation's signing time [{shown}] is in the future"),
        );
    }
}
