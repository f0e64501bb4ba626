//! Attachments: encoding, media type, size.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::context::Context;
use super::{Rule, Text};
use crate::report::{Message, Owner, Severity};
use crate::xml::{ElementId, Node};

pub(super) static RULE: Rule = Rule {
    id: "attachment",
    title: Text {
        ru: "Вложение декодируется, его тип назван и верен, размер разумен",
        en: "An attachment decodes, its type is named and true, its size is reasonable",
    },
    why: Text {
        ru: "получатель не откроет вложение; укажите mediaType и representation=\"B64\", проверьте содержимое",
        en: "no recipient can open the attachment; give mediaType and representation=\"B64\", check the content",
    },
    clause: "HL7 V3 Data Types R1, ED.mediaType и BIN; RFC 4648, п. 4",
    code: "VALIDATION_ERROR",
    severity: Severity::Warning,
    owner: Owner::Mis,
    check,
};

/// Largest decoded attachment that goes without remark, bytes: documents of 20 MB and more are at risk of the register's
/// undocumented limit.
const LARGE: usize = 10 << 20;

/// First bytes of the media types that documents carry.
const SIGNATURES: [(&str, &[u8]); 6] = [
    ("application/pdf", b"%PDF-"),
    ("image/jpeg", b"\xFF\xD8\xFF"),
    ("image/png", b"\x89PNG\r\n\x1A\n"),
    ("image/gif", b"GIF8"),
    ("image/tiff", b"II*\0"),
    ("image/tiff", b"MM\0*"),
];

fn check(context: &mut Context<'_, '_>) {
    // Elements of type ED that carry data: text of nonXMLBody and observation, value of observation and observationMedia.
    for name in ["value", "text", "thumbnail"] {
        let mut elements = context.cda(name);
        while let Some(element) = context.next(&mut elements) {
            if context.attribute(element, "representation").is_some_and(|(_, form)| form == "B64") {
                encoded(context, element);
            }
        }
    }
}

fn encoded(context: &mut Context<'_, '_>, element: ElementId) {
    let report = |context: &mut Context<'_, '_>, ru: String, en: String| {
        context.report(Node::Element(element), Message::new(ru, en));
    };
    let text = context.document.string_value(element);
    let packed: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if packed.is_empty() {
        // Data may be elsewhere: `reference` inside.
        return;
    }
    let Ok(data) = STANDARD.decode(&packed) else {
        report(context, "вложение не в base64".to_owned(), "the attachment is not base64".to_owned());
        return;
    };
    match context.attribute(element, "mediaType") {
        None => report(
            context,
            "у вложения не указан mediaType".to_owned(),
            "the attachment has no mediaType".to_owned(),
        ),
        Some((_, media_type)) => {
            let mut expected = SIGNATURES.iter().filter(|(known, _)| *known == media_type).peekable();
            if expected.peek().is_some() && !expected.any(|(_, start)| data.starts_with(start)) {
                let found = SIGNATURES
                    .iter()
                    .find(|(_, start)| data.starts_with(start))
                    .map_or("?", |(known, _)| known);
                report(
                    context,
                    format!("вложение не того типа, что назван: [{media_type}], а по содержимому [{found}]"),
                    format!(
                        "the attachment is not of the type named: [{media_type}], but by its content [{found}]"
                    ),
                );
            }
        }
    }
    if data.len() > LARGE {
        let megabytes = data.len() >> 20;
        report(context, format!("вложение {megabytes} МБ"), format!("the attachment has {megabytes} MB"));
    }
}
