//! Documents a second, end to end on loopback: validate, sign twice, register, with a sandbox in a process of its own.
//!
//! `SEMD_BENCH_DOCUMENTS` sets the number (default 300); `SEMD_BENCH_STORE=postgres` takes that store. The memory of the
//! registering process is printed on the way.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench may panic and prints")]

#[path = "../../semd-exchange/tests/common/mod.rs"]
mod common;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::child::Task;
use common::stores::Place;
use common::{ClientSide, Keys, client_side_over, sandbox_settings};
use semd_core::kinds::KindRegistry;
use semd_core::package::PackageStore;
use semd_core::validate::{Options, Validator};
use semd_exchange::callback::FileDelivery;
use semd_exchange::journal::{Event, Submission, Update};
use semd_exchange::reference::ReferenceData;
use semd_exchange::sandbox::{self, judge};
use semd_exchange::soap::MessageId;
use semd_sign::verify::TrustStore;
use time::OffsetDateTime;

/// Documents prepared and handed over together.
const PART: usize = 200;
/// Names the trusted root in the process that plays the register.
const SANDBOX: &str = "SEMD_BENCH_SANDBOX_ROOT";
const ANSWER: &str = "SEMD_BENCH_SANDBOX_ANSWER_MS";
/// How long the register takes to answer when one worker is compared with two: the way to it, not this machine, is what
/// a worker waits for.
const ANSWER_MILLIS: u64 = 150;

fn main() {
    if let Ok(root) = std::env::var(SANDBOX) {
        return play_register(Path::new(&root));
    }
    if std::env::var("SEMD_CHILD_JOURNAL").is_ok() {
        return common::child::work_if_asked();
    }
    let small = std::env::args().any(|argument| argument == "--test");
    let documents = match std::env::var("SEMD_BENCH_DOCUMENTS") {
        Ok(documents) => documents.parse().unwrap(),
        Err(_) if small => 20,
        Err(_) => 300,
    };
    let place = match std::env::var("SEMD_BENCH_STORE").as_deref() {
        Ok("postgres") => Place::postgres(),
        _ => Some(Place::sqlite()),
    };
    let Some(place) = place else { return };
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root.der");
    std::fs::write(&root, &keys.root).unwrap();
    let mut register = Register::start(&root, 0);
    stages(&keys, &place, documents.min(200));
    end_to_end("prebuilt signatures", &keys, &register.url, documents, false);
    if documents <= 20_000 {
        end_to_end("validation and two signatures a document", &keys, &register.url, documents, true);
    }
    register.process.kill().unwrap();
    register.process.wait().unwrap();
    let mut far = Register::start(&root, ANSWER_MILLIS);
    workers(&keys, &far.url, documents.min(1000));
    far.process.kill().unwrap();
    far.process.wait().unwrap();
}

/// The sandbox in a process of its own, so that its memory of every document does not count.
struct Register {
    process: Child,
    url: String,
}

impl Register {
    /// `millis` is how long it takes to answer.
    fn start(root: &Path, millis: u64) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .env(SANDBOX, root)
            .env(ANSWER, millis.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { process, url: url.trim().to_owned() }
    }
}

fn play_register(root: &Path) {
    let mut trust = TrustStore::new();
    trust.add(&std::fs::read(root).unwrap()).unwrap();
    runtime().block_on(async {
        let mut settings = sandbox_settings(&trust);
        settings.answer_delay = Duration::from_millis(std::env::var(ANSWER).unwrap().parse().unwrap());
        let sandbox = sandbox::serve(settings).await.unwrap();
        println!("{}", sandbox.url());
        std::future::pending::<()>().await;
    });
}

fn runtime() -> tokio::runtime::Runtime {
    semd_exchange::runtime().unwrap()
}

fn validate(validator: &Validator, bytes: &[u8]) {
    let report = validator.validate(bytes, &Options { kind: Some("119".into()), ..Options::default() });
    assert_eq!(report.findings.len(), 0);
}

