//! `semd journal stats`.

use clap::{Args, ValueEnum};
use semd_core::kinds::KindRegistry;
use semd_core::report::Message;
use semd_exchange::statistics::{self, Maximum, Month, MonthCount, Unit};
use time::{OffsetDateTime, UtcOffset};

use super::{journal_failure, open_existing};
use crate::args::{JournalPlace, utc_offset};
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::table::Table;

/// Flags of `semd journal stats`.
#[derive(Args, Debug)]
pub struct Stats {
    #[command(flatten)]
    place: JournalPlace,
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
    /// Format: a table, CSV for spreadsheets (semicolons, UTF-8 with BOM, CRLF), or one JSON object
    #[arg(long, value_enum, default_value_t = StatsFormat::Table)]
    format: StatsFormat,
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
    Json,
}

fn month(text: &str) -> Result<Month, String> {
    text.parse().map_err(|error: statistics::NoMonth| error.to_string())
}

/// Titles and rows, ready for any format but JSON.
struct Sheet {
    titles: Vec<String>,
    rows: Vec<Vec<String>>,
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
        let kinds = KindRegistry::embedded();
        let counts = statistics::by_month(&*journal, from, until, self.utc_offset, unit, &kinds)
            .map_err(journal_failure)?;
        match self.show {
            Show::Months => self.print(&counts, months(&counts, console), console),
            Show::Maxima => {
                let maxima = statistics::maxima(&counts);
                self.print(&maxima, largest(&maxima, console), console)
            }
        }
    }

    fn print(
        &self,
        data: &impl serde::Serialize,
        sheet: Sheet,
        console: &Console,
    ) -> Result<Outcome, Failure> {
        match self.format {
            StatsFormat::Json => {
                let object = serde_json::json!({ "schema": "semd.statistics/1", "rows": data });
                console.data(&format!("{object}\n"));
            }
            StatsFormat::Csv => console.data(&csv(&sheet)?),
            StatsFormat::Table => {
                let mut table = Table::of(sheet.titles);
                sheet.rows.into_iter().for_each(|row| table.add(row));
                console.data(&table.to_string());
            }
        }
        Ok(Outcome::Good)
    }
}

fn months(counts: &[MonthCount], console: &Console) -> Sheet {
    let row = |count: &MonthCount| {
        vec![
            count.month.to_string(),
            count.organization.clone(),
            count.code.clone(),
            count.title.clone(),
            count.registered.to_string(),
            count.at_first_attempt.to_string(),
        ]
    };
    let titles = [
        console.text("месяц", "month"),
        console.text("организация", "organisation"),
        console.text("код", "code"),
        console.text("название", "title"),
        console.text("зарегистрировано", "registered"),
        console.text("с первого запроса", "by the first request"),
    ];
    Sheet { titles: titles.map(str::to_owned).to_vec(), rows: counts.iter().map(row).collect() }
}

fn largest(maxima: &[Maximum], console: &Console) -> Sheet {
    let row = |maximum: &Maximum| {
        let all = console.text("все", "all").to_owned();
        vec![
            maximum.organization.clone(),
            maximum.code.clone().unwrap_or(all),
            maximum.title.clone(),
            maximum.month.to_string(),
            maximum.registered.to_string(),
        ]
    };
    let titles = [
        console.text("организация", "organisation"),
        console.text("код", "code"),
        console.text("название", "title"),
        console.text("месяц наибольшего числа", "month of the maximum"),
        console.text("зарегистрировано", "registered"),
    ];
    Sheet { titles: titles.map(str::to_owned).to_vec(), rows: maxima.iter().map(row).collect() }
}

/// CSV as spreadsheets of this country open it by a double click.
fn csv(sheet: &Sheet) -> Result<String, Failure> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{FEFF}".as_bytes().to_vec());
    let failed = |error: csv::Error| Failure::environment(Message::verbatim(error.to_string()));
    writer.write_record(&sheet.titles).map_err(failed)?;
    for row in &sheet.rows {
        writer.write_record(row).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| Failure::environment(Message::verbatim(error.to_string())))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
