//! The two stores of the journal, for tests that run on both.

use std::path::PathBuf;

use postgres::{Client, NoTls};
use semd_exchange::journal::{Journal, JournalAddress};
use tempfile::TempDir;
use uuid::Uuid;

/// Where a server for tests is, when it is not here.
const VARIABLE: &str = "SEMD_TEST_POSTGRES";
const HERE: &str = "postgres://postgres@127.0.0.1:5432/test";

/// An empty place for a journal; it is gone with the value.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) address: JournalAddress,
    folder: Option<TempDir>,
    schema: Option<Schema>,
}

/// A schema of its own in the database for tests.
#[derive(Debug)]
struct Schema {
    server: String,
    name: String,
}

impl Drop for Schema {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // Not on an asynchronous thread: the client blocks.
        let _ = std::thread::spawn(move || {
            let mut client = Client::connect(&server, NoTls)?;
            client.batch_execute(&format!("DROP SCHEMA {name} CASCADE"))
        })
        .join();
    }
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = JournalAddress::Sqlite(folder.path().join("journal.db"));
        Self { address, folder: Some(folder), schema: None }
    }

    /// `None` without a server; says that the test is skipped then.
    pub(crate) fn postgres() -> Option<Self> {
        let server = std::env::var(VARIABLE).unwrap_or_else(|_| HERE.to_owned());
        let name = format!("semd_test_{}", Uuid::new_v4().simple());
        let create = format!("CREATE SCHEMA {name}");
        let url = server.clone();
        let made = std::thread::spawn(move || Client::connect(&url, NoTls)?.batch_execute(&create));
        if let Err(error) = made.join().unwrap() {
            println!("skipped: no PostgreSQL server at {HERE} or in {VARIABLE}: {error}");
            return None;
        }
        let join = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{join}options=-csearch_path%3D{name}");
        Some(Self {
            address: JournalAddress::Postgres(url),
            folder: None,
            schema: Some(Schema { server, name }),
        })
    }

    /// Opens the journal, again and again when asked to.
    pub(crate) fn open(&self) -> Box<dyn Journal> {
        self.address.open().unwrap()
    }

    /// The address in words, password and all.
    pub(crate) fn text(&self) -> String {
        match &self.address {
            JournalAddress::Sqlite(path) => format!("sqlite:{}", path.display()),
            JournalAddress::Postgres(url) => url.clone(),
        }
    }

    /// The file of a SQLite journal.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.path().join("journal.db"))
    }

    /// A client for statements of the test's own, on the journal's schema.
    pub(crate) fn sql(&self) -> Option<Client> {
        let schema = self.schema.as_ref()?;
        let mut client = Client::connect(&schema.server, NoTls).unwrap();
        client.batch_execute(&format!("SET search_path TO {}", schema.name)).unwrap();
        Some(client)
    }
}

/// Makes each function a test on SQLite and one on PostgreSQL.
macro_rules! on_both_stores {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[test] fn $name() { super::$name(&super::common::stores::Place::sqlite()); })*
        }
        mod on_postgres {
            $(#[test] fn $name() {
                if let Some(place) = super::common::stores::Place::postgres() {
                    super::$name(&place);
                }
            })*
        }
    };
}
pub(crate) use on_both_stores;
