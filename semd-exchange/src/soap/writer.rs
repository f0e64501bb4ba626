//! Writing elements of one namespace prefix.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// Writes XML into memory.
///
/// Callers give element names with the prefix; the envelope declares the prefixes.
pub struct XmlWriter {
    inner: Writer<Vec<u8>>,
}

impl XmlWriter {
    /// A writer that has written the XML declaration.
    pub(crate) fn new() -> Self {
        let mut writer = Self { inner: Writer::new(Vec::with_capacity(4096)) };
        writer.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        writer
    }

    fn event(&mut self, event: Event<'_>) {
        self.inner.write_event(event).expect("writing to a vector of bytes cannot fail");
    }

    /// Opens an element with attributes.
    pub(crate) fn open_with(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.event(Event::Start(start));
    }

    /// Writes `<name>`, what `content` writes, and `</name>`.
    pub fn element(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.event(Event::Start(BytesStart::new(name)));
        content(self);
        self.close(name);
    }

    /// Closes an element opened by [`XmlWriter::open_with`].
    pub(crate) fn close(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// Writes an element that holds text.
    pub fn text(&mut self, name: &str, value: &str) {
        self.element(name, |w| w.characters(value));
    }

    /// Writes text. Characters that XML cannot carry become U+FFFD.
    pub(crate) fn characters(&mut self, value: &str) {
        let clean: String = value.chars().map(|c| if is_xml_char(c) { c } else { '\u{FFFD}' }).collect();
        self.event(Event::Text(BytesText::new(&clean)));
    }

    /// Writes an element that holds text, or nothing when there is none.
    pub fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// The bytes written.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.inner.into_inner()
    }
}

/// Production `Char` of XML 1.0, section 2.2: what may stand in a document at all.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
