//! Verdicts on requests and files without any transport.

use semd_sign::verify::TrustStore;
use time::macros::datetime;

use super::*;
use crate::checksum::Checksum;
use crate::message::tests_support::full_request;
use crate::message::{DocContent, RegisterDocumentRequest, RegisterError};

const NOW: time::OffsetDateTime = datetime!(2026-05-20 10:00 UTC);

fn known<R>(work: impl FnOnce(&Knowledge<'_>) -> R) -> R {
    let (trust, kinds, data) = (TrustStore::new(), KindRegistry::embedded(), ReferenceData::default());
    work(&Knowledge { trust: &trust, kinds: &kinds, data: &data, dictionaries: None, now: NOW })
}

fn coarse(request: &RegisterDocumentRequest) -> Vec<RegisterError> {
    super::coarse(request, &KindRegistry::embedded(), &ReferenceData::default())
}

fn full(request: &RegisterDocumentRequest, registered: Option<&str>) -> Vec<RegisterError> {
    known(|known| super::full(request, registered, known))
}

fn file(request: &RegisterDocumentRequest, bytes: &[u8]) -> FileVerdict {
    known(|known| super::file(request, bytes, None, known))
}

fn codes(errors: &[RegisterError]) -> Vec<&str> {
    errors.iter().map(|error| error.code.as_str()).collect()
}

#[test]
fn complete_request_passes_the_coarse_check() {
    assert_eq!(coarse(&full_request()), []);
}

#[test]
fn coarse_check_lists_everything_that_is_missing() {
    let mut request = RegisterDocumentRequest {
        patient: Some(crate::message::Patient::default()),
        ..RegisterDocumentRequest::default()
    };
    assert_eq!(
        codes(&coarse(&request)),
        [
            "VALIDATION_ERROR",
            "VALIDATION_ERROR",
            "VALIDATION_ERROR",
            "VALIDATION_ERROR",
            "VALIDATION_ERROR",
            "PATIENT_SURNAME_NOT_FOUND",
            "PATIENT_NAME_NOT_FOUND",
            "NO_SIGNATURE",
        ]
    );
    request = full_request();
    request.organization = "1..2".into();
    assert_eq!(codes(&coarse(&request)), ["VALIDATION_ERROR"]);
}

#[test]
fn full_check_names_duplicates_and_future_dates() {
    let mut request = full_request();
    request.org_signature = None;
    request.personal_signatures.push(request.personal_signatures[0].clone());
    request.creation_date_time = "2026-05-21T00:00:00Z".into();
    let errors = full(&request, Some("119.77.26.05.000000001"));
    let codes = codes(&errors);
    assert_eq!(codes[..2], ["NOT_UNIQUE_PROVIDED_ID", "WRONG_CREATION_DATE"]);
    assert!(errors[0].message.ends_with("[119.77.26.05.000000001]"));
    assert!(codes.contains(&"SIGNATURE_DUPLICATION"));
    assert!(codes.contains(&"SIGNATURE_DECODING_ERROR"), "{codes:?}");
}

#[test]
fn signature_that_is_no_base64_or_has_a_wrong_checksum_is_refused() {
    let mut request = full_request();
    request.org_signature = None;
    request.personal_signatures[0].signature.data = "?".into();
    assert_eq!(codes(&full(&request, None)), ["SIGNATURE_DECODING_ERROR"]);
    let mut request = full_request();
    request.org_signature = None;
    request.personal_signatures[0].signature.checksum = Some(1);
    assert!(codes(&full(&request, None)).contains(&"VALIDATION_ERROR"));
}

#[test]
fn other_file_than_announced_is_refused_at_once() {
    let verdict = file(&full_request(), b"<x/>");
    assert_eq!(codes(&verdict.errors), ["GET_DOCUMENT_FILE_ERROR"]);
    assert_eq!(verdict.checksum, None);
}

#[test]
fn file_that_is_no_xml_is_refused() {
    let request = RegisterDocumentRequest {
        doc_content: DocContent { checksum: Some(Checksum::default().of(b"no xml")) },
        ..RegisterDocumentRequest::default()
    };
    let verdict = file(&request, b"no xml");
    assert_eq!(codes(&verdict.errors), ["INVALID_CONTENT"]);
    assert_eq!(verdict.checksum, Some(Checksum::default()));
}

#[test]
fn request_that_differs_from_the_document_is_refused_field_by_field() {
    let document = "<ClinicalDocument xmlns='urn:hl7-org:v3'>\
        <id root='1.2' extension='5F2C1A52-8C0E-4A8E-9B7D-1F6A8D0F4B10'/><effectiveTime value='202605141016+0300'/>\
        <recordTarget><patientRole><id root='1.9' extension='P-43'/><id root='1.2.643.100.3' extension='11223344595'/>\
        <patient><name><family>Тестов</family><given>Другой</given><given>Тестович</given></name>\
        <administrativeGenderCode code='1'/><birthTime value='19800102'/></patient></patientRole></recordTarget>\
        <author><assignedAuthor><id root='1.7' extension='D-8'/><id root='1.2.643.100.3' extension='11223344595'/>\
        <assignedPerson><name><family>Врачёва</family><given>Врач</given><given>Врачевич</given></name></assignedPerson>\
        </assignedAuthor></author><legalAuthenticator><assignedEntity><id root='1.2.643.100.3' extension='99900000115'/>\
        </assignedEntity></legalAuthenticator></ClinicalDocument>";
    let mut request = full_request();
    request.org_signature = None;
    request.doc_content.checksum = Some(Checksum::default().of(document.as_bytes()));
    let verdict = file(&request, document.as_bytes());
    let cross: Vec<&str> =
        codes(&verdict.errors).into_iter().filter(|code| !code.starts_with("SIGNATURE")).collect();
    assert_eq!(
        cross,
        [
            "VALIDATION_ERROR",
            "VALIDATION_ERROR",
            "VALIDATION_ERROR",
            "VALIDATION_ERROR",
            "INVALID_DOCTOR_FAMILY",
            "INVALID_DOCTOR_ID",
            "LEGAL_AUTHENTICATOR_NOT_FOUND",
            "RECIPIENT_INFO_MISMATCH",
        ],
        "creation time, organisation, patient's identifier and name, doctor, legal authenticator, recipient"
    );
    assert_eq!(codes(&verdict.warnings), ["XML_VALIDATOR_ERROR"]);
}