/// Registers documents; with `prepare` checking and signing are part of the measured time.
fn end_to_end(what: &str, keys: &Keys, register: &str, documents: usize, prepare: bool) {
    let place = match std::env::var("SEMD_BENCH_STORE").as_deref() {
        Ok("postgres") => Place::postgres().unwrap(),
        _ => Place::sqlite(),
    };
    let runtime = runtime();
    let validator = Validator::new(PackageStore::embedded());
    let mut spent = Duration::ZERO;
    let mut registered = 0;
    let client: ClientSide =
        runtime.block_on(client_side_over(place.open(), register, FileDelivery::Synchronous, |settings| {
            settings.wait = None
        }));
    while registered < documents {
        let size = PART.min(documents - registered);
        let outside = Instant::now();
        let part: Vec<Submission> =
            (0..size).map(|number| keys.submission(&format!("{number}.xml"))).collect();
        if prepare {
            part.iter().for_each(|submission| validate(&validator, &submission.bytes));
            spent += outside.elapsed();
        }
        let started = Instant::now();
        let report = runtime.block_on(client.worker.register(part)).unwrap();
        spent += started.elapsed();
        assert!(report.documents.iter().all(|record| record.emdr_id.is_some()));
        registered += size;
        if registered % 10_000 == 0 || registered == documents {
            println!("  {registered} documents, memory {}", memory());
        }
    }
    runtime.block_on(client.callback.shutdown());
    drop(client.worker);
    println!("{what}: {:.1} documents a second", documents as f64 / spent.as_secs_f64());
}

/// Resident memory of this process.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.map_or("unknown".to_owned(), |line| line.trim_start_matches("VmRSS:").trim().to_owned())
}

/// The work on one document, stage by stage, each alone.
fn stages(keys: &Keys, place: &Place, documents: usize) {
    let validator = Validator::new(PackageStore::embedded());
    let journal = place.open();
    let now = OffsetDateTime::now_utc();
    let mut rows: Vec<(&str, Duration)> = Vec::new();
    let mut time = |what, work: &mut dyn FnMut()| {
        let started = Instant::now();
        work();
        rows.push((what, started.elapsed() / u32::try_from(documents).unwrap()));
    };
    let mut batch = Vec::new();
    time("two signatures and the request", &mut || {
        batch = (0..documents).map(|number| keys.submission(&format!("{number}.xml"))).collect();
    });
    time("validation", &mut || batch.iter().for_each(|submission| validate(&validator, &submission.bytes)));
    time("journal: enqueue", &mut || drop(journal.enqueue_all(&batch, now).unwrap()));
    let envelope = vec![b'x'; 8000];
    time("journal: intent to send", &mut || {
        for submission in &batch {
            let uid = &submission.request.local_uid;
            journal.begin_attempt(None, uid, &MessageId::random(), &envelope, now).unwrap();
        }
    });
    time("journal: answer, pull, result", &mut || {
        for submission in &batch {
            let uid = &submission.request.local_uid;
            journal.apply(uid, &Update::bare(Event::Accepted), now).unwrap();
            let pull = [Update::bare(Event::FileRequested), Update::bare(Event::FileSent)];
            journal.apply_all(uid, &pull, now).unwrap();
            journal.apply(uid, &Update::bare(Event::Registered), now).unwrap();
        }
    });
    let (kinds, data) = (KindRegistry::embedded(), ReferenceData::default());
    let knowledge =
        judge::Knowledge { trust: &keys.trust, kinds: &kinds, data: &data, dictionaries: None, now };
    time("the sandbox's checks", &mut || {
        for submission in &batch {
            drop(judge::full(&submission.request, None, &knowledge));
            let options = Options { kind: Some("119".into()), ..Options::default() };
            let report = validator.validate(&submission.bytes, &options);
            drop(judge::file(&submission.request, &submission.bytes, Some(&report), &knowledge));
        }
    });
    let sum: Duration = rows.iter().map(|(_, time)| *time).sum();
    println!("stages, each alone on one thread:");
    for (what, time) in rows {
        let share = 100.0 * time.as_secs_f64() / sum.as_secs_f64();
        println!("  {what:32} {:8.0} µs  {share:4.1} %", time.as_secs_f64() * 1e6);
    }
}

/// One and two worker processes on one PostgreSQL journal, against a register that takes its time to answer.
fn workers(keys: &Keys, register: &str, documents: usize) {
    let mut rates = Vec::new();
    for count in [1, 2, 1, 2] {
        let Some(place) = Place::postgres() else { return };
        let journal = place.open();
        let batch: Vec<Submission> =
            (0..documents).map(|number| keys.submission(&format!("{number}.xml"))).collect();
        journal.enqueue_all(&batch, OffsetDateTime::now_utc()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let task = Task {
            place: &place,
            register: register.to_owned(),
            folder: folder.path(),
            documents: None,
            abort: None,
            lease: Duration::from_secs(5),
            forever: false,
        };
        let started = Instant::now();
        let processes: Vec<Child> = (0..count).map(|_| task.start("none")).collect();
        for mut process in processes {
            assert!(process.wait().unwrap().success());
        }
        rates.push(documents as f64 / started.elapsed().as_secs_f64());
        println!("{count} worker processes: {:.1} documents a second", rates[rates.len() - 1]);
    }
    println!("two workers against one: {:.2}", (rates[1] + rates[3]) / (rates[0] + rates[2]));
}
