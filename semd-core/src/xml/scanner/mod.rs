//! Reads a document in one pass: admission, well-formedness, tree.
//!
//! Written here, and not on a tokenizer crate, because the well-formedness checks are ours in any case and the tokenizer
//! costs as much as everything else together; see `docs/decisions/0002-own-xml-scanner.md`.

mod content;
mod memory;
mod names;
mod prolog;
mod qualified;
mod repeated;
mod scopes;
mod shapes;
mod tags;
mod values;

use crate::report::{Message, redact};

pub use memory::Reader;

use memory::{Learnt, Memory};
use names::Key;
use prolog::{declared_encoding, foreign_encoding};
use scopes::{Scope, ScopeSet};
use tags::Begun;

use super::chars::is_space;
use super::document::Document;
use super::names::{Names, TextMap, name_at};
use super::runs::has_suspects;
use super::{Fault, FaultKind, Limits, NameId};

/// Reads `bytes` as one XML document.
///
/// The result owns nothing of the text: names and values are ranges of `bytes`, or of a side buffer where references had
/// to be resolved. A byte order mark is remarked ([`Document::remarks`]) and passed over.
///
/// # Errors
/// The first [`Fault`]: a limit, another encoding than UTF-8, a DTD, or a breach of XML 1.0 (fifth edition) or Namespaces
/// in XML 1.0 (third edition).
///
/// Many documents are read quicker by one [`Reader`].
pub fn parse<'s>(bytes: &'s [u8], limits: &Limits) -> Result<Document<'s>, Fault> {
    Ok(read(bytes, limits, Learnt::default())?.0)
}

/// Reads a document with what is remembered of earlier ones.
fn read<'s>(bytes: &'s [u8], limits: &Limits, learnt: Learnt) -> Result<(Document<'s>, Learnt), Fault> {
    let fault = |kind, offset| Fault { kind, offset };
    if bytes.len() > limits.max_bytes.min(u32::MAX as usize - 1) {
        return Err(fault(FaultKind::TooLarge { limit: limits.max_bytes }, 0));
    }
    if let Some(name) = foreign_encoding(bytes) {
        return Err(fault(FaultKind::Encoding { name: name.to_owned() }, 0));
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
    let source = simdutf8::basic::from_utf8(text).map_err(|_| match declared_encoding(text) {
        Some(name) if !name.eq_ignore_ascii_case("utf-8") => fault(FaultKind::Encoding { name }, 0),
        // The quicker answer does not say where.
        _ => {
            let valid = std::str::from_utf8(text).map_or_else(|error| error.valid_up_to(), str::len);
            fault(FaultKind::InvalidUtf8, skipped + valid)
        }
    })?;
    let mut scanner = Scanner::new(source, limits, skipped, remarks, learnt);
    match scanner.document() {
        Ok(()) => {
            let Scanner { tree, memory, .. } = scanner;
            let names = tree.names.clone();
            Ok((tree, Learnt { names, memory }))
        }
        Err(mut fault) => {
            fault.offset += skipped;
            Err(*fault)
        }
    }
}

/// An element whose end tag has not been met.
struct Open {
    element: u32,
    /// Length of the name as written. Short names are compared by their key.
    length: u32,
    key: Option<Key>,
    /// Number of bindings in scope before the element.
    bindings: usize,
    /// Scope before the element.
    scope: Scope,
}

/// A prefix in scope.
struct Binding<'s> {
    prefix: &'s str,
    namespace: u32,
}

/// An attribute whose name is not known yet: it has a prefix, whose declaration may follow in the tag, or is met for the
/// first time.
struct RawAttribute<'s> {
    name: &'s str,
    key: Option<Key>,
    /// Its place among the attributes of the document.
    at: usize,
}

