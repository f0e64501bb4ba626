//! What may stand before the root element: encoding and the XML declaration.

use super::super::FaultKind;
use super::super::chars::is_space;
use super::{Scanner, Step, fault, malformed, space_char};

/// Encodings recognised by their first bytes (XML 1.0, appendix F).
pub(super) fn foreign_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x00, 0x00, 0xFE, 0xFF, ..]
        | [0xFF, 0xFE, 0x00, 0x00, ..]
        | [0, 0, 0, b'<', ..]
        | [b'<', 0, 0, 0, ..] => Some("UTF-32"),
        [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, b'<', ..] | [b'<', 0, ..] => Some("UTF-16"),
        _ => None,
    }
}

/// The encoding named in an XML declaration, read from bytes that may not be UTF-8.
pub(super) fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(200)];
    let end = memchr::memchr(b'>', head)?;
    let declaration = String::from_utf8_lossy(&head[..end]).into_owned();
    let rest = &declaration[declaration.find("encoding")? + "encoding".len()..];
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split(quote).next().map(str::to_owned)
}

impl<'s> Scanner<'s, '_> {
    pub(super) fn xml_declaration(&mut self) -> Step {
        let bad = |offset| {
            malformed("xml-declaration", offset, "Неверное объявление XML", "The XML declaration is wrong")
        };
        let end = self.source.find("?>").ok_or_else(|| bad(0))?;
        let mut rest = &self.source[5..end];
        let mut expected = ["version", "encoding", "standalone"].iter();
        let mut seen_version = false;
        while !rest.trim_matches(space_char).is_empty() {
            let trimmed = rest.trim_start_matches(space_char);
            let offset = end - trimmed.len();
            if trimmed.len() == rest.len() {
                return Err(bad(offset));
            }
            let (name, after) = trimmed.split_once('=').ok_or_else(|| bad(offset))?;
            let after = after.trim_start_matches(space_char);
            let quote =
                after.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or_else(|| bad(offset))?;
            let (value, tail) = after[1..].split_once(quote).ok_or_else(|| bad(offset))?;
            let name = name.trim_end_matches(space_char);
            if !expected.any(|known| *known == name) {
                return Err(bad(offset));
            }
            match name {
                "version" => {
                    seen_version = true;
                    if !value
                        .strip_prefix("1.")
                        .is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit()))
                    {
                        return Err(bad(offset));
                    }
                }
                "encoding" if !value.eq_ignore_ascii_case("utf-8") => {
                    return Err(fault(FaultKind::Encoding { name: value.to_owned() }, offset));
                }
                "standalone" if !matches!(value, "yes" | "no") => return Err(bad(offset)),
                _ => {}
            }
            rest = tail;
        }
        if !seen_version {
            return Err(bad(0));
        }
        self.at = end + 2;
        Ok(())
    }

    /// White space between the markup outside the root element.
    pub(super) fn outside(&mut self) -> Step {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|&byte| !is_space(byte)).unwrap_or(rest.len());
        self.at += length;
        match self.bytes.get(self.at) {
            Some(&byte) if byte != b'<' => Err(malformed(
                "text-outside-root",
                self.at,
                "Текст за пределами корневого элемента",
                "Text outside the root element",
            )),
            _ => Ok(()),
        }
    }
}
