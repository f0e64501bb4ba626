//! Register documents from an asynchronous service: `example-register DOCUMENT`
//!
//! The service takes documents as they come, signs them, foresees the register's answer, and hands them to a worker that runs
//! all the time. The register here is the sandbox, over HTTP on a loopback port; for the real one only the address changes.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::path::Path;

use semd_core::package::PackageStore;
use semd_core::validate::Validator;
use semd_exchange::Exchange;
use semd_exchange::bundle::{Bundle, BundleFiles, signature_path};
use semd_exchange::callback::{self, CallbackSettings};
use semd_exchange::checksum::Checksum;
use semd_exchange::client::{Client, ClientLimits};
use semd_exchange::journal::{SqliteJournal, Submission};
use semd_exchange::preflight::Preflight;
use semd_exchange::reference::ReferenceData;
use semd_exchange::retry::RetryPolicy;
use semd_exchange::sandbox::{self, SandboxSettings};
use semd_exchange::worker::{Settings, Worker};
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Subject, TestAuthority};
use semd_sign::verify::TrustStore;
use semd_sign::{SoftwareSigner, cades};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let document = std::env::args().nth(1).ok_or("example-register DOCUMENT")?;
    let folder = tempfile::tempdir()?;
    let keys = Keys::new()?;
    let validator = Validator::new(PackageStore::embedded());
    let settings =
        SandboxSettings { validator: Some(validator.clone()), ..SandboxSettings::new(keys.trust.clone()) };
    let register = sandbox::serve(settings).await?;

    // The service: one journal, the callbacks of the register, one worker that never ends.
    let exchange =
        Exchange::new(SqliteJournal::open(&folder.path().join("journal.db"))?, RetryPolicy::default());
    let client = Client::new(ClientLimits::default());
    let callbacks = callback::serve(exchange.clone(), client.clone(), CallbackSettings::default()).await?;
    let worker = Worker::new(exchange.clone(), client, Settings::new(register.url(), callbacks.url()));
    let mut changes = exchange.subscribe();
    let working = tokio::spawn({
        let worker = worker.clone();
        async move { worker.serve().await }
    });

    // A document comes in.
    let path = folder.path().join("document.xml");
    std::fs::copy(document, &path)?;
    keys.sign(&path)?;
    let preflight = Preflight::new(validator, keys.trust.clone(), ReferenceData::default());
    let submission = prepare(&preflight, &path)?;
    let local_uid = submission.request.local_uid.clone();
    worker.enqueue(vec![submission]).await?;

    // Whoever wants to know listens: a screen of the system, a queue.
    loop {
        let change = changes.recv().await?;
        if change.moved() && change.record.local_uid == local_uid {
            println!("{} → {}", change.from, change.record.state);
        }
        if change.record.local_uid == local_uid && change.record.state.is_settled() {
            println!("number of the register: {}", change.record.emdr_id.as_deref().unwrap_or("none"));
            break;
        }
    }
    worker.stop();
    working.await??;
    callbacks.shutdown().await;
    register.shutdown().await;
    Ok(())
}

/// What is sent: nothing that the register would refuse.
fn prepare(preflight: &Preflight, path: &Path) -> Result<Submission, Failure> {
    let bundle = Bundle::find(path)?;
    let files: BundleFiles = bundle.read()?;
    let foreseen = preflight.check(&files, None, OffsetDateTime::now_utc())?;
    println!("foreseen refusals: {:?}", foreseen.codes());
    if !foreseen.codes().is_empty() {
        return Err("the register would refuse the document".into());
    }
    let kind = foreseen.report.kind.as_deref().ok_or("the kind is not known")?;
    Ok(bundle.load(kind, Checksum::default())?)
}

/// The doctor and the clinic of the sample documents.
struct Keys {
    trust: TrustStore,
    doctor: SoftwareSigner,
    organization: SoftwareSigner,
}

impl Keys {
    fn new() -> Result<Self, Failure> {
        let set = ParameterSet::by_oid(ParameterSet::TC26_256_A).ok_or("no such parameter set")?;
        let since = datetime!(2025-01-01 0:00 UTC);
        let authority = TestAuthority::create("Пример", set, since, Duration::days(3650))?;
        let issue = |subject: &Subject| -> Result<SoftwareSigner, Failure> {
            let issued = authority.issue(subject, set, since, Duration::days(3650))?;
            Ok(SoftwareSigner::new(issued.key, issued.certificate)?)
        };
        let doctor = issue(&Subject::Person {
            surname: "Тестова".into(),
            given_name: "Вера Андреевна".into(),
            snils: "99900000115".into(),
            inn: "500100732259".into(),
            title: None,
        })?;
        let organization = issue(&Subject::Organisation {
            name: "ГБУЗ «Учебная клиническая больница № 0»".into(),
            ogrn: "1239900000010".into(),
            inn_le: "9900000017".into(),
        })?;
        let mut trust = TrustStore::new();
        trust.add(authority.certificate().der())?;
        Ok(Self { trust, doctor, organization })
    }

    fn sign(&self, path: &Path) -> Result<(), Failure> {
        let (document, now) = (std::fs::read(path)?, OffsetDateTime::now_utc());
        for (role, signer) in [("doctor", &self.doctor), ("organization", &self.organization)] {
            std::fs::write(signature_path(path, role, None), cades::sign_detached(signer, &document, now)?)?;
        }
        Ok(())
    }
}
