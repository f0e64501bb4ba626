//! Attributes of a signer, signed and unsigned.

use pkcs8::ObjectIdentifier;

use crate::asn1::{Asn1Error, Element, Writer, tag, to_der};

/// One attribute: identifier and values as they stand.
#[derive(Clone, Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) oid: ObjectIdentifier,
    pub(crate) values: Vec<Element<'a>>,
}

/// Reads the attributes of a SET.
pub(super) fn read<'a>(set: &Element<'a>) -> Result<Vec<Attribute<'a>>, Asn1Error> {
    let elements = set.reader().elements()?;
    elements
        .iter()
        .map(|element| {
            element.require(tag::SEQUENCE)?;
            let mut reader = element.reader();
            let oid = reader.expect(tag::OID)?.oid()?;
            let values = reader.expect(tag::SET)?.reader().elements()?;
            reader.finish()?;
            Ok(Attribute { oid, values })
        })
        .collect()
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
