//! Texts of assertions: the label in front and the values inside.

use serde::{Deserialize, Serialize};

use crate::report::redact;
use crate::texts::{Piece, Texts};
use crate::xml::Node;
use crate::xpath::{Atomic, Evaluator, Expr, Focus, Function, Item};

/// The text of an assertion.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Message {
    /// Words alone, as they stand in the file.
    Words(Piece),
    /// Words and values.
    Parts(Vec<Part>),
}

/// A piece of a message with values.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Part {
    /// Words of the rule set.
    Text(Piece),
    /// `value-of`
    ValueOf(Expr),
    /// `name`, of the node itself or of the node a path leads to.
    Name(Option<Expr>),
}

/// Words without superfluous white space.
pub(super) fn normalized(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut add = |words: &str| {
        if !out.is_empty() && !words.is_empty() {
            out.push(' ');
        }
        out.push_str(words);
    };
    let bytes = text.as_bytes();
    let mut start = 0;
    for end in memchr::memchr3_iter(b'\n', b'\t', b'\r', bytes).chain([text.len()]) {
        let line = text[start..end].trim_ascii();
        // Most lines are written as they shall be.
        match line.as_bytes().windows(2).any(|two| two == b"  ") {
            true => line.split_ascii_whitespace().for_each(&mut add),
            false => add(line),
        }
        start = end + 1;
    }
    out
}

/// The text of a message for a node. A value that cannot be computed is left out: the finding itself stands. Of a text of
/// the document only the shape is shown: messages are in every report, and the text may be a name.
pub(super) fn render<'a>(parts: &'a [Part], texts: &Texts, evaluator: &Evaluator<'a>, node: Node) -> String {
    let focus = Focus::node(node);
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(words) => text.push_str(texts.get(*words)),
            Part::ValueOf(expr) => {
                let items = evaluator.sequence(expr, &focus).unwrap_or_default();
                for (index, item) in items.into_iter().enumerate() {
                    if index > 0 {
                        text.push(' ');
                    }
                    let counted = matches!(
                        item,
                        Item::Atomic(
                            Atomic::Integer(_) | Atomic::Decimal(_) | Atomic::Double(_) | Atomic::Boolean(_)
                        )
                    );
                    let value = evaluator.item_text(item);
                    let shown = counted || redact::is_impersonal(&value);
                    text.push_str(&if shown { value } else { redact::shape(&value) });
                }
            }
            Part::Name(path) => {
                let named = match path {
                    None => Some(node),
                    Some(path) => match evaluator.sequence(path, &focus).unwrap_or_default().first() {
                        Some(Item::Node(found)) => Some(*found),
                        _ => None,
                    },
                };
                if let Some(named) = named {
                    text.push_str(&evaluator.node_name(Function::Name, named));
                }
            }
        }
    }
    normalized(&text)
}

/// The fixed words of a message, for explanations without a document.
pub(super) fn words(message: &Message, texts: &Texts) -> String {
    let parts = match message {
        Message::Words(words) => return normalized(texts.get(*words)),
        Message::Parts(parts) => parts,
    };
    let text: String = parts
        .iter()
        .map(|part| match part {
            Part::Text(words) => texts.get(*words),
            Part::ValueOf(_) | Part::Name(_) => "…",
        })
        .collect();
    normalized(&text)
}

/// Rules shared by all parts of a document have these words instead of a number.
const SHARED: [&str; 2] = ["Общее ограничение", "Общие ограничения"];

/// The label in front of a message: `У1-12` of «У1-12. Элемент …», `У1-12.1.3` of «(Требование: У1-12.1.3) …».
pub(super) fn label(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let text = match text.strip_prefix('(') {
        Some(inside) => inside.split_once(':').map_or(inside, |(_, label)| label).trim_start(),
        None => text,
    };
    let mut words = text.split_ascii_whitespace();
    let (word, next) = (words.next()?, words.next().unwrap_or_default());
    let is_shared = |shared: &&&str| {
        let parts = shared.split_once(' ');
        parts.is_some_and(|(first, second)| word == first && next.starts_with(second))
    };
    if let Some(shared) = SHARED.iter().find(is_shared) {
        return Some(shared);
    }
    // Most texts have none: then there is no hyphen in their first word.
    if !word.contains('-') {
        return None;
    }
    let end = word.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '.'))).unwrap_or(word.len());
    let label = word[..end].trim_end_matches('.');
    let (family, number) = label.split_once('-')?;
    let is_family = family.starts_with(char::is_alphabetic) && family.ends_with(|c: char| c.is_ascii_digit());
    let is_number = number.starts_with(|c: char| c.is_ascii_digit())
        && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (is_family && is_number).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_is_found_in_every_official_form() {
        assert_eq!(label("У1-12. Элемент addr"), Some("У1-12"));
        assert_eq!(label(" (Требование: У1-12.1.3) Элемент"), Some("У1-12.1.3"));
        assert_eq!(label("Core03-1. Дата"), Some("Core03-1"));
        assert_eq!(label("Main08-1 Элемент"), Some("Main08-1"));
        assert_eq!(label("Общие ограничения-Адреса-1. Элемент"), Some("Общие ограничения"));
        assert_eq!(label("\n  Общее\n  ограничение: адрес"), Some("Общее ограничение"));
        assert_eq!(label("\nУ1-12.\n Элемент"), Some("У1-12"));
    }

    #[test]
    fn words_that_are_no_label_are_not_taken() {
        for text in ["Элемент code обязан", "", "(", "XML-документ", "1-2", "IVL_TS-1x"]
        {
            assert_eq!(label(text), None, "{text}");
        }
    }

    #[test]
    fn white_space_between_words_is_one_space() {
        for (text, words) in [
            ("", ""),
            (" \n\t ", ""),
            ("один", "один"),
            (" Элемент\n            code  [1..1]\r\n\tобязан ", "Элемент code [1..1] обязан"),
            ("a \n b", "a b"),
            ("a\n\nb\t", "a b"),
        ] {
            assert_eq!(normalized(text), words, "{text:?}");
        }
    }
}
