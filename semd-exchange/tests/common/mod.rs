//! Signed documents, an authority that signed them, and a running exchange.
#![allow(
    dead_code,
    unused_macros,
    unused_imports,
    clippy::print_stdout,
    reason = "every test program uses a part; what is skipped is said"
)]

pub(crate) mod child;
pub(crate) mod stores;

use std::path::Path;
use std::time::Duration;

use semd_core::header::Header;
use semd_core::package::PackageStore;
use semd_core::validate::Validator;
use semd_core::xml::{self, Limits};
use semd_exchange::Exchange;
use semd_exchange::callback::{self, CallbackSettings, FileDelivery, RunningCallback};
use semd_exchange::checksum::Checksum;
use semd_exchange::client::{Client, ClientLimits};
use semd_exchange::journal::{Journal, SqliteJournal, Submission};
use semd_exchange::message::{DocumentSignature, RegisterDocumentRequest};
use semd_exchange::retry::RetryPolicy;
use semd_exchange::sandbox::{Repetition, SandboxSettings};
use semd_exchange::worker::{Settings, Worker};
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Issued, Subject, TestAuthority};
use semd_sign::verify::TrustStore;
use semd_sign::{Certificate, PrivateKey, SoftwareSigner, cades};
use time::macros::datetime;
use time::{Duration as Span, OffsetDateTime};
use uuid::Uuid;

/// A good document of kind 119 whose author is the doctor of [`Keys`].
const CONSULTATION: &str = include_str!("../../../fixtures/documents/consultation.xml");
const CONSULTATION_UID: &str = "7e797142-8b53-5d4d-8613-09983a8a34d1";
/// The same without the patient's name.
const DEFECTIVE: &str = include_str!("../../../fixtures/documents/consultation-missing-patient-name.xml");
const DEFECTIVE_UID: &str = "c8acc61f-f0d1-5fea-a53e-04e543389cfd";

/// An authority, the doctor and the clinic of the fixture documents.
pub(crate) struct Keys {
    pub(crate) trust: TrustStore,
    /// The root certificate, DER.
    pub(crate) root: Vec<u8>,
    pub(crate) doctor: SoftwareSigner,
    pub(crate) organization: SoftwareSigner,
}

impl Keys {
    /// Certificates that were good when the fixture documents were made.
    pub(crate) fn new() -> Self {
        let set = ParameterSet::by_oid(ParameterSet::TC26_256_A).unwrap();
        let since = datetime!(2025-01-01 0:00 UTC);
        let authority = TestAuthority::create("Проба", set, since, Span::days(3650)).unwrap();
        let issue =
            |subject: &Subject| signer(&authority.issue(subject, set, since, Span::days(3650)).unwrap());
        let doctor = Subject::Person {
            surname: "Тестова".into(),
            given_name: "Вера Андреевна".into(),
            snils: "99900000115".into(),
            inn: "500100732259".into(),
            title: None,
        };
        let organization = Subject::Organisation {
            name: "ГБУЗ «Учебная клиническая больница № 0»".into(),
            ogrn: "1239900000010".into(),
            inn_le: "9900000017".into(),
        };
        let mut trust = TrustStore::new();
        trust.add(authority.certificate().der()).unwrap();
        Self {
            trust,
            root: authority.certificate().der().to_vec(),
            doctor: issue(&doctor),
            organization: issue(&organization),
        }
    }

    /// A submission of a good document with an identifier of its own.
    pub(crate) fn submission(&self, file: &str) -> Submission {
        self.sign(file, &CONSULTATION.replace(CONSULTATION_UID, &Uuid::new_v4().to_string()))
    }

    /// A submission that one rule of the kind refuses.
    pub(crate) fn defective(&self, file: &str) -> Submission {
        self.sign(file, &DEFECTIVE.replace(DEFECTIVE_UID, &Uuid::new_v4().to_string()))
    }

