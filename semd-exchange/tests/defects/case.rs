//! Cases as data: a base, a context both bundles share, the defect, and what the twin has instead.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use semd_core::nsi::Store;
use semd_core::validate::Validator;
use semd_exchange::bundle::BundleFiles;
use semd_exchange::reference::ReferenceData;
use serde::Deserialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::hands::{Hands, Signature};
use super::stock::Stock;

/// The moment of checking where a case names none.
const AS_OF: &str = "2025-03-20T12:00:00+03:00";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Situation {
    Defect,
    Twin,
}

/// One defect and its twin.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// The code the register answers.
    pub(crate) code: String,
    /// What tells it from other cases of the code.
    #[serde(default)]
    pub(crate) about: String,
    /// Codes that cannot but come along, with the reason in a comment.
    #[serde(default)]
    pub(crate) with: Vec<String>,
    base: String,
    #[serde(default)]
    context: Edits,
    #[serde(default)]
    defect: Edits,
    #[serde(default)]
    twin: Edits,
    #[serde(skip)]
    file: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    name: String,
    document: String,
    #[serde(default)]
    edits: Edits,
}

/// Changes of a bundle.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Edits {
    /// Text of the document and what stands in its place, every time.
    replace: Vec<[String; 2]>,
    /// As `replace`, inside the first element of a name only.
    inside: Vec<[String; 3]>,
    /// The code of a section of the body and the section in its place.
    section: Vec<[String; 2]>,
    /// The whole file.
    content: Option<String>,
    /// Fields of `NAME.remd.json`, JSON.
    request: Option<String>,
    /// `NAME.result.json`.
    result: Option<String>,
    /// The signatures; doctor and organisation where nothing is said.
    signatures: Option<Vec<Signature>>,
    /// Tables of reference data.
    data: BTreeMap<String, String>,
    /// Schemas of extra attributes by kind.
    attributes: BTreeMap<String, String>,
    /// The dictionaries at hand.
    dictionaries: Option<Stock>,
    /// The moment of checking.
    as_of: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    base: Vec<Base>,
    #[serde(default)]
    case: Vec<Case>,
}

/// A bundle ready to be tried.
pub(crate) struct Bundle {
    pub(crate) files: BundleFiles,
    pub(crate) as_of: OffsetDateTime,
    pub(crate) dictionaries: Option<Store>,
    tables: BTreeMap<String, String>,
    attributes: BTreeMap<String, String>,
}

impl Bundle {
    /// The validator with the dictionaries of the case. The sandbox has them, too, and looks values up itself.
    pub(crate) fn with_dictionaries(&self, validator: Validator) -> Validator {
        match &self.dictionaries {
            Some(store) => validator.with_dictionaries(store.clone()),
            None => validator,
        }
    }

