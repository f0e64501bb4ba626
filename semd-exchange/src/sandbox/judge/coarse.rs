//! Stage 1, synchronous half: is the request complete enough to be worked on.

use semd_core::kinds::KindRegistry;
use semd_core::nsi::is_oid;
use uuid::Uuid;

use crate::message::{RegisterDocumentRequest, RegisterError, timestamp};
use crate::reference::ReferenceData;

/// The coarse check of a request. An empty list means that the request is acknowledged.
pub fn coarse(
    request: &RegisterDocumentRequest,
    kinds: &KindRegistry,
    data: &ReferenceData,
) -> Vec<RegisterError> {
    let mut errors = Vec::new();
    let mut structural = |message: String| errors.push(RegisterError::new("VALIDATION_ERROR", message));
    if Uuid::try_parse(&request.local_uid).is_err() {
        structural(format!("Идентификатор документа localUid [{}] не является UUID", request.local_uid));
    }
    if request.kind.is_empty() || !request.kind.bytes().all(|byte| byte.is_ascii_digit()) {
        structural(format!("Вид документа kind [{}] не является кодом справочника", request.kind));
    }
    if timestamp::parse_xsd(&request.creation_date_time).is_none() {
        structural(format!(
            "Дата создания creationDateTime [{}] не является xs:dateTime",
            request.creation_date_time
        ));
    }
    if !is_oid(&request.organization) {
        structural(format!("Организация organization [{}] не является OID", request.organization));
    }
    if request.doc_content.checksum.is_none() {
        structural("Не указана контрольная сумма файла docContent/checksum".to_owned());
    }
    if let Some(patient) = &request.patient {
        if patient.surname.is_empty() {
            let text = "Фамилия пациента в составе сведений о пациенте обязательна";
            errors.push(RegisterError::new("PATIENT_SURNAME_NOT_FOUND", text));
        }
        if patient.name.is_empty() {
            let text = "Имя пациента в составе сведений о пациенте обязательно";
            errors.push(RegisterError::new("PATIENT_NAME_NOT_FOUND", text));
        }
    }
    let signed = |data: &str| !data.is_empty();
    if !request.personal_signatures.iter().any(|item| signed(&item.signature.data)) {
        errors.push(RegisterError::new("NO_SIGNATURE", "Отсутствуют подписи документа"));
    }
    let version =
        data.table("system").and_then(|table| table.rows().next()).map(|row| row.get("service_version"));
    if version == Some("3.0") && kinds.find(&request.kind).is_some_and(|kind| kind.series_required) {
        errors.push(RegisterError::new(
            "SERIES_REQUIRED_WRONG_SERVICE_VERSION",
            "Невозможно зарегистрировать ЭМД с обязательным указанием серии документа с помощью версии сервиса 3.0",
        ));
    }
    errors
}
