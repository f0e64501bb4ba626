//! Stage 1, asynchronous half: the whole request, before the file is asked for.

use std::collections::{HashMap, HashSet};

use semd_sign::certificate::SignerFacts;
use time::OffsetDateTime;

use super::{Knowledge, history, kind, organization, people, signature, text};
use crate::message::{RegisterDocumentRequest, RegisterError, Signer, timestamp};

/// The full check of a request.
///
/// `registered` is the number under which the `localUid` is registered already, if it is.
pub fn full(
    request: &RegisterDocumentRequest,
    registered: Option<&str>,
    known: &Knowledge<'_>,
) -> Vec<RegisterError> {
    let now = known.now;
    let mut errors = Vec::new();
    if let Some(number) = registered {
        errors.push(already_registered(&request.local_uid, number));
    }
    let created = timestamp::parse_xsd(&request.creation_date_time);
    if created.is_some_and(|created| created > now) {
        let text = "Дата создания документа не может быть позднее даты регистрации";
        errors.push(RegisterError::new("WRONG_CREATION_DATE", text));
    }
    let mut containers = HashSet::new();
    let mut hands = HashSet::new();
    let mut digests: HashMap<usize, Vec<u8>> = HashMap::new();
    let mut times = Vec::new();
    for (signer, data) in request.signatures() {
        // Without the document every digest differs; what follows from that is left to the file check.
        let judged = signature::judge(signer, data, b"", known.trust, now);
        errors.extend(judged.errors_without_document());
        errors.extend(signature::checksum_error(&judged, data.checksum));
        let hand = judged.hand();
        if !containers.insert(&data.data) || hand.is_some_and(|hand| !hands.insert(hand)) {
            let text = format!("{}: такая же подпись уже есть в запросе", text::owner(signer));
            errors.push(RegisterError::new("SIGNATURE_DUPLICATION", text));
        }
        let Some(report) = &judged.report else { continue };
        if let Some(digest) = &report.digest {
            // Digests of one length come from one algorithm.
            let known = digests.entry(digest.len()).or_insert_with(|| digest.clone());
            if known != digest {
                let text = "ЭП при одинаковых алгоритмах хеширования содержат разные хеш-суммы";
                errors.push(RegisterError::new("INCONSISTENT_DIGESTS", text));
            }
        }
        times.push((signer.is_some(), report.signing_time));
        if let Some(facts) = &report.signer {
            errors.extend(certificate_period(signer, facts, created, now));
            errors.extend(signer.into_iter().flat_map(|signer| certificate_owner(signer, facts)));
        }
    }
    order_of_signing(&times, now, &mut errors);
    kind::judge(request, known, &mut errors);
    people::judge(request, known, &mut errors);
    organization::judge(request, known, &mut errors);
    history::judge(request, known, &mut errors);
    // Several signatures may have the same defect.
    let mut seen = HashSet::new();
    errors.retain(|error| seen.insert((error.code.clone(), error.message.clone())));
    errors
}

/// Persons before the organisation, everybody before the request. A signature without a time is refused elsewhere.
fn order_of_signing(
    times: &[(bool, Option<OffsetDateTime>)],
    now: OffsetDateTime,
    errors: &mut Vec<RegisterError>,
) {
    let organization = times.iter().find(|(personal, _)| !personal).and_then(|(_, time)| *time);
    for (personal, time) in times {
        let Some(time) = time else { continue };
        let (whose, limit) = match personal {
            true => {
                ("медицинского работника", organization.map_or(now, |organization| organization.min(now)))
            }
            false => ("МО", now),
        };
        if *time > limit {
            let (time, limit) = (timestamp::to_xsd(*time), timestamp::to_xsd(limit));
            errors.push(RegisterError::new(
                "VALIDATION_ERROR",
                format!("Дата и время создания подписи {whose} [{time}] не может быть позже [{limit}]"),
            ));
        }
    }
}

/// The refusal of a second registration.
pub(crate) fn already_registered(local_uid: &str, number: &str) -> RegisterError {
    let message =
        format!("Документ с идентификатором '{local_uid}' уже зарегистрирован с номером [{number}]");
    RegisterError::new("NOT_UNIQUE_PROVIDED_ID", message)
}

/// The certificate must be good on the day the document was made, and now. Each owner has codes of its own.
fn certificate_period(
    signer: Option<&Signer>,
    facts: &SignerFacts,
    created: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Option<RegisterError> {
    let created = created.unwrap_or(now);
    let (early, late, over) = (created < facts.not_before, created > facts.not_after, now > facts.not_after);
    let (code, text) = match signer {
        Some(_) if early || late => (
            "PERSONAL_SIG_CERT_NOT_ACTUAL_ON_DOC_CREATION_DT",
            "Сертификат сотрудника недействителен на дату создания документа",
        ),
        Some(_) if over => (
            "PERSONAL_SIG_CERT_NOT_ACTUAL_ON_CHECK_DT",
            "Сертификат сотрудника недействителен на дату проверки документа",
        ),
        None if early => {
            ("DOC_DATE_MISMATCH_CERT_NOT_BEFORE", "Сертификат МО недействителен на дату создания документа")
        }
        None if late => {
            ("DOC_DATE_MISMATCH_CERT_NOT_AFTER", "Сертификат МО недействителен на дату создания документа")
        }
        None if over => (
            "CANT_BUILD_CERT_CHAIN_TO_ACCREDITED_CA_CERT",
            "Срок действия сертификата организации истек или еще не наступил",
        ),
        _ => return None,
    };
    Some(RegisterError::new(code, text))
}

/// The person in the request must be the owner of the certificate. What the certificate does not say is not compared; but an
/// owner without a surname is no person.
fn certificate_owner(signer: &Signer, facts: &SignerFacts) -> Vec<RegisterError> {
    let given = facts.given_name.as_deref().map(crate::message::split_given_name);
    let pairs = [
        ("SURNAME", signer.surname.as_str(), facts.surname.as_deref().or(Some(""))),
        ("GIVEN_NAME", signer.name.as_str(), given.map(|(name, _)| name)),
        (
            "MIDDLE_NAME",
            signer.patr_name.as_deref().unwrap_or_default(),
            given.map(|(_, patronymic)| patronymic.unwrap_or_default()),
        ),
        ("SNILS", signer.snils.as_str(), facts.snils.as_deref()),
    ];
    let differs = |(field, metadata, certificate): (&str, &str, Option<&str>)| {
        let certificate = certificate?;
        (metadata.to_lowercase() != certificate.to_lowercase()).then(|| {
            let message = format!(
                "Несоответствие данных подписанта в запросе и в сертификате. {field} [{metadata}] в метаданных и \
                 [{certificate}] в сертификате"
            );
            RegisterError::new("VALUE_MISMATCH_METADATA_AND_CERTIFICATE", message)
        })
    };
    pairs.into_iter().filter_map(differs).collect()
}
