//! Reads a document in one pass: admission, well-formedness, tree.
//!
//! Written here, and not on a tokenizer crate, because the well-formedness checks are ours in any case and the tokenizer
//! costs as much as everything else together; see `docs/decisions/0002-own-xml-scanner.md`.

use rustc_hash::FxHashMap;

use crate::report::Message;

use super::chars::{is_char, is_ncname, is_space};
use super::document::{Attribute, Document, Element, ElementId, NamespaceDeclaration, Text, Value};
use super::names::Names;
use super::{Fault, FaultKind, Limits, NameId};

/// Reads `bytes` as one XML document.
///
/// The result owns nothing of the text: names and values are ranges of `bytes`, or of a side buffer where references had
/// to be resolved. A byte order mark is remarked ([`Document::remarks`]) and passed over.
///
/// # Errors
/// The first [`Fault`]: a limit, another encoding than UTF-8, a DTD, or a breach of XML 1.0 (fifth edition) or Namespaces
/// in XML 1.0 (third edition).
pub fn parse<'s>(bytes: &'s [u8], limits: &Limits) -> Result<Document<'s>, Fault> {
    let fault = |kind, offset| Fault { kind, offset };
    if bytes.len() > limits.max_bytes.min(u32::MAX as usize - 1) {
        return Err(fault(
            FaultKind::TooLarge {
                limit: limits.max_bytes,
            },
            0,
        ));
    }
    if let Some(name) = foreign_encoding(bytes) {
        return Err(fault(
            FaultKind::Encoding {
                name: name.to_owned(),
            },
            0,
        ));
    }
    let (text, remarks) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (rest, vec![fault(FaultKind::ByteOrderMark, 0)]),
        None => (bytes, Vec::new()),
    };
    let skipped = bytes.len() - text.len();
    if text.is_empty() {
        return Err(fault(FaultKind::Empty, 0));
    }
    if text.iter().find(|&&byte| !is_space(byte)) != Some(&b'<') {
        return Err(fault(FaultKind::NotXml, skipped));
    }
    let source = std::str::from_utf8(text).map_err(|error| match declared_encoding(text) {
        Some(name) if !name.eq_ignore_ascii_case("utf-8") => fault(FaultKind::Encoding { name }, 0),
        _ => fault(FaultKind::InvalidUtf8, skipped + error.valid_up_to()),
    })?;
    let mut scanner = Scanner::new(source, limits, skipped, remarks);
    match scanner.document() {
        Ok(()) => Ok(scanner.tree),
        Err(mut fault) => {
            fault.offset += skipped;
            Err(fault)
        }
    }
}

/// Encodings recognised by their first bytes (XML 1.0, appendix F).
fn foreign_encoding(bytes: &[u8]) -> Option<&'static str> {
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
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(200)];
    let end = memchr::memchr(b'>', head)?;
    let declaration = String::from_utf8_lossy(&head[..end]).into_owned();
    let rest = &declaration[declaration.find("encoding")? + "encoding".len()..];
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split(quote).next().map(str::to_owned)
}

/// An element whose end tag has not been met.
struct Open<'s> {
    element: u32,
    name: &'s str,
    /// Number of bindings in scope before the element.
    bindings: usize,
    /// Name cache generation before the element.
    scope: u32,
}

/// A prefix in scope.
struct Binding<'s> {
    prefix: &'s str,
    namespace: u32,
}

/// An attribute before its prefix can be resolved: declarations may follow it in the tag.
struct RawAttribute<'s> {
    name: &'s str,
    offset: u32,
    value: Value,
}

