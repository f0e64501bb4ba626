//! The callback service over loopback HTTP.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::Path;

use common::{ClientSide, client_side};
use semd_core::xml::Limits;
use semd_exchange::callback::{FileDelivery, PATH};
use semd_exchange::client::{Answer, Client, ClientLimits};
use semd_exchange::journal::{Event, Record, State, Submission, Update};
use semd_exchange::message::{
    Acknowledgement, GetDocumentFileRequest, GetDocumentFileResponse, Payload, RegisterDocumentRequest,
    RegisterDocumentResult, RegisterError, RegistryItem, Status,
};
use semd_exchange::soap::{FaultSide, MessageId, Received, SoapFault, Version};
use time::OffsetDateTime;

const UID: &str = "5f2c1a52-8c0e-4a8e-9b7d-1f6a8d0f4b10";
const BYTES: &[u8] = b"\xEF\xBB\xBF<ClinicalDocument/>\r\n";

/// A service whose journal holds one acknowledged document; gives the MessageID of its request.
async fn with_accepted(folder: &Path) -> (ClientSide, MessageId) {
    let client = client_side(&folder.join("j.db"), "http://127.0.0.1:1/", FileDelivery::Synchronous).await;
    let request = RegisterDocumentRequest { local_uid: UID.into(), kind: "119".into(), ..Default::default() };
    let submission = Submission { file: "a.xml".into(), bytes: BYTES.to_vec(), request };
    let journal = client.exchange.journal();
    let now = OffsetDateTime::now_utc();
    let id = MessageId::random();
    journal.enqueue(&submission, now).unwrap();
    journal.begin_attempt(None, UID, &id, b"", now).unwrap();
    journal.apply(UID, &Update::bare(Event::Accepted), now).unwrap();
    (client, id)
}

fn record(client: &ClientSide) -> Record {
    client.exchange.journal().document(UID).unwrap().unwrap()
}

async fn post(client: &ClientSide, envelope: Vec<u8>) -> Answer {
    let http = Client::new(ClientLimits::default());
    http.post(&client.callback.url(), Version::V12, envelope).await.unwrap()
}

async fn send<P: Payload>(client: &ClientSide, message: &P) -> Answer {
    post(client, message.envelope(&P::headers())).await
}

fn result(relates_to: Option<MessageId>, number: Option<&str>) -> RegisterDocumentResult {
    RegisterDocumentResult {
        relates_to_message: relates_to,
        local_uid: None,
        status: if number.is_some() { Status::Success } else { Status::Error },
        registry_item: number
            .map(|number| RegistryItem { emdr_id: number.into(), ..RegistryItem::default() }),
        errors: match number {
            Some(_) => Vec::new(),
            None => vec![RegisterError::new("NO_SNILS", "")],
        },
    }
}

fn acknowledged(answer: &Answer) -> bool {
    let received = Received::read(&answer.body, &Limits::default()).unwrap();
    answer.status == 200 && Acknowledgement::read(received.payload()).unwrap().status == Status::Success
}

fn file_of(answer: &Answer) -> GetDocumentFileResponse {
    let received = Received::read(&answer.body, &Limits::default()).unwrap();
    GetDocumentFileResponse::read(received.payload()).unwrap()
}

#[tokio::test]
async fn file_is_given_byte_for_byte_now_and_by_number_later() {
    let folder = tempfile::tempdir().unwrap();
    let (client, id) = with_accepted(folder.path()).await;
    let pull = GetDocumentFileRequest { local_uid: Some(UID.to_uppercase()), ..Default::default() };
    let answer = file_of(&send(&client, &pull).await);
    assert_eq!(answer.file.unwrap().data, BYTES);
    assert_eq!(record(&client).state, State::FileSent);

    assert!(acknowledged(&send(&client, &result(Some(id), Some("119.77.26.05.000000001"))).await));
    let later =
        GetDocumentFileRequest { emdr_id: Some("119.77.26.05.000000001".into()), ..Default::default() };
    let answer = file_of(&send(&client, &later).await);
    assert_eq!(answer.file.unwrap().data, BYTES);
    assert_eq!(record(&client).state, State::Registered);
}

#[tokio::test]
async fn unknown_document_is_answered_with_an_error_and_kept_as_orphan() {
    let folder = tempfile::tempdir().unwrap();
    let (client, _) = with_accepted(folder.path()).await;
    let pull = GetDocumentFileRequest { local_uid: Some("other".into()), ..Default::default() };
    let answer = file_of(&send(&client, &pull).await);
    assert_eq!((answer.status, answer.file), (Status::Error, None));
    assert_eq!(answer.errors[0].code, "REGISTRY_ITEM_NOT_FOUND");
    assert_eq!(client.exchange.journal().orphan_count().unwrap(), 1);
}

#[tokio::test]
async fn result_is_on_disk_when_it_is_acknowledged_and_repetitions_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (client, id) = with_accepted(folder.path()).await;
    let message = result(Some(id), Some("119.77.26.05.000000001"));
    for _ in 0..3 {
        assert!(acknowledged(&send(&client, &message).await));
    }
    let record = record(&client);
    assert_eq!(record.state, State::Registered);
    assert_eq!(record.emdr_id.as_deref(), Some("119.77.26.05.000000001"));
    let messages = client.exchange.journal().messages(UID).unwrap();
    let results = messages.iter().filter(|stored| stored.message.action == "sendRegisterDocumentResult");
    assert_eq!(results.count(), 3, "every delivery is recorded");
}

#[tokio::test]
async fn result_of_a_stranger_is_acknowledged_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (client, _) = with_accepted(folder.path()).await;
    assert!(acknowledged(&send(&client, &result(Some(MessageId::random()), None)).await));
    assert!(acknowledged(&send(&client, &result(None, Some("1.2"))).await));
    assert_eq!(client.exchange.journal().orphan_count().unwrap(), 2);
    assert_eq!(record(&client).state, State::Accepted);
}

#[tokio::test]
async fn bad_requests_are_answered_by_faults() {
    let folder = tempfile::tempdir().unwrap();
    let (client, _) = with_accepted(folder.path()).await;
    let cases: [&[u8]; 5] = [
        b"",
        b"<not closed",
        b"<x/>",
        b"<Envelope><Body><unknown/></Body></Envelope>",
        b"<Envelope><Body><registerDocumentResult/></Body></Envelope>",
    ];
    for body in cases {
        let answer = post(&client, body.to_vec()).await;
        assert_eq!(answer.status, 400);
        let received = Received::read(&answer.body, &Limits::default()).unwrap();
        assert_eq!(SoapFault::read(received.payload()).unwrap().side, FaultSide::Sender);
    }
    let http = Client::new(ClientLimits::default());
    let elsewhere = client.callback.url().replace(PATH, "/elsewhere");
    assert_eq!(http.post(&elsewhere, Version::V12, Vec::new()).await.unwrap().status, 404);
    let large = post(&client, vec![b' '; (16 << 20) + 1]).await;
    assert_eq!(large.status, 413);
}

#[tokio::test]
async fn answer_has_the_version_of_the_request_and_relates_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let (client, _) = with_accepted(folder.path()).await;
    let pull = GetDocumentFileRequest { local_uid: Some(UID.into()), ..Default::default() };
    let mut headers = GetDocumentFileRequest::headers();
    headers.version = Version::V11;
    let answer = post(&client, pull.envelope(&headers)).await;
    let received = Received::read(&answer.body, &Limits::default()).unwrap();
    assert_eq!(received.version, Version::V11);
    assert_eq!(received.relates_to, Some(headers.message_id));
    client.callback.shutdown().await;
}
