//! `semd journal`.

mod act;
mod export;
mod reconcile;
mod select;
mod show;
mod stats;

use clap::{Args, Subcommand};
use semd_core::report::Message;
use semd_exchange::journal::{self as store, Filter, JournalAddress, Record, State};

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
    /// Everything that happened to one document
    Show(show::Show),
    /// Queue documents again
    Retry(act::Retry),
    /// Withdraw documents that are not with the register
    Cancel(act::Cancel),
    /// Let the documents of a stopped organisation be sent again
    Resume(act::Resume),
    /// Ask the register about every document whose registration the journal may have missed
    Reconcile(reconcile::Reconcile),
    /// What was registered, by type of document, organisation and month
    Stats(stats::Stats),
    /// Write what the journal keeps of documents to a folder
    Export(export::Export),
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
    /// Only documents whose last refusal has this code of the register
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// Only documents of this organisation
    #[arg(long, value_name = "OID")]
    organization: Option<String>,
    /// Only documents of this kind
    #[arg(long, value_name = "CODE")]
    kind: Option<String>,
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
            Self::Show(show) => show.run(console),
            Self::Retry(retry) => retry.run(console),
            Self::Cancel(cancel) => cancel.run(console),
            Self::Resume(resume) => resume.run(console),
            Self::Reconcile(reconcile) => reconcile.run(console),
            Self::Stats(stats) => stats.run(console),
            Self::Export(export) => export.run(console),
        }
    }
}

impl Status {
    fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let journal = open_existing(&self.place)?;
        let counts = journal.state_counts().map_err(journal_failure)?;
        let orphans = journal.orphan_count().map_err(journal_failure)?;
        match self.format {
            ListFormat::Jsonl => {
                let states: serde_json::Map<String, serde_json::Value> =
                    counts.iter().map(|(state, count)| (state.to_string(), (*count).into())).collect();
                let object = serde_json::json!({ "states": states, "orphans": orphans });
                console.data(&format!("{object}\n"));
            }
            ListFormat::Concise => {
                let mut table =
                    Table::new([console.text("состояние", "state"), console.text("документов", "documents")]);
                for (state, count) in &counts {
                    table.row([state.to_string(), count.to_string()]);
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
        let filter = Filter {
            states: self.state,
            code: self.code,
            organization: self.organization,
            kind: self.kind,
            ..Filter::default()
        };
        let mut shown = Vec::new();
        select::each_page(&*journal, filter, self.limit, |page| {
            match self.format {
                ListFormat::Jsonl => print_records(&page, self.format, console),
                // A table is as wide as its widest row.
                ListFormat::Concise => shown.extend(page),
            }
            Ok(())
        })?;
        if self.format == ListFormat::Concise {
            print_records(&shown, self.format, console);
        }
        Ok(Outcome::Good)
    }
}

/// Prints documents in the asked format.
fn print_records(records: &[Record], format: ListFormat, console: &Console) {
    match format {
        ListFormat::Jsonl => {
            for record in records {
                console.data(&(serde_json::to_string(record).unwrap_or_default() + "\n"));
            }
        }
        ListFormat::Concise => console.data(&table(records, console).to_string()),
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
fn open_existing(place: &JournalPlace) -> Result<Box<dyn store::Journal>, Failure> {
    let address = place.address()?;
    if let JournalAddress::Sqlite(path) = &address
        && !path.is_file()
    {
        let path = path.display();
        return Err(Failure::usage(Message::new(
            format!("журнала {path} нет; его создаёт semd register"),
            format!("there is no journal {path}; semd register makes it"),
        )));
    }
    address.open().map_err(journal_failure)
}

/// The failure a journal error means: the journal is part of the environment.
pub fn journal_failure(error: semd_exchange::journal::JournalError) -> Failure {
    Failure::environment(Message::new(format!("журнал: {error}"), format!("journal: {error}")))
}
