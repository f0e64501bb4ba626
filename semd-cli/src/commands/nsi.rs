//! `semd nsi`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use semd_core::nsi::{self, Builder, Dictionary, ImportLimits, Row, Store, Version};
use semd_core::report::Message;
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::commands::packages::ListFormat;
use crate::console::Console;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::{dictionaries, input};

/// Dictionaries (НСИ): import, list, look up, check
#[derive(Debug, Subcommand)]
pub enum Nsi {
    /// Make a store of official files: `<oid>_<version>_passport`, `<oid>_<version>_part<n>`, `<oid>_<version>.json`
    Import(Import),
    /// List the dictionaries at hand
    List(List),
    /// Look up a dictionary, or a row of it
    Lookup(Lookup),
    /// Check a store: is the file undamaged, is every dictionary whole
    Check(Check),
}

/// The dictionaries, which these commands must be given.
#[derive(Args, Debug)]
struct Place {
    /// A store made by `semd nsi import`, or a folder or ZIP of official files
    #[arg(long, value_name = "PATH", env = "SEMD_NSI")]
    nsi: PathBuf,
    /// Format of the answer
    #[arg(long, value_enum, default_value_t = ListFormat::Concise)]
    format: ListFormat,
}

/// Flags of `semd nsi import`.
#[derive(Args, Debug)]
pub struct Import {
    /// Folders, ZIP archives and files
    #[arg(required = true, value_name = "PATH")]
    sources: Vec<PathBuf>,
    /// The store to write; dictionaries it already has stay, unless they are imported anew
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// Begin with an empty store
    #[arg(long)]
    replace: bool,
    /// The sources are a whole copy of НСИ: a dictionary or version that is absent does not exist, and naming it is an error
    #[arg(long)]
    complete: bool,
}

/// Flags of `semd nsi list`.
#[derive(Args, Debug)]
pub struct List {
    #[command(flatten)]
    place: Place,
}

/// Flags of `semd nsi lookup`.
#[derive(Args, Debug)]
pub struct Lookup {
    /// Identifier of the dictionary, also an older one
    #[arg(value_name = "OID")]
    oid: String,
    /// Value to look up, a code unless --column is given [default: all rows]
    #[arg(value_name = "VALUE")]
    value: Option<String>,
    /// Version [default: the latest at hand]
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
    /// Column to look in [default: the column of the codes]
    #[arg(long, value_name = "NAME", requires = "value")]
    column: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Flags of `semd nsi check`.
#[derive(Args, Debug)]
pub struct Check {
    /// The store
    #[arg(value_name = "FILE")]
    store: PathBuf,
}

impl Nsi {
    /// Runs the command.
    pub fn run(self, console: &Console) -> Result<Outcome, Failure> {
        match self {
            Self::Import(import) => import.run(console),
            Self::List(list) => list.run(console),
            Self::Lookup(lookup) => lookup.run(console),
            Self::Check(check) => check.run(console),
        }
    }
}

impl Import {
    fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let mut builder = Builder::new(ImportLimits::default());
        for source in &self.sources {
            let imported =
                nsi::import(source, &mut builder).map_err(|error| Failure::usage(error.message()))?;
            let (files, other) = (imported.files, imported.passed_over);
            console.note(&match console.lang {
                semd_core::report::Lang::Ru => {
                    format!("{}: файлов {files}, прочих пропущено {other}", source.display())
                }
                semd_core::report::Lang::En => {
                    format!("{}: {files} files, {other} others passed over", source.display())
                }
            });
        }
        if self.store.exists() && !self.replace {
            let bytes = fs::read(&self.store).map_err(|error| Failure::io(&self.store, &error))?;
            let known = open_bytes(&self.store, &bytes)?;
            builder.add_store(&known).map_err(|error| Failure::usage(error.message()))?;
        }
        let bytes = builder
            .finish(dictionaries::now(), self.complete)
            .map_err(|error| Failure::usage(error.message()))?;
        input::write_atomically(&self.store, &bytes)?;
        summary(&open_bytes(&self.store, &bytes)?, &self.store, bytes.len(), console);
        Ok(Outcome::Good)
    }
}

fn open_bytes(path: &Path, bytes: &[u8]) -> Result<Store, Failure> {
    Store::from_bytes(bytes).map_err(|error| {
        let (path, reason) = (path.display(), error.message());
        Failure::usage(Message::new(format!("{path}: {}", reason.ru), format!("{path}: {}", reason.en)))
    })
}

/// One line about a store.
fn summary(store: &Store, path: &Path, bytes: usize, console: &Console) {
    let rows: usize = store.dictionaries().map(|dictionary| dictionary.row_count()).sum();
    let time = OffsetDateTime::from_unix_timestamp(store.imported()).ok();
    let time = time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| "—".to_owned());
    let (versions, digest) = (store.len(), store.digest());
    let path = path.display();
    console.data(&match console.lang {
        semd_core::report::Lang::Ru => format!(
            "{path}: версий справочников {versions}, строк {rows}, байт {bytes}, импорт {time}, sha256:{digest}\n"
        ),
        semd_core::report::Lang::En => format!(
            "{path}: {versions} dictionary versions, {rows} rows, {bytes} bytes, imported {time}, sha256:{digest}\n"
        ),
    });
}

