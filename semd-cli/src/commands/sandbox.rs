//! `semd sandbox`.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use semd_core::report::Message;
use semd_core::validate::Validator;
use semd_exchange::sandbox::{self, Faults, SandboxSettings};

use super::register::runtime;
use crate::args::PackageFolders;
use crate::console::Console;
use crate::envelope::EnvelopeFlags;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::packages;
use crate::trust::trust_store;

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
    envelope: EnvelopeFlags,
    #[command(flatten)]
    folders: PackageFolders,
    /// Keep everything in this SQLite file, so that a restart goes on
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Callback address of all clients [default: what each client's message says]
    #[arg(long, value_name = "URL")]
    callback: Option<String>,
    /// Shortest and longest time of each half of the asynchronous work, milliseconds
    #[arg(long, value_name = "MIN-MAX", default_value = "0-50", value_parser = delay)]
    delay: RangeInclusive<Duration>,
    /// Seed of the faults made on purpose
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Share of requests whose answer is lost, 0 to 1
    #[arg(long, default_value_t = 0.0)]
    lost_answer: f64,
    /// Share of requests refused with RATE_LIMIT, 0 to 1
    #[arg(long, default_value_t = 0.0)]
    rate_limit: f64,
    /// Share of requests that end in a technical error of the register, 0 to 1
    #[arg(long, default_value_t = 0.0)]
    technical: f64,
    /// Share of results delivered twice, 0 to 1
    #[arg(long, default_value_t = 0.0)]
    repeated_result: f64,
    /// Share of registrations with a warning, 0 to 1
    #[arg(long, default_value_t = 0.0)]
    warning: f64,
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
        let settings = SandboxSettings {
            listen: self.listen,
            callback: self.callback,
            validator: Some(Validator::new(packages::open(&self.folders)?)),
            delay: self.delay,
            state: self.state,
            security: self.envelope.security()?,
            faults: Faults {
                seed: self.seed,
                lost_answer: self.lost_answer,
                rate_limit: self.rate_limit,
                technical: self.technical,
                repeated_result: self.repeated_result,
                warning: self.warning,
            },
            ..SandboxSettings::new(trust_store(&self.trust, &[])?)
        };
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
