//! `semd doctor`: is this workstation ready to sign and send.

mod data;
mod keys;
mod line;
mod network;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use semd_core::report::Lang;
use time::OffsetDateTime;

use crate::args::{DictionaryPlace, JournalPlace, KindFolder, PackageFolders};
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::signer::KeyAccess;
use crate::tls::{ClientTlsFlags, service_url};
use crate::trust::TrustArguments;

use line::{Line, Status};

/// Check the workstation: keys, tokens, certificates, clock, packages, dictionaries, trust, register, journal. Changes nothing and
/// never presents a PIN
#[derive(Args, Debug)]
pub struct Doctor {
    /// Key to look at, as --key of `semd sign`; repeatable
    #[arg(long, value_name = "FILE|pkcs11:…|cmd:FILE")]
    key: Vec<PathBuf>,
    /// Certificate, or folder of certificates, whose validity is watched; repeatable
    #[arg(long, value_name = "FILE|DIR")]
    cert: Vec<PathBuf>,
    /// Folder of reference data; owners of certificates are looked up in its table `staff`
    #[arg(long, value_name = "DIR", env = "SEMD_DATA")]
    data: Option<PathBuf>,
    #[command(flatten)]
    access: KeyAccess,
    #[command(flatten)]
    folders: PackageFolders,
    #[command(flatten)]
    kinds: KindFolder,
    #[command(flatten)]
    dictionaries: DictionaryPlace,
    #[command(flatten)]
    trust: TrustArguments,
    /// URL of the register: is it there, what time is it there
    #[arg(long, value_name = "URL", env = "SEMD_REGISTER", value_parser = service_url)]
    register: Option<String>,
    /// URL of the time stamp authority: is it there, what time is it there
    #[arg(long, value_name = "URL", value_parser = service_url)]
    tsa: Option<String>,
    #[command(flatten)]
    tls: ClientTlsFlags,
    #[command(flatten)]
    journal: JournalPlace,
    /// Format of the result
    #[arg(long, value_enum, default_value_t = Format::Full)]
    format: Format,
}

/// How the result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line each, for people
    Full,
    /// One JSON object, `semd.doctor/1`
    Json,
}

impl Doctor {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let now = OffsetDateTime::now_utc();
        let (reference, staff_line) = data::reference(self.data.as_deref());
        let staff = reference.as_ref().and_then(|data| data.table("staff"));
        let look = keys::Look { now, show_personal_data: console.show_personal_data, staff };
        let mut lines = keys::tokens(&self.access, &look);
        for key in &self.key {
            lines.extend(keys::key(key, &self.access, &look));
        }
        lines.extend(keys::certificates(&self.cert, &look));
        if lines.is_empty() {
            lines.push(Line::not_checked(
                "key",
                "ключи: не указаны (--key, --cert, --pkcs11-module)",
                "keys: none named (--key, --cert, --pkcs11-module)",
            ));
        }
        lines.extend(staff_line);
        lines.extend(network::lines(self.register.as_deref(), self.tsa.as_deref(), &self.tls)?);
        lines.extend(data::packages(&self.folders, &self.kinds, now.date(), console));
        lines.push(data::dictionaries(&self.dictionaries, now));
        lines.extend(data::trust(&self.trust, now));
        lines.push(data::journal(&self.journal));
        match self.format {
            Format::Full => print_full(&lines, console),
            Format::Json => print_json(&lines, console),
        }
        Ok(lines.iter().fold(Outcome::Good, |worst, line| worst.worst(line.outcome)))
    }
}

fn print_full(lines: &[Line], console: &Console) {
    let mut text = String::new();
    for line in lines {
        text.push_str(&format!(
            "{:<12} {}\n",
            line.status.word(console.lang),
            line.message.text(console.lang)
        ));
        if let Some(advice) = &line.advice {
            text.push_str(&format!("{:<12} → {}\n", "", advice.text(console.lang)));
        }
    }
    let count = |status| lines.iter().filter(|line| line.status == status).count();
    let (problems, warnings) = (count(Status::Problem), count(Status::Warning));
    text.push_str(&match console.lang {
        Lang::Ru => {
            format!("\nнеполадок: {problems}, требует внимания: {warnings}, проверок: {}\n", lines.len())
        }
        Lang::En => format!("\nproblems: {problems}, warnings: {warnings}, checks: {}\n", lines.len()),
    });
    console.data(&text);
}

fn print_json(lines: &[Line], console: &Console) {
    let checks: Vec<_> = lines.iter().map(|line| line.json(console.lang)).collect();
    let ready = lines.iter().all(|line| line.status != Status::Problem);
    let value = serde_json::json!({ "schema": "semd.doctor/1", "ready": ready, "checks": checks });
    console.data(&format!("{value}\n"));
}
