//! `semd journal export`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use semd_core::report::Lang;
use semd_exchange::journal::{Journal, Record, State};

use super::select::Selection;
use super::show::facts;
use super::{journal_failure, open_existing};
use crate::args::JournalPlace;
use crate::console::Console;
use crate::failure::Failure;
use crate::input;
use crate::outcome::Outcome;

/// Flags of `semd journal export`.
#[derive(Args, Debug)]
pub struct Export {
    #[command(flatten)]
    place: JournalPlace,
    #[command(flatten)]
    selection: Selection,
    /// Folder for one folder a document: state and history; with --show-pii also the document, its request and every
    /// message
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Export {
    pub(super) fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let journal = open_existing(&self.place)?;
        let records = self.selection.records(&*journal, &State::ALL)?;
        for record in &records {
            export(&*journal, record, &self.out, console)?;
        }
        console.note(&match console.lang {
            Lang::Ru => format!("выгружено документов: {}", records.len()),
            Lang::En => format!("documents exported: {}", records.len()),
        });
        Ok(Outcome::Good)
    }
}

fn export(journal: &dyn Journal, record: &Record, out: &Path, console: &Console) -> Result<(), Failure> {
    let folder = out.join(folder_name(&record.local_uid));
    fs::create_dir_all(&folder).map_err(|error| Failure::io(&folder, &error))?;
    let history = journal.history(&record.local_uid).map_err(journal_failure)?;
    let json = serde_json::to_vec_pretty(&facts(record, &history, console)).unwrap_or_default();
    input::write_atomically(&folder.join("journal.json"), &json)?;
    if !console.show_personal_data {
        return Ok(());
    }
    if let Some(bytes) = journal.bytes(&record.local_uid).map_err(journal_failure)? {
        input::write_atomically(&folder.join("document.xml"), &bytes)?;
    }
    if let Some(request) = journal.request(&record.local_uid).map_err(journal_failure)? {
        let json = serde_json::to_vec_pretty(&request).unwrap_or_default();
        input::write_atomically(&folder.join("document.remd.json"), &json)?;
    }
    for line in history.iter().filter(|line| line.has_raw) {
        if let Some(raw) = journal.raw_message(line.number).map_err(journal_failure)? {
            let direction = line.direction.map_or("", |direction| direction.as_str());
            let action = folder_name(line.action.as_deref().unwrap_or_default());
            input::write_atomically(
                &folder.join(format!("{:06}-{direction}-{action}.xml", line.number)),
                &raw,
            )?;
        }
    }
    Ok(())
}

/// An identifier as a name of a folder: it came from outside, and may hold anything.
fn folder_name(text: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    text.chars().take(80).map(keep).collect()
}
