//! What both pattern dialects write in the syntax of the engine: characters, and the classes that patterns of XML Schema name with
//! one letter (part 2, appendix F.1.1). XPath takes them over (Functions and Operators 3.1, section 5.6.1); those of the engine
//! under the same letters are others.

use std::fmt::Write as _;

/// Adds a character that means itself, in the syntax of `regex-automata`. By number: a backslash before a punctuation mark may
/// mean something else.
pub(crate) fn push_literal(out: &mut String, c: char) {
    if c.is_ascii_punctuation() {
        let _ = write!(out, r"\x{{{:X}}}", u32::from(c));
    } else {
        out.push(c);
    }
}

/// Characters of names, for `\i` and `\c` (XML 1.0, productions 4 and 4a).
const NAME_START: &str = r":A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}";
const NAME_MORE: &str = r"\-.0-9\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}";

/// The class of `\s`, `\d`, `\w`, `\i`, `\c` and their complements in the syntax of `regex-automata`.
pub(crate) fn class_escape(letter: char) -> Option<String> {
    Some(match letter {
        's' => r"[ \t\n\r]".to_owned(),
        'S' => r"[^ \t\n\r]".to_owned(),
        'd' => r"\p{Nd}".to_owned(),
        'D' => r"\P{Nd}".to_owned(),
        'w' => r"[^\p{P}\p{Z}\p{C}]".to_owned(),
        'W' => r"[\p{P}\p{Z}\p{C}]".to_owned(),
        'i' => format!("[{NAME_START}]"),
        'I' => format!("[^{NAME_START}]"),
        'c' => format!("[{NAME_START}{NAME_MORE}]"),
        'C' => format!("[^{NAME_START}{NAME_MORE}]"),
        _ => return None,
    })
}
