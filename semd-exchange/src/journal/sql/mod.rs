//! One set of statements for every store.
//!
//! Statements are written once, in the part of SQL that SQLite and PostgreSQL share, with `?1`, `?2`, … for parameters.
//! Two comments stand for what SQLite neither has nor needs, because its writers come one after the other:
//! `/*for update*/` and `/*skip locked*/` become row locks where rows can be locked.

mod postgres;
mod sqlite;
mod tally;
mod tls;

use std::time::Duration;

use super::{JournalError, State};

pub use self::postgres::Postgres;
pub(super) use self::sqlite::Lock;
pub use self::sqlite::Sqlite;

/// A parameter of a statement.
#[derive(Clone, Copy, Debug)]
pub enum Param<'a> {
    /// NULL.
    Null,
    /// A number; every numeric column has 64 bits.
    Integer(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

impl From<i64> for Param<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A value of a row.
#[derive(Clone, Debug)]
enum Value {
    /// NULL.
    Null,
    /// A number.
    Integer(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row, read from left to right.
#[derive(Debug)]
pub struct Row {
    values: std::vec::IntoIter<Value>,
}

impl Row {
    fn new(values: Vec<Value>) -> Self {
        Self { values: values.into_iter() }
    }

    /// The next column as text, if it is not NULL. `column` names it in the error.
    pub(super) fn text_or_null(&mut self, column: &'static str) -> Result<Option<String>, JournalError> {
        match self.values.next() {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            _ => Err(JournalError::Corrupt { column }),
        }
    }

    /// The next column as text.
    pub(super) fn text(&mut self, column: &'static str) -> Result<String, JournalError> {
        self.text_or_null(column)?.ok_or(JournalError::Corrupt { column })
    }

    /// The next column as a number, if it is not NULL.
    pub(super) fn integer_or_null(&mut self, column: &'static str) -> Result<Option<i64>, JournalError> {
        match self.values.next() {
            Some(Value::Integer(number)) => Ok(Some(number)),
            Some(Value::Null) => Ok(None),
            _ => Err(JournalError::Corrupt { column }),
        }
    }

    /// The next column as a number.
    pub(super) fn integer(&mut self, column: &'static str) -> Result<i64, JournalError> {
        self.integer_or_null(column)?.ok_or(JournalError::Corrupt { column })
    }

    /// The next column as bytes, if it is not NULL.
    pub(super) fn bytes_or_null(&mut self, column: &'static str) -> Result<Option<Vec<u8>>, JournalError> {
        match self.values.next() {
            Some(Value::Bytes(bytes)) => Ok(Some(bytes)),
            // Format 1 of the SQLite journal kept requests as text.
            Some(Value::Text(text)) => Ok(Some(text.into_bytes())),
            Some(Value::Null) => Ok(None),
            _ => Err(JournalError::Corrupt { column }),
        }
    }

    /// The next column as bytes.
    pub(super) fn bytes(&mut self, column: &'static str) -> Result<Vec<u8>, JournalError> {
        self.bytes_or_null(column)?.ok_or(JournalError::Corrupt { column })
    }
}

/// Statements inside one transaction.
pub trait Session {
    /// Runs a statement that gives rows.
    ///
    /// # Errors
    /// When the database fails.
    fn rows(&mut self, statement: &str, parameters: &[Param<'_>]) -> Result<Vec<Row>, JournalError>;

    /// Runs a statement that gives none; returns the number of rows it changed.
    ///
    /// # Errors
    /// When the database fails.
    fn execute(&mut self, statement: &str, parameters: &[Param<'_>]) -> Result<u64, JournalError>;

    /// Counts a document that came into a state, from another one or from outside.
    fn moved(&mut self, from: Option<State>, to: State);

    /// The first row.
    ///
    /// # Errors
    /// When the database fails.
    fn row(&mut self, statement: &str, parameters: &[Param<'_>]) -> Result<Option<Row>, JournalError> {
        Ok(self.rows(statement, parameters)?.into_iter().next())
    }
}

/// A database that can hold the journal.
pub trait Engine: Send + Sync + 'static {
    /// Runs `work` in one transaction that is on disk when this returns.
    ///
    /// `work` may run again when the database asks for it, so it has no effect beyond its statements.
    ///
    /// # Errors
    /// When the work or the database fails; nothing of it is stored then.
    fn write<T>(
        &self,
        work: impl FnMut(&mut dyn Session) -> Result<T, JournalError>,
    ) -> Result<T, JournalError>;

    /// Runs statements that only read what is committed.
    ///
    /// # Errors
    /// When the work or the database fails.
    fn read<T>(
        &self,
        work: impl FnMut(&mut dyn Session) -> Result<T, JournalError>,
    ) -> Result<T, JournalError>;

    /// The clock that all workers share, milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// When the database fails.
    fn clock(&self, session: &mut dyn Session) -> Result<i64, JournalError>;

    /// The lock that keeps other processes from sending, where the database serves one process at a time.
    ///
    /// # Errors
    /// When another process has it.
    fn lock(&self) -> Result<Option<Lock>, JournalError>;

    /// How long a worker may be silent before others take over; `None` where [`Engine::lock`] decides.
    fn lease_time(&self, asked: Duration) -> Option<Duration>;
}
