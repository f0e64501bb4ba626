//! Characters of values: quoting, references, line ends, forbidden characters.

use super::super::chars::{is_char, is_space};
use super::super::document::Value;
use super::super::names::name_at;
use super::super::runs::{plain_value_stop, space_end, suspect, value_stop};
use super::tags::unclosed_tag;
use super::{Scan, Scanner, Step, malformed, shown};

impl<'s> Scanner<'s, '_> {
    /// The value of the attribute whose name begins at `name` and ends here.
    pub(super) fn attribute_value(&mut self, name: usize) -> Scan<Value> {
        let source = self.source;
        let bad = |offset| {
            let name = shown(name_at(source, name));
            malformed(
                "attribute-syntax",
                offset,
                format!("После имени атрибута «{name}» ожидаются «=» и значение в кавычках"),
                format!("“=” and a quoted value are expected after the attribute name “{name}”"),
            )
        };
        if self.bytes.get(self.at) != Some(&b'=') {
            self.skip_space();
        }
        match self.bytes.get(self.at) {
            Some(b'=') => {}
            Some(_) => return Err(bad(self.at)),
            None => return Err(unclosed_tag(self.at)),
        }
        self.at += 1;
        if self.bytes.get(self.at).copied().is_some_and(is_space) {
            self.skip_space();
        }
        let quote = match self.bytes.get(self.at) {
            Some(&quote @ (b'"' | b'\'')) => quote,
            Some(_) => return Err(bad(self.at)),
            None => return Err(unclosed_tag(self.at)),
        };
        let start = self.at + 1;
        let mut at = start;
        let mut plain = true;
        loop {
            at = if self.suspects {
                value_stop(self.bytes, at)
            } else {
                plain_value_stop(self.bytes, at, quote)
            };
            let Some(&stop) = self.bytes.get(at) else {
                return Err(unclosed_tag(start));
            };
            match stop {
                byte if byte == quote => break,
                b'"' | b'\'' => {}
                b'<' => {
                    let name = shown(name_at(source, name));
                    return Err(malformed(
                        "less-than-in-attribute",
                        at,
                        format!("Символ «<» в значении атрибута «{name}»"),
                        format!("The character “<” in the value of attribute “{name}”"),
                    ));
                }
                b'&' | b'\t' | b'\n' | b'\r' => plain = false,
                _ => self.check_char_at(at)?,
            }
            at += 1;
        }
        self.at = at + 1;
        self.check_text_length(at - start, start)?;
        if plain {
            Ok(Value { start: start as u32, end: at as u32, decoded: false })
        } else {
            self.decoded(start, at, true)
        }
    }

    pub(super) fn skip_space(&mut self) {
        let is_space_at = |at: usize| self.bytes.get(at).copied().is_some_and(is_space);
        if is_space_at(self.at) {
            self.at += 1;
            // Attributes on lines of their own are indented.
            if is_space_at(self.at) {
                self.at = space_end(self.bytes, self.at);
            }
        }
    }

    /// The characters that `start..end` stands for, see [`Self::decode`].
    #[inline(always)]
    pub(super) fn decoded(&mut self, start: usize, end: usize, attribute: bool) -> Scan<Value> {
        let begin = self.tree.decoded.len();
        self.decode(start, end, attribute)?;
        Ok(Value { start: begin as u32, end: self.tree.decoded.len() as u32, decoded: true })
    }

    /// Resolves references and normalises line ends of `start..end` into the side buffer; in attribute values white space
    /// becomes a space (XML 1.0, sections 2.11, 3.3.3, 4.1).
    fn decode(&mut self, start: usize, end: usize, attribute: bool) -> Step {
        let mut rest = start;
        while rest < end {
            let raw = &self.source[rest..end];
            let stop = memchr::memchr3(b'&', b'\r', if attribute { b'\n' } else { b'\r' }, raw.as_bytes())
                .unwrap_or(raw.len());
            let literal = &raw[..stop];
            if attribute && literal.contains('\t') {
                self.tree.decoded.extend(literal.chars().map(|c| if c == '\t' { ' ' } else { c }));
            } else {
                self.tree.decoded.push_str(literal);
            }
            rest += stop;
            match self.bytes.get(rest) {
                Some(b'&') if rest < end => {
                    let (c, length) = self.reference(rest, end)?;
                    self.tree.decoded.push(c);
                    rest += length;
                }
                Some(b'\r') if rest < end => {
                    rest += if self.bytes.get(rest + 1) == Some(&b'\n') && rest + 1 < end { 2 } else { 1 };
                    self.tree.decoded.push(if attribute { ' ' } else { '\n' });
                }
                Some(b'\n') if rest < end => {
                    rest += 1;
                    self.tree.decoded.push(' ');
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A character reference or one of the five predefined entities; answers the character and the length in bytes.
    pub(super) fn reference(&self, at: usize, end: usize) -> Scan<(char, usize)> {
        // The longest reference a well-meaning writer makes is `&#x0010FFFF;`.
        let window = &self.bytes[at..end.min(at + 32)];
        let semicolon = memchr::memchr(b';', window).ok_or_else(|| {
            malformed(
                "unescaped-ampersand",
                at,
                "Символ «&» в тексте записывается как «&amp;»",
                "The character “&” in text is written as “&amp;”",
            )
        })?;
        let name = &self.source[at + 1..at + semicolon];
        let c = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => {
                let code = if let Some(hex) = name.strip_prefix("#x") {
                    (!hex.starts_with('+')).then(|| u32::from_str_radix(hex, 16).ok()).flatten()
                } else if let Some(decimal) = name.strip_prefix('#') {
                    (!decimal.starts_with('+')).then(|| decimal.parse().ok()).flatten()
                } else {
                    // A forgotten `&amp;` before a `;` further on: what stands between is text of the document.
                    let name = shown(name);
                    return Err(malformed(
                        "undefined-entity",
                        at,
                        format!("Сущность «&{name};» не определена"),
                        format!("Entity “&{name};” is not defined"),
                    ));
                };
                code.and_then(char::from_u32).filter(|&c| is_char(c))
            }
        };
        let c = c.ok_or_else(|| {
            malformed(
                "character-reference",
                at,
                format!("Ссылка «&{name};» указывает на недопустимый символ"),
                format!("Reference “&{name};” names a character that is not allowed"),
            )
        })?;
        Ok((c, semicolon + 1))
    }

    pub(super) fn check_char_at(&self, at: usize) -> Step {
        match self.source[at..].chars().next() {
            Some(c) if !is_char(c) => Err(malformed(
                "forbidden-character",
                at,
                format!("Недопустимый символ U+{:04X}", u32::from(c)),
                format!("Character U+{:04X} is not allowed", u32::from(c)),
            )),
            _ => Ok(()),
        }
    }

    pub(super) fn check_chars(&self, start: usize, end: usize) -> Step {
        let piece = &self.bytes[..end];
        let mut at = start;
        loop {
            at = suspect(piece, at);
            if at >= end {
                return Ok(());
            }
            self.check_char_at(at)?;
            at += 1;
        }
    }
}
