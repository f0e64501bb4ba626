//! `semd demo`: the main job on this machine, every part real.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use semd_core::package::PackageStore;
use semd_core::report::Message;
use semd_core::report::format::Printed;
use semd_core::report::format::json;
use semd_core::validate::{Options, Validator};
use semd_exchange::Exchange;
use semd_exchange::bundle::{self, Bundle};
use semd_exchange::callback::CallbackSettings;
use semd_exchange::checksum::Checksum;
use semd_exchange::client::{Client, ClientLimits};
use semd_exchange::journal::{SqliteJournal, State, Submission};
use semd_exchange::retry::RetryPolicy;
use semd_exchange::sandbox::{self, SandboxSettings};
use semd_exchange::worker::{BatchReport, Intake, Settings};
use semd_sign::SoftwareSigner;
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Issued, Subject, TestAuthority};
use semd_sign::verify::{ControlTime, Policy, Request, SignatureReport, TrustStore, verify};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::journal::{journal_failure, table};
use super::pki::failure as pki_failure;
use super::register::bundle_failure;
use super::sign::sign_file;
use super::validate::check;
use crate::console::Console;
use crate::exchange::{exchange_all, runtime};
use crate::failure::Failure;
use crate::input;
use crate::outcome::Outcome;

/// The sample documents: six good ones, two with one defect each.
const DOCUMENTS: [(&str, &[u8]); 8] = [
    ("consultation.xml", include_bytes!("../../../fixtures/documents/consultation.xml")),
    ("discharge-summary.xml", include_bytes!("../../../fixtures/documents/discharge-summary.xml")),
    ("instrumental.xml", include_bytes!("../../../fixtures/documents/instrumental.xml")),
    ("laboratory.xml", include_bytes!("../../../fixtures/documents/laboratory.xml")),
    ("outpatient-epicrisis.xml", include_bytes!("../../../fixtures/documents/outpatient-epicrisis.xml")),
    ("prescription.xml", include_bytes!("../../../fixtures/documents/prescription.xml")),
    (
        "consultation-missing-patient-name.xml",
        include_bytes!("../../../fixtures/documents/consultation-missing-patient-name.xml"),
    ),
    (
        "prescription-header-order.xml",
        include_bytes!("../../../fixtures/documents/prescription-header-order.xml"),
    ),
];

/// The document that is changed after it was signed.
const CHANGED: &str = "changed-after-signing.xml";

/// The file that tells a folder of an earlier demo from a folder of the user.
const MARK: &str = "semd-demo.txt";

/// The main job on this machine: a test authority, the sample documents checked and signed as doctor and organisation, a
/// sandbox register, the full exchange, and a table of what became of each document
#[derive(Args, Debug)]
pub struct Demo {
    /// Folder for documents, signatures and reports; the one of an earlier demo is replaced
    #[arg(long, value_name = "DIR", default_value = "semd-demo")]
    out: PathBuf,
}

impl Demo {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let out = &self.out;
        clear(out)?;
        let step = |ru: &str, en: &str| console.note(console.text(ru, en));

        step(
            "1. Тестовый удостоверяющий центр, сертификаты врача и организации",
            "1. A test authority, certificates of doctor and organisation",
        );
        let authority = Authority::create(&out.join("pki"))?;

        step("2. Проверка и подпись документов", "2. Documents checked and signed");
        let validator = Validator::new(PackageStore::embedded());
        let submissions = prepare(out, &authority, &validator, console)?;

        step("3. Регистрация через регистр-песочницу", "3. Registration in a sandbox register");
        let Some(report) = register(out, &authority.trust, validator, submissions, console)? else {
            return Ok(Outcome::Interrupted);
        };
        for record in &report.documents {
            bundle::write_result(record).map_err(bundle_failure)?;
        }
        let table = table(&report.documents, console).to_string();
        input::write_atomically(&out.join("reports/registration.txt"), table.as_bytes())?;
        console.data(&table);
        console.note(&format!("{}: {}", console.text("Отчёты", "Reports"), out.join("reports").display()));
        Ok(judge(&report))
    }
}

