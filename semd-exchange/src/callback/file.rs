//! The register asks for a file.

use std::sync::Arc;

use axum::response::Response;

use super::answer::{answer_with, refuse};
use super::{FileDelivery, Service, record_orphan};
use crate::journal::{Direction, Event, Journal, JournalError, Message, Update};
use crate::message::{
    Acknowledgement, DocumentFile, GetDocumentFileRequest, GetDocumentFileResponse, Payload as _,
    RegisterError, SendDocumentFileRequest, Status,
};
use crate::soap::{self, Headers, MessageId, Received};

pub(super) async fn give_file(
    service: &Arc<Service>,
    request: GetDocumentFileRequest,
    message_id: Option<MessageId>,
    raw: Vec<u8>,
    mut headers: Headers,
) -> Response {
    GetDocumentFileResponse::ACTION.clone_into(&mut headers.action);
    let message = Message {
        direction: Direction::In,
        action: GetDocumentFileRequest::ACTION.to_owned(),
        message_id: message_id.clone(),
        relates_to: None,
        raw: Some(raw),
    };
    let found = match find_file(service, &request).await {
        Ok(found) => found,
        Err(error) => return refuse(error.into(), headers),
    };
    let Some((local_uid, bytes)) = found else {
        if let Err(error) = record_orphan(&service.exchange, message).await {
            return refuse(error.into(), headers);
        }
        let error = RegisterError::new("REGISTRY_ITEM_NOT_FOUND", "Документ в системе не найден");
        let answer = GetDocumentFileResponse { status: Status::Error, file: None, errors: vec![error] };
        return answer_with(&answer.envelope(&headers), &headers);
    };
    let pulled = Update { message: Some(message), ..Update::bare(Event::FileRequested) };
    let file = DocumentFile::new(bytes, service.settings.checksum);
    let answer = |file| GetDocumentFileResponse { status: Status::Success, file, errors: Vec::new() };
    match &service.settings.delivery {
        FileDelivery::Synchronous => {
            if let Err(error) =
                service.exchange.apply_all(&local_uid, vec![pulled, file_sent(&headers)]).await
            {
                return refuse(error.into(), headers);
            }
            answer_with(&answer(Some(file)).envelope(&headers), &headers)
        }
        FileDelivery::Asynchronous { register } => {
            if let Err(error) = service.exchange.apply(&local_uid, pulled).await {
                return refuse(error.into(), headers);
            }
            let service = Arc::clone(service);
            let register = register.clone();
            tokio::spawn(async move { send_file(&service, &register, &local_uid, message_id, file).await });
            answer_with(&answer(None).envelope(&headers), &headers)
        }
    }
}

/// Reads the exact bytes of the document that a pull names.
async fn find_file(
    service: &Service,
    request: &GetDocumentFileRequest,
) -> Result<Option<(String, Vec<u8>)>, JournalError> {
    let (local_uid, emdr_id) = (request.local_uid.clone(), request.emdr_id.clone());
    let look_up = move |journal: &dyn Journal| {
        let by_uid = match local_uid {
            Some(local_uid) => journal.document(&local_uid)?.map(|record| record.local_uid),
            None => None,
        };
        let found = match (by_uid, emdr_id) {
            (None, Some(emdr_id)) => journal.find_by_emdr_id(&emdr_id)?,
            (found, _) => found,
        };
        let Some(local_uid) = found else { return Ok(None) };
        Ok(journal.bytes(&local_uid)?.map(|bytes| (local_uid, bytes)))
    };
    service.exchange.with_journal(look_up).await
}

/// That the file goes out with a message; its bytes are in the journal already.
fn file_sent(headers: &Headers) -> Update {
    let message = Message {
        direction: Direction::Out,
        action: headers.action.clone(),
        message_id: Some(headers.message_id.clone()),
        relates_to: headers.relates_to.clone(),
        raw: None,
    };
    Update { message: Some(message), ..Update::bare(Event::FileSent) }
}

/// Sends the file as a message of its own. When that fails the register asks again.
async fn send_file(
    service: &Service,
    register: &str,
    local_uid: &str,
    pull: Option<MessageId>,
    file: DocumentFile,
) {
    let mut headers = SendDocumentFileRequest::headers();
    headers.relates_to.clone_from(&pull);
    headers.to = Some(register.to_owned());
    let request = SendDocumentFileRequest {
        relates_to_message: pull,
        status: Status::Success,
        file: Some(file),
        errors: Vec::new(),
    };
    let envelope = request.envelope(&headers);
    let started = std::time::Instant::now();
    let answer = service.client.post(register, headers.version, envelope).await;
    let measurements = service.exchange.measurements();
    measurements.request(SendDocumentFileRequest::ACTION, answer.as_ref().err(), started.elapsed());
    let Ok(answer) = answer else { return };
    let accepted = Received::read(&answer.body, &soap::limits())
        .ok()
        .and_then(|received| Acknowledgement::read(received.payload()).ok())
        .is_some_and(|acknowledgement| acknowledgement.status == Status::Success);
    if accepted {
        // A journal that fails here only misses a milestone; the result will move the document on.
        let _ = service.exchange.apply(local_uid, file_sent(&headers)).await;
    }
}
