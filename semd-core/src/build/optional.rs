//! Optional fields of a card, and which it leaves out.

use serde_json::{Map, Value};

use super::card_kind::{CardSchema, FieldType, Fields};
use crate::report::Message;

/// How complete a card is: the optional fields of the card and of every object in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionalFields {
    /// How many there are.
    pub asked: usize,
    /// Those that the card leaves out.
    pub absent: Vec<AbsentField>,
}

/// A field that a card leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsentField {
    /// JSON pointer (RFC 6901) to where it would be.
    pub pointer: String,
    /// Title of the field.
    pub title: Message,
}

impl OptionalFields {
    /// Goes through a card. The card was checked before: what does not fit the schema is passed over.
    pub(super) fn of(card: &Value, schema: &CardSchema) -> Self {
        let mut fields = Self::default();
        if let Value::Object(members) = card {
            fields.object(members, &schema.types[0], schema, "");
        }
        fields
    }

    fn object(&mut self, members: &Map<String, Value>, fields: &Fields, schema: &CardSchema, pointer: &str) {
        for field in &fields.fields {
            let value = members.get(&field.name);
            let absent = match value {
                None | Some(Value::Null) => true,
                Some(Value::Array(items)) => items.is_empty(),
                Some(_) => false,
            };
            let pointer = format!("{pointer}/{}", field.name);
            if field.optional {
                self.asked += 1;
            }
            match (value, field.holds) {
                _ if absent && field.optional => {
                    let title = Message::new(&*field.title, &*field.title_en);
                    self.absent.push(AbsentField { pointer, title });
                }
                (Some(value), FieldType::Object(at)) => {
                    self.inside(value, &schema.types[at], schema, &pointer)
                }
                _ => {}
            }
        }
    }

    /// An object, or a list of them. Types do not contain themselves, so this ends.
    fn inside(&mut self, value: &Value, fields: &Fields, schema: &CardSchema, pointer: &str) {
        match value {
            Value::Object(members) => self.object(members, fields, schema, pointer),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Value::Object(members) = item {
                        self.object(members, fields, schema, &format!("{pointer}/{index}"));
                    }
                }
            }
            _ => {}
        }
    }
}
