//! The sandbox's memory on disk: what survives when the sandbox itself is killed.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, params};

use super::registry::{Entry, Registry};
use crate::message::RegistryItem;

/// A SQLite file with requests and items as JSON.
#[derive(Debug)]
pub(super) struct Store {
    connection: Mutex<Connection>,
}

impl Store {
    /// Opens or creates the file and reads what is in it.
    pub(super) fn open(path: &Path) -> Result<(Self, Registry), rusqlite::Error> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS requests (message_id TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;
             CREATE TABLE IF NOT EXISTS items (emdr_id TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;
             CREATE TABLE IF NOT EXISTS clients (client TEXT PRIMARY KEY, callback TEXT NOT NULL) STRICT;",
        )?;
        let mut registry = Registry::default();
        for text in texts(&connection, "SELECT json FROM requests ORDER BY rowid")? {
            if let Ok(entry) = serde_json::from_str::<Entry>(&text) {
                registry.arrive(entry);
            }
        }
        for text in texts(&connection, "SELECT json FROM items ORDER BY rowid")? {
            if let Ok(item) = serde_json::from_str::<RegistryItem>(&text) {
                registry.restore_item(item);
            }
        }
        {
            let mut statement = connection.prepare("SELECT client, callback FROM clients")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                registry.remember_client(&row.get::<_, String>(0)?, row.get(1)?);
            }
        }
        let store = Self { connection: Mutex::new(connection) };
        Ok((store, registry))
    }

    /// Keeps a request, and the item it produced, in one transaction.
    pub(super) fn keep(&self, entry: &Entry, item: Option<&RegistryItem>) -> Result<(), rusqlite::Error> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        transaction
            .prepare_cached(
                "INSERT INTO requests (message_id, json) VALUES (?1, ?2)
                    ON CONFLICT (message_id) DO UPDATE SET json = excluded.json",
            )?
            .execute(params![entry.state.message_id.as_str(), json(entry)])?;
        if let Some(item) = item {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO items (emdr_id, json) VALUES (?1, ?2)")?
                .execute(params![item.emdr_id, json(item)])?;
        }
        transaction.commit()
    }

    /// Keeps the callback address of a client.
    pub(super) fn keep_client(&self, client: &str, callback: &str) -> Result<(), rusqlite::Error> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection
            .prepare_cached("INSERT OR REPLACE INTO clients (client, callback) VALUES (?1, ?2)")?
            .execute([client, callback])?;
        Ok(())
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn texts(connection: &Connection, query: &str) -> Result<Vec<String>, rusqlite::Error> {
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.collect()
}
