//! Steps 5 to 11 of one request: check, pull, check, register, deliver.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use semd_core::validate::Options;
use time::OffsetDateTime;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::faults::Fault;
use super::registry::Stage;
use super::{Repetition, Shared, judge};
use crate::message::{
    GetDocumentFileRequest, GetDocumentFileResponse, Payload as _, RegisterDocumentRequest,
    RegisterDocumentResult, RegisterError, RegistryItem, SendDocumentFileRequest, Status,
};
use crate::soap::{self, MessageId, Received};

/// Pulls whose file will come as a message of its own.
#[derive(Debug, Default)]
pub(super) struct PendingFiles {
    waiting: Mutex<HashMap<MessageId, oneshot::Sender<SendDocumentFileRequest>>>,
}

impl PendingFiles {
    fn waiting(&self) -> MutexGuard<'_, HashMap<MessageId, oneshot::Sender<SendDocumentFileRequest>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn expect(&self, pull: MessageId) -> oneshot::Receiver<SendDocumentFileRequest> {
        let (sender, receiver) = oneshot::channel();
        self.waiting().insert(pull, sender);
        receiver
    }

    /// Hands a file to the pull it answers; `false` when nobody waits for it.
    pub(super) fn deliver(&self, pull: &MessageId, file: SendDocumentFileRequest) -> bool {
        let waiting = self.waiting().remove(pull);
        waiting.is_some_and(|waiting| waiting.send(file).is_ok())
    }

    fn forget(&self, pull: &MessageId) {
        self.waiting().remove(pull);
    }
}

/// Works on a request until its result is acknowledged or given up.
pub(super) async fn run(sandbox: Arc<Shared>, id: MessageId) {
    let Some(entry) = sandbox.registry().entry(&id).cloned() else { return };
    if entry.state.stage == Stage::InWork {
        work(&sandbox, &id, entry.request).await;
    }
    deliver(&sandbox, &id).await;
}

/// Steps 5 to 9: everything up to the verdict.
async fn work(sandbox: &Shared, id: &MessageId, request: RegisterDocumentRequest) {
    pause(sandbox).await;
    if sandbox.settings.faults.hit(Fault::Technical, id) {
        let error = RegisterError::new("RUNTIME_ERROR", "Не удается провести проверку ФРМР");
        return refuse(sandbox, id, vec![error]);
    }
    let number = sandbox.registry().by_uid(&request.local_uid).map(|item| item.emdr_id.clone());
    let settings = sandbox.settings.clone();
    let judged = tokio::task::spawn_blocking(move || {
        let errors = judge::full(&request, number.as_deref(), &settings.knowledge());
        (request, errors)
    });
    let Ok((request, errors)) = judged.await else { return };
    if !errors.is_empty() {
        return refuse(sandbox, id, errors);
    }
    let bytes = match pull(sandbox, id, &request).await {
        Ok(bytes) => bytes,
        Err(error) => return refuse(sandbox, id, vec![error]),
    };
    pause(sandbox).await;
    let settings = sandbox.settings.clone();
    let judged = tokio::task::spawn_blocking(move || {
        let options = Options { kind: Some(request.kind.clone()), ..Options::default() };
        let report = settings.validator.as_ref().map(|validator| validator.validate(&bytes, &options));
        let verdict = judge::file(&request, &bytes, report.as_ref(), &settings.knowledge());
        (request, verdict)
    });
    let Ok((request, mut verdict)) = judged.await else { return };
    if let Some(entry) = sandbox.registry().change(id, |state| state.checksum = verdict.checksum) {
        sandbox.keep(entry, None);
    }
    if !verdict.errors.is_empty() {
        return refuse(sandbox, id, verdict.errors);
    }
    if sandbox.settings.faults.hit(Fault::Warning, id) {
        verdict.warnings.push(RegisterError::new("IPS_VALIDATION_WARNING", "Замечание подсистемы ИПС"));
    }
    register(sandbox, id, &request, verdict.warnings);
}

