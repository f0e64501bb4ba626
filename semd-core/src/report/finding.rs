//! One finding: what is wrong, where, whose turn it is.

use std::borrow::Cow;

use serde::Serialize;

use super::wanted::wanted;
use super::{Lang, Message};
use crate::schematron::AssertionKind;

/// The check layer that made a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// Bytes refused before a tree was built: size, encoding, DTD, limits.
    Admission,
    /// XML 1.0 or Namespaces in XML 1.0 well-formedness.
    Xml,
    /// W3C XML Schema 1.0 of the rule package.
    Xsd,
    /// Dictionaries (НСИ).
    Nsi,
    /// Schematron of the rule package.
    Schematron,
    /// A rule of this project.
    Rule,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The register would refuse the document.
    Error,
    /// The register would accept the document; somebody should look.
    Warning,
    /// For information.
    Info,
}

impl Severity {
    /// The word for people.
    pub fn word(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Error, Lang::Ru) => "ошибка",
            (Self::Error, Lang::En) => "error",
            (Self::Warning, Lang::Ru) => "предупреждение",
            (Self::Warning, Lang::En) => "warning",
            (Self::Info, Lang::Ru) => "сведения",
            (Self::Info, Lang::En) => "info",
        }
    }
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// The clinic: data, staff, signatures.
    Clinic,
    /// The medical information system (МИС) that built the document.
    Mis,
    /// The integrator that runs the exchange.
    Integrator,
    /// The federal register (РЭМД) itself.
    Register,
    /// Not decided by the code alone.
    Mixed,
}

impl Owner {
    /// All owners.
    pub const ALL: [Self; 5] = [Self::Clinic, Self::Mis, Self::Integrator, Self::Register, Self::Mixed];

    /// The word in data: JSON, the journal, the table of codes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clinic => "clinic",
            Self::Mis => "mis",
            Self::Integrator => "integrator",
            Self::Register => "register",
            Self::Mixed => "mixed",
        }
    }

    /// The owner that [`Owner::as_str`] calls by this word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|owner| owner.as_str() == word)
    }

    /// The word for people.
    pub fn word(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Clinic, Lang::Ru) => "клиника",
            (Self::Clinic, Lang::En) => "the clinic",
            (Self::Mis, Lang::Ru) => "разработчик МИС",
            (Self::Mis, Lang::En) => "the vendor",
            (Self::Integrator, Lang::Ru) => "интегратор",
            (Self::Integrator, Lang::En) => "the integrator",
            (Self::Register, Lang::Ru) => "РЭМД",
            (Self::Register, Lang::En) => "the register",
            (Self::Mixed, Lang::Ru) => "клиника или разработчик МИС",
            (Self::Mixed, Lang::En) => "the clinic or the vendor",
        }
    }
}

/// One finding about a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The layer that found it.
    pub layer: Layer,
    /// Mnemonic of the register (НСИ 1.2.643.5.1.13.13.99.2.305) under which the register would report it.
    pub code: &'static str,
    /// Label of the official rule (`У1-12`), `cvc-…` code of XML Schema, or name of a rule of this project.
    pub rule: Option<String>,
    /// Weight.
    pub severity: Severity,
    /// What is wrong.
    pub message: Message,
    /// What to do, when more can be said than the message says.
    pub hint: Option<Message>,
    /// The Schematron expression exactly as written in the package.
    pub test: Option<String>,
    /// Whether that expression is an assert that failed or a report that holds.
    pub assertion: Option<AssertionKind>,
    /// Positional path of the node, see [`crate::xml::Document::path`].
    pub path: Option<String>,
    /// Line, 1-based; 0 when the finding has no place.
    pub line: u32,
    /// Column in Unicode scalar values, 1-based; 0 when the finding has no place.
    pub column: u32,
    /// Offset in bytes from the start of the file; findings are ordered by it.
    pub offset: usize,
    /// Whose turn it is.
    pub owner: Owner,
    /// Whether sending the same bytes again can help.
    pub retryable: bool,
}

impl Finding {
    /// What to do: the hint, or what the failed assert of the rule package wants, where its expression is of a frequent form.
    pub fn advice(&self, lang: Lang) -> Option<Cow<'_, str>> {
        if let Some(hint) = &self.hint {
            return Some(Cow::Borrowed(hint.text(lang)));
        }
        let failed = self.test.as_deref().filter(|_| self.assertion == Some(AssertionKind::Assert))?;
        wanted(failed).map(|message| Cow::Owned(message.text(lang).to_owned()))
    }
}
