//! The description of an external command: TOML, `semd.command/1`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::CommandError;

/// Version of the format.
const SCHEMA: &str = "semd.command/1";
/// Seconds a command may take when its description does not say.
const DEFAULT_TIMEOUT: u64 = 60;
/// Seconds a command may take at most.
const MAX_TIMEOUT: u64 = 3600;

/// How a command is called, and what it gives.
///
/// ```
/// use semd_sign::backend::command::{Description, Encoding, Signs};
///
/// let description = Description::from_toml(
///     "schema = 'semd.command/1'\nargv = ['/opt/csp/sign', '--key', 'doctor']\nsigns = 'digest'\nencoding = 'base64'\n",
/// )?;
/// assert_eq!(description.signs, Signs::Digest);
/// assert_eq!(description.encoding, Encoding::Base64);
/// # Ok::<(), semd_sign::backend::command::CommandError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Description {
    schema: String,
    /// The program and its arguments, given as they are: no shell reads them. `{in}` and `{out}` become names of files in a
    /// private folder; without them the command reads its standard input and writes its standard output.
    pub argv: Vec<String>,
    /// What the command is given to sign.
    #[serde(default)]
    pub signs: Signs,
    /// How the signature value is written.
    #[serde(default)]
    pub encoding: Encoding,
    /// Seconds the command may take.
    #[serde(default = "default_timeout")]
    timeout_seconds: u64,
    /// Variables set for the command, beside the few that every program needs.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Variable in which the command finds the PIN, when one is given.
    pub password_variable: Option<String>,
    /// File with the certificate of the key, PEM or DER, when none is named elsewhere; beside the description unless absolute.
    pub certificate: Option<std::path::PathBuf>,
}

/// What a command is given to sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signs {
    /// The octets to be signed, which it hashes itself: signed attributes of a container, `SignedInfo` of an XML signature.
    #[default]
    Message,
    /// Their digest, in output order.
    Digest,
    /// The document; a detached container comes back (CMS, any form that is read).
    Document,
}

/// How a signature value is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Octets.
    #[default]
    Binary,
    /// Base64; white space is passed over.
    Base64,
    /// Hexadecimal digits; white space is passed over.
    Hex,
}

fn default_timeout() -> u64 {
    DEFAULT_TIMEOUT
}

impl Description {
    /// Reads a description.
    ///
    /// # Errors
    /// The text is not one.
    pub fn from_toml(text: &str) -> Result<Self, CommandError> {
        let refused = |reason: &str| Err(CommandError::Description(reason.to_owned()));
        let description: Self = toml::from_str(text)
            .map_err(|error| CommandError::Description(error.to_string().trim_end().replace('\n', " ")))?;
        if description.schema != SCHEMA {
            return refused("schema must be semd.command/1");
        }
        if description.argv.first().is_none_or(String::is_empty) {
            return refused("argv must name a program");
        }
        if !(1..=MAX_TIMEOUT).contains(&description.timeout_seconds) {
            return refused("timeout_seconds must be from 1 to 3600");
        }
        Ok(description)
    }

    /// How long the command may take.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }
}