    pub(crate) fn data(&self) -> ReferenceData {
        let mut data = ReferenceData::default();
        for (name, text) in &self.tables {
            data.insert_csv(name, text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        for (kind, schema) in &self.attributes {
            data.insert_attribute_schema(kind, schema.as_bytes()).unwrap();
        }
        data
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

fn files() -> &'static [(String, File)] {
    static READ: OnceLock<Vec<(String, File)>> = OnceLock::new();
    READ.get_or_init(read)
}

fn read() -> Vec<(String, File)> {
    let mut paths: Vec<_> =
        fs::read_dir(fixtures().join("defects")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let file = toml::from_str(&fs::read_to_string(&path).unwrap());
        (name.clone(), file.unwrap_or_else(|error| panic!("{name}: {error}")))
    };
    paths.into_iter().map(read).collect()
}

/// All cases in the order of their files.
pub(crate) fn all() -> Vec<Case> {
    let named = |(name, file): &'static (String, File)| {
        file.case.iter().map(|case| Case { file: name.clone(), ..case.clone() })
    };
    files().iter().flat_map(named).collect()
}

impl Case {
    pub(crate) fn name(&self) -> String {
        if self.about.is_empty() { self.code.clone() } else { format!("{} ({})", self.code, self.about) }
    }

    /// Where it is written.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    pub(crate) fn expected(&self) -> BTreeSet<&str> {
        self.with.iter().map(String::as_str).chain([self.code.as_str()]).collect()
    }

    pub(crate) fn bundle(&self, situation: Situation, hands: &Hands) -> Bundle {
        let mut bases = files().iter().flat_map(|(_, file)| &file.base);
        let base =
            bases.find(|base| base.name == self.base).unwrap_or_else(|| panic!("no base {}", self.base));
        let own = match situation {
            Situation::Defect => &self.defect,
            Situation::Twin => &self.twin,
        };
        let edits = [&base.edits, &self.context, own];
        let mut document = fs::read_to_string(fixtures().join("documents").join(&base.document)).unwrap();
        let stock = edits.iter().rev().find_map(|edit| edit.dictionaries.as_ref());
        let dictionaries = stock.map(|stock| stock.store(&document));
        for edit in edits {
            edit.apply(&mut document, &self.name());
        }
        let as_of = edits.iter().rev().find_map(|edit| edit.as_of.as_deref()).unwrap_or(AS_OF);
        let as_of = OffsetDateTime::parse(as_of, &Rfc3339).unwrap();
        let signatures = edits.iter().rev().find_map(|edit| edit.signatures.clone());
        let signatures =
            signatures.unwrap_or_else(|| vec![Signature::of("doctor"), Signature::of("organization")]);
        let mut tables = BTreeMap::new();
        let mut attributes = BTreeMap::new();
        for edit in edits {
            tables.extend(edit.data.clone());
            attributes.extend(edit.attributes.clone());
        }
        let result = edits.iter().rev().find_map(|edit| edit.result.clone());
        let files = BundleFiles {
            signatures: hands.sign(&signatures, document.as_bytes(), as_of),
            document: document.into_bytes(),
            request: request(edits.iter().filter_map(|edit| edit.request.as_deref())),
            result: result.map(String::into_bytes),
        };
        Bundle { files, as_of, dictionaries, tables, attributes }
    }
}

/// Fields of several edits: blocks are merged, later values win; `null` takes a field away.
fn request<'e>(edits: impl Iterator<Item = &'e str>) -> Option<Vec<u8>> {
    let mut fields = Map::new();
    for edit in edits {
        let Value::Object(given) =
            serde_json::from_str(edit).unwrap_or_else(|error| panic!("{error}: {edit}"))
        else {
            panic!("{edit}")
        };
        for (key, value) in given {
            match (fields.get_mut(&key), value) {
                (Some(Value::Object(block)), Value::Object(value)) => block.extend(value),
                (_, value) => drop(fields.insert(key, value)),
            }
        }
    }
    (!fields.is_empty()).then(|| serde_json::to_vec(&fields).unwrap())
}

impl Edits {
    fn apply(&self, document: &mut String, case: &str) {
        if let Some(content) = &self.content {
            document.clone_from(content);
        }
        for [code, with] in &self.section {
            let at = document
                .find(&format!("<code code=\"{code}\""))
                .unwrap_or_else(|| panic!("{case}: no section {code}"));
            let begin = document[..at].rfind("<section>").unwrap();
            let end = at + document[at..].find("</section>").unwrap() + "</section>".len();
            document.replace_range(begin..end, with.trim());
        }
        for [element, from, to] in &self.inside {
            let begin =
                document.find(&format!("<{element}>")).unwrap_or_else(|| panic!("{case}: no {element}"));
            let end = begin + document[begin..].find(&format!("</{element}>")).unwrap();
            let part = document[begin..end].to_owned();
            assert!(part.contains(from.as_str()), "{case}: {element} has no {from}");
            document.replace_range(begin..end, &part.replace(from.as_str(), to));
        }
        for [from, to] in &self.replace {
            assert!(document.contains(from.as_str()), "{case}: nothing to replace: {from}");
            *document = document.replace(from.as_str(), to);
        }
    }
}
