//! `semd journal retry`, `cancel` and `resume`: what an operator decides.

use clap::Args;
use semd_core::report::{Lang, Message};
use semd_exchange::journal::{Event, Journal, JournalError, Record, State, Update};
use time::OffsetDateTime;

use super::select::Selection;
use super::{journal_failure, open_existing, print_records};
use crate::args::JournalPlace;
use crate::commands::packages::ListFormat;
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Flags of `semd journal retry`.
#[derive(Args, Debug)]
pub struct Retry {
    #[command(flatten)]
    place: JournalPlace,
    #[command(flatten)]
    selection: Selection,
    /// Also documents that a resend cannot help; a corrected document needs a new localUid instead
    #[arg(long)]
    even_useless: bool,
    /// Format of the result
    #[arg(long, value_enum, default_value_t = ListFormat::Concise)]
    format: ListFormat,
}

/// Flags of `semd journal cancel`.
#[derive(Args, Debug)]
pub struct Cancel {
    #[command(flatten)]
    place: JournalPlace,
    #[command(flatten)]
    selection: Selection,
    /// Format of the result
    #[arg(long, value_enum, default_value_t = ListFormat::Concise)]
    format: ListFormat,
}

/// Flags of `semd journal resume`.
#[derive(Args, Debug)]
pub struct Resume {
    #[command(flatten)]
    place: JournalPlace,
    /// OID of the organisation [default: list the stopped ones]
    #[arg(value_name = "OID")]
    organization: Option<String>,
}

impl Retry {
    pub(super) fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let journal = open_existing(&self.place)?;
        let states = [State::Rejected, State::Dead, State::NoAnswer, State::Cancelled];
        let mut records = self.selection.records(&*journal, &states)?;
        if !self.selection.by_name() && !self.even_useless {
            // What the register refused for good would be refused again, at the same cost.
            records.retain(|record| record.state != State::Rejected || record.retryable == Some(true));
        }
        apply(&*journal, &records, Event::Requeue, self.format, console)
    }
}

impl Cancel {
    pub(super) fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let journal = open_existing(&self.place)?;
        let states = [State::Queued, State::Rejected, State::Dead, State::NoAnswer];
        let records = self.selection.records(&*journal, &states)?;
        apply(&*journal, &records, Event::Cancel, self.format, console)
    }
}

/// Applies what the operator decided to each document; one that cannot be moved stops no other.
fn apply(
    journal: &dyn Journal,
    records: &[Record],
    event: Event,
    format: ListFormat,
    console: &Console,
) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Good;
    let mut changed = Vec::new();
    for record in records {
        match journal.apply(&record.local_uid, &Update::bare(event), OffsetDateTime::now_utc()) {
            Ok(change) => changed.push(change.record),
            Err(JournalError::Illegal(illegal)) => {
                let text = match console.lang {
                    Lang::Ru => format!("в состоянии {} это невозможно", illegal.state),
                    Lang::En => format!("not possible while it is {}", illegal.state),
                };
                console.complain(&format!("semd: {}: {}: {text}", record.file, record.local_uid));
                outcome = outcome.worst(Outcome::Findings);
            }
            Err(error) => return Err(journal_failure(error)),
        }
    }
    print_records(&changed, format, console);
    Ok(outcome)
}

impl Resume {
    pub(super) fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let journal = open_existing(&self.place)?;
        let Some(organization) = self.organization else {
            for stop in journal.stops().map_err(journal_failure)? {
                console.data(&(serde_json::to_string(&stop).unwrap_or_default() + "\n"));
            }
            return Ok(Outcome::Good);
        };
        match journal.resume(&organization, OffsetDateTime::now_utc()).map_err(journal_failure)? {
            true => Ok(Outcome::Good),
            false => Err(Failure::usage(Message::new(
                format!("отправка документов организации {organization} не остановлена"),
                format!("organisation {organization} is not stopped"),
            ))),
        }
    }
}
