//! The request against the document it speaks of.

use semd_core::header::{Header, Staff};
use semd_core::xml::{Document, HL7_V3};

use super::Knowledge;
use crate::message::{
    Patient, RegisterDocumentRequest, RegisterError, Signer, creation_time, local_uid, staff, timestamp,
};

/// Everything in which the request and the document differ.
pub(super) fn cross_check(
    request: &RegisterDocumentRequest,
    file: &Document<'_>,
    header: &Header,
    known: &Knowledge<'_>,
) -> Vec<RegisterError> {
    let mut errors = Vec::new();
    document(request, header, &mut errors);
    units(request, file, header, known, &mut errors);
    names(header, &mut errors);
    if let (Some(patient), Some(role)) = (&request.patient, &header.patient) {
        compare_patient(patient, role, &mut errors);
    }
    signers(request, header, &mut errors);
    errors
}

fn validation(message: String) -> RegisterError {
    RegisterError::new("VALIDATION_ERROR", message)
}

fn document(request: &RegisterDocumentRequest, header: &Header, errors: &mut Vec<RegisterError>) {
    let in_document = local_uid(header).unwrap_or_default();
    if !in_document.eq_ignore_ascii_case(&request.local_uid) {
        errors.push(validation(format!(
            "Уникальный идентификатор документа в ЭМД [{in_document}] отличается от указанного в запросе [{}]",
            request.local_uid
        )));
    }
    let created = creation_time(header);
    if created != timestamp::parse_xsd(&request.creation_date_time) {
        let shown = created.map(timestamp::to_xsd).unwrap_or_default();
        errors.push(validation(format!(
            "Дата создания документа в ЭМД [{shown}] отличается от указанной в запросе [{}]",
            request.creation_date_time
        )));
    }
    let organization = header.organization.oid.as_deref().unwrap_or_default();
    if organization != request.organization {
        errors.push(validation(format!(
            "МО из запроса на регистрацию сведений [{}] не совпадает с МО в ЭМД [{organization}]",
            request.organization
        )));
    }
}

fn compare_patient(patient: &Patient, role: &semd_core::header::Patient, errors: &mut Vec<RegisterError>) {
    let birth = role.birth_date.filter(|birth| birth.has_day()).map(|birth| birth.date().to_string());
    // `xs:date` may carry a zone, which a date of birth does not have.
    let birth_in_request = patient.birth_date.as_deref().map(|date| date.get(..10).unwrap_or(date));
    let person = &role.person;
    let pairs = [
        ("Локальный идентификатор", Some(patient.local_id.as_str()), role.local_id.as_deref()),
        ("Фамилия", Some(patient.surname.as_str()), person.family.as_deref()),
        ("Имя", Some(patient.name.as_str()), person.given.as_deref()),
        ("Отчество", patient.patr_name.as_deref(), person.patronymic.as_deref()),
        ("СНИЛС", patient.snils.as_deref(), person.snils.as_deref()),
        ("Дата рождения", birth_in_request, birth.as_deref()),
        ("Пол", patient.gender.as_deref(), role.gender.as_deref()),
    ];
    for (field, in_request, in_document) in pairs {
        let (in_request, in_document) = (in_request.unwrap_or_default(), in_document.unwrap_or_default());
        if in_request.trim() != in_document.trim() {
            errors.push(validation(format!(
                "{field} пациента в ЭМД [{in_document}] отличается от указанного в запросе [{in_request}]"
            )));
        }
    }
}

/// Provider and author must be of the organisation, and the department must be the custodian's.
fn units(
    request: &RegisterDocumentRequest,
    file: &Document<'_>,
    header: &Header,
    known: &Knowledge<'_>,
    errors: &mut Vec<RegisterError>,
) {
    let own = &request.organization;
    let first = |name: &str| file.descendants(file.root()).find(|&one| file.local_name(one) == name);
    let author = first("assignedAuthor");
    let represented = author.and_then(|author| file.child(author, HL7_V3, "representedOrganization"));
    let called = |element| {
        let name = file.string_value(file.child(element, HL7_V3, "name")?);
        Some(name.split_ascii_whitespace().fold(String::new(), |words, word| words + word + " "))
    };
    let custodian =
        first("representedCustodianOrganization").and_then(called).filter(|name| !name.is_empty());
    for (node, element) in
        [("providerOrganization", first("providerOrganization")), ("representedOrganization", represented)]
    {
        let roots = element.into_iter().flat_map(|element| file.children_named(element, HL7_V3, "id"));
        let oid = roots
            .filter_map(|id| file.attribute(id, "", "root"))
            .find(|root| root.starts_with("1.2.643.5.1.13.13.12.2."));
        // An organisation of the same name may be the same one under another identifier, unless ФРМО has both.
        let same = |oid: &str| {
            custodian.is_some()
                && element.and_then(called) == custodian
                && known.rows("organizations", oid).is_empty()
        };
        if let Some(oid) = oid.filter(|oid| *oid != own && !oid.starts_with(&format!("{own}.")) && !same(oid))
        {
            errors.push(validation(format!(
                "МО из запроса на регистрацию сведений [{own}] не совпадает с СП {node} [{oid}]"
            )));
        }
    }
    if let (Some(asked), Some(inside)) = (&request.department, &header.organization.department)
        && asked.local_id != *inside
    {
        errors.push(validation(format!(
            "Подразделение [{}] из запроса не совпадает с СП representedCustodianOrganization [{inside}]",
            asked.local_id
        )));
    }
}

