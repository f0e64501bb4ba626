//! The service that the register calls: it asks for files, and delivers results.

mod answer;
mod file;
mod result;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::response::Response;
use axum::routing::post;
use time::OffsetDateTime;

use crate::Exchange;
use crate::checksum::Checksum;
use crate::client::Client;
use crate::http_service::{self, Bodies, Running, ServiceLimits};
use crate::journal::{Direction, JournalError, Message};
use crate::message::{
    Acknowledgement, AcknowledgementKind, DeliverDocumentFileRequest, GetDocumentFileRequest, Payload,
    RegisterDocumentResult, SendNoticeRequest,
};
use crate::soap::{self, Headers, MessageId, Received};
use crate::tls::ServerTls;
use answer::{Refusal, answer_with, refuse};

/// Path of the service.
pub const PATH: &str = "/emdr/callback";

/// How a file is given to the register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FileDelivery {
    /// In the answer to `getDocumentFile`.
    #[default]
    Synchronous,
    /// An acknowledgement, then `sendDocumentFile` to this address.
    Asynchronous {
        /// URL of the register.
        register: String,
    },
}

/// Settings of the callback service.
#[derive(Clone, Debug)]
pub struct CallbackSettings {
    /// Address to listen at; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How files are given.
    pub delivery: FileDelivery,
    /// How checksums of files are computed.
    pub checksum: Checksum,
    /// What is granted to those who call.
    pub limits: ServiceLimits,
    /// TLS; without it the service speaks plain HTTP.
    pub tls: Option<ServerTls>,
}

impl Default for CallbackSettings {
    /// A free loopback port, files in the answer.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            delivery: FileDelivery::default(),
            checksum: Checksum::default(),
            limits: ServiceLimits::default(),
            tls: None,
        }
    }
}

/// A running callback service; it stops with [`RunningCallback::shutdown`] or the process.
#[derive(Debug)]
pub struct RunningCallback {
    service: Running,
}

impl RunningCallback {
    /// The address it listens at.
    pub fn address(&self) -> SocketAddr {
        self.service.address()
    }

    /// The URL for `wsa:ReplyTo`.
    pub fn url(&self) -> String {
        self.service.url(PATH)
    }

    /// Answers what has begun, accepts nothing more, and ends.
    pub async fn shutdown(self) {
        self.service.shutdown().await;
    }
}

struct Service {
    exchange: Exchange,
    client: Client,
    settings: CallbackSettings,
    bodies: Bodies,
}

/// Starts the service.
///
/// Results are in the journal, on disk, before they are acknowledged; an answer that cannot be recorded is a SOAP fault
/// with status 500, so that the register delivers it again.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve(
    exchange: Exchange,
    client: Client,
    settings: CallbackSettings,
) -> std::io::Result<RunningCallback> {
    let (listen, limits, tls) = (settings.listen, settings.limits, settings.tls.clone());
    let service = Arc::new(Service { exchange, client, settings, bodies: Bodies::new(&limits) });
    let router = Router::new().route(PATH, post(receive)).with_state(service);
    Ok(RunningCallback { service: http_service::serve(listen, router, limits, tls).await? })
}

async fn receive(Shared(service): Shared<Arc<Service>>, request: Request) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let (action, response) = match service.bodies.read(&parts.headers, body).await {
        Ok(body) => answer(&service, &body.bytes).await,
        Err(refusal) => (UNKNOWN, answer::not_read(refusal)),
    };
    let response = service.client.security().sealed(response).await;
    service.exchange.measurements().callback(action, response.status().as_u16(), started.elapsed());
    response
}

/// The action of a message that was not understood.
const UNKNOWN: &str = "unknown";

/// Answers a message; tells its action, too.
async fn answer(service: &Arc<Service>, body: &[u8]) -> (&'static str, Response) {
    let mut headers = Headers::new("");
    let (call, message_id) = match understand(service, body, &mut headers) {
        Ok(understood) => understood,
        Err(refusal) => return (UNKNOWN, refuse(refusal, headers)),
    };
    let raw = body.to_vec();
    match call {
        Call::File(request) => {
            let answer = file::give_file(service, request, message_id, raw, headers).await;
            (GetDocumentFileRequest::ACTION, answer)
        }
        Call::Result(result) => {
            let answer = result::take_result(service, *result, message_id, raw, headers).await;
            (RegisterDocumentResult::ACTION, answer)
        }
        Call::News(kind, action, relates_to) => {
            let message = Message {
                direction: Direction::In,
                action: action.to_owned(),
                message_id,
                relates_to,
                raw: Some(raw),
            };
            if let Err(error) = record_orphan(&service.exchange, message).await {
                return (action, refuse(error.into(), headers));
            }
            kind.action().clone_into(&mut headers.action);
            (action, answer_with(&Acknowledgement::success().envelope(kind, &headers), &headers))
        }
    }
}

/// Reads and checks a message; `headers` become those of its answer.
fn understand(
    service: &Service,
    body: &[u8],
    headers: &mut Headers,
) -> Result<(Call, Option<MessageId>), Refusal> {
    let received =
        Received::read(body, &soap::limits()).map_err(|error| Refusal::Sender(error.to_string()))?;
    headers.version = received.version;
    headers.relates_to = received.message_id.clone();
    let checked = service.client.security().check(&received, OffsetDateTime::now_utc());
    checked.map_err(|error| Refusal::Sender(error.to_string()))?;
    Ok((parse(&received)?, received.message_id.clone()))
}

/// What the register wants.
enum Call {
    File(GetDocumentFileRequest),
    Result(Box<RegisterDocumentResult>),
    /// About a document of somebody else: kept and acknowledged.
    News(AcknowledgementKind, &'static str, Option<MessageId>),
}

/// Dispatches by the payload; `wsa:Action` is not trusted.
fn parse(received: &Received<'_>) -> Result<Call, Refusal> {
    let payload = received.payload();
    let bad = |error: crate::message::MessageError| Refusal::Sender(error.to_string());
    if payload.find(GetDocumentFileRequest::local_name()).is_some() {
        return GetDocumentFileRequest::read(payload).map(Call::File).map_err(bad);
    }
    if payload.find(SendNoticeRequest::local_name()).is_some() {
        SendNoticeRequest::read(payload).map_err(bad)?;
        return Ok(Call::News(AcknowledgementKind::SendNotice, SendNoticeRequest::ACTION, None));
    }
    if payload.find(DeliverDocumentFileRequest::local_name()).is_some() {
        let file = DeliverDocumentFileRequest::read(payload).map_err(bad)?;
        let (kind, action) = (AcknowledgementKind::DeliverDocumentFile, DeliverDocumentFileRequest::ACTION);
        return Ok(Call::News(kind, action, file.relates_to_message));
    }
    let is_result = payload.find(RegisterDocumentResult::local_name()).is_some();
    if is_result || payload.child("relatesToMessage").is_some() {
        return RegisterDocumentResult::read(payload).map(Box::new).map(Call::Result).map_err(bad);
    }
    Err(Refusal::Sender(format!("`{}` is not served here", payload.local_name())))
}

/// Keeps a message that belongs to no document.
async fn record_orphan(exchange: &Exchange, message: Message) -> Result<(), JournalError> {
    let now = OffsetDateTime::now_utc();
    exchange.with_journal(move |journal| journal.record_orphan(&message, now)).await
}
