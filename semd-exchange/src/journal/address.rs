//! Where a journal is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::{Journal, JournalError, PostgresJournal, SqliteJournal};

/// Where a journal is: `sqlite:PATH` or `postgres://…`.
///
/// ```
/// use semd_exchange::journal::JournalAddress;
///
/// let address: JournalAddress = "postgres://semd:secret@db.example/region".parse()?;
/// assert_eq!(address.to_string(), "postgres://…@db.example/region", "passwords are not shown");
/// assert!("mysql://db".parse::<JournalAddress>().is_err());
/// # Ok::<(), semd_exchange::journal::NoJournalAddress>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum JournalAddress {
    /// A file.
    Sqlite(PathBuf),
    /// A database that speaks PostgreSQL's protocol; the URL as libpq writes it.
    Postgres(String),
}

/// Text that names no journal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is neither sqlite:PATH nor postgres://…")]
pub struct NoJournalAddress {
    /// The text.
    pub text: String,
}

impl FromStr for JournalAddress {
    type Err = NoJournalAddress;

    fn from_str(text: &str) -> Result<Self, NoJournalAddress> {
        if let Some(path) = text.strip_prefix("sqlite:")
            && !path.is_empty()
        {
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        match ["postgres://", "postgresql://"].iter().any(|prefix| text.starts_with(prefix)) {
            true => Ok(Self::Postgres(text.to_owned())),
            false => Err(NoJournalAddress { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for JournalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
                let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
                let shown = match place.rsplit_once('@') {
                    Some((_, place)) => format!("{scheme}://…@{place}"),
                    None => format!("{scheme}://{place}"),
                };
                // Parameters may hold a password, too.
                f.write_str(&shown)?;
                f.write_str(if parameters.is_empty() { "" } else { "?…" })
            }
        }
    }
}

impl fmt::Debug for JournalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl JournalAddress {
    /// Opens the journal; tables that are not there are made, older ones are brought to the latest format.
    ///
    /// # Errors
    /// When the database cannot be used, or was written by a later version.
    pub fn open(&self) -> Result<Box<dyn Journal>, JournalError> {
        Ok(match self {
            Self::Sqlite(path) => Box::new(SqliteJournal::open(path)?),
            Self::Postgres(url) => Box::new(PostgresJournal::open(url)?),
        })
    }
}
