//! Flags of commands that send to the register.

use std::time::Duration;

use clap::Args;
use semd_exchange::journal::Rate;
use semd_exchange::worker::Settings;

/// Who sends, and how fast.
#[derive(Args, Clone, Debug)]
pub struct SendingFlags {
    /// GUID of the sending system on the bus
    #[arg(long, value_name = "GUID", env = "SEMD_CLIENT_ENTITY_ID")]
    client_entity_id: Option<String>,
    /// Requests in flight at the same time
    #[arg(long, value_name = "N", default_value_t = 8)]
    concurrency: usize,
    /// Requests a second at most, shared by all workers of the journal with the same client-entity-id
    /// [default: no limit until the register says RATE_LIMIT]
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<Rate>,
}

impl SendingFlags {
    /// Settings of a worker.
    pub fn settings(&self, register: &str, reply_to: String, wait: Option<Duration>) -> Settings {
        Settings {
            client_entity_id: self.client_entity_id.clone(),
            concurrency: self.concurrency.max(1),
            rate: self.rate,
            wait,
            ..Settings::new(register, reply_to)
        }
    }
}

fn rate(text: &str) -> Result<Rate, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number <= 10_000.0 => Ok(Rate::per_second(number)),
        _ => Err("a number above 0 and at most 10000".to_owned()),
    }
}
