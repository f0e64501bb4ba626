//! A zero-copy reader of tag-length-value elements.

use pkcs8::ObjectIdentifier;

use super::tag;

/// Indefinite lengths nested deeper than this are refused: no signature container needs a third of it.
const MAX_DEPTH: usize = 48;
/// Elements collected at one level: lists of a container have tens, and a list costs memory per element.
const MAX_ELEMENTS: usize = 1024;

/// Elements looked through for the end of an indefinite length, at all depths: every depth is looked through again, so
/// this bounds the time. The largest document in pieces of the usual thousand octets has a quarter of it.
const MAX_SCANNED: usize = 1 << 17;

/// Why octets are not the expected ASN.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Asn1Error {
    /// An element ends after its container.
    #[error("the data end inside an element")]
    Truncated,
    /// A tag number of 31 and above, which nothing here uses.
    #[error("unsupported tag")]
    UnsupportedTag,
    /// A length that is reserved or does not fit into memory.
    #[error("invalid length")]
    InvalidLength,
    /// Another element stands where this one should.
    #[error("tag {found:#04x} where {expected:#04x} is expected")]
    UnexpectedTag {
        /// Identifier octet found.
        found: u8,
        /// Identifier octet expected.
        expected: u8,
    },
    /// Something follows the last element.
    #[error("octets after the last element")]
    TrailingData,
    /// More elements than any real structure has.
    #[error("too many elements")]
    TooMany,
    /// Elements are nested too deep.
    #[error("elements nested too deep")]
    TooDeep,
    /// A value breaks the rules of its type.
    #[error("invalid value of tag {tag:#04x}")]
    InvalidValue {
        /// Identifier octet of the type.
        tag: u8,
    },
}

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// The identifier octet.
    pub(crate) tag: u8,
    /// The element as it stands: identifier, length, contents and end-of-contents.
    pub(crate) raw: &'a [u8],
    /// The contents, without end-of-contents octets.
    pub(crate) content: &'a [u8],
}

impl<'a> Element<'a> {
    /// A reader of the contents.
    pub(crate) fn reader(&self) -> Reader<'a> {
        Reader::new(self.content)
    }

    /// The object identifier this element holds.
    pub(crate) fn oid(&self) -> Result<ObjectIdentifier, Asn1Error> {
        self.require(tag::OID)?;
        ObjectIdentifier::from_bytes(self.content).map_err(|_| Asn1Error::InvalidValue { tag: tag::OID })
    }

    /// The octets of a BIT STRING without unused bits.
    pub(crate) fn bit_string(&self) -> Result<&'a [u8], Asn1Error> {
        self.require(tag::BIT_STRING)?;
        match self.content {
            [0, octets @ ..] => Ok(octets),
            _ => Err(Asn1Error::InvalidValue { tag: tag::BIT_STRING }),
        }
    }

    /// A small non-negative INTEGER.
    pub(crate) fn small_integer(&self) -> Result<u32, Asn1Error> {
        self.require(tag::INTEGER)?;
        match self.content {
            [first, rest @ ..] if *first < 0x80 && rest.len() < 4 => {
                Ok(self.content.iter().fold(0, |value, octet| value << 8 | u32::from(*octet)))
            }
            _ => Err(Asn1Error::InvalidValue { tag: tag::INTEGER }),
        }
    }

    /// Fails unless the element has this tag.
    pub(crate) fn require(&self, expected: u8) -> Result<(), Asn1Error> {
        if self.tag == expected {
            Ok(())
        } else {
            Err(Asn1Error::UnexpectedTag { found: self.tag, expected })
        }
    }
}

/// Reads consecutive elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads `octets` from the start.
    pub(crate) fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }

    /// The only element of `octets`.
    pub(crate) fn single(octets: &'a [u8], expected: u8) -> Result<Element<'a>, Asn1Error> {
        let mut reader = Self::new(octets);
        let element = reader.expect(expected)?;
        reader.finish()?;
        Ok(element)
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag of the next element.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element; fails at the end.
    pub(crate) fn read(&mut self) -> Result<Element<'a>, Asn1Error> {
        let header = Header::read(self.rest)?;
        let (content_len, total) = match header.length {
            Some(length) => {
                let total = header.size.checked_add(length).ok_or(Asn1Error::InvalidLength)?;
                (length, total)
            }
            None => {
                let end = end_of_contents(&self.rest[header.size..])?;
                (end, header.size + end + 2)
            }
        };
        let (raw, rest) = self.rest.split_at_checked(total).ok_or(Asn1Error::Truncated)?;
        self.rest = rest;
        Ok(Element { tag: header.tag, raw, content: &raw[header.size..header.size + content_len] })
    }

    /// The next element, which must have this tag.
    pub(crate) fn expect(&mut self, expected: u8) -> Result<Element<'a>, Asn1Error> {
        let mut ahead = *self;
        let element = ahead.read()?;
        element.require(expected)?;
        *self = ahead;
        Ok(element)
    }

    /// The next element if it has this tag.
    pub(crate) fn optional(&mut self, expected: u8) -> Result<Option<Element<'a>>, Asn1Error> {
        if self.rest.first() == Some(&expected) { self.read().map(Some) } else { Ok(None) }
    }

    /// Fails unless everything was read.
    pub(crate) fn finish(&self) -> Result<(), Asn1Error> {
        if self.rest.is_empty() { Ok(()) } else { Err(Asn1Error::TrailingData) }
    }

    /// All elements that are left.
    pub(crate) fn elements(mut self) -> Result<Vec<Element<'a>>, Asn1Error> {
        let mut elements = Vec::new();
        while !self.is_empty() {
            if elements.len() == MAX_ELEMENTS {
                return Err(Asn1Error::TooMany);
            }
            elements.push(self.read()?);
        }
        Ok(elements)
    }
}

