//! The functions of XPath and XQuery Functions and Operators 3.1 that rules use, and their obvious neighbours.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use std::collections::HashSet;

use super::ast::Expr;
use super::error::{ErrorCode, EvalError};
use super::eval::{Evaluator, Focus, one};
use super::regex::plain_match;
use super::value::{Atomic, Item, Sequence};
use crate::xml::Node;

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Function {
    Abs,
    Boolean,
    Ceiling,
    Concat,
    Contains,
    Count,
    Current,
    Data,
    DistinctValues,
    Empty,
    EndsWith,
    Exists,
    False,
    Floor,
    Last,
    LocalName,
    LowerCase,
    Matches,
    Name,
    NamespaceUri,
    NormalizeSpace,
    Not,
    Number,
    Position,
    Replace,
    Round,
    StartsWith,
    String,
    StringJoin,
    StringLength,
    Substring,
    SubstringAfter,
    SubstringBefore,
    Sum,
    Tokenize,
    Translate,
    True,
    UpperCase,
}

/// Name, least and greatest number of arguments.
const FUNCTIONS: [(&str, usize, usize, Function); 38] = [
    ("abs", 1, 1, Function::Abs),
    ("boolean", 1, 1, Function::Boolean),
    ("ceiling", 1, 1, Function::Ceiling),
    ("concat", 2, usize::MAX, Function::Concat),
    ("contains", 2, 2, Function::Contains),
    ("count", 1, 1, Function::Count),
    ("current", 0, 0, Function::Current),
    ("data", 1, 1, Function::Data),
    ("distinct-values", 1, 1, Function::DistinctValues),
    ("empty", 1, 1, Function::Empty),
    ("ends-with", 2, 2, Function::EndsWith),
    ("exists", 1, 1, Function::Exists),
    ("false", 0, 0, Function::False),
    ("floor", 1, 1, Function::Floor),
    ("last", 0, 0, Function::Last),
    ("local-name", 0, 1, Function::LocalName),
    ("lower-case", 1, 1, Function::LowerCase),
    ("matches", 2, 3, Function::Matches),
    ("name", 0, 1, Function::Name),
    ("namespace-uri", 0, 1, Function::NamespaceUri),
    ("normalize-space", 0, 1, Function::NormalizeSpace),
    ("not", 1, 1, Function::Not),
    ("number", 0, 1, Function::Number),
    ("position", 0, 0, Function::Position),
    ("replace", 3, 3, Function::Replace),
    ("round", 1, 1, Function::Round),
    ("starts-with", 2, 2, Function::StartsWith),
    ("string", 0, 1, Function::String),
    ("string-join", 1, 2, Function::StringJoin),
    ("string-length", 0, 1, Function::StringLength),
    ("substring", 2, 3, Function::Substring),
    ("substring-after", 2, 2, Function::SubstringAfter),
    ("substring-before", 2, 2, Function::SubstringBefore),
    ("sum", 1, 1, Function::Sum),
    ("tokenize", 1, 2, Function::Tokenize),
    ("translate", 3, 3, Function::Translate),
    ("true", 0, 0, Function::True),
    ("upper-case", 1, 1, Function::UpperCase),
];

impl Function {
    /// The function with a name and number of arguments.
    pub(super) fn find(name: &str, arity: usize) -> Option<Self> {
        FUNCTIONS
            .iter()
            .find(|(known, least, most, _)| *known == name && (*least..=*most).contains(&arity))
            .map(|(.., function)| *function)
    }

    /// Whether the value is always one boolean.
    pub(super) fn gives_boolean(self) -> bool {
        matches!(
            self,
            Self::Boolean
                | Self::Contains
                | Self::Empty
                | Self::EndsWith
                | Self::Exists
                | Self::False
                | Self::Matches
                | Self::Not
                | Self::StartsWith
                | Self::True
        )
    }
}

const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

