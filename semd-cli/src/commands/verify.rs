//! `semd verify`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use semd_core::report::Message;
use semd_core::xml::Limits;
use semd_sign::verify::{
    CheckStatus, ControlTime, Policy, ReportView, Request, SignatureReport, SignatureVerdict, TrustStore,
    verify,
};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::console::Console;
use crate::failure::Failure;
use crate::input;
use crate::outcome::Outcome;

/// Largest signature container or certificate file that is read, bytes.
const MAX_CONTAINER_BYTES: usize = 16 << 20;

/// Judge detached signatures of a document
#[derive(Args, Debug)]
pub struct Verify {
    /// The signed document
    #[arg(value_name = "DOC")]
    document: PathBuf,
    /// Signature containers: DER, BER, PEM or base64
    #[arg(required = true, value_name = "SIG")]
    signatures: Vec<PathBuf>,
    /// Trusted roots: a file or a folder of PEM or DER; repeatable
    #[arg(long, value_name = "FILE|DIR")]
    trust: Vec<PathBuf>,
    /// Intermediate certificates: a folder of PEM or DER
    #[arg(long, value_name = "DIR")]
    certs: Vec<PathBuf>,
    /// The time at which the certificates must be valid: `now`, `signing-time`, or RFC 3339
    #[arg(long, value_name = "TIME", default_value = "now", value_parser = control_time)]
    at: At,
    /// What is asked beside a correct signature
    #[arg(long, value_enum, default_value_t = PolicyName::Remd)]
    policy: PolicyName,
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

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PolicyName {
    /// CMS with a correct signature and a chain to a trusted root
    Basic,
    /// What the register asks: CAdES-BES, one signer, certificate inside
    Remd,
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

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    file: &'a str,
    signature: &'a str,
    #[serde(flatten)]
    report: ReportView<'a>,
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
        let trust = trust_store(&self.trust, &self.certs)?;
        let content = input::read(&self.document, Limits::default().max_bytes)?;
        let time = match self.at {
            At::Now => ControlTime::Now(OffsetDateTime::now_utc().truncate_to_second()),
            At::SigningTime => ControlTime::SigningTime,
            At::Time(time) => ControlTime::At(time),
        };
        let policy = match self.policy {
            PolicyName::Basic => Policy::Basic,
            PolicyName::Remd => Policy::Remd,
        };
        let file = self.document.to_string_lossy();
        let mut worst = Outcome::Good;
        let mut objects = Vec::new();
        for path in &self.signatures {
            // One container that cannot be read must not hide what is known of the others.
            let signature = match input::read(path, MAX_CONTAINER_BYTES) {
                Ok(signature) => signature,
                Err(failure) => {
                    console.complain(&failure.line(console.lang));
                    worst = worst.worst(failure.outcome);
                    continue;
                }
            };
            let report =
                verify(&Request { content: &content, signature: &signature, trust: &trust, time, policy });
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
                    let view = report.view(console.lang, console.show_personal_data);
                    let object =
                        Object { schema: "semd.signature/1", file: &file, signature: &name, report: view };
                    objects.push(serde_json::to_string(&object).unwrap_or_default());
                }
            }
        }
        if self.trust.is_empty() {
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

/// Trust anchors and intermediates from files and folders.
pub fn trust_store(anchors: &[PathBuf], intermediates: &[PathBuf]) -> Result<TrustStore, Failure> {
    let mut store = TrustStore::new();
    for file in certificate_files(anchors)? {
        let bytes = input::read(&file, MAX_CONTAINER_BYTES)?;
        store.add(&bytes).map_err(|error| unreadable(&file, &error.message()))?;
    }
    for file in certificate_files(intermediates)? {
        let bytes = input::read(&file, MAX_CONTAINER_BYTES)?;
        store.add_intermediates(&bytes).map_err(|error| unreadable(&file, &error.message()))?;
    }
    Ok(store)
}

fn unreadable(file: &Path, message: &Message) -> Failure {
    let file = file.display();
    Failure::usage(Message::new(format!("{file}: {}", message.ru), format!("{file}: {}", message.en)))
}

/// Files themselves, and the certificates of folders by their usual suffixes.
fn certificate_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut found = Vec::new();
        for entry in std::fs::read_dir(path).map_err(|error| Failure::io(path, &error))? {
            let entry = entry.map_err(|error| Failure::io(path, &error))?.path();
            let suffix =
                entry.extension().and_then(|suffix| suffix.to_str()).unwrap_or("").to_ascii_lowercase();
            let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or("");
            if matches!(suffix.as_str(), "pem" | "crt" | "cer" | "der") && !name.ends_with(".key.pem") {
                found.push(entry);
            }
        }
        found.sort();
        files.append(&mut found);
    }
    Ok(files)
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
