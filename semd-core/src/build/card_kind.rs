//! Card kinds as data: which fields a card has, of which types, and the template that makes the document.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::dictionaries::{Dictionaries, DictionaryId};
use super::error::LoadError;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldType {
    /// Text of one or more words.
    Text,
    /// `YYYY-MM-DD`.
    Date,
    /// RFC 3339 with a zone.
    DateTime,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// СНИЛС, eleven digits with a valid checksum.
    Snils,
    /// An object identifier.
    Oid,
    /// A UUID.
    Uuid,
    /// A code of a dictionary.
    Code(DictionaryId),
    /// An object of further fields.
    Object(usize),
}

/// One field of a card.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Name in JSON.
    pub(super) name: String,
    /// What it holds.
    pub(super) holds: FieldType,
    /// Whether it is a list.
    pub(super) list: bool,
    /// Whether it may be absent; an optional list may be absent or empty.
    pub(super) optional: bool,
    /// For people, in Russian.
    pub(super) title: String,
    /// For people, in English.
    pub(super) title_en: String,
}

/// A set of fields: the card itself or an object in it.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    /// Name of the type; the kind's code for the card itself.
    pub(super) name: String,
    /// The fields, sorted by name.
    pub(super) fields: Vec<Field>,
}

impl Fields {
    /// Position of a field.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.fields.binary_search_by(|field| field.name.as_str().cmp(name)).ok()
    }
}

/// Every set of fields of one card kind; the card itself is the first.
#[derive(Clone, Debug)]
pub(super) struct CardSchema {
    /// Code of the document kind.
    pub(super) kind: String,
    /// Title of the card in Russian.
    pub(super) title: String,
    /// Title of the card in English.
    pub(super) title_en: String,
    /// Whether the guide of the kind wants `xsi:type` where a template says `c:type`.
    pub(super) extension_types: bool,
    /// Fields that the guide of the kind has no place for, by their names from the card on, joined by points.
    pub(super) not_written: Vec<String>,
    /// The sets of fields.
    pub(super) types: Vec<Fields>,
}

/// A field as written in TOML.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldSource {
    #[serde(rename = "type")]
    type_name: String,
    dictionary: Option<String>,
    #[serde(default)]
    list: bool,
    #[serde(default)]
    optional: bool,
    title: String,
    title_en: String,
}

/// Fields shared by every card, and the named types: `schemas/cards/common.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommonSource {
    field: BTreeMap<String, FieldSource>,
    #[serde(rename = "type")]
    types: BTreeMap<String, BTreeMap<String, FieldSource>>,
}

/// A card kind as written in TOML: `schemas/cards/KIND.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KindSource {
    kind: String,
    title: String,
    title_en: String,
    #[serde(default)]
    extension_types: bool,
    #[serde(default)]
    not_written: Vec<String>,
    #[serde(default)]
    field: BTreeMap<String, FieldSource>,
    #[serde(rename = "type", default)]
    types: BTreeMap<String, BTreeMap<String, FieldSource>>,
}

impl CommonSource {
    /// Reads `common.toml`.
    pub(super) fn parse(text: &str) -> Result<Self, LoadError> {
        toml::from_str(text).map_err(|source| LoadError::Toml { file: "common.toml".to_owned(), source })
    }
}

impl CardSchema {
    /// Reads one card kind over the common fields; its own fields replace common ones of the same name.
    pub(super) fn parse(
        file: &str,
        text: &str,
        common: &CommonSource,
        dictionaries: &Dictionaries,
    ) -> Result<Self, LoadError> {
        let source: KindSource =
            toml::from_str(text).map_err(|source| LoadError::Toml { file: file.to_owned(), source })?;
        let mut named = common.types.clone();
        named.extend(source.types);
        let mut root = common.field.clone();
        root.extend(source.field);
        // The card itself comes first, the named types follow in the order of their names.
        let names: Vec<String> = named.keys().cloned().collect();
        let mut types = vec![fields(file, &source.kind, root, &names, dictionaries)?];
        for (name, members) in named {
            types.push(fields(file, &name, members, &names, dictionaries)?);
        }
        let schema = Self {
            kind: source.kind,
            title: source.title,
            title_en: source.title_en,
            extension_types: source.extension_types,
            not_written: source.not_written,
            types,
        };
        if let Some(unknown) = schema.not_written.iter().find(|path| !schema.has(path)) {
            return Err(LoadError::UnknownField { file: file.to_owned(), field: unknown.clone() });
        }
        schema.refuse_endless(file)?;
        Ok(schema)
    }

    /// Whether there is a field: names from the card on, joined by points; of a coded value also its `code` and `name`.
    fn has(&self, path: &str) -> bool {
        let mut holds = FieldType::Object(0);
        path.split('.').all(|name| match holds {
            FieldType::Object(at) => {
                let fields = &self.types[at];
                fields.find(name).inspect(|&found| holds = fields.fields[found].holds).is_some()
            }
            FieldType::Code(_) => {
                holds = FieldType::Text;
                matches!(name, "code" | "name")
            }
            _ => false,
        })
    }

    /// A type that contains itself would make cards of any depth.
    fn refuse_endless(&self, file: &str) -> Result<(), LoadError> {
        for start in 0..self.types.len() {
            let mut reached = vec![false; self.types.len()];
            let mut open = vec![start];
            while let Some(at) = open.pop() {
                for field in &self.types[at].fields {
                    if let FieldType::Object(next) = field.holds {
                        if next == start {
                            return Err(LoadError::EndlessType {
                                file: file.to_owned(),
                                name: self.types[start].name.clone(),
                            });
                        }
                        if !reached[next] {
                            reached[next] = true;
                            open.push(next);
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

fn fields(
    file: &str,
    name: &str,
    members: BTreeMap<String, FieldSource>,
    types: &[String],
    dictionaries: &Dictionaries,
) -> Result<Fields, LoadError> {
    let mut fields = Vec::with_capacity(members.len());
    for (field, source) in members {
        let holds = match source.type_name.as_str() {
            "text" => FieldType::Text,
            "date" => FieldType::Date,
            "date-time" => FieldType::DateTime,
            "integer" => FieldType::Integer,
            "decimal" => FieldType::Decimal,
            "boolean" => FieldType::Boolean,
            "snils" => FieldType::Snils,
            "oid" => FieldType::Oid,
            "uuid" => FieldType::Uuid,
            "code" => {
                let alias = source.dictionary.as_deref().unwrap_or_default();
                let known = dictionaries.find(alias).ok_or_else(|| LoadError::UnknownDictionary {
                    file: file.to_owned(),
                    alias: alias.to_owned(),
                })?;
                FieldType::Code(known)
            }
            other => match types.binary_search_by(|known| known.as_str().cmp(other)) {
                Ok(at) => FieldType::Object(at + 1),
                Err(_) => {
                    return Err(LoadError::UnknownType {
                        file: file.to_owned(),
                        field: format!("{name}.{field}"),
                        type_name: other.to_owned(),
                    });
                }
            },
        };
        fields.push(Field {
            name: field,
            holds,
            list: source.list,
            optional: source.optional,
            title: source.title,
            title_en: source.title_en,
        });
    }
    Ok(Fields { name: name.to_owned(), fields })
}