struct Header {
    tag: u8,
    /// Octets of the identifier and the length.
    size: usize,
    /// Length of the contents; `None` when indefinite.
    length: Option<usize>,
}

impl Header {
    fn read(octets: &[u8]) -> Result<Self, Asn1Error> {
        let (&tag, rest) = octets.split_first().ok_or(Asn1Error::Truncated)?;
        if tag & 0x1F == 0x1F {
            return Err(Asn1Error::UnsupportedTag);
        }
        let (&first, rest) = rest.split_first().ok_or(Asn1Error::Truncated)?;
        let (size, length) = match first {
            0..=0x7F => (2, Some(usize::from(first))),
            0x80 if tag & tag::CONSTRUCTED != 0 => (2, None),
            0x80 | 0xFF => return Err(Asn1Error::InvalidLength),
            _ => {
                let count = usize::from(first & 0x7F);
                let octets = rest.get(..count).ok_or(Asn1Error::Truncated)?;
                let length = octets.iter().try_fold(0_usize, |length, octet| {
                    length.checked_mul(256).map(|length| length | usize::from(*octet))
                });
                (2 + count, Some(length.ok_or(Asn1Error::InvalidLength)?))
            }
        };
        Ok(Self { tag, size, length })
    }
}

/// Offset of the end-of-contents octets that close an indefinite length whose contents start here.
fn end_of_contents(octets: &[u8]) -> Result<usize, Asn1Error> {
    let mut offset = 0_usize;
    let mut open = 1_usize;
    for _ in 0..MAX_SCANNED {
        let rest = octets.get(offset..).ok_or(Asn1Error::Truncated)?;
        if rest.starts_with(&[0, 0]) {
            open -= 1;
            if open == 0 {
                return Ok(offset);
            }
            offset += 2;
            continue;
        }
        let header = Header::read(rest)?;
        offset = offset.checked_add(header.size).ok_or(Asn1Error::InvalidLength)?;
        match header.length {
            Some(length) => offset = offset.checked_add(length).ok_or(Asn1Error::InvalidLength)?,
            None => {
                open += 1;
                if open > MAX_DEPTH {
                    return Err(Asn1Error::TooDeep);
                }
            }
        }
    }
    Err(Asn1Error::TooMany)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indefinite_element_ends_at_its_own_end_of_contents() {
        let octets = [0x30, 0x80, 0x24, 0x80, 0x04, 0x01, 0xAA, 0, 0, 0x02, 0x01, 0x05, 0, 0, 0x05, 0];
        let mut reader = Reader::new(&octets);
        let sequence = reader.read().unwrap();
        assert_eq!(sequence.content, &octets[2..12]);
        assert_eq!(reader.read().unwrap().tag, 0x05);
        assert!(reader.is_empty());
    }

    #[test]
    fn broken_lengths_are_errors() {
        for (octets, error) in [
            (&[0x30][..], Asn1Error::Truncated),
            (&[0x30, 0x02, 0x05], Asn1Error::Truncated),
            (&[0x04, 0x80, 0, 0], Asn1Error::InvalidLength),
            (&[0x30, 0xFF], Asn1Error::InvalidLength),
            (&[0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0], Asn1Error::InvalidLength),
            (&[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255], Asn1Error::InvalidLength),
            (&[0x30, 0x80, 0x05, 0], Asn1Error::Truncated),
            (&[0x1F, 0x81, 0x01, 0], Asn1Error::UnsupportedTag),
        ] {
            assert_eq!(Reader::new(octets).read(), Err(error), "{octets:02x?}");
        }
    }

    #[test]
    fn endless_lists_are_refused() {
        let octets: Vec<u8> = [0x05, 0x00].repeat(100_000);
        assert_eq!(Reader::new(&octets).elements(), Err(Asn1Error::TooMany));
    }

    #[test]
    fn endless_indefinite_length_is_refused_and_a_document_in_pieces_is_not() {
        let open = [0x24, 0x80];
        let endless = [&open[..], &[0x04, 0x00].repeat(1 << 20), &[0, 0]].concat();
        assert_eq!(Reader::new(&endless).read(), Err(Asn1Error::TooMany));
        let piece = [&[0x04, 0x82, 0x03, 0xE8][..], &[7; 1000]].concat();
        let pieces = [&open[..], &piece.repeat(33_000), &[0, 0]].concat();
        assert!(pieces.len() >= crate::cms::MAX_CONTAINER - (1 << 20));
        assert!(Reader::new(&pieces).read().is_ok());
    }

    #[test]
    fn deep_indefinite_nesting_is_refused() {
        let octets: Vec<u8> = [0x30, 0x80].repeat(100_000);
        assert_eq!(Reader::new(&octets).read(), Err(Asn1Error::TooDeep));
    }
}
