//! The rules of the kind.

use semd_core::xml::{self, Limits};

use super::{Knowledge, day_of, refuse};
use crate::message::{RegisterDocumentRequest, RegisterError};
use crate::reference::KindWindow;

/// Kind, period, and what the kind requires or forbids.
pub(super) fn judge(
    request: &RegisterDocumentRequest,
    known: &Knowledge<'_>,
    errors: &mut Vec<RegisterError>,
) {
    period(request, known, errors);
    if let Some(rule) = known.rows("kind-rules", &request.kind).first() {
        let presence = [
            ("PATIENT_OCCURRENCE_MISMATCH", "сведений о пациенте", "patient", request.patient.is_some()),
            (
                "ORG_SIGNATURE_OCCURRENCE_MISMATCH",
                "подписи организации",
                "org_signature",
                request.org_signature.is_some(),
            ),
            (
                "PLUGGABLE_ATTRS_OCCURRENCE_MISMATCH",
                "дополнительных атрибутов",
                "attributes",
                request.pluggable_attributes.is_some(),
            ),
        ];
        for (code, what, column, present) in presence {
            let contradicts = match rule.get(column) {
                "required" => !present,
                "forbidden" => present,
                _ => false,
            };
            if contradicts {
                refuse(
                    errors,
                    code,
                    format!("Наличие {what} не соответствует требованиям вида документов [{}]", request.kind),
                );
            }
        }
        let snils = request.patient.as_ref().map(|patient| patient.snils.as_deref().unwrap_or_default());
        match (rule.get("snils"), snils) {
            ("required", Some("")) => refuse(
                errors,
                "NO_SNILS",
                "СНИЛС пациента в составе сведений о пациенте обязателен для данного вида документов"
                    .to_owned(),
            ),
            ("forbidden", Some(given)) if !given.is_empty() => refuse(
                errors,
                "NO_SNILS",
                "СНИЛС пациента в составе сведений о пациенте не допускается для данного вида документов"
                    .to_owned(),
            ),
            _ => {}
        }
        if rule.get("department") == "required"
            && request.department.as_ref().is_none_or(|department| department.local_id.is_empty())
        {
            refuse(errors, "NO_DEPARTMENT", "Отсутствует информация о подразделении организации".to_owned());
        }
    }
    attributes(request, known, errors);
}

fn period(request: &RegisterDocumentRequest, known: &Knowledge<'_>, errors: &mut Vec<RegisterError>) {
    let Some(kind) = known.kinds.find(&request.kind) else { return };
    let KindWindow { from, to } = KindWindow::of(kind, known.data, known.dictionaries);
    let today = known.now.to_offset(time::macros::offset!(+3)).date();
    for day in [day_of(request, known.now), today] {
        if from.is_some_and(|from| from > day) || to.is_some_and(|to| to < day) {
            refuse(
                errors,
                "NO_DOCUMENT_KIND_ON_DATE",
                format!("Вид документов [{}] не актуален на дату создания документа", kind.code),
            );
            break;
        }
    }
    // A series stands before the number, parted by a space.
    let with_series =
        request.document_number.as_deref().is_some_and(|number| number.trim().split(' ').count() > 1);
    if kind.series_required && !with_series {
        refuse(errors, "SERIES_REQUIRED", "Необходимо указать серию документа".to_owned());
    }
}

fn attributes(request: &RegisterDocumentRequest, known: &Knowledge<'_>, errors: &mut Vec<RegisterError>) {
    let (Some(text), Some(schema)) =
        (&request.pluggable_attributes, known.data.attribute_schema(&request.kind))
    else {
        return;
    };
    let mut violations = Vec::new();
    let readable = xml::parse(text.as_bytes(), &Limits::default())
        .map(|document| schema.validate(&document, &mut violations))
        .is_ok();
    if !readable || !violations.is_empty() {
        let reason = violations.first().map_or("это не XML", |violation| violation.code);
        refuse(
            errors,
            "INVALID_PLUGGABLE_ATTRS",
            format!("Дополнительные атрибуты документа не соответствуют схеме: {reason}"),
        );
    }
}
