//! Every message of the exchange: random ones survive the envelope, and reading does not depend on the order of elements, on
//! prefixes and namespaces, on elements nobody knows, or on the version of the envelope.
#![allow(clippy::unwrap_used, reason = "tests stop at a surprise")]

use std::fmt::{Debug, Write as _};

use proptest::prelude::*;
use semd_core::xml::{self, Document, ElementId, Limits};
use semd_exchange::checksum::Checksum;
use semd_exchange::message::{
    Association, DeliverDocumentFileRequest, DemandContentRequest, Department, DocContent, DocumentFile,
    GetDocumentFileRequest, GetDocumentFileResponse, GetRegistryItemRequest, GetRegistryItemResponse,
    Patient, Payload, PersonalSignature, RegisterDocumentRequest, RegisterDocumentResult, RegisterError,
    RegistryItem, SearchRegistryItemRequest, SearchRegistryItemResponse, SendDocumentFileRequest,
    SendNoticeRequest, SignatureData, Signer, Status,
};
use semd_exchange::soap::{MessageId, Received, Version};

/// The same message as another sender might write it: other prefixes, no namespaces, children in reverse order, unknown
/// elements between them. Lists keep their order, which means something.
fn rewritten(document: &Document<'_>, id: ElementId, reverse: bool, out: &mut String) {
    let name = document.local_name(id);
    write!(out, "<x:{name}>").unwrap();
    let mut children: Vec<_> = document.children(id).collect();
    let list = children.iter().all(|&child| document.local_name(child) == "item");
    if reverse && !list && !matches!(name, "Envelope" | "Body" | "Header") {
        children.reverse();
    }
    if children.is_empty() {
        out.push_str(
            &document.string_value(id).replace('&', "&amp;").replace('<', "&lt;").replace('\r', "&#13;"),
        );
    } else if !matches!(name, "Envelope" | "Body") && !list {
        out.push_str("<x:unknown>1</x:unknown>");
    }
    for child in children {
        rewritten(document, child, reverse, out);
    }
    write!(out, "</x:{name}>").unwrap();
}

fn survives<P: Payload + PartialEq + Debug>(message: &P) {
    for version in [Version::V11, Version::V12] {
        let mut headers = P::headers();
        headers.version = version;
        let bytes = message.envelope(&headers);
        let received = Received::read(&bytes, &Limits::default()).unwrap();
        assert_eq!(received.version, version);
        assert_eq!(received.action.as_deref(), Some(P::ACTION));
        assert_eq!(P::read(received.payload()).as_ref(), Ok(message));

        let document = xml::parse(&bytes, &Limits::default()).unwrap();
        for reverse in [false, true] {
            let mut text = String::new();
            rewritten(&document, document.root(), reverse, &mut text);
            let text = text.replacen("<x:Envelope>", "<x:Envelope xmlns:x='urn:other'>", 1);
            let received = Received::read(text.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(P::read(received.payload()).as_ref(), Ok(message), "{text}");
        }
    }
}

/// A value without white space around it, as the lenient reader gives it back.
fn value() -> impl Strategy<Value = String> {
    "[A-Za-zЁёА-я0-9<>&\"'.:-][ A-Za-zЁёА-я0-9<>&\"'.:-]{0,12}[A-Za-zЁёА-я0-9<>&\"'.:-]"
}

fn maybe() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(value())
}

fn errors() -> impl Strategy<Value = Vec<RegisterError>> {
    let error = (value(), value()).prop_map(|(code, message)| RegisterError::new(code, message));
    proptest::collection::vec(error, 1..4)
}

fn signature() -> impl Strategy<Value = SignatureData> {
    proptest::collection::vec(any::<u8>(), 1..40)
        .prop_map(|bytes| SignatureData::new(&bytes, Checksum::default()))
}

fn file() -> impl Strategy<Value = DocumentFile> {
    proptest::collection::vec(any::<u8>(), 1..60)
        .prop_map(|bytes| DocumentFile::new(bytes, Checksum::default()))
}

fn item() -> impl Strategy<Value = RegistryItem> {
    let names = (value(), maybe(), maybe(), maybe(), proptest::option::of(0..9_u32));
    (names, maybe(), maybe(), maybe(), proptest::option::of(errors())).prop_map(
        |(
            (emdr_id, local_uid, kind, organization, document_version),
            registered,
            till,
            created,
            warnings,
        )| {
            RegistryItem {
                emdr_id,
                local_uid,
                kind,
                organization,
                document_version,
                registration_date_time: registered,
                store_till_date: till,
                creation_date_time: created,
                registration_warnings: warnings.unwrap_or_default(),
            }
        },
    )
}

