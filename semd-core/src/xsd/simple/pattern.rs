//! The pattern facet: regular expressions of XML Schema (part 2, appendix F) as automata.
//!
//! A pattern always means the whole value. The automaton is therefore run from the start and asked at the end; no
//! anchors are pasted around the text of the pattern, where an alternation would escape them.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::automaton::{Automaton, Bounds, Extent};
use crate::class_escape::{class_escape, push_literal};

/// Patterns of one derivation step: a value must match one of them.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::xsd) struct Patterns {
    /// As written; several are joined by `|`.
    pub(in crate::xsd) text: String,
    automaton: Automaton,
    /// The only alternative is [`WORD`].
    pub(super) is_word: bool,
}

/// One character or more, none of them white space: the pattern of the HL7 type `cs`, and so of most codes.
const WORD: &str = r"[^\s]+";

/// A pattern that is not of the dialect or needs too much memory: the pattern and why.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::xsd) struct PatternError {
    pub(in crate::xsd) pattern: String,
    pub(in crate::xsd) reason: String,
}

impl Patterns {
    /// Takes alternatives over; `limit` bounds the memory of the automaton, bytes.
    pub(in crate::xsd) fn compile(alternatives: &[&str], limit: usize) -> Result<Self, PatternError> {
        let text = alternatives.join("|");
        let fail = |reason: String| PatternError { pattern: text.clone(), reason };
        let mut expression = String::new();
        for (index, alternative) in alternatives.iter().enumerate() {
            let translated = translate(alternative).map_err(|reason| fail(reason.to_owned()))?;
            let bar = if index == 0 { "" } else { "|" };
            let _ = write!(expression, "{bar}(?:{translated})");
        }
        let bounds = Bounds { memory: limit, table: limit / TABLE_SHARE };
        let automaton = Automaton::compile(expression, Extent::Whole, bounds).map_err(fail)?;
        Ok(Self { is_word: text == WORD, text, automaton })
    }

    /// Whether the whole text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.automaton.matches(text)
    }
}

/// Part of the memory of a pattern that its written-out automaton may take; larger ones are made while matching.
const TABLE_SHARE: usize = 16;

type Translated<T> = Result<T, &'static str>;

/// Translates a pattern to the syntax of `regex-automata`; every literal becomes a code point, so that no character
/// has a meaning XML Schema does not give it.
fn translate(pattern: &str) -> Translated<String> {
    let mut translator =
        Translator { rest: pattern.chars().peekable(), out: String::with_capacity(pattern.len() * 4) };
    translator.expression()?;
    Ok(translator.out)
}

struct Translator<'p> {
    rest: std::iter::Peekable<std::str::Chars<'p>>,
    out: String,
}

impl Translator<'_> {
    fn expression(&mut self) -> Translated<()> {
        let mut open = 0_usize;
        // Whether a quantifier may follow.
        let mut atom = false;
        while let Some(c) = self.rest.next() {
            let after_atom = match c {
                '(' => {
                    open += 1;
                    self.out.push_str("(?:");
                    false
                }
                ')' => {
                    open = open.checked_sub(1).ok_or("unbalanced parenthesis")?;
                    self.out.push(')');
                    true
                }
                '|' => {
                    self.out.push('|');
                    false
                }
                '?' | '*' | '+' | '{' => {
                    if !atom {
                        return Err("a quantifier without an atom");
                    }
                    if c == '{' {
                        self.quantity()?;
                    } else {
                        self.out.push(c);
                    }
                    false
                }
                '[' => {
                    self.class(0)?;
                    true
                }
                ']' | '}' => return Err("an unescaped bracket"),
                '.' => {
                    self.out.push_str(r"[^\n\r]");
                    true
                }
                '\\' => {
                    let escape = self.escape()?;
                    match escape {
                        Escape::Character(c) => push_literal(&mut self.out, c),
                        Escape::Class(class) => self.out.push_str(&class),
                    }
                    true
                }
                c => {
                    push_literal(&mut self.out, c);
                    true
                }
            };
            atom = after_atom;
        }
        if open == 0 { Ok(()) } else { Err("unbalanced parenthesis") }
    }

    /// `{n}`, `{n,}` or `{n,m}`.
    fn quantity(&mut self) -> Translated<()> {
        let mut text = String::new();
        loop {
            match self.rest.next() {
                Some('}') => break,
                Some(c @ ('0'..='9' | ',')) => text.push(c),
                _ => return Err("a malformed quantifier"),
            }
        }
        let (low, high) = text.split_once(',').unwrap_or((&text, ""));
        let low: u32 = low.parse().map_err(|_| "a malformed quantifier")?;
        if !high.is_empty() && high.parse::<u32>().map_err(|_| "a malformed quantifier")? < low {
            return Err("a quantifier whose bounds are exchanged");
        }
        let _ = write!(self.out, "{{{text}}}");
        Ok(())
    }

    /// A character class, its `[` read; a subtracted class nests.
    fn class(&mut self, depth: usize) -> Translated<()> {
        /// Deeper subtraction has no use and would recurse with the pattern.
        const DEEPEST: usize = 8;
        if depth > DEEPEST {
            return Err("classes subtracted too deeply");
        }
        let negated = self.rest.next_if_eq(&'^').is_some();
        self.out.push_str(if negated { "[[^" } else { "[[" });
        let mut empty = true;
        loop {
            let c = self.rest.next().ok_or("an unclosed class")?;
            let start = match c {
                ']' if empty => return Err("an empty class"),
                ']' => {
                    self.out.push_str("]]");
                    return Ok(());
                }
                '-' if !empty && self.rest.peek() == Some(&'[') => {
                    self.rest.next();
                    self.out.push_str("]--");
                    self.class(depth + 1)?;
                    self.out.push(']');
                    return match self.rest.next() {
                        Some(']') => Ok(()),
                        _ => Err("a subtracted class that is not the last part"),
                    };
                }
                '[' => return Err("an unescaped bracket"),
                '\\' => match self.escape()? {
                    Escape::Character(c) => c,
                    Escape::Class(class) => {
                        self.out.push_str(&class);
                        empty = false;
                        continue;
                    }
                },
                c => c,
            };
            empty = false;
            push_literal(&mut self.out, start);
            let mut ahead = self.rest.clone();
            if ahead.next() == Some('-') && !matches!(ahead.next(), Some('[' | ']') | None) {
                self.rest.next();
                let end = match self.rest.next() {
                    Some('\\') => match self.escape()? {
                        Escape::Character(c) => c,
                        Escape::Class(_) => return Err("a range that ends in a class"),
                    },
                    Some(c) => c,
                    None => return Err("an unclosed class"),
                };
                if end < start {
                    return Err("a range whose ends are exchanged");
                }
                self.out.push('-');
                push_literal(&mut self.out, end);
            }
        }
    }

    /// An escape, its backslash read.
    fn escape(&mut self) -> Translated<Escape> {
        let c = self.rest.next().ok_or("a backslash at the end")?;
        Ok(match c {
            'n' => Escape::Character('\n'),
            'r' => Escape::Character('\r'),
            't' => Escape::Character('\t'),
            '\\' | '|' | '.' | '-' | '^' | '?' | '*' | '+' | '{' | '}' | '(' | ')' | '[' | ']' => {
                Escape::Character(c)
            }
            'p' | 'P' => {
                if self.rest.next() != Some('{') {
                    return Err("a malformed category");
                }
                let mut name = String::new();
                loop {
                    match self.rest.next() {
                        Some('}') => break,
                        Some(letter) if letter.is_ascii_alphanumeric() || letter == '-' => name.push(letter),
                        _ => return Err("a malformed category"),
                    }
                }
                if name.starts_with("Is") {
                    return Err("blocks of Unicode are not supported");
                }
                if !(1..=2).contains(&name.len()) {
                    return Err("an unknown category");
                }
                Escape::Class(format!(r"\{c}{{{name}}}"))
            }
            _ => Escape::Class(class_escape(c).ok_or("an unknown escape")?),
        })
    }
}