#[derive(Serialize)]
struct Listed<'a> {
    oid: &'a str,
    version: &'a str,
    title: Option<&'a str>,
    rows: usize,
    declared_rows: Option<u64>,
    key: Option<&'a str>,
    name: Option<&'a str>,
    aliases: Vec<&'a str>,
}

impl List {
    fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let store = dictionaries::open_at(&self.place.nsi)?;
        for dictionary in store.dictionaries() {
            let line = match self.place.format {
                ListFormat::Jsonl => serde_json::to_string(&Listed {
                    oid: dictionary.oid(),
                    version: dictionary.version(),
                    title: dictionary.title(),
                    rows: dictionary.row_count(),
                    declared_rows: dictionary.declared_rows(),
                    key: dictionary.key_column().map(|column| column.name()),
                    name: dictionary.name_column().map(|column| column.name()),
                    aliases: dictionary.aliases().collect(),
                })
                .unwrap_or_default(),
                ListFormat::Concise => card(dictionary, console),
            };
            console.data(&(line + "\n"));
        }
        Ok(Outcome::Good)
    }
}

/// A dictionary in one line.
fn card(dictionary: Dictionary<'_>, console: &Console) -> String {
    let rows = match dictionary.declared_rows().filter(|_| !dictionary.is_whole()) {
        Some(declared) => format!("{}/{declared}", dictionary.row_count()),
        None => dictionary.row_count().to_string(),
    };
    let word = console.text("строк", "rows");
    format!(
        "{} {}  {}  [{word} {rows}]",
        dictionary.oid(),
        dictionary.version(),
        dictionary.title().unwrap_or("—")
    )
}

impl Lookup {
    fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let store = dictionaries::open_at(&self.place.nsi)?;
        let version = self.version.as_deref().map_or(Version::Latest, Version::Exactly);
        let Some(dictionary) = store.dictionary(&self.oid, version) else {
            let known: Vec<&str> = store.versions(&self.oid).map(|known| known.version()).collect();
            let known = if known.is_empty() { "—".to_owned() } else { known.join(", ") };
            console.complain(&match console.lang {
                semd_core::report::Lang::Ru => {
                    format!("справочник {} не загружен; загружены версии: {known}", self.oid)
                }
                semd_core::report::Lang::En => {
                    format!("dictionary {} is not loaded; loaded versions: {known}", self.oid)
                }
            });
            return Ok(Outcome::Undecided);
        };
        let column = match &self.column {
            Some(name) => Some(dictionary.column(name).ok_or_else(|| no_column(dictionary, name))?),
            None => dictionary.key_column(),
        };
        console.note(&card(dictionary, console));
        let mut found = 0;
        let mut print = |row: Row<'_>| {
            found += 1;
            console.data(&(line(dictionary, row, self.place.format) + "\n"));
        };
        match (&self.value, column) {
            (Some(value), Some(column)) => column.rows_with(value).for_each(&mut print),
            (Some(_), None) => {}
            (None, _) => dictionary.rows().for_each(&mut print),
        }
        if found == 0 {
            console.complain(&console.text("ничего не найдено", "nothing found"));
            return Ok(Outcome::Findings);
        }
        Ok(Outcome::Good)
    }
}

fn no_column(dictionary: Dictionary<'_>, name: &str) -> Failure {
    let columns: Vec<&str> = dictionary.columns().map(|column| column.name()).collect();
    let columns = columns.join(", ");
    Failure::usage(Message::new(
        format!("в справочнике нет столбца «{name}»; есть: {columns}"),
        format!("the dictionary has no column “{name}”; it has: {columns}"),
    ))
}

fn line(dictionary: Dictionary<'_>, row: Row<'_>, format: ListFormat) -> String {
    match format {
        ListFormat::Concise => format!("{}\t{}", row.code().unwrap_or("—"), row.name().unwrap_or("—")),
        ListFormat::Jsonl => {
            let columns = dictionary.columns().zip(row.values());
            let values: Map<String, Value> =
                columns.map(|(column, value)| (column.name().to_owned(), value.into())).collect();
            let object = serde_json::json!({
                "oid": dictionary.oid(), "version": dictionary.version(), "code": row.code(), "name": row.name(), "row": values,
            });
            object.to_string()
        }
    }
}

impl Check {
    fn run(self, console: &Console) -> Result<Outcome, Failure> {
        let bytes = fs::read(&self.store).map_err(|error| Failure::io(&self.store, &error))?;
        let store = open_bytes(&self.store, &bytes)?;
        summary(&store, &self.store, bytes.len(), console);
        let mut outcome = Outcome::Good;
        if !store.digest_matches(&bytes) {
            console.data(&format!("{}\n", console.text("SHA-256 не сходится", "SHA-256 does not match")));
            outcome = Outcome::Findings;
        }
        for dictionary in store.dictionaries().filter(|dictionary| !dictionary.is_whole()) {
            let word = console.text("не целиком", "not whole");
            console.data(&format!("{word}: {}\n", card(dictionary, console)));
            outcome = Outcome::Findings;
        }
        Ok(outcome)
    }
}
