//! The official JSON: passports, parts and exports.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};

/// Passport of one version of a dictionary.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Passport<'a> {
    #[serde(borrow)]
    pub(super) oid: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) version: Cow<'a, str>,
    pub(super) rows_count: Option<u64>,
    #[serde(default)]
    pub(super) full_name: Option<String>,
    #[serde(default)]
    pub(super) short_name: Option<String>,
    #[serde(default)]
    pub(super) publish_date: Option<String>,
    #[serde(default)]
    pub(super) fields: Option<Vec<Field>>,
    #[serde(default)]
    pub(super) keys: Option<Vec<Key>>,
    #[serde(default)]
    pub(super) codes: Option<Vec<Code>>,
}

/// One column.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Field {
    pub(super) field: String,
    #[serde(default)]
    pub(super) alias: Option<String>,
    #[serde(default)]
    pub(super) data_type: Option<String>,
}

/// What a column is for: `PRIMARY` holds the code, `VALUE` the name.
#[derive(serde::Deserialize)]
pub(super) struct Key {
    pub(super) field: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
}

/// An identifier of the dictionary; several may name one.
#[derive(serde::Deserialize)]
pub(super) struct Code {
    pub(super) value: String,
}

/// Some rows of a dictionary.
#[derive(serde::Deserialize)]
pub(super) struct Part<'a> {
    #[serde(borrow)]
    pub(super) list: Vec<Vec<Cell<'a>>>,
}

/// One value of a row.
#[derive(serde::Deserialize)]
pub(super) struct Cell<'a> {
    #[serde(borrow)]
    pub(super) column: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) value: Value<'a>,
}

/// An export: the rows as objects.
#[derive(serde::Deserialize)]
pub(super) struct Export {
    pub(super) records: Vec<serde_json::Map<String, serde_json::Value>>,
}

/// A cell's value as text; numbers and truth values are kept as they are written.
#[derive(Default)]
pub(super) struct Value<'a>(pub(super) Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor).map(Self)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, a truth value or null")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(number.to_string())))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(truth.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// A value of an export as text; lists and objects keep their JSON form.
pub(super) fn export_value(value: &serde_json::Value) -> Option<Cow<'_, str>> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(Cow::Borrowed(text)),
        other => Some(Cow::Owned(other.to_string())),
    }
}
