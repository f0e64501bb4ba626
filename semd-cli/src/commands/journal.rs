//! `semd journal`.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use semd_core::report::Message;
use semd_exchange::journal::{Filter, Journal as _, Record, SqliteJournal, State};

use super::packages::ListFormat;
use crate::args::JournalPlace;
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::table::Table;

/// What the journal knows
#[derive(Debug, Subcommand)]
pub enum Journal {
    /// Number of documents in each state
    Status(Status),
    /// The documents, oldest first
    List(List),
}

/// Flags of `semd journal status`.
#[derive(Args, Debug)]
pub struct Status {
    #[command(flatten)]
    place: JournalPlace,
    /// Format of the counts
    #[arg(long, value_enum, default_value_t = ListFormat::Concise)]
    format: ListFormat,
}

/// Flags of `semd journal list`.
#[derive(Args, Debug)]
pub struct List {
    #[command(flatten)]
    place: JournalPlace,
    /// Only documents in these states
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    state: Vec<State>,
    /// At most this many documents
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Format of the list
    #[arg(long, value_enum, default_value_t = ListFormat::Concise)]
    format: ListFormat,
}

impl Journal {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        match self {
            Self::Status(status) => status.run(console),
            Self::List(list) => list.run(console),
        }
    }
}

impl Status {
    fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let journal = open_existing(&self.place)?;
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for record in journal.list(&Filter::default()).map_err(journal_failure)? {
            *counts.entry(record.state.as_str()).or_default() += 1;
        }
        let orphans = journal.orphan_count().map_err(journal_failure)?;
        match self.format {
            ListFormat::Jsonl => {
                let object = serde_json::json!({ "states": counts, "orphans": orphans });
                console.data(&format!("{object}\n"));
            }
            ListFormat::Concise => {
                let mut table =
                    Table::new([console.text("состояние", "state"), console.text("документов", "documents")]);
                for (state, count) in &counts {
                    table.row([(*state).to_owned(), count.to_string()]);
                }
                table.row([
                    console.text("сообщения без документа", "orphan messages").to_owned(),
                    orphans.to_string(),
                ]);
                console.data(&table.to_string());
            }
        }
        Ok(Outcome::Good)
    }
}

impl List {
    fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let journal = open_existing(&self.place)?;
        let filter = Filter { states: self.state, limit: self.limit, ..Filter::default() };
        let records = journal.list(&filter).map_err(journal_failure)?;
        match self.format {
            ListFormat::Jsonl => {
                for record in &records {
                    console.data(&(serde_json::to_string(record).unwrap_or_default() + "\n"));
                }
            }
            ListFormat::Concise => console.data(&table(&records, console).to_string()),
        }
        Ok(Outcome::Good)
    }
}

/// The table operators read: file, kind, state, registration number or codes, whether sending again helps.
pub fn table(records: &[Record], console: &Console) -> Table {
    let mut table = Table::new([
        console.text("файл", "file"),
        console.text("вид", "kind"),
        console.text("состояние", "state"),
        console.text("номер в РЭМД или коды", "emdrId or codes"),
        console.text("исправляет", "to be fixed by"),
        console.text("повтор поможет", "resend helps"),
    ]);
    for record in records {
        let outcome = record.emdr_id.clone().unwrap_or_else(|| record.codes.join(" "));
        let owner = record.owner.map_or("", |owner| owner.word(console.lang));
        let retryable = match record.retryable {
            Some(true) => console.text("да", "yes"),
            Some(false) => console.text("нет", "no"),
            None => "",
        };
        table.row([
            record.file.clone(),
            record.kind.clone(),
            record.state.as_str().to_owned(),
            outcome,
            owner.to_owned(),
            retryable.to_owned(),
        ]);
    }
    table
}

/// Opens a journal that must be there already: a misspelt name must not make an empty one.
fn open_existing(place: &JournalPlace) -> Result<SqliteJournal, Failure> {
    let path = place.path()?;
    if !path.is_file() {
        let path = path.display();
        return Err(Failure::usage(Message::new(
            format!("журнала {path} нет; его создаёт semd register"),
            format!("there is no journal {path}; semd register makes it"),
        )));
    }
    SqliteJournal::open(&path).map_err(journal_failure)
}

/// The failure a journal error means: the journal is part of the environment.
pub fn journal_failure(error: semd_exchange::journal::JournalError) -> Failure {
    Failure::environment(Message::new(format!("журнал: {error}"), format!("journal: {error}")))
}