impl<'a> Evaluator<'a> {
    /// The value of a function that gives a boolean; `None` for the others.
    pub(super) fn boolean_call(
        &self,
        function: Function,
        arguments: &'a [Expr],
        focus: &Focus<'a>,
    ) -> Result<Option<bool>, EvalError> {
        let value = match (function, arguments) {
            (Function::True, _) => true,
            (Function::False, _) => false,
            (Function::Not, [condition]) => !self.boolean(condition, focus)?,
            (Function::Boolean, [condition]) => self.boolean(condition, focus)?,
            (Function::Exists, [items]) => self.has_items(items, focus)?,
            (Function::Empty, [items]) => !self.has_items(items, focus)?,
            (Function::Matches, [subject, pattern, flags @ ..]) => {
                self.matches(subject, pattern, flags, focus)?
            }
            (Function::Contains, [text, part]) => self.text(text, focus)?.contains(&*self.text(part, focus)?),
            (Function::StartsWith, [text, part]) => {
                self.text(text, focus)?.starts_with(&*self.text(part, focus)?)
            }
            (Function::EndsWith, [text, part]) => {
                self.text(text, focus)?.ends_with(&*self.text(part, focus)?)
            }
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    fn has_items(&self, items: &'a Expr, focus: &Focus<'a>) -> Result<bool, EvalError> {
        match items {
            // A path of nodes is true exactly when it is not empty.
            Expr::Path(path) if path.plain => self.boolean(items, focus),
            _ => Ok(!self.sequence(items, focus)?.is_empty()),
        }
    }

    fn matches(
        &self,
        subject: &'a Expr,
        pattern: &'a Expr,
        flags: &'a [Expr],
        focus: &Focus<'a>,
    ) -> Result<bool, EvalError> {
        let text = self.text(subject, focus)?;
        let pattern = self.required_text(pattern, focus)?;
        self.spend(text.len() / 16)?;
        let flags = match flags.first() {
            Some(flags) => self.required_text(flags, focus)?,
            None => Cow::Borrowed(""),
        };
        if flags.is_empty()
            && let Some(answer) = plain_match(&pattern, &text)
        {
            self.spend(text.len().saturating_mul(pattern.len()) / 64)?;
            return Ok(answer);
        }
        let pattern = self.dynamic_pattern(&pattern, &flags)?;
        self.spend(pattern.cost(&text))?;
        Ok(pattern.is_match(&text))
    }

    /// An argument of type `xs:string?` where empty means the empty text.
    fn text(&self, expr: &'a Expr, focus: &Focus<'a>) -> Result<Cow<'a, str>, EvalError> {
        Ok(self.single_text(expr, focus)?.unwrap_or_default())
    }

    /// An argument of type `xs:string`.
    fn required_text(&self, expr: &'a Expr, focus: &Focus<'a>) -> Result<Cow<'a, str>, EvalError> {
        self.single_text(expr, focus)?.ok_or_else(|| ErrorCode::Xpty0004.into())
    }

