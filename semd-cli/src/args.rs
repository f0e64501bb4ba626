//! The command line.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use semd_core::kinds::KindRegistry;
use semd_core::report::{Lang, Message};
use semd_exchange::journal::JournalAddress;
use semd_exchange::reference::ReferenceData;
use time::macros::format_description;
use time::{Date, UtcOffset};

use crate::commands;
use crate::failure::Failure;

/// Validate, sign and register structured electronic medical documents (СЭМД)
#[derive(Debug, Parser)]
#[command(name = "semd", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// TOML file with defaults: lang, packages, kinds, nsi, trust, register, journal, client_entity_id; flags and environment override it
    #[arg(long, global = true, value_name = "FILE", env = crate::config::VARIABLE)]
    // Read by `config` before the arguments are parsed; here for the help and for the check of its spelling.
    config: Option<PathBuf>,
    /// Language of texts; codes and JSON keys are never translated [default: from the locale]
    #[arg(long, global = true, value_enum, env = "SEMD_LANG")]
    lang: Option<Language>,
    /// Print no notes and no progress
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more about what is done
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Draw no progress bars
    #[arg(long, global = true, env = "SEMD_NO_PROGRESS")]
    pub no_progress: bool,
    /// Show names, СНИЛС and other personal data, which are masked otherwise
    #[arg(long, global = true)]
    pub show_pii: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    Ru,
    En,
}

impl Common {
    /// The language asked for, else the locale's, else Russian.
    pub fn language(&self) -> Lang {
        match self.lang {
            Some(Language::Ru) => Lang::Ru,
            Some(Language::En) => Lang::En,
            None => environment_language(),
        }
    }
}

/// The language of `SEMD_LANG`, else of the locale, else Russian.
pub fn environment_language() -> Lang {
    let locale = ["SEMD_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    match locale {
        Some(locale) if locale.starts_with("en") => Lang::En,
        _ => Lang::Ru,
    }
}

/// The value of a flag, looked up before the arguments are parsed.
pub fn early(arguments: impl IntoIterator<Item = OsString>, flag: &str) -> Option<OsString> {
    let mut arguments = arguments.into_iter().take_while(|argument| argument != "--");
    while let Some(argument) = arguments.next() {
        if argument == flag {
            return arguments.next();
        }
        let value = argument.to_str().and_then(|text| text.strip_prefix(flag)?.strip_prefix('='));
        if let Some(value) = value {
            return Some(value.into());
        }
    }
    None
}

/// Where rule packages come from.
#[derive(Args, Clone, Debug, Default)]
pub struct PackageFolders {
    /// Folder of rule packages, `<kind>/schematron.sch` and `<kind>/xsd/`; repeatable; the first that has a kind wins
    /// [default: the packages built in]
    #[arg(long = "packages", value_name = "DIR", env = "SEMD_PACKAGES", value_delimiter = ':')]
    pub packages: Vec<PathBuf>,
    /// Lock file of `semd packages check --lock`: a package with another digest is not used
    #[arg(long = "packages-lock", value_name = "FILE", env = "SEMD_PACKAGES_LOCK")]
    pub packages_lock: Option<PathBuf>,
    /// Folder of compiled packages, which only save time and may be deleted
    /// [default: semd in the cache folder of the user]
    #[arg(long, value_name = "DIR", env = "SEMD_CACHE_DIR")]
    pub cache_dir: Option<PathBuf>,
    /// Neither read nor write compiled packages
    #[arg(long, env = "SEMD_NO_CACHE", conflicts_with = "cache_dir")]
    pub no_cache: bool,
}

/// Where document kinds of one's own come from.
#[derive(Args, Clone, Debug, Default)]
pub struct KindFolder {
    /// Folder of document kinds *.toml, which replace those built in or add to them, see docs/kinds.md
    #[arg(long, value_name = "DIR", env = "SEMD_KINDS")]
    kinds: Option<PathBuf>,
}

impl KindFolder {
    /// The kinds built in, with those of the folder.
    pub fn open(&self) -> Result<KindRegistry, Failure> {
        let kinds = KindRegistry::embedded();
        let Some(folder) = &self.kinds else { return Ok(kinds) };
        let own = KindRegistry::open(folder).map_err(|error| Failure::usage(error.message()))?;
        Ok(kinds.with_overrides(own))
    }
}

/// Reads a day.
pub fn day(text: &str) -> Result<Date, String> {
    Date::parse(text, format_description!("[year]-[month]-[day]"))
        .map_err(|_| "a day is written YYYY-MM-DD".to_owned())
}

