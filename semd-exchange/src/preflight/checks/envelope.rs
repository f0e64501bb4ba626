//! The request itself: are its fields there and of their types.

use semd_core::nsi::is_oid;

use super::super::{Check, Collector, Facts, Stage};
use crate::message::timestamp;

pub(super) const CHECKS: [Check; 5] = [
    Check {
        name: "envelope/fields",
        code: "VALIDATION_ERROR",
        stage: Stage::Coarse,
        clause: "registerDocument",
        needs: &[],
        run: fields,
    },
    Check {
        name: "envelope/patient-surname",
        code: "PATIENT_SURNAME_NOT_FOUND",
        stage: Stage::Coarse,
        clause: "registerDocument/patient/surname",
        needs: &[],
        run: |facts, found| {
            if facts.request.patient.as_ref().is_some_and(|patient| patient.surname.trim().is_empty()) {
                found.error(
                    "Фамилия пациента в составе сведений о пациенте обязательна",
                    "the patient's family name is absent from the request",
                );
            }
        },
    },
    Check {
        name: "envelope/patient-name",
        code: "PATIENT_NAME_NOT_FOUND",
        stage: Stage::Coarse,
        clause: "registerDocument/patient/name",
        needs: &[],
        run: |facts, found| {
            if facts.request.patient.as_ref().is_some_and(|patient| patient.name.trim().is_empty()) {
                found.error(
                    "Имя пациента в составе сведений о пациенте обязательно",
                    "the patient's given name is absent from the request",
                );
            }
        },
    },
    Check {
        name: "envelope/signature",
        code: "NO_SIGNATURE",
        stage: Stage::Coarse,
        clause: "registerDocument/personalSignatures",
        needs: &[],
        run: |facts, found| {
            if facts.request.personal_signatures.iter().all(|item| item.signature.data.is_empty()) {
                found.error(
                    "Отсутствуют подписи документа",
                    "no signature of a person accompanies the document",
                );
            }
        },
    },
    Check {
        name: "envelope/series-and-service-version",
        code: "SERIES_REQUIRED_WRONG_SERVICE_VERSION",
        stage: Stage::Coarse,
        clause: "НСИ 1.2.643.5.1.13.13.11.1520; версия сервиса 3.0",
        needs: &["kinds", "system"],
        run: |facts, found| {
            let series = facts.kind.is_some_and(|kind| kind.series_required);
            let old = facts.data.table("system").and_then(|table| table.rows().next());
            if series && old.is_some_and(|row| row.get("service_version") == "3.0") {
                found.error(
                    format!(
                        "Невозможно зарегистрировать ЭМД вида [{}] с обязательным указанием серии документа с помощью \
                         версии сервиса 3.0",
                        facts.request.kind
                    ),
                    format!("kind [{}] has a series, which version 3.0 of the service cannot carry", facts.request.kind),
                );
            }
        },
    },
];

fn fields(facts: &Facts<'_>, found: &mut Collector<'_, '_>) {
    let request = facts.request;
    if uuid::Uuid::try_parse(&request.local_uid).is_err() {
        found.error(
            format!("Идентификатор документа localUid [{}] не является UUID", request.local_uid),
            format!("localUid [{}] is no UUID", request.local_uid),
        );
    }
    if request.kind.is_empty() || !request.kind.bytes().all(|byte| byte.is_ascii_digit()) {
        found.error(
            format!("Вид документа kind [{}] не является кодом справочника", request.kind),
            format!("kind [{}] is no code of a kind", request.kind),
        );
    }
    if timestamp::parse_xsd(&request.creation_date_time).is_none() {
        found.error(
            format!(
                "Дата создания creationDateTime [{}] не является xs:dateTime",
                request.creation_date_time
            ),
            format!("creationDateTime [{}] is no xs:dateTime", request.creation_date_time),
        );
    }
    if !is_oid(&request.organization) {
        found.error(
            format!("Организация organization [{}] не является OID", request.organization),
            format!("organization [{}] is no OID", request.organization),
        );
    }
    if request.doc_content.checksum.is_none() {
        found.error(
            "Не указана контрольная сумма файла docContent/checksum",
            "docContent has no checksum of the file",
        );
    }
}