/// The demo is good when the good documents are registered and the defective ones are refused for a named cause.
fn judge(report: &BatchReport) -> Outcome {
    let as_meant = report.documents.iter().all(|record| {
        let name = Path::new(&record.file).file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let defective = name == CHANGED || DOCUMENTS[6..].iter().any(|(known, _)| *known == name);
        if defective {
            record.state == State::Rejected && !record.codes.is_empty()
        } else {
            record.state == State::Registered && record.emdr_id.is_some()
        }
    });
    if as_meant && report.documents.len() == DOCUMENTS.len() + 1 { Outcome::Good } else { Outcome::Findings }
}

/// Makes an empty folder; replaces only what an earlier demo made.
fn clear(out: &Path) -> Result<(), Failure> {
    if out.exists() {
        if !out.join(MARK).is_file() {
            let out = out.display();
            return Err(Failure::usage(Message::new(
                format!("{out} уже есть и создан не этой командой; укажите другую папку: --out ПАПКА"),
                format!(
                    "{out} is there already and was not made by this command; give another folder: --out DIR"
                ),
            )));
        }
        fs::remove_dir_all(out).map_err(|error| Failure::io(out, &error))?;
    }
    for folder in ["documents", "reports"] {
        let folder = out.join(folder);
        fs::create_dir_all(&folder).map_err(|error| Failure::io(&folder, &error))?;
    }
    input::write_atomically(&out.join(MARK), b"Made by `semd demo`; the next demo replaces this folder.\n")
}

/// The test authority and what it issued.
struct Authority {
    doctor: SoftwareSigner,
    organization: SoftwareSigner,
    trust: TrustStore,
}

impl Authority {
    fn create(folder: &Path) -> Result<Self, Failure> {
        // The sample documents are of early 2025: the certificates must have been valid then and be valid now.
        let from = datetime!(2025-01-01 00:00 UTC);
        let validity = (OffsetDateTime::now_utc() - from) + Duration::days(365);
        let set = |oid: &str| ParameterSet::by_oid(oid).ok_or_else(|| Failure::usage(Message::verbatim(oid)));
        let (short, long) = (set(ParameterSet::XCHA)?, set(ParameterSet::TC26_512_A)?);
        let authority = TestAuthority::create("semd demo", long, from, validity).map_err(pki_failure)?;
        authority.save(folder, None).map_err(pki_failure)?;
        let doctor = Subject::Person {
            surname: "Тестова".to_owned(),
            given_name: "Вера Андреевна".to_owned(),
            snils: "99900000115".to_owned(),
            inn: "990000000093".to_owned(),
            title: Some("врач-терапевт".to_owned()),
        };
        let organization = Subject::Organisation {
            name: "ГБУЗ «Учебная клиническая больница № 0»".to_owned(),
            ogrn: "1239900000010".to_owned(),
            inn_le: "9900000017".to_owned(),
        };
        let issue = |subject: &Subject, set, name: &str| {
            let issued = authority.issue(subject, set, from, validity).map_err(pki_failure)?;
            issued.save(folder, name, None).map_err(pki_failure)?;
            signer(issued)
        };
        let mut trust = TrustStore::new();
        trust.add(authority.certificate().der()).map_err(|error| Failure::usage(error.message()))?;
        Ok(Self {
            doctor: issue(&doctor, short, "doctor")?,
            organization: issue(&organization, long, "organization")?,
            trust,
        })
    }
}

fn signer(issued: Issued) -> Result<SoftwareSigner, Failure> {
    SoftwareSigner::new(issued.key, issued.certificate).map_err(|error| Failure::usage(error.message()))
}

