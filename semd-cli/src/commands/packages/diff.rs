//! `semd packages diff`.

use std::path::{Path, PathBuf};

use clap::Args;
use semd_core::package::{Change, ChangedRule, Difference, PackageStore};
use semd_core::report::Message;

use super::ListFormat;
use crate::args::PackageFolders;
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::packages;

/// Flags of `semd packages diff`.
#[derive(Args, Debug)]
pub struct Diff {
    /// The older package: a kind, or the folder of a package
    old: PathBuf,
    /// The newer package: a kind, or the folder of a package
    new: PathBuf,
    #[command(flatten)]
    folders: PackageFolders,
    /// Format of the differences
    #[arg(long, value_enum, default_value_t = ListFormat::Concise)]
    format: ListFormat,
}

impl Diff {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let (old, old_kind) = self.package(&self.old)?;
        let (new, new_kind) = self.package(&self.new)?;
        let difference =
            old.difference(&old_kind, &new, &new_kind).map_err(|error| Failure::usage(error.message()))?;
        match self.format {
            ListFormat::Jsonl => jsonl(&difference, console),
            ListFormat::Concise => concise(&difference, console),
        }
        Ok(Outcome::Good)
    }

    /// The store and kind that an argument names.
    fn package(&self, argument: &Path) -> Result<(PackageStore, String), Failure> {
        let kind = argument.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !argument.is_dir() {
            return Ok((packages::open(&self.folders)?, argument.to_string_lossy().into_owned()));
        }
        let place = std::fs::canonicalize(argument).map_err(|error| Failure::io(argument, &error))?;
        let Some(folder) = place.parent() else {
            let path = argument.display();
            return Err(Failure::usage(Message::new(
                format!("{path} не папка пакета"),
                format!("{path} is not the folder of a package"),
            )));
        };
        let kind = place.file_name().map_or(kind, |name| name.to_string_lossy().into_owned());
        let store =
            PackageStore::open(&[folder.to_owned()]).map_err(|error| Failure::usage(error.message()))?;
        Ok((store, kind))
    }
}

fn jsonl(difference: &Difference, console: &Console) {
    for rule in &difference.rules {
        console.data(&(serde_json::to_string(rule).unwrap_or_default() + "\n"));
    }
    for file in &difference.files {
        console.data(&(serde_json::to_string(file).unwrap_or_default() + "\n"));
    }
}

fn concise(difference: &Difference, console: &Console) {
    let word = |change: Change| match change {
        Change::Added => console.text("добавлено", "added"),
        Change::Removed => console.text("удалено", "removed"),
        Change::Test => console.text("изменена проверка", "test changed"),
        Change::Message => console.text("изменён текст", "text changed"),
        Change::Content => console.text("изменено", "changed"),
    };
    for ChangedRule { change, rule, context, kind, test, old_test, message, old_message } in &difference.rules
    {
        console.data(&format!("{}: {} {kind} {context}\n", word(*change), rule.as_deref().unwrap_or("—")));
        for (sign, text) in [("-", old_test), ("-", old_message)] {
            if let Some(text) = text {
                console.data(&format!("  {sign} {text}\n"));
            }
        }
        let sign = if *change == Change::Removed { "-" } else { "+" };
        if *change != Change::Message {
            console.data(&format!("  {sign} {test}\n"));
        }
        if *change != Change::Test || old_message.is_some() {
            console.data(&format!("  {sign} {message}\n"));
        }
    }
    for file in &difference.files {
        console.data(&format!("{}: xsd/{}\n", word(file.change), file.file));
    }
    let (rules, same) = (difference.rules.len(), difference.same);
    console.note(&format!(
        "{}: {rules}, {}: {same}",
        console.text("отличается правил", "rules that differ"),
        console.text("совпадает", "the same")
    ));
}
