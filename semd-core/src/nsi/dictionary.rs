//! One version of a dictionary, its columns and rows.

use std::fmt;

use super::decode::{COLUMN_WORDS, Record};
use super::exceptions::Level;
use super::index::Index;
use super::store::Inner;

/// What a column is for, by the passport of the dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum ColumnRole {
    /// Neither of the others.
    Other = 0,
    /// `PRIMARY`: the code of the row.
    Key = 1,
    /// `VALUE`: the name of the row.
    Name = 2,
}

/// One version of a dictionary.
#[derive(Clone, Copy)]
pub struct Dictionary<'s> {
    inner: &'s Inner,
    at: usize,
}

impl fmt::Debug for Dictionary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} rows)", self.oid(), self.version(), self.row_count())
    }
}

/// One column of a dictionary.
#[derive(Clone, Copy, Debug)]
pub struct Column<'s> {
    dictionary: Dictionary<'s>,
    at: usize,
}

/// One row of a dictionary.
#[derive(Clone, Copy)]
pub struct Row<'s> {
    dictionary: Dictionary<'s>,
    at: usize,
}

impl<'s> Dictionary<'s> {
    pub(super) fn new(inner: &'s Inner, at: usize) -> Self {
        Self { inner, at }
    }

    fn record(&self) -> &'s Record {
        &self.inner.contents.records[self.at]
    }

    /// The identifier the dictionary was published under.
    pub fn oid(&self) -> &'s str {
        self.inner.text(self.record().oid).unwrap_or_default()
    }

    /// The other identifiers that name this dictionary.
    pub fn aliases(&self) -> impl Iterator<Item = &'s str> + use<'s> {
        let inner = self.inner;
        inner.contents.words[self.record().aliases.clone()].iter().filter_map(|&oid| inner.text(oid))
    }

    /// The version.
    pub fn version(&self) -> &'s str {
        self.inner.text(self.record().version).unwrap_or_default()
    }

    /// The full title.
    pub fn title(&self) -> Option<&'s str> {
        self.inner.text(self.record().title)
    }

    /// The short title.
    pub fn short_title(&self) -> Option<&'s str> {
        self.inner.text(self.record().short_title)
    }

    /// When the version was published, as the passport writes it: `DD.MM.YYYY HH:MM`.
    pub fn published(&self) -> Option<&'s str> {
        self.inner.text(self.record().published)
    }

    /// Number of rows by the passport.
    pub fn declared_rows(&self) -> Option<u64> {
        self.record().declared_rows.map(u64::from)
    }

    /// Number of rows in the store.
    pub fn row_count(&self) -> usize {
        self.record().rows
    }

    /// Whether the store has as many rows as the passport declares; a passport without its parts is not whole.
    pub fn is_whole(&self) -> bool {
        self.row_count() > 0 && self.declared_rows().is_none_or(|rows| rows == self.row_count() as u64)
    }

    /// The columns.
    pub fn columns(&self) -> impl Iterator<Item = Column<'s>> + use<'s> {
        let dictionary = *self;
        (0..self.column_count()).map(move |at| Column { dictionary, at })
    }

    /// The column with a name, exactly as in the dictionary.
    pub fn column(&self, name: &str) -> Option<Column<'s>> {
        self.columns().find(|column| column.name() == name)
    }

    /// The column that holds the codes.
    pub fn key_column(&self) -> Option<Column<'s>> {
        let at = self.inner.places[self.at].key?;
        Some(Column { dictionary: *self, at })
    }

    /// The column that holds the names.
    pub fn name_column(&self) -> Option<Column<'s>> {
        let at = self.inner.places[self.at].name?;
        Some(Column { dictionary: *self, at })
    }

    /// All rows in the order of the dictionary.
    pub fn rows(&self) -> impl Iterator<Item = Row<'s>> + use<'s> {
        let dictionary = *self;
        (0..self.row_count()).map(move |at| Row { dictionary, at })
    }

    /// The first row with a code.
    pub fn row(&self, code: &str) -> Option<Row<'s>> {
        self.key_column()?.rows_with(code).next()
    }

    /// The rows that have a value in the column with a name; none when there is no such column.
    pub fn rows_where(&self, column: &str, value: &str) -> impl Iterator<Item = Row<'s>> + use<'s> {
        self.column(column).map(|column| column.rows_with(value)).into_iter().flatten()
    }

    /// The name of the row with a code.
    pub fn display_name(&self, code: &str) -> Option<&'s str> {
        self.name_column()?.value(self.row(code)?)
    }

    /// How far values of the dictionary are checked.
    pub fn level(&self) -> Level {
        self.inner.places[self.at].level
    }

    /// The title by which documents must name the dictionary: its full title, but for the exceptions.
    pub fn document_title(&self) -> Option<&'s str> {
        self.inner.places[self.at].title.as_deref().or_else(|| self.title())
    }

    fn column_count(&self) -> usize {
        self.record().columns.len() / COLUMN_WORDS
    }

    fn column_word(&self, column: usize, word: usize) -> u32 {
        self.inner.contents.words[self.record().columns.start + column * COLUMN_WORDS + word]
    }

    pub(super) fn column_name(&self, column: usize) -> &'s str {
        self.inner.text(self.column_word(column, 0)).unwrap_or_default()
    }

    pub(super) fn column_role(&self, column: usize) -> ColumnRole {
        match self.column_word(column, 3) {
            1 => ColumnRole::Key,
            2 => ColumnRole::Name,
            _ => ColumnRole::Other,
        }
    }

    fn cells(&self, column: usize) -> &'s [u32] {
        let record = self.record();
        let start = record.cells + column * record.rows;
        &self.inner.contents.words[start..start + record.rows]
    }
}

