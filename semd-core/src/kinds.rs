//! The registry of document kinds: data of `schemas/kinds`, not Rust.
//!
//! ```
//! use semd_core::kinds::{Format, KindRegistry};
//!
//! let kinds = KindRegistry::embedded();
//! let kind = kinds.find("119").unwrap();
//! assert_eq!(kind.format, Format::Cda);
//! assert!(kind.title.contains("консультации"));
//! ```
//!
//! Kinds of one's own lie in a folder; they replace the built-in ones of the same code and add to the others:
//!
//! ```no_run
//! use std::path::Path;
//!
//! use semd_core::kinds::KindRegistry;
//!
//! let kinds = KindRegistry::embedded().with_overrides(KindRegistry::open(Path::new("kinds"))?);
//! # Ok::<(), semd_core::kinds::KindFolderError>(())
//! ```

mod folder;

use std::sync::{Arc, OnceLock};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use time::Date;
use time::macros::format_description;

pub use folder::KindFolderError;

use crate::header::Header;
use crate::report::Lang;

/// Dictionary of kinds: «РЭМД. Вид регистрируемого медицинского документа».
pub const KIND_DICTIONARY: &str = "1.2.643.5.1.13.13.11.1520";

static EMBEDDED: &str = include_str!("../../schemas/kinds/kinds.toml");

/// One kind of document.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Code in НСИ 1.2.643.5.1.13.13.11.1520.
    pub code: String,
    /// Title in the dictionary.
    pub title: String,
    /// Short English title; may be empty.
    #[serde(default)]
    pub title_en: String,
    /// Edition of the guide.
    #[serde(default)]
    pub edition: Option<u32>,
    /// Whether the document is XML or PDF/A-1.
    pub format: Format,
    /// Code of the document type in НСИ 1.2.643.5.1.13.13.11.1522.
    #[serde(rename = "type", default)]
    pub document_type: Option<String>,
    /// OID of the implementation guide.
    #[serde(default)]
    pub guide: Option<String>,
    /// Roots of `templateId` that mean this kind.
    #[serde(default)]
    pub templates: Vec<String>,
    /// Codes of `ClinicalDocument/code` that tell kinds with the same template apart.
    #[serde(default)]
    pub document_codes: Vec<String>,
    /// First day of registration, `YYYY-MM-DD`.
    #[serde(default, deserialize_with = "written_day")]
    pub valid_from: Option<String>,
    /// Last day of registration, `YYYY-MM-DD`.
    #[serde(default, deserialize_with = "written_day")]
    pub valid_to: Option<String>,
    /// Whether the registration request must carry the series of the document.
    #[serde(default)]
    pub series_required: bool,
    /// Whether the organisation's signature is asked for.
    #[serde(default = "asked_for")]
    pub organization_signature: bool,
}

/// Format of the documents of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// HL7 CDA R2.
    Cda,
    /// PDF/A-1.
    Pdf,
}

impl Format {
    /// The name of the format in the registry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cda => "cda",
            Self::Pdf => "pdf",
        }
    }
}

impl Kind {
    /// The title in a language; the Russian one where there is no other.
    pub fn title_in(&self, lang: Lang) -> &str {
        match lang {
            Lang::En if !self.title_en.is_empty() => &self.title_en,
            _ => &self.title,
        }
    }

    /// The days of registration, first and last; `None` where there is no bound.
    pub fn window(&self) -> (Option<Date>, Option<Date>) {
        let bound = |text: &Option<String>| day(text.as_deref()?);
        (bound(&self.valid_from), bound(&self.valid_to))
    }

    /// Whether documents of the kind are registered on a day.
    pub fn is_registered_on(&self, day: Date) -> bool {
        let (from, to) = self.window();
        from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
    }
}

fn asked_for() -> bool {
    true
}

fn day(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}

/// A misspelt day would be no bound at all, and nobody would see it.
fn written_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match day(&text) {
        Some(_) => Ok(Some(text)),
        None => Err(D::Error::custom(format!("`{text}` is not a day, which is written YYYY-MM-DD"))),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    kind: Vec<Kind>,
}

