//! Regular expressions of XPath (Functions and Operators 3.1, section 5.6) on `regex-automata`.
//!
//! The dialects differ in small things that decide verdicts: `\s` has no NBSP, `.` matches neither line feed nor
//! carriage return, and what XPath does not know must be refused instead of being read another way.

use regex_automata::meta;
use serde::{Deserialize, Serialize};

use crate::automaton::{self, Automaton, Bounds, Extent};
use crate::class_escape::{class_escape, push_literal};

/// Bound on the compiled automaton, bytes; the largest official pattern needs less than a tenth.
const SIZE_LIMIT: usize = 1 << 20;
/// Bound on an automaton that is written out as a table, bytes; the official patterns need some thousands.
const TABLE_LIMIT: usize = 128 << 10;
/// Bound on the text of a pattern, bytes.
const LENGTH_LIMIT: usize = 4 << 10;

/// The pattern is not a regular expression of XPath, or needs more than the engine allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadPattern;

/// A compiled pattern.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Pattern {
    source: Box<str>,
    matcher: Matcher,
}

#[derive(Debug, Serialize, Deserialize)]
enum Matcher {
    /// Stands in a rule.
    Constant(Box<Automaton>),
    /// Became known with a document, and is forgotten with it.
    #[serde(skip)]
    FromDocument(Box<meta::Regex>),
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Pattern {
    /// Compiles a pattern that stands in a rule and is matched again and again, with the flags of `fn:matches`.
    pub(crate) fn constant(pattern: &str, flags: &str) -> Result<Self, BadPattern> {
        let bounds = Bounds { memory: SIZE_LIMIT, table: TABLE_LIMIT };
        let automaton = Automaton::compile(translated(pattern, flags)?, Extent::Part, bounds);
        let matcher = Matcher::Constant(Box::new(automaton.map_err(|_| BadPattern)?));
        Ok(Self { source: format!("{flags}/{pattern}").into(), matcher })
    }

    /// Compiles a pattern that is known only with the document.
    pub(crate) fn new(pattern: &str, flags: &str) -> Result<Self, BadPattern> {
        let regex = automaton::regex(&translated(pattern, flags)?, SIZE_LIMIT);
        let matcher = Matcher::FromDocument(regex.map_err(|_| BadPattern)?);
        Ok(Self { source: format!("{flags}/{pattern}").into(), matcher })
    }

    /// Whether some part of `text` matches.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Constant(automaton) => automaton.matches(text),
            Matcher::FromDocument(regex) => regex.is_match(text),
        }
    }

    /// What a match of `text` may cost, in steps: the slowest of the engines visits every state for every byte.
    pub(crate) fn cost(&self, text: &str) -> usize {
        /// Memory of one state and transitions, bytes, times states visited in one step.
        const BYTES_PER_STEP: usize = 1 << 10;
        let regex = match &self.matcher {
            Matcher::Constant(automaton) => automaton.without_table(),
            Matcher::FromDocument(regex) => Some(&**regex),
        };
        match regex {
            None => text.len() / 16,
            Some(regex) => text.len().saturating_mul(regex.memory_usage()) / BYTES_PER_STEP,
        }
    }

    /// The parts of `text` between matches, as `fn:tokenize` gives them. Only for patterns made by [`Pattern::new`]: a
    /// table does not know where a match lies.
    pub(crate) fn split<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let mut parts = Vec::new();
        let mut last = 0;
        if let Matcher::FromDocument(regex) = &self.matcher {
            for found in regex.find_iter(text) {
                parts.push(&text[last..found.start()]);
                last = found.end();
            }
        }
        parts.push(&text[last..]);
        parts
    }

    /// `text` with every match replaced by a plain text.
    pub(crate) fn replace(&self, text: &str, by: &str) -> String {
        self.split(text).join(by)
    }
}

/// A pattern with its flags in the syntax of `regex-automata`.
fn translated(pattern: &str, flags: &str) -> Result<String, BadPattern> {
    if pattern.len() > LENGTH_LIMIT {
        return Err(BadPattern);
    }
    let mut translated = String::with_capacity(pattern.len() + 16);
    let mut prefix = String::new();
    let (mut quoted, mut extended, mut dot_all) = (false, false, false);
    for flag in flags.chars() {
        match flag {
            'i' | 'm' => prefix.push(flag),
            's' => dot_all = true,
            'x' => extended = true,
            'q' => quoted = true,
            _ => return Err(BadPattern),
        }
    }
    if !prefix.is_empty() {
        translated.push_str("(?");
        translated.push_str(&prefix);
        translated.push(')');
    }
    if quoted {
        for c in pattern.chars() {
            push_literal(&mut translated, c);
        }
    } else {
        Translator { rest: pattern, out: &mut translated, dot_all, extended }.run()?;
    }
    Ok(translated)
}

