//! `semd journal show`.

use clap::Args;
use semd_core::report::Message;
use semd_exchange::journal::{HistoryEntry, Journal, Record};
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use super::{journal_failure, open_existing, select, table};
use crate::args::JournalPlace;
use crate::commands::packages::ListFormat;
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::table::Table;

/// Flags of `semd journal show`.
#[derive(Args, Debug)]
pub struct Show {
    #[command(flatten)]
    place: JournalPlace,
    /// localUid, registration number, MessageID or name of the file
    #[arg(value_name = "DOCUMENT")]
    document: String,
    /// Print the bytes of the message in this line of the history; needs --show-pii
    #[arg(long, value_name = "N")]
    message: Option<i64>,
    /// Format
    #[arg(long, value_enum, default_value_t = ListFormat::Concise)]
    format: ListFormat,
}

impl Show {
    pub(super) fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let journal = open_existing(&self.place)?;
        let record = select::one(&*journal, &self.document)?;
        let history = journal.history(&record.local_uid).map_err(journal_failure)?;
        if let Some(number) = self.message {
            return message(&*journal, &history, number, console);
        }
        match self.format {
            ListFormat::Jsonl => console.data(&format!("{}\n", facts(&record, &history, console))),
            ListFormat::Concise => {
                console.data(&table(std::slice::from_ref(&record), console).to_string());
                if console.show_personal_data {
                    for error in &record.errors {
                        console.data(&format!("{}: {}\n", error.code, error.message));
                    }
                }
                console.data("\n");
                console.data(&lines(&history, console).to_string());
            }
        }
        Ok(Outcome::Good)
    }
}

/// The record with its history as JSON; texts of the register may name persons.
pub(super) fn facts(record: &Record, history: &[HistoryEntry], console: &Console) -> serde_json::Value {
    let mut value = serde_json::to_value(record).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.insert("organization".to_owned(), json!(record.organization));
        object.insert("registry_item".to_owned(), json!(record.registry_item));
        if console.show_personal_data {
            object.insert("errors".to_owned(), json!(record.errors));
        }
        object.insert("history".to_owned(), json!(history));
    }
    value
}

fn lines(history: &[HistoryEntry], console: &Console) -> Table {
    let mut table = Table::new([
        "№",
        console.text("время", "time"),
        console.text("событие", "event"),
        console.text("состояние", "state"),
        "",
        console.text("сообщение", "message"),
        "MessageID",
    ]);
    for line in history {
        let id = line.message_id.as_ref().or(line.relates_to.as_ref());
        let direction = line.direction.map_or("", |direction| direction.as_str());
        table.row([
            line.number.to_string(),
            line.at.format(&Rfc3339).unwrap_or_default(),
            line.event.clone().unwrap_or_default(),
            line.state.map(|state| state.to_string()).unwrap_or_default(),
            direction.to_owned(),
            line.action.clone().unwrap_or_default(),
            id.map(ToString::to_string).unwrap_or_default(),
        ]);
    }
    table
}

/// The bytes of one message, as they were sent or received.
fn message(
    journal: &dyn Journal,
    history: &[HistoryEntry],
    number: i64,
    console: &Console,
) -> Result<Outcome, Failure> {
    if !console.show_personal_data {
        return Err(Failure::usage(Message::new(
            "в сообщениях есть персональные данные; добавьте --show-pii",
            "messages hold personal data; add --show-pii",
        )));
    }
    let known = history.iter().any(|line| line.number == number && line.has_raw);
    let raw = if known { journal.raw_message(number).map_err(journal_failure)? } else { None };
    let Some(raw) = raw else {
        return Err(Failure::usage(Message::new(
            format!("в строке {number} истории этого документа нет сохранённого сообщения"),
            format!("line {number} of the history of this document keeps no message"),
        )));
    };
    console.data(&String::from_utf8_lossy(&raw));
    Ok(Outcome::Good)
}
