//! The sandbox's HTTP face: dispatch of messages by their payload.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use time::OffsetDateTime;

use super::faults::{Draw, Fault};
use super::registry::{Arrival, Entry, RequestState, Stage};
use super::{Shared as Sandbox, judge, pipeline};
use crate::message::{
    Acknowledgement, AcknowledgementKind, DemandContentRequest, GetRegistryItemRequest,
    GetRegistryItemResponse, MessageError, Payload, RegisterDocumentRequest, RegisterError,
    SearchRegistryItemRequest, SearchRegistryItemResponse, SendDocumentFileRequest, Status,
};
use crate::soap::{self, FaultSide, Headers, MessageId, Received, SoapFault};

pub(super) fn router(sandbox: Arc<Sandbox>) -> Router {
    let limit = DefaultBodyLimit::max(sandbox.settings.max_body_bytes);
    Router::new().route("/state", get(state)).route("/", post(receive)).layer(limit).with_state(sandbox)
}

async fn state(Shared(sandbox): Shared<Arc<Sandbox>>) -> Response {
    let report = sandbox.registry().report();
    let json = serde_json::to_vec(&report).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}

/// A message the sandbox understands.
enum Call {
    Register(Box<RegisterDocumentRequest>),
    File(SendDocumentFileRequest),
    Search(SearchRegistryItemRequest),
    Get(GetRegistryItemRequest),
    Demand(DemandContentRequest),
}

/// What an envelope says about its sender.
pub(super) struct Sender {
    pub(super) message_id: Option<MessageId>,
    pub(super) client: String,
}

async fn receive(Shared(sandbox): Shared<Arc<Sandbox>>, body: Bytes) -> Response {
    if !sandbox.settings.answer_delay.is_zero() {
        tokio::time::sleep(sandbox.settings.answer_delay).await;
    }
    let (response, overtaken) = answer(&sandbox, &body);
    if let Some(message_id) = overtaken {
        pipeline::until_delivered(&sandbox, &message_id).await;
    }
    sandbox.settings.security.sealed(response).await
}

/// The answer, and the request whose result must be delivered before it.
fn answer(sandbox: &Arc<Sandbox>, body: &[u8]) -> (Response, Option<MessageId>) {
    let mut headers = Headers::new("");
    let (call, sender) = match read(sandbox, body, &mut headers) {
        Ok(read) => read,
        Err(reason) => {
            "fault".clone_into(&mut headers.action);
            let fault = SoapFault { side: FaultSide::Sender, reason };
            let response =
                (StatusCode::BAD_REQUEST, respond(fault.write(&headers), &headers)).into_response();
            return (response, None);
        }
    };
    let response = match call {
        Call::Register(request) => return register(sandbox, *request, sender, headers),
        Call::File(file) => {
            let relates_to = file.relates_to_message.clone().or(headers.relates_to.clone());
            let taken = relates_to.is_some_and(|pull| sandbox.files.deliver(&pull, file));
            let answer = match taken {
                true => Acknowledgement::success(),
                false => Acknowledgement::error(vec![RegisterError::new(
                    "WRONG_MESSAGE_ID",
                    "Асинхронный запрос файла ЭМД с указанным messageID не найден",
                )]),
            };
            acknowledge(&answer, AcknowledgementKind::SendDocumentFile, headers)
        }
        Call::Search(request) => {
            let matches = sandbox.registry().search(&request);
            let answer = SearchRegistryItemResponse { status: Status::Success, matches, errors: Vec::new() };
            SearchRegistryItemResponse::ACTION.clone_into(&mut headers.action);
            respond(answer.envelope(&headers), &headers)
        }
        Call::Get(request) => {
            let item = sandbox.registry().by_emdr_id(&request.emdr_id).cloned();
            let answer = match item {
                Some(item) => {
                    GetRegistryItemResponse { status: Status::Success, item: Some(item), errors: Vec::new() }
                }
                None => GetRegistryItemResponse {
                    status: Status::Error,
                    item: None,
                    errors: vec![RegisterError::new(
                        "REGISTRY_ITEM_NOT_FOUND",
                        format!("Запись [{}] не найдена", request.emdr_id),
                    )],
                },
            };
            GetRegistryItemResponse::ACTION.clone_into(&mut headers.action);
            respond(answer.envelope(&headers), &headers)
        }
        Call::Demand(request) => {
            let known = sandbox.registry().by_emdr_id(&request.emdr_id).is_some();
            let answer = match known {
                true => {
                    sandbox.spawn(pipeline::hand_over(Arc::clone(sandbox), request.emdr_id, sender));
                    Acknowledgement::success()
                }
                false => Acknowledgement::error(vec![RegisterError::new(
                    "REGISTRY_ITEM_NOT_FOUND",
                    format!("Запись [{}] не найдена", request.emdr_id),
                )]),
            };
            acknowledge(&answer, AcknowledgementKind::DemandContent, headers)
        }
    };
    (response, None)
}

