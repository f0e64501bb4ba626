//! The register delivers a result.

use axum::response::Response;

use super::answer::{answer_with, refuse};
use super::{Service, record_orphan};
use crate::Exchange;
use crate::journal::{Direction, Journal, JournalError, Message};
use crate::message::{Acknowledgement, AcknowledgementKind, Payload as _, RegisterDocumentResult, Status};
use crate::soap::{Headers, MessageId};

pub(super) async fn take_result(
    service: &Service,
    result: RegisterDocumentResult,
    message_id: Option<MessageId>,
    raw: Vec<u8>,
    mut headers: Headers,
) -> Response {
    let kind = AcknowledgementKind::SendRegisterDocumentResult;
    kind.action().clone_into(&mut headers.action);
    let message = Message {
        direction: Direction::In,
        action: RegisterDocumentResult::ACTION.to_owned(),
        message_id,
        relates_to: result.relates_to_message.clone(),
        raw: Some(raw),
    };
    if let Err(error) = record_result(&service.exchange, result, message).await {
        return refuse(error.into(), headers);
    }
    answer_with(&Acknowledgement::success().envelope(kind, &headers), &headers)
}

/// Finds the document a result belongs to and applies it; a result without a document is kept as an orphan.
async fn record_result(
    exchange: &Exchange,
    result: RegisterDocumentResult,
    message: Message,
) -> Result<(), JournalError> {
    let relates_to = result.relates_to_message.clone();
    let (uid, emdr_id) =
        (result.local_uid.clone(), result.registry_item.as_ref().map(|item| item.emdr_id.clone()));
    let look_up = move |journal: &dyn Journal| {
        if let Some(id) = &relates_to
            && let Some(found) = journal.find_by_message(id)?
        {
            return Ok(Some((found, relates_to)));
        }
        if let Some(uid) = uid
            && let Some(record) = journal.document(&uid)?
        {
            return Ok(Some((record.local_uid, None)));
        }
        match emdr_id {
            Some(emdr_id) => Ok(journal.find_by_emdr_id(&emdr_id)?.map(|found| (found, None))),
            None => Ok(None),
        }
    };
    let Some((local_uid, attempt)) = exchange.with_journal(look_up).await? else {
        return record_orphan(exchange, message).await;
    };
    match (result.status, result.registry_item) {
        (Status::Success, Some(item)) => exchange.registered(&local_uid, item, Some(message)).await.map(drop),
        _ => exchange.refused(&local_uid, attempt, result.errors, Some(message)).await.map(drop),
    }
}
