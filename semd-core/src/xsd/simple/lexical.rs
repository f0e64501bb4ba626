//! Lexical spaces of the types that are more than characters.

/// Whether a text is base64 (part 2, section 3.2.16): groups of four, single spaces between characters.
pub(super) fn base64_length(text: &str) -> Option<usize> {
    let mut symbols = 0_usize;
    let mut padding = 0_usize;
    let mut last = 0_u8;
    for byte in text.bytes().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if padding < 2 => {
                padding += 1;
                continue;
            }
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        symbols += 1;
        last = value;
    }
    // The bits of the last symbol that padding leaves over must be zero.
    let spare = match padding {
        0 => 0,
        1 => last & 0b11,
        _ => last & 0b1111,
    };
    let whole = (symbols + padding).is_multiple_of(4) && spare == 0;
    whole.then_some(symbols * 3 / 4)
}

/// Whether a text is pairs of hexadecimal digits; gives the octets.
pub(super) fn hex_length(text: &str) -> Option<usize> {
    let even = text.len().is_multiple_of(2);
    (even && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(text.len() / 2)
}

/// `xs:language`: subtags of 1 to 8 letters, digits after the first.
pub(super) fn is_language(text: &str) -> bool {
    text.split('-').enumerate().all(|(index, tag)| {
        (1..=8).contains(&tag.len())
            && tag.bytes().all(|byte| byte.is_ascii_alphabetic() || (index > 0 && byte.is_ascii_digit()))
    })
}

/// `xs:NMTOKEN`: characters of names in any order.
pub(super) fn is_nmtoken(text: &str) -> bool {
    // Prefixed by a letter, a string of name characters is a name.
    !text.is_empty() && text.split(':').all(|part| part.is_empty() || is_ncname_tail(part))
}

/// `xs:Name`.
pub(super) fn is_name(text: &str) -> bool {
    let (first, rest) = text.split_once(':').unwrap_or((text, ""));
    (first.is_empty() && text.starts_with(':') || crate::xml::is_ncname(first))
        && (rest.is_empty() || is_nmtoken(rest))
}

fn is_ncname_tail(text: &str) -> bool {
    let mut buffer = [0; 4];
    text.chars().all(|c| {
        crate::xml::is_ncname(c.encode_utf8(&mut buffer))
            || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
    })
}

/// The prefix and the local part of a lexical QName.
pub(in crate::xsd) fn qname(text: &str) -> Option<(&str, &str)> {
    let (prefix, local) = match text.split_once(':') {
        Some((prefix, local)) if crate::xml::is_ncname(prefix) => (prefix, local),
        Some(_) => return None,
        None => ("", text),
    };
    crate::xml::is_ncname(local).then_some((prefix, local))
}

/// `xs:anyURI`, as leniently as the reference implementation of the field: characters that a URI must escape are
/// taken as escaped; what is left must have whole escapes, one fragment, a well-formed scheme with something after it,
/// and no brackets in the path (RFC 2396 with RFC 2732).
pub(super) fn is_uri(text: &str) -> bool {
    let bytes = text.as_bytes();
    let escapes = memchr::memchr_iter(b'%', bytes)
        .all(|at| bytes.get(at + 1..at + 3).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit)));
    let fragments = bytes.iter().filter(|&&byte| byte == b'#').count();
    // The first of them ends what may be a scheme.
    let stop = bytes.iter().position(|&byte| matches!(byte, b':' | b'/' | b'?' | b'#'));
    let (rest, opaque) = match stop.filter(|&at| bytes[at] == b':').map(|at| (&text[..at], at)) {
        None => (text, false),
        Some((scheme, _)) => {
            let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
            let rest = &text[scheme.len() + 1..];
            let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.bytes().all(letters);
            if !named || rest.is_empty() || rest.starts_with('#') {
                return false;
            }
            (rest, !rest.starts_with('/'))
        }
    };
    if rest == "//" {
        return false;
    }
    let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    let path = match rest.strip_prefix("//") {
        Some(authority) => &authority[authority.find('/').unwrap_or(authority.len())..],
        None => rest,
    };
    escapes && fragments <= 1 && (opaque || !path.contains(['[', ']']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_needs_whole_groups_and_no_spare_bits() {
        assert_eq!(base64_length("TWFu"), Some(3));
        assert_eq!(base64_length("TW Fu\nTQ=="), Some(4));
        assert_eq!(base64_length(""), Some(0));
        for bad in ["TWF", "TWFu=", "T===", "TWE=TWFu", "TQ=", "TR==", "TW-u"] {
            assert_eq!(base64_length(bad), None, "{bad}");
        }
    }

    #[test]
    fn tokens_and_names_are_told_apart() {
        assert!(is_nmtoken("1.2-a:b") && is_nmtoken("Ж") && !is_nmtoken("a b") && !is_nmtoken(""));
        assert!(is_name("a:b") && is_name("_1") && !is_name("1a") && !is_name(""));
        assert!(
            is_language("ru-RU") && is_language("x-12345678") && !is_language("ru_RU") && !is_language("123")
        );
        assert_eq!(qname("a:b"), Some(("a", "b")));
        assert_eq!(qname("b"), Some(("", "b")));
        assert!(qname(":b").is_none() && qname("a:").is_none() && qname("a:b:c").is_none());
    }

    #[test]
    fn uris_are_checked_leniently() {
        for good in
            ["", "http://http://a.ru", "#id", "a b", "кириллица", "tel:+7(495)123", "mailto:a@b", "a:b:c"]
        {
            assert!(is_uri(good), "{good}");
        }
        for bad in ["%zz", "a#b#c", "1a:b", ":a", "100%", "http:", "//", "http://", "[a]", "a/b]"] {
            assert!(!is_uri(bad), "{bad}");
        }
    }
}
