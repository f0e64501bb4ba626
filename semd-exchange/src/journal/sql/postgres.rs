//! PostgreSQL and engines that speak its protocol: many workers on many machines.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::BytesMut;
use postgres::error::SqlState;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, Statement};
use uuid::Uuid;

use super::tally::{self, Tally};
use super::tls::{self, DatabaseTls};
use super::{Engine, Lock, Param, Row, Session, Value};
use crate::journal::{CONNECTIONS, JournalError, State, schema};

/// How often a transaction runs again when the server asks for it or the connection broke before the commit.
const REPETITIONS: u32 = 6;

/// A database behind a pool of connections.
pub struct Postgres {
    config: Config,
    tls: DatabaseTls,
    pool: Mutex<Pool>,
    returned: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Connection>,
    open: usize,
}

struct Connection {
    client: Client,
    prepared: HashMap<String, Statement>,
    tally: Tally,
    /// The part of the counts that this connection adds to.
    part: i64,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The configuration may hold a password.
        f.debug_struct("Postgres").finish_non_exhaustive()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let idle = std::mem::take(&mut self.pool().idle);
        // A connection ends by a blocking call, which is forbidden on asynchronous threads.
        let _ = std::thread::spawn(move || drop(idle)).join();
    }
}

impl Postgres {
    /// Connects and brings the tables to the latest format.
    pub(in crate::journal) fn open(url: &str) -> Result<Self, JournalError> {
        let (url, tls) = tls::of(url)?;
        let mut config: Config = url.parse()?;
        if config.get_application_name().is_none() {
            config.application_name("semd");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        let postgres = Self { config, tls, pool: Mutex::default(), returned: Condvar::new() };
        postgres.write(|session| schema::migrate_postgres(session))?;
        Ok(postgres)
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Result<Borrowed<'_>, JournalError> {
        let mut pool = self.pool();
        loop {
            if let Some(connection) = pool.idle.pop() {
                if connection.client.is_closed() {
                    pool.open -= 1;
                    continue;
                }
                return Ok(Borrowed { postgres: self, connection: Some(connection), sound: false });
            }
            if pool.open < CONNECTIONS {
                pool.open += 1;
                drop(pool);
                // Gives the place back when connecting fails.
                let mut borrowed = Borrowed { postgres: self, connection: None, sound: false };
                let client = self.tls.connect(&self.config)?;
                borrowed.connection = Some(Connection::new(client));
                return Ok(borrowed);
            }
            pool = self.returned.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Runs `work` once, inside a transaction or statement by statement.
    fn attempt<T>(
        &self,
        transaction: bool,
        work: &mut impl FnMut(&mut dyn Session) -> Result<T, JournalError>,
    ) -> Result<T, Failed> {
        let mut borrowed = self.take().map_err(Failed::before)?;
        let Some(connection) = borrowed.connection.as_mut() else {
            return Err(Failed { error: JournalError::ShuttingDown, repeat: false });
        };
        if transaction {
            connection.client.batch_execute("BEGIN").map_err(|error| Failed::before(error.into()))?;
        }
        connection.tally.clear();
        let done = work(connection).and_then(|value| {
            connection.write_tally()?;
            Ok(value)
        });
        match done {
            Ok(value) if transaction => match connection.client.batch_execute("COMMIT") {
                Ok(()) => {
                    borrowed.sound = true;
                    Ok(value)
                }
                // A broken connection leaves open whether the commit arrived; only a refusal may be repeated.
                Err(error) => Err(Failed { repeat: conflict(&error), error: error.into() }),
            },
            Ok(value) => {
                borrowed.sound = true;
                Ok(value)
            }
            Err(error) => {
                borrowed.sound = !transaction || connection.client.batch_execute("ROLLBACK").is_ok();
                Err(Failed::before(error))
            }
        }
    }

    /// Runs `work` until it is done or must not be repeated.
    fn run<T>(
        &self,
        transaction: bool,
        mut work: impl FnMut(&mut dyn Session) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let mut repetition = 0;
        loop {
            match self.attempt(transaction, &mut work) {
                Ok(value) => return Ok(value),
                Err(failed) if failed.repeat && repetition < REPETITIONS => {
                    repetition += 1;
                    std::thread::sleep(Duration::from_millis(10 << repetition));
                }
                Err(failed) => return Err(failed.error),
            }
        }
    }
}

/// A transaction that failed, and whether it may run again.
struct Failed {
    error: JournalError,
    repeat: bool,
}

impl Failed {
    /// Failed before the commit was asked for.
    fn before(error: JournalError) -> Self {
        let repeat =
            error.database_error::<postgres::Error>().is_some_and(|error| conflict(error) || broken(error));
        Self { error, repeat }
    }
}

/// Whether the server asks to run the transaction again.
fn conflict(error: &postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        // Two processes that make the tables at the same time meet in the catalogue.
        [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::UNIQUE_VIOLATION,
            SqlState::DUPLICATE_TABLE,
        ]
        .contains(code)
    })
}

/// Whether the connection was lost, or the server is stopping or starting.
fn broken(error: &postgres::Error) -> bool {
    match error.code() {
        None => {
            error.is_closed()
                || std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
        }
        Some(code) => [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::TOO_MANY_CONNECTIONS,
        ]
        .contains(code),
    }
}

impl Engine for Postgres {
    fn write<T>(
        &self,
        work: impl FnMut(&mut dyn Session) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        self.run(true, work)
    }

