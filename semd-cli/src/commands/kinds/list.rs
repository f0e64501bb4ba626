//! `semd kinds list`.

use clap::Args;
use semd_core::kinds::Format;
use semd_core::report::Lang;
use serde::Serialize;
use time::Date;

use super::sources::{Sources, days};
use crate::args::day;
use crate::commands::packages::ListFormat;
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::table::Table;

/// Flags of `semd kinds list`.
#[derive(Args, Debug)]
pub struct List {
    #[command(flatten)]
    sources: Sources,
    /// Only the kinds that are registered on this day, YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<Date>,
    /// Format of the list
    #[arg(long, value_enum, default_value_t = ListFormat::Concise)]
    format: ListFormat,
}

/// A kind as a line of JSON.
#[derive(Serialize)]
struct Row<'a> {
    code: &'a str,
    edition: Option<u32>,
    format: Format,
    valid_from: Option<String>,
    valid_to: Option<String>,
    package: bool,
    title: &'a str,
}

impl List {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let known = self.sources.open()?;
        let mut table = Table::new(match console.lang {
            Lang::Ru => ["код", "ред.", "формат", "регистрация", "пакет", "название"],
            Lang::En => ["code", "ed.", "format", "registered", "package", "title"],
        });
        for kind in known.kinds.kinds() {
            let window = known.window(kind);
            if self.on.is_some_and(|day| !window.contains(day)) {
                continue;
            }
            let (package, title) = (known.packages.has(&kind.code), kind.title_in(console.lang));
            match self.format {
                ListFormat::Concise => table.row([
                    kind.code.clone(),
                    kind.edition.map_or_else(|| "—".to_owned(), |edition| edition.to_string()),
                    kind.format.name().to_owned(),
                    days(window),
                    if package { console.text("есть", "yes") } else { "—" }.to_owned(),
                    title.to_owned(),
                ]),
                ListFormat::Jsonl => {
                    let row = Row {
                        code: &kind.code,
                        edition: kind.edition,
                        format: kind.format,
                        valid_from: window.from.map(|day| day.to_string()),
                        valid_to: window.to.map(|day| day.to_string()),
                        package,
                        title,
                    };
                    console.data(&(serde_json::to_string(&row).unwrap_or_default() + "\n"));
                }
            }
        }
        if self.format == ListFormat::Concise {
            console.data(&table.to_string());
        }
        Ok(Outcome::Good)
    }
}
