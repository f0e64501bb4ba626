//! Character classes of XML 1.0 (fifth edition) and Namespaces in XML 1.0.

/// White space: production 3.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Characters a document may contain: production 2.
pub(crate) fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// First character of an NCName: production 4 without the colon.
fn is_name_start(c: char) -> bool {
    matches!(c, 'A'..='Z' | '_' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// Further characters of an NCName: production 4a without the colon.
fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Bytes that no NCName of ASCII characters has.
const NOT_OF_NAMES: [bool; 256] = {
    let mut table = [true; 256];
    let mut byte = 0;
    while byte < 128_u8 {
        table[byte as usize] = !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
        byte += 1;
    }
    table
};

/// Whether a text is an NCName of ASCII characters, as those of the field are.
pub(super) fn is_ascii_ncname(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Without an early end the loop is faster: names are short.
    let other = bytes.iter().fold(false, |found, &byte| found | NOT_OF_NAMES[usize::from(byte)]);
    !other && bytes.first().is_some_and(|&first| first.is_ascii_alphabetic() || first == b'_')
}

/// Whether a text is an NCName (Namespaces in XML 1.0, production 4).
pub(crate) fn is_ncname(text: &str) -> bool {
    if is_ascii_ncname(text) {
        return true;
    }
    let mut chars = text.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name_char)
}
