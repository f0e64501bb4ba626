//! Checks a card against its schema and makes typed values of it. Every complaint points into the JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::card_kind::{CardSchema, Field, FieldType, Fields};
use super::data::{Coded, Data, When};
use super::dictionaries::{Dictionaries, DictionaryId, Lookup};
use super::error::CardError;
use crate::nsi::{Store, is_oid};
use crate::report::Message;
use crate::rules::{checksum, is_uuid};

/// Field of a card that names its kind; no schema declares it.
pub(super) const KIND: &str = "kind";

/// Makes typed values of a card.
pub(super) fn check(
    card: &Value,
    schema: &CardSchema,
    dictionaries: &Dictionaries,
    store: Option<&Store>,
) -> Result<Data, Vec<CardError>> {
    let mut check = Check { schema, dictionaries, store, pointer: String::new(), errors: Vec::new() };
    let data = match card {
        Value::Object(members) => Some(check.object(members, &schema.types[0], true)),
        other => check.refuse(expected("объект", "an object", other)),
    };
    match data {
        Some(data) if check.errors.is_empty() => Ok(data),
        _ => Err(check.errors),
    }
}

struct Check<'a> {
    schema: &'a CardSchema,
    dictionaries: &'a Dictionaries,
    store: Option<&'a Store>,
    pointer: String,
    errors: Vec<CardError>,
}