/// A registry of kinds is not readable.
#[derive(Debug, thiserror::Error)]
#[error("the registry of kinds is not readable: {0}")]
pub struct RegistryError(#[from] toml::de::Error);

/// All kinds known. Cheap to clone.
#[derive(Clone, Debug)]
pub struct KindRegistry {
    kinds: Arc<Vec<Kind>>,
}

impl KindRegistry {
    /// The registry built in; its text is read once a process.
    #[expect(clippy::missing_panics_doc, reason = "a test reads the embedded file")]
    pub fn embedded() -> Self {
        static PARSED: OnceLock<KindRegistry> = OnceLock::new();
        PARSED.get_or_init(|| Self::parse(EMBEDDED).expect("the embedded registry is read by a test")).clone()
    }

    /// Reads a registry in the format of `schemas/kinds/kinds.toml`.
    ///
    /// # Errors
    /// The place and reason in the TOML text.
    pub fn parse(text: &str) -> Result<Self, RegistryError> {
        let file: File = toml::from_str(text)?;
        Ok(Self { kinds: Arc::new(file.kind) })
    }

    /// The same registry with kinds of another one: each replaces the whole kind of the same code, or is added at the end.
    #[must_use]
    pub fn with_overrides(mut self, others: Self) -> Self {
        let kinds = Arc::make_mut(&mut self.kinds);
        for other in Arc::unwrap_or_clone(others.kinds) {
            match kinds.iter_mut().find(|kind| kind.code == other.code) {
                Some(kind) => *kind = other,
                None => kinds.push(other),
            }
        }
        self
    }

    /// All kinds in the order of the registry.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The kind with a code.
    pub fn find(&self, code: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.code == code)
    }

    /// The codes of the kinds a document may be of, by what its header says: a kind code among the document codes, else
    /// the templates, narrowed by the document code and then by the day of registration where several kinds share a template.
    pub fn candidates(&self, header: &Header, day: Option<Date>) -> Vec<String> {
        let codes = || header.code.iter().chain(&header.code_translations);
        let mut named: Vec<String> = Vec::new();
        for code in codes().filter(|code| code.code_system == KIND_DICTIONARY) {
            if self.find(&code.code).is_some() && !named.contains(&code.code) {
                named.push(code.code.clone());
            }
        }
        if !named.is_empty() {
            return named;
        }
        let by_template: Vec<&Kind> = self
            .kinds
            .iter()
            .filter(|kind| kind.templates.iter().any(|template| header.template_ids.contains(template)))
            .collect();
        let narrowed: Vec<&Kind> = by_template
            .iter()
            .copied()
            .filter(|kind| {
                kind.document_codes.is_empty() || codes().any(|code| kind.document_codes.contains(&code.code))
            })
            .collect();
        let mut chosen = if narrowed.is_empty() { by_template } else { narrowed };
        if let Some(day) = day
            && chosen.iter().any(|kind| kind.is_registered_on(day))
        {
            chosen.retain(|kind| kind.is_registered_on(day));
        }
        chosen.into_iter().map(|kind| kind.code.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use time::macros::date;

    use super::*;
    use crate::header::CodedValue;

    fn header(template: &str, code: &str, system: &str) -> Header {
        Header {
            template_ids: vec![template.to_owned()],
            code: Some(CodedValue {
                code: code.to_owned(),
                code_system: system.to_owned(),
                ..CodedValue::default()
            }),
            ..Header::default()
        }
    }

    const SHARED: &str = "[[kind]]\ncode='1'\ntitle='Один'\nformat='cda'\ntemplates=['1.2']\ndocument_codes=['7']\n\
        [[kind]]\ncode='2'\ntitle='Два'\nformat='cda'\ntemplates=['1.2']\ndocument_codes=['8']\n";

    #[test]
    fn embedded_registry_is_readable_and_its_codes_are_unique() {
        let registry = KindRegistry::embedded();
        let codes: BTreeSet<_> = registry.kinds().iter().map(|kind| &kind.code).collect();
        assert_eq!(codes.len(), registry.kinds().len());
        assert!(registry.find("119").is_some());
    }

    #[test]
    fn shared_template_is_told_apart_by_the_document_code() {
        let registry = KindRegistry::parse(SHARED).unwrap();
        assert_eq!(registry.candidates(&header("1.2", "8", "x"), None), ["2"]);
        assert_eq!(
            registry.candidates(&header("1.2", "9", "x"), None),
            ["1", "2"],
            "an unknown code decides nothing"
        );
        assert_eq!(registry.candidates(&header("1.3", "8", "x"), None), [""; 0]);
        let mut repeated = header("1.3", "1", KIND_DICTIONARY);
        repeated.code_translations.extend(repeated.code.clone());
        assert_eq!(registry.candidates(&repeated, None), ["1"]);
    }

    #[test]
    fn editions_that_share_a_template_are_told_apart_by_the_day() {
        let text = SHARED.replace("document_codes=['7']", "valid_to='2024-12-31'");
        let text = text.replace("document_codes=['8']", "valid_from='2025-01-01'");
        let registry = KindRegistry::parse(&text).unwrap();
        let on = |day| registry.candidates(&header("1.2", "9", "x"), day);
        assert_eq!(on(Some(date!(2024 - 12 - 31))), ["1"]);
        assert_eq!(on(Some(date!(2025 - 01 - 01))), ["2"]);
        assert_eq!(on(None), ["1", "2"]);
    }

    #[test]
    fn overrides_replace_whole_kinds_in_their_place_and_add_the_others() {
        let overrides =
            "[[kind]]\ncode='1'\ntitle='Иной'\nformat='pdf'\n[[kind]]\ncode='3'\ntitle='Три'\nformat='cda'\n";
        let registry =
            KindRegistry::parse(SHARED).unwrap().with_overrides(KindRegistry::parse(overrides).unwrap());
        let known: Vec<_> = registry.kinds().iter().map(|kind| (&*kind.code, &*kind.title)).collect();
        assert_eq!(known, [("1", "Иной"), ("2", "Два"), ("3", "Три")]);
        assert_eq!(registry.find("1").unwrap().templates, [""; 0], "nothing of the old kind is left");
        assert_eq!(registry.candidates(&header("1.2", "7", "x"), None), ["2"]);
    }

    #[test]
    fn title_is_russian_where_there_is_no_english_one() {
        let registry = KindRegistry::parse(&SHARED.replace("'Два'", "'Два'\ntitle_en='Two'")).unwrap();
        let titles: Vec<_> = registry.kinds().iter().map(|kind| kind.title_in(Lang::En)).collect();
        assert_eq!(titles, ["Один", "Two"]);
    }

    #[test]
    fn misspelt_day_is_an_error() {
        let text = SHARED.replace("document_codes=['7']", "valid_to='31.12.2024'");
        let error = KindRegistry::parse(&text).unwrap_err().to_string();
        assert!(error.contains("31.12.2024") && error.contains("YYYY-MM-DD"), "{error}");
    }

    #[test]
    fn misspelt_field_is_an_error_with_its_place() {
        let error = KindRegistry::parse("[[kind]]\ncode='1'\ntitel='x'\nformat='cda'\n").unwrap_err();
        assert!(error.to_string().contains("titel"), "{error}");
    }
}
