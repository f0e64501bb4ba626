//! Attributes of a signer, signed and unsigned.

use pkcs8::ObjectIdentifier;

use crate::asn1::{Asn1Error, Element, Reader, Writer, tag, to_der};

/// Attributes of a signer, and values of one attribute, beyond these are refused: a signature has about ten with one
/// value each, and every value costs twenty times its two octets.
const MAX_ATTRIBUTES: usize = 64;

/// One attribute: identifier and values as they stand.
#[derive(Clone, Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) oid: ObjectIdentifier,
    pub(crate) values: Vec<Element<'a>>,
}

impl Attribute<'_> {
    /// The attribute in DER, its values sorted.
    pub(super) fn to_der(&self) -> Result<Vec<u8>, Asn1Error> {
        let values = self.values.iter().map(to_der).collect::<Result<Vec<_>, _>>()?;
        Ok(Writer::build(|writer| {
            writer.sequence(|attribute| {
                attribute.oid(&self.oid).set_of(tag::SET, values);
            });
        }))
    }
}

/// Reads the attributes of a SET.
pub(super) fn read<'a>(set: &Element<'a>) -> Result<Vec<Attribute<'a>>, Asn1Error> {
    let elements = few(set.reader())?;
    elements
        .iter()
        .map(|element| {
            element.require(tag::SEQUENCE)?;
            let mut reader = element.reader();
            let oid = reader.expect(tag::OID)?.oid()?;
            let values = few(reader.expect(tag::SET)?.reader())?;
            reader.finish()?;
            Ok(Attribute { oid, values })
        })
        .collect()
}

fn few(reader: Reader<'_>) -> Result<Vec<Element<'_>>, Asn1Error> {
    let elements = reader.elements()?;
    if elements.len() > MAX_ATTRIBUTES { Err(Asn1Error::TooMany) } else { Ok(elements) }
}

/// The signed attributes, with the octets the signature covers.
#[derive(Clone, Debug)]
pub(crate) struct SignedAttributes<'a> {
    pub(crate) attributes: Vec<Attribute<'a>>,
    /// DER of the SET OF with sorted elements: what RFC 5652 5.4 says is signed.
    pub(crate) sorted: Vec<u8>,
    /// The same in the stored order, where that differs: what some programs sign.
    pub(crate) as_stored: Option<Vec<u8>>,
}

impl<'a> SignedAttributes<'a> {
    /// Reads `[0] IMPLICIT SET OF Attribute`.
    pub(super) fn read(element: &Element<'a>) -> Result<Self, Asn1Error> {
        let attributes = read(element)?;
        let encodings = element.reader().elements()?;
        let encodings = encodings.iter().map(to_der).collect::<Result<Vec<_>, _>>()?;
        let stored = Writer::build(|writer| {
            writer.primitive(tag::SET, &encodings.concat());
        });
        let sorted = Writer::build(|writer| {
            writer.set_of(tag::SET, encodings);
        });
        Ok(Self { attributes, as_stored: (stored != sorted).then_some(stored), sorted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crowds_of_attributes_and_of_values_are_refused() {
        let attribute = |values: usize| {
            Writer::build(|writer| {
                writer.sequence(|attribute| {
                    attribute.oid(&crate::oid::DATA).primitive(tag::SET, &[0x05, 0x00].repeat(values));
                });
            })
        };
        let set = |attributes: usize, values: usize| {
            Writer::build(|writer| {
                writer.primitive(tag::context(0), &attribute(values).repeat(attributes));
            })
        };
        let read =
            |octets: &[u8]| read(&Reader::new(octets).read().unwrap()).map(|attributes| attributes.len());
        assert_eq!(read(&set(MAX_ATTRIBUTES, MAX_ATTRIBUTES)), Ok(MAX_ATTRIBUTES));
        assert_eq!(read(&set(MAX_ATTRIBUTES + 1, 1)), Err(Asn1Error::TooMany));
        assert_eq!(read(&set(1, MAX_ATTRIBUTES + 1)), Err(Asn1Error::TooMany));
    }
}