    /// Signs a document as doctor and organisation.
    pub(crate) fn sign(&self, file: &str, document: &str) -> Submission {
        let now = OffsetDateTime::now_utc();
        let bytes = document.as_bytes();
        let sign = |role: &str, signer: &SoftwareSigner| DocumentSignature {
            role: role.into(),
            content: cades::sign_detached(signer, bytes, now).unwrap(),
            certificate: Some(semd_sign::Signer::certificate(signer).facts()),
        };
        let signatures = [sign("doctor", &self.doctor), sign("organization", &self.organization)];
        let parsed = xml::parse(bytes, &Limits::default()).unwrap();
        let header = Header::read(&parsed);
        let request =
            RegisterDocumentRequest::from_document(&header, "119", bytes, &signatures, Checksum::default())
                .unwrap();
        Submission { file: file.into(), bytes: bytes.to_vec(), request }
    }
}

fn signer(issued: &Issued) -> SoftwareSigner {
    let key = PrivateKey::from_bytes(issued.key_pem(None).unwrap().as_bytes(), None).unwrap();
    let certificate = Certificate::from_bytes(issued.certificate_pem().as_bytes()).unwrap();
    SoftwareSigner::new(key, certificate).unwrap()
}

/// A sandbox that is quick, trusts the keys and applies the built-in rules.
pub(crate) fn sandbox_settings(trust: &TrustStore) -> SandboxSettings {
    let repetition = |seconds| Repetition {
        first: Duration::from_millis(20),
        cap: Duration::from_millis(200),
        give_up: Duration::from_secs(seconds),
    };
    SandboxSettings {
        validator: Some(Validator::new(PackageStore::embedded())),
        delay: Duration::ZERO..=Duration::from_millis(10),
        pull: repetition(20),
        delivery: repetition(120),
        ..SandboxSettings::new(trust.clone())
    }
}

/// The client's side: callback service and worker on a journal.
pub(crate) struct ClientSide {
    pub(crate) exchange: Exchange,
    pub(crate) callback: RunningCallback,
    pub(crate) worker: Worker,
}

/// A retry policy that does not make tests wait.
pub(crate) fn quick_retries() -> RetryPolicy {
    RetryPolicy {
        base: Duration::from_millis(20),
        cap: Duration::from_millis(200),
        max_attempts: 50,
        rate_limit_pause: Duration::from_millis(50),
    }
}

/// Starts the client's side against a register.
pub(crate) async fn client_side(journal: &Path, register: &str, delivery: FileDelivery) -> ClientSide {
    client_side_with(journal, register, delivery, |_| {}).await
}

/// Starts the client's side with changed settings of the worker.
pub(crate) async fn client_side_with(
    journal: &Path,
    register: &str,
    delivery: FileDelivery,
    change: impl FnOnce(&mut Settings),
) -> ClientSide {
    client_side_over(Box::new(SqliteJournal::open(journal).unwrap()), register, delivery, change).await
}

/// Starts the client's side on a journal of any kind.
pub(crate) async fn client_side_over(
    journal: Box<dyn Journal>,
    register: &str,
    delivery: FileDelivery,
    change: impl FnOnce(&mut Settings),
) -> ClientSide {
    let exchange = Exchange::over(journal, quick_retries());
    let limits = ClientLimits { timeout: Duration::from_secs(10), ..ClientLimits::default() };
    let client = Client::new(limits);
    let settings = CallbackSettings { delivery, ..CallbackSettings::default() };
    let callback = callback::serve(exchange.clone(), client.clone(), settings).await.unwrap();
    let mut settings = Settings {
        wait: Some(Duration::from_secs(30)),
        client_entity_id: Some("11111111-2222-3333-4444-555555555555".into()),
        ladder: vec![Duration::from_millis(500), Duration::from_secs(60)],
        ..Settings::new(register, callback.url())
    };
    change(&mut settings);
    let worker = Worker::new(exchange.clone(), client, settings);
    ClientSide { exchange, callback, worker }
}
