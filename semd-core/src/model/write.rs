//! From the model to a document.

use std::collections::BTreeMap;

use crate::report::Message;
use crate::xml::{self, Fault, HL7_V3, Limits, XSI, is_ncname};

use super::class::{Class, Content, Name, Slot};
use super::read::{TEXT, split};
use super::scope::Scope;
use super::{ADDRESS, Aside, ClinicalDocument, FIAS, IDENTITY, Item, MED_SERVICE, Node, PII, TMK};

/// Prefixes of a document that declares none itself.
const USUAL_PREFIXES: [(&str, &str); 8] = [
    ("", HL7_V3),
    ("xsi", XSI),
    ("identity", IDENTITY),
    ("address", ADDRESS),
    ("fias", FIAS),
    ("medService", MED_SERVICE),
    ("PII", PII),
    ("tmk", TMK),
];

/// White space between elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// None but what the model has.
    Compact,
    /// A line for each element, two spaces for each level; narrative and other text stay as they are.
    Indented,
}

/// Why a model could not be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The name of an unknown element or attribute is no XML name.
    #[error("{}", self.message().en)]
    Name(String),
    /// A comment or processing instruction would end before its end.
    #[error("{}", self.message().en)]
    Aside(String),
    /// What the model says makes no well-formed document: a control character in a text, an undeclared prefix, an attribute
    /// named twice.
    #[error("{}", self.message().en)]
    NotWellFormed {
        /// What the parser says of the written document.
        fault: Fault,
        /// The part of the written document where it says so.
        near: String,
    },
}

impl WriteError {
    /// The text for people.
    pub fn message(&self) -> Message {
        match self {
            Self::Name(name) => Message::new(
                format!("«{name}» не может быть именем элемента или атрибута XML"),
                format!("“{name}” cannot name an XML element or attribute"),
            ),
            Self::Aside(content) => Message::new(
                format!("«{content}» не может быть комментарием или инструкцией обработки XML"),
                format!("“{content}” cannot be an XML comment or processing instruction"),
            ),
            Self::NotWellFormed { fault, near } => {
                let message = fault.message();
                Message::new(
                    format!("из модели не получается документ XML: {} (около «{near}»)", message.ru),
                    format!("the model makes no XML document: {} (near “{near}”)", message.en),
                )
            }
        }
    }
}

/// Writes a model as a document: elements in the order of the schema, unknown parts in their places. The result is parsed
/// before it is returned, so that whatever is written can be read.
///
/// # Errors
/// When the model holds names or characters that XML does not permit.
pub fn write(model: &ClinicalDocument, style: Style) -> Result<String, WriteError> {
    let mut writer = Writer { out: String::with_capacity(1 << 16), scope: Scope::default(), style, depth: 0 };
    writer.out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let bare = model.other.as_deref().is_none_or(|other| declarations(&other.attributes).next().is_none());
    if bare {
        USUAL_PREFIXES.iter().for_each(|(prefix, namespace)| writer.scope.declare(prefix, namespace));
    }
    let (before, after) =
        model.other.as_deref().map_or((&[][..], &[][..]), |other| (&other.before, &other.after));
    writer.beside(before)?;
    let name = Name { namespace: HL7_V3, local: "ClinicalDocument" };
    let start = writer.out.len() + 1 + name.local.len();
    writer.class(name, model)?;
    if bare {
        writer.declare_usual(start);
    }
    writer.out.push('\n');
    writer.beside(after)?;
    let limits = Limits::default();
    if let Err(fault) = xml::parse(writer.out.as_bytes(), &limits) {
        let before = writer.out.floor_char_boundary(fault.offset.saturating_sub(40));
        let near = writer.out[before..].chars().take(80).collect();
        return Err(WriteError::NotWellFormed { fault, near });
    }
    Ok(writer.out)
}

struct Writer<'m> {
    out: String,
    scope: Scope<'m>,
    style: Style,
    depth: usize,
}

impl<'m> Writer<'m> {
    /// Declares the usual prefixes that were used, in the root's tag that ends at `at`.
    fn declare_usual(&mut self, at: usize) {
        let mut declarations = String::new();
        for (prefix, namespace) in USUAL_PREFIXES {
            let used = prefix.is_empty()
                || [format!("<{prefix}:"), format!(" {prefix}:")].iter().any(|use_| self.out.contains(use_));
            if used {
                let colon = if prefix.is_empty() { "" } else { ":" };
                declarations.push_str(&format!(" xmlns{colon}{prefix}=\"{namespace}\""));
            }
        }
        self.out.insert_str(at, &declarations);
    }

    fn content(&mut self, name: Name, content: &'m dyn Content) -> Result<(), WriteError> {
        self.element(name, content.class(), content.chosen())
    }

    fn class(&mut self, name: Name, class: &'m dyn Class) -> Result<(), WriteError> {
        self.element(name, class, None)
    }

