//! Values of the HL7 data types on one line, whatever their type: each attribute and part that says something is written.

use crate::header::{SNILS_ROOT, Timestamp};
use crate::report::Lang;
use crate::xml::{Document, ElementId, XSI};

use super::labels;
use super::page::{Page, Piece};

/// Elements that are points in time or intervals of it without saying so.
const TIMES: &[&str] =
    &["effectiveTime", "effectivetime", "time", "birthTime", "IssueDate", "copyTime", "expectedUseTime"];

/// Parts that need no label.
const PLAIN_PARTS: &[&str] = &[
    "family",
    "given",
    "Patronymic",
    "prefix",
    "suffix",
    "delimiter",
    "streetAddressLine",
    "postalCode",
    "city",
    "state",
    "originalText",
    "Address",
    "reference",
];

/// Attributes written by the value itself, not one by one.
const COMPOSED: &[&str] = &[
    "nullFlavor",
    "code",
    "codeSystem",
    "codeSystemName",
    "codeSystemVersion",
    "displayName",
    "root",
    "extension",
    "assigningAuthorityName",
    "value",
    "unit",
    "mediaType",
    "representation",
];

impl<'d> Page<'d> {
    /// Writes the value of an element.
    pub(super) fn value(&mut self, element: ElementId) {
        let start = self.html.len();
        self.null_flavor(element);
        self.coded(element, start);
        self.identifier(element, start);
        self.amount(element, start);
        self.further_attributes(element, start);
        if self.attribute(element, "representation") == Some("B64") {
            self.attachment(element);
        } else {
            self.nested(element, |page| page.parts(element, start));
        }
    }

    fn space(&mut self, start: usize) {
        if self.html.len() > start {
            self.html.markup(" ");
        }
    }

    pub(super) fn null_flavor(&mut self, element: ElementId) {
        if let Some(flavor) = self.attribute(element, "nullFlavor") {
            self.html.markup("<span class=\"null\">");
            if let Some(words) = labels::null_flavor(flavor, self.lang) {
                self.html.text(words);
                self.html.markup(" ");
            }
            self.html.markup("(");
            self.html.text(flavor);
            self.html.markup(")</span>");
        }
    }

    fn coded(&mut self, element: ElementId, start: usize) {
        let code = self.attribute(element, "code");
        let name = self.attribute(element, "displayName");
        let system = self.attribute(element, "codeSystem");
        if code.is_none() && name.is_none() && system.is_none() {
            return;
        }
        self.space(start);
        let Some(main) = name.or(code) else { return self.dictionary(element, None, system) };
        self.html.text(main);
        self.dictionary(element, code.filter(|_| name.is_some()), system);
    }

    /// Code and dictionary in small print.
    fn dictionary(&mut self, element: ElementId, code: Option<&str>, system: Option<&str>) {
        let name = self.attribute(element, "codeSystemName");
        let version = self.attribute(element, "codeSystemVersion");
        let parts = [code, name, version.filter(|text| !text.is_empty()), system];
        let mut first = true;
        for (index, part) in parts.into_iter().enumerate() {
            let Some(part) = part else { continue };
            self.html.markup(if first { " <span class=\"code\">" } else { " · " });
            if index == 2 {
                let word = self.word("версия ", "version ");
                self.html.markup(word);
            }
            self.html.text(part);
            first = false;
        }
        if !first {
            self.html.markup("</span>");
        }
    }

    fn identifier(&mut self, element: ElementId, start: usize) {
        let Some(root) = self.attribute(element, "root") else { return };
        self.space(start);
        let extension = self.attribute(element, "extension");
        if root == SNILS_ROOT {
            let word = self.word("СНИЛС ", "SNILS ");
            self.html.markup(word);
            self.html.text(extension.unwrap_or_default());
        } else if let Some(extension) = extension {
            self.html.text(extension);
            self.html.element(" <span class=\"code\">", root, "</span>");
        } else {
            self.html.text(root);
        }
        if let Some(authority) = self.attribute(element, "assigningAuthorityName") {
            self.html.element(" <span class=\"code\">", authority, "</span>");
        }
    }

    /// The attributes `value` and `unit`.
    fn amount(&mut self, element: ElementId, start: usize) {
        if let Some(value) = self.attribute(element, "value") {
            self.space(start);
            if is_time(self.document, element) {
                let text = time_text(value, self.lang);
                self.html.text(text.as_deref().unwrap_or(value));
            } else if value.starts_with('#') && self.local(element) == "reference" {
                let word = self.word("см. текст раздела", "see the text of the section");
                self.html.element("<span class=\"label\">", word, "</span>");
            } else {
                let bare = value.strip_prefix("tel:").or_else(|| value.strip_prefix("mailto:"));
                self.html.text(match self.boolean(element, value) {
                    Some(word) => word,
                    None => bare.unwrap_or(value),
                });
            }
        }
        if let Some(unit) = self.attribute(element, "unit").filter(|unit| *unit != "1") {
            self.space(start);
            self.html.text(unit);
        }
    }

