//! `semd verify`.

mod page;
mod report;
mod signed;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use semd_sign::verify::{
    Content, ControlTime, DocumentDigests, Policy, Request, SignatureReport, SignatureVerdict, TrustStore,
    verify,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use report::{Format, Printer};
use signed::{Container, Signed};

use crate::console::Console;
use crate::failure::Failure;
use crate::online::OnlineArguments;
use crate::outcome::Outcome;
use crate::trust::{self, TrustArguments};
use crate::{batch, input};

/// Largest policy file that is read, bytes.
const MAX_POLICY_BYTES: usize = 1 << 20;

/// Judge signatures of a document, or of all documents of folders
#[derive(Args, Debug)]
pub struct Verify {
    /// The signed document and its signature containers (DER, BER, PEM or base64); one container alone carries its
    /// document inside. Folders, or `-` for a list of documents on stdin: each document with the containers beside it
    /// (`NAME.<role>.p7s`, `.sig`, `.sgn`), in one table
    #[arg(required = true, value_name = "DOC SIG|DIR")]
    files: Vec<PathBuf>,
    /// The signed document; all other files are containers then, attached ones too
    #[arg(long, value_name = "FILE")]
    content: Option<PathBuf>,
    #[command(flatten)]
    trust: TrustArguments,
    #[command(flatten)]
    online: OnlineArguments,
    /// The time at which the certificates must be valid: `now`, `signing-time`, or RFC 3339
    #[arg(long, value_name = "TIME", default_value = "now", value_parser = control_time)]
    at: At,
    /// What is asked beside a correct signature: `remd` (what the register takes), `basic` (CMS with a correct signature and
    /// a chain to a trusted root), or a policy file (TOML)
    #[arg(long, value_name = "remd|basic|FILE", default_value = "remd")]
    policy: String,
    /// Format of the report
    #[arg(long, value_enum, default_value_t = Format::Full)]
    format: Format,
    /// Documents judged at the same time [default: number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
enum At {
    Now,
    SigningTime,
    Time(OffsetDateTime),
}

fn control_time(text: &str) -> Result<At, String> {
    match text {
        "now" => Ok(At::Now),
        "signing-time" => Ok(At::SigningTime),
        time => OffsetDateTime::parse(time, &Rfc3339).map(At::Time).map_err(|_| {
            "`now`, `signing-time`, or date and time with zone: 2025-03-01T12:00:00+03:00".to_owned()
        }),
    }
}

/// What became of a container.
struct Judged {
    elapsed_us: u64,
    report: Result<SignatureReport, Failure>,
}

impl Verify {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let mut trust = self.trust.store()?;
        let policy = policy(&self.policy)?;
        let (bundles, several) = match &self.content {
            None if signed::are_many(&self.files) => (signed::find(&self.files)?, true),
            document => (vec![Signed::given(document.as_deref(), &self.files)], false),
        };
        let now = OffsetDateTime::now_utc();
        let containers = bundles.iter().flat_map(|bundle| &bundle.containers);
        // What cannot be read is told when it is its turn to be judged.
        let octets = containers.filter_map(|container| container.read().ok());
        self.online.ask(octets, &mut trust, now, console)?;
        let time = match self.at {
            At::Now => ControlTime::Now(now.truncate_to_second()),
            At::SigningTime => ControlTime::SigningTime,
            At::Time(time) => ControlTime::At(time),
        };
        let mut worst = Outcome::Good;
        let mut printer = Printer::new(self.format, several, console);
        let bar = console.progress(bundles.len());
        batch::in_order(
            &bundles,
            self.jobs,
            |bundle| judge(bundle, &trust, time, &policy),
            |bundle, judged| {
                bar.inc(1);
                if judged.is_empty() {
                    // A document that nobody signed cannot be said to be signed rightly.
                    worst = worst.worst(Outcome::Undecided);
                    printer.unsigned(bundle);
                }
                for (container, one) in bundle.containers.iter().zip(&judged) {
                    worst = worst.worst(outcome(one));
                    printer.print(bundle, container, one);
                }
            },
        );
        bar.finish_and_clear();
        printer.finish();
        if trust.is_empty() {
            console.note(console.text(
                "корневые сертификаты не заданы, цепочка не судится; задайте --trust ФАЙЛ или ПАПКА",
                "no root certificates are given, so no chain can be judged; give --trust FILE or DIR",
            ));
        }
        Ok(worst)
    }
}

fn outcome(judged: &Judged) -> Outcome {
    match &judged.report {
        Err(failure) => failure.outcome,
        Ok(report) => match report.verdict {
            SignatureVerdict::TotalPassed => Outcome::Good,
            SignatureVerdict::TotalFailed => Outcome::Findings,
            SignatureVerdict::Indeterminate => Outcome::Undecided,
        },
    }
}

/// The verdicts on the containers of one document, in their order; the document is read once. One that cannot be read does not hide what is known
/// of the others.
fn judge(bundle: &Signed, trust: &TrustStore, time: ControlTime, policy: &Policy) -> Vec<Judged> {
    let containers: Vec<_> = bundle.containers.iter().map(Container::read).collect();
    let octets = containers.iter().flatten().map(Vec::as_slice);
    let digests = bundle.document.as_deref().map(|path| digests(path, octets)).transpose();
    let verdict = |octets: &Result<Vec<u8>, Failure>| {
        let signature = octets.as_ref().map_err(Failure::clone)?;
        let digests = digests.as_ref().map_err(Failure::clone)?;
        let content = digests.as_ref().map_or(Content::Inside, Content::Digests);
        Ok(verify(&Request { content, signature, trust, time, policy: policy.clone() }))
    };
    let judged = containers.iter().map(|octets| {
        let started = Instant::now();
        let report = verdict(octets);
        let elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        Judged { elapsed_us, report }
    });
    judged.collect()
}

/// The digests of a document, of any size: it is read once, however many signatures it has.
fn digests<'c>(path: &Path, containers: impl Iterator<Item = &'c [u8]>) -> Result<DocumentDigests, Failure> {
    let mut file = std::fs::File::open(path).map_err(|error| Failure::io(path, &error))?;
    DocumentDigests::read(&mut file, containers).map_err(|error| Failure::io(path, &error))
}

/// A built-in policy, or the one of a file.
fn policy(name: &str) -> Result<Policy, Failure> {
    if let Some(policy) = Policy::by_name(name) {
        return Ok(policy);
    }
    let path = Path::new(name);
    let text = input::read(path, MAX_POLICY_BYTES).map_err(|failure| Failure::usage(failure.message))?;
    Policy::from_toml(&String::from_utf8_lossy(&text))
        .map_err(|error| trust::unreadable(path, &error.message()))
}