fn request() -> impl Strategy<Value = RegisterDocumentRequest> {
    let person = || (value(), value(), value(), maybe(), maybe(), maybe());
    let patient =
        (person(), maybe()).prop_map(|((local_id, surname, name, patr_name, birth_date, snils), gender)| {
            Patient { local_id, surname, name, patr_name, birth_date, snils, gender }
        });
    let signer = (person(), value(), value(), maybe(), maybe()).prop_map(
        |((local_id, surname, name, patr_name, birth_date, _), snils, role, position, speciality)| Signer {
            local_id,
            surname,
            name,
            patr_name,
            birth_date,
            snils,
            role,
            position,
            speciality,
            department: None,
        },
    );
    let personal = (signer, signature(), maybe())
        .prop_map(|(signer, signature, description)| PersonalSignature { signer, signature, description });
    let association = (value(), value()).prop_map(|(target, kind)| Association { target, kind });
    let department = (value(), maybe()).prop_map(|(local_id, name)| Department { local_id, name });
    let head = (value(), value(), maybe(), value(), value(), proptest::option::of(department));
    let rest = (
        maybe(),
        proptest::option::of(patient),
        proptest::collection::vec(association, 0..3),
        proptest::option::of(any::<i32>()),
        maybe(),
        proptest::option::of(signature()),
        proptest::collection::vec(personal, 0..3),
    );
    (head, rest).prop_map(|(head, rest)| RegisterDocumentRequest {
        local_uid: head.0,
        kind: head.1,
        document_number: head.2,
        creation_date_time: head.3,
        organization: head.4,
        department: head.5,
        system: rest.0,
        patient: rest.1,
        associations: rest.2,
        doc_content: DocContent { checksum: rest.3.map(i64::from) },
        description: rest.4,
        org_signature: rest.5,
        personal_signatures: rest.6,
        ..RegisterDocumentRequest::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn request_survives_every_way_of_writing_it(request in request()) {
        survives(&request);
    }

    #[test]
    fn results_and_look_ups_survive(item in item(), errors in errors(), search in (maybe(), maybe(), maybe(), maybe(), maybe())) {
        survives(&RegisterDocumentResult {
            relates_to_message: Some(MessageId::random()),
            local_uid: None,
            status: Status::Success,
            registry_item: Some(item.clone()),
            errors: Vec::new(),
        });
        survives(&RegisterDocumentResult {
            relates_to_message: Some(MessageId::random()),
            local_uid: Some("u".into()),
            status: Status::Error,
            registry_item: None,
            errors: errors.clone(),
        });
        survives(&GetRegistryItemRequest { emdr_id: item.emdr_id.clone() });
        survives(&GetRegistryItemResponse { status: Status::Success, item: Some(item.clone()), errors: Vec::new() });
        survives(&SearchRegistryItemResponse { status: Status::Success, matches: vec![item.clone(), item], errors: Vec::new() });
        survives(&SearchRegistryItemRequest {
            organization: search.0,
            kind: search.1,
            register_date_begin: search.2,
            register_date_end: search.3,
            patient_snils: search.4,
        });
    }

    #[test]
    fn files_demands_and_notices_survive(
        file in file(),
        number in value(),
        kind in maybe(),
        signatures in proptest::collection::vec(signature(), 0..3),
        errors in errors(),
    ) {
        survives(&GetDocumentFileRequest { local_uid: Some(number.clone()), kind: kind.clone(), ..GetDocumentFileRequest::default() });
        survives(&GetDocumentFileRequest { emdr_id: Some(number.clone()), ..GetDocumentFileRequest::default() });
        survives(&GetDocumentFileResponse { status: Status::Success, file: Some(file.clone()), errors: Vec::new() });
        survives(&GetDocumentFileResponse { status: Status::Error, file: None, errors: errors.clone() });
        survives(&SendDocumentFileRequest {
            relates_to_message: Some(MessageId::random()),
            status: Status::Success,
            file: Some(file.clone()),
            errors: Vec::new(),
        });
        survives(&DemandContentRequest { emdr_id: number.clone() });
        survives(&DeliverDocumentFileRequest {
            relates_to_message: Some(MessageId::random()),
            emdr_id: Some(number.clone()),
            file: Some(file),
            org_signature: signatures.first().cloned(),
            personal_signatures: signatures,
        });
        survives(&SendNoticeRequest {
            emdr_id: number.clone(),
            kind,
            association: Some(Association { target: number, kind: "1".into() }),
        });
    }
}
