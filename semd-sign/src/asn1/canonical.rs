//! From BER to DER: definite minimal lengths, and strings in one piece.

use std::borrow::Cow;

use super::writer::{header_length, write_header};
use super::{Asn1Error, Element, Reader, tag};

/// Constructed elements nested deeper than this are refused.
const MAX_DEPTH: usize = 64;

/// The octets of an OCTET STRING, which BER may cut into pieces (X.690 8.7).
pub(crate) fn octet_string<'a>(element: &Element<'a>) -> Result<Cow<'a, [u8]>, Asn1Error> {
    if element.tag & tag::CONSTRUCTED == 0 {
        return Ok(Cow::Borrowed(element.content));
    }
    let mut octets = Vec::with_capacity(element.content.len());
    let mut open = vec![element.reader()];
    while let Some(reader) = open.last_mut() {
        if reader.is_empty() {
            open.pop();
            continue;
        }
        let piece = reader.read()?;
        if piece.tag == tag::OCTET_STRING {
            octets.extend_from_slice(piece.content);
        } else {
            piece.require(tag::OCTET_STRING | tag::CONSTRUCTED)?;
            if open.len() == MAX_DEPTH {
                return Err(Asn1Error::TooDeep);
            }
            open.push(piece.reader());
        }
    }
    Ok(Cow::Owned(octets))
}

/// The element with definite lengths of minimal form at every level. The order of elements stays as it is.
pub(crate) fn to_der(element: &Element<'_>) -> Result<Vec<u8>, Asn1Error> {
    struct Level<'a> {
        tag: u8,
        rest: Reader<'a>,
        content: Vec<u8>,
    }
    let mut open: Vec<Level<'_>> = Vec::new();
    let mut next = *element;
    loop {
        let mut finished = if next.tag & tag::CONSTRUCTED != 0 {
            if open.len() == MAX_DEPTH {
                return Err(Asn1Error::TooDeep);
            }
            open.push(Level { tag: next.tag, rest: next.reader(), content: Vec::new() });
            None
        } else {
            Some(encode(next.tag, next.content))
        };
        // Closes every level that has nothing left, then goes on with the next element of the innermost open one.
        loop {
            let Some(level) = open.last_mut() else {
                return Ok(finished.unwrap_or_default());
            };
            if let Some(encoded) = finished.take() {
                level.content.extend_from_slice(&encoded);
            }
            if !level.rest.is_empty() {
                next = level.rest.read()?;
                break;
            }
            finished = Some(encode(level.tag, &level.content));
            open.pop();
        }
    }
}

/// Whether every definite length at every level has its shortest form. Nothing signs the outer lengths of a container, so
/// another form of them is another file with the same meaning.
pub(crate) fn lengths_are_minimal(octets: &[u8]) -> bool {
    let mut open = vec![Reader::new(octets)];
    while let Some(reader) = open.last_mut() {
        if reader.is_empty() {
            open.pop();
            continue;
        }
        let Ok(element) = reader.read() else { return false };
        let shortest = header_length(element.content.len()) + element.content.len();
        if element.raw.get(1) != Some(&0x80) && element.raw.len() != shortest {
            return false;
        }
        if element.tag & tag::CONSTRUCTED != 0 {
            if open.len() == MAX_DEPTH {
                return false;
            }
            open.push(element.reader());
        }
    }
    true
}

fn encode(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(content.len() + 6);
    write_header(&mut encoded, tag, content.len());
    encoded.extend_from_slice(content);
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(octets: &[u8]) -> Element<'_> {
        Reader::new(octets).read().unwrap()
    }

    #[test]
    fn indefinite_and_long_lengths_become_minimal() {
        let octets = [0x30, 0x80, 0x31, 0x81, 0x03, 0x02, 0x01, 0x07, 0x30, 0x80, 0, 0, 0x05, 0x00, 0, 0];
        let expected = [0x30, 0x09, 0x31, 0x03, 0x02, 0x01, 0x07, 0x30, 0x00, 0x05, 0x00];
        assert_eq!(to_der(&element(&octets)).unwrap(), expected);
    }

    #[test]
    fn pieces_of_a_string_are_joined() {
        let octets = [0x24, 0x80, 0x04, 0x02, 1, 2, 0x24, 0x03, 0x04, 0x01, 3, 0, 0];
        assert_eq!(octet_string(&element(&octets)).unwrap().as_ref(), [1, 2, 3]);
    }

    #[test]
    fn deep_nesting_is_an_error_not_a_crash() {
        let mut octets = vec![0x04, 0x00];
        for _ in 0..200 {
            let mut outer = Vec::new();
            write_header(&mut outer, 0x24, octets.len());
            outer.extend_from_slice(&octets);
            octets = outer;
        }
        assert_eq!(octet_string(&element(&octets)), Err(Asn1Error::TooDeep));
        assert_eq!(to_der(&element(&octets)), Err(Asn1Error::TooDeep));
    }
}