    fn element(
        &mut self,
        name: Name,
        class: &'m dyn Class,
        chosen: Option<&'static str>,
    ) -> Result<(), WriteError> {
        let mark = self.scope.mark();
        let other = class.other();
        if let Some(other) = other {
            self.enter(&other.attributes);
        }
        self.out.push('<');
        let tag = self.out.len();
        let own = other.and_then(|other| other.prefix.as_deref());
        let declared = own.or_else(|| self.scope.prefix(name.namespace, false));
        let prefix = declared.unwrap_or_else(|| usual_prefix(name.namespace));
        if !prefix.is_empty() {
            if !is_ncname(prefix) {
                return Err(WriteError::Name(prefix.to_owned()));
            }
            self.out.push_str(prefix);
            self.out.push(':');
        }
        self.out.push_str(name.local);
        let tag = tag..self.out.len();
        if declared.is_none() {
            self.declaration(usual_prefix(name.namespace), name.namespace);
        }
        self.attributes(class, chosen)?;
        self.depth += 1;
        let start = self.out.len();
        self.out.push('>');
        let indented = self.inside(class)?;
        self.depth -= 1;
        if self.out.len() == start + 1 {
            self.out.insert(start, '/');
        } else {
            if indented {
                self.line();
            }
            self.out.push_str("</");
            self.out.extend_from_within(tag);
            self.out.push('>');
        }
        self.scope.back_to(mark);
        Ok(())
    }

    fn attributes(&mut self, class: &'m dyn Class, chosen: Option<&'static str>) -> Result<(), WriteError> {
        let type_name = chosen.or_else(|| class.type_name().and_then(Option::as_deref));
        if let Some(type_name) = type_name {
            let prefix = match self.scope.prefix(XSI, true) {
                Some(prefix) => prefix,
                None => {
                    self.declaration("xsi", XSI);
                    "xsi"
                }
            };
            let spelling = format!("{prefix}:type");
            self.attribute(&spelling, type_name);
        }
        let names = class.shape().attributes;
        for (index, name) in names.iter().enumerate() {
            if let Some(value) = class.attribute(index).get() {
                self.attribute(name, value);
            }
        }
        let Some(other) = class.other() else { return Ok(()) };
        for (name, value) in &other.attributes {
            let known = names.iter().position(|known| known == name);
            // A field that was set meanwhile wins.
            if known.is_none_or(|index| class.attribute(index).get().is_none()) {
                check_name(name)?;
                self.attribute(name, value);
            }
        }
        Ok(())
    }

    /// Writes the content; whether it ends in an indented line.
    fn inside(&mut self, class: &'m dyn Class) -> Result<bool, WriteError> {
        if let Some(raw) = class.raw() {
            self.nodes(raw)?;
            return Ok(false);
        }
        let items = class.other().map_or(&[][..], |other| &other.content);
        let mixed = class.text().is_some_and(Option::is_some)
            || items.iter().any(|item| matches!(item, Item::Text(_)));
        let mut content = Inside {
            class,
            indented: self.style == Style::Indented && !mixed,
            text: class.text().and_then(Option::as_deref),
            listed: Vec::new(),
            written: vec![0; class.shape().children.len()],
        };
        if !items.is_empty() {
            content.list(items);
        }
        for item in items {
            match item {
                Item::Text(text) => escape_text(&mut self.out, text),
                Item::Element(element) => {
                    if content.indented {
                        self.line();
                    }
                    self.raw(element)?;
                }
                Item::Aside(aside) => {
                    if content.indented {
                        self.line();
                    }
                    self.aside(aside)?;
                }
                Item::Known(name) if name == TEXT && class.text().is_some() => content.text(self),
                Item::Known(name) => content.next(self, name)?,
            }
        }
        content.text(self);
        content.rest(self, class.shape().children.len())?;
        Ok(content.indented)
    }

    fn nodes(&mut self, nodes: &'m [Node]) -> Result<(), WriteError> {
        for node in nodes {
            match node {
                Node::Text(text) => escape_text(&mut self.out, text),
                Node::Element(element) => self.raw(element)?,
                Node::Aside(aside) => self.aside(aside)?,
            }
        }
        Ok(())
    }

    /// What stands outside the root element, a line each.
    fn beside(&mut self, asides: &[Aside]) -> Result<(), WriteError> {
        for aside in asides {
            self.aside(aside)?;
            self.out.push('\n');
        }
        Ok(())
    }

    /// A comment or processing instruction, unless markup hides in it.
    fn aside(&mut self, aside: &Aside) -> Result<(), WriteError> {
        let (open, content, close) = match aside {
            Aside::Comment(content) => ("<!--", content, "-->"),
            Aside::Instruction(content) => ("<?", content, "?>"),
        };
        let ends_early = match aside {
            Aside::Comment(_) => content.contains("--") || content.ends_with('-'),
            Aside::Instruction(_) => {
                let target = content.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
                content.contains("?>") || !is_ncname(target) || target.eq_ignore_ascii_case("xml")
            }
        };
        if ends_early {
            return Err(WriteError::Aside(content.clone()));
        }
        [open, content, close].into_iter().for_each(|part| self.out.push_str(part));
        Ok(())
    }

