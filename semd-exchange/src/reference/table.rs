//! Rows of a table, looked up by their first column.

use std::collections::HashMap;

use time::Date;
use time::macros::format_description;

use super::TableSpec;

/// A table of reference data.
#[derive(Debug)]
pub struct Table {
    spec: &'static TableSpec,
    rows: Vec<Vec<String>>,
    by_key: HashMap<String, Vec<usize>>,
}

impl Table {
    pub(super) fn empty(spec: &'static TableSpec) -> Self {
        Self { spec, rows: Vec::new(), by_key: HashMap::new() }
    }

    /// Adds rows whose values stand in the order of the table's columns.
    pub(super) fn extend(&mut self, rows: impl IntoIterator<Item = Vec<String>>) {
        for mut row in rows {
            row.resize(self.spec.columns.len(), String::new());
            self.by_key.entry(key(&row[0])).or_default().push(self.rows.len());
            self.rows.push(row);
        }
    }

    /// What the table is.
    pub fn spec(&self) -> &'static TableSpec {
        self.spec
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All rows in the order of the file.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|values| Row { spec: self.spec, values })
    }

    /// The rows with a value in the first column; letter case does not matter.
    pub fn find(&self, first: &str) -> impl Iterator<Item = Row<'_>> {
        let found = self.by_key.get(&key(first)).map_or(&[][..], Vec::as_slice);
        found.iter().map(|&index| Row { spec: self.spec, values: &self.rows[index] })
    }

    /// The first row with a value in a column other than the first.
    pub fn find_by(&self, column: &str, value: &str) -> Option<Row<'_>> {
        self.rows().find(|row| row.get(column).eq_ignore_ascii_case(value))
    }
}

fn key(value: &str) -> String {
    value.trim().to_lowercase()
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'t> {
    spec: &'static TableSpec,
    values: &'t [String],
}

impl<'t> Row<'t> {
    /// The value of a column; empty when the file does not have it.
    pub fn get(&self, column: &str) -> &'t str {
        self.spec.column(column).map_or("", |index| self.values[index].as_str())
    }

    /// The words of a column that holds several.
    pub fn words(&self, column: &str) -> impl Iterator<Item = &'t str> {
        self.get(column).split([' ', ',']).filter(|word| !word.is_empty())
    }

    /// The date in a column, `YYYY-MM-DD` or `DD.MM.YYYY`; `None` when there is none.
    pub fn date(&self, column: &str) -> Option<Date> {
        date(self.get(column))
    }

    /// Whether a day lies between `valid_from` and `valid_to`, both included; an absent one does not limit.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.date("valid_from").is_none_or(|from| from <= day)
            && self.date("valid_to").is_none_or(|to| day <= to)
    }
}

/// A date as people and programs write it.
pub(super) fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    Date::parse(text.get(..10)?, format_description!("[year]-[month]-[day]"))
        .or_else(|_| Date::parse(text, format_description!("[day].[month].[year]")))
        .ok()
}
