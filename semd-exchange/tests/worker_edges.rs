//! What a worker does at the edges of its work: links to documents without a number, a stop in the middle, a register that
//! has the document and does not say under which number.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State as Shared;
use axum::routing::post;
use common::{Keys, client_side, client_side_with, sandbox_settings};
use semd_exchange::callback::FileDelivery;
use semd_exchange::journal::{State, Submission};
use semd_exchange::message::{
    Acknowledgement, AcknowledgementKind, Association, Payload as _, RegisterDocumentRequest, RegisterError,
    RegistryItem, SearchRegistryItemResponse, Status,
};
use semd_exchange::sandbox;
use semd_exchange::soap::{Headers, Received};

const SYNCHRONOUS: FileDelivery = FileDelivery::Synchronous;

#[tokio::test(flavor = "multi_thread")]
async fn new_version_waits_for_the_number_of_what_it_replaces() {
    let keys = Keys::new();
    let mut settings = sandbox_settings(&keys.trust);
    settings.delay = Duration::from_millis(200)..=Duration::from_millis(200);
    let sandbox = sandbox::serve(settings).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let client = client_side(&folder.path().join("j.db"), &sandbox.url(), SYNCHRONOUS).await;
    let first = keys.submission("first.xml");
    let mut second = keys.submission("second.xml");
    let mut lost = keys.submission("lost.xml");
    let link = |target: &str| vec![Association { target: target.into(), kind: "1".into() }];
    second.request.associations = link(&first.request.local_uid);
    lost.request.associations = link("11111111-1111-4111-8111-111111111111");
    // The later ones come first in the queue.
    let report = client.worker.register(vec![lost, second, first]).await.unwrap();
    let [lost, second, first] = &report.documents[..] else { panic!("three") };
    assert_eq!((first.state, second.state), (State::Registered, State::Registered), "{report:?}");
    assert_eq!(second.attempts, 1, "it was not sent before it could be");
    let sent_target = |uid: &str| {
        let messages = client.exchange.journal().messages(uid).unwrap();
        let raw = messages.into_iter().find_map(|stored| stored.message.raw).unwrap();
        let received = Received::read(&raw, &semd_exchange::soap::limits()).unwrap();
        let request = RegisterDocumentRequest::read(received.payload()).unwrap();
        request.associations[0].target.clone()
    };
    assert_eq!(
        Some(sent_target(&second.local_uid)),
        first.emdr_id,
        "the number stands in the place of the localUid"
    );
    assert_eq!(
        sent_target(&lost.local_uid),
        "11111111-1111-4111-8111-111111111111",
        "the register judges it"
    );
    sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_in_the_middle_leaves_nothing_on_the_wire_and_the_next_one_goes_on() {
    const DOCUMENTS: usize = 24;
    let keys = Keys::new();
    let mut settings = sandbox_settings(&keys.trust);
    settings.answer_delay = Duration::from_millis(150);
    let sandbox = sandbox::serve(settings).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("j.db");
    let batch: Vec<Submission> =
        (0..DOCUMENTS).map(|number| keys.submission(&format!("{number}.xml"))).collect();
    let first =
        client_side_with(&path, &sandbox.url(), SYNCHRONOUS, |settings| settings.concurrency = 3).await;
    let worker = first.worker.clone();
    let sent = batch.clone();
    let working = tokio::spawn(async move { worker.register(sent).await.unwrap() });
    let started = Instant::now();
    while sandbox.state().requests.len() < 4 {
        assert!(started.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    first.worker.stop();
    let report = working.await.unwrap();
    first.callback.shutdown().await;
    let journal = first.exchange.journal();
    assert!(journal.workers().unwrap().is_empty(), "claims are given back");
    let counts = journal.state_counts().unwrap();
    let of = |state| counts.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count);
    assert_eq!(
        (of(State::Submitting), of(State::Unknown)),
        (0, 0),
        "what was on the wire was answered: {counts:?}"
    );
    assert!(of(State::Queued) > 0, "nothing new was sent: {counts:?}");
    assert_eq!(report.documents.len(), DOCUMENTS);
    let second = client_side(&path, &sandbox.url(), SYNCHRONOUS).await;
    let report = second.worker.register(batch).await.unwrap();
    assert!(report.documents.iter().all(|record| record.state == State::Registered && record.attempts == 1));
    let state = sandbox.state();
    assert_eq!((state.items.len(), state.requests.len()), (DOCUMENTS, DOCUMENTS), "each was sent once");
    sandbox.shutdown().await;
}

/// A register that has every document already and never says under which number.
struct Taciturn {
    item: RegistryItem,
    requests: AtomicU32,
}

async fn taciturn(Shared(register): Shared<Arc<Taciturn>>, body: axum::body::Bytes) -> Vec<u8> {
    let received = Received::read(&body, &semd_exchange::soap::limits()).unwrap();
    if received.payload().local_name() == "registerDocumentRequest" {
        register.requests.fetch_add(1, Ordering::SeqCst);
        let kind = AcknowledgementKind::RegisterDocument;
        let error = RegisterError::new("NOT_UNIQUE_PROVIDED_ID", "Документ уже зарегистрирован");
        return Acknowledgement::error(vec![error]).envelope(kind, &Headers::new(kind.action()));
    }
    let found = SearchRegistryItemResponse {
        status: Status::Success,
        matches: vec![register.item.clone()],
        errors: Vec::new(),
    };
    found.envelope(&SearchRegistryItemResponse::headers())
}

#[tokio::test(flavor = "multi_thread")]
async fn bare_word_that_it_is_registered_leads_to_a_question_and_not_to_a_resend() {
    let keys = Keys::new();
    let submission = keys.submission("a.xml");
    let item = RegistryItem {
        emdr_id: "119.77.26.05.000000777".into(),
        local_uid: Some(submission.request.local_uid.to_uppercase()),
        registration_date_time: Some("2026-05-14T10:15:00+03:00".into()),
        ..RegistryItem::default()
    };
    let register = Arc::new(Taciturn { item, requests: AtomicU32::new(0) });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let router = Router::new().route("/", post(taciturn)).with_state(Arc::clone(&register));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let folder = tempfile::tempdir().unwrap();
    let client = client_side(&folder.path().join("j.db"), &url, SYNCHRONOUS).await;
    let record = client.worker.register(vec![submission]).await.unwrap().documents.remove(0);
    assert_eq!(record.state, State::Registered, "{record:?}");
    assert_eq!(record.emdr_id.as_deref(), Some("119.77.26.05.000000777"));
    assert_eq!(register.requests.load(Ordering::SeqCst), 1);
    serving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn reconciling_completes_what_is_known_by_its_number_alone() {
    let keys = Keys::new();
    let sandbox = sandbox::serve(sandbox_settings(&keys.trust)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let submission = keys.submission("a.xml");
    for journal in ["first.db", "lost-its-journal.db"] {
        let client = client_side(&folder.path().join(journal), &sandbox.url(), SYNCHRONOUS).await;
        client.worker.register(vec![submission.clone()]).await.unwrap();
        let record = || client.exchange.journal().document(&submission.request.local_uid).unwrap().unwrap();
        let dated = || record().registry_item.is_some_and(|item| item.registration_date_time.is_some());
        let knows_the_date = journal == "first.db";
        assert_eq!((record().state, dated()), (State::Registered, knows_the_date), "{journal}");
        let found = client.worker.reconcile().await.unwrap();
        let completed = if knows_the_date { 0 } else { 1 };
        assert_eq!((found.completed.len(), found.registered.len(), found.unanswered), (completed, 0, 0));
        assert!(dated(), "the register told it");
    }
    assert_eq!(sandbox.state().requests.len(), 2);
    sandbox.shutdown().await;
}
