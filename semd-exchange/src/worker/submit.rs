//! Sending one request and taking its synchronous answer.

use std::sync::Arc;

use time::OffsetDateTime;

use super::associations::Associations;
use super::{Shared, WorkerError};
use crate::client::Answer;
use crate::journal::{Claimed, Direction, Event, JournalError, Lease, Message, Refusal, Update};
use crate::message::{
    Acknowledgement, AcknowledgementKind, Payload as _, RegisterDocumentRequest, RegisterError, Status,
};
use crate::soap::{self, FaultSide, Headers, MessageId, Received, SoapFault};

/// What a synchronous answer says.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// Acknowledged.
    Accepted,
    /// Refused with reasons.
    Refused(Vec<RegisterError>),
    /// The other side says that it did not take the request.
    NotTaken,
    /// The request may have been taken.
    Unclear,
}

/// Reads a synchronous answer.
fn verdict(answer: &Answer) -> Verdict {
    let unreadable = match answer.status {
        // Timeouts and overload of gateways are told by client error numbers, too.
        408 | 429 => Verdict::Unclear,
        400..=499 => Verdict::NotTaken,
        _ => Verdict::Unclear,
    };
    let Ok(received) = Received::read(&answer.body, &soap::limits()) else {
        return unreadable;
    };
    if let Some(fault) = SoapFault::read(received.payload()) {
        return match fault.side {
            FaultSide::Sender => Verdict::Refused(vec![RegisterError::new("", fault.reason)]),
            FaultSide::Receiver => Verdict::Unclear,
        };
    }
    match Acknowledgement::read(received.payload()) {
        Ok(Acknowledgement { status: Status::Success, .. }) => Verdict::Accepted,
        Ok(Acknowledgement { errors, .. }) => Verdict::Refused(errors),
        Err(_) => unreadable,
    }
}

impl Shared {
    /// Sends the request of a claimed document.
    pub(super) async fn submit(&self, lease: Arc<Lease>, claimed: Claimed) -> Result<(), WorkerError> {
        let Claimed { record, request } = claimed;
        let local_uid = record.local_uid;
        let Some(request) = request else { return Ok(()) };
        let (request, associations) = self.resolve_associations(request).await?;
        if associations == Associations::Awaited {
            let later = self.exchange.retry().next_attempt(1, OffsetDateTime::now_utc());
            return Ok(self.postpone_look(local_uid, later).await?);
        }
        let headers = self.headers(RegisterDocumentRequest::headers());
        let envelope = request.envelope(&headers);
        let id = headers.message_id.clone();
        match self.exchange.begin_attempt(lease, &local_uid, id.clone(), envelope.clone()).await {
            Ok(_) => {}
            // An operator withdrew the document, the callback service moved it, or others took over meanwhile.
            Err(JournalError::Illegal(_) | JournalError::ClaimedByOther { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        let attempts = record.attempts + 1;
        match self.post(RegisterDocumentRequest::ACTION, headers.version, envelope).await {
            Ok(answer) => self.take_answer(&local_uid, id, attempts, answer).await?,
            Err(error) => {
                self.unreachable(&error);
                let event = match error.certainly_not_sent() {
                    true => Event::NotSent(self.exchange.retry().again(attempts)),
                    false => Event::AnswerLost,
                };
                self.postpone(&local_uid, id, attempts, event, None).await?;
            }
        }
        Ok(())
    }

    /// Completes the headers of a message to the register.
    pub(super) fn headers(&self, mut headers: Headers) -> Headers {
        headers.to = Some(self.settings.register.clone());
        headers.reply_to = Some(self.settings.reply_to.clone()).filter(|url| !url.is_empty());
        headers.client_entity_id.clone_from(&self.settings.client_entity_id);
        headers
    }

    async fn take_answer(
        &self,
        local_uid: &str,
        id: MessageId,
        attempts: u32,
        answer: Answer,
    ) -> Result<(), JournalError> {
        let verdict = verdict(&answer);
        let message = Message {
            direction: Direction::In,
            action: AcknowledgementKind::RegisterDocument.action().to_owned(),
            message_id: None,
            relates_to: Some(id.clone()),
            raw: Some(answer.body.to_vec()),
        };
        match verdict {
            Verdict::Accepted => {
                let first_look = self.settings.ladder.first().map(|step| OffsetDateTime::now_utc() + *step);
                let update = Update {
                    attempt: Some(id),
                    next_attempt_at: first_look,
                    message: Some(message),
                    ..Update::bare(Event::Accepted)
                };
                let change = self.exchange.apply(local_uid, update).await?;
                // The register asked for the file before its acknowledgement was read.
                if let (false, true, Some(first_look)) =
                    (change.moved(), change.record.state.is_awaiting(), first_look)
                {
                    self.postpone_look(change.record.local_uid, first_look).await?;
                }
            }
            Verdict::Refused(errors) => {
                self.exchange.refused(local_uid, Some(id), errors, Some(message)).await?;
            }
            Verdict::NotTaken => {
                let event = Event::NotSent(self.exchange.retry().again(attempts));
                self.note_unreachable(format!("HTTP {}", answer.status));
                self.postpone(local_uid, id, attempts, event, Some(message)).await?;
            }
            Verdict::Unclear => {
                self.note_unreachable(format!("HTTP {}", answer.status));
                self.postpone(local_uid, id, attempts, Event::AnswerLost, Some(message)).await?;
            }
        }
        Ok(())
    }

    /// Records that there was no usable answer, and when to go on.
    async fn postpone(
        &self,
        local_uid: &str,
        id: MessageId,
        attempts: u32,
        event: Event,
        message: Option<Message>,
    ) -> Result<(), JournalError> {
        let next = self.exchange.retry().next_attempt(attempts, OffsetDateTime::now_utc());
        let exhausted = event == Event::NotSent(Refusal::Exhausted);
        let update = Update {
            attempt: Some(id),
            next_attempt_at: (!exhausted).then_some(next),
            message,
            ..Update::bare(event)
        };
        self.exchange.apply(local_uid, update).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: Vec<u8>) -> Answer {
        Answer { status, date: None, body: body.into() }
    }

    #[test]
    fn synchronous_answers_are_told_apart() {
        let kind = AcknowledgementKind::RegisterDocument;
        let headers = Headers::new("registerDocumentResponse");
        let success = Acknowledgement::success().envelope(kind, &headers);
        let errors = vec![RegisterError::new("NO_SIGNATURE", "")];
        let error = Acknowledgement::error(errors.clone()).envelope(kind, &headers);
        let fault = |side| SoapFault { side, reason: "r".into() }.write(&headers);
        assert_eq!(verdict(&answer(200, success.clone())), Verdict::Accepted);
        assert_eq!(verdict(&answer(200, error)), Verdict::Refused(errors));
        assert_eq!(
            verdict(&answer(400, fault(FaultSide::Sender))),
            Verdict::Refused(vec![RegisterError::new("", "r")])
        );
        assert_eq!(verdict(&answer(500, fault(FaultSide::Receiver))), Verdict::Unclear);
        assert_eq!(verdict(&answer(200, b"<html/>".to_vec())), Verdict::Unclear);
        assert_eq!(verdict(&answer(503, Vec::new())), Verdict::Unclear);
        assert_eq!(verdict(&answer(408, Vec::new())), Verdict::Unclear);
        assert_eq!(verdict(&answer(404, b"not found".to_vec())), Verdict::NotTaken);
        // The words decide, not the number.
        assert_eq!(verdict(&answer(500, success)), Verdict::Accepted);
    }
}
