//! The JSON Schema (draft 2020-12) of a card.

use serde_json::{Map, Value, json};

use super::card_kind::{CardSchema, FieldType, Fields};
use super::dictionaries::Dictionaries;
use crate::report::Lang;

/// Makes the JSON Schema of a card kind; titles are in `lang`.
pub(super) fn json_schema(schema: &CardSchema, dictionaries: &Dictionaries, lang: Lang) -> Value {
    let mut root = object(&schema.types[0], schema, dictionaries, lang);
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!(text(&schema.title, &schema.title_en, lang));
    root["properties"][super::check::KIND] = json!({ "const": schema.kind });
    if !schema.not_written.is_empty() {
        // An annotation: one type may be written in one place and not in another.
        root["x-not-written"] = json!(schema.not_written);
    }
    let definitions: Map<String, Value> = reached(schema)
        .map(|fields| (fields.name.clone(), object(fields, schema, dictionaries, lang)))
        .collect();
    if !definitions.is_empty() {
        root["$defs"] = Value::Object(definitions);
    }
    root
}

/// The named types the card leads to.
fn reached(schema: &CardSchema) -> impl Iterator<Item = &Fields> {
    let mut seen = vec![false; schema.types.len()];
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        for field in &schema.types[at].fields {
            if let FieldType::Object(next) = field.holds
                && !std::mem::replace(&mut seen[next], true)
            {
                open.push(next);
            }
        }
    }
    schema.types.iter().zip(seen).filter(|(_, seen)| *seen).map(|(fields, _)| fields)
}

fn text<'a>(ru: &'a str, en: &'a str, lang: Lang) -> &'a str {
    match lang {
        Lang::Ru => ru,
        Lang::En => en,
    }
}

fn object(fields: &Fields, schema: &CardSchema, dictionaries: &Dictionaries, lang: Lang) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in &fields.fields {
        let mut value = match field.holds {
            FieldType::Object(at) => json!({ "$ref": format!("#/$defs/{}", schema.types[at].name) }),
            FieldType::Text => json!({ "type": "string", "minLength": 1 }),
            FieldType::Date => json!({ "type": "string", "format": "date" }),
            FieldType::DateTime => json!({ "type": "string", "format": "date-time" }),
            FieldType::Integer => json!({ "type": "integer" }),
            FieldType::Decimal => json!({ "type": "number" }),
            FieldType::Boolean => json!({ "type": "boolean" }),
            FieldType::Snils => json!({ "type": "string", "pattern": "^[0-9]{11}$" }),
            FieldType::Oid => json!({ "type": "string", "pattern": "^[0-2](\\.(0|[1-9][0-9]*))+$" }),
            FieldType::Uuid => json!({ "type": "string", "format": "uuid" }),
            FieldType::Code(id) => {
                let entry = dictionaries.entry(id);
                let mut code = json!({ "type": "string", "minLength": 1 });
                if !entry.values.is_empty() {
                    code["enum"] = json!(entry.values.keys().collect::<Vec<_>>());
                }
                json!({
                    "description": format!("{} ({})", entry.oid, entry.name),
                    "anyOf": [
                        code.clone(),
                        {
                            "type": "object",
                            "properties": {
                                "code": code,
                                "name": { "type": "string", "minLength": 1 },
                                "version": { "type": "string", "minLength": 1 }
                            },
                            "required": ["code"],
                            "additionalProperties": false
                        }
                    ]
                })
            }
        };
        let title = text(&field.title, &field.title_en, lang);
        if field.list {
            value = json!({ "type": "array", "items": value });
            if !field.optional {
                value["minItems"] = json!(1);
            }
        }
        value["title"] = json!(title);
        properties.insert(field.name.clone(), value);
        if !field.optional {
            required.push(field.name.clone());
        }
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false
    })
}
