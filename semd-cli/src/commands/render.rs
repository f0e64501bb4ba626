//! `semd render`.

use std::path::{Path, PathBuf};

use clap::Args;
use semd_core::digest;
use semd_core::render::{self, Options};
use semd_core::report::Message;
use semd_core::xml::{self, Limits};
use semd_sign::cms::MAX_CONTAINER;
use semd_sign::verify::{
    Content, ControlTime, Policy, Request, SignatureReport, SignatureVerdict, TrustStore, verify,
};
use time::OffsetDateTime;

use crate::console::Console;
use crate::failure::Failure;
use crate::input;
use crate::outcome::Outcome;
use crate::trust::TrustArguments;

/// Show a document as a self-contained HTML page: what the doctor signs, with the stamps of signatures. The page shows the
/// persons of the document, whatever `--show-pii` says
#[derive(Args, Debug)]
pub struct Render {
    /// The document
    #[arg(value_name = "DOC")]
    document: PathBuf,
    /// Signature containers to be judged and shown as stamps
    #[arg(long, value_name = "SIG", num_args = 1..)]
    signatures: Vec<PathBuf>,
    #[command(flatten)]
    trust: TrustArguments,
    /// Where to write the page [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Render {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let limits = Limits::default();
        let bytes = input::read(&self.document, limits.max_bytes)?;
        let document = xml::parse(&bytes, &limits).map_err(|fault| {
            let (file, message) = (self.document.display(), fault.message());
            Failure {
                outcome: Outcome::Findings,
                message: Message::new(format!("{file}: {}", message.ru), format!("{file}: {}", message.en)),
            }
        })?;
        let trust = self.trust.store()?;
        let mut outcome = Outcome::Good;
        let mut signatures = Vec::new();
        for path in &self.signatures {
            let report = judge(&bytes, path, &trust)?;
            outcome = outcome.worst(match report.verdict {
                SignatureVerdict::TotalPassed => Outcome::Good,
                SignatureVerdict::TotalFailed => Outcome::Findings,
                SignatureVerdict::Indeterminate => Outcome::Undecided,
            });
            signatures.push(report.stamp(role(path), console.lang));
        }
        let options = Options { lang: console.lang, sha256: Some(digest::sha256(&bytes)), signatures };
        let page = render::render(&document, &options);
        match &self.out {
            Some(out) => input::write_atomically(out, page.as_bytes())?,
            None => console.data(&page),
        }
        Ok(outcome)
    }
}

fn judge(content: &[u8], path: &Path, trust: &TrustStore) -> Result<SignatureReport, Failure> {
    let signature = input::read(path, MAX_CONTAINER)?;
    let time = ControlTime::Now(OffsetDateTime::now_utc().truncate_to_second());
    Ok(verify(&Request {
        content: Content::Bytes(content),
        signature: &signature,
        trust,
        time,
        policy: Policy::Remd,
    }))
}

/// The role in the name of a bundle's file: `NAME.<role>.p7s`.
fn role(path: &Path) -> Option<String> {
    let stem = Path::new(path.file_stem()?);
    Some(stem.extension()?.to_str()?.to_owned())
}
