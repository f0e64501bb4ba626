//! Answers to the register: an envelope, or a fault.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::http_service::BodyRefusal;
use crate::journal::JournalError;
use crate::soap::{FaultSide, Headers, SoapFault};

/// Why a request is answered by a fault.
pub(super) enum Refusal {
    /// The message is bad.
    Sender(String),
    /// The journal failed.
    Journal(JournalError),
}

impl From<JournalError> for Refusal {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

pub(super) fn answer_with(envelope: &[u8], headers: &Headers) -> Response {
    ([(header::CONTENT_TYPE, headers.version.content_type())], envelope.to_vec()).into_response()
}

pub(super) fn refuse(refusal: Refusal, headers: Headers) -> Response {
    let (status, side, reason) = match refusal {
        Refusal::Sender(reason) => (StatusCode::BAD_REQUEST, FaultSide::Sender, reason),
        Refusal::Journal(error) => {
            (StatusCode::INTERNAL_SERVER_ERROR, FaultSide::Receiver, error.to_string())
        }
    };
    fault(status, side, reason, headers)
}

/// A message that was not read to its end. What follows on the connection is not read either.
pub(super) fn not_read(refusal: BodyRefusal) -> Response {
    let side = match refusal {
        BodyRefusal::NoRoom => FaultSide::Receiver,
        _ => FaultSide::Sender,
    };
    let mut response = fault(refusal.status(), side, refusal.to_string(), Headers::new("fault"));
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn fault(status: StatusCode, side: FaultSide, reason: String, mut headers: Headers) -> Response {
    "fault".clone_into(&mut headers.action);
    let envelope = SoapFault { side, reason }.write(&headers);
    (status, answer_with(&envelope, &headers)).into_response()
}
