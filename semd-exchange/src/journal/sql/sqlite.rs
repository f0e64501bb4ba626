//! SQLite: one file, one writer at a time, writers that wait share one sync to disk.

use std::fs::{File, TryLockError};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ToSql, types::ValueRef};
use time::OffsetDateTime;

use super::tally::{self, Tally};
use super::{Engine, Param, Row, Session, Value};
use crate::journal::{JournalError, State, schema, to_millis};

/// Connections for reading that are kept open.
const READERS: usize = 4;
/// Writes that share one commit at most.
const GROUP: usize = 64;

/// A SQLite file.
#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    writer: Mutex<Writer>,
    /// Writers that want the connection.
    waiting: AtomicUsize,
    readers: Mutex<Vec<Connection>>,
}

#[derive(Debug)]
struct Writer {
    connection: Connection,
    /// The open transaction, when there is one.
    group: Option<Arc<Group>>,
    members: usize,
}

/// Writes that are committed together.
#[derive(Debug, Default)]
struct Group {
    outcome: Mutex<Option<Result<(), JournalError>>>,
    decided: Condvar,
}

impl Group {
    fn decide(&self, outcome: Result<(), JournalError>) {
        *unpoisoned(&self.outcome) = Some(outcome);
        self.decided.notify_all();
    }

    fn wait(&self) -> Result<(), JournalError> {
        let mut outcome = unpoisoned(&self.outcome);
        loop {
            if let Some(outcome) = &*outcome {
                return outcome.clone();
            }
            outcome = self.decided.wait(outcome).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The right of one process to send; the operating system takes it back however the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Panics inside a transaction are caught and rolled back before the lock is given back.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sqlite {
    /// Opens or creates the file and brings it to the latest format.
    pub(in crate::journal) fn open(path: &Path) -> Result<Self, JournalError> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // FULL: in WAL mode anything less lets a committed intent vanish with the power.
        connection.pragma_update(None, "synchronous", "FULL")?;
        schema::migrate_sqlite(&mut connection)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(128);
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(Writer { connection, group: None, members: 0 }),
            waiting: AtomicUsize::new(0),
            readers: Mutex::new(Vec::new()),
        })
    }

    fn reader(&self) -> Result<Connection, JournalError> {
        if let Some(connection) = unpoisoned(&self.readers).pop() {
            return Ok(connection);
        }
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "query_only", true)?;
        connection.set_prepared_statement_cache_capacity(128);
        Ok(connection)
    }
}

impl Engine for Sqlite {
    /// Whoever has the connection leaves the transaction open for the next in the queue; the last one commits for all.
    /// Each write has its own savepoint, so that one that fails takes nothing along.
    fn write<T>(
        &self,
        mut work: impl FnMut(&mut dyn Session) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut writer = unpoisoned(&self.writer);
        let behind = self.waiting.fetch_sub(1, Ordering::SeqCst) - 1;
        let group = writer.join()?;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut session = Statements::new(&writer.connection);
            let value = work(&mut session)?;
            session.write_tally()?;
            Ok(value)
        }));
        let kept = writer.end_savepoint(matches!(outcome, Ok(Ok(_))));
        if behind == 0 || writer.members >= GROUP || kept.is_err() {
            writer.close(kept.is_err());
        }
        drop(writer);
        match outcome {
            Err(panic) => resume_unwind(panic),
            Ok(Err(error)) => Err(error),
            Ok(Ok(value)) => {
                kept?;
                group.wait()?;
                Ok(value)
            }
        }
    }

    fn read<T>(
        &self,
        mut work: impl FnMut(&mut dyn Session) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let connection = self.reader()?;
        let value = work(&mut Statements::new(&connection));
        let mut readers = unpoisoned(&self.readers);
        if readers.len() < READERS {
            readers.push(connection);
        }
        value
    }

    fn clock(&self, _session: &mut dyn Session) -> Result<i64, JournalError> {
        Ok(to_millis(OffsetDateTime::now_utc()))
    }

    fn lock(&self) -> Result<Option<Lock>, JournalError> {
        let mut path = self.path.clone().into_os_string();
        path.push(".lock");
        let path = PathBuf::from(path);
        let open = File::options().create(true).truncate(false).write(true).open(&path);
        let file =
            open.map_err(|source| JournalError::LockFile { path: path.clone(), source: source.into() })?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Err(JournalError::Busy { path }),
            Err(TryLockError::Error(source)) => Err(JournalError::LockFile { path, source: source.into() }),
        }
    }

    fn lease_time(&self, _asked: Duration) -> Option<Duration> {
        None
    }
}

impl Writer {
    /// Opens a transaction, or joins the open one.
    fn join(&mut self) -> Result<Arc<Group>, JournalError> {
        let group = match &self.group {
            Some(group) => Arc::clone(group),
            None => {
                // The write lock at once, so that nothing read inside can go stale.
                self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
                let group = Arc::new(Group::default());
                self.group = Some(Arc::clone(&group));
                self.members = 0;
                group
            }
        };
        self.members += 1;
        if let Err(error) = self.command("SAVEPOINT member") {
            self.close(true);
            return Err(error);
        }
        Ok(group)
    }

    fn end_savepoint(&self, keep: bool) -> Result<(), JournalError> {
        if !keep {
            self.command("ROLLBACK TO member")?;
        }
        self.command("RELEASE member")
    }

    /// Ends the transaction and tells everybody who is in it.
    fn close(&mut self, broken: bool) {
        let Some(group) = self.group.take() else { return };
        let outcome = match broken {
            false => self.command("COMMIT"),
            true => Err(JournalError::ShuttingDown),
        };
        if outcome.is_err() {
            // SQLite has rolled back by itself after most failures; then this one has nothing to do.
            let _ = self.command("ROLLBACK");
        }
        group.decide(outcome);
    }

    fn command(&self, statement: &str) -> Result<(), JournalError> {
        self.connection.prepare_cached(statement)?.execute([])?;
        Ok(())
    }
}

struct Statements<'a> {
    connection: &'a Connection,
    tally: Tally,
}

impl<'a> Statements<'a> {
    fn new(connection: &'a Connection) -> Self {
        Self { connection, tally: Tally::default() }
    }

    fn write_tally(&mut self) -> Result<(), JournalError> {
        let changes = self.tally.take();
        // One writer at a time: one part is enough.
        tally::write(self, 0, &changes)
    }
}

impl Session for Statements<'_> {
    fn rows(&mut self, statement: &str, parameters: &[Param<'_>]) -> Result<Vec<Row>, JournalError> {
        let mut prepared = self.connection.prepare_cached(statement)?;
        let columns = prepared.column_count();
        let mut rows = prepared.query(rusqlite::params_from_iter(parameters))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let value = |column| -> Result<Value, JournalError> {
                Ok(match row.get_ref(column)? {
                    ValueRef::Null => Value::Null,
                    ValueRef::Integer(number) => Value::Integer(number),
                    ValueRef::Real(number) => Value::Integer(number as i64),
                    ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                    ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
                })
            };
            all.push(Row::new((0..columns).map(value).collect::<Result<_, _>>()?));
        }
        Ok(all)
    }

    fn execute(&mut self, statement: &str, parameters: &[Param<'_>]) -> Result<u64, JournalError> {
        let mut prepared = self.connection.prepare_cached(statement)?;
        Ok(prepared.execute(rusqlite::params_from_iter(parameters))? as u64)
    }

    fn moved(&mut self, from: Option<State>, to: State) {
        self.tally.add(from, to);
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match *self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}
