//! `semd journal stats`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use semd_core::report::Message;
use semd_exchange::sheet::{self, Cell, Sheet};
use semd_exchange::statistics::{self, Maximum, Month, MonthCount, Unit};
use time::{OffsetDateTime, UtcOffset};

use super::{journal_failure, open_existing};
use crate::args::{JournalPlace, KindFolder, utc_offset};
use crate::console::Console;
use crate::failure::Failure;
use crate::input;
use crate::outcome::Outcome;
use crate::table::Table;

/// Flags of `semd journal stats`.
#[derive(Args, Debug)]
pub struct Stats {
    #[command(flatten)]
    place: JournalPlace,
    #[command(flatten)]
    kinds: KindFolder,
    /// First month, 2026-01 [default: that of the first registration]
    #[arg(long, value_name = "MONTH", value_parser = month)]
    from: Option<Month>,
    /// Last month [default: this one]
    #[arg(long, value_name = "MONTH", value_parser = month)]
    until: Option<Month>,
    /// What is counted
    #[arg(long, value_enum, default_value_t = By::Type)]
    by: By,
    /// Every month, or for every organisation the month in which most was registered
    #[arg(long, value_enum, default_value_t = Show::Months)]
    show: Show,
    /// Offset of the clocks by which months begin
    #[arg(long, value_name = "±HH:MM", default_value = "+03:00", value_parser = utc_offset, allow_hyphen_values = true)]
    utc_offset: UtcOffset,
    /// Format: a table, CSV for spreadsheets (semicolons, UTF-8 with BOM, CRLF), XLSX with months and maxima, or one JSON object
    #[arg(long, value_enum, default_value_t = StatsFormat::Table)]
    format: StatsFormat,
    /// Write to this file
    #[arg(long, value_name = "FILE", required_if_eq("format", "xlsx"))]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// Document types (НСИ 1522): editions count together
    Type,
    /// Kinds (НСИ 1520)
    Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Show {
    Months,
    Maxima,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StatsFormat {
    Table,
    Csv,
    Xlsx,
    Json,
}

fn month(text: &str) -> Result<Month, String> {
    text.parse().map_err(|error: statistics::NoMonth| error.to_string())
}

impl Stats {
    pub(super) fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let journal = open_existing(&self.place)?;
        let until = self.until.unwrap_or_else(|| Month::of(OffsetDateTime::now_utc(), self.utc_offset));
        let from = match self.from {
            Some(from) => from,
            None => journal
                .first_registration()
                .map_err(journal_failure)?
                .map_or(until, |first| Month::of(first, self.utc_offset)),
        };
        if self.from.is_some() && from > until {
            return Err(Failure::usage(Message::new(
                format!("--from {from} позже, чем --until {until}"),
                format!("--from {from} is later than --until {until}"),
            )));
        }
        let unit = match self.by {
            By::Type => Unit::Type,
            By::Kind => Unit::Kind,
        };
        let kinds = self.kinds.open()?;
        let counts = statistics::by_month(&*journal, from, until, self.utc_offset, unit, &kinds)
            .map_err(journal_failure)?;
        let maxima = statistics::maxima(&counts);
        let sheets = [months(&counts, console), largest(&maxima, console)];
        let (shown, rows) = match self.show {
            Show::Months => (&sheets[0], serde_json::json!(counts)),
            Show::Maxima => (&sheets[1], serde_json::json!(maxima)),
        };
        let bytes = match self.format {
            StatsFormat::Json => {
                let object = serde_json::json!({ "schema": "semd.statistics/1", "rows": rows });
                format!("{object}\n").into_bytes()
            }
            StatsFormat::Csv => shown.csv().into_bytes(),
            StatsFormat::Table => table(shown).to_string().into_bytes(),
            StatsFormat::Xlsx => sheet::workbook(&sheets, OffsetDateTime::now_utc())
                .map_err(|error| Failure::environment(Message::verbatim(error.to_string())))?,
        };
        match &self.output {
            Some(file) => input::write_atomically(file, &bytes)?,
            None => console.data(&String::from_utf8_lossy(&bytes)),
        }
        Ok(Outcome::Good)
    }
}

fn months(counts: &[MonthCount], console: &Console) -> Sheet {
    let columns = [
        (console.text("месяц", "month"), 10),
        (console.text("организация", "organisation"), 36),
        (console.text("код", "code"), 8),
        (console.text("название", "title"), 60),
        (console.text("зарегистрировано", "registered"), 18),
        (console.text("с первого запроса", "by the first request"), 18),
    ];
    let mut sheet = Sheet::new(console.text("По месяцам", "Months"), &columns);
    let row = |count: &MonthCount| {
        vec![
            Cell::Text(count.month.to_string()),
            count.organization.as_str().into(),
            count.code.as_str().into(),
            count.title.as_str().into(),
            number(count.registered),
            number(count.at_first_attempt),
        ]
    };
    sheet.rows = counts.iter().map(row).collect();
    sheet
}

fn largest(maxima: &[Maximum], console: &Console) -> Sheet {
    let columns = [
        (console.text("организация", "organisation"), 36),
        (console.text("код", "code"), 8),
        (console.text("название", "title"), 60),
        (console.text("месяц наибольшего числа", "month of the maximum"), 12),
        (console.text("зарегистрировано", "registered"), 18),
    ];
    let mut sheet = Sheet::new(console.text("Максимумы", "Maxima"), &columns);
    let row = |maximum: &Maximum| {
        vec![
            maximum.organization.as_str().into(),
            maximum.code.as_deref().unwrap_or(console.text("все", "all")).into(),
            maximum.title.as_str().into(),
            Cell::Text(maximum.month.to_string()),
            number(maximum.registered),
        ]
    };
    sheet.rows = maxima.iter().map(row).collect();
    sheet
}

fn number(count: u64) -> Cell {
    Cell::Number(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The sheet for people.
fn table(sheet: &Sheet) -> Table {
    let mut table = Table::of(sheet.columns.iter().map(|column| column.title.clone()).collect());
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Date(date) => date.map(sheet::day).unwrap_or_default(),
    };
    sheet.rows.iter().for_each(|row| table.add(row.iter().map(text).collect()));
    table
}
