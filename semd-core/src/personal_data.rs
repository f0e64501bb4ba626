//! Numbers of real people in files that must not have any: fixtures, samples, logs of tests.
//!
//! A number is taken for real when its check digits are right (СНИЛС, ЕНП) or its form is that of issued ones (passports),
//! and it is not of a range that is never issued. Of 100 random numbers of 11 digits one has right check digits, of 16 digits
//! ten have: what is found by chance goes into the list of known numbers.

use std::collections::BTreeSet;

use crate::rules::checksum;

/// Whose number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NumberKind {
    /// СНИЛС, number of the pension insurance.
    Snils,
    /// ЕНП, number of the policy of compulsory medical insurance (ОМС).
    Oms,
    /// Series and number of a passport of a citizen.
    Passport,
}

impl NumberKind {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Snils => "СНИЛС",
            Self::Oms => "полис ОМС",
            Self::Passport => "паспорт",
        }
    }
}

/// A number that may be a real person's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundNumber {
    /// Whose number it is.
    pub kind: NumberKind,
    /// The number as it is written. Personal data: shown only where that is asked for.
    pub text: String,
    /// Offset in bytes from the start of the file.
    pub offset: usize,
}

/// Numbers that may stand in files: single ones, and beginnings of whole ranges.
///
/// ```
/// use semd_core::personal_data::{KnownNumbers, NumberKind, scan};
///
/// let known = KnownNumbers::synthetic();
/// assert_eq!(scan("СНИЛС 999-000-001 15".as_bytes(), &known), []); // a series that was never issued
/// assert_eq!(scan("СНИЛС 112-233-445 95".as_bytes(), &known)[0].kind, NumberKind::Snils);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownNumbers {
    numbers: BTreeSet<String>,
    beginnings: Vec<String>,
}

/// Beginnings of numbers that are never issued: СНИЛС of the series 999 and those up to 001-001-998, which have no check digits.
/// Policies and passports of fixtures begin with 000.
const NEVER_ISSUED: [&str; 4] = ["999", "000", "001000", "001001"];

impl KnownNumbers {
    /// The ranges that are never issued.
    pub fn synthetic() -> Self {
        Self { numbers: BTreeSet::new(), beginnings: NEVER_ISSUED.map(str::to_owned).to_vec() }
    }

    /// Adds the numbers of a list: one a line, digits with any separators; `123*` stands for all that begin so, `#` begins a
    /// remark.
    ///
    /// # Errors
    /// The line, counted from 1, that has no number.
    pub fn add_list(&mut self, list: &str) -> Result<(), usize> {
        for (index, line) in list.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let (number, is_beginning) = line.strip_suffix('*').map_or((line, false), |start| (start, true));
            let allowed = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-');
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            if digits.is_empty() || !number.chars().all(allowed) {
                return Err(index + 1);
            }
            if is_beginning {
                self.beginnings.push(digits);
            } else {
                self.numbers.insert(digits);
            }
        }
        Ok(())
    }

    fn has(&self, digits: &str) -> bool {
        self.numbers.contains(digits)
            || self.beginnings.iter().any(|start| digits.starts_with(start.as_str()))
    }
}

/// Finds numbers in a text of any format and encoding in which digits are ASCII, in the order of the text.
pub fn scan(text: &[u8], known: &KnownNumbers) -> Vec<FoundNumber> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = next_run(text, at) {
        let run = Run::read(text, start);
        at = run.end;
        if let Some((kind, end)) = run.kind(text) {
            let digits = digits(&text[start..end]);
            if !known.has(&digits) {
                let text = String::from_utf8_lossy(&text[start..end]).into_owned();
                found.push(FoundNumber { kind, text, offset: start });
            }
            at = end;
        }
    }
    passports_of_documents(text, known, &mut found);
    found.sort_by_key(|number| number.offset);
    found
}

/// The next digit that begins a run.
fn next_run(text: &[u8], from: usize) -> Option<usize> {
    let at = text[from..].iter().position(u8::is_ascii_digit)?;
    Some(from + at)
}

