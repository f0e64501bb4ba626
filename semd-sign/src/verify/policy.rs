//! What is demanded of a signature beside cryptography, as data (`schemas/signing-policy`).

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use semd_core::report::Message;
use serde::Deserialize;

/// A set of demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// A technically good signature: plain CMS with signed attributes will do.
    Basic,
    /// What the register (РЭМД) takes: detached CAdES-BES, one signer, certificate and signing time inside.
    Remd,
    /// Demands from a file.
    Custom(Arc<Rules>),
}

/// How much the failure of a demand weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// The signature cannot pass.
    Fail,
    /// The signature passes; somebody should look.
    Warn,
    /// For information.
    Info,
}

/// A demand that depends on the policy. All other checks always count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Demand {
    /// One signer per container.
    OneSigner,
    /// The content is outside.
    Detached,
    /// Lengths of the container have their shortest form.
    MinimalLengths,
    /// The signer's certificate is inside the container.
    CertificateInside,
    /// There are signed attributes.
    SignedAttributes,
    /// signing-certificate is present.
    SigningCertificate,
    /// The certificate is not named by SHA-1 only.
    StrongSigningCertificate,
    /// signingTime is present.
    SigningTime,
    /// The algorithms are of GOST R 34.10-2012.
    GostAlgorithms,
    /// The certificate has keyUsage.
    KeyUsage,
    /// The certificate is of version 3.
    CertificateVersion,
    /// The private key was within its own period at the signing time.
    PrivateKeyPeriod,
    /// The certificate has the marks of a qualified one.
    QualifiedMarks,
    /// Identifiers of the owner are well written.
    OwnerIdentifiers,
    /// The status of every certificate is known.
    RevocationInformation,
    /// Time stamps prove what they claim.
    ValidTimeStamps,
    /// There is a time stamp.
    TimeStamp,
    /// The authority was accredited.
    AccreditedAuthority,
}

/// The demands of one policy.
#[derive(Debug, PartialEq, Eq)]
pub struct Rules {
    demands: BTreeMap<Demand, Level>,
    revocation_required: bool,
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    extends: Option<String>,
    #[serde(default)]
    demands: BTreeMap<Demand, Level>,
    #[serde(default)]
    revocation: Revocation,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Revocation {
    required: Option<bool>,
}

/// A policy file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Not TOML, or with names nobody knows.
    #[error("{0}")]
    Toml(String),
    /// Another schema.
    #[error("schema {0} instead of {SCHEMA}")]
    Schema(String),
    /// `extends` names no policy.
    #[error("no policy {0} to extend")]
    Unknown(String),
}

/// The schema of policy files.
const SCHEMA: &str = "semd.policy/1";

impl PolicyError {
    /// The error for people.
    pub fn message(&self) -> Message {
        match self {
            Self::Toml(error) => Message::new(
                format!("политика не прочитана: {error}"),
                format!("the policy cannot be read: {error}"),
            ),
            Self::Schema(found) => Message::new(
                format!("политика со схемой «{found}», нужна {SCHEMA}"),
                format!("a policy of schema “{found}”, {SCHEMA} is needed"),
            ),
            Self::Unknown(name) => Message::new(
                format!("нет политики «{name}»; встроены basic и remd"),
                format!("there is no policy “{name}”; basic and remd are built in"),
            ),
        }
    }
}

impl Policy {
    /// The built-in policy of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "basic" => Some(Self::Basic),
            "remd" => Some(Self::Remd),
            _ => None,
        }
    }

    /// Reads a policy file (TOML).
    ///
    /// # Errors
    /// Not a policy. Names nobody knows are errors: a demand misspelt would not be made.
    ///
    /// ```
    /// use semd_sign::verify::Policy;
    ///
    /// let text = "schema = 'semd.policy/1'\nextends = 'remd'\n[demands]\ntime-stamp = 'fail'\n";
    /// assert!(Policy::from_toml(text).is_ok());
    /// assert!(Policy::from_toml("schema = 'semd.policy/1'\n[demands]\ntimestamp = 'fail'\n").is_err());
    /// ```
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let file: File = toml::from_str(text).map_err(|error| PolicyError::Toml(error.to_string()))?;
        if file.schema != SCHEMA {
            return Err(PolicyError::Schema(file.schema));
        }
        let base = match &file.extends {
            Some(name) => Self::by_name(name).ok_or_else(|| PolicyError::Unknown(name.clone()))?,
            None => Self::Basic,
        };
        let base = base.rules();
        let mut demands = base.demands.clone();
        demands.extend(file.demands);
        let revocation_required = file.revocation.required.unwrap_or(base.revocation_required);
        Ok(Self::Custom(Arc::new(Rules { demands, revocation_required })))
    }

    fn rules(&self) -> &Rules {
        static BASIC: OnceLock<Rules> = OnceLock::new();
        static REMD: OnceLock<Rules> = OnceLock::new();
        match self {
            Self::Basic => {
                BASIC.get_or_init(|| built_in(include_str!("../../../schemas/signing-policy/basic.toml")))
            }
            Self::Remd => {
                REMD.get_or_init(|| built_in(include_str!("../../../schemas/signing-policy/remd.toml")))
            }
            Self::Custom(rules) => rules,
        }
    }

    /// Weight of a demand.
    pub(super) fn level(&self, demand: Demand) -> Level {
        self.rules().demands.get(&demand).copied().unwrap_or(Level::Fail)
    }

    /// Whether a signature cannot pass without any revocation data.
    pub(super) fn requires_revocation(&self) -> bool {
        self.rules().revocation_required
    }
}

/// A policy that is part of the program. A file broken while building is caught by the test below.
fn built_in(text: &str) -> Rules {
    let file: Option<File> = toml::from_str(text).ok();
    let (demands, required) = file.map(|file| (file.demands, file.revocation.required)).unwrap_or_default();
    Rules { demands, revocation_required: required.unwrap_or(true) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every demand, so that a new one is not forgotten in a file.
    const COUNT: usize = 18;

    #[test]
    fn every_demand_of_the_register_is_at_least_as_hard_as_the_basic_one() {
        let (basic, remd) = (Policy::Basic, Policy::Remd);
        assert_eq!(basic.rules().demands.len(), COUNT);
        assert_eq!(remd.rules().demands.len(), COUNT);
        for demand in basic.rules().demands.keys() {
            assert!(remd.level(*demand) == Level::Fail || basic.level(*demand) != Level::Fail, "{demand:?}");
        }
    }

    #[test]
    fn a_file_changes_what_it_names_and_keeps_the_rest() {
        let text = "schema = 'semd.policy/1'\nextends = 'remd'\n[demands]\ntime-stamp = 'fail'\n";
        let policy = Policy::from_toml(text).unwrap();
        assert_eq!(policy.level(Demand::TimeStamp), Level::Fail);
        assert_eq!(policy.level(Demand::OneSigner), Level::Fail);
        assert_eq!(Policy::from_toml("schema = 'x'"), Err(PolicyError::Schema("x".into())));
        let unknown = Policy::from_toml("schema = 'semd.policy/1'\nextends = 'x'");
        assert_eq!(unknown, Err(PolicyError::Unknown("x".into())));
    }
}
