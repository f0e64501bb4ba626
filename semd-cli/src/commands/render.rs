//! `semd render`.

use std::path::{Path, PathBuf};

use clap::Args;
use semd_core::digest;
use semd_core::render::{self, Options, SignatureStamp, StampVerdict};
use semd_core::report::Message;
use semd_core::xml::{self, Limits};
use semd_sign::cms::MAX_CONTAINER;
use semd_sign::verify::{
    CheckStatus, Content, ControlTime, Policy, Request, SignatureReport, SignatureVerdict, TrustStore, verify,
};
use time::OffsetDateTime;
use time::macros::format_description;

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
            signatures.push(stamp(path, &report, console));
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

/// What the page says of a judged signature.
fn stamp(path: &Path, report: &SignatureReport, console: &Console) -> SignatureStamp {
    let failed = report.checks.iter().find(|check| check.status == CheckStatus::NotOk);
    let reason = failed.map(|check| check.message.text(console.lang).to_owned());
    let signer = report.signer.as_ref();
    let day =
        |time: OffsetDateTime| time.format(format_description!("[day].[month].[year]")).unwrap_or_default();
    let minute = |time: OffsetDateTime| {
        time.format(format_description!("[day].[month].[year] [hour]:[minute] (UTC)")).unwrap_or_default()
    };
    let owner = signer.map(|signer| {
        let person = [&signer.surname, &signer.given_name].into_iter().flatten();
        let person = person.map(String::as_str).collect::<Vec<_>>().join(" ");
        let organization = signer.organization.clone().or_else(|| signer.common_name.clone());
        if person.is_empty() { organization.unwrap_or_default() } else { person }
    });
    SignatureStamp {
        verdict: match report.verdict {
            SignatureVerdict::TotalPassed => StampVerdict::Passed,
            SignatureVerdict::TotalFailed => StampVerdict::Failed,
            SignatureVerdict::Indeterminate => StampVerdict::Indeterminate,
        },
        reason: reason.or_else(|| report.sub_indication.map(str::to_owned)),
        role: role(path, console),
        owner,
        serial: signer.map(|signer| signer.serial.clone()),
        not_before: signer.map(|signer| day(signer.not_before)),
        not_after: signer.map(|signer| day(signer.not_after)),
        signing_time: report.signing_time.map(minute),
        // The marks alone make no qualified certificate: its authority must be on the list of accredited ones.
        qualified: passed(report, "qualified") && passed(report, "accredited-authority"),
    }
}

fn passed(report: &SignatureReport, id: &str) -> bool {
    report.checks.iter().any(|check| check.id == id && check.status == CheckStatus::Ok)
}

/// The role in the name of a bundle's file, `NAME.<role>.p7s`; the usual ones in words.
fn role(path: &Path, console: &Console) -> Option<String> {
    let stem = Path::new(path.file_stem()?);
    let role = stem.extension()?.to_str()?;
    Some(match role {
        "doctor" => console.text("медицинский работник", "medical worker").to_owned(),
        "organization" => console.text("медицинская организация", "medical organisation").to_owned(),
        other => other.to_owned(),
    })
}
