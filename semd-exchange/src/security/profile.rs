//! What may differ between environments of the bus, as data.

use serde::{Deserialize, Serialize};

/// Which parts of an envelope are signed, and how they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Six signed parts, a time stamp, the security block first: requests.
    #[default]
    Full,
    /// The body only, no time stamp, the security block last: the older form, still that of answers.
    Short,
}

/// Which names of the GOST algorithms are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Names {
    /// `http://www.w3.org/2001/04/xmldsig-more#…`, as the bus's own library writes.
    #[default]
    Uri,
    /// `urn:ietf:params:xml:ns:cpxmlsec:algorithms:…`
    Urn,
}

/// What is asked of incoming envelopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inbound {
    /// Signatures are not looked at.
    Ignore,
    /// A signature must be good; an envelope without one passes.
    #[default]
    Check,
    /// A good signature of a known certificate over the body.
    Require,
    /// The same over all parts of the full form, time stamp included.
    Strict,
}

/// The security profile of an environment of the bus.
///
/// The defaults are what the public library of the bus does. As a file it is TOML; every field may be left out:
///
/// ```
/// use semd_exchange::security::{Form, Inbound, Profile};
///
/// let profile = Profile::from_toml("form = 'short'\ninbound = 'require'\nlifetime_seconds = 300").unwrap();
/// assert_eq!((profile.form, profile.inbound, profile.lifetime_seconds), (Form::Short, Inbound::Require, 300));
/// assert!(Profile::from_toml("fomr = 'short'").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Form of requests.
    pub form: Form,
    /// Form of answers to calls of the register.
    pub answer_form: Form,
    /// Names of the GOST algorithms.
    pub algorithm_names: Names,
    /// Life of a message, seconds. The bus gives its own ten minutes.
    pub lifetime_seconds: u32,
    /// How far the clock of the other side may be ahead, seconds.
    pub skew_seconds: u32,
    /// What is asked of incoming envelopes.
    pub inbound: Inbound,
    /// Admit SHA-1 in signatures by RSA: the test stand of the bus signs so.
    pub sha1: bool,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            form: Form::Full,
            answer_form: Form::Short,
            algorithm_names: Names::Uri,
            lifetime_seconds: 600,
            skew_seconds: 60,
            inbound: Inbound::Check,
            sha1: false,
        }
    }
}

impl Profile {
    /// Reads a profile from TOML.
    ///
    /// # Errors
    /// The text is not TOML, or has a field that does not exist.
    pub fn from_toml(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