impl<'s> Column<'s> {
    /// The name.
    pub fn name(&self) -> &'s str {
        self.dictionary.column_name(self.at)
    }

    /// What the column is called in the passport.
    pub fn title(&self) -> Option<&'s str> {
        self.dictionary.inner.text(self.dictionary.column_word(self.at, 1))
    }

    /// Data type in the passport: `VARCHAR`, `INTEGER`, `DATETIME`, …
    pub fn data_type(&self) -> Option<&'s str> {
        self.dictionary.inner.text(self.dictionary.column_word(self.at, 2))
    }

    /// What the passport says the column is for.
    pub fn role(&self) -> ColumnRole {
        self.dictionary.column_role(self.at)
    }

    /// The value of a row of the same dictionary in this column.
    pub fn value(&self, row: Row<'s>) -> Option<&'s str> {
        let cell = self.dictionary.cells(self.at).get(row.at)?;
        self.dictionary.inner.text(*cell)
    }

    /// The rows that have a value in this column, in the order of the dictionary. The first search in a column makes its
    /// index.
    pub fn rows_with(&self, value: &str) -> impl Iterator<Item = Row<'s>> + use<'s> {
        let (dictionary, inner) = (self.dictionary, self.dictionary.inner);
        let cells = dictionary.cells(self.at);
        let text = |number| inner.text(number).unwrap_or_default();
        let index: &'s Index = inner.places[dictionary.at].indexes[self.at]
            .get_or_init(|| Index::new(cells, text, &inner.hasher));
        let found = index.find(value, cells, text, &inner.hasher);
        found.map(move |place| Row { dictionary, at: index.row(place) })
    }
}

impl<'s> Row<'s> {
    /// The value in the column with a name; `None` when the row has none or there is no such column.
    pub fn get(&self, column: &str) -> Option<&'s str> {
        self.dictionary.column(column)?.value(*self)
    }

    /// The values of all columns, in the order of [`Dictionary::columns`].
    pub fn values(&self) -> impl Iterator<Item = Option<&'s str>> + use<'s> {
        let row = *self;
        self.dictionary.columns().map(move |column| column.value(row))
    }

    /// The code of the row.
    pub fn code(&self) -> Option<&'s str> {
        self.dictionary.key_column()?.value(*self)
    }

    /// The name of the row.
    pub fn name(&self) -> Option<&'s str> {
        self.dictionary.name_column()?.value(*self)
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.dictionary.columns().map(|column| (column.name(), column.value(*self)));
        f.debug_map().entries(columns).finish()
    }
}
