//! Names of subjects: attributes by identifier, and one line for people.

use crate::asn1::{Element, Reader, tag};

/// Attributes of a name, in order: identifier (dotted) and text.
pub(super) fn attributes(name: &[u8]) -> Vec<(String, String)> {
    let Ok(name) = Reader::single(name, tag::SEQUENCE) else {
        return Vec::new();
    };
    let sets = name.reader().elements().unwrap_or_default();
    let pairs = sets.iter().flat_map(|set| set.reader().elements().unwrap_or_default());
    pairs
        .filter_map(|pair| {
            let mut reader = pair.reader();
            let oid = reader.expect(tag::OID).ok()?.oid().ok()?;
            Some((oid.to_string(), text(&reader.read().ok()?)))
        })
        .collect()
}

/// A directory string as text: UTF-8, BMP (old authorities), or one octet per character.
fn text(element: &Element<'_>) -> String {
    const BMP_STRING: u8 = 0x1E;
    const T61_STRING: u8 = 0x14;
    match element.tag {
        BMP_STRING => {
            let units = element.content.chunks_exact(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        T61_STRING => element.content.iter().copied().map(char::from).collect(),
        _ => String::from_utf8_lossy(element.content).into_owned(),
    }
}

/// The name in one line: `CN=…, SN=…`, unknown attributes by their identifiers.
pub(super) fn one_line(attributes: &[(String, String)]) -> String {
    let parts: Vec<_> = attributes.iter().map(|(oid, value)| format!("{}={value}", short(oid))).collect();
    parts.join(", ")
}

fn short(oid: &str) -> &str {
    match oid {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "SN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "street",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "title",
        "2.5.4.42" => "GN",
        "1.2.840.113549.1.9.1" => "E",
        "1.2.643.3.131.1.1" => "ИНН",
        "1.2.643.100.1" => "ОГРН",
        "1.2.643.100.3" => "СНИЛС",
        "1.2.643.100.4" => "ИННЮЛ",
        "1.2.643.100.5" => "ОГРНИП",
        other => other,
    }
}
