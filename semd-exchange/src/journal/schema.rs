//! Tables of the journal and their migrations.
//!
//! One script a format and database; a script is never changed once it was released, a new one is added.

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, TransactionBehavior};

use super::JournalError;
use super::record::file_name_key;
use super::sql::Session;

/// The latest format.
const FORMAT: u32 = 4;
/// Scripts that lead from one format of SQLite to the next, beginning with an empty file.
const SQLITE: [&str; FORMAT as usize] = [
    include_str!("schema/sqlite-1.sql"),
    include_str!("schema/sqlite-2.sql"),
    include_str!("schema/sqlite-3.sql"),
    include_str!("schema/sqlite-4.sql"),
];
/// The same for PostgreSQL, whose first format is 2.
const POSTGRES: [&str; FORMAT as usize - 1] = [
    include_str!("schema/postgres-2.sql"),
    include_str!("schema/postgres-3.sql"),
    include_str!("schema/postgres-4.sql"),
];

fn known(found: u32) -> Result<(), JournalError> {
    if found > FORMAT {
        return Err(JournalError::NewerFormat { found, known: FORMAT });
    }
    Ok(())
}

/// Brings a SQLite file to the latest format; `PRAGMA user_version` tells which one it has.
pub(super) fn migrate_sqlite(connection: &mut Connection) -> Result<(), JournalError> {
    let read = "user_version";
    let found: u32 = connection.pragma_query_value(None, read, |row| row.get(0))?;
    known(found)?;
    if found == FORMAT {
        return Ok(());
    }
    // Letters beyond ASCII have no case in SQLite's own functions.
    connection.create_scalar_function(
        "file_name_key",
        1,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC,
        |arguments| Ok(file_name_key(&arguments.get::<String>(0)?)),
    )?;
    // Old tables are replaced by new ones of the same names.
    connection.pragma_update(None, "foreign_keys", false)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been quicker.
    let found: u32 = transaction.pragma_query_value(None, read, |row| row.get(0))?;
    known(found)?;
    for script in &SQLITE[found as usize..] {
        transaction.execute_batch(script)?;
    }
    transaction.pragma_update(None, read, FORMAT)?;
    transaction.commit()?;
    Ok(())
}

/// Brings a PostgreSQL database to the latest format; the table `journal_format` tells which one it has.
pub(super) fn migrate_postgres(session: &mut dyn Session) -> Result<(), JournalError> {
    session.execute(
        "CREATE TABLE IF NOT EXISTS journal_format (id BIGINT PRIMARY KEY, version BIGINT NOT NULL)",
        &[],
    )?;
    session.execute(
        "INSERT INTO journal_format (id, version) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING",
        &[1.into(), 1.into()],
    )?;
    // The row lock makes processes that start together wait for each other.
    let row = session.row("SELECT version FROM journal_format WHERE id = ?1 /*for update*/", &[1.into()])?;
    let found = row.ok_or(JournalError::Corrupt { column: "version" })?.integer("version")?;
    let found = u32::try_from(found).map_err(|_| JournalError::Corrupt { column: "version" })?;
    known(found)?;
    for script in &POSTGRES[found.max(1) as usize - 1..] {
        session.execute(script, &[])?;
    }
    if found < FORMAT {
        session.execute(
            "UPDATE journal_format SET version = ?2 WHERE id = ?1",
            &[1.into(), i64::from(FORMAT).into()],
        )?;
    }
    Ok(())
}
