//! Names of subjects: attributes by identifier, and one line for people.

use pkcs8::ObjectIdentifier;

use crate::asn1::{Element, Reader, tag};
use crate::oid;

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

/// A directory string as text: UTF-8, BMP (old authorities), or one octet per character. Control characters, which a
/// terminal would obey, are replaced.
fn text(element: &Element<'_>) -> String {
    let visible =
        |character: char| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character };
    decode(element).chars().map(visible).collect()
}

fn decode(element: &Element<'_>) -> String {
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

/// Whether the name is plainly an organisation's: it names one and has nothing of a natural person.
pub(super) fn is_of_organisation(attributes: &[(String, String)]) -> bool {
    let has = |oid: &ObjectIdentifier| {
        let dotted = oid.to_string();
        attributes.iter().any(|(oid, _)| *oid == dotted)
    };
    let personal = [oid::SURNAME, oid::GIVEN_NAME, oid::SNILS, oid::OGRNIP];
    (has(&oid::OGRN) || has(&oid::ORGANIZATION)) && !personal.iter().any(has)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_of_names_are_replaced() {
        let octets = [&[tag::UTF8_STRING, 7][..], b"A\x1b[2J\n."].concat();
        assert_eq!(text(&Reader::new(&octets).read().unwrap()), "A\u{FFFD}[2J\u{FFFD}.");
    }

    #[test]
    fn only_names_without_anything_personal_are_of_organisations() {
        let name = |oids: &[ObjectIdentifier]| {
            let attributes: Vec<_> = oids.iter().map(|oid| (oid.to_string(), String::new())).collect();
            is_of_organisation(&attributes)
        };
        assert!(name(&[oid::COMMON_NAME, oid::ORGANIZATION]));
        assert!(name(&[oid::COMMON_NAME, oid::OGRN]));
        assert!(!name(&[oid::COMMON_NAME]));
        assert!(!name(&[oid::COMMON_NAME, oid::OGRN, oid::SURNAME]));
        assert!(!name(&[oid::ORGANIZATION, oid::SNILS]));
    }
}
