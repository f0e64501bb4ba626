//! `semd build`.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use semd_core::bounded::read_file;
use semd_core::build::{BuildError, CardKinds};
use semd_core::report::Message;
use serde_json::Value;

use crate::args::DictionaryPlace;
use crate::console::Console;
use crate::dictionaries;
use crate::failure::Failure;
use crate::input::write_atomically;
use crate::outcome::Outcome;

/// A card is text that somebody filled in by hand or a program wrote; a larger file is a mistake.
const MAX_CARD: u64 = 64 * 1024 * 1024;

/// Flags of `semd build`.
#[derive(Args, Debug)]
pub struct Build {
    /// The card, a JSON file; `-` for stdin
    #[arg(value_name = "CARD.json", required_unless_present = "schema")]
    card: Option<PathBuf>,
    /// Where to write the document [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print the JSON Schema of a kind's card instead
    #[arg(long, value_name = "KIND", conflicts_with = "card")]
    schema: Option<String>,
    /// Folder with further kinds, see docs/cards.md
    #[arg(long, value_name = "DIR", env = "SEMD_CARDS")]
    cards: Option<PathBuf>,
    #[command(flatten)]
    dictionaries: DictionaryPlace,
}

impl Build {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let kinds = card_kinds(self.cards.as_deref())?;
        if let Some(kind) = &self.schema {
            let Some(schema) = kinds.json_schema(kind, console.lang) else {
                let known = kinds.codes().collect::<Vec<_>>().join(", ");
                return Err(Failure::usage(Message::new(
                    format!("для вида {kind} нет шаблона; есть: {known}"),
                    format!("there is no template for kind {kind}; there are: {known}"),
                )));
            };
            console.data(&format!("{schema:#}\n"));
            return Ok(Outcome::Good);
        }
        let path = self.card.unwrap_or_default();
        let card = read_card(&path)?;
        let store = dictionaries::open(&self.dictionaries)?;
        let document = match kinds.build(&card, store.as_ref()) {
            Ok(document) => document,
            Err(error) => return complain(&path, &error, console),
        };
        match &self.out {
            Some(out) => write_atomically(out, document.as_bytes())?,
            None => console.data(&document),
        }
        Ok(Outcome::Good)
    }
}

/// The card kinds built in, and those of a folder.
pub fn card_kinds(folder: Option<&Path>) -> Result<CardKinds, Failure> {
    let Some(folder) = folder else { return Ok(CardKinds::embedded()) };
    CardKinds::with_folder(folder).map_err(|error| {
        Failure::usage(Message::new(
            format!("виды карт не загружены: {error}"),
            format!("the card kinds cannot be loaded: {error}"),
        ))
    })
}

/// Reads a card: a file, or `-` for stdin.
pub fn read_card(path: &Path) -> Result<Value, Failure> {
    let read = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().take(MAX_CARD + 1).read_to_end(&mut bytes).map(|_| bytes)
    } else {
        read_file(path, MAX_CARD as usize)
    };
    let bytes = read.map_err(|error| Failure::io(path, &error))?;
    if bytes.len() as u64 > MAX_CARD {
        return Err(Failure::usage(Message::new(
            format!("{}: карта больше {MAX_CARD} байт", path.display()),
            format!("{}: the card is larger than {MAX_CARD} bytes", path.display()),
        )));
    }
    serde_json::from_slice(&bytes).map_err(|error| {
        // Line and column only: the words of the parser may quote the card.
        let (line, column) = (error.line(), error.column());
        Failure::usage(Message::new(
            format!("{}:{line}:{column}: это не JSON", path.display()),
            format!("{}:{line}:{column}: this is not JSON", path.display()),
        ))
    })
}

/// Prints every fault of the card with its place.
fn complain(path: &Path, error: &BuildError, console: &Console) -> Result<Outcome, Failure> {
    let faults = error.faults();
    for fault in &faults {
        let place = format!("{}#{}", path.display(), fault.pointer);
        console.complain(&format!("{place}: {}", fault.message.text(console.lang)));
    }
    let count = faults.len();
    console.note(console.text(
        &format!("документ не построен, замечаний к карте: {count}"),
        &format!("no document was built, faults of the card: {count}"),
    ));
    Ok(Outcome::Findings)
}
