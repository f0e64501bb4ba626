//! The texts of violations, Russian and English side by side.

use crate::report::{Message, redact};
use crate::xml::{Document, Node, write_name};

use super::super::component::Schema;
use super::super::simple::{Defect, SimpleId, Variety};
use super::{Detail, Violation};

/// Names or values listed in one message; the rest is counted.
const MOST_LISTED: usize = 12;

/// The part of a document a value stands in.
fn subject(document: &Document<'_>, node: Node) -> Message {
    let name = name_of(document, node);
    match node {
        Node::Attribute(_) => {
            Message::new(format!("Значение атрибута «{name}»"), format!("The value of attribute “{name}”"))
        }
        Node::Element(_) => {
            Message::new(format!("Текст элемента «{name}»"), format!("The text of element “{name}”"))
        }
        Node::Document | Node::Text(_) => Message::new("Значение", "The value"),
    }
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> Message {
    let all: Vec<&str> = items.collect();
    let shown = all[..all.len().min(MOST_LISTED)].join(", ");
    match all.len().saturating_sub(MOST_LISTED) {
        0 => Message::verbatim(shown),
        more => Message::new(format!("{shown} и ещё {more}"), format!("{shown} and {more} more")),
    }
}

/// ` («value»)` where the value may be shown.
fn shown(document: &Document<'_>, node: Node) -> Message {
    match node {
        Node::Attribute(id) => match document.value(document.attribute_at(id)) {
            "" => Message::new(" (пусто)", " (empty)"),
            value if redact::is_impersonal(value) => {
                Message::new(format!(" («{value}»)"), format!(" (“{value}”)"))
            }
            _ => Message::verbatim(""),
        },
        _ => Message::verbatim(""),
    }
}

impl Violation {
    /// What is wrong and what is expected, in the words of the schema and the document that were validated. No text of the
    /// document is quoted but names, type names and values that cannot be personal data.
    pub fn message(&self, schema: &Schema, document: &Document<'_>) -> Message {
        match &self.detail {
            Detail::Told(message) => (**message).clone(),
            Detail::Value(defect) => {
                let (subject, shown) = (subject(document, self.node), shown(document, self.node));
                let reason = reason(schema, *defect);
                Message::new(
                    format!("{}{} {}", subject.ru, shown.ru, reason.ru),
                    format!("{}{} {}", subject.en, shown.en, reason.en),
                )
            }
            Detail::Misplaced(..) => {
                let (name, expected) = (name_of(document, self.node), self.expected(schema));
                let what = if expected.is_empty() {
                    Message::new(
                        format!("Элемент «{name}» здесь лишний: больше вложенных элементов не допускается"),
                        format!("Element “{name}” is too much here: no further element is allowed"),
                    )
                } else {
                    Message::new(
                        format!("Элемент «{name}» здесь не допускается"),
                        format!("Element “{name}” is not allowed here"),
                    )
                };
                with_expected(what, &expected)
            }
            Detail::Incomplete(..) => {
                let name = name_of(document, self.node);
                let what = Message::new(
                    format!("Содержимое элемента «{name}» неполное"),
                    format!("The content of element “{name}” is not complete"),
                );
                with_expected(what, &self.expected(schema))
            }
            Detail::Missing(symbol) => {
                let (owner, name) = (name_of(document, self.node), schema.symbols.display(*symbol));
                Message::new(
                    format!("У элемента «{owner}» нет обязательного атрибута «{name}»"),
                    format!("Element “{owner}” lacks the required attribute “{name}”"),
                )
            }
        }
    }
}

/// What is wrong, and what is expected.
fn with_expected(what: Message, expected: &[String]) -> Message {
    let names = list(expected.iter().map(String::as_str));
    match expected {
        [] => what,
        [_] => Message::new(
            format!("{}; ожидается {}", what.ru, names.ru),
            format!("{}; {} is expected", what.en, names.en),
        ),
        _ => Message::new(
            format!("{}; ожидается один из: {}", what.ru, names.ru),
            format!("{}; one of these is expected: {}", what.en, names.en),
        ),
    }
}

/// The name of an element or attribute as people read it; empty for other nodes.
pub(in crate::xsd) fn name_of(document: &Document<'_>, node: Node) -> String {
    let mut name = String::new();
    match node {
        Node::Element(id) => write_name(&mut name, document.name(id)),
        Node::Attribute(id) => write_name(&mut name, document.expanded_name(document.attribute_at(id).name)),
        Node::Document | Node::Text(_) => {}
    }
    name
}

/// A value that differs from the fixed one.
pub(in crate::xsd) fn not_fixed(document: &Document<'_>, node: Node, fixed: &str) -> Message {
    let (subject, shown) = (subject(document, node), shown(document, node));
    Message::new(
        format!("{}{} должно быть «{fixed}»", subject.ru, shown.ru),
        format!("{}{} must be “{fixed}”", subject.en, shown.en),
    )
}

fn type_name(schema: &Schema, id: SimpleId) -> String {
    // An anonymous type is known to people by the nearest type that has a name.
    let mut at = Some(id);
    while let Some(id) = at {
        let simple = schema.simple.get(id);
        if let Some(name) = simple.name {
            return schema.symbols.name(name).local.to_owned();
        }
        at = simple.base;
    }
    "(anonymous)".to_owned()
}

/// The numbers of all enumerations a union is made of.
fn enumeration_numbers(schema: &Schema, id: SimpleId, out: &mut Vec<u32>) {
    let simple = schema.simple.get(id);
    match (simple.facets.enumeration, &simple.variety) {
        (Some(number), _) => out.push(number),
        (None, Variety::Union(members)) => {
            for &member in members {
                enumeration_numbers(schema, member, out);
            }
        }
        _ => {}
    }
}

fn allowed<'a>(values: impl Iterator<Item = &'a str>) -> Message {
    let values = list(values);
    Message::new(
        format!("не из допустимого набора: {}", values.ru),
        format!("is not one of the allowed values: {}", values.en),
    )
}

