//! Running the exchange: the asynchronous runtime, callback service and worker together.

use std::net::SocketAddr;

use semd_core::report::Message;
use semd_exchange::Exchange;
use semd_exchange::callback::{self, CallbackSettings};
use semd_exchange::client::Client;
use semd_exchange::worker::{BatchReport, Intake, Settings, Worker};

use crate::commands::journal::journal_failure;
use crate::console::Console;
use crate::failure::Failure;
use crate::memory;
use crate::signals::StopSignals;

/// Runs callback service and worker until the batch is settled; `None` when the user interrupted.
pub fn exchange_all(
    exchange: Exchange,
    callback: CallbackSettings,
    client: Client,
    settings: impl FnOnce(String) -> Settings,
    intake: Intake,
    console: &Console,
) -> Result<Option<BatchReport>, Failure> {
    let bar = console.progress(intake.local_uids.len());
    let mut changes = exchange.subscribe();
    let run = async {
        let listen = callback.listen;
        let service = callback::serve(exchange.clone(), client.clone(), callback)
            .await
            .map_err(|error| callback_failure(listen, &error))?;
        let mut signals =
            StopSignals::new().map_err(|error| Failure::environment(Message::verbatim(error.to_string())))?;
        let worker = Worker::new(exchange, client, settings(service.url()));
        let counting = async {
            while let Ok(change) = changes.recv().await {
                if change.moved() && change.record.state.is_settled() {
                    bar.inc(1);
                }
            }
            std::future::pending::<()>().await;
        };
        let mut interrupted = false;
        let report = {
            let mut working = std::pin::pin!(worker.settle(intake));
            let mut counting = std::pin::pin!(counting);
            loop {
                tokio::select! {
                    report = &mut working => break Some(report),
                    () = &mut counting => {}
                    // What is on the wire is answered first; who asks twice does not wait for it.
                    () = signals.next() => match interrupted {
                        true => break None,
                        false => {
                            interrupted = true;
                            worker.stop();
                        }
                    },
                }
            }
        };
        let report = report.filter(|_| !interrupted);
        service.shutdown().await;
        report.transpose().map_err(|error| {
            let semd_exchange::worker::WorkerError::Journal(error) = error else {
                return Failure::environment(Message::verbatim(error.to_string()));
            };
            journal_failure(error)
        })
    };
    memory::keep_flat();
    let report = runtime()?.block_on(run);
    bar.finish_and_clear();
    report
}

/// The failure of a callback service whose address cannot be had.
pub fn callback_failure(listen: SocketAddr, error: &std::io::Error) -> Failure {
    let reason = crate::failure::reason(error);
    Failure::environment(Message::new(
        format!("служба обратных вызовов не может занять {listen}: {}", reason.ru),
        format!("the callback service cannot listen at {listen}: {}", reason.en),
    ))
}

/// The asynchronous runtime of commands that talk to the register.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    semd_exchange::runtime().map_err(|error| Failure::environment(Message::verbatim(error.to_string())))
}
