//! Why a rule package cannot be used.

use std::path::PathBuf;

use time::Date;

use crate::report::Message;
use crate::{schematron, xsd};

/// A rule package cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// The folder given is not there or cannot be listed.
    #[error("{}: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The folder has no package.
    #[error("{}: no rule package `<kind>/schematron.sch` or `<kind>/xsd/CDA.xsd` in this folder", folder.display())]
    NoPackage {
        /// The folder.
        folder: PathBuf,
    },
    /// There is no package for a kind.
    #[error("there is no package of kind {kind}")]
    Unknown {
        /// The kind.
        kind: String,
    },
    /// The rules of all editions at hand begin after the day of the document.
    #[error("the rules of kind {kind} at hand are in force from {from} on, the day asked for is {day}")]
    NotInForce {
        /// The kind.
        kind: String,
        /// First day of the earliest edition.
        from: Date,
        /// The day asked for.
        day: Date,
    },
    /// The package is not the one that the lock file pins.
    #[error("the package of kind {kind} has digest {found}, not the one that is pinned")]
    Pinned {
        /// The kind.
        kind: String,
        /// The digest in the lock file, if the kind is in it.
        wanted: Option<String>,
        /// The digest of the package at hand.
        found: String,
    },
    /// A file of the package cannot be read.
    #[error("{name}: {source}")]
    File {
        /// Name of the file in the package folder.
        name: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A Schematron file is not in the supported language.
    #[error("{name}: {source}")]
    Schematron {
        /// Name of the file in the package folder.
        name: String,
        /// The construct and its place.
        source: schematron::LoadError,
    },
    /// A schema set is not in the supported language.
    #[error("{name}: {source}")]
    Schema {
        /// Name of the entry file in the package folder.
        name: String,
        /// The construct and its place.
        source: xsd::LoadError,
    },
}

impl PackageError {
    /// The failure in both languages.
    pub fn message(&self) -> Message {
        match self {
            Self::Folder { folder, source } => Message::new(
                format!("папка пакетов {}: {source}", folder.display()),
                format!("package folder {}: {source}", folder.display()),
            ),
            Self::NoPackage { folder } => Message::new(
                format!(
                    "в папке {} нет пакетов правил вида <вид>/schematron.sch или <вид>/xsd/CDA.xsd",
                    folder.display()
                ),
                format!(
                    "folder {} has no rule package <kind>/schematron.sch or <kind>/xsd/CDA.xsd",
                    folder.display()
                ),
            ),
            Self::Unknown { kind } => Message::new(
                format!("нет пакета правил для вида {kind}"),
                format!("there is no rule package of kind {kind}"),
            ),
            Self::NotInForce { kind, from, day } => Message::new(
                format!(
                    "на {day} нет правил вида {kind}: имеющиеся действуют с {from}; добавьте прежнюю редакцию пакета"
                ),
                format!(
                    "there are no rules of kind {kind} for {day}: those at hand are in force from {from} on; add the earlier edition of the package"
                ),
            ),
            Self::Pinned { kind, wanted: Some(wanted), found } => Message::new(
                format!(
                    "пакет вида {kind} не тот, что закреплён: ожидается sha256:{wanted}, есть sha256:{found}"
                ),
                format!(
                    "the package of kind {kind} is not the one that is pinned: sha256:{wanted} is expected, sha256:{found} is at hand"
                ),
            ),
            Self::Pinned { kind, wanted: None, found } => Message::new(
                format!("пакет вида {kind} (sha256:{found}) не закреплён в файле пакетов"),
                format!("the package of kind {kind} (sha256:{found}) is not in the lock file"),
            ),
            Self::File { name, source } => Message::new(
                format!("файл пакета {name} не читается: {source}"),
                format!("package file {name} cannot be read: {source}"),
            ),
            Self::Schematron { name, source } => load_message(name, &source.message()),
            Self::Schema { name, source } => load_message(name, &source.message()),
        }
    }
}

fn load_message(name: &str, cause: &Message) -> Message {
    Message::new(
        format!("пакет правил не загружен: {name}: {}", cause.ru),
        format!("the rule package was not loaded: {name}: {}", cause.en),
    )
}