/// Groups of digits with single separators between them, no more of them than a number has.
struct Run {
    start: usize,
    /// Lengths of the groups, and the separator behind each.
    groups: Vec<(usize, u8)>,
    /// Where the first group ends.
    end: usize,
}

const MAX_GROUPS: usize = 4;

impl Run {
    fn read(text: &[u8], start: usize) -> Self {
        let mut groups = Vec::with_capacity(MAX_GROUPS);
        let (mut at, mut end) = (start, start);
        while groups.len() <= MAX_GROUPS {
            let length = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            at += length;
            if groups.is_empty() {
                end = at;
            }
            let separator = text.get(at).copied().unwrap_or_default();
            groups.push((length, separator));
            let joins =
                matches!(separator, b' ' | b'-' | b'.') && text.get(at + 1).is_some_and(u8::is_ascii_digit);
            if !joins {
                break;
            }
            at += 1;
        }
        Self { start, groups, end }
    }

    /// What number the run is, and where it ends.
    fn kind(&self, text: &[u8]) -> Option<(NumberKind, usize)> {
        let before = self.start.checked_sub(1).map_or(0, |at| text[at]);
        // Digits behind a dot, a letter or another number are part of an OID, a UUID or a code; behind a plus of a telephone.
        let cyrillic = self.start.checked_sub(2).is_some_and(|at| matches!(text[at], 0xD0 | 0xD1));
        if before.is_ascii_alphanumeric() || matches!(before, b'.' | b'-' | b'+' | b'_' | b'&') || cyrillic {
            return None;
        }
        let lengths: Vec<usize> = self.groups.iter().map(|(length, _)| *length).collect();
        let separators: Vec<u8> = self.groups.iter().map(|(_, separator)| *separator).collect();
        let (kind, groups) = match (&lengths[..], &separators[..]) {
            ([3, 3, 3, 2, ..], [b'-', b'-', b' ' | b'-', ..] | [b' ', b' ', b' ', ..]) => {
                (NumberKind::Snils, 4)
            }
            ([11, ..], _) => (NumberKind::Snils, 1),
            ([16, ..], _) => (NumberKind::Oms, 1),
            ([4, 4, 4, 4, ..], [b' ', b' ', b' ', ..]) => (NumberKind::Oms, 4),
            ([4, 6, ..], [b' ', ..]) => (NumberKind::Passport, 2),
            ([2, 2, 6, ..], [b' ', b' ', ..]) => (NumberKind::Passport, 3),
            _ => return None,
        };
        let end = self.start + lengths[..groups].iter().sum::<usize>() + groups - 1;
        let digits = digits(&text[self.start..end]);
        let looks_real = match kind {
            NumberKind::Snils => checksum::snils(&digits),
            NumberKind::Oms => checksum::enp(&digits),
            NumberKind::Passport => is_passport(&digits),
        };
        let after = text.get(end).copied().unwrap_or_default();
        let goes_on = after.is_ascii_alphanumeric()
            || after == b'_'
            || matches!(after, b'.' | b'-') && text.get(end + 1).is_some_and(u8::is_ascii_digit);
        (looks_real && !goes_on).then_some((kind, end))
    }
}

/// The digits of a number, without what stands between them.
fn digits(text: &[u8]) -> String {
    text.iter().filter(|byte| byte.is_ascii_digit()).map(|&byte| char::from(byte)).collect()
}

/// First two digits of the series: the region by ОКАТО that issued the passport; next two: the year the blank was printed.
fn is_passport(digits: &str) -> bool {
    /// Codes of ОКАТО that are no region.
    const NO_REGION: [&str; 18] = [
        "00", "02", "06", "09", "13", "16", "21", "23", "31", "39", "43", "48", "51", "55", "59", "62", "72",
        "74",
    ];
    let (region, year) = (&digits[..2], &digits[2..4]);
    !NO_REGION.contains(&region) && (year >= "97" || year <= "39") && &digits[4..] != "000000"
}

