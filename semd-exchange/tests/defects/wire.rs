//! The same defects over the wire: a worker sends the bundle, the sandbox pulls the file and answers asynchronously.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use semd_exchange::callback::FileDelivery;
use semd_exchange::codes::Code;
use semd_exchange::journal::{State, Submission};
use semd_exchange::preflight::Stage;
use semd_exchange::sandbox::{self, SandboxSettings};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::case::{self, Situation};
use super::common::{client_side_with, sandbox_settings};
use super::hands::Hands;
use super::{attempt, only_codes, validator};

/// Exchanges at the same time.
const TOGETHER: usize = 8;
/// The code that the client takes for the success it is.
const REGISTERED_BEFORE: &str = "NOT_UNIQUE_PROVIDED_ID";

struct Sending {
    name: String,
    foreseen: BTreeSet<String>,
    settings: SandboxSettings,
    submission: Submission,
}

/// Everything that is sent as a registration. Operations around it and orders have no published messages, and this client never
/// answers a pull that was not.
fn sendings(hands: &Hands) -> Vec<Sending> {
    let mut all = Vec::new();
    for case in case::all() {
        let bundle = case.bundle(Situation::Defect, hands);
        let tried = attempt(&bundle, hands);
        let answer = tried.report.answer();
        if answer.iter().any(|one| one.stage == Stage::Order || one.check.starts_with("later/")) {
            continue;
        }
        let settings = SandboxSettings {
            validator: Some(validator()),
            data: Arc::new(bundle.data()),
            dictionaries: bundle.dictionaries.clone(),
            clock: Some(bundle.as_of),
            ..sandbox_settings(hands.trust())
        };
        all.push(Sending {
            name: case.name(),
            foreseen: only_codes(&tried.foreseen).into_iter().map(str::to_owned).collect(),
            settings,
            submission: Submission {
                file: "a.xml".to_owned(),
                bytes: bundle.files.document.clone(),
                request: tried.request,
            },
        });
    }
    all
}

/// What is wrong with the answer to one bundle, if anything is.
async fn send(sending: Sending) -> Option<String> {
    let Sending { name, foreseen, settings, submission } = sending;
    let register = sandbox::serve(settings).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db");
    // Codes that a resend may help are resent: the first answer is enough here.
    let client = client_side_with(&journal, &register.url(), FileDelivery::Synchronous, |settings| {
        settings.wait = Some(Duration::from_secs(2));
    })
    .await;
    let report = client.worker.register(vec![submission]).await.unwrap();
    client.callback.shutdown().await;
    register.shutdown().await;
    let record = &report.documents[0];
    let answered: BTreeSet<String> = record
        .codes
        .iter()
        .map(|code| Code::find(code).map_or(code.clone(), |known| known.mnemonic.to_owned()))
        .collect();
    let known = foreseen.contains(REGISTERED_BEFORE) && record.state == State::Registered;
    (answered != foreseen && !known)
        .then(|| format!("{name}: foreseen {foreseen:?}, answered {answered:?}, {:?}", record.state))
}

#[tokio::test(flavor = "multi_thread")]
async fn asynchronous_answers_are_as_foreseen() {
    let sendings = sendings(&Hands::new());
    let (all, sent) = (case::all().len(), sendings.len());
    let turns = Arc::new(Semaphore::new(TOGETHER));
    let mut running = JoinSet::new();
    for sending in sendings {
        let turns = Arc::clone(&turns);
        running.spawn(async move {
            let _turn = turns.acquire_owned().await.unwrap();
            send(sending).await
        });
    }
    let wrong: Vec<String> = running.join_all().await.into_iter().flatten().collect();
    println!("sent {sent} of {all} defects, {} answers otherwise than foreseen", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