    fn boolean(&self, element: ElementId, value: &str) -> Option<&'static str> {
        if self.document.attribute(element, XSI, "type")? != "BL" {
            return None;
        }
        match value {
            "true" => Some(self.word("да (true)", "yes (true)")),
            "false" => Some(self.word("нет (false)", "no (false)")),
            _ => None,
        }
    }

    /// Attributes that no composed value takes, if they say something.
    pub(super) fn further_attributes(&mut self, element: ElementId, start: usize) {
        let document = self.document;
        for attribute in document.attributes(element) {
            let name = document.expanded_name(attribute.name);
            let value = document.value(attribute);
            if COMPOSED.contains(&name.local) || name.namespace == XSI || !labels::speaks(name.local, value) {
                continue;
            }
            self.space(start);
            match labels::code(name.local, value, self.lang) {
                Some(words) if matches!(name.local, "negationInd" | "moodCode" | "typeCode") => {
                    self.html.element("<span class=\"loud\">", words, "</span>");
                }
                Some(words) => self.html.element("<span class=\"label\">", words, "</span>"),
                None => {
                    self.html.element("<span class=\"label\">", name.local, ": ");
                    self.html.text(value);
                    self.html.markup("</span>");
                }
            }
        }
    }

    /// Text and parts inside an element.
    fn parts(&mut self, element: ElementId, start: usize) {
        let address = self.local(element) == "addr";
        for piece in self.pieces(element) {
            let before = self.html.len();
            match piece {
                Piece::Text(text) => {
                    self.space(start);
                    self.html.text(text);
                }
                Piece::Element(part) => {
                    let local = self.local(part);
                    if self.html.len() > start {
                        self.html.markup(if address { ", " } else { " " });
                    }
                    if local == "originalText" {
                        self.html.markup("«");
                    } else if !PLAIN_PARTS.contains(&local) {
                        let label = self.label(part);
                        self.html.element("<span class=\"label\">", label, "</span> ");
                    }
                    let inside = self.html.len();
                    self.value(part);
                    if self.html.len() == inside {
                        self.html.back_to(before);
                    } else if local == "originalText" {
                        self.html.markup("»");
                    }
                }
            }
        }
    }

    /// Base64 content: a picture is shown, anything else can be saved.
    fn attachment(&mut self, element: ElementId) {
        let data: String = self.document.string_value(element).split_ascii_whitespace().collect();
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        if !data.bytes().all(is_base64) {
            self.html.text(&data);
            return;
        }
        let kind = self.attribute(element, "mediaType").unwrap_or_default();
        let word = self.word("вложение", "attachment");
        let size = format!("{word} {kind}, {} {}", data.len() / 4 * 3, self.word("байт", "bytes"));
        match kind {
            "image/png" | "image/jpeg" | "image/gif" | "image/webp" => {
                self.html.markup("<img class=\"attachment\"");
                self.html.value("alt", &size);
                self.html.value("src", &format!("data:{kind};base64,{data}"));
                self.html.markup("/>");
            }
            _ => {
                let (safe, name) = match kind {
                    "application/pdf" => (kind, "attachment.pdf"),
                    _ => ("application/octet-stream", "attachment.bin"),
                };
                self.html.markup("<a");
                self.html.value("download", name);
                self.html.value("href", &format!("data:{safe};base64,{data}"));
                self.html.element(">", &size, "</a>");
            }
        }
    }
}

/// Whether an element's `value` is a point in time.
pub(super) fn is_time(document: &Document<'_>, element: ElementId) -> bool {
    if let Some(type_name) = document.attribute(element, XSI, "type") {
        return type_name.ends_with("TS");
    }
    let local = document.local_name(element);
    TIMES.contains(&local)
        || matches!(local, "low" | "high" | "center" | "phase")
            && document.attribute(element, "", "unit").is_none()
            && document.parent(element).is_some_and(|parent| is_time(document, parent))
}

/// A point in time as people write it, to its precision: `14.05.2026 10:15 (UTC+03:00)`.
pub(super) fn time_text(value: &str, lang: Lang) -> Option<String> {
    use crate::header::Precision;
    let timestamp = Timestamp::parse(value)?;
    let date = timestamp.date();
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    let mut out = match timestamp.precision() {
        Precision::Year => match lang {
            Lang::Ru => format!("{year} г."),
            Lang::En => format!("{year}"),
        },
        Precision::Month => format!("{month:02}.{year}"),
        _ => format!("{day:02}.{month:02}.{year}"),
    };
    if let Some(time) = timestamp.time() {
        out.push_str(&format!(" {:02}:{:02}", time.hour(), time.minute()));
        if timestamp.precision() == Precision::Second {
            out.push_str(&format!(":{:02}", time.second()));
        }
    }
    if let Some(offset) = timestamp.offset() {
        let sign = if offset.is_negative() { '-' } else { '+' };
        out.push_str(&format!(
            " (UTC{sign}{:02}:{:02})",
            offset.whole_hours().abs(),
            offset.minutes_past_hour().abs()
        ));
    }
    Some(out)
}
