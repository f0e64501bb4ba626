//! The faults of the sandbox: a client survives them all, the seed alone decides them, and they are what they say.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use common::{Keys, client_side, client_side_with, sandbox_settings};
use semd_exchange::callback::FileDelivery;
use semd_exchange::client::{Client, ClientLimits};
use semd_exchange::journal::{State, Submission};
use semd_exchange::message::{Acknowledgement, DemandContentRequest, Payload as _, Status};
use semd_exchange::sandbox::{self, Faults, RunningSandbox, SandboxSettings};
use semd_exchange::soap::{self, Received};

async fn start(keys: &Keys, faults: Faults) -> RunningSandbox {
    let late_by = Duration::from_millis(300);
    let settings = SandboxSettings { faults, late_by, ..sandbox_settings(&keys.trust) };
    sandbox::serve(settings).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_document_is_registered_once_in_spite_of_all_faults_together() {
    let keys = Keys::new();
    let faults = Faults {
        seed: 5,
        lost_answer: 0.2,
        rate_limit: 0.05,
        technical: 0.1,
        revocation_outage: 0.1,
        warning: 0.3,
        early_result: 0.4,
        late_result: 0.2,
        repeated_result: 0.4,
        repeated_pull: 0.4,
        later_pull: 0.5,
        soap_11: 0.5,
        ..Faults::default()
    };
    let sandbox = start(&keys, faults).await;
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("j.db");
    let client = client_side_with(
        &journal,
        &sandbox.url(),
        FileDelivery::Asynchronous { register: sandbox.url() },
        |settings| {
            settings.wait = None;
        },
    )
    .await;
    let batch: Vec<_> = (0..20).map(|number| keys.submission(&format!("{number}.xml"))).collect();
    let report = client.worker.register(batch).await.unwrap();
    assert!(report.documents.iter().all(|record| record.state == State::Registered), "{report:?}");
    let state = sandbox.state();
    assert_eq!(state.items.len(), 20);
    assert!(state.registrations.values().all(|count| *count == 1));
    assert!(state.requests.iter().any(|request| request.attempt > 1), "faults cost requests");
    assert!(state.requests.iter().any(|request| request.deliveries > 1), "results were repeated");
    assert!(state.requests.iter().any(|request| request.pulls > 2), "files were asked for again");
    assert!(state.items.iter().any(|item| !item.registration_warnings.is_empty()), "there were warnings");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_answer_may_hold_several_errors_and_a_foreign_spelling() {
    let keys = Keys::new();
    for (faults, codes) in [
        (
            Faults { several_errors: 1.0, ..Faults::default() },
            vec!["NO_SNILS", "PERSON_NOT_FOUND", "NO_SPECIALITY"],
        ),
        (Faults { recipient_spelling: 1.0, ..Faults::default() }, vec!["RECIPIENT_INFO_MISMATCH"]),
    ] {
        let sandbox = start(&keys, faults).await;
        let folder = tempfile::tempdir().unwrap();
        let client =
            client_side(&folder.path().join("j.db"), &sandbox.url(), FileDelivery::Synchronous).await;
        let report = client.worker.register(vec![keys.submission("a.xml")]).await.unwrap();
        assert_eq!(report.documents[0].state, State::Rejected, "{report:?}");
        let request = &sandbox.state().requests[0];
        assert_eq!(request.errors.iter().map(|error| error.code.as_str()).collect::<Vec<_>>(), codes);
    }
}

/// What became of every request, by document and number of the request.
async fn outcomes(keys: &Keys, seed: u32, batch: Vec<Submission>) -> BTreeMap<(String, u32), Vec<String>> {
    let faults = Faults { seed, technical: 0.3, several_errors: 0.2, warning: 0.3, ..Faults::default() };
    let sandbox = start(keys, faults).await;
    let folder = tempfile::tempdir().unwrap();
    let client = client_side(&folder.path().join("j.db"), &sandbox.url(), FileDelivery::Synchronous).await;
    client.worker.register(batch).await.unwrap();
    let requests = sandbox.state().requests.into_iter();
    requests
        .map(|request| {
            let errors = request.errors.iter().chain(&request.warnings).map(|error| error.code.clone());
            ((request.local_uid, request.attempt), errors.collect())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn same_seed_gives_the_same_faults_to_the_same_documents() {
    let keys = Keys::new();
    // The documents are others in every run: of so many, one meets every fault.
    let batch: Vec<_> = (0..40).map(|number| keys.submission(&format!("{number}.xml"))).collect();
    let first = outcomes(&keys, 7, batch.clone()).await;
    assert_eq!(first, outcomes(&keys, 7, batch.clone()).await);
    assert_ne!(first, outcomes(&keys, 8, batch).await);
    assert!(first.values().any(|errors| errors.iter().any(|code| code == "RUNTIME_ERROR")), "{first:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn demanded_file_is_taken_from_its_owner_and_delivered() {
    let keys = Keys::new();
    let sandbox = start(&keys, Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let client = client_side(&folder.path().join("j.db"), &sandbox.url(), FileDelivery::Synchronous).await;
    client.worker.register(vec![keys.submission("a.xml")]).await.unwrap();
    let demand = |emdr_id: &str| {
        let mut headers = DemandContentRequest::headers();
        headers.reply_to = Some(client.callback.url());
        headers.client_entity_id = Some("11111111-2222-3333-4444-555555555555".into());
        let envelope = DemandContentRequest { emdr_id: emdr_id.to_owned() }.envelope(&headers);
        (headers.version, envelope)
    };
    let post = async |emdr_id: &str| {
        let (version, envelope) = demand(emdr_id);
        let answer =
            Client::new(ClientLimits::default()).post(&sandbox.url(), version, envelope).await.unwrap();
        let received = Received::read(&answer.body, &soap::limits()).unwrap();
        Acknowledgement::read(received.payload()).unwrap()
    };
    let unknown = post("1.2.3").await;
    assert_eq!((unknown.status, unknown.errors[0].code.as_str()), (Status::Error, "REGISTRY_ITEM_NOT_FOUND"));
    let number = sandbox.state().items[0].emdr_id.clone();
    assert_eq!(post(&number).await, Acknowledgement::success());
    for _ in 0..200 {
        if sandbox.state().requests[0].pulls == 2 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the file was not taken from its owner");
}