/// A random time in the permitted range.
async fn pause(sandbox: &Shared) {
    let (least, most) = (*sandbox.settings.delay.start(), *sandbox.settings.delay.end());
    let draw = f64::from(crc32fast::hash(MessageId::random().as_str().as_bytes())) / 2_f64.powi(32);
    tokio::time::sleep(least + most.saturating_sub(least).mul_f64(draw)).await;
}

fn refuse(sandbox: &Shared, id: &MessageId, errors: Vec<RegisterError>) {
    let mut registry = sandbox.registry();
    let entry = registry.change(id, |state| {
        state.stage = Stage::Refused;
        state.errors = errors;
    });
    if let Some(entry) = entry {
        sandbox.keep(entry, None);
    }
}

/// Step 10: the number. Two requests for one document race here, and one of them loses.
fn register(
    sandbox: &Shared,
    id: &MessageId,
    request: &RegisterDocumentRequest,
    warnings: Vec<RegisterError>,
) {
    let mut registry = sandbox.registry();
    let outcome = registry.register(request, warnings.clone(), OffsetDateTime::now_utc()).cloned();
    let item = outcome.as_ref().ok().cloned();
    let entry = registry.change(id, |state| match outcome {
        Ok(item) => {
            state.stage = Stage::Registered;
            state.emdr_id = Some(item.emdr_id);
            state.warnings = warnings;
        }
        Err(error) => {
            state.stage = Stage::Refused;
            state.errors = vec![error];
        }
    });
    if let Some(entry) = entry {
        sandbox.keep(entry, item.as_ref());
    }
}

/// Delays between attempts.
struct Attempts {
    next: Duration,
    cap: Duration,
    until: Instant,
}

impl Attempts {
    fn new(repetition: Repetition) -> Self {
        Self { next: repetition.first, cap: repetition.cap, until: Instant::now() + repetition.give_up }
    }

    /// Waits for the next attempt; `false` when there is none.
    async fn again(&mut self) -> bool {
        let wake = Instant::now() + self.next;
        if wake > self.until {
            return false;
        }
        tokio::time::sleep_until(wake).await;
        self.next = (self.next * 2).min(self.cap);
        true
    }
}

/// Where the client of a request listens now. A client that started again listens elsewhere and says so in its next
/// message, whatever that message is.
fn callback(sandbox: &Shared, id: &MessageId) -> Option<String> {
    if let Some(callback) = &sandbox.settings.callback {
        return Some(callback.clone());
    }
    let registry = sandbox.registry();
    let client = &registry.entry(id)?.state.client;
    registry.callback(client)
}

/// Steps 6 to 8: asks for the file until it comes or time is over.
async fn pull(
    sandbox: &Shared,
    id: &MessageId,
    request: &RegisterDocumentRequest,
) -> Result<Vec<u8>, RegisterError> {
    let mut attempts = Attempts::new(sandbox.settings.pull);
    loop {
        let error = match pull_once(sandbox, id, request).await {
            Ok(bytes) => return Ok(bytes),
            Err(error) => error,
        };
        // An answer is an answer; only silence is asked again.
        if error.code == "GET_DOCUMENT_FILE_ERROR" || !attempts.again().await {
            return Err(error);
        }
    }
}

