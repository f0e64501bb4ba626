//! Whatever a card says, the document that it makes says too: random cards of every kind, made by their JSON Schema, come back
//! from the model of the parsed document, value by value.
#![allow(clippy::unwrap_used, reason = "helpers of a test")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use semd_core::build::CardKinds;
use semd_core::model::{self, Keep, Style};
use semd_core::report::Lang;
use semd_core::rules::checksum::snils;
use semd_core::xml::{self, Limits};
use serde_json::{Map, Value, json};

/// Makes cards of a schema; what a value must look like in the document is noted beside it.
struct Maker<'s> {
    schema: &'s Value,
    state: u64,
    expected: Vec<Expected>,
}

/// A value of the card and the spellings of which the document must have one.
struct Expected {
    pointer: String,
    spellings: Vec<String>,
}

impl Maker<'_> {
    /// xorshift64.
    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// Words that stand nowhere else in the document, with characters that are hard to write.
    fn words(&mut self) -> String {
        let hard = ["", " и ", " < ", " & ", "\"", "'", "]]>", " \u{1F489} ", "ё№", "{x}"];
        let middle = hard[self.below(hard.len() as u64) as usize];
        format!("ж{:08x}{middle}ы{:04x}", self.next() as u32, self.next() as u16)
    }

    fn value(&mut self, schema: &Value, pointer: &str) -> Value {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.strip_prefix("#/$defs/").unwrap();
            let definition = &self.schema["$defs"][name];
            return self.object(&definition.clone(), pointer);
        }
        if let Some(choices) = schema["anyOf"].as_array() {
            return self.code(&choices[0], pointer);
        }
        let (value, spellings) = match schema["type"].as_str().unwrap() {
            "array" => {
                let count = 1 + self.below(3);
                let items = (0..count).map(|at| self.value(&schema["items"], &format!("{pointer}/{at}")));
                return Value::Array(items.collect());
            }
            "boolean" => return Value::Bool(self.below(2) == 1),
            "integer" => {
                let number = 10_000 + self.below(90_000);
                (json!(number), vec![number.to_string()])
            }
            "number" => {
                let number = (100_000 + self.below(900_000)) as f64 / 8.0;
                (json!(number), vec![json!(number).to_string()])
            }
            _ => self.string(schema),
        };
        self.expected.push(Expected { pointer: pointer.to_owned(), spellings });
        value
    }

    fn string(&mut self, schema: &Value) -> (Value, Vec<String>) {
        let (year, month, day) = (2000 + self.below(25), 1 + self.below(12), 1 + self.below(28));
        let text = match (schema["format"].as_str(), schema["pattern"].as_str()) {
            (Some("date"), _) => {
                let spellings =
                    vec![format!("{year}{month:02}{day:02}"), format!("{day:02}.{month:02}.{year}")];
                return (format!("{year}-{month:02}-{day:02}").into(), spellings);
            }
            (Some("date-time"), _) => {
                let (hour, minute) = (self.below(24), self.below(60));
                let spellings = vec![
                    format!("{year}{month:02}{day:02}{hour:02}{minute:02}+0300"),
                    format!("{day:02}.{month:02}.{year} {hour:02}:{minute:02}"),
                ];
                return (
                    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:00+03:00").into(),
                    spellings,
                );
            }
            (Some("uuid"), _) => {
                let (high, low) = (self.next(), self.next());
                format!(
                    "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
                    high >> 32,
                    high >> 16 & 0xFFFF,
                    high & 0xFFF,
                    low >> 52,
                    low & 0xFFFF_FFFF_FFFF
                )
            }
            (_, Some(pattern)) if pattern.contains("[0-9]{11}") => {
                let body = 100_000_000 + self.below(899_999_999);
                let number =
                    (0..100).map(|check| format!("{body}{check:02}")).find(|number| snils(number)).unwrap();
                let grouped =
                    format!("{}-{}-{} {}", &number[..3], &number[3..6], &number[6..9], &number[9..]);
                return (number.clone().into(), vec![number, grouped]);
            }
            (_, Some(_)) => format!("1.2.643.5.1.13.{}.{}", self.below(100_000), self.below(100_000)),
            _ => self.words(),
        };
        (text.clone().into(), vec![text])
    }

    /// A code of the values listed, or any with a name.
    fn code(&mut self, plain: &Value, pointer: &str) -> Value {
        if let Some(listed) = plain["enum"].as_array() {
            let code = listed[self.below(listed.len() as u64) as usize].clone();
            let spellings = vec![code.as_str().unwrap().to_owned()];
            self.expected.push(Expected { pointer: pointer.to_owned(), spellings });
            return code;
        }
        let (code, name) = (format!("c{:06x}", self.next() & 0xFF_FFFF), self.words());
        for (field, text) in [("code", &code), ("name", &name)] {
            let pointer = format!("{pointer}/{field}");
            self.expected.push(Expected { pointer, spellings: vec![text.clone()] });
        }
        json!({ "code": code, "name": name })
    }

    fn object(&mut self, schema: &Value, pointer: &str) -> Value {
        let required = schema["required"].as_array().unwrap();
        let mut members = Map::new();
        for (name, field) in schema["properties"].as_object().unwrap() {
            if field.get("const").is_some() {
                members.insert(name.clone(), field["const"].clone());
            } else if name == "houseguid" && !members.contains_key("aoguid") {
                // A house has no place in a document without its street.
            } else if required.iter().any(|known| known == name) || self.below(3) > 0 {
                let value = self.value(field, &format!("{pointer}/{name}"));
                members.insert(name.clone(), value);
            }
        }
        Value::Object(members)
    }
}

