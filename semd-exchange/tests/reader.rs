//! Damaged and hostile envelopes: the readers answer, they never panic.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use semd_core::xml::Limits;
use semd_exchange::checksum::Checksum;
use semd_exchange::message::{
    Acknowledgement, AcknowledgementKind, DocumentFile, GetDocumentFileRequest, GetDocumentFileResponse,
    GetRegistryItemRequest, GetRegistryItemResponse, Patient, Payload, PersonalSignature,
    RegisterDocumentRequest, RegisterDocumentResult, RegisterError, RegistryItem, SearchRegistryItemRequest,
    SearchRegistryItemResponse, SendDocumentFileRequest, SignatureData, Status,
};
use semd_exchange::soap::{Headers, MessageId, Received, SoapFault, Version};

/// One envelope of every message.
fn envelopes() -> Vec<Vec<u8>> {
    let item = RegistryItem {
        emdr_id: "119.77.26.05.000000001".into(),
        document_version: Some(1),
        registration_warnings: vec![RegisterError::new("NO_SNILS", "текст")],
        ..RegistryItem::default()
    };
    let request = RegisterDocumentRequest {
        local_uid: "5f2c1a52-8c0e-4a8e-9b7d-1f6a8d0f4b10".into(),
        kind: "119".into(),
        patient: Some(Patient { surname: "Тестов".into(), ..Patient::default() }),
        org_signature: Some(SignatureData::new(b"signature", Checksum::default())),
        personal_signatures: vec![PersonalSignature::default()],
        ..RegisterDocumentRequest::default()
    };
    let result = RegisterDocumentResult {
        relates_to_message: Some(MessageId::random()),
        local_uid: None,
        status: Status::Success,
        registry_item: Some(item.clone()),
        errors: Vec::new(),
    };
    let file = SendDocumentFileRequest {
        relates_to_message: Some(MessageId::random()),
        status: Status::Success,
        file: Some(DocumentFile::new(b"file".to_vec(), Checksum::default())),
        errors: Vec::new(),
    };
    let search =
        SearchRegistryItemResponse { status: Status::Success, matches: vec![item], errors: Vec::new() };
    let acknowledgement = Acknowledgement::error(vec![RegisterError::new("NO_RMIS", "")]);
    let mut old = Headers::new("registerDocumentResponse");
    old.version = Version::V11;
    vec![
        request.envelope(&RegisterDocumentRequest::headers()),
        result.envelope(&RegisterDocumentResult::headers()),
        file.envelope(&SendDocumentFileRequest::headers()),
        search.envelope(&SearchRegistryItemResponse::headers()),
        acknowledgement.envelope(AcknowledgementKind::RegisterDocument, &old),
    ]
}

/// Runs every reader over bytes.
fn read_everything(bytes: &[u8]) {
    let Ok(received) = Received::read(bytes, &Limits::default()) else { return };
    let payload = received.payload();
    let _ = SoapFault::read(payload);
    let _ = Acknowledgement::read(payload);
    let _ = RegisterDocumentRequest::read(payload)
        .map(|request| request.signatures().filter_map(|(_, signature)| signature.decode()).count());
    let _ = RegisterDocumentResult::read(payload);
    let _ = GetDocumentFileRequest::read(payload);
    let _ = GetDocumentFileResponse::read(payload);
    let _ = SendDocumentFileRequest::read(payload);
    let _ = SearchRegistryItemRequest::read(payload);
    let _ = SearchRegistryItemResponse::read(payload);
    let _ = GetRegistryItemRequest::read(payload);
    let _ = GetRegistryItemResponse::read(payload);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn mutated_envelope_never_panics(
        which in 0_usize..5,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_u8..4, any::<u8>()), 1..6),
    ) {
        let mut bytes = envelopes().swap_remove(which);
        for (at, other, edit, byte) in edits {
            let (at, other) = (at.index(bytes.len()), other.index(bytes.len()));
            match edit {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => { bytes.drain(at.min(other)..at.max(other)); }
                _ => {
                    let copy = bytes[at.min(other)..at.max(other)].to_vec();
                    bytes.splice(at..at, copy);
                }
            }
            if bytes.is_empty() { break }
        }
        read_everything(&bytes);
    }

    #[test]
    fn any_text_survives_as_xml_can_carry_it(text in "\\PC{0,40}") {
        let error = RegisterError::new("CODE", text.clone());
        let answer = Acknowledgement::error(vec![error]);
        let bytes = answer.envelope(AcknowledgementKind::RegisterDocument, &Headers::new("a"));
        let received = Received::read(&bytes, &Limits::default()).unwrap();
        let read = Acknowledgement::read(received.payload()).unwrap();
        prop_assert_eq!(&read.errors[0].message, text.trim());
    }

    #[test]
    fn message_identifier_is_normalised_once(text in "\\PC{0,60}") {
        let once = MessageId::normalise(&text);
        prop_assert_eq!(MessageId::normalise(once.as_str()), once);
    }
}

#[test]
fn deep_and_wide_envelopes_are_refused_or_read_without_recursion() {
    let deep = format!("<Envelope><Body>{}</Body></Envelope>", "<a>".repeat(100_000));
    assert!(Received::read(deep.as_bytes(), &Limits::default()).is_err());
    let wide =
        format!("<Envelope><Body><r>{}</r></Body></Envelope>", "<errors><item/></errors>".repeat(50_000));
    read_everything(wide.as_bytes());
}
