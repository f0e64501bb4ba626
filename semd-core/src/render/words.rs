//! Whether a fact of an entry stands in the narrative: texts reduced to what is read, words and numbers.

use std::cell::Cell;

/// Bytes that the facts of one section may cost to look for. The largest official section takes a thousandth; a document of
/// megabytes of text and thousands of facts must not take minutes.
const MAX_SCANNED: u64 = 1 << 30;

/// The words and numbers of a text in lower case, one space around each; `ё` is `е`, a decimal comma a point.
#[derive(Debug, Default)]
pub(super) struct Words {
    text: String,
    /// Bytes looked through so far.
    scanned: Cell<u64>,
}

impl Words {
    pub(super) fn add(&mut self, text: &str) {
        if self.text.is_empty() {
            self.text.push(' ');
        }
        let mut chars = text.chars().peekable();
        let mut previous = ' ';
        while let Some(c) = chars.next() {
            let between_digits = matches!(c, '.' | ',')
                && previous.is_ascii_digit()
                && chars.peek().is_some_and(char::is_ascii_digit);
            if between_digits {
                self.text.push('.');
            } else if is_word(c) {
                self.text.push(lower(c));
            } else if !self.text.ends_with(' ') {
                self.text.push(' ');
            }
            previous = c;
        }
        if !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    /// The text: a space, and each word with one behind it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing is in it that can be read.
    pub(super) fn is_empty(&self) -> bool {
        self.text.trim_ascii().is_empty()
    }

    /// Whether the words of `fact` stand in it in their order. Beyond the limit nothing is found.
    pub(super) fn contain(&self, fact: &str) -> bool {
        let mut needle = Self::default();
        needle.add(fact);
        let scanned = self.scanned.get() + self.text.len() as u64;
        self.scanned.set(scanned);
        if scanned > MAX_SCANNED {
            return false;
        }
        needle.is_empty() || memchr::memmem::find(self.text.as_bytes(), needle.text.as_bytes()).is_some()
    }
}

/// A name without what typing changes: white space, case, `ё` written as `е`.
pub(crate) fn fold(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).map(lower).collect()
}

/// Whether a character is part of a word or number; the tables of Unicode are asked for what is neither Latin nor Russian.
fn is_word(c: char) -> bool {
    match c {
        'а'..='я' | 'А'..='Я' => true,
        c if c.is_ascii() => c.is_ascii_alphanumeric(),
        c => c.is_alphanumeric(),
    }
}

fn lower(c: char) -> char {
    match c {
        'а'..='я' => c,
        'А'..='Я' => char::from_u32(u32::from(c) + 0x20).unwrap_or(c),
        'ё' | 'Ё' => 'е',
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_found_by_words() {
        let mut words = Words::default();
        words.add("Температура тела: 36,6 °C. Лёгкие — без изменений (J20.9)");
        for fact in ["36.6", "ТЕМПЕРАТУРА  тела", "легкие", "J20.9", "без изменений", ""]
        {
            assert!(words.contain(fact), "{fact}");
        }
        for fact in ["6.6", "36", "тел", "J20"] {
            assert!(!words.contain(fact), "{fact}");
        }
    }
}