    fn raw(&mut self, element: &'m super::Element) -> Result<(), WriteError> {
        check_name(&element.name)?;
        let mark = self.scope.mark();
        self.enter(&element.attributes);
        self.out.push('<');
        self.out.push_str(&element.name);
        for (name, value) in &element.attributes {
            check_name(name)?;
            self.attribute(name, value);
        }
        if element.content.is_empty() {
            self.out.push_str("/>");
        } else {
            self.out.push('>');
            self.nodes(&element.content)?;
            self.out.push_str("</");
            self.out.push_str(&element.name);
            self.out.push('>');
        }
        self.scope.back_to(mark);
        Ok(())
    }

    fn enter(&mut self, attributes: &'m BTreeMap<String, String>) {
        for (prefix, namespace) in declarations(attributes) {
            self.scope.declare(prefix, namespace);
        }
    }

    fn declaration(&mut self, prefix: &'static str, namespace: &'static str) {
        self.scope.declare(prefix, namespace);
        let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
        self.attribute(&name, namespace);
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape(&mut self.out, value, true);
        self.out.push('"');
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", self.depth));
    }
}

/// The known part of one content while it is written.
struct Inside<'m> {
    class: &'m dyn Class,
    indented: bool,
    text: Option<&'m str>,
    /// How many elements of each field the noted order still names; empty when no order is noted.
    listed: Vec<usize>,
    /// How many elements of each field are written.
    written: Vec<usize>,
}

impl<'m> Inside<'m> {
    fn list(&mut self, items: &[Item]) {
        self.listed = vec![0; self.written.len()];
        for item in items {
            if let Item::Known(name) = item
                && let Some(index) = self.index(name)
            {
                self.listed[index] += 1;
            }
        }
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.class.shape().children.iter().position(|child| child.local == name)
    }

    /// Writes the text, once.
    fn text(&mut self, writer: &mut Writer<'m>) {
        if let Some(text) = self.text.take() {
            escape_text(&mut writer.out, text);
        }
    }

    /// Writes the next element of a name that the noted order names; after the last mention all that are left. Fields that
    /// it does not name go where the schema wants them.
    fn next(&mut self, writer: &mut Writer<'m>, name: &str) -> Result<(), WriteError> {
        let Some(index) = self.index(name) else { return Ok(()) };
        for earlier in 0..index {
            if self.listed[earlier] == 0 {
                self.up_to(writer, earlier, usize::MAX)?;
            }
        }
        self.listed[index] -= 1;
        let end = if self.listed[index] == 0 { usize::MAX } else { self.written[index] + 1 };
        self.up_to(writer, index, end)
    }

    /// Writes what is left of the first fields.
    fn rest(&mut self, writer: &mut Writer<'m>, fields: usize) -> Result<(), WriteError> {
        (0..fields).try_for_each(|index| self.up_to(writer, index, usize::MAX))
    }

    fn up_to(&mut self, writer: &mut Writer<'m>, index: usize, end: usize) -> Result<(), WriteError> {
        let slot: &'m dyn Slot = self.class.child(index);
        while self.written[index] < end
            && let Some(content) = slot.at(self.written[index])
        {
            if self.indented {
                writer.line();
            }
            writer.content(self.class.shape().children[index], content)?;
            self.written[index] += 1;
        }
        Ok(())
    }
}

/// Prefixes and namespaces that attributes declare.
fn declarations(attributes: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    attributes.iter().filter_map(|(name, namespace)| match name.strip_prefix("xmlns") {
        Some("") => Some(("", namespace.as_str())),
        Some(rest) => rest.strip_prefix(':').map(|prefix| (prefix, namespace.as_str())),
        None => None,
    })
}

fn usual_prefix(namespace: &str) -> &'static str {
    USUAL_PREFIXES.iter().find(|(_, usual)| *usual == namespace).map_or("", |(prefix, _)| prefix)
}

fn check_name(name: &str) -> Result<(), WriteError> {
    let (prefix, local) = split(name);
    if is_ncname(local) && (prefix.is_empty() && !name.starts_with(':') || is_ncname(prefix)) {
        Ok(())
    } else {
        Err(WriteError::Name(name.to_owned()))
    }
}

fn escape_text(out: &mut String, text: &str) {
    escape(out, text, false);
}

/// Appends characters so that a parser reads exactly these.
fn escape(out: &mut String, text: &str, attribute: bool) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| reference(byte, attribute).is_some()) {
        out.push_str(&rest[..at]);
        out.push_str(reference(rest.as_bytes()[at], attribute).unwrap_or_default());
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

fn reference(byte: u8, attribute: bool) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#13;"),
        b'"' if attribute => Some("&quot;"),
        b'\t' if attribute => Some("&#9;"),
        b'\n' if attribute => Some("&#10;"),
        _ => None,
    }
}
