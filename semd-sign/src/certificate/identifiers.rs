//! Identifiers of owners: how FSB order 795 wants them written, and their check digits.

use crate::asn1::{Element, Reader, tag};
use crate::oid;

/// What is doubtful about the identifiers of a subject (DER): wrong string types and check digits. Real certificates have
/// such errors, so they are told apart from missing identifiers.
pub(super) fn doubts(subject: &[u8]) -> Vec<&'static str> {
    let Ok(name) = Reader::single(subject, tag::SEQUENCE) else {
        return Vec::new();
    };
    let sets = name.reader().elements().unwrap_or_default();
    let pairs: Vec<_> = sets.iter().flat_map(|set| set.reader().elements().unwrap_or_default()).collect();
    let mut found = Vec::new();
    let mut organisation = false;
    for pair in &pairs {
        let mut fields = pair.reader();
        let (Ok(oid), Ok(value)) = (fields.expect(tag::OID).and_then(|oid| oid.oid()), fields.read()) else {
            continue;
        };
        organisation |= oid == oid::OGRN;
        let (name, is_right): (_, fn(&[u8]) -> bool) = match oid {
            oid::SNILS => ("СНИЛС", snils),
            oid::INN => ("ИНН", inn),
            oid::INN_LE => ("ИННЮЛ", inn_le),
            oid::OGRN => ("ОГРН", ogrn),
            oid::OGRNIP => ("ОГРНИП", ogrnip),
            _ => continue,
        };
        if !is_numeric_string(&value) || !digits(value.content).is_some_and(|digits| is_right(&digits)) {
            found.push(name);
        }
    }
    let has_inn_le =
        pairs.iter().any(|pair| pair.reader().expect(tag::OID).and_then(|oid| oid.oid()) == Ok(oid::INN_LE));
    if organisation && !has_inn_le {
        found.push("ИННЮЛ");
    }
    found
}

fn is_numeric_string(value: &Element<'_>) -> bool {
    value.tag == tag::NUMERIC_STRING
}

fn digits(text: &[u8]) -> Option<Vec<u8>> {
    text.iter().map(|octet| octet.is_ascii_digit().then(|| octet - b'0')).collect()
}

fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum()
}

/// СНИЛС: two digits after nine, weights 9 to 1, modulo 101, 100 is 0.
fn snils(digits: &[u8]) -> bool {
    digits.len() == 11
        && weighted(&digits[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100
            == u32::from(digits[9]) * 10 + u32::from(digits[10])
}

/// ИНН of a person: the last two of twelve digits. «00» and ten digits of an organisation is the form of before 2021.
fn inn(digits: &[u8]) -> bool {
    let check = |count: usize, weights: &[u32]| {
        weighted(&digits[..count], weights) % 11 % 10 == u32::from(digits[count])
    };
    digits.len() == 12
        && (digits.starts_with(&[0, 0]) && inn_le(&digits[2..])
            || check(10, &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) && check(11, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]))
}

/// ИНН of an organisation: the last of ten digits.
fn inn_le(digits: &[u8]) -> bool {
    digits.len() == 10
        && weighted(&digits[..9], &[2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10 == u32::from(digits[9])
}

/// The number the digits write, modulo `modulus`.
fn remainder(digits: &[u8], modulus: u32) -> u32 {
    digits.iter().fold(0, |value, digit| (value * 10 + u32::from(*digit)) % modulus)
}

/// ОГРН: the last of thirteen digits, the rest modulo 11.
fn ogrn(digits: &[u8]) -> bool {
    digits.len() == 13 && remainder(&digits[..12], 11) % 10 == u32::from(digits[12])
}

/// ОГРНИП: the last of fifteen digits, the rest modulo 13.
fn ogrnip(digits: &[u8]) -> bool {
    digits.len() == 15 && remainder(&digits[..14], 13) % 10 == u32::from(digits[14])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_tell_right_numbers_from_wrong_ones() {
        type Check = fn(&[u8]) -> bool;
        let checks: [(Check, &str, &str); 5] = [
            (snils, "90000000182", "90000000183"),
            (inn, "990000017133", "990000017134"),
            (inn_le, "0000000177", "0000000178"),
            (ogrn, "1020000000173", "1020000000174"),
            (ogrnip, "304000000000018", "304000000000019"),
        ];
        for (check, right, wrong) in checks {
            assert!(check(&digits(right.as_bytes()).unwrap()), "{right}");
            assert!(!check(&digits(wrong.as_bytes()).unwrap()), "{wrong}");
        }
        assert!(digits(b"12a").is_none());
    }
}
