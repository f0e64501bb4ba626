//! The service that the register calls: it asks for files, and delivers results.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::Exchange;
use crate::checksum::Checksum;
use crate::client::Client;
use crate::journal::{Direction, Event, JournalError, Message, Update};
use crate::message::{
    Acknowledgement, AcknowledgementKind, DeliverDocumentFileRequest, DocumentFile, GetDocumentFileRequest,
    GetDocumentFileResponse, Payload, RegisterDocumentResult, RegisterError, SendDocumentFileRequest,
    SendNoticeRequest, Status,
};
use crate::soap::{self, FaultSide, Headers, MessageId, Received, SoapFault, Version};

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
    /// Largest request, bytes.
    pub max_body_bytes: usize,
}

impl Default for CallbackSettings {
    /// A free loopback port, files in the answer, 16 MiB.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            delivery: FileDelivery::default(),
            checksum: Checksum::default(),
            max_body_bytes: 16 << 20,
        }
    }
}

/// A running callback service; it stops with [`RunningCallback::shutdown`] or the process.
#[derive(Debug)]
pub struct RunningCallback {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<std::io::Result<()>>,
}

impl RunningCallback {
    /// The address it listens at.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for `wsa:ReplyTo`.
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// Answers what has begun, accepts nothing more, and ends.
    pub async fn shutdown(self) {
        let _ = self.stop.send(true);
        // A register that keeps its connection open must not hold the process.
        let server = self.server.abort_handle();
        let _ = tokio::time::timeout(Duration::from_secs(5), self.server).await;
        server.abort();
    }
}

struct Service {
    exchange: Exchange,
    client: Client,
    settings: CallbackSettings,
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
    let listener = TcpListener::bind(settings.listen).await?;
    let address = listener.local_addr()?;
    let limit = DefaultBodyLimit::max(settings.max_body_bytes);
    let service = Arc::new(Service { exchange, client, settings });
    let router = Router::new().route(PATH, post(receive)).layer(limit).with_state(service);
    let (stop, mut stopped) = watch::channel(false);
    let server = tokio::spawn(async move {
        let until = async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        axum::serve(listener, router).with_graceful_shutdown(until).await
    });
    Ok(RunningCallback { address, stop, server })
}

/// Why a request is answered by a fault.
enum Refusal {
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

async fn receive(Shared(service): Shared<Arc<Service>>, body: Bytes) -> Response {
    let response = answer(&service, body).await;
    service.client.security().sealed(response).await
}

async fn answer(service: &Arc<Service>, body: Bytes) -> Response {
    let received = match Received::read(&body, &soap::limits()) {
        Ok(received) => received,
        Err(error) => {
            let mut headers = Headers::new("fault");
            headers.version = Version::V12;
            return fault(FaultSide::Sender, error.to_string(), &headers);
        }
    };
    let mut headers = Headers::new("");
    headers.version = received.version;
    headers.relates_to = received.message_id.clone();
    if let Err(error) = service.client.security().check(&received, time::OffsetDateTime::now_utc()) {
        return refuse(Refusal::Sender(error.to_string()), headers);
    }
    match parse(&received) {
        Ok(Call::File(request)) => {
            let message_id = received.message_id.clone();
            drop(received);
            give_file(service, request, message_id, body, headers).await
        }
        Ok(Call::Result(result)) => {
            let message_id = received.message_id.clone();
            drop(received);
            take_result(service, result, message_id, body, headers).await
        }
        Ok(Call::News(kind, action, relates_to)) => {
            let message_id = received.message_id.clone();
            drop(received);
            let message = Message {
                direction: Direction::In,
                action: action.to_owned(),
                message_id,
                relates_to,
                raw: Some(body.to_vec()),
            };
            let now = time::OffsetDateTime::now_utc();
            let keep = move |journal: &dyn crate::journal::Journal| journal.record_orphan(&message, now);
            if let Err(error) = service.exchange.with_journal(keep).await {
                return refuse(error.into(), headers);
            }
            kind.action().clone_into(&mut headers.action);
            answer_with(&Acknowledgement::success().envelope(kind, &headers), &headers)
        }
        Err(refusal) => refuse(refusal, headers),
    }
}

/// What the register wants.
enum Call {
    File(GetDocumentFileRequest),
    Result(RegisterDocumentResult),
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
        return RegisterDocumentResult::read(payload).map(Call::Result).map_err(bad);
    }
    Err(Refusal::Sender(format!("`{}` is not served here", payload.local_name())))
}

async fn give_file(
    service: &Arc<Service>,
    request: GetDocumentFileRequest,
    message_id: Option<MessageId>,
    body: Bytes,
    mut headers: Headers,
) -> Response {
    GetDocumentFileResponse::ACTION.clone_into(&mut headers.action);
    let message = Message {
        direction: Direction::In,
        action: GetDocumentFileRequest::ACTION.to_owned(),
        message_id: message_id.clone(),
        relates_to: None,
        raw: Some(body.to_vec()),
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
    let look_up = move |journal: &dyn crate::journal::Journal| {
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

async fn record_orphan(exchange: &Exchange, message: Message) -> Result<(), JournalError> {
    let now = time::OffsetDateTime::now_utc();
    exchange.with_journal(move |journal| journal.record_orphan(&message, now)).await
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
    let Ok(answer) = service.client.post(register, headers.version, envelope).await else {
        return;
    };
    let accepted = Received::read(&answer.body, &soap::limits())
        .ok()
        .and_then(|received| Acknowledgement::read(received.payload()).ok())
        .is_some_and(|acknowledgement| acknowledgement.status == Status::Success);
    if accepted {
        // A journal that fails here only misses a milestone; the result will move the document on.
        let _ = service.exchange.apply(local_uid, file_sent(&headers)).await;
    }
}

async fn take_result(
    service: &Service,
    result: RegisterDocumentResult,
    message_id: Option<MessageId>,
    body: Bytes,
    mut headers: Headers,
) -> Response {
    let kind = AcknowledgementKind::SendRegisterDocumentResult;
    kind.action().clone_into(&mut headers.action);
    let message = Message {
        direction: Direction::In,
        action: RegisterDocumentResult::ACTION.to_owned(),
        message_id,
        relates_to: result.relates_to_message.clone(),
        raw: Some(body.to_vec()),
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
    let look_up = move |journal: &dyn crate::journal::Journal| {
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

fn answer_with(envelope: &[u8], headers: &Headers) -> Response {
    ([(header::CONTENT_TYPE, headers.version.content_type())], envelope.to_vec()).into_response()
}

fn refuse(refusal: Refusal, mut headers: Headers) -> Response {
    "fault".clone_into(&mut headers.action);
    match refusal {
        Refusal::Sender(reason) => fault(FaultSide::Sender, reason, &headers),
        Refusal::Journal(error) => fault(FaultSide::Receiver, error.to_string(), &headers),
    }
}

fn fault(side: FaultSide, reason: String, headers: &Headers) -> Response {
    let status = match side {
        FaultSide::Sender => StatusCode::BAD_REQUEST,
        FaultSide::Receiver => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let envelope = SoapFault { side, reason }.write(headers);
    (status, answer_with(&envelope, headers)).into_response()
}
