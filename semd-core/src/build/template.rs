//! A compiled template: what to write, in order.

use std::fmt::Write as _;

use super::data::Data;

/// Where a value is: a slot of the scope and positions of fields below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    /// 0 is the card, every loop around the place adds one.
    pub(super) slot: usize,
    /// Positions of fields, from the outside in.
    pub(super) steps: Vec<usize>,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As documents want it: HL7 times, codes.
    Attribute,
    /// As people read it: `ДД.ММ.ГГГГ`, names of codes, да/нет.
    Text,
    /// The code of a coded value, also in text.
    Code,
    /// A СНИЛС as `ЦЦЦ-ЦЦЦ-ЦЦЦ ЦЦ`, the form early guides show.
    Grouped,
}

/// When a part is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// The value is there; a flag must be set, a list must have items.
    Has(Path),
    /// The value, as an attribute, is these words.
    Is(Path, String),
}

/// One step of writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Words as they are.
    Literal(String),
    /// A value, escaped.
    Value(Path, Form),
    /// The attributes `code`, `codeSystem`, `codeSystemVersion`, `codeSystemName`, `displayName`.
    Coded(Path),
    /// Either of two parts.
    Either {
        /// Which.
        condition: Condition,
        /// When it holds.
        then: Vec<Step>,
        /// When it does not.
        otherwise: Vec<Step>,
    },
    /// A part for each item of a list.
    Each {
        /// The list.
        list: Path,
        /// The part; the item is in the next slot.
        body: Vec<Step>,
    },
}

/// Writes a template for a checked card.
pub(super) fn write(steps: &[Step], card: &Data, out: &mut String) {
    write_in(steps, &mut vec![card], out);
}

fn write_in(steps: &[Step], scope: &mut Vec<&Data>, out: &mut String) {
    for step in steps {
        match step {
            Step::Literal(words) => out.push_str(words),
            Step::Value(path, form) => {
                if let Some(value) = find(path, scope) {
                    write_value(value, *form, out);
                }
            }
            Step::Coded(path) => {
                if let Some(Data::Code(coded)) = find(path, scope) {
                    let parts = [
                        (" code=\"", &coded.code),
                        ("\" codeSystem=\"", &coded.system),
                        ("\" codeSystemVersion=\"", &coded.version),
                        ("\" codeSystemName=\"", &coded.system_name),
                        ("\" displayName=\"", &coded.name),
                    ];
                    for (name, value) in parts {
                        out.push_str(name);
                        escape(value, out);
                    }
                    out.push('"');
                }
            }
            Step::Either { condition, then, otherwise } => {
                let part = if holds(condition, scope) { then } else { otherwise };
                write_in(part, scope, out);
            }
            Step::Each { list, body } => {
                if let Some(Data::List(items)) = find(list, scope) {
                    for item in items {
                        scope.push(item);
                        write_in(body, scope, out);
                        scope.pop();
                    }
                }
            }
        }
    }
}

fn find<'d>(path: &Path, scope: &[&'d Data]) -> Option<&'d Data> {
    let mut at = *scope.get(path.slot)?;
    for &step in &path.steps {
        let Data::Object(fields) = at else { return None };
        at = fields.get(step)?.as_ref()?;
    }
    Some(at)
}

fn holds(condition: &Condition, scope: &[&Data]) -> bool {
    match condition {
        Condition::Has(path) => match find(path, scope) {
            None => false,
            Some(Data::Flag(flag)) => *flag,
            Some(Data::List(items)) => !items.is_empty(),
            Some(_) => true,
        },
        Condition::Is(path, words) => match find(path, scope) {
            Some(Data::Text(text)) => text == words,
            Some(Data::Code(coded)) => coded.code == *words,
            Some(Data::Flag(flag)) => flag.to_string() == *words,
            _ => false,
        },
    }
}

fn write_value(value: &Data, form: Form, out: &mut String) {
    match (value, form) {
        (Data::Text(text), Form::Grouped) if text.len() == 11 && text.is_ascii() => {
            let (body, check) = text.split_at(9);
            let _ = write!(out, "{}-{}-{} {check}", &body[..3], &body[3..6], &body[6..]);
        }
        (Data::Text(text), _) => escape(text, out),
        (Data::Time(when), Form::Text) => out.push_str(&when.people),
        (Data::Time(when), _) => out.push_str(&when.hl7),
        (Data::Code(coded), Form::Text) => escape(&coded.name, out),
        (Data::Code(coded), _) => escape(&coded.code, out),
        (Data::Flag(flag), Form::Text) => out.push_str(if *flag { "да" } else { "нет" }),
        (Data::Flag(flag), _) => out.push_str(if *flag { "true" } else { "false" }),
        // The compiler lets no path to an object or a list through here.
        (Data::Object(_) | Data::List(_), _) => {}
    }
}

/// Escapes for text and for attributes in double quotes alike; line breaks survive attribute normalisation.
pub(crate) fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\n', '\r', '\t']) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\n' => "&#10;",
            b'\r' => "&#13;",
            _ => "&#9;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}
