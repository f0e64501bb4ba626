//! The normalisation of СМЭВ 3, `urn://smev-gov-ru/xmldsig/transform`.
//!
//! Beside what its description says, the escaping of text is that of the serializer the reference implementation uses: `>`
//! is written as a reference in some places and not in others, and the signature depends on it.

use semd_core::xml::walk::{Event, Subset, Walk};
use semd_core::xml::{self, Document, ElementId, Text};

use super::Limits;
use super::error::XmlSignatureError;

/// The normal form of a document.
pub(super) fn normalise(octets: &[u8], limits: &Limits) -> Result<Vec<u8>, XmlSignatureError> {
    let document = xml::parse(octets, &limits.xml)?;
    let mut writer =
        Writer { document: &document, out: Vec::new(), scope: Vec::new(), marks: Vec::new(), next: 1 };
    for event in Walk::new(&document, &Subset::document()) {
        match event {
            Event::Start(element) => writer.start(element)?,
            Event::End(element) => writer.end(element),
            Event::Text(id) => writer.text(&document.texts()[id.0 as usize], limits)?,
            Event::Aside(_) => {}
        }
        if writer.out.len() > limits.canonical_bytes {
            return Err(xml::c14n::TooLarge { limit: limits.canonical_bytes }.into());
        }
    }
    Ok(writer.out)
}

struct Writer<'d> {
    document: &'d Document<'d>,
    out: Vec<u8>,
    /// Namespaces in scope and the numbers of their prefixes.
    scope: Vec<(&'d str, usize)>,
    /// Length of `scope` outside each open element.
    marks: Vec<usize>,
    /// Number of the next prefix; it never goes back, so that a later sibling gets a new one.
    next: usize,
}

impl<'d> Writer<'d> {
    /// The number of the prefix of a namespace, a new one where none is in scope.
    fn number(&mut self, namespace: &'d str) -> usize {
        if let Some((_, number)) = self.scope.iter().rev().find(|(known, _)| *known == namespace) {
            return *number;
        }
        let number = self.next;
        self.next += 1;
        self.scope.push((namespace, number));
        number
    }

    fn start(&mut self, element: ElementId) -> Result<(), XmlSignatureError> {
        let document = self.document;
        let name = document.name(element);
        if name.namespace.is_empty() {
            return Err(XmlSignatureError::Smev { reason: "an element is in no namespace" });
        }
        let mark = self.scope.len();
        self.marks.push(mark);
        let number = self.number(name.namespace);
        let mut attributes: Vec<_> = document
            .attributes(element)
            .iter()
            .map(|attribute| (document.expanded_name(attribute.name), document.value(attribute)))
            .collect();
        attributes.sort_unstable_by_key(|(name, _)| (name.namespace.is_empty(), name.namespace, name.local));
        let mut written = Vec::new();
        for (name, value) in attributes {
            written.push(b' ');
            match name.namespace {
                "" => {}
                xml::XML => written.extend_from_slice(b"xml:"),
                namespace => written.extend_from_slice(format!("ns{}:", self.number(namespace)).as_bytes()),
            }
            written.extend_from_slice(name.local.as_bytes());
            written.extend_from_slice(b"=\"");
            attribute_value(&mut written, value);
            written.push(b'"');
        }
        self.out.extend_from_slice(format!("<ns{number}:{}", name.local).as_bytes());
        for index in mark..self.scope.len() {
            let (namespace, number) = self.scope[index];
            self.out.extend_from_slice(format!(" xmlns:ns{number}=\"").as_bytes());
            attribute_value(&mut self.out, namespace);
            self.out.push(b'"');
        }
        self.out.append(&mut written);
        self.out.push(b'>');
        Ok(())
    }

    fn end(&mut self, element: ElementId) {
        let name = self.document.name(element);
        let number = self.number(name.namespace);
        self.out.extend_from_slice(format!("</ns{number}:{}>", name.local).as_bytes());
        self.scope.truncate(self.marks.pop().unwrap_or(0));
    }