/// `pattern` as a text with wildcard dots, when it is no more than that; such patterns come from documents (an OID used
/// as a pattern) and would cost more to compile than everything else.
pub(crate) fn plain_match(pattern: &str, text: &str) -> Option<bool> {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b' ' | b'_' | b':' | b'/');
    if !pattern.bytes().all(plain) || !text.is_ascii() {
        return None;
    }
    if pattern.is_empty() {
        return Some(true);
    }
    // Quadratic in the worst case: bounded by the caller's limit on the length of a pattern.
    let fits = |window: &[u8]| {
        window
            .iter()
            .zip(pattern.bytes())
            .all(|(&have, want)| if want == b'.' { have != b'\n' && have != b'\r' } else { have == want })
    };
    (pattern.len() <= 256).then(|| text.as_bytes().windows(pattern.len()).any(fits))
}

/// Rewrites an XPath pattern for `regex-syntax`.
struct Translator<'p, 'o> {
    rest: &'p str,
    out: &'o mut String,
    dot_all: bool,
    extended: bool,
}

impl Translator<'_, '_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn run(mut self) -> Result<(), BadPattern> {
        // Whether something stands before that a quantifier can repeat.
        let mut repeatable = false;
        while let Some(c) = self.next() {
            if self.extended && matches!(c, ' ' | '\t' | '\n' | '\r') {
                continue;
            }
            let was_repeatable = std::mem::replace(&mut repeatable, true);
            match c {
                '\\' => self.escape()?,
                '.' => self.out.push_str(if self.dot_all { "(?s:.)" } else { "[^\\n\\r]" }),
                '[' => self.class()?,
                '(' => {
                    if self.rest.starts_with('?') && !self.rest.starts_with("?:") {
                        return Err(BadPattern);
                    }
                    self.out.push('(');
                    if let Some(rest) = self.rest.strip_prefix("?:") {
                        self.out.push_str("?:");
                        self.rest = rest;
                    }
                    repeatable = false;
                }
                '^' | '|' => {
                    self.out.push(c);
                    repeatable = false;
                }
                '$' | ')' => self.out.push(c),
                '*' | '+' | '?' | '{' => {
                    if !was_repeatable {
                        return Err(BadPattern);
                    }
                    self.quantifier(c)?;
                    repeatable = false;
                }
                ']' | '}' => return Err(BadPattern),
                _ => push_literal(self.out, c),
            }
        }
        Ok(())
    }

    fn quantifier(&mut self, c: char) -> Result<(), BadPattern> {
        if c == '{' {
            let (body, rest) = self.rest.split_once('}').ok_or(BadPattern)?;
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let valid = match body.split_once(',') {
                None => digits(body),
                Some((least, most)) => digits(least) && (most.is_empty() || digits(most)),
            };
            if !valid {
                return Err(BadPattern);
            }
            self.out.push('{');
            self.out.push_str(body);
            self.out.push('}');
            self.rest = rest;
        } else {
            self.out.push(c);
        }
        if let Some(rest) = self.rest.strip_prefix('?') {
            self.out.push('?');
            self.rest = rest;
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), BadPattern> {
        let c = self.next().ok_or(BadPattern)?;
        match c {
            'n' | 'r' | 't' => self.out.extend(['\\', c]),
            'p' | 'P' => return self.category(c),
            '\\' | '|' | '.' | '?' | '*' | '+' | '(' | ')' | '{' | '}' | '-' | '[' | ']' | '^' | '$' => {
                push_literal(self.out, c);
            }
            _ => self.out.push_str(&class_escape(c).ok_or(BadPattern)?),
        }
        Ok(())
    }

    /// A general category `\p{Lu}`. Blocks (`\p{IsCyrillic}`) have no counterpart in the engine and are refused.
    fn category(&mut self, kind: char) -> Result<(), BadPattern> {
        let inside = self.rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let (name, rest) = inside.ok_or(BadPattern)?;
        let is_category =
            (1..=2).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_category {
            return Err(BadPattern);
        }
        self.out.extend(['\\', kind, '{']);
        self.out.push_str(name);
        self.out.push('}');
        self.rest = rest;
        Ok(())
    }

    /// A character class behind its `[`; subtraction `[a-z-[aeiou]]` nests.
    fn class(&mut self) -> Result<(), BadPattern> {
        let mut depth = 1_usize;
        self.open_class();
        let mut empty = true;
        while let Some(c) = self.next() {
            match c {
                ']' => {
                    if empty {
                        return Err(BadPattern);
                    }
                    self.out.push(']');
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                    // Nothing but the end of the outer class may follow a subtraction.
                    if !self.rest.starts_with(']') {
                        return Err(BadPattern);
                    }
                }
                '-' if self.rest.starts_with('[') && !empty => {
                    self.next();
                    self.out.push_str("--");
                    depth += 1;
                    if depth > 16 {
                        return Err(BadPattern);
                    }
                    self.open_class();
                    empty = true;
                    continue;
                }
                '-' if empty || self.rest.starts_with(']') => self.out.push_str("\\-"),
                '-' => self.out.push('-'),
                '[' => return Err(BadPattern),
                '\\' => self.escape()?,
                _ => push_literal(self.out, c),
            }
            empty = false;
        }
        Err(BadPattern)
    }

    fn open_class(&mut self) {
        self.out.push('[');
        if let Some(rest) = self.rest.strip_prefix('^') {
            self.out.push('^');
            self.rest = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_match(pattern: &str, text: &str) -> bool {
        let found = Pattern::new(pattern, "").unwrap().is_match(text);
        assert_eq!(Pattern::constant(pattern, "").unwrap().is_match(text), found, "{pattern} {text}");
        found
    }

    #[test]
    fn official_oid_pattern_is_read() {
        let pattern = r"^[0-2](\.([1-9][0-9]*|0))+\.100([.]([1-9][0-9]*|0))+\.70$";
        assert!(is_match(pattern, "1.2.643.5.100.1.1.70"));
        assert!(!is_match(pattern, "1.2.643.5.100.1.1.71"));
    }

    #[test]
    fn every_character_without_a_meaning_means_itself() {
        for c in (' '..='~').filter(|c| !r"\|.?*+(){}[]^$".contains(*c)) {
            for pattern in [format!("a{c}b"), format!("^a[{c}]b$"), format!("a[^{c}]b")] {
                let inverted = pattern.contains("[^");
                assert_eq!(is_match(&pattern, &format!("a{c}b")), !inverted, "{pattern}");
                assert!(!is_match(&pattern, "ab"), "{pattern}");
                assert_eq!(is_match(&pattern, "aяb"), inverted, "{pattern}");
            }
        }
    }

    #[test]
    fn blank_class_has_no_no_break_space_and_dot_no_line_end() {
        assert!(is_match(r"a\sb", "a\tb"));
        assert!(!is_match(r"a\sb", "a\u{A0}b"));
        assert!(!is_match("a.b", "a\nb"));
        assert!(!is_match("a.b", "a\rb"));
        assert!(is_match("a.b", "a\u{A0}b"));
    }

    #[test]
    fn word_and_name_characters_are_those_of_xml_schema() {
        assert!(is_match(r"^\w+$", "Яd1+$"));
        assert!(!is_match(r"\w", "_ -."));
        assert!(is_match(r"^[\W]$", "_"));
        assert!(is_match(r"^\i\c*$", "a-1"));
        assert!(!is_match(r"^\i", "1a"));
    }

    #[test]
    fn class_characters_that_mean_something_only_in_rust_are_literal() {
        assert!(is_match("^[1|2]$", "|"));
        assert!(is_match("^[-0-9().]+$", "-(1)"));
        assert!(is_match("^[a&&b]$", "&"));
        assert!(is_match("^[a-z-[aeiou]]+$", "xyz"));
        assert!(!is_match("^[a-z-[aeiou]]+$", "xaz"));
        assert!(is_match(r"^[-\s]{0,1}$", "-"));
    }

    #[test]
    fn constructs_unknown_to_xpath_are_refused() {
        for bad in [
            "(?i)a",
            r"\b",
            "a**",
            "*a",
            "a{,3}",
            "[",
            "]",
            "[]",
            "a]",
            "(a",
            r"\x41",
            "a{2",
            r"\1",
            "[a[b]]",
            r"\q",
            r"\p{IsCyrillic}",
        ] {
            assert_eq!(Pattern::new(bad, "").map(|_| ()), Err(BadPattern), "{bad}");
        }
    }

    #[test]
    fn categories_and_case_cover_more_than_ascii() {
        assert!(is_match(r"^\p{Lu}\P{Lu}[\p{Nd}-]$", "Яя7"));
        assert!(!is_match(r"^\p{Lu}$", "я"));
        assert!(Pattern::new("^ЖАР$", "i").unwrap().is_match("жар"));
        assert!(Pattern::new("a . b # c", "x").unwrap().is_match("a-b#c"));
        assert!(Pattern::new("a.b", "q").is_ok_and(|pattern| !pattern.is_match("a-b")));
        assert!(Pattern::new("^b$", "m").unwrap().is_match("a\nb\nc"));
        assert!(Pattern::new("a", "k").is_err());
    }

    #[test]
    fn oversized_automaton_is_refused() {
        assert!(Pattern::new("(((a{99}){99}){99}){99}", "").is_err());
    }

    #[test]
    fn plain_pattern_needs_no_automaton_and_agrees_with_it() {
        for (pattern, text) in [("1.2", "x1y2"), ("1.2", "1\n2"), ("", ""), ("1.2.3", "1.2"), ("a", "ba")] {
            assert_eq!(plain_match(pattern, text), Some(is_match(pattern, text)), "{pattern} {text}");
        }
        assert_eq!(plain_match("a+", "a"), None);
    }
}