fn reason(schema: &Schema, defect: Defect) -> Message {
    let simple = &schema.simple;
    match defect {
        Defect::Datatype(id) => {
            let name = type_name(schema, id);
            Message::new(
                format!("не является значением типа {name}"),
                format!("is not a value of type {name}"),
            )
        }
        Defect::Union(id) => {
            let mut numbers = Vec::new();
            enumeration_numbers(schema, id, &mut numbers);
            if numbers.is_empty() {
                let name = type_name(schema, id);
                Message::new(
                    format!("не подходит ни одному из типов объединения {name}"),
                    format!("fits no member of the union {name}"),
                )
            } else {
                allowed(numbers.into_iter().flat_map(|number| simple.enumerations.values(number)))
            }
        }
        Defect::Enumeration(number) => allowed(simple.enumerations.values(number)),
        Defect::Pattern(number) => {
            let pattern = &simple.patterns[number as usize].text;
            Message::new(
                format!("не соответствует образцу {pattern}"),
                format!("does not match the pattern {pattern}"),
            )
        }
        Defect::Length { code, limit } => match (code, limit) {
            ("cvc-minLength-valid", 1) => Message::new("не должно быть пустым", "must not be empty"),
            ("cvc-minLength-valid", _) => Message::new(
                format!("короче наименьшей длины {limit}"),
                format!("is shorter than the least length {limit}"),
            ),
            ("cvc-maxLength-valid", _) => Message::new(
                format!("длиннее наибольшей длины {limit}"),
                format!("is longer than the greatest length {limit}"),
            ),
            _ => Message::new(format!("должно иметь длину {limit}"), format!("must have the length {limit}")),
        },
        Defect::Bound { id, lower, .. } => {
            let facets = &simple.get(id).facets;
            let bound = if lower { &facets.lower } else { &facets.upper };
            let Some(bound) = bound else { return Message::verbatim("") };
            let (ru, en) = match (lower, bound.inclusive) {
                (true, true) => ("должно быть не меньше", "must not be less than"),
                (true, false) => ("должно быть больше", "must be greater than"),
                (false, true) => ("должно быть не больше", "must not be greater than"),
                (false, false) => ("должно быть меньше", "must be less than"),
            };
            Message::new(format!("{ru} {}", bound.text), format!("{en} {}", bound.text))
        }
        Defect::Digits { code, limit } => match code {
            "cvc-fractionDigits-valid" => Message::new(
                format!("имеет больше {limit} знаков после запятой"),
                format!("has more than {limit} digits after the point"),
            ),
            _ => Message::new(format!("имеет больше {limit} цифр"), format!("has more than {limit} digits")),
        },
    }
}