    /// `fn:string` of an argument, or of the context item when there is none.
    pub(crate) fn string_of(
        &self,
        arguments: &'a [Expr],
        focus: &Focus<'a>,
    ) -> Result<Cow<'a, str>, EvalError> {
        let mut items = match arguments.first() {
            Some(argument) => self.sequence(argument, focus)?,
            None => vec![focus.item.clone()],
        };
        if items.len() > 1 {
            return Err(ErrorCode::Xpty0004.into());
        }
        match items.pop() {
            None => Ok(Cow::Borrowed("")),
            Some(Item::Node(node)) => self.string(node),
            Some(Item::Atomic(value)) => Ok(value.into_text()),
            Some(Item::Array(_)) => Err(ErrorCode::Xpty0004.into()),
        }
    }

    /// The text a function works on: its argument, or the string value of the context item.
    fn subject(&self, arguments: &'a [Expr], focus: &Focus<'a>) -> Result<Cow<'a, str>, EvalError> {
        match arguments.first() {
            Some(argument) => self.text(argument, focus),
            None => self.string_of(arguments, focus),
        }
    }

    /// The single node a naming function works on.
    fn named_node(&self, arguments: &'a [Expr], focus: &Focus<'a>) -> Result<Option<Node>, EvalError> {
        let items = match arguments.first() {
            Some(argument) => self.sequence(argument, focus)?,
            None => vec![focus.item.clone()],
        };
        match items[..] {
            [] => Ok(None),
            [Item::Node(node)] => Ok(Some(node)),
            _ => Err(ErrorCode::Xpty0004.into()),
        }
    }

    fn number(&self, expr: &'a Expr, focus: &Focus<'a>) -> Result<Option<Atomic<'a>>, EvalError> {
        match self.optional_atomic(expr, focus)? {
            Some(text @ Atomic::Untyped(_)) => Ok(Some(Atomic::Double(text.to_double()?))),
            Some(Atomic::String(_) | Atomic::Boolean(_)) => Err(ErrorCode::Xpty0004.into()),
            other => Ok(other),
        }
    }

    fn rounded(
        &self,
        expr: &'a Expr,
        focus: &Focus<'a>,
        round: fn(f64) -> f64,
    ) -> Result<Sequence<'a>, EvalError> {
        match self.number(expr, focus)? {
            None => Ok(Vec::new()),
            Some(Atomic::Decimal(value)) => one(Atomic::Decimal(round(value))),
            Some(Atomic::Double(value)) => one(Atomic::Double(round(value))),
            Some(other) => one(other),
        }
    }

    /// The value of a function call.
    pub(super) fn call(
        &self,
        function: Function,
        arguments: &'a [Expr],
        focus: &Focus<'a>,
    ) -> Result<Sequence<'a>, EvalError> {
        if let Some(value) = self.boolean_call(function, arguments, focus)? {
            return one(Atomic::Boolean(value));
        }
        let owned = |text: String| one(Atomic::String(Cow::Owned(text)));
        match (function, arguments) {
            (Function::Count, [Expr::Path(path)]) if path.plain => {
                one(Atomic::Integer(self.count(path, self.start(path, focus)?)?))
            }
            (Function::Count, [items]) => one(Atomic::Integer(self.sequence(items, focus)?.len() as i64)),
            (Function::Position, _) => one(Atomic::Integer(focus.position as i64)),
            (Function::Last, _) => one(Atomic::Integer(focus.size as i64)),
            (Function::Current, _) => Ok(vec![Item::Node(self.current.get())]),
            (Function::String, _) => one(Atomic::String(self.string_of(arguments, focus)?)),
            (Function::Data, [items]) => {
                let values = self.atomize(self.sequence(items, focus)?)?;
                Ok(values.into_iter().map(Item::Atomic).collect())
            }
            (Function::NormalizeSpace, _) => {
                let text = self.subject(arguments, focus)?;
                let words: Vec<&str> = text.split(BLANKS).filter(|word| !word.is_empty()).collect();
                owned(words.join(" "))
            }
            (Function::StringLength, _) => {
                let length = self.subject(arguments, focus)?.chars().count();
                one(Atomic::Integer(length as i64))
            }
            (Function::UpperCase, [text]) => owned(self.text(text, focus)?.to_uppercase()),
            (Function::LowerCase, [text]) => owned(self.text(text, focus)?.to_lowercase()),
            (Function::Number, _) => {
                let value = match arguments.first() {
                    Some(argument) => self.optional_atomic(argument, focus)?,
                    None => self.atomize(vec![focus.item.clone()])?.pop(),
                };
                let number = value.and_then(|value| value.to_double().ok());
                one(Atomic::Double(number.unwrap_or(f64::NAN)))
            }
            (Function::Name | Function::LocalName | Function::NamespaceUri, _) => {
                let node = self.named_node(arguments, focus)?;
                owned(node.map_or_else(String::new, |node| self.node_name(function, node)))
            }
            (Function::Abs, [value]) => match self.number(value, focus)? {
                Some(Atomic::Integer(value)) => {
                    let value = value.checked_abs().ok_or(ErrorCode::Foar0002)?;
                    one(Atomic::Integer(value))
                }
                _ => self.rounded(value, focus, f64::abs),
            },
            (Function::Floor, [value]) => self.rounded(value, focus, f64::floor),
            (Function::Ceiling, [value]) => self.rounded(value, focus, f64::ceil),
            (Function::Round, [value]) => self.rounded(value, focus, round_half_up),
            (Function::Sum, [items]) => self.sum(items, focus),
            (Function::DistinctValues, [items]) => {
                let mut seen: HashSet<(bool, bool, String)> = HashSet::new();
                let mut values = self.atomize(self.sequence(items, focus)?)?;
                values.retain(|value| {
                    let is_text = matches!(value, Atomic::Untyped(_) | Atomic::String(_));
                    let is_boolean = matches!(value, Atomic::Boolean(_));
                    seen.insert((is_text, is_boolean, value.to_text().into_owned()))
                });
                Ok(values.into_iter().map(Item::Atomic).collect())
            }
            (Function::Concat, parts) => {
                let mut text = String::new();
                for part in parts {
                    if let Some(value) = self.optional_atomic(part, focus)? {
                        text.push_str(&value.to_text());
                    }
                }
                self.spend(text.len() / 16)?;
                owned(text)
            }
            (Function::StringJoin, [items, separator @ ..]) => {
                let separator = match separator.first() {
                    Some(separator) => self.required_text(separator, focus)?,
                    None => Cow::Borrowed(""),
                };
                let values = self.atomize(self.sequence(items, focus)?)?;
                let texts: Vec<Cow<'_, str>> = values.iter().map(Atomic::to_text).collect();
                let text = texts.join(&separator);
                self.spend(text.len() / 16)?;
                owned(text)
            }
            (Function::Substring, [text, start, length @ ..]) => {
                let text = self.text(text, focus)?;
                let start = self.double(start, focus)?;
                let length = match length.first() {
                    Some(length) => Some(self.double(length, focus)?),
                    None => None,
                };
                owned(substring(&text, start, length))
            }
            (Function::SubstringBefore | Function::SubstringAfter, [text, part]) => {
                let text = self.text(text, focus)?;
                let part = self.text(part, focus)?;
                let (before, after) = text.split_once(&*part).unwrap_or(("", ""));
                owned(if function == Function::SubstringBefore { before } else { after }.to_owned())
            }
            (Function::Translate, [text, from, to]) => {
                let text = self.text(text, focus)?;
                let from: Vec<char> = self.required_text(from, focus)?.chars().collect();
                let to: Vec<char> = self.required_text(to, focus)?.chars().collect();
                self.spend(text.len().saturating_mul(from.len()) / 16)?;
                let replaced = text.chars().filter_map(|c| match from.iter().position(|known| *known == c) {
                    None => Some(c),
                    Some(index) => to.get(index).copied(),
                });
                owned(replaced.collect())
            }
            (Function::Tokenize, [text]) => {
                let text = self.text(text, focus)?;
                let words = text.split(BLANKS).filter(|word| !word.is_empty());
                Ok(words.map(|word| Item::Atomic(Atomic::String(Cow::Owned(word.to_owned())))).collect())
            }
            (Function::Tokenize, [text, pattern]) => {
                let text = self.text(text, focus)?;
                let pattern = self.splitting_pattern(pattern, focus)?;
                if text.is_empty() {
                    return Ok(Vec::new());
                }
                self.spend(text.len())?;
                let parts = pattern.split(&text).into_iter();
                Ok(parts.map(|part| Item::Atomic(Atomic::String(Cow::Owned(part.to_owned())))).collect())
            }
            (Function::Replace, [text, pattern, by]) => {
                let text = self.text(text, focus)?;
                let pattern = self.splitting_pattern(pattern, focus)?;
                let by = self.required_text(by, focus)?;
                self.spend(text.len())?;
                owned(pattern.replace(&text, &by))
            }
            // `Function::find` admits no other number of arguments.
            _ => Err(ErrorCode::Xpty0004.into()),
        }
    }

    /// A pattern that must not match the empty text (FORX0003 of the standard counts as a bad pattern).
    fn splitting_pattern(
        &self,
        pattern: &'a Expr,
        focus: &Focus<'a>,
    ) -> Result<std::sync::Arc<super::regex::Pattern>, EvalError> {
        let pattern = self.required_text(pattern, focus)?;
        let compiled = self.dynamic_pattern(&pattern, "")?;
        if compiled.is_match("") {
            return Err(ErrorCode::Forx0002.into());
        }
        Ok(compiled)
    }

    fn double(&self, expr: &'a Expr, focus: &Focus<'a>) -> Result<f64, EvalError> {
        match self.number(expr, focus)? {
            Some(value) => value.to_double(),
            None => Err(ErrorCode::Xpty0004.into()),
        }
    }

    fn sum(&self, items: &'a Expr, focus: &Focus<'a>) -> Result<Sequence<'a>, EvalError> {
        let values = self.atomize(self.sequence(items, focus)?)?;
        let mut whole = Some(0_i64);
        let mut total = 0.0;
        for value in &values {
            whole = match (whole, value) {
                (Some(sum), Atomic::Integer(value)) => {
                    Some(sum.checked_add(*value).ok_or(ErrorCode::Foar0002)?)
                }
                (_, Atomic::String(_) | Atomic::Boolean(_)) => return Err(ErrorCode::Xpty0004.into()),
                _ => None,
            };
            total += value.to_double()?;
        }
        one(match whole {
            Some(sum) => Atomic::Integer(sum),
            None => Atomic::Double(total),
        })
    }

    /// The name of a node as the function gives it; with its prefix for `name()`.
    pub(crate) fn node_name(&self, function: Function, node: Node) -> String {
        let document = self.document;
        let (name, start) = match node {
            Node::Element(id) => (document.name(id), document.offset(node) + 1),
            Node::Attribute(id) => {
                (document.expanded_name(document.attribute_at(id).name), document.offset(node))
            }
            Node::Document | Node::Text(_) => return String::new(),
        };
        match function {
            Function::LocalName => name.local.to_owned(),
            Function::NamespaceUri => name.namespace.to_owned(),
            _ => {
                // The tree keeps no prefixes; the source does.
                let written = document.source().get(start - document.skipped()..).unwrap_or("");
                let end = written.find([' ', '\t', '\n', '\r', '/', '>', '=']);
                written[..end.unwrap_or(written.len())].to_owned()
            }
        }
    }
}