fn names(header: &Header, errors: &mut Vec<RegisterError>) {
    let Some(patient) = &header.patient else { return };
    let person = &patient.person;
    for name in person.family.iter().chain(&person.given).chain(&person.patronymic) {
        let strange = name.chars().any(|c| !c.is_alphabetic() && !" -'’.()".contains(c));
        if strange {
            errors.push(validation(format!("Недопустимые символы в имени '{name}'")));
        }
    }
}

fn signers(request: &RegisterDocumentRequest, header: &Header, errors: &mut Vec<RegisterError>) {
    for item in &request.personal_signatures {
        let signer = &item.signer;
        // A person may be named twice, more and less fully: one entry that agrees is enough.
        let same = staff(header).filter(|staff| staff.person.snils.as_ref() == Some(&signer.snils));
        let compared = same.map(|staff| {
            let mut differences = Vec::new();
            compare_signer(signer, staff, &mut differences);
            differences
        });
        if let Some(fewest) = compared.min_by_key(Vec::len) {
            errors.extend(fewest);
            continue;
        }
        let mut namesakes = staff(header).filter(|staff| is_called(staff, signer)).peekable();
        // Whom the document names under another СНИЛС, and whom it does not name at all, are two codes. Whom it names without
        // СНИЛС it names.
        if let Some(namesake) = namesakes.peek() {
            if namesake.person.snils.is_none() {
                continue;
            }
            errors.push(RegisterError::new(
                "INVALID_DOCTOR_SNILS",
                format!("Медицинский работник со СНИЛС [{}] не найден в СЭМД", signer.snils),
            ));
        } else {
            let text = "из запроса на регистрацию сведений не найден в СЭМД";
            errors.push(RegisterError::new(
                "INVALID_DOCTOR_INFO",
                format!("Медицинский работник [{}] {text}", signer.surname),
            ));
        }
    }
    let Some(legal) = &header.legal_authenticator else { return };
    let mut all = request.personal_signatures.iter().map(|item| &item.signer);
    let signs = match &legal.person.snils {
        Some(snils) => all.any(|signer| signer.snils == *snils || is_called(legal, signer)),
        None => legal.person.family.as_ref().is_none_or(|family| all.any(|signer| signer.surname == *family)),
    };
    if !signs {
        let family = legal.person.family.as_deref().unwrap_or_default();
        errors.push(RegisterError::new(
            "LEGAL_AUTHENTICATOR_NOT_FOUND",
            format!(
                "Медицинский работник [{family}], придавший документу юридическую силу, не найден в запросе на регистрацию \
                 сведений"
            ),
        ));
    }
}

fn is_called(staff: &Staff, signer: &Signer) -> bool {
    let person = &staff.person;
    let part = |name: &Option<String>| name.as_deref().unwrap_or_default().trim().to_owned();
    part(&person.family) == signer.surname.trim() && part(&person.given) == signer.name.trim()
}

fn compare_signer(signer: &Signer, staff: &Staff, errors: &mut Vec<RegisterError>) {
    let person = &staff.person;
    let rows = [
        ("INVALID_DOCTOR_FAMILY", "Фамилия", Some(signer.surname.as_str()), person.family.as_deref()),
        ("INVALID_DOCTOR_NAME", "Имя", Some(signer.name.as_str()), person.given.as_deref()),
        ("INVALID_DOCTOR_PATRONYMIC", "Отчество", signer.patr_name.as_deref(), person.patronymic.as_deref()),
    ];
    for (code, field, in_request, in_document) in rows {
        let (in_request, in_document) = (in_request.unwrap_or_default(), in_document.unwrap_or_default());
        if in_request.trim() != in_document.trim() {
            errors.push(RegisterError::new(
                code,
                format!(
                    "{field} [{in_request}] медицинского работника в запросе на регистрацию отличается от [{in_document}] \
                     в СЭМД. СНИЛС [{}]",
                    signer.snils
                ),
            ));
        }
    }
    if let Some(local_id) = &staff.local_id
        && *local_id != signer.local_id
    {
        errors.push(RegisterError::new(
            "INVALID_DOCTOR_ID",
            format!(
                "Локальный идентификатор медицинского работника в запросе на регистрацию [{}] отличается от [{local_id}] \
                 в СЭМД. СНИЛС [{}]",
                signer.local_id, signer.snils
            ),
        ));
    }
}
