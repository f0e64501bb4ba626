//! Steps 5 to 11 of one request: check, pull, check, register, deliver.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use semd_core::validate::Options;
use time::OffsetDateTime;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::faults::{Draw, Fault};
use super::registry::Stage;
use super::service::Sender;
use super::{Repetition, Shared, judge};
use crate::checksum::Checksum;
use crate::message::{
    DeliverDocumentFileRequest, DocumentFile, GetDocumentFileRequest, GetDocumentFileResponse, Payload as _,
    RegisterDocumentRequest, RegisterDocumentResult, RegisterError, RegistryItem, SendDocumentFileRequest,
    Status,
};
use crate::soap::{self, MessageId, Received, Version};

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
    let draw = Draw::new(&entry.state.local_uid, entry.state.attempt);
    if entry.state.stage == Stage::InWork {
        work(&sandbox, &id, &draw, entry.request).await;
    }
    let faults = &sandbox.settings.faults;
    if faults.hit(Fault::LateResult, &draw) && !faults.hit(Fault::EarlyResult, &draw) {
        tokio::time::sleep(sandbox.settings.late_by).await;
    }
    deliver(&sandbox, &id, &draw).await;
    if faults.hit(Fault::LaterPull, &draw) {
        pull_by_number(&sandbox, &id, &draw).await;
    }
}