/// `fn:round`: halves go up.
fn round_half_up(value: f64) -> f64 {
    if value.fract().abs() == 0.5 { value.ceil() } else { value.round() }
}

/// `fn:substring` (Functions and Operators 3.1, section 5.4.3): characters whose 1-based position lies in the range.
fn substring(text: &str, start: f64, length: Option<f64>) -> String {
    let start = round_half_up(start);
    let end = length.map_or(f64::INFINITY, |length| start + round_half_up(length));
    text.chars()
        .zip(1_u64..)
        .filter(|(_, position)| {
            let position = *position as f64;
            position >= start && position < end
        })
        .map(|(c, _)| c)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn substring_follows_the_examples_of_the_standard() {
        assert_eq!(substring("motor car", 6.0, None), " car");
        assert_eq!(substring("metadata", 4.0, Some(3.0)), "ada");
        assert_eq!(substring("12345", 1.5, Some(2.6)), "234");
        assert_eq!(substring("12345", 0.0, Some(3.0)), "12");
        assert_eq!(substring("12345", -3.0, Some(5.0)), "1");
        assert_eq!(substring("12345", f64::NAN, Some(3.0)), "");
        assert_eq!(substring("12345", f64::NEG_INFINITY, Some(f64::INFINITY)), "");
    }

    #[test]
    fn halves_are_rounded_up() {
        assert_eq!(round_half_up(2.5), 3.0);
        assert_eq!(round_half_up(-2.5), -2.0);
        assert_eq!(round_half_up(2.4999), 2.0);
    }
}