/// Where the dictionaries come from.
#[derive(Args, Clone, Debug, Default)]
pub struct DictionaryPlace {
    /// Dictionaries (НСИ): a store made by `semd nsi import`, or a folder or ZIP of official files, which takes longer to open
    #[arg(long, value_name = "PATH", env = "SEMD_NSI")]
    pub nsi: Option<PathBuf>,
}

/// Where extracts of federal registers, rules of kinds and the like come from.
#[derive(Args, Clone, Debug, Default)]
pub struct ReferencePlace {
    /// Folder of reference data: tables *.csv or *.xlsx, see docs/reference-data.md
    #[arg(long, value_name = "DIR", env = "SEMD_DATA")]
    data: Option<PathBuf>,
}

impl ReferencePlace {
    /// The tables given; none where nothing is.
    pub fn open(&self) -> Result<ReferenceData, Failure> {
        match &self.data {
            Some(folder) => ReferenceData::open(folder).map_err(|error| Failure::usage(error.message())),
            None => Ok(ReferenceData::default()),
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check documents: XML Schema and Schematron of the rule package, dictionaries, rules of semd
    Validate(commands::validate::Validate),
    /// Look for numbers of real people (СНИЛС, policies, passports) in files that must not have any
    Scan(commands::scan::Scan),
    /// Remark what makes documents poorer than they could be, with a score of completeness; no reason against registration
    Lint(commands::lint::Lint),
    /// Make a document of a JSON card
    Build(commands::build::Build),
    /// Make detached signatures (CAdES-BES)
    Sign(commands::sign::Sign),
    /// Judge signatures
    Verify(commands::verify::Verify),
    /// Predict the register's verdict for documents with their signatures and requests
    Preflight(commands::preflight::Preflight),
    /// Foresee the verdict, send to the register and wait for results; the journal keeps everything
    Register(commands::register::Register),
    /// Show a document as one HTML page: what the doctor signs
    Render(commands::render::Render),
    /// What the journal knows
    #[command(subcommand)]
    Journal(commands::journal::Journal),
    /// Take the register's calls, and show the journal as a web page
    Serve(commands::serve::Serve),
    /// Run a register on this machine, for tests and demos
    Sandbox(commands::sandbox::Sandbox),
    /// Rule packages
    #[command(subcommand)]
    Packages(commands::packages::Packages),
    /// Dictionaries (НСИ): import, list, look up, check
    #[command(subcommand)]
    Nsi(commands::nsi::Nsi),
    /// Document kinds: editions, windows of registration, rules of signing
    #[command(subcommand)]
    Kinds(commands::kinds::Kinds),
    /// A certification authority for tests
    #[command(subcommand)]
    Pki(commands::pki::Pki),
    /// Explain a rule, a finding code or a code of the register
    Explain(commands::explain::Explain),
    /// Check the workstation: keys, tokens, clock, packages, register
    Doctor(Box<commands::doctor::Doctor>),
    /// The main job on this machine: own authority, sample documents, sandbox register, report
    Demo(commands::demo::Demo),
    /// Print the completions of a shell
    Completions(commands::completions::Completions),
    /// Print the manual page, or write one for every command
    Man(commands::man::Man),
}

/// An offset from UTC, `+03:00`.
pub fn utc_offset(text: &str) -> Result<UtcOffset, String> {
    let format = format_description!("[offset_hour sign:mandatory]:[offset_minute]");
    UtcOffset::parse(text, &format).map_err(|_| "an offset like +03:00".to_owned())
}

/// Where the journal is.
#[derive(Args, Clone, Debug)]
pub struct JournalPlace {
    /// The journal of the exchange: a file, or a PostgreSQL database that many workers may share
    #[arg(
        long,
        value_name = "sqlite:PATH|postgres://…",
        default_value = "sqlite:semd.journal.db",
        env = "SEMD_JOURNAL",
        hide_env_values = true
    )]
    journal: String,
}

impl JournalPlace {
    /// The address of the journal.
    pub fn address(&self) -> Result<JournalAddress, Failure> {
        self.journal.parse().map_err(|_| {
            Failure::usage(Message::new(
                format!("журнал «{}» не понят; укажите sqlite:ПУТЬ или postgres://…", self.journal),
                format!("journal “{}” is not understood; give sqlite:PATH or postgres://…", self.journal),
            ))
        })
    }
}