/// Waits until the client has the result of a request, but not for ever: it may wait for the answer to the request.
pub(super) async fn until_delivered(sandbox: &Shared, id: &MessageId) {
    let until = Instant::now() + PATIENCE;
    let delivered = || sandbox.registry().entry(id).is_none_or(|entry| entry.state.delivered);
    while !delivered() && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// How long an answer is held back for a result that overtakes it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks for the file of a registered document by its number, as another clinic's question makes the register do.
async fn pull_by_number(sandbox: &Shared, id: &MessageId, draw: &Draw) {
    let Some(emdr_id) = sandbox.registry().entry(id).and_then(|entry| entry.state.emdr_id.clone()) else {
        return;
    };
    let Some(url) = callback(sandbox, id) else { return };
    let question = GetDocumentFileRequest { emdr_id: Some(emdr_id), ..GetDocumentFileRequest::default() };
    let _ = ask(sandbox, id, draw, &url, &question).await;
}

/// Answers `demandContent`: takes the file from the client that registered it and delivers it to the one that asked.
pub(super) async fn hand_over(sandbox: Arc<Shared>, emdr_id: String, sender: Sender) {
    let owner = sandbox.registry().owner(&emdr_id);
    let (Some(owner), Some(target)) = (owner, sandbox.registry().callback(&sender.client)) else { return };
    let draw = Draw::new(&owner.local_uid, owner.attempt);
    let Some(source) = callback(&sandbox, &owner.message_id) else { return };
    let question =
        GetDocumentFileRequest { emdr_id: Some(emdr_id.clone()), ..GetDocumentFileRequest::default() };
    let Ok(data) = ask(&sandbox, &owner.message_id, &draw, &source, &question).await else { return };
    let file = DeliverDocumentFileRequest {
        relates_to_message: sender.message_id.clone(),
        emdr_id: Some(emdr_id),
        file: Some(DocumentFile::new(data, Checksum::default())),
        ..DeliverDocumentFileRequest::default()
    };
    let mut headers = DeliverDocumentFileRequest::headers();
    headers.to = Some(target.clone());
    headers.relates_to = sender.message_id;
    let envelope = file.envelope(&headers);
    let _ = sandbox.client.post(&target, headers.version, envelope).await;
}

/// The SOAP version of calls to a client.
fn version(sandbox: &Shared, draw: &Draw) -> Version {
    match sandbox.settings.faults.hit(Fault::Soap11, draw) {
        true => Version::V11,
        false => Version::V12,
    }
}

/// Steps 5 to 9: everything up to the verdict.
async fn work(sandbox: &Shared, id: &MessageId, draw: &Draw, request: RegisterDocumentRequest) {
    pause(sandbox, draw, "request").await;
    let on_purpose = sandbox.settings.faults.request_errors(draw);
    if !on_purpose.is_empty() {
        return refuse(sandbox, id, on_purpose);
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
    let bytes = match pull(sandbox, id, draw, &request).await {
        Ok(bytes) => bytes,
        Err(error) => return refuse(sandbox, id, vec![error]),
    };
    if sandbox.settings.faults.hit(Fault::RepeatedPull, draw) {
        for _ in 0..2 {
            let _ = pull(sandbox, id, draw, &request).await;
        }
    }
    pause(sandbox, draw, "file").await;
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
    let settings = &sandbox.settings;
    verdict.errors.extend(settings.faults.file_errors(draw, &request, &settings.kinds));
    if !verdict.errors.is_empty() {
        return refuse(sandbox, id, verdict.errors);
    }
    if sandbox.settings.faults.hit(Fault::Warning, draw) {
        verdict.warnings.push(RegisterError::new("IPS_VALIDATION_WARNING", "Замечание подсистемы ИПС"));
    }
    register(sandbox, id, &request, verdict.warnings);
}

/// A time in the permitted range that the seed decides.
async fn pause(sandbox: &Shared, draw: &Draw, half: &str) {
    let (least, most) = (*sandbox.settings.delay.start(), *sandbox.settings.delay.end());
    let share = sandbox.settings.faults.number(half, draw);
    tokio::time::sleep(least + most.saturating_sub(least).mul_f64(share)).await;
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
    draw: &Draw,
    request: &RegisterDocumentRequest,
) -> Result<Vec<u8>, RegisterError> {
    let mut attempts = Attempts::new(sandbox.settings.pull);
    loop {
        let error = match pull_once(sandbox, id, draw, request).await {
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
    draw: &Draw,
    request: &RegisterDocumentRequest,
) -> Result<Vec<u8>, RegisterError> {
    let url = callback(sandbox, id).ok_or_else(|| unreachable("адрес неизвестен"))?;
    let question = GetDocumentFileRequest {
        local_uid: Some(request.local_uid.clone()),
        kind: Some(request.kind.clone()),
        document_number: request.document_number.clone(),
        creation_date_time: Some(request.creation_date_time.clone()),
        organization: Some(request.organization.clone()),
        emdr_id: None,
    };
    ask(sandbox, id, draw, &url, &question).await
}

fn unreachable(reason: &str) -> RegisterError {
    let text = format!("Сервис системы, предоставляющей документ, не доступен: {reason}");
    RegisterError::new("MIS_NOT_AVAILABLE", text)
}

/// One question for a file, and the file however it comes.
async fn ask(
    sandbox: &Shared,
    id: &MessageId,
    draw: &Draw,
    url: &str,
    question: &GetDocumentFileRequest,
) -> Result<Vec<u8>, RegisterError> {
    if let Some(entry) = sandbox.registry().change(id, |state| state.pulls += 1) {
        sandbox.keep(entry, None);
    }
    let mut headers = GetDocumentFileRequest::headers();
    headers.version = version(sandbox, draw);
    headers.to = Some(url.to_owned());
    let pull_id = headers.message_id.clone();
    // The file may overtake the acknowledgement.
    let file = sandbox.files.expect(pull_id.clone());
    let envelope = question.envelope(&headers);
    let answer = sandbox.client.post(url, headers.version, envelope).await;
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
async fn deliver(sandbox: &Shared, id: &MessageId, draw: &Draw) {
    let mut attempts = Attempts::new(sandbox.settings.delivery);
    let mut again = sandbox.settings.faults.hit(Fault::RepeatedResult, draw);
    loop {
        if deliver_once(sandbox, id, draw).await {
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

async fn deliver_once(sandbox: &Shared, id: &MessageId, draw: &Draw) -> bool {
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
    headers.version = version(sandbox, draw);
    headers.to = Some(url.clone());
    headers.relates_to = Some(id.clone());
    let envelope = result.envelope(&headers);
    let answer = sandbox.client.post(&url, headers.version, envelope).await;
    answer.is_ok_and(|answer| (200..300).contains(&answer.status))
}