/// Every string of a JSON value: texts and attributes of the model.
fn strings<'v>(value: &'v Value, out: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => out.push(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, out)),
        Value::Object(members) => members.values().for_each(|member| strings(member, out)),
        _ => {}
    }
}

/// Builds a random card, reads the document into the model, looks for every value; reads the written model again.
fn check(
    kinds: &CardKinds,
    kind: &str,
    seed: u64,
    faults: &mut BTreeSet<String>,
) -> Result<(), TestCaseError> {
    let schema = kinds.json_schema(kind, Lang::En).unwrap();
    let mut maker = Maker { schema: &schema, state: seed | 1, expected: Vec::new() };
    let card = maker.object(&schema, "");
    let text = kinds.build(&card, None).map_err(|error| TestCaseError::fail(format!("{kind}: {error:?}")))?;
    let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
    let model = model::read(&document, Keep::Meaning).unwrap();
    let json = serde_json::to_value(&model).unwrap();
    let mut found = Vec::new();
    strings(&json, &mut found);
    let unsaid = kinds.not_written(kind);
    for one in &maker.expected {
        let said = one.spellings.iter().any(|spelling| found.iter().any(|text| text.contains(&**spelling)));
        let field = field(&one.pointer);
        let listed = unsaid.iter().any(|known| {
            field == *known || field.strip_prefix(known).is_some_and(|rest| rest.starts_with('.'))
        });
        if listed == said {
            let word = if said { "is said although it is listed as not written" } else { "is lost" };
            faults.insert(format!("kind {kind}: {field} {word}"));
        }
    }
    let written = model::write(&model, Style::Compact).unwrap();
    let again = xml::parse(written.as_bytes(), &Limits::default()).unwrap();
    prop_assert_eq!(model::read(&again, Keep::Meaning).unwrap(), model);
    Ok(())
}

/// `/services/0/code/name` is the field `services.code.name`.
fn field(pointer: &str) -> String {
    let steps =
        pointer.split('/').filter(|step| !step.is_empty() && !step.bytes().all(|byte| byte.is_ascii_digit()));
    steps.collect::<Vec<_>>().join(".")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// But for the fields that `not_written` of the kind names, and those never.
    #[test]
    fn every_value_of_a_card_comes_back_from_its_document(seed in any::<u64>()) {
        let kinds = CardKinds::embedded();
        let mut faults = BTreeSet::new();
        for kind in kinds.codes() {
            check(&kinds, kind, seed, &mut faults)?;
        }
        prop_assert!(faults.is_empty(), "{faults:#?}");
    }
}