struct Scanner<'s, 'l> {
    source: &'s str,
    bytes: &'s [u8],
    at: usize,
    /// See [`has_suspects`]: the bytes of few documents have to be looked at more closely.
    suspects: bool,
    limits: &'l Limits,
    tree: Document<'s>,
    open: Vec<Open>,
    bindings: Vec<Binding<'s>>,
    /// That of the bindings in scope: equal where they are declared alike.
    scope: Scope,
    /// The scope as a set: made when the scope changes.
    scope_set: ScopeSet,
    /// Names that the memory has no place for: without a key, or of a scope that is not remembered.
    element_names: TextMap<(Scope, &'s str), NameId>,
    attribute_names: TextMap<(Scope, &'s str), NameId>,
    memory: Box<Memory>,
    /// A tag that was read in part, and begins where the scanner stands.
    begun: Option<Begun>,
    raw_attributes: Vec<RawAttribute<'s>>,
    nodes: usize,
    /// The last text node may be continued by CDATA or further characters.
    text_open: bool,
}

/// Faults are large and rare: boxed, they do not make every answer large.
type Scan<T> = Result<T, Box<Fault>>;
type Step = Scan<()>;

/// From this size on tags are counted beforehand, bytes.
const LARGE: usize = 1 << 20;

/// Tags and attributes for which room is made. Memory that is not written costs nothing, but a list that grows needs its old
/// and its new room at the same time: for large documents the numbers are upper bounds.
fn expected(bytes: &[u8], limits: &Limits) -> (usize, usize) {
    let count = |byte| memchr::memchr_iter(byte, bytes).count().min(limits.max_nodes);
    if bytes.len() < LARGE {
        // Dense documents have a tag in 48 bytes and as many attributes.
        let guess = bytes.len() / 48;
        (guess, guess)
    } else {
        (count(b'<'), count(b'='))
    }
}

impl<'s, 'l> Scanner<'s, 'l> {
    fn new(source: &'s str, limits: &'l Limits, skipped: usize, remarks: Vec<Fault>, learnt: Learnt) -> Self {
        let (tags, values) = expected(source.as_bytes(), limits);
        Self {
            source,
            bytes: source.as_bytes(),
            at: 0,
            suspects: has_suspects(source.as_bytes()),
            limits,
            tree: Document {
                source,
                skipped,
                names: learnt.names,
                elements: Vec::with_capacity(tags),
                attributes: Vec::with_capacity(values),
                texts: Vec::with_capacity(tags),
                declarations: Vec::new(),
                asides: Vec::with_capacity(tags / 4),
                decoded: String::new(),
                remarks,
            },
            open: Vec::with_capacity(32),
            bindings: vec![Binding { prefix: "xml", namespace: Names::XML_NAMESPACE }],
            scope: Scope::OUTERMOST,
            scope_set: Scope::OUTERMOST.set(),
            element_names: TextMap::default(),
            attribute_names: TextMap::default(),
            memory: learnt.memory,
            begun: None,
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
            self.repeated();
            match self.bytes.get(self.at) {
                None => break,
                Some(b'<') => self.markup()?,
                Some(_) if self.open.is_empty() => self.outside()?,
                Some(_) => self.characters()?,
            }
        }
        if let Some(open) = self.open.last() {
            let offset = self.tree.elements[open.element as usize].offset as usize;
            let name = shown(name_at(self.source, offset + 1));
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
                    Err(fault(FaultKind::Dtd, self.at))
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

    fn count_nodes(&mut self, more: usize, offset: usize) -> Step {
        self.nodes += more;
        if self.nodes > self.limits.max_nodes {
            return Err(fault(FaultKind::TooManyNodes { limit: self.limits.max_nodes }, offset));
        }
        Ok(())
    }
}

/// A name as a message may quote it. What stands where a name is expected may be text behind a stray quote or `<`, that is
/// personal data, of any length; names of documents are ASCII.
fn shown(name: &str) -> String {
    let name: String = name.chars().take(40).collect();
    if name.is_ascii() && name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name
    } else {
        redact::shape(&name)
    }
}

fn space_char(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

#[cold]
fn malformed(rule: &'static str, offset: usize, ru: impl Into<String>, en: impl Into<String>) -> Box<Fault> {
    fault(FaultKind::NotWellFormed { rule, message: Message::new(ru, en) }, offset)
}

#[cold]
fn fault(kind: FaultKind, offset: usize) -> Box<Fault> {
    Box::new(Fault { kind, offset })
}
