//! `semd packages list`.

use clap::{Args, ValueEnum};
use semd_core::package::PackageSummary;
use serde::Serialize;

use crate::args::{KindFolder, PackageFolders};
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::packages;

/// Flags of `semd packages list`.
#[derive(Args, Debug)]
pub struct List {
    #[command(flatten)]
    folders: PackageFolders,
    #[command(flatten)]
    kinds: KindFolder,
    /// Compile each package and report what cannot be compiled
    #[arg(long)]
    check: bool,
    /// Format of the list
    #[arg(long, value_enum, default_value_t = ListFormat::Concise)]
    format: ListFormat,
}

/// How lists are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// A line each, for people
    Concise,
    /// One JSON object a line
    Jsonl,
}

#[derive(Serialize)]
struct Row<'a> {
    kind: &'a str,
    name: &'a str,
    title: &'a str,
    edition: Option<u32>,
    schema: bool,
    schematrons: usize,
    origin: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
}

impl List {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let store = packages::open(&self.folders)?;
        let kinds = self.kinds.open()?;
        let summaries = store.summaries().map_err(|error| Failure::environment(error.message()))?;
        let bar = console.progress(summaries.len());
        let mut outcome = Outcome::Good;
        for summary in &summaries {
            let known = kinds.find(&summary.kind);
            let compiled = if self.check { store.package(&summary.name) } else { None };
            bar.inc(1);
            let digest = match &compiled {
                Some(Ok(package)) => Some(package.digest.as_str()),
                Some(Err(error)) => {
                    console.complain(&error.message().text(console.lang));
                    outcome = outcome.worst(Outcome::Usage);
                    None
                }
                None => None,
            };
            let row = Row {
                kind: &summary.kind,
                name: &summary.name,
                title: known.map_or("", |kind| kind.title_in(console.lang)),
                edition: known.and_then(|kind| kind.edition),
                schema: summary.has_schema,
                schematrons: summary.schematrons,
                origin: &summary.origin,
                digest,
            };
            let line = match self.format {
                ListFormat::Jsonl => serde_json::to_string(&row).unwrap_or_default(),
                ListFormat::Concise => concise(&row, summary, console),
            };
            console.data(&(line + "\n"));
        }
        bar.finish_and_clear();
        Ok(outcome)
    }
}

/// The parts of a package: `XSD + 1 Schematron`.
pub fn parts(summary: &PackageSummary) -> String {
    let schema = if summary.has_schema { "XSD" } else { "—" };
    format!("{schema} + {} Schematron", summary.schematrons)
}

fn concise(row: &Row<'_>, summary: &PackageSummary, console: &Console) -> String {
    let edition =
        row.edition.map_or(String::new(), |edition| format!(" {} {edition}", console.text("ред.", "ed.")));
    let digest =
        row.digest.map_or(String::new(), |digest| format!("  sha256:{}", &digest[..digest.len().min(12)]));
    let parts = parts(summary);
    format!("{:>4}{edition}  {parts}  {}{digest}  [{}]", row.name, row.title, row.origin)
}
