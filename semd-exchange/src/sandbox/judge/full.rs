//! Stage 1, asynchronous half: the whole request, before the file is asked for.

use std::collections::{HashMap, HashSet};

use semd_sign::certificate::SignerFacts;
use semd_sign::verify::TrustStore;
use time::OffsetDateTime;

use super::{signature, text};
use crate::message::{RegisterDocumentRequest, RegisterError, Signer, timestamp};

/// The full check of a request at the moment `now`.
///
/// `registered` is the number under which the `localUid` is registered already, if it is.
pub fn full(
    request: &RegisterDocumentRequest,
    registered: Option<&str>,
    trust: &TrustStore,
    now: OffsetDateTime,
) -> Vec<RegisterError> {
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
    let mut digests: HashMap<usize, Vec<u8>> = HashMap::new();
    for (signer, data) in request.signatures() {
        // Without the document every digest differs; what follows from that is left to the file check.
        let judged = signature::judge(signer, data, b"", trust, now);
        errors.extend(judged.errors_without_document());
        errors.extend(signature::checksum_error(&judged, data.checksum));
        if !containers.insert(&data.data) {
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
        if let Some(facts) = &report.signer {
            errors.extend(created.and_then(|created| certificate_period(signer, facts, created)));
            errors.extend(signer.into_iter().flat_map(|signer| certificate_owner(signer, facts)));
        }
    }
    // Several signatures may have the same defect.
    let mut seen = HashSet::new();
    errors.retain(|error| seen.insert((error.code.clone(), error.message.clone())));
    errors
}

/// The refusal of a second registration.
pub(crate) fn already_registered(local_uid: &str, number: &str) -> RegisterError {
    let message =
        format!("Документ с идентификатором '{local_uid}' уже зарегистрирован с номером [{number}]");
    RegisterError::new("NOT_UNIQUE_PROVIDED_ID", message)
}

/// The certificate must be good on the day the document was made.
fn certificate_period(
    signer: Option<&Signer>,
    facts: &SignerFacts,
    created: OffsetDateTime,
) -> Option<RegisterError> {
    let owner = match signer {
        Some(_) => "Сертификат сотрудника",
        None => "Сертификат МО",
    };
    let code = if created < facts.not_before {
        "DOC_DATE_MISMATCH_CERT_NOT_BEFORE"
    } else if created > facts.not_after {
        "DOC_DATE_MISMATCH_CERT_NOT_AFTER"
    } else {
        return None;
    };
    Some(RegisterError::new(code, format!("{owner} недействителен на дату создания документа")))
}

/// The person in the request must be the owner of the certificate. What the certificate does not say is not compared.
fn certificate_owner(signer: &Signer, facts: &SignerFacts) -> Vec<RegisterError> {
    let given = facts.given_name.as_deref().map(crate::message::split_given_name);
    let pairs = [
        ("SURNAME", signer.surname.as_str(), facts.surname.as_deref()),
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