/// Passports of CDA documents, whose series and number stand in elements of their own.
fn passports_of_documents(text: &[u8], known: &KnownNumbers, found: &mut Vec<FoundNumber>) {
    /// Room between the two elements.
    const NEAR: usize = 256;
    for at in memchr::memmem::find_iter(text, b"Series") {
        let Some(series) = content(text, at + b"Series".len(), 4) else { continue };
        let rest = &text[series.end..text.len().min(series.end + NEAR)];
        let Some(number) = memchr::memmem::find(rest, b"Number") else { continue };
        let Some(number) = content(text, series.end + number + b"Number".len(), 6) else { continue };
        let digits: String =
            text[series.clone()].iter().chain(&text[number.clone()]).map(|&byte| char::from(byte)).collect();
        if is_passport(&digits) && !known.has(&digits) {
            let text = format!("{} {}", &digits[..4], &digits[4..]);
            found.push(FoundNumber { kind: NumberKind::Passport, text, offset: series.start });
        }
    }
}

/// The digits that are the whole content of an element whose start tag goes on at `at`.
fn content(text: &[u8], at: usize, length: usize) -> Option<std::ops::Range<usize>> {
    let tag_end = text[at..].iter().take(64).position(|&byte| byte == b'>')?;
    let start = at + tag_end + 1;
    let digits = text.get(start..start + length)?;
    let whole = digits.iter().all(u8::is_ascii_digit) && text.get(start + length) == Some(&b'<');
    whole.then_some(start..start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<NumberKind> {
        scan(text.as_bytes(), &KnownNumbers::synthetic()).into_iter().map(|number| number.kind).collect()
    }

    #[test]
    fn numbers_are_found_in_every_usual_spelling() {
        use NumberKind::{Oms, Passport, Snils};
        for text in [
            "112-233-445 95",
            "112-233-445-95",
            "112 233 445 95",
            "extension=\"11223344595\"",
            "СНИЛС:11223344595;",
            "(11223344595)",
            "№11223344595",
        ] {
            assert_eq!(kinds(text), [Snils], "{text}");
        }
        let policy =
            (0..10).map(|last| format!("770123456789012{last}")).find(|number| checksum::enp(number));
        let policy = policy.unwrap();
        assert_eq!(kinds(&policy), [Oms]);
        let spaced = format!("{} {} {} {}", &policy[..4], &policy[4..8], &policy[8..12], &policy[12..]);
        assert_eq!(kinds(&spaced), [Oms]);
        for text in [
            "паспорт 4510 123456 выдан",
            "45 10 123456",
            "<identity:Series xsi:type=\"ST\">4510</identity:Series>\n <identity:Number>123456</identity:Number>",
        ] {
            assert_eq!(kinds(text), [Passport], "{text}");
        }
    }

    #[test]
    fn other_numbers_are_not_taken_for_a_persons() {
        for text in [
            "112-233-445 96",
            "1.2.643.11223344595",
            "11223344595.1",
            "a11223344595",
            "ж11223344595",
            "211223344595",
            "+11223344595",
            "112233445950",
            "0051 123456",
            "4550 123456",
            "20250210103000",
            "7e797142-8b53-5d4d-8613-09983a8a34d1",
            "999-000-001 15",
            "99900000115",
            "0000000000002001",
            "<Series>0001</Series><Number>000101</Number>",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn numbers_of_the_list_are_known() {
        let mut known = KnownNumbers::synthetic();
        known.add_list("# of the handbook\n112-233-445 95\n\n4510*  # a range\n").unwrap();
        assert_eq!(scan(b"11223344595, 4510 123456", &known), []);
        assert_eq!(known.add_list("123\nabc"), Err(2));
        let found = scan("Ж 112-233-445 95".as_bytes(), &KnownNumbers::synthetic());
        assert_eq!((found[0].offset, found[0].text.as_str()), (3, "112-233-445 95"));
    }
}
