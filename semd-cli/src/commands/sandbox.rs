//! `semd sandbox`.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use semd_core::report::Message;
use semd_core::validate::Validator;
use semd_exchange::sandbox::{self, Faults, SandboxSettings};

use crate::args::{DictionaryPlace, KindFolder, PackageFolders, ReferencePlace};
use crate::console::Console;
use crate::envelope::EnvelopeFlags;
use crate::exchange::runtime;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::tls::{ClientTlsFlags, ServerTlsFlags};
use crate::trust::trust_store;
use crate::{dictionaries, input, memory, packages};

/// Run a register on this machine, for tests and demos. Prints one JSON line with its URL; `GET /state` tells what it knows
#[derive(Args, Debug)]
pub struct Sandbox {
    /// Address to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Trusted roots of signatures: a file or a folder of PEM or DER; repeatable
    #[arg(long, value_name = "FILE|DIR", required = true)]
    trust: Vec<PathBuf>,
    #[command(flatten)]
    tls: ServerTlsFlags,
    /// TLS: authorities of the clients' certificates, PEM; messages without one are not taken
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_client_ca: Option<PathBuf>,
    #[command(flatten)]
    client_tls: ClientTlsFlags,
    #[command(flatten)]
    envelope: EnvelopeFlags,
    #[command(flatten)]
    folders: PackageFolders,
    #[command(flatten)]
    kinds: KindFolder,
    #[command(flatten)]
    dictionaries: DictionaryPlace,
    #[command(flatten)]
    reference: ReferencePlace,
    /// Keep everything in this SQLite file, so that a restart goes on
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Callback address of all clients [default: what each client's message says]
    #[arg(long, value_name = "URL")]
    callback: Option<String>,
    /// Shortest and longest time of each half of the asynchronous work, milliseconds
    #[arg(long, value_name = "MIN-MAX", default_value = "0-50", value_parser = delay)]
    delay: RangeInclusive<Duration>,
    /// How long every message waits before it is looked at, milliseconds: a slow register, or a long way to it
    #[arg(long, value_name = "MS", default_value_t = 0)]
    answer_delay: u64,
    /// How much later than usual a late result comes, milliseconds
    #[arg(long, value_name = "MS", default_value_t = 5_000)]
    late_by: u64,
    #[command(flatten)]
    faults: FaultFlags,
}

/// Faults made on purpose. Each is the share of documents it hits, 0 to 1; the seed, the document and the number of the request
/// decide which
#[derive(Args, Debug)]
struct FaultFlags {
    /// Seed of the faults and delays: the same seed hits the same documents
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Faults from a TOML file, names as the flags with `_`; flags add to it
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// The answer to the request is lost (HTTP 504), the request is taken
    #[arg(long, value_name = "SHARE", value_parser = share)]
    lost_answer: Option<f64>,
    /// The request is refused with RATE_LIMIT
    #[arg(long, value_name = "SHARE", value_parser = share)]
    rate_limit: Option<f64>,
    /// The result is a technical error of the register (RUNTIME_ERROR)
    #[arg(long, value_name = "SHARE", value_parser = share)]
    technical: Option<f64>,
    /// The result says that an authority does not answer about revocation (CA_INACCESSIBILITY)
    #[arg(long, value_name = "SHARE", value_parser = share)]
    revocation_outage: Option<f64>,
    /// The result has several errors at once
    #[arg(long, value_name = "SHARE", value_parser = share)]
    several_errors: Option<f64>,
    /// The file is said to have another checksum than the request
    #[arg(long, value_name = "SHARE", value_parser = share)]
    wrong_checksum: Option<f64>,
    /// The recipient is refused by the spelling RECIPIENT_…, which the classifier does not have
    #[arg(long, value_name = "SHARE", value_parser = share)]
    recipient_spelling: Option<f64>,
    /// A recipe is refused by the checker of recipes (FRLLO_…)
    #[arg(long, value_name = "SHARE", value_parser = share)]
    recipe_checker: Option<f64>,
    /// The registration carries a warning
    #[arg(long, value_name = "SHARE", value_parser = share)]
    warning: Option<f64>,
    /// The result is delivered before the request is answered
    #[arg(long, value_name = "SHARE", value_parser = share)]
    early_result: Option<f64>,
    /// The result comes late, see --late-by
    #[arg(long, value_name = "SHARE", value_parser = share)]
    late_result: Option<f64>,
    /// The result is delivered twice
    #[arg(long, value_name = "SHARE", value_parser = share)]
    repeated_result: Option<f64>,
    /// The file is asked for three times
    #[arg(long, value_name = "SHARE", value_parser = share)]
    repeated_pull: Option<f64>,
    /// The file of the registered document is asked for again by its number
    #[arg(long, value_name = "SHARE", value_parser = share)]
    later_pull: Option<f64>,
    /// Calls come as SOAP 1.1
    #[arg(long, value_name = "SHARE", value_parser = share)]
    soap_11: Option<f64>,
}

impl FaultFlags {
    fn read(&self) -> Result<Faults, Failure> {
        let mut faults = match &self.faults {
            Some(file) => {
                let bytes = input::read(file, MAX_FAULTS_BYTES)?;
                Faults::from_toml(&String::from_utf8_lossy(&bytes)).map_err(|reason| {
                    let (file, reason) = (file.display(), reason.replace('\n', " "));
                    Failure::usage(Message::new(
                        format!("{file}: сбои не поняты: {reason}"),
                        format!("{file}: the faults are not understood: {reason}"),
                    ))
                })?
            }
            None => Faults::default(),
        };
        if self.faults.is_none() || faults.seed == 0 {
            faults.seed = self.seed;
        }
        let flags = [
            ("lost_answer", self.lost_answer),
            ("rate_limit", self.rate_limit),
            ("technical", self.technical),
            ("revocation_outage", self.revocation_outage),
            ("several_errors", self.several_errors),
            ("wrong_checksum", self.wrong_checksum),
            ("recipient_spelling", self.recipient_spelling),
            ("recipe_checker", self.recipe_checker),
            ("warning", self.warning),
            ("early_result", self.early_result),
            ("late_result", self.late_result),
            ("repeated_result", self.repeated_result),
            ("repeated_pull", self.repeated_pull),
            ("later_pull", self.later_pull),
            ("soap_11", self.soap_11),
        ];
        for (name, share) in flags {
            if let Some(share) = share {
                faults.set(name, share);
            }
        }
        Ok(faults)
    }
}

/// Largest file of faults that is read, bytes.
const MAX_FAULTS_BYTES: usize = 1 << 20;

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "a number from 0 to 1".to_owned())
}