enum Escape {
    Character(char),
    Class(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, good: &[&str], bad: &[&str]) {
        let compiled = Patterns::compile(&[pattern], 2 << 20).unwrap();
        for text in good {
            assert!(compiled.matches(text), "{pattern} must match {text:?}");
        }
        for text in bad {
            assert!(!compiled.matches(text), "{pattern} must not match {text:?}");
        }
    }

    #[test]
    fn alternations_mean_the_whole_value() {
        check("[0-9]{4}|[0-9]{4}(0[0-9]|1[0-2])", &["2023", "202301"], &["2023-01-15", "20230", "x2023"]);
        check("a|ab", &["a", "ab"], &["abb", ""]);
        check("", &[""], &["a"]);
    }

    #[test]
    fn the_dialect_is_that_of_xml_schema() {
        check("^a$", &["^a$"], &["a"]);
        check(r"[^\s]+", &["a\u{A0}b"], &["a b", "a\tb", ""]);
        check(".", &["я", "\t"], &["\n", "\r", "ab"]);
        check(r"\i\c*", &["a-1", "_x", ":b"], &["1a", "-a"]);
        check("[a-z-[aeiou]]+", &["xyz"], &["xaz"]);
        check("[^a-c-[x]]", &["y"], &["a", "x"]);
        check(r"[+\-][0-9]{1,4}", &["+1", "-1234"], &["1", "+12345"]);
        check("[a&&b~~c]+", &["a&b~c"], &["d"]);
        check(r"\d+", &["٣", "1"], &["a"]);
        check(r"\p{Lu}\w{2}", &["Жук"], &["жук", "Ж у"]);
        check("[a-]", &["a", "-"], &["b"]);
        check("(a{0}b)*", &["", "bb"], &["a"]);
    }

    #[test]
    fn alternatives_of_one_step_are_joined() {
        let compiled = Patterns::compile(&["a+", "b"], 1 << 20).unwrap();
        assert!(compiled.matches("aa") && compiled.matches("b") && !compiled.matches("ab"));
        assert_eq!(compiled.text, "a+|b");
    }

    #[test]
    fn a_large_pattern_falls_back_and_a_hostile_one_is_refused() {
        let wide = Patterns::compile(&[r"[\w ]{1,60}"], 16 << 20).unwrap();
        assert!(wide.automaton.without_table().is_some());
        assert!(wide.matches("Иванов Иван") && !wide.matches("a.b"));
        assert!(Patterns::compile(&["((a{1000}){1000}){1000}"], 16 << 20).is_err());
        for bad in
            ["a**", "(a", "a)", "[a", "[]", "a{2", "a{3,2}", r"\q", "[b-a]", "]", "*", r"\p{IsX}", "(?i)a"]
        {
            assert!(Patterns::compile(&[bad], 1 << 20).is_err(), "{bad}");
        }
    }
}
