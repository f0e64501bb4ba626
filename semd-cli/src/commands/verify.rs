//! `semd verify`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use semd_sign::verify::{
    CheckStatus, Content, ControlTime, DocumentDigests, Policy, Request, SignatureReport, SignatureVerdict,
    verify,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::console::Console;
use crate::failure::Failure;
use crate::input;
use crate::online::OnlineArguments;
use crate::outcome::Outcome;
use crate::trust::{self, TrustArguments};

/// Largest signature container that is read, bytes: an attached one carries its document.
const MAX_CONTAINER_BYTES: usize = semd_sign::cms::MAX_CONTAINER;
/// Largest policy file that is read, bytes.
const MAX_POLICY_BYTES: usize = 1 << 20;

/// Judge signatures of a document
#[derive(Args, Debug)]
pub struct Verify {
    /// The signed document and its signature containers (DER, BER, PEM or base64); one container alone carries its
    /// document inside
    #[arg(required = true, value_name = "DOC SIG")]
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
}

#[derive(Clone, Copy, Debug)]
enum At {
    Now,
    SigningTime,
    Time(OffsetDateTime),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, every check
    Full,
    /// One line a signature
    Concise,
    /// One JSON array
    Json,
    /// One JSON object a line
    Jsonl,
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

impl Verify {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let mut trust = self.trust.store()?;
        let time = match self.at {
            At::Now => ControlTime::Now(OffsetDateTime::now_utc().truncate_to_second()),
            At::SigningTime => ControlTime::SigningTime,
            At::Time(time) => ControlTime::At(time),
        };
        let policy = policy(&self.policy)?;
        let (document, paths) = match (&self.content, self.files.as_slice()) {
            (Some(document), paths) => (Some(document), paths),
            (None, [attached]) => (None, std::slice::from_ref(attached)),
            (None, [document, paths @ ..]) => (Some(document), paths),
            (None, []) => (None, &[][..]),
        };
        let mut worst = Outcome::Good;
        let mut containers = Vec::with_capacity(paths.len());
        for path in paths {
            // One container that cannot be read must not hide what is known of the others.
            match input::read(path, MAX_CONTAINER_BYTES) {
                Ok(container) => containers.push((path, container)),
                Err(failure) => {
                    console.complain(&failure.line(console.lang));
                    worst = worst.worst(failure.outcome);
                }
            }
        }
        let now = OffsetDateTime::now_utc();
        let octets = containers.iter().map(|(_, container)| container.as_slice());
        self.online.ask(octets, &mut trust, now, console)?;
        let digests = match document {
            Some(path) => Some(digests(path, &containers)?),
            None => None,
        };
        let content = digests.as_ref().map_or(Content::Inside, Content::Digests);
        let file = document.map(|path| path.to_string_lossy()).unwrap_or_default();
        let mut objects = Vec::new();
        for (path, signature) in &containers {
            let policy = policy.clone();
            let report = verify(&Request { content, signature, trust: &trust, time, policy });
            worst = worst.worst(match report.verdict {
                SignatureVerdict::TotalPassed => Outcome::Good,
                SignatureVerdict::TotalFailed => Outcome::Findings,
                SignatureVerdict::Indeterminate => Outcome::Undecided,
            });
            let name = path.to_string_lossy();
            match self.format {
                Format::Full => console.data(&full(&name, &report, console)),
                Format::Concise => console.data(&concise(&name, &report)),
                Format::Json | Format::Jsonl => {
                    let object = report.object(&file, &name, console.lang, console.show_personal_data);
                    objects.push(serde_json::to_string(&object).unwrap_or_default());
                }
            }
        }
        if trust.is_empty() {
            console.note(console.text(
                "корневые сертификаты не заданы, цепочка не судится; задайте --trust ФАЙЛ или ПАПКА",
                "no root certificates are given, so no chain can be judged; give --trust FILE or DIR",
            ));
        }
        match self.format {
            Format::Json => console.data(&format!("[{}]\n", objects.join(",\n"))),
            Format::Jsonl => objects.iter().for_each(|object| console.data(&format!("{object}\n"))),
            Format::Full | Format::Concise => {}
        }
        Ok(worst)
    }
}

/// The digests of a document, of any size: it is read once, however many signatures it has.
fn digests(path: &Path, containers: &[(&PathBuf, Vec<u8>)]) -> Result<DocumentDigests, Failure> {
    let mut file = std::fs::File::open(path).map_err(|error| Failure::io(path, &error))?;
    DocumentDigests::read(&mut file, containers.iter().map(|(_, container)| container.as_slice()))
        .map_err(|error| Failure::io(path, &error))
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

fn verdict_word(report: &SignatureReport) -> String {
    let verdict = match report.verdict {
        SignatureVerdict::TotalPassed => "total-passed",
        SignatureVerdict::TotalFailed => "total-failed",
        SignatureVerdict::Indeterminate => "indeterminate",
    };
    report.sub_indication.map_or_else(|| verdict.to_owned(), |reason| format!("{verdict} ({reason})"))
}

fn concise(name: &str, report: &SignatureReport) -> String {
    let codes: String = report.codes.iter().map(|code| format!(" {code}")).collect();
    format!("{name}: {}{codes}\n", verdict_word(report))
}

fn full(name: &str, report: &SignatureReport, console: &Console) -> String {
    let meaning = match report.verdict {
        SignatureVerdict::TotalPassed => console.text("подпись верна", "the signature is good"),
        SignatureVerdict::TotalFailed => console.text("подпись не верна", "the signature is bad"),
        SignatureVerdict::Indeterminate => console.text("судить нельзя", "cannot be judged"),
    };
    let mut out = format!("{name}: {}, {}: {meaning}\n", report.format, verdict_word(report));
    if !report.codes.is_empty() {
        out.push_str(&format!(
            "  {}: {}\n",
            console.text("коды РЭМД", "register codes"),
            report.codes.join(" ")
        ));
    }
    for check in &report.checks {
        let mark = match check.status {
            CheckStatus::Ok => "+",
            CheckStatus::NotOk => "×",
            CheckStatus::Warning => "!",
            CheckStatus::Info => "i",
            CheckStatus::Ignored => "-",
        };
        out.push_str(&format!(
            "  {mark} {} — {} [{}]\n",
            check.id,
            check.message.text(console.lang),
            check.clause
        ));
    }
    out
}