/// Writes, checks and signs the documents, and makes their requests. The defective ones are sent on purpose.
fn prepare(
    out: &Path,
    authority: &Authority,
    validator: &Validator,
    console: &Console,
) -> Result<Vec<Submission>, Failure> {
    let mut validation = String::new();
    let mut signatures = String::new();
    let mut submissions = Vec::new();
    let changed = changed_document(DOCUMENTS[0].1, "1b4f0e98-51d6-4f5b-9c3c-6f6f5a3f9a01");
    let documents = DOCUMENTS.iter().map(|(name, bytes)| (*name, bytes.to_vec())).chain([(CHANGED, changed)]);
    for (name, bytes) in documents {
        let file = out.join("documents").join(name);
        input::write_atomically(&file, &bytes)?;
        let checked = check(validator, &Options::default(), &file)?;
        let printed = Printed {
            file: name,
            source: &checked.bytes,
            report: &checked.report,
            elapsed_us: checked.elapsed_us,
            lang: console.lang,
            show_personal_data: false,
        };
        validation.push_str(&json::line(&printed));
        validation.push('\n');
        let signed_as = [(&authority.doctor, "doctor"), (&authority.organization, "organization")];
        for (signer, role) in signed_as {
            let path = sign_file(signer, &file, role)?;
            let container = input::read(&path, 1 << 20)?;
            let report = judge_signature(&bytes, &container, &authority.trust);
            let view =
                serde_json::json!({ "file": name, "role": role, "report": report.view(console.lang, false) });
            signatures.push_str(&format!("{view}\n"));
        }
        if name == CHANGED {
            // One byte of white space after the root element: the document means the same and the signatures are void.
            input::write_atomically(&file, &[bytes.as_slice(), b"\n"].concat())?;
        }
        let kind = checked.report.kind.clone().unwrap_or_default();
        let submission = Bundle::find(&file)
            .and_then(|bundle| bundle.load(&kind, Checksum::default()))
            .map_err(bundle_failure)?;
        submissions.push(submission);
    }
    input::write_atomically(&out.join("reports/validation.jsonl"), validation.as_bytes())?;
    input::write_atomically(&out.join("reports/signatures.jsonl"), signatures.as_bytes())?;
    Ok(submissions)
}

/// A copy of a sample under another identifier, so that the register sees another document.
fn changed_document(sample: &[u8], identifier: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(sample);
    text.replace("7e797142-8b53-5d4d-8613-09983a8a34d1", identifier).into_bytes()
}

fn judge_signature(content: &[u8], container: &[u8], trust: &TrustStore) -> SignatureReport {
    let time = ControlTime::Now(OffsetDateTime::now_utc());
    verify(&Request { content: content.into(), signature: container, trust, time, policy: Policy::Remd })
}

/// Starts the sandbox, registers everything through the full exchange; `None` when the user interrupted.
fn register(
    out: &Path,
    trust: &TrustStore,
    validator: Validator,
    submissions: Vec<Submission>,
    console: &Console,
) -> Result<Option<BatchReport>, Failure> {
    let settings = SandboxSettings { validator: Some(validator), ..SandboxSettings::new(trust.clone()) };
    let runtime = runtime()?;
    let sandbox = runtime
        .block_on(sandbox::serve(settings))
        .map_err(|error| Failure::environment(Message::verbatim(error.to_string())))?;
    let journal = SqliteJournal::open(&out.join("journal.db")).map_err(journal_failure)?;
    let exchange = Exchange::new(journal, RetryPolicy::default());
    let url = sandbox.url();
    let worker = |reply_to: String| Settings {
        client_entity_id: Some("5e3d0001-0000-4000-8000-000000000000".to_owned()),
        wait: Some(std::time::Duration::from_secs(20)),
        ..Settings::new(url, reply_to)
    };
    let intake =
        Intake::take(exchange.journal(), submissions, OffsetDateTime::now_utc()).map_err(journal_failure)?;
    let report = exchange_all(
        exchange,
        CallbackSettings::default(),
        Client::new(ClientLimits::default()),
        worker,
        intake,
        console,
    )?;
    let state = serde_json::to_vec_pretty(&sandbox.state()).unwrap_or_default();
    input::write_atomically(&out.join("reports/register.json"), &state)?;
    runtime.block_on(sandbox.shutdown());
    Ok(report)
}
