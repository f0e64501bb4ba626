//! `semd journal reconcile`.

use clap::Args;
use semd_core::report::Lang;
use semd_exchange::Exchange;
use semd_exchange::client::ClientLimits;
use semd_exchange::retry::RetryPolicy;
use semd_exchange::worker::{Settings, Worker, WorkerError};

use super::{journal_failure, open_existing, print_records};
use crate::args::JournalPlace;
use crate::commands::packages::ListFormat;
use crate::console::Console;
use crate::envelope::EnvelopeFlags;
use crate::exchange::runtime;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::tls::{ClientTlsFlags, service_url};

/// Flags of `semd journal reconcile`.
#[derive(Args, Debug)]
pub struct Reconcile {
    #[command(flatten)]
    place: JournalPlace,
    /// URL of the register
    #[arg(long, value_name = "URL", env = "SEMD_REGISTER", value_parser = service_url)]
    register: String,
    #[command(flatten)]
    tls: ClientTlsFlags,
    #[command(flatten)]
    envelope: EnvelopeFlags,
    /// GUID of the sending system on the bus
    #[arg(long, value_name = "GUID", env = "SEMD_CLIENT_ENTITY_ID")]
    client_entity_id: Option<String>,
    /// Format of the documents found
    #[arg(long, value_enum, default_value_t = ListFormat::Concise)]
    format: ListFormat,
}

impl Reconcile {
    pub(super) fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let journal = open_existing(&self.place)?;
        let exchange = Exchange::over(journal, RetryPolicy::default());
        // Nobody listens for results here, and no address is given for them.
        let settings =
            Settings { client_entity_id: self.client_entity_id, ..Settings::new(self.register, "") };
        let client =
            self.tls.client(ClientLimits::default())?.with_security(self.envelope.security(console)?);
        let worker = Worker::new(exchange, client, settings);
        let found = runtime()?.block_on(worker.reconcile()).map_err(|error| match error {
            WorkerError::Journal(error) => journal_failure(error),
            other => Failure::environment(semd_core::report::Message::verbatim(other.to_string())),
        })?;
        let mut records = found.registered;
        let (registered, completed) = (records.len(), found.completed.len());
        records.extend(found.completed);
        print_records(&records, self.format, console);
        let (unknown, unanswered) = (found.not_known, found.unanswered);
        console.note(&match console.lang {
            Lang::Ru => format!(
                "оказались зарегистрированы: {registered}; дополнены: {completed}; регистру неизвестны: {unknown}; \
                 без ответа: {unanswered}"
            ),
            Lang::En => format!(
                "turned out to be registered: {registered}; completed: {completed}; not known to the register: \
                 {unknown}; without an answer: {unanswered}"
            ),
        });
        Ok(if unanswered > 0 { Outcome::Environment } else { Outcome::Good })
    }
}
