//! The report of `semd preflight` in each of its formats.

use std::path::PathBuf;

use clap::ValueEnum;
use semd_core::kinds::KindRegistry;
use semd_core::report::format::{Printed, concise, full};
use semd_core::report::{Lang, Message};
use semd_exchange::preflight::{Batch, PreflightReport};
use time::OffsetDateTime;

use super::super::validate::Collected;
use super::{Predicted, Preflight};
use crate::console::Console;
use crate::failure::Failure;
use crate::input;

/// How reports are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, with the place in the source
    Full,
    /// One line a finding
    Concise,
    /// One JSON array
    Json,
    /// One JSON object a line, in the order of the documents
    Jsonl,
    /// JUnit XML, for build servers
    Junit,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
    /// One HTML page with tabs for doctor, operator and manager
    Html,
    /// Table for spreadsheet programs: `;`, UTF-8 with a byte order mark
    Csv,
    /// Workbook of a spreadsheet program
    Xlsx,
}

/// The report as it grows.
pub(super) struct Report<'a> {
    format: Format,
    console: &'a Console,
    output: Option<PathBuf>,
    /// What goes to the file, when there is one.
    text: String,
    printed: usize,
    collected: Collected,
    batch: Option<Batch>,
}

impl<'a> Report<'a> {
    pub(super) fn new(
        command: &Preflight,
        kinds: &KindRegistry,
        as_of: OffsetDateTime,
        console: &'a Console,
    ) -> Self {
        let format = command.format;
        let collected = match format {
            Format::Junit => Collected::junit("semd preflight", console),
            Format::Sarif => Collected::sarif(console),
            _ => Collected::Nothing,
        };
        let together = matches!(format, Format::Html | Format::Csv | Format::Xlsx);
        let batch = together
            .then(|| Batch::new(console.lang, console.show_personal_data, as_of).with_kinds(kinds.clone()));
        let output = command.output.clone();
        Self { format, console, output, text: String::new(), printed: 0, collected, batch }
    }

    /// Adds a bundle.
    pub(super) fn add(&mut self, file: &str, predicted: &Predicted) {
        let Predicted { files, report, elapsed_us, .. } = predicted;
        let lang = self.console.lang;
        let shown = Printed {
            file,
            source: &files.document,
            report: &report.report,
            elapsed_us: *elapsed_us,
            lang,
            show_personal_data: self.console.show_personal_data,
        };
        let text = match self.format {
            Format::Full => full::text(&shown) + &summary(file, report, lang),
            Format::Concise => concise::lines(&shown) + &summary(file, report, lang),
            Format::Jsonl => report.json(file, *elapsed_us, lang) + "\n",
            Format::Json => {
                let begin = if self.printed == 0 { "[" } else { ",\n" };
                format!("{begin}{}", report.json(file, *elapsed_us, lang))
            }
            Format::Junit | Format::Sarif => {
                self.collected.add(&shown);
                String::new()
            }
            Format::Html | Format::Csv | Format::Xlsx => {
                self.batch.iter_mut().for_each(|batch| batch.add(file, report));
                String::new()
            }
        };
        self.printed += 1;
        self.put(&text);
    }

    /// Adds a bundle that could not be read.
    pub(super) fn add_unread(&mut self, file: &str, reason: &Message) {
        self.batch.iter_mut().for_each(|batch| batch.add_unread(file, reason));
    }

    fn put(&mut self, text: &str) {
        match self.output {
            Some(_) => self.text.push_str(text),
            None => self.console.data(text),
        }
    }

    /// Prints what follows the last bundle.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        let collected = std::mem::replace(&mut self.collected, Collected::Nothing).finish();
        let batch = self.batch.take();
        let whole: Vec<u8> = match (self.format, batch) {
            (Format::Json, _) => if self.printed == 0 { "[]\n" } else { "]\n" }.into(),
            (Format::Html, Some(batch)) => batch.html().into(),
            (Format::Csv, Some(batch)) => batch.csv().into(),
            (Format::Xlsx, Some(batch)) => batch.xlsx().map_err(|error| {
                Failure::usage(Message::new(
                    format!("книга XLSX не помещает столько строк, возьмите csv: {error}"),
                    format!("a workbook does not take so many rows, take csv: {error}"),
                ))
            })?,
            _ => collected.into(),
        };
        match &self.output {
            Some(path) => input::write_atomically(path, &[self.text.as_bytes(), &whole].concat()),
            None => {
                self.console.bytes(&whole);
                Ok(())
            }
        }
    }
}

/// What the register would answer, and how much could not be checked for want of data.
fn summary(file: &str, report: &PreflightReport, lang: Lang) -> String {
    let codes = report.codes().into_iter().collect::<Vec<_>>().join(", ");
    let mut needs: Vec<&str> = report.not_checked().flat_map(|(_, needs)| needs).copied().collect();
    needs.sort_unstable();
    needs.dedup();
    let (count, needs) = (report.not_checked().count(), needs.join(", "));
    let answer = match (lang, codes.is_empty()) {
        (Lang::Ru, true) => "отказ не предвидится".to_owned(),
        (Lang::En, true) => "no refusal is foreseen".to_owned(),
        (Lang::Ru, false) => format!("РЭМД откажет: {codes}"),
        (Lang::En, false) => format!("the register would refuse: {codes}"),
    };
    let rest = match (lang, count) {
        (_, 0) => String::new(),
        (Lang::Ru, _) => format!("; не проверено кодов: {count}, нужны данные: {needs}"),
        (Lang::En, _) => format!("; codes not checked: {count}, data needed: {needs}"),
    };
    format!("{file}: {answer}{rest}\n")
}
