//! Client and sandbox over real HTTP with real signatures and rules.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use common::{Keys, client_side, client_side_with, sandbox_settings};
use semd_exchange::callback::FileDelivery;
use semd_exchange::journal::{Direction, State};
use semd_exchange::sandbox::{self, Faults, RunningSandbox, Stage};
use semd_exchange::worker::BatchReport;

fn states(report: &BatchReport) -> BTreeMap<State, usize> {
    let mut counts = BTreeMap::new();
    for record in &report.documents {
        *counts.entry(record.state).or_default() += 1;
    }
    counts
}

fn assert_registered_once(sandbox: &RunningSandbox, documents: usize) {
    let state = sandbox.state();
    assert_eq!(state.items.len(), documents, "items of the register");
    assert_eq!(state.registrations.len(), documents);
    assert!(state.registrations.values().all(|count| *count == 1), "{:?}", state.registrations);
}

/// Waits for something that comes within seconds.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let start = std::time::Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn good_document_is_registered_and_a_defective_one_is_refused_by_rule() {
    let keys = Keys::new();
    let sandbox = sandbox::serve(sandbox_settings(&keys.trust)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let client = client_side(&folder.path().join("j.db"), &sandbox.url(), FileDelivery::Synchronous).await;
    let mut batch = vec![keys.submission("good.xml"), keys.defective("bad.xml")];
    // The request itself would be refused at once; what is asked here is whether the rules of the kind are applied.
    let patient = batch[1].request.patient.as_mut().unwrap();
    (patient.surname, patient.name) = ("Образцов".into(), "Илья".into());
    let bytes = batch[0].bytes.clone();
    let report = client.worker.register(batch.clone()).await.unwrap();

    let [good, bad] = &report.documents[..] else { panic!("{report:?}") };
    assert_eq!(good.state, State::Registered, "{:?}", good.errors);
    let item = good.registry_item.as_ref().unwrap();
    assert!(good.emdr_id.as_ref().unwrap().starts_with("119.77."));
    assert_eq!(item.registration_warnings, [], "rules were applied");
    assert!(item.registration_date_time.is_some() && item.store_till_date.is_some());

    assert_eq!(bad.state, State::Rejected);
    assert_eq!(bad.retryable, Some(false));
    assert!(bad.codes.iter().any(|code| code == "VALIDATION_ERROR"), "{:?}", bad.codes);
    let schematron = |text: &str| text.starts_with("Ошибка валидации Schematron: С1-20");
    assert!(bad.errors.iter().any(|error| schematron(&error.message)), "{:?}", bad.errors);

    assert_registered_once(&sandbox, 1);
    let journal = client.exchange.journal();
    assert_eq!(journal.bytes(&good.local_uid).unwrap(), Some(bytes));
    let actions: Vec<(Direction, String)> = journal
        .messages(&good.local_uid)
        .unwrap()
        .into_iter()
        .map(|stored| (stored.message.direction, stored.message.action))
        .collect();
    for expected in ["registerDocument", "getDocumentFileResponse"] {
        assert!(actions.contains(&(Direction::Out, expected.into())), "{actions:?}");
    }
    for expected in ["registerDocumentResponse", "getDocumentFile", "sendRegisterDocumentResult"] {
        assert!(actions.contains(&(Direction::In, expected.into())), "{actions:?}");
    }

    // A rerun finds everything settled and sends nothing.
    let before = sandbox.state().requests.len();
    let again = client.worker.register(batch).await.unwrap();
    assert_eq!(again.documents, report.documents);
    assert_eq!(sandbox.state().requests.len(), before);
    client.callback.shutdown().await;
    sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn file_may_follow_in_a_message_of_its_own() {
    let keys = Keys::new();
    let sandbox = sandbox::serve(sandbox_settings(&keys.trust)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let delivery = FileDelivery::Asynchronous { register: sandbox.url() };
    let client = client_side(&folder.path().join("j.db"), &sandbox.url(), delivery).await;
    let report = client.worker.register(vec![keys.submission("a.xml")]).await.unwrap();
    assert_eq!(report.documents[0].state, State::Registered, "{:?}", report.documents[0].errors);
    let messages = client.exchange.journal().messages(&report.documents[0].local_uid).unwrap();
    assert!(messages.iter().any(|stored| stored.message.action == "sendDocumentFile"));
    assert_registered_once(&sandbox, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn defects_of_signatures_are_refused_under_the_codes_of_the_register() {
    let keys = Keys::new();
    let sandbox = sandbox::serve(sandbox_settings(&keys.trust)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let client = client_side(&folder.path().join("j.db"), &sandbox.url(), FileDelivery::Synchronous).await;

    let mut altered = keys.submission("altered.xml");
    let other = keys.submission("other.xml");
    altered.request.personal_signatures[0].signature = other.request.personal_signatures[0].signature.clone();
    let mut unsigned = keys.submission("unsigned.xml");
    unsigned.request.personal_signatures.clear();
    let stranger = Keys::new().submission("stranger.xml");
    let mut renamed = keys.submission("renamed.xml");
    renamed.request.personal_signatures[0].signer.surname = "Другая".into();
    let mut other_patient = keys.submission("patient.xml");
    other_patient.request.patient.as_mut().unwrap().local_id = "0".into();

    let batch = vec![altered, unsigned, stranger, renamed, other_patient];
    let report = client.worker.register(batch).await.unwrap();
    let expected = [
        "INCONSISTENT_DIGESTS",
        "NO_SIGNATURE",
        "CANT_BUILD_CERT_CHAIN_TO_ACCREDITED_CA_CERT",
        "VALUE_MISMATCH_METADATA_AND_CERTIFICATE",
        "VALIDATION_ERROR",
    ];
    for (record, code) in report.documents.iter().zip(expected) {
        assert_eq!(record.state, State::Rejected, "{}", record.file);
        assert!(record.codes.iter().any(|found| found == code), "{}: {:?}", record.file, record.errors);
    }
    assert_registered_once(&sandbox, 0);
    let pulls: Vec<u32> = sandbox.state().requests.iter().map(|request| request.pulls).collect();
    assert_eq!(pulls.iter().sum::<u32>(), 1, "stage 1 errors prevent the pull: {pulls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn faulty_register_still_registers_every_document_once() {
    let keys = Keys::new();
    let faults = Faults {
        seed: 1,
        lost_answer: 0.2,
        // With fewer, thirty documents might meet none.
        rate_limit: 0.4,
        technical: 0.2,
        repeated_result: 0.3,
        warning: 0.2,
        ..Faults::default()
    };
    let settings = sandbox::SandboxSettings { faults, ..sandbox_settings(&keys.trust) };
    let sandbox = sandbox::serve(settings).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    // Until all is settled: how long the register's rate limits slow the worker down is a matter of chance.
    let client = client_side_with(
        &folder.path().join("j.db"),
        &sandbox.url(),
        FileDelivery::Synchronous,
        |settings| {
            settings.wait = None;
        },
    )
    .await;
    let batch: Vec<_> = (0..30).map(|number| keys.submission(&format!("{number}.xml"))).collect();
    let report = client.worker.register(batch).await.unwrap();
    assert_eq!(states(&report), BTreeMap::from([(State::Registered, 30)]), "{report:?}");
    assert_eq!(report.unreachable, None, "what went wrong on the way is no concern of the end");
    assert_registered_once(&sandbox, 30);
    let requests = sandbox.state().requests;
    assert!(requests.len() > 30, "faults cost additional requests: {}", requests.len());
    assert!(requests.iter().any(|request| request.stage == Stage::RefusedAtOnce), "rate limit was met");
}

#[tokio::test(flavor = "multi_thread")]
async fn unreachable_register_leaves_the_documents_queued_and_says_so() {
    let keys = Keys::new();
    let sandbox = sandbox::serve(sandbox_settings(&keys.trust)).await.unwrap();
    let url = sandbox.url();
    sandbox.shutdown().await;
    let folder = tempfile::tempdir().unwrap();
    let client = client_side_with(&folder.path().join("j.db"), &url, FileDelivery::Synchronous, |settings| {
        settings.wait = Some(Duration::from_millis(200));
    })
    .await;
    let report = client.worker.register(vec![keys.submission("a.xml")]).await.unwrap();
    assert_eq!(report.documents[0].state, State::Queued);
    assert!(report.documents[0].attempts >= 1);
    assert!(report.unreachable.unwrap().contains("cannot connect"));
}

#[tokio::test(flavor = "multi_thread")]
async fn restarted_sandbox_goes_on_with_its_state_file() {
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    let state = Some(folder.path().join("sandbox.db"));
    let mut settings = sandbox::SandboxSettings { state, ..sandbox_settings(&keys.trust) };
    // Far longer than the requests take to arrive: nothing is registered before the restart.
    settings.delay = Duration::from_secs(5)..=Duration::from_secs(5);
    let sandbox = sandbox::serve(settings.clone()).await.unwrap();
    settings.listen = sandbox.address();
    settings.delay = Duration::ZERO..=Duration::ZERO;
    let client = client_side(&folder.path().join("j.db"), &sandbox.url(), FileDelivery::Synchronous).await;
    let batch: Vec<_> = (0..5).map(|number| keys.submission(&format!("{number}.xml"))).collect();
    let worker = client.worker.clone();
    let waiting = tokio::spawn(async move { worker.register(batch).await.unwrap() });
    until("all requests arrive", || sandbox.state().requests.len() == 5).await;
    assert_registered_once(&sandbox, 0);
    sandbox.shutdown().await;
    let sandbox = sandbox::serve(settings).await.unwrap();
    let report = waiting.await.unwrap();
    assert_eq!(states(&report), BTreeMap::from([(State::Registered, 5)]), "{report:?}");
    assert_registered_once(&sandbox, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn result_missed_while_no_process_listened_is_found_by_asking() {
    let keys = Keys::new();
    let mut settings = sandbox_settings(&keys.trust);
    // The register gives up delivering before the client is back.
    settings.delivery.give_up = Duration::from_millis(10);
    settings.delay = Duration::from_millis(30)..=Duration::from_millis(30);
    let sandbox = sandbox::serve(settings).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("j.db");
    let first = client_side(&journal, &sandbox.url(), FileDelivery::Synchronous).await;
    let batch = vec![keys.submission("a.xml")];
    let worker = first.worker.clone();
    let documents = batch.clone();
    let waiting = tokio::spawn(async move { worker.register(documents).await });
    let uid = batch[0].request.local_uid.clone();
    let state = || first.exchange.journal().document(&uid).unwrap().map(|record| record.state);
    until("the file is given", || state() == Some(State::FileSent)).await;
    waiting.abort();
    let _ = waiting.await;
    first.callback.shutdown().await;
    until("the register registers", || !sandbox.state().items.is_empty()).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let second = client_side(&journal, &sandbox.url(), FileDelivery::Synchronous).await;
    let report = second.worker.register(batch).await.unwrap();
    assert_eq!(report.documents[0].state, State::Registered, "{report:?}");
    assert_eq!(report.documents[0].attempts, 1);
    assert_registered_once(&sandbox, 1);
}