    /// Characters and CDATA sections are separate pieces, and a piece of white space alone is dropped.
    fn text(&mut self, text: &Text, limits: &Limits) -> Result<(), XmlSignatureError> {
        let start = text.offset as usize;
        let mut source = &self.document.source()[start..];
        let markup = source.find('<').unwrap_or(source.len());
        if !source[markup..].starts_with(CDATA) {
            self.characters(self.document.text(text));
            return Ok(());
        }
        loop {
            if let Some(rest) = source.strip_prefix(CDATA) {
                let (content, rest) = rest.split_once("]]>").unwrap_or((rest, ""));
                if !is_blank(content) {
                    self.out.extend_from_slice(CDATA.as_bytes());
                    self.out.extend_from_slice(content.replace("\r\n", "\n").replace('\r', "\n").as_bytes());
                    self.out.extend_from_slice(b"]]>");
                }
                source = rest;
            } else {
                let (characters, rest) = source.split_at(source.find('<').unwrap_or(source.len()));
                if characters.is_empty() {
                    return Ok(());
                }
                let wrapped = format!("<t>{characters}</t>");
                let piece = xml::parse(wrapped.as_bytes(), &limits.xml)?;
                self.characters(&piece.string_value(piece.root()));
                source = rest;
            }
        }
    }

    fn characters(&mut self, text: &str) {
        if is_blank(text) {
            return;
        }
        let out = &mut self.out;
        if text.encode_utf16().nth(SHORT).is_none() {
            let mut before = None;
            for c in text.chars() {
                character(out, c, before.is_none() || before == Some(']'));
                before = Some(c);
            }
            return;
        }
        let mut in_block = 0;
        // Whether nothing, or a bracket, or a reference stands before the character.
        let mut open = true;
        for c in text.chars() {
            if in_block >= BLOCK {
                in_block -= BLOCK;
                open = true;
            }
            in_block += c.len_utf16();
            let escaped = character(out, c, open);
            open = escaped || c == ']';
        }
    }
}

const CDATA: &str = "<![CDATA[";
/// Longest text, in UTF-16 units, that is escaped as a short one.
const SHORT: usize = 11;
/// Longer texts are escaped in blocks of so many UTF-16 units.
const BLOCK: usize = 512;

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c <= ' ')
}

/// Appends one character of text; `>` becomes a reference where `open`. Answers whether it became one.
fn character(out: &mut Vec<u8>, c: char, open: bool) -> bool {
    let reference: &[u8] = match c {
        '<' => b"&lt;",
        '&' => b"&amp;",
        '\r' => b"&#xd;",
        '>' if open => b"&gt;",
        _ => {
            let mut buffer = [0; 4];
            out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
            return false;
        }
    };
    out.extend_from_slice(reference);
    true
}

fn attribute_value(out: &mut Vec<u8>, value: &str) {
    for byte in value.bytes() {
        match byte {
            b'<' => out.extend_from_slice(b"&lt;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\t' => out.extend_from_slice(b"&#x9;"),
            b'\n' => out.extend_from_slice(b"&#xa;"),
            b'\r' => out.extend_from_slice(b"&#xd;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::vectors;

    fn normal(source: &str) -> String {
        String::from_utf8(normalise(source.as_bytes(), &Limits::default()).unwrap()).unwrap()
    }

    #[test]
    fn prefixes_are_numbered_and_never_reused() {
        assert_eq!(
            normal("<a xmlns='u1' xmlns:p='u2'><p:b p:z='1' b='2' a='3'/> <p:c>x</p:c></a>"),
            concat!(
                "<ns1:a xmlns:ns1=\"u1\"><ns2:b xmlns:ns2=\"u2\" ns2:z=\"1\" a=\"3\" b=\"2\"></ns2:b>",
                "<ns3:c xmlns:ns3=\"u2\">x</ns3:c></ns1:a>"
            )
        );
    }

    #[test]
    fn blocks_of_long_text_begin_anew() {
        let head = "y".repeat(511);
        // The character of block 2 is the first of a block again.
        assert!(normal(&format!("<a xmlns='u'>{head}z&gt;x</a>")).contains("z&gt;x"));
        assert!(normal(&format!("<a xmlns='u'>{head}&gt;x</a>")).contains("y>x"));
    }

    #[test]
    fn element_in_no_namespace_is_refused() {
        assert!(matches!(normalise(b"<a/>", &Limits::default()), Err(XmlSignatureError::Smev { .. })));
    }

    #[test]
    fn pairs_of_the_vectors_are_reproduced() {
        let Some(folder) = vectors() else { return };
        let data = std::fs::read(folder.join("xmldsig/smev_transform.json")).unwrap();
        let data: serde_json::Value = serde_json::from_slice(&data).unwrap();
        let pairs = data["pairs"].as_array().unwrap();
        for pair in pairs {
            assert_eq!(
                normal(pair["input"].as_str().unwrap()),
                pair["output"].as_str().unwrap(),
                "{}",
                pair["id"]
            );
        }
        println!("compared {} normal forms", pairs.len());
        assert!(!pairs.is_empty());
    }
}
