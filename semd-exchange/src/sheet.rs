//! Tables for spreadsheet programs: CSV as they read it in Russia (`;`, UTF-8 with a byte order mark, CRLF, `DD.MM.YYYY`), and XLSX.
//!
//! No cell becomes a formula: in XLSX texts are texts, in CSV a text that begins like a formula gets an apostrophe before it.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use time::{Date, OffsetDateTime};

/// Longest text of a cell, characters: spreadsheet programs take 32 767 code units of UTF-16.
const MAX_CELL: usize = 16_000;

/// A column of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Heading.
    pub title: String,
    /// Width, characters.
    pub width: u16,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text.
    Text(String),
    /// A count.
    Number(u32),
    /// A day; `None` when it is not known.
    Date(Option<Date>),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A sheet: headings and rows.
///
/// ```
/// use semd_exchange::sheet::{Cell, Column, Sheet};
///
/// let mut sheet = Sheet::new("Отчёт", &[("Код", 12), ("Описание", 40)]);
/// sheet.rows.push(vec!["NO_SNILS".into(), "=1+1".into()]);
/// assert_eq!(sheet.csv(), "\u{feff}Код;Описание\r\nNO_SNILS;'=1+1\r\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Name of the sheet in a workbook.
    pub title: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, as long as the columns.
    pub rows: Vec<Vec<Cell>>,
}

impl Sheet {
    /// A sheet without rows.
    pub fn new(title: &str, columns: &[(&str, u16)]) -> Self {
        let column = |&(title, width): &(&str, u16)| Column { title: title.to_owned(), width };
        Self { title: title.to_owned(), columns: columns.iter().map(column).collect(), rows: Vec::new() }
    }

    /// The text of a CSV file.
    pub fn csv(&self) -> String {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(b';')
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        let titles = self.columns.iter().map(|column| harmless(&column.title));
        // A vector takes everything, and all rows are as long as the headings.
        let _ = writer.write_record(titles);
        for row in &self.rows {
            let _ = writer.write_record(row.iter().map(Cell::csv));
        }
        let bytes = writer.into_inner().unwrap_or_default();
        format!("\u{feff}{}", String::from_utf8_lossy(&bytes))
    }
}

impl Cell {
    fn csv(&self) -> String {
        match self {
            Self::Text(text) => harmless(text),
            Self::Number(number) => number.to_string(),
            Self::Date(date) => date.map(day).unwrap_or_default(),
        }
    }
}

/// `DD.MM.YYYY`.
pub fn day(date: Date) -> String {
    format!("{:02}.{:02}.{:04}", date.day(), u8::from(date.month()), date.year())
}

/// A text that no spreadsheet program takes for a formula.
fn harmless(text: &str) -> String {
    let text = cut(text);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_CELL) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Why there is no workbook.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be made: {0}")]
pub struct WorkbookError(#[from] XlsxError);

/// The bytes of an XLSX workbook; `made` is the time it says it was made at.
///
/// # Errors
/// When a sheet has more rows than a workbook takes (1 048 575).
pub fn workbook(sheets: &[Sheet], made: OffsetDateTime) -> Result<Vec<u8>, WorkbookError> {
    let mut workbook = Workbook::new();
    let stamp = ExcelDateTime::from_timestamp(made.unix_timestamp())?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&stamp));
    let head = Format::new().set_bold().set_text_wrap();
    let text = Format::new().set_text_wrap();
    let date = Format::new().set_num_format("dd.mm.yyyy");
    for sheet in sheets {
        let page = workbook.add_worksheet();
        page.set_name(&sheet.title)?;
        page.set_freeze_panes(1, 0)?;
        for (at, column) in (0..).zip(&sheet.columns) {
            page.set_column_width(at, f64::from(column.width))?;
            page.write_string_with_format(0, at, &column.title, &head)?;
        }
        for (line, row) in (1..).zip(&sheet.rows) {
            for (at, cell) in (0..).zip(row) {
                match cell {
                    Cell::Text(one) => page.write_string_with_format(line, at, cut(one), &text)?,
                    Cell::Number(number) => page.write_number(line, at, *number)?,
                    Cell::Date(Some(day)) => {
                        let year = u16::try_from(day.year()).unwrap_or_default();
                        let moment = ExcelDateTime::from_ymd(year, day.month().into(), day.day());
                        match moment {
                            Ok(moment) => page.write_datetime_with_format(line, at, &moment, &date)?,
                            // Before 1900, which such a program has no number for.
                            Err(_) => page.write_string(line, at, self::day(*day))?,
                        }
                    }
                    Cell::Date(None) => page,
                };
            }
        }
        let last = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
        if let Some(width) = sheet.columns.len().checked_sub(1).and_then(|width| u16::try_from(width).ok()) {
            page.autofilter(0, 0, last, width)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, DataType as _, Reader as _, Xlsx};
    use time::macros::{date, datetime};

    use super::*;

    fn sheet() -> Sheet {
        let mut sheet = Sheet::new("Отчёт", &[("Текст", 10), ("Число", 5), ("День", 10)]);
        for text in ["=1+1", "+7", "-x", "@a", "обычный; \"текст\"", "\t=2"] {
            sheet.rows.push(vec![text.into(), Cell::Number(7), Cell::Date(Some(date!(2026 - 03 - 01)))]);
        }
        sheet
    }

    #[test]
    fn csv_has_no_formulas() {
        let text = sheet().csv();
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines[0], "\u{feff}Текст;Число;День");
        let starts = ["'=1+1;7;01.03.2026", "'+7;", "'-x;", "'@a;", "\"обычный; \"\"текст\"\"\";", "'\t=2;"];
        for (line, start) in lines[1..].iter().zip(starts) {
            assert!(line.starts_with(start), "{line}");
        }
    }

    #[test]
    fn workbook_is_read_back_with_texts_as_texts() {
        let bytes = workbook(&[sheet()], datetime!(2026-03-01 12:00 UTC)).unwrap();
        let mut read: Xlsx<_> = Xlsx::new(Cursor::new(&bytes)).unwrap();
        let range = read.worksheet_range("Отчёт").unwrap();
        assert_eq!(range.get_value((1, 0)), Some(&Data::String("=1+1".into())));
        assert_eq!(range.get_value((1, 1)), Some(&Data::Float(7.0)));
        assert!(range.get_value((1, 2)).unwrap().is_datetime());
        assert!(read.worksheet_formula("Отчёт").unwrap().is_empty());
        assert_eq!(
            bytes,
            workbook(&[sheet()], datetime!(2026-03-01 12:00 UTC)).unwrap(),
            "same in, same out"
        );
    }
}