fn delay(text: &str) -> Result<RangeInclusive<Duration>, String> {
    let (min, max) = text.split_once('-').unwrap_or((text, text));
    match (min.parse(), max.parse()) {
        (Ok(min), Ok(max)) if min <= max => Ok(Duration::from_millis(min)..=Duration::from_millis(max)),
        _ => Err("MIN-MAX in milliseconds".to_owned()),
    }
}

impl Sandbox {
    /// Runs the command until it is interrupted.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let kinds = self.kinds.open()?;
        let validator = Validator::new(packages::open(&self.folders)?).with_kinds(kinds.clone());
        let settings = SandboxSettings {
            listen: self.listen,
            callback: self.callback,
            validator: Some(validator),
            kinds,
            dictionaries: dictionaries::open(&self.dictionaries)?,
            data: Arc::new(self.reference.open()?),
            delay: self.delay,
            answer_delay: Duration::from_millis(self.answer_delay),
            state: self.state,
            security: self.envelope.security(console)?,
            faults: self.faults.read()?,
            tls: self.tls.server(self.tls_client_ca)?,
            client_tls: self.client_tls.settings()?,
            late_by: Duration::from_millis(self.late_by),
            ..SandboxSettings::new(trust_store(&self.trust, &[])?)
        };
        memory::keep_flat();
        runtime()?.block_on(async {
            let running = sandbox::serve(settings)
                .await
                .map_err(|error| Failure::environment(Message::verbatim(error.to_string())))?;
            let line =
                serde_json::json!({ "url": running.url(), "state": format!("{}state", running.url()) });
            console.data(&format!("{line}\n"));
            // Without a signal handler the process ends by the signal itself, which is just as well.
            let _ = tokio::signal::ctrl_c().await;
            running.shutdown().await;
            Ok(Outcome::Good)
        })
    }
}