impl Check<'_> {
    /// Notes a complaint about the value the pointer shows.
    fn refuse(&mut self, message: Message) -> Option<Data> {
        self.errors.push(CardError { pointer: self.pointer.clone(), message });
        None
    }

    /// Goes one step down for the time of `inner`.
    fn at<T>(&mut self, step: &str, inner: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        // RFC 6901, section 3: `~` and `/` in a name are escaped.
        self.pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        let value = inner(self);
        self.pointer.truncate(length);
        value
    }

    fn object(&mut self, members: &Map<String, Value>, fields: &Fields, root: bool) -> Data {
        for name in members.keys().filter(|name| !(root && *name == KIND)) {
            if fields.find(name).is_none() {
                let hint = nearest(name, fields).map_or_else(
                    || Message::new("", ""),
                    |near| {
                        Message::new(
                            format!(" — может быть, `{near}`?"),
                            format!(" — did you mean `{near}`?"),
                        )
                    },
                );
                let message = Message::new(
                    format!("Такого поля в карте нет{}", hint.ru),
                    format!("The card has no such field{}", hint.en),
                );
                self.at(name, |check| check.refuse(message));
            }
        }
        let values = fields.fields.iter().map(|field| match members.get(&field.name) {
            None | Some(Value::Null) => {
                if !field.optional {
                    let message = Message::new(
                        format!("Нет обязательного поля «{}»", field.title),
                        format!("The required field “{}” is missing", field.title_en),
                    );
                    self.at(&field.name, |check| check.refuse(message));
                }
                None
            }
            Some(value) => self.at(&field.name, |check| check.field(value, field)),
        });
        Data::Object(values.collect())
    }

    fn field(&mut self, value: &Value, field: &Field) -> Option<Data> {
        if !field.list {
            return self.value(value, field.holds);
        }
        let Value::Array(items) = value else {
            return self.refuse(expected("список", "a list", value));
        };
        if items.is_empty() && !field.optional {
            return self.refuse(Message::new("Список пуст", "The list is empty"));
        }
        let mut list = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            list.extend(self.at(&index.to_string(), |check| check.value(item, field.holds)));
        }
        Some(Data::List(list))
    }

    fn value(&mut self, value: &Value, holds: FieldType) -> Option<Data> {
        match holds {
            FieldType::Object(at) => match value {
                Value::Object(members) => {
                    let schema = self.schema;
                    Some(self.object(members, &schema.types[at], false))
                }
                other => self.refuse(expected("объект", "an object", other)),
            },
            FieldType::Code(dictionary) => self.code(value, dictionary),
            FieldType::Boolean => match value {
                Value::Bool(flag) => Some(Data::Flag(*flag)),
                other => self.refuse(expected("true или false", "true or false", other)),
            },
            FieldType::Integer => match value {
                Value::Number(number) if number.is_i64() || number.is_u64() => {
                    Some(Data::Text(number.to_string()))
                }
                other => self.refuse(expected("целое число", "a whole number", other)),
            },
            FieldType::Decimal => match value {
                Value::Number(number) => Some(Data::Text(number.to_string())),
                other => self.refuse(expected("число", "a number", other)),
            },
            _ => match value {
                Value::String(text) => self.text(text, holds),
                other => self.refuse(expected("строка", "a string", other)),
            },
        }
    }

    fn text(&mut self, text: &str, holds: FieldType) -> Option<Data> {
        if text.trim().is_empty() {
            return self.refuse(Message::new(
                "Пустая строка: заполните поле или уберите его",
                "The string is empty: fill the field in or leave it out",
            ));
        }
        if let Some(bad) = text.chars().find(|&char| !crate::xml::is_char(char)) {
            let mut shown = String::new();
            let _ = write!(shown, "U+{:04X}", u32::from(bad));
            return self.refuse(Message::new(
                format!("Символ {shown} не допускается в XML"),
                format!("XML does not allow the character {shown}"),
            ));
        }
        let (data, ru, en) = match holds {
            FieldType::Date => (When::date(text).map(Data::Time), "дата ГГГГ-ММ-ДД", "a date YYYY-MM-DD"),
            FieldType::DateTime => (
                When::date_time(text).map(Data::Time),
                "время с зоной, например 2025-02-10T10:30:00+03:00",
                "a time with zone, such as 2025-02-10T10:30:00+03:00",
            ),
            FieldType::Snils => (
                checksum::snils(text).then(|| Data::Text(text.to_owned())),
                "СНИЛС: 11 цифр с верным контрольным числом",
                "a SNILS: 11 digits with a valid check number",
            ),
            FieldType::Oid => (
                is_oid(text).then(|| Data::Text(text.to_owned())),
                "объектный идентификатор (OID)",
                "an object identifier (OID)",
            ),
            FieldType::Uuid => (
                is_uuid(text).then(|| Data::Text(text.to_ascii_lowercase())),
                "UUID (8-4-4-4-12 шестнадцатеричных цифр)",
                "a UUID (8-4-4-4-12 hexadecimal digits)",
            ),
            _ => (Some(Data::Text(text.to_owned())), "", ""),
        };
        // The value itself is not shown: it may be personal data.
        data.or_else(|| self.refuse(Message::new(format!("Ожидается {ru}"), format!("Expected {en}"))))
    }

    /// A coded value: `"1"`, or `{"code": "1", "name": "…", "version": "…"}`.
    fn code(&mut self, value: &Value, dictionary: DictionaryId) -> Option<Data> {
        let (code, name, version) = match value {
            Value::String(code) => (code.as_str(), None, None),
            Value::Object(members) => {
                let word = |name: &str| members.get(name).and_then(Value::as_str);
                if let Some(odd) =
                    members.keys().find(|key| !matches!(key.as_str(), "code" | "name" | "version"))
                {
                    let message = Message::new(
                        "Здесь бывают только code, name и version",
                        "Only code, name and version are possible here",
                    );
                    return self.at(odd, |check| check.refuse(message));
                }
                match word("code") {
                    Some(code) => (code, word("name"), word("version")),
                    None => {
                        let message = Message::new("Нет кода", "The code is missing");
                        return self.at("code", |check| check.refuse(message));
                    }
                }
            }
            other => return self.refuse(expected("код", "a code", other)),
        };
        for text in [Some(code), name, version].into_iter().flatten() {
            self.text(text, FieldType::Text)?;
        }
        let entry = self.dictionaries.entry(dictionary);
        let named = match self.dictionaries.name(dictionary, code, self.store) {
            Lookup::Found(named) => named,
            Lookup::NoSuchCode { version } => {
                return self.refuse(Message::new(
                    format!("В справочнике {} версии {version} ({}) нет этого кода", entry.oid, entry.name),
                    format!("Dictionary {} version {version} ({}) has no such code", entry.oid, entry.name),
                ));
            }
            Lookup::NoDictionary => match name {
                Some(name) => {
                    super::dictionaries::Named { version: entry.version.clone(), name: name.to_owned() }
                }
                None => {
                    return self.refuse(Message::new(
                        format!(
                            "Нет имени кода и нет справочника {} ({}): дайте name или справочники: --nsi",
                            entry.oid, entry.name
                        ),
                        format!(
                            "The code has no name and dictionary {} ({}) is not there: give name, or dictionaries: --nsi",
                            entry.oid, entry.name
                        ),
                    ));
                }
            },
        };
        Some(Data::Code(Coded {
            code: code.to_owned(),
            system: entry.oid.clone(),
            version: version.map_or(named.version, str::to_owned),
            system_name: entry.name.clone(),
            name: name.map_or(named.name, str::to_owned),
        }))
    }
}

fn expected(ru: &str, en: &str, found: &Value) -> Message {
    let (found_ru, found_en) = match found {
        Value::Null => ("null", "null"),
        Value::Bool(_) => ("true/false", "true/false"),
        Value::Number(_) => ("число", "a number"),
        Value::String(_) => ("строка", "a string"),
        Value::Array(_) => ("список", "a list"),
        Value::Object(_) => ("объект", "an object"),
    };
    Message::new(format!("Ожидается {ru}, а здесь {found_ru}"), format!("Expected {en}, found {found_en}"))
}

/// The known name that differs by the fewest leading letters, for a slip of the pen.
fn nearest<'a>(name: &str, fields: &'a Fields) -> Option<&'a str> {
    let shared =
        |other: &str| name.chars().zip(other.chars()).take_while(|(left, right)| left == right).count();
    let best = fields.fields.iter().map(|field| field.name.as_str()).max_by_key(|known| shared(known))?;
    (shared(best) * 2 >= name.chars().count()).then_some(best)
}