/// Reads the envelope, remembers where its sender listens, and completes the headers of the answer.
fn read(sandbox: &Sandbox, body: &[u8], headers: &mut Headers) -> Result<(Call, Sender), String> {
    let received = Received::read(body, &soap::limits()).map_err(|error| error.to_string())?;
    headers.version = received.version;
    headers.relates_to.clone_from(&received.message_id);
    let now = OffsetDateTime::now_utc();
    sandbox.settings.security.check(&received, now).map_err(|error| error.to_string())?;
    let client = received.client_entity_id.clone().unwrap_or_default();
    if let Some(callback) = &received.reply_to {
        sandbox.registry().remember_client(&client, callback.clone());
        if let Some(store) = &sandbox.store {
            let _ = store.keep_client(&client, callback);
        }
    }
    let payload = received.payload();
    let named = |name: &str| payload.find(name).is_some();
    let bad = |error: MessageError| error.to_string();
    let call = if named(RegisterDocumentRequest::local_name()) {
        Call::Register(Box::new(RegisterDocumentRequest::read(payload).map_err(bad)?))
    } else if named(SendDocumentFileRequest::local_name()) {
        let mut file = SendDocumentFileRequest::read(payload).map_err(bad)?;
        // The relation may stand in the header alone.
        file.relates_to_message = file.relates_to_message.or_else(|| received.relates_to.clone());
        Call::File(file)
    } else if named(SearchRegistryItemRequest::local_name()) {
        Call::Search(SearchRegistryItemRequest::read(payload).map_err(bad)?)
    } else if named(DemandContentRequest::local_name()) {
        Call::Demand(DemandContentRequest::read(payload).map_err(bad)?)
    } else if named(GetRegistryItemRequest::local_name()) {
        Call::Get(GetRegistryItemRequest::read(payload).map_err(bad)?)
    } else {
        return Err(format!("`{}` is not served here", payload.local_name()));
    };
    Ok((call, Sender { message_id: received.message_id.clone(), client }))
}

/// Steps 3 and 4: the coarse check and its answer; what follows runs on its own.
fn register(
    sandbox: &Arc<Sandbox>,
    request: RegisterDocumentRequest,
    sender: Sender,
    headers: Headers,
) -> (Response, Option<MessageId>) {
    let kind = AcknowledgementKind::RegisterDocument;
    let Some(message_id) = sender.message_id else {
        let error = RegisterError::new("VALIDATION_ERROR", "В заголовке нет MessageID");
        return (acknowledge(&Acknowledgement::error(vec![error]), kind, headers), None);
    };
    let faults = &sandbox.settings.faults;
    let attempt = sandbox.registry().next_attempt(&request.local_uid);
    let draw = Draw::new(&request.local_uid, attempt);
    let errors = match faults.hit(Fault::RateLimit, &draw) {
        true => vec![RegisterError::new(
            "RATE_LIMIT",
            "Доступ к сервису временно запрещён - превышен лимит запросов",
        )],
        false => judge::coarse(&request, &sandbox.settings.kinds, &sandbox.settings.data),
    };
    let entry = Entry {
        state: RequestState {
            message_id: message_id.clone(),
            local_uid: request.local_uid.clone(),
            stage: if errors.is_empty() { Stage::InWork } else { Stage::RefusedAtOnce },
            emdr_id: None,
            errors: errors.clone(),
            warnings: Vec::new(),
            attempt,
            pulls: 0,
            deliveries: 0,
            delivered: false,
            checksum: None,
            received_at: OffsetDateTime::now_utc(),
            client: sender.client,
        },
        request,
    };
    let arrival = sandbox.registry().arrive(entry.clone());
    if arrival == Arrival::New {
        sandbox.keep(&entry, None);
    }
    if !errors.is_empty() {
        return (acknowledge(&Acknowledgement::error(errors), kind, headers), None);
    }
    if arrival == Arrival::New {
        sandbox.spawn(pipeline::run(Arc::clone(sandbox), message_id.clone()));
    }
    let overtaken = faults.hit(Fault::EarlyResult, &draw).then_some(message_id);
    if faults.hit(Fault::LostAnswer, &draw) {
        return (StatusCode::GATEWAY_TIMEOUT.into_response(), overtaken);
    }
    (acknowledge(&Acknowledgement::success(), kind, headers), overtaken)
}

fn acknowledge(answer: &Acknowledgement, kind: AcknowledgementKind, mut headers: Headers) -> Response {
    headers.action = kind.action().to_owned();
    respond(answer.envelope(kind, &headers), &headers)
}

fn respond(envelope: Vec<u8>, headers: &Headers) -> Response {
    ([(header::CONTENT_TYPE, headers.version.content_type())], envelope).into_response()
}
