//! `--config FILE`: a small TOML file with defaults of flags. Flags and the environment override it.
//!
//! A setting becomes the default value of the flag of the same name in every command that has the flag, so that there is
//! one place where values are read and checked: the flag's own parser.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Command;
use clap::builder::OsStr;
use semd_core::report::Message;
use semd_core::xml::LineIndex;
use serde::Deserialize;

use crate::args;
use crate::failure::Failure;
use crate::input;

/// Largest configuration file that is read, bytes.
const MAX_BYTES: usize = 1 << 20;
/// Environment variable that names the file when the flag does not.
pub const VARIABLE: &str = "SEMD_CONFIG";

/// The settings; paths are as on the command line, relative to the current folder.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    lang: Option<String>,
    #[serde(default)]
    packages: Vec<String>,
    kinds: Option<String>,
    nsi: Option<String>,
    #[serde(default)]
    trust: Vec<String>,
    register: Option<String>,
    journal: Option<String>,
    client_entity_id: Option<String>,
    system_key: Option<String>,
    system_cert: Option<String>,
    #[serde(default)]
    peer_cert: Vec<String>,
    envelope_profile: Option<String>,
    pkcs11_module: Option<String>,
}

/// The file named by `--config` among the arguments, else by the environment. Looked up before the arguments are parsed,
/// because it decides which of them may be absent.
pub fn file(arguments: impl IntoIterator<Item = OsString>) -> Option<PathBuf> {
    args::early(arguments, "--config")
        .map(PathBuf::from)
        .or_else(|| env::var_os(VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from))
}

impl Config {
    /// Reads the file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        // A configuration that is not there is wrong usage, not trouble of the machine.
        let bytes = input::read(path, MAX_BYTES).map_err(|failure| Failure::usage(failure.message))?;
        Self::parse(&String::from_utf8_lossy(&bytes)).map_err(|(place, reason)| {
            let path = path.display();
            Failure::usage(Message::new(
                format!("{path}:{place}: настройка не понята: {reason}"),
                format!("{path}:{place}: the setting is not understood: {reason}"),
            ))
        })
    }

    /// The settings of a text, or line and column of the mistake with its reason.
    fn parse(text: &str) -> Result<Self, (String, String)> {
        toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let place = LineIndex::new(text.as_bytes()).position(offset);
            (format!("{}:{}", place.line, place.column), error.message().replace('\n', " "))
        })
    }

    /// The command line with the settings as defaults.
    pub fn applied_to(self, command: Command) -> Command {
        let one = |value: Option<String>| value.into_iter().collect::<Vec<_>>();
        let settings = [
            ("lang", one(self.lang)),
            ("packages", self.packages),
            ("kinds", one(self.kinds)),
            ("nsi", one(self.nsi)),
            ("trust", self.trust),
            ("register", one(self.register)),
            ("journal", one(self.journal)),
            ("client_entity_id", one(self.client_entity_id)),
            ("system_key", one(self.system_key)),
            ("system_cert", one(self.system_cert)),
            ("peer_cert", self.peer_cert),
            ("envelope_profile", one(self.envelope_profile)),
            ("pkcs11_module", one(self.pkcs11_module)),
        ];
        settings
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .fold(command, |command, (id, values)| with_default(command, id, &values))
    }
}

fn with_default(command: Command, id: &str, values: &[String]) -> Command {
    let command = if command.get_arguments().any(|argument| argument.get_id() == id) {
        let values: Vec<OsStr> = values.iter().cloned().map(OsStr::from).collect();
        command.mut_arg(id, |argument| argument.required(false).default_values(values))
    } else {
        command
    };
    let names: Vec<String> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    names
        .into_iter()
        .fold(command, |command, name| command.mut_subcommand(name, |inner| with_default(inner, id, values)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistake_is_reported_with_its_place() {
        let (place, reason) = Config::parse("lang = \"ru\"\npakages = [\"x\"]\n").unwrap_err();
        assert_eq!(place, "2:1");
        assert!(reason.contains("pakages"), "{reason}");
        assert_eq!(Config::parse("journal = 1").unwrap_err().0, "1:11");
        assert_eq!(Config::parse(""), Ok(Config::default()));
    }

    #[test]
    fn file_is_found_among_arguments_in_both_spellings() {
        let find = |arguments: &[&str]| file(arguments.iter().map(OsString::from));
        assert_eq!(find(&["semd", "--config", "a.toml", "validate"]), Some("a.toml".into()));
        assert_eq!(find(&["semd", "validate", "--config=b.toml"]), Some("b.toml".into()));
        assert_eq!(
            find(&["semd", "validate", "--", "--config=b.toml"]),
            env::var_os(VARIABLE).map(PathBuf::from)
        );
    }
}