async fn pull_once(
    sandbox: &Shared,
    id: &MessageId,
    request: &RegisterDocumentRequest,
) -> Result<Vec<u8>, RegisterError> {
    let unreachable = |reason: &str| {
        RegisterError::new(
            "MIS_NOT_AVAILABLE",
            format!("Сервис системы, предоставляющей документ, не доступен: {reason}"),
        )
    };
    let url = callback(sandbox, id).ok_or_else(|| unreachable("адрес неизвестен"))?;
    if let Some(entry) = sandbox.registry().change(id, |state| state.pulls += 1) {
        sandbox.keep(entry, None);
    }
    let question = GetDocumentFileRequest {
        local_uid: Some(request.local_uid.clone()),
        kind: Some(request.kind.clone()),
        document_number: request.document_number.clone(),
        creation_date_time: Some(request.creation_date_time.clone()),
        organization: Some(request.organization.clone()),
        emdr_id: None,
    };
    let mut headers = GetDocumentFileRequest::headers();
    headers.to = Some(url.clone());
    let pull_id = headers.message_id.clone();
    // The file may overtake the acknowledgement.
    let file = sandbox.files.expect(pull_id.clone());
    let envelope = question.envelope(&headers);
    let answer = sandbox.client.post(&url, headers.version, envelope).await;
    let outcome = match answer {
        Err(error) => Err(unreachable(&error.to_string())),
        Ok(answer) => match answer_of(&answer.body) {
            None => Err(RegisterError::new(
                "RMIS_ERROR",
                "Ошибка получения файла ЭМД из файлового хранилища: Error in getDocumentFile by SOAP",
            )),
            Some(response) if response.status == Status::Error => Err(status_error()),
            Some(GetDocumentFileResponse { file: Some(file), .. }) => Ok(file.data),
            Some(_) => asynchronous_file(sandbox, file).await,
        },
    };
    sandbox.files.forget(&pull_id);
    outcome
}

fn answer_of(body: &[u8]) -> Option<GetDocumentFileResponse> {
    let received = Received::read(body, &soap::limits()).ok()?;
    GetDocumentFileResponse::read(received.payload()).ok()
}

fn status_error() -> RegisterError {
    RegisterError::new(
        "GET_DOCUMENT_FILE_ERROR",
        "Ошибка при получении файла документа: Статус ответа МИС [error]",
    )
}

/// Waits for the message with the file.
async fn asynchronous_file(
    sandbox: &Shared,
    file: oneshot::Receiver<SendDocumentFileRequest>,
) -> Result<Vec<u8>, RegisterError> {
    // A client that died after its acknowledgement is asked again well before the end.
    let patience = (sandbox.settings.pull.give_up / 6).max(Duration::from_millis(100));
    match tokio::time::timeout(patience, file).await {
        Ok(Ok(SendDocumentFileRequest { status: Status::Success, file: Some(file), .. })) => Ok(file.data),
        Ok(Ok(_)) => Err(status_error()),
        _ => Err(RegisterError::new("FILE_WAS_NOT_SENT", "ИС не передала файл ЭМД")),
    }
}

/// Steps 5.1, 9.1 and 10: the result, again and again until the client has it.
async fn deliver(sandbox: &Shared, id: &MessageId) {
    let mut attempts = Attempts::new(sandbox.settings.delivery);
    let mut again = sandbox.settings.faults.hit(Fault::RepeatedResult, id);
    loop {
        if deliver_once(sandbox, id).await {
            if let Some(entry) = sandbox.registry().change(id, |state| state.delivered = true) {
                sandbox.keep(entry, None);
            }
            if !again {
                return;
            }
            again = false;
        }
        if !attempts.again().await {
            return;
        }
    }
}

async fn deliver_once(sandbox: &Shared, id: &MessageId) -> bool {
    let Some(url) = callback(sandbox, id) else { return false };
    let result = {
        let mut registry = sandbox.registry();
        registry.change(id, |state| state.deliveries += 1);
        let Some(entry) = registry.entry(id) else { return false };
        let state = &entry.state;
        let item = registry.by_uid(&state.local_uid).filter(|_| state.stage == Stage::Registered);
        let status = if item.is_some() { Status::Success } else { Status::Error };
        RegisterDocumentResult {
            relates_to_message: Some(id.clone()),
            // The production register does not name the document.
            local_uid: None,
            status,
            registry_item: item.map(|item| RegistryItem { local_uid: None, ..item.clone() }),
            errors: state.errors.clone(),
        }
    };
    let mut headers = RegisterDocumentResult::headers();
    headers.to = Some(url.clone());
    headers.relates_to = Some(id.clone());
    let envelope = result.envelope(&headers);
    let answer = sandbox.client.post(&url, headers.version, envelope).await;
    answer.is_ok_and(|answer| (200..300).contains(&answer.status))
}