    fn read<T>(
        &self,
        work: impl FnMut(&mut dyn Session) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        self.run(false, work)
    }

    fn clock(&self, session: &mut dyn Session) -> Result<i64, JournalError> {
        let row = session.row("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)", &[])?;
        row.ok_or(JournalError::Corrupt { column: "clock" })?.integer("clock")
    }

    fn lock(&self) -> Result<Option<Lock>, JournalError> {
        Ok(None)
    }

    fn lease_time(&self, asked: Duration) -> Option<Duration> {
        Some(asked)
    }
}

/// A connection that goes back to the pool when it is sound, and is closed otherwise.
struct Borrowed<'a> {
    postgres: &'a Postgres,
    connection: Option<Connection>,
    sound: bool,
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let connection = self.connection.take();
        let mut pool = self.postgres.pool();
        match connection {
            Some(connection) if self.sound => pool.idle.push(connection),
            _ => pool.open -= 1,
        }
        drop(pool);
        self.postgres.returned.notify_one();
    }
}

impl Connection {
    fn new(client: Client) -> Self {
        let part = (Uuid::new_v4().as_u64_pair().1 % tally::PARTS) as i64;
        Self { client, prepared: HashMap::new(), tally: Tally::default(), part }
    }

    fn write_tally(&mut self) -> Result<(), JournalError> {
        let (changes, part) = (self.tally.take(), self.part);
        tally::write(self, part, &changes)
    }

    fn prepared(&mut self, statement: &str) -> Result<Statement, JournalError> {
        if let Some(prepared) = self.prepared.get(statement) {
            return Ok(prepared.clone());
        }
        let prepared = self.client.prepare(&dialect(statement))?;
        self.prepared.insert(statement.to_owned(), prepared.clone());
        Ok(prepared)
    }
}

/// The statement in the words of PostgreSQL.
fn dialect(statement: &str) -> String {
    statement
        .replace("/*for update*/", "FOR UPDATE")
        .replace("/*skip locked*/", "FOR UPDATE SKIP LOCKED")
        .replace('?', "$")
}

impl Session for Connection {
    fn rows(&mut self, statement: &str, parameters: &[Param<'_>]) -> Result<Vec<Row>, JournalError> {
        let prepared = self.prepared(statement)?;
        let parameters: Vec<&(dyn ToSql + Sync)> =
            parameters.iter().map(|parameter| parameter as &(dyn ToSql + Sync)).collect();
        let rows = self.client.query(&prepared, &parameters)?;
        rows.iter().map(row).collect()
    }

    fn execute(&mut self, statement: &str, parameters: &[Param<'_>]) -> Result<u64, JournalError> {
        if parameters.is_empty() {
            // Scripts hold several statements.
            self.client.batch_execute(&dialect(statement))?;
            return Ok(0);
        }
        let prepared = self.prepared(statement)?;
        let parameters: Vec<&(dyn ToSql + Sync)> =
            parameters.iter().map(|parameter| parameter as &(dyn ToSql + Sync)).collect();
        Ok(self.client.execute(&prepared, &parameters)?)
    }

    fn moved(&mut self, from: Option<State>, to: State) {
        self.tally.add(from, to);
    }
}

fn row(row: &postgres::Row) -> Result<Row, JournalError> {
    let value = |(index, column): (usize, &postgres::Column)| -> Result<Value, JournalError> {
        Ok(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(index)?.map_or(Value::Null, Value::Integer),
            Type::INT4 => row
                .try_get::<_, Option<i32>>(index)?
                .map_or(Value::Null, |number| Value::Integer(number.into())),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index)?.map_or(Value::Null, Value::Bytes),
            _ => row.try_get::<_, Option<String>>(index)?.map_or(Value::Null, Value::Text),
        })
    };
    Ok(Row::new(row.columns().iter().enumerate().map(value).collect::<Result<_, _>>()?))
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match *self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) if *kind == Type::INT4 => i32::try_from(number)?.to_sql(kind, out),
            Self::Integer(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::TEXT, Type::VARCHAR, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}
