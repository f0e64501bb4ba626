//! Text in another encoding than UTF-8.

use std::borrow::Cow;

use encoding_rs::Encoding;

use super::error::{XmlSignatureError, cut};

/// XML text as UTF-8. A signature is made over characters, so that a document may stand in another encoding; everything else
/// here reads UTF-8 only. The XML declaration, which is never signed, goes when the encoding changes.
///
/// # Errors
/// The encoding is unknown, or the octets are not text in it.
pub fn to_utf8(octets: &[u8]) -> Result<Cow<'_, [u8]>, XmlSignatureError> {
    let encoding = match Encoding::for_bom(octets) {
        Some((encoding, _)) => encoding,
        None => match declared_encoding(octets) {
            Some(name) => {
                let unknown = || XmlSignatureError::Algorithm { element: "encoding", identifier: cut(&name) };
                Encoding::for_label(name.as_bytes()).ok_or_else(unknown)?
            }
            None => return Ok(Cow::Borrowed(octets)),
        },
    };
    if encoding == encoding_rs::UTF_8 {
        return Ok(Cow::Borrowed(octets));
    }
    let malformed = || XmlSignatureError::Xml { rule: "encoding".to_owned(), offset: 0 };
    let (text, _, damaged) = encoding.decode(octets);
    if damaged {
        return Err(malformed());
    }
    let body = match text.starts_with("<?xml") {
        true => text.find("?>").map(|end| &text[end + 2..]).ok_or_else(malformed)?,
        false => &text,
    };
    Ok(Cow::Owned(body.as_bytes().to_vec()))
}

/// The encoding named in an XML declaration of an encoding that contains ASCII.
fn declared_encoding(octets: &[u8]) -> Option<String> {
    let head = octets.strip_prefix(b"<?xml")?;
    let end = head.iter().take(200).position(|&byte| byte == b'>')?;
    let declaration = String::from_utf8_lossy(&head[..end]).into_owned();
    let rest = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split_once(quote).map(|(name, _)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cyrillic_of_any_encoding_becomes_utf_8() {
        let expected = "<a>да</a>".as_bytes();
        assert_eq!(
            to_utf8(b"<?xml version='1.0' encoding='windows-1251'?><a>\xE4\xE0</a>").unwrap(),
            expected
        );
        let utf16: Vec<u8> = "\u{FEFF}<?xml version='1.0' encoding='UTF-16'?><a>да</a>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(to_utf8(&utf16).unwrap(), expected);
        let utf8 = "<?xml version='1.0' encoding='utf-8'?><a>да</a>".as_bytes();
        assert_eq!(to_utf8(utf8).unwrap(), utf8);
        assert_eq!(to_utf8(expected).unwrap(), expected);
        assert!(to_utf8(b"<?xml version='1.0' encoding='klingon'?><a/>").is_err());
    }
}
