//! A writer of DER.

use pkcs8::ObjectIdentifier;

use super::tag;

/// Appends identifier and length octets.
pub(crate) fn write_header(out: &mut Vec<u8>, tag: u8, length: usize) {
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8);
        return;
    }
    let octets = length.to_be_bytes();
    let significant = &octets[octets.iter().take_while(|octet| **octet == 0).count()..];
    out.push(0x80 | significant.len() as u8);
    out.extend_from_slice(significant);
}

/// Identifier and length octets that an element of this length needs.
pub(crate) fn header_length(length: usize) -> usize {
    let significant = (usize::BITS - length.leading_zeros()).div_ceil(8) as usize;
    if length < 0x80 { 2 } else { 2 + significant }
}

/// Collects the encodings of consecutive elements.
#[derive(Default)]
pub(crate) struct Writer {
    octets: Vec<u8>,
}

impl Writer {
    /// What `build` writes, as octets.
    pub(crate) fn build(build: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut writer = Self::default();
        build(&mut writer);
        writer.octets
    }

    /// An element with these contents.
    pub(crate) fn primitive(&mut self, tag: u8, content: &[u8]) -> &mut Self {
        write_header(&mut self.octets, tag, content.len());
        self.octets.extend_from_slice(content);
        self
    }

    /// An element whose contents are what `build` writes.
    pub(crate) fn constructed(&mut self, tag: u8, build: impl FnOnce(&mut Self)) -> &mut Self {
        let content = Self::build(build);
        self.primitive(tag, &content)
    }

    /// SEQUENCE.
    pub(crate) fn sequence(&mut self, build: impl FnOnce(&mut Self)) -> &mut Self {
        self.constructed(tag::SEQUENCE, build)
    }

    /// SET OF: the encodings sorted as X.690 11.6 demands.
    pub(crate) fn set_of(&mut self, tag: u8, mut elements: Vec<Vec<u8>>) -> &mut Self {
        elements.sort();
        self.primitive(tag, &elements.concat())
    }

    /// OBJECT IDENTIFIER.
    pub(crate) fn oid(&mut self, oid: &ObjectIdentifier) -> &mut Self {
        self.primitive(tag::OID, oid.as_bytes())
    }

    /// INTEGER from the octets of a non-negative number, big-endian.
    pub(crate) fn unsigned(&mut self, number: &[u8]) -> &mut Self {
        let significant = &number[number.iter().take_while(|octet| **octet == 0).count()..];
        let mut content = Vec::with_capacity(significant.len() + 1);
        if significant.first().is_none_or(|first| *first >= 0x80) {
            content.push(0);
        }
        content.extend_from_slice(significant);
        self.primitive(tag::INTEGER, &content)
    }

    /// BIT STRING without unused bits.
    pub(crate) fn bit_string(&mut self, octets: &[u8]) -> &mut Self {
        let content = [&[0], octets].concat();
        self.primitive(tag::BIT_STRING, &content)
    }

    /// OCTET STRING.
    pub(crate) fn octet_string(&mut self, octets: &[u8]) -> &mut Self {
        self.primitive(tag::OCTET_STRING, octets)
    }

    /// An element that is encoded already.
    pub(crate) fn raw(&mut self, encoded: &[u8]) -> &mut Self {
        self.octets.extend_from_slice(encoded);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_header_is_that_of_the_written_one() {
        for length in [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x1_0000, 0xFF_FFFF, 0x100_0000] {
            let mut header = Vec::new();
            write_header(&mut header, tag::SEQUENCE, length);
            assert_eq!(header_length(length), header.len(), "{length}");
        }
    }

    #[test]
    fn lengths_and_integers_are_minimal() {
        let octets = Writer::build(|writer| {
            writer.unsigned(&[0, 0, 0x80]).unsigned(&[]).octet_string(&[0; 200]);
        });
        assert_eq!(octets[..11], [0x02, 0x02, 0x00, 0x80, 0x02, 0x01, 0x00, 0x04, 0x81, 200, 0]);
    }

    #[test]
    fn set_of_is_sorted_by_encoding() {
        let octets = Writer::build(|writer| {
            writer.set_of(tag::SET, vec![vec![0x04, 0x01, 9], vec![0x02, 0x01, 1], vec![0x04, 0x01, 3]]);
        });
        assert_eq!(octets, [0x31, 0x09, 0x02, 0x01, 1, 0x04, 0x01, 3, 0x04, 0x01, 9]);
    }
}
