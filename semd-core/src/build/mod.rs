//! Documents from flat JSON cards.
//!
//! A kind is data: the fields of its card (`schemas/cards/KIND.toml`), and a template that makes the document of them
//! (`schemas/cards/KIND.xml`). [`CardKinds::embedded`] has the kinds of this project, [`CardKinds::with_folder`] adds those
//! of a folder, without Rust; `docs/cards.md` describes the language of both files. A fault of a card is data with a JSON
//! pointer, never a document that is half filled in.
//!
//! ```
//! use semd_core::build::{BuildError, CardKinds};
//!
//! let kinds = CardKinds::embedded();
//! assert!(kinds.codes().any(|code| code == "119"));
//! let card = serde_json::json!({ "kind": "119", "created": "yesterday" });
//! let Err(BuildError::Card(faults)) = kinds.build(&card, None) else { panic!() };
//! assert!(faults.iter().any(|fault| fault.pointer == "/created"));
//! ```

mod card_kind;
mod check;
mod compile;
mod data;
mod dictionaries;
mod embedded;
mod error;
mod json_schema;
mod optional;
mod template;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use card_kind::{CardSchema, CommonSource};
use dictionaries::Dictionaries;
use template::Step;
pub(crate) use template::escape;

pub use error::{BuildError, CardError, LoadError};
pub use optional::{AbsentField, OptionalFields};

use crate::nsi::Store;
use crate::report::Lang;

/// What every template begins with.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The kinds there are templates for. Cheap to clone and to share between threads.
#[derive(Clone, Debug)]
pub struct CardKinds {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    dictionaries: Dictionaries,
    kinds: BTreeMap<String, Kind>,
}

#[derive(Clone, Debug)]
struct Kind {
    schema: CardSchema,
    steps: Vec<Step>,
}

/// The text files of a folder of card kinds, by their names in it (`119.toml`, `fragments/person.xml`).
type Files = BTreeMap<String, String>;

impl CardKinds {
    /// The kinds of this project.
    ///
    /// # Panics
    /// Never: the files are part of the program, and a test loads them.
    pub fn embedded() -> Self {
        let files = embedded::files();
        #[expect(clippy::expect_used, reason = "the files are part of the program, and a test loads them")]
        Self::load(&files).expect("the embedded card kinds load")
    }

    /// The kinds of this project with those of a folder: a file of the folder replaces the embedded one of its name.
    ///
    /// # Errors
    /// When a file cannot be read, or a kind cannot be loaded.
    pub fn with_folder(folder: &Path) -> Result<Self, LoadError> {
        let mut files = embedded::files();
        add_folder(folder, "", &mut files)?;
        add_folder(&folder.join("fragments"), "fragments/", &mut files)?;
        Self::load(&files)
    }

    fn load(files: &Files) -> Result<Self, LoadError> {
        let file = |name: &str| files.get(name).ok_or_else(|| LoadError::Missing { file: name.to_owned() });
        let dictionaries = Dictionaries::parse(file("dictionaries.toml")?)?;
        let common = CommonSource::parse(file("common.toml")?)?;
        let fragments: BTreeMap<String, String> = files
            .iter()
            .filter_map(|(name, text)| {
                let fragment = name.strip_prefix("fragments/")?.strip_suffix(".xml")?;
                Some((fragment.to_owned(), text.clone()))
            })
            .collect();
        let mut kinds = BTreeMap::new();
        for (name, text) in files {
            let Some(stem) = name.strip_suffix(".toml") else { continue };
            if matches!(stem, "dictionaries" | "common") {
                continue;
            }
            let schema = CardSchema::parse(name, text, &common, &dictionaries)?;
            let template = format!("{stem}.xml");
            let steps = compile::compile(&template, file(&template)?, &fragments, &schema, &dictionaries)?;
            kinds.insert(schema.kind.clone(), Kind { schema, steps });
        }
        Ok(Self { inner: Arc::new(Inner { dictionaries, kinds }) })
    }

    /// Codes of the kinds there are templates for.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.inner.kinds.keys().map(String::as_str)
    }

    /// Title of a kind's card.
    pub fn title(&self, kind: &str, lang: Lang) -> Option<&str> {
        let schema = &self.inner.kinds.get(kind)?.schema;
        Some(match lang {
            Lang::Ru => &schema.title,
            Lang::En => &schema.title_en,
        })
    }

    /// JSON Schema (draft 2020-12) of a kind's card, with titles in `lang`.
    pub fn json_schema(&self, kind: &str, lang: Lang) -> Option<Value> {
        let kind = self.inner.kinds.get(kind)?;
        Some(json_schema::json_schema(&kind.schema, &self.inner.dictionaries, lang))
    }

    /// Fields of a kind's card that its guide has no place for: they are checked but the document does not say them. Names from
    /// the card on, joined by points; a field stands for everything in it.
    pub fn not_written(&self, kind: &str) -> &[String] {
        self.inner.kinds.get(kind).map_or(&[], |kind| &kind.schema.not_written)
    }

    /// Which optional fields a card has and leaves out; none of a card of an unknown kind.
    pub fn optional_fields(&self, card: &Value) -> OptionalFields {
        let named = card.get(check::KIND).and_then(Value::as_str);
        let kind = named.and_then(|code| self.inner.kinds.get(code));
        kind.map_or_else(OptionalFields::default, |kind| OptionalFields::of(card, &kind.schema))
    }

    /// Builds the document of a card; `dictionaries` supplies the names of codes that the card gives without one.
    ///
    /// # Errors
    /// When the card names no known kind, or has faults: all of them, each with its place.
    pub fn build(&self, card: &Value, dictionaries: Option<&Store>) -> Result<String, BuildError> {
        let named = card.get(check::KIND).and_then(Value::as_str);
        let Some(kind) = named.and_then(|code| self.inner.kinds.get(code)) else {
            return Err(BuildError::UnknownKind {
                kind: named.map(str::to_owned),
                known: self.codes().map(str::to_owned).collect(),
            });
        };
        let data = check::check(card, &kind.schema, &self.inner.dictionaries, dictionaries)
            .map_err(BuildError::Card)?;
        let mut document = String::with_capacity(32 * 1024);
        document.push_str(DECLARATION);
        template::write(&kind.steps, &data, &mut document);
        Ok(document)
    }
}

fn add_folder(folder: &Path, prefix: &str, files: &mut Files) -> Result<(), LoadError> {
    let unreadable = |path: &Path, source| LoadError::Read { path: path.to_owned(), source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // Fragments of one's own are a choice.
        Err(error) if !prefix.is_empty() && error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(folder, error)),
    };
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        let known = path.extension().is_some_and(|extension| extension == "toml" || extension == "xml");
        if let (true, Some(name)) = (known, path.file_name().and_then(|name| name.to_str())) {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            files.insert(format!("{prefix}{name}"), text);
        }
    }
    Ok(())
}
