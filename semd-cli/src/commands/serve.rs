//! `semd serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use semd_core::report::{Lang, Message};
use semd_exchange::Exchange;
use semd_exchange::callback::{self, CallbackSettings, RunningCallback};
use semd_exchange::client::ClientLimits;
use semd_exchange::operator::{self, AccessToken, OperatorError, OperatorSettings, RunningOperator};
use semd_exchange::retry::RetryPolicy;
use semd_exchange::worker::{Worker, WorkerError};
use time::UtcOffset;

use super::journal::journal_failure;
use crate::args::{JournalPlace, KindFolder, utc_offset};
use crate::console::Console;
use crate::envelope::EnvelopeFlags;
use crate::exchange::{callback_failure, runtime};
use crate::failure::Failure;
use crate::memory;
use crate::outcome::Outcome;
use crate::secret::TokenSource;
use crate::sending::SendingFlags;
use crate::signals::StopSignals;
use crate::tls::{ClientTlsFlags, ServerTlsFlags, service_url};

/// Take the register's calls and show the journal as a web page, until stopped; with --register also send what is queued.
/// Prints one JSON line with the addresses
#[derive(Args, Debug)]
pub struct Serve {
    #[command(flatten)]
    journal: JournalPlace,
    /// Address of the web page, /metrics and /healthz; other machines reach it only with a token
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    #[command(flatten)]
    token: TokenSource,
    /// Address at which the register's calls are taken; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8091")]
    callback: SocketAddr,
    /// URL under which the register reaches that address [default: the address itself]
    #[arg(long, value_name = "URL", value_parser = service_url)]
    reply_to: Option<String>,
    /// URL of the register: also send what is queued, and ask about what is not answered
    #[arg(long, value_name = "URL", env = "SEMD_REGISTER", value_parser = service_url)]
    register: Option<String>,
    #[command(flatten)]
    sending: SendingFlags,
    #[command(flatten)]
    tls: ClientTlsFlags,
    #[command(flatten)]
    server_tls: ServerTlsFlags,
    /// TLS: authorities of the operators' certificates, PEM; the page asks every browser for one, a token is not needed then
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    page_client_ca: Option<PathBuf>,
    /// TLS: authorities of the register's or the bus's certificates, PEM; callbacks without one are not taken
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    callback_client_ca: Option<PathBuf>,
    #[command(flatten)]
    envelope: EnvelopeFlags,
    /// Offset of the times on the page
    #[arg(long, value_name = "±HH:MM", default_value = "+03:00", value_parser = utc_offset, allow_hyphen_values = true)]
    utc_offset: UtcOffset,
    #[command(flatten)]
    kinds: KindFolder,
}

impl Serve {
    /// Runs the command until it is stopped.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let token = self.token.read()?;
        let token = token.as_deref().map(|token| AccessToken::new(&String::from_utf8_lossy(token)));
        let token = token.transpose().map_err(|_| weak_token())?;
        if token.is_none() && self.page_client_ca.is_none() && !self.listen.ip().is_loopback() {
            return Err(unprotected(self.listen));
        }
        let client =
            self.tls.client(ClientLimits::default())?.with_security(self.envelope.security(console)?);
        let page_tls = self.server_tls.server(self.page_client_ca.clone())?;
        let callback_tls = self.server_tls.server(self.callback_client_ca.clone())?;
        let journal = self.journal.address()?.open().map_err(journal_failure)?;
        let exchange = Exchange::over(journal, RetryPolicy::default());
        let page = OperatorSettings {
            listen: self.listen,
            token,
            tls: page_tls,
            lang: console.lang,
            offset: self.utc_offset,
            show_personal_data: console.show_personal_data,
            kinds: self.kinds.open()?,
        };
        memory::keep_flat();
        runtime()?.block_on(async {
            let settings =
                CallbackSettings { listen: self.callback, tls: callback_tls, ..CallbackSettings::default() };
            let callback = callback::serve(exchange.clone(), client.clone(), settings)
                .await
                .map_err(|error| callback_failure(self.callback, &error))?;
            let page = operator::serve(exchange.clone(), page).await.map_err(page_failure)?;
            let worker = self.register.as_ref().map(|register| {
                let reply_to = self.reply_to.clone().unwrap_or(callback.url());
                Worker::new(exchange, client, self.sending.settings(register, reply_to, None))
            });
            work(worker, callback, page, console).await
        })
    }
}

/// Serves and, with a worker, sends, until a signal comes; then ends in good order.
async fn work(
    worker: Option<Worker>,
    callback: RunningCallback,
    page: RunningOperator,
    console: &Console,
) -> Result<Outcome, Failure> {
    let mut signals =
        StopSignals::new().map_err(|error| Failure::environment(Message::verbatim(error.to_string())))?;
    let line = serde_json::json!({
        "page": page.url(),
        "callback": callback.url(),
        "sends": worker.is_some(),
    });
    console.data(&format!("{line}\n"));
    let worked = match &worker {
        Some(worker) => {
            let mut working = std::pin::pin!(worker.serve());
            tokio::select! {
                worked = &mut working => worked,
                () = signals.next() => {
                    console.note(console.text(
                        "останавливаюсь: дожидаюсь ответов на отправленное",
                        "stopping: waiting for the answers to what was sent",
                    ));
                    worker.stop();
                    tokio::select! {
                        worked = &mut working => worked,
                        // Who asks twice does not wait; the journal knows what was on the wire.
                        () = signals.next() => return Ok(Outcome::Interrupted),
                    }
                }
            }
        }
        None => {
            signals.next().await;
            Ok(())
        }
    };
    callback.shutdown().await;
    page.shutdown().await;
    match worked {
        Ok(()) => Ok(Outcome::Good),
        Err(WorkerError::Journal(error)) => Err(journal_failure(error)),
        Err(error) => Err(Failure::environment(Message::verbatim(error.to_string()))),
    }
}

fn weak_token() -> Failure {
    Failure::usage(Message::new(
        "ключ доступа короче 16 знаков; подойдёт, например, вывод openssl rand -hex 24",
        "the access token is shorter than 16 characters; the output of openssl rand -hex 24, for example, will do",
    ))
}

fn unprotected(listen: SocketAddr) -> Failure {
    Failure::usage(Message::new(
        format!(
            "адрес {listen} виден другим машинам; задайте ключ доступа (--token-fd, SEMD_TOKEN) или --page-client-ca"
        ),
        format!(
            "{listen} can be reached from other machines; give an access token (--token-fd, SEMD_TOKEN) or --page-client-ca"
        ),
    ))
}

fn page_failure(error: OperatorError) -> Failure {
    match error {
        OperatorError::Unprotected { listen } => unprotected(listen),
        OperatorError::Listen { listen, source } => {
            let reason = crate::failure::reason(&source);
            Failure::environment(Message::new(
                format!("страница не может занять {listen}: {}", reason.text(Lang::Ru)),
                format!("the page cannot listen at {listen}: {}", reason.text(Lang::En)),
            ))
        }
        other => Failure::environment(Message::verbatim(other.to_string())),
    }
}