struct Scanner<'s, 'l> {
    source: &'s str,
    bytes: &'s [u8],
    at: usize,
    limits: &'l Limits,
    tree: Document<'s>,
    open: Vec<Open<'s>>,
    bindings: Vec<Binding<'s>>,
    /// Changes whenever the bindings in scope change, so that resolved names can be cached per scope.
    scope: u32,
    scopes: u32,
    element_names: FxHashMap<(u32, &'s str), NameId>,
    attribute_names: FxHashMap<(u32, &'s str), NameId>,
    raw_attributes: Vec<RawAttribute<'s>>,
    nodes: usize,
    /// The last text node may be continued by CDATA or further characters.
    text_open: bool,
}

type Step = Result<(), Fault>;

impl<'s, 'l> Scanner<'s, 'l> {
    fn new(source: &'s str, limits: &'l Limits, skipped: usize, remarks: Vec<Fault>) -> Self {
        let guess = source.len() / 64;
        Self {
            source,
            bytes: source.as_bytes(),
            at: 0,
            limits,
            tree: Document {
                source,
                skipped,
                names: Names::new(),
                elements: Vec::with_capacity(guess.min(1 << 16)),
                attributes: Vec::with_capacity(guess.min(1 << 16)),
                texts: Vec::with_capacity(guess.min(1 << 16)),
                declarations: Vec::new(),
                decoded: String::new(),
                remarks,
            },
            open: Vec::with_capacity(32),
            bindings: vec![Binding {
                prefix: "xml",
                namespace: Names::XML_NAMESPACE,
            }],
            scope: 0,
            scopes: 0,
            element_names: FxHashMap::default(),
            attribute_names: FxHashMap::default(),
            raw_attributes: Vec::with_capacity(16),
            nodes: 0,
            text_open: false,
        }
    }

    fn document(&mut self) -> Step {
        if self.bytes.starts_with(b"<?xml") && self.bytes.get(5).copied().is_some_and(is_space) {
            self.xml_declaration()?;
        }
        while self.at < self.bytes.len() {
            if self.bytes[self.at] == b'<' {
                self.markup()?;
            } else if self.open.is_empty() {
                self.outside()?;
            } else {
                self.characters()?;
            }
        }
        if let Some(open) = self.open.last() {
            let (name, offset) = (
                open.name,
                self.tree.elements[open.element as usize].offset as usize,
            );
            return Err(malformed(
                "unclosed-element",
                offset,
                format!("Элемент «{name}» не закрыт до конца файла: файл обрезан"),
                format!("Element “{name}” is not closed before the end of the file: the file is truncated"),
            ));
        }
        if self.tree.elements.is_empty() {
            return Err(malformed(
                "no-root-element",
                self.at,
                "Нет корневого элемента",
                "There is no root element",
            ));
        }
        Ok(())
    }

    /// White space between the markup outside the root element.
    fn outside(&mut self) -> Step {
        let rest = &self.bytes[self.at..];
        let length = rest
            .iter()
            .position(|&byte| !is_space(byte))
            .unwrap_or(rest.len());
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

    fn markup(&mut self) -> Step {
        match self.bytes.get(self.at + 1) {
            Some(b'/') => self.end_tag(),
            Some(b'?') => self.processing_instruction(),
            Some(b'!') => {
                let rest = &self.bytes[self.at..];
                if rest.starts_with(b"<!--") {
                    self.comment()
                } else if rest.starts_with(b"<![CDATA[") {
                    self.cdata()
                } else if rest.starts_with(b"<!DOCTYPE") {
                    Err(Fault {
                        kind: FaultKind::Dtd,
                        offset: self.at,
                    })
                } else {
                    Err(malformed(
                        "unknown-markup",
                        self.at,
                        "Неизвестная разметка «<!»",
                        "Unknown markup “<!”",
                    ))
                }
            }
            _ => self.start_tag(),
        }
    }

    fn xml_declaration(&mut self) -> Step {
        let bad = |offset| {
            malformed(
                "xml-declaration",
                offset,
                "Неверное объявление XML",
                "The XML declaration is wrong",
            )
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
            let quote = after
                .chars()
                .next()
                .filter(|c| matches!(c, '"' | '\''))
                .ok_or_else(|| bad(offset))?;
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
                    return Err(Fault {
                        kind: FaultKind::Encoding {
                            name: value.to_owned(),
                        },
                        offset,
                    });
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

    fn comment(&mut self) -> Step {
        let start = self.at;
        let body = start + 4;
        let length = self.source[body..].find("--").ok_or_else(|| {
            malformed(
                "unclosed-comment",
                start,
                "Комментарий не закрыт",
                "The comment is not closed",
            )
        })?;
        if self.bytes.get(body + length + 2) != Some(&b'>') {
            return Err(malformed(
                "double-hyphen-in-comment",
                body + length,
                "Два дефиса внутри комментария",
                "Two hyphens inside a comment",
            ));
        }
        self.check_chars(body, body + length)?;
        self.at = body + length + 3;
        self.text_open = false;
        Ok(())
    }

    fn processing_instruction(&mut self) -> Step {
        let start = self.at;
        let body = start + 2;
        let length = self.source[body..].find("?>").ok_or_else(|| {
            malformed(
                "unclosed-processing-instruction",
                start,
                "Инструкция обработки не закрыта",
                "The processing instruction is not closed",
            )
        })?;
        let content = &self.source[body..body + length];
        let target = content.split(space_char).next().unwrap_or("");
        if !is_ncname(target) || target.eq_ignore_ascii_case("xml") {
            return Err(malformed(
                "processing-instruction-target",
                start,
                format!(
                    "Недопустимое имя инструкции обработки «{target}»; объявление XML стоит только в самом начале файла"
                ),
                format!(
                    "“{target}” is not allowed as a processing instruction; an XML declaration stands only at the very start"
                ),
            ));
        }
        self.check_chars(body, body + length)?;
        self.at = body + length + 2;
        self.text_open = false;
        Ok(())
    }

    fn cdata(&mut self) -> Step {
        let start = self.at;
        if self.open.is_empty() {
            return Err(malformed(
                "text-outside-root",
                start,
                "Текст за пределами корневого элемента",
                "Text outside the root element",
            ));
        }
        let body = start + 9;
        let length = self.source[body..].find("]]>").ok_or_else(|| {
            malformed(
                "unclosed-cdata",
                start,
                "Секция CDATA не закрыта",
                "The CDATA section is not closed",
            )
        })?;
        self.check_chars(body, body + length)?;
        let raw = &self.source[body..body + length];
        self.at = body + length + 3;
        if raw.is_empty() {
            return Ok(());
        }
        let value = if raw.contains('\r') {
            let begin = self.tree.decoded.len();
            push_line_ends_normalised(&mut self.tree.decoded, raw);
            Value {
                start: begin as u32,
                end: self.tree.decoded.len() as u32,
                decoded: true,
            }
        } else {
            Value {
                start: body as u32,
                end: (body + length) as u32,
                decoded: false,
            }
        };
        let blank = raw.bytes().all(is_space);
        self.push_text(value, blank, start)
    }

    /// Character data up to the next markup.
    fn characters(&mut self) -> Step {
        let start = self.at;
        let mut at = start;
        let mut blank = true;
        let mut plain = true;
        // One table look-up per byte; the rare classes leave the loop.
        loop {
            let Some(&byte) = self.bytes.get(at) else { break };
            match TEXT_CLASS[byte as usize] {
                TextClass::Blank => at += 1,
                TextClass::Plain => {
                    blank = false;
                    at += 1;
                }
                TextClass::Markup => break,
                TextClass::Special => {
                    match byte {
                        b'\r' => plain = false,
                        b'&' => {
                            blank = false;
                            plain = false;
                        }
                        b']' => {
                            blank = false;
                            if self.bytes[at..].starts_with(b"]]>") {
                                return Err(malformed(
                                    "cdata-end-in-text",
                                    at,
                                    "Последовательность «]]>» в тексте",
                                    "The sequence “]]>” in text",
                                ));
                            }
                        }
                        _ => {
                            blank = false;
                            self.check_char_at(at)?;
                        }
                    }
                    at += 1;
                }
            }
        }
        self.at = at;
        let value = if plain {
            Value {
                start: start as u32,
                end: at as u32,
                decoded: false,
            }
        } else {
            self.decode(start, at, false)?
        };
        // `&#32;` is white space too, but calling it text only makes the mixed-content check look closer.
        self.push_text(value, blank, start)
    }

    fn push_text(&mut self, value: Value, blank: bool, offset: usize) -> Step {
        let Some(open) = self.open.last() else {
            return Ok(());
        };
        let parent = ElementId(open.element);
        let length = (value.end - value.start) as usize;
        if self.text_open
            && let Some(mut last) = self.tree.texts.pop()
        {
            // CDATA beside characters: one text node of the data model.
            let joined = [self.tree.text(&last), slice(&self.tree, value)].concat();
            self.check_text_length(joined.len(), offset)?;
            let begin = self.tree.decoded.len();
            self.tree.decoded.push_str(&joined);
            last.value = Value {
                start: begin as u32,
                end: self.tree.decoded.len() as u32,
                decoded: true,
            };
            last.blank &= blank;
            self.tree.texts.push(last);
            return Ok(());
        }
        self.check_text_length(length, offset)?;
        self.count_nodes(1, offset)?;
        let before = self.tree.elements.len() as u32;
        self.tree.texts.push(Text {
            parent,
            before,
            blank,
            value,
            offset: offset as u32,
        });
        self.text_open = true;
        Ok(())
    }

    fn check_text_length(&self, length: usize, offset: usize) -> Step {
        // Decoded text only ever grows by joining; the buffer as a whole stays addressable by `u32`.
        if length > self.limits.max_text_bytes || self.tree.decoded.len() + length > u32::MAX as usize {
            return Err(Fault {
                kind: FaultKind::TextTooLong {
                    limit: self.limits.max_text_bytes,
                },
                offset,
            });
        }
        Ok(())
    }

    fn count_nodes(&mut self, more: usize, offset: usize) -> Step {
        self.nodes += more;
        if self.nodes > self.limits.max_nodes {
            return Err(Fault {
                kind: FaultKind::TooManyNodes {
                    limit: self.limits.max_nodes,
                },
                offset,
            });
        }
        Ok(())
    }

    fn end_tag(&mut self) -> Step {
        let start = self.at;
        let name_start = start + 2;
        let Some(open) = self.open.pop() else {
            return Err(malformed(
                "unexpected-end-tag",
                start,
                "Закрывающий тег без открывающего",
                "An end tag without a start tag",
            ));
        };
        let name_end = name_start + open.name.len();
        let matches = self.bytes[name_start..].starts_with(open.name.as_bytes());
        let mut at = name_end;
        if matches {
            while self.bytes.get(at).copied().is_some_and(is_space) {
                at += 1;
            }
        }
        if !matches || self.bytes.get(at) != Some(&b'>') {
            let found = name_at(self.source, name_start);
            let name = open.name;
            return Err(malformed(
                "mismatched-end-tag",
                start,
                format!("Элемент «{name}» закрыт тегом «{found}»"),
                format!("Element “{name}” is closed by “{found}”"),
            ));
        }
        self.close(&open);
        self.at = at + 1;
        Ok(())
    }

    fn close(&mut self, open: &Open<'s>) {
        let end = self.tree.elements.len() as u32;
        let texts_end = self.tree.texts.len() as u32;
        let element = &mut self.tree.elements[open.element as usize];
        element.end = end;
        element.texts_end = texts_end;
        self.bindings.truncate(open.bindings);
        self.scope = open.scope;
        self.text_open = false;
    }

    fn start_tag(&mut self) -> Step {
        let start = self.at;
        self.text_open = false;
        if self.open.is_empty() && !self.tree.elements.is_empty() {
            return Err(malformed(
                "second-root-element",
                start,
                "Второй корневой элемент",
                "A second root element",
            ));
        }
        let name = name_at(self.source, start + 1);
        if name.is_empty() {
            return Err(malformed(
                "less-than-in-text",
                start,
                "После «<» ожидается имя элемента; символ «<» в тексте записывается как «&lt;»",
                "An element name is expected after “<”; the character “<” in text is written as “&lt;”",
            ));
        }
        self.at = start + 1 + name.len();
        let bindings = self.bindings.len();
        let scope = self.scope;
        let element = self.tree.elements.len() as u32;
        self.raw_attributes.clear();
        let empty = self.attributes_of_tag(element, start)?;
        if self.open.len() >= self.limits.max_depth {
            return Err(Fault {
                kind: FaultKind::TooDeep {
                    limit: self.limits.max_depth,
                },
                offset: start,
            });
        }
        if self.bindings.len() != bindings {
            self.scopes += 1;
            self.scope = self.scopes;
        }
        self.count_nodes(1 + self.raw_attributes.len(), start)?;
        let id = self.element_name(name, start + 1)?;
        let bit = self.tree.names.name(id).bit;
        let parent = match self.open.last() {
            Some(parent) => {
                self.tree.elements[parent.element as usize].child_mask |= bit;
                parent.element
            }
            None => u32::MAX,
        };
        let texts = self.tree.texts.len() as u32;
        self.tree.elements.push(Element {
            name: id,
            parent,
            end: element + 1,
            attributes: self.tree.attributes.len() as u32,
            texts,
            texts_end: texts,
            offset: start as u32,
            child_mask: 0,
            attribute_mask: 0,
        });
        self.resolve_attributes(element)?;
        let open = Open {
            element,
            name,
            bindings,
            scope,
        };
        if empty {
            self.close(&open);
        } else {
            self.open.push(open);
        }
        Ok(())
    }

    /// Reads the attributes of a start tag up to `>`; answers whether the tag is an empty-element tag.
    fn attributes_of_tag(&mut self, element: u32, start: usize) -> Result<bool, Fault> {
        let mut declared = 0;
        loop {
            let before = self.at;
            while self.bytes.get(self.at).copied().is_some_and(is_space) {
                self.at += 1;
            }
            let spaced = self.at > before;
            match self.bytes.get(self.at) {
                Some(b'>') => {
                    self.at += 1;
                    return Ok(false);
                }
                Some(b'/') if self.bytes.get(self.at + 1) == Some(&b'>') => {
                    self.at += 2;
                    return Ok(true);
                }
                None => {
                    return Err(malformed(
                        "unclosed-tag",
                        start,
                        "Тег не закрыт до конца файла: файл обрезан",
                        "The tag is not closed before the end of the file: the file is truncated",
                    ));
                }
                Some(_) => {}
            }
            let offset = self.at;
            let name = name_at(self.source, offset);
            if name.is_empty() || !spaced {
                return Err(malformed(
                    "attribute-syntax",
                    offset,
                    "Ожидается пробел и имя атрибута, «>» или «/>»",
                    "White space and an attribute name, “>” or “/>” is expected",
                ));
            }
            self.at += name.len();
            let value = self.attribute_value(name)?;
            if name == "xmlns" || name.starts_with("xmlns:") {
                declared += 1;
                if declared > self.limits.max_namespaces {
                    return Err(Fault {
                        kind: FaultKind::TooManyNamespaces {
                            limit: self.limits.max_namespaces,
                        },
                        offset,
                    });
                }
                self.declare(element, name.strip_prefix("xmlns:").unwrap_or(""), value, offset)?;
            } else {
                if self.raw_attributes.len() >= self.limits.max_attributes {
                    return Err(Fault {
                        kind: FaultKind::TooManyAttributes {
                            limit: self.limits.max_attributes,
                        },
                        offset,
                    });
                }
                self.raw_attributes.push(RawAttribute {
                    name,
                    offset: offset as u32,
                    value,
                });
            }
        }
    }

    fn attribute_value(&mut self, name: &str) -> Result<Value, Fault> {
        let bad = |offset| {
            malformed(
                "attribute-syntax",
                offset,
                format!("После имени атрибута «{name}» ожидаются «=» и значение в кавычках"),
                format!("“=” and a quoted value are expected after the attribute name “{name}”"),
            )
        };
        self.skip_space();
        if self.bytes.get(self.at) != Some(&b'=') {
            return Err(bad(self.at));
        }
        self.at += 1;
        self.skip_space();
        let quote = match self.bytes.get(self.at) {
            Some(&quote @ (b'"' | b'\'')) => quote,
            _ => return Err(bad(self.at)),
        };
        let start = self.at + 1;
        let mut at = start;
        let mut plain = true;
        loop {
            let Some(&byte) = self.bytes.get(at) else {
                return Err(bad(start));
            };
            if byte == quote {
                break;
            }
            match byte {
                b'<' => {
                    return Err(malformed(
                        "less-than-in-attribute",
                        at,
                        format!("Символ «<» в значении атрибута «{name}»"),
                        format!("The character “<” in the value of attribute “{name}”"),
                    ));
                }
                b'&' | b'\t' | b'\n' | b'\r' => plain = false,
                0x00..=0x1F | 0xEF => self.check_char_at(at)?,
                _ => {}
            }
            at += 1;
        }
        self.at = at + 1;
        self.check_text_length(at - start, start)?;
        if plain {
            Ok(Value {
                start: start as u32,
                end: at as u32,
                decoded: false,
            })
        } else {
            self.decode(start, at, true)
        }
    }

    fn skip_space(&mut self) {
        while self.bytes.get(self.at).copied().is_some_and(is_space) {
            self.at += 1;
        }
    }

    /// Adds a namespace declaration (Namespaces in XML 1.0, sections 2.2 and 3).
    fn declare(&mut self, element: u32, prefix: &'s str, value: Value, offset: usize) -> Step {
        let uri = slice(&self.tree, value);
        let reserved = prefix == "xmlns"
            || uri == "http://www.w3.org/2000/xmlns/"
            || (prefix == "xml") != (uri == super::XML)
            || (!prefix.is_empty() && (uri.is_empty() || !is_ncname(prefix)));
        if reserved {
            return Err(malformed(
                "namespace-declaration",
                offset,
                format!("Недопустимое объявление пространства имён для префикса «{prefix}»"),
                format!("The namespace declaration of prefix “{prefix}” is not allowed"),
            ));
        }
        let element = ElementId(element);
        let twice = self
            .tree
            .declarations
            .iter()
            .rev()
            .take_while(|known| known.element == element)
            .any(|known| known.prefix == prefix);
        if twice {
            return Err(duplicate_attribute(
                offset,
                if prefix.is_empty() { "xmlns" } else { prefix },
            ));
        }
        let uri = uri.to_owned();
        let namespace = self.tree.names.intern_namespace(&uri);
        self.tree.declarations.push(NamespaceDeclaration {
            element,
            prefix,
            namespace,
        });
        self.bindings.push(Binding { prefix, namespace });
        Ok(())
    }

    fn namespace_of(&self, prefix: &str, offset: usize) -> Result<u32, Fault> {
        match self
            .bindings
            .iter()
            .rev()
            .find(|binding| binding.prefix == prefix)
        {
            Some(binding) => Ok(binding.namespace),
            None if prefix.is_empty() => Ok(Names::NO_NAMESPACE),
            None => Err(malformed(
                "unbound-prefix",
                offset,
                format!("Префикс «{prefix}» не объявлен"),
                format!("Prefix “{prefix}” is not declared"),
            )),
        }
    }

    fn element_name(&mut self, name: &'s str, offset: usize) -> Result<NameId, Fault> {
        if let Some(&id) = self.element_names.get(&(self.scope, name)) {
            return Ok(id);
        }
        let (prefix, local) = split_name(name, offset)?;
        let namespace = self.namespace_of(prefix, offset)?;
        let id = self.tree.names.intern(namespace, local);
        self.element_names.insert((self.scope, name), id);
        Ok(id)
    }

    fn attribute_name(&mut self, name: &'s str, offset: usize) -> Result<NameId, Fault> {
        if let Some(&id) = self.attribute_names.get(&(self.scope, name)) {
            return Ok(id);
        }
        let (prefix, local) = split_name(name, offset)?;
        // The default namespace does not apply to attributes (Namespaces in XML 1.0, section 6.2).
        let namespace = if prefix.is_empty() {
            Names::NO_NAMESPACE
        } else {
            self.namespace_of(prefix, offset)?
        };
        let id = self.tree.names.intern(namespace, local);
        self.attribute_names.insert((self.scope, name), id);
        Ok(id)
    }

    fn resolve_attributes(&mut self, element: u32) -> Step {
        let first = self.tree.attributes.len();
        let mut mask = 0;
        for index in 0..self.raw_attributes.len() {
            let RawAttribute { name, offset, value } = self.raw_attributes[index];
            let id = self.attribute_name(name, offset as usize)?;
            // `Limits::max_attributes` bounds this pairwise comparison.
            if self.tree.attributes[first..].iter().any(|known| known.name == id) {
                return Err(duplicate_attribute(offset as usize, name));
            }
            mask |= self.tree.names.name(id).bit;
            self.tree.attributes.push(Attribute {
                name: id,
                owner: ElementId(element),
                value,
                offset,
            });
        }
        self.tree.elements[element as usize].attribute_mask = mask;
        Ok(())
    }

    /// Resolves references and normalises line ends of `start..end` into the side buffer; in attribute values white space
    /// becomes a space (XML 1.0, sections 2.11, 3.3.3, 4.1).
    fn decode(&mut self, start: usize, end: usize, attribute: bool) -> Result<Value, Fault> {
        let begin = self.tree.decoded.len();
        let mut rest = start;
        while rest < end {
            let raw = &self.source[rest..end];
            let stop = memchr::memchr3(b'&', b'\r', if attribute { b'\n' } else { b'\r' }, raw.as_bytes())
                .unwrap_or(raw.len());
            let literal = &raw[..stop];
            if attribute && literal.contains('\t') {
                self.tree
                    .decoded
                    .extend(literal.chars().map(|c| if c == '\t' { ' ' } else { c }));
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
                    rest += if self.bytes.get(rest + 1) == Some(&b'\n') && rest + 1 < end {
                        2
                    } else {
                        1
                    };
                    self.tree.decoded.push(if attribute { ' ' } else { '\n' });
                }
                Some(b'\n') if rest < end => {
                    rest += 1;
                    self.tree.decoded.push(' ');
                }
                _ => {}
            }
        }
        Ok(Value {
            start: begin as u32,
            end: self.tree.decoded.len() as u32,
            decoded: true,
        })
    }

    /// A character reference or one of the five predefined entities; answers the character and the length in bytes.
    fn reference(&self, at: usize, end: usize) -> Result<(char, usize), Fault> {
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
                    (!hex.starts_with('+'))
                        .then(|| u32::from_str_radix(hex, 16).ok())
                        .flatten()
                } else if let Some(decimal) = name.strip_prefix('#') {
                    (!decimal.starts_with('+'))
                        .then(|| decimal.parse().ok())
                        .flatten()
                } else {
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

    fn check_char_at(&self, at: usize) -> Step {
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

    fn check_chars(&self, start: usize, end: usize) -> Step {
        match self.source[start..end].char_indices().find(|(_, c)| !is_char(*c)) {
            Some((index, _)) => self.check_char_at(start + index),
            None => Ok(()),
        }
    }
}

#[derive(Clone, Copy)]
enum TextClass {
    Plain,
    Blank,
    Markup,
    /// `&`, `]`, carriage return, control characters, and the lead byte of U+FFFE and U+FFFF.
    Special,
}

const TEXT_CLASS: [TextClass; 256] = {
    let mut table = [TextClass::Plain; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = TextClass::Special;
        byte += 1;
    }
    table[b' ' as usize] = TextClass::Blank;
    table[b'\t' as usize] = TextClass::Blank;
    table[b'\n' as usize] = TextClass::Blank;
    table[b'<' as usize] = TextClass::Markup;
    table[b'&' as usize] = TextClass::Special;
    table[b']' as usize] = TextClass::Special;
    table[0xEF] = TextClass::Special;
    table
};

fn space_char(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn slice<'t>(tree: &'t Document<'_>, value: Value) -> &'t str {
    let buffer = if value.decoded { &tree.decoded } else { tree.source };
    &buffer[value.start as usize..value.end as usize]
}

fn push_line_ends_normalised(out: &mut String, raw: &str) {
    let mut pieces = raw.split('\r');
    out.push_str(pieces.next().unwrap_or(""));
    for piece in pieces {
        out.push('\n');
        out.push_str(piece.strip_prefix('\n').unwrap_or(piece));
    }
}

/// The characters up to a delimiter of names; whether they are a name is checked when the name is met for the first time.
fn name_at(source: &str, at: usize) -> &str {
    let rest = source.as_bytes().get(at..).unwrap_or(&[]);
    let length = rest
        .iter()
        .position(|&byte| {
            matches!(
                byte,
                b' ' | b'\t' | b'\n' | b'\r' | b'>' | b'/' | b'=' | b'<' | b'"' | b'\'' | b'&'
            )
        })
        .unwrap_or(rest.len());
    &source[at..at + length]
}

/// Splits a qualified name and checks both parts (Namespaces in XML 1.0, productions 7 to 11).
fn split_name(name: &str, offset: usize) -> Result<(&str, &str), Fault> {
    let (prefix, local) = name
        .split_once(':')
        .map_or(("", name), |(prefix, local)| (prefix, local));
    let good = is_ncname(local)
        && (prefix.is_empty() == !name.contains(':'))
        && (prefix.is_empty() || is_ncname(prefix));
    if good && prefix != "xmlns" {
        return Ok((prefix, local));
    }
    let shown: String = name.chars().take(40).collect();
    Err(malformed(
        "name-syntax",
        offset,
        format!("«{shown}» не может быть именем"),
        format!("“{shown}” cannot be a name"),
    ))
}

fn duplicate_attribute(offset: usize, name: &str) -> Fault {
    malformed(
        "duplicate-attribute",
        offset,
        format!("Атрибут «{name}» указан дважды"),
        format!("Attribute “{name}” is given twice"),
    )
}

fn malformed(rule: &'static str, offset: usize, ru: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault {
        kind: FaultKind::NotWellFormed {
            rule,
            message: Message::new(ru, en),
        },
        offset,
    }
}
