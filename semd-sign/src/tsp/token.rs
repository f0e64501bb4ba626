//! TSTInfo (RFC 3161 2.4.2): what a time stamp authority signs.

use time::OffsetDateTime;

use crate::asn1::{Asn1Error, Element, Reader, read_time, tag};
use crate::crypto::HashFunction;

/// The statement of a time stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TstInfo {
    /// Hash function of the imprint; `None` when it is unknown.
    pub(crate) hash: Option<HashFunction>,
    /// The digest that was stamped.
    pub(crate) imprint: Vec<u8>,
    /// When it existed. Fractions of a second are cut off.
    pub(crate) time: OffsetDateTime,
    /// The nonce of the request, contents of the INTEGER.
    pub(crate) nonce: Option<Vec<u8>>,
}

impl TstInfo {
    /// Reads the content of a token.
    pub(crate) fn read(octets: &[u8]) -> Result<Self, Asn1Error> {
        let mut fields = Reader::single(octets, tag::SEQUENCE)?.reader();
        if fields.expect(tag::INTEGER)?.content != [1] {
            return Err(Asn1Error::InvalidValue { tag: tag::INTEGER });
        }
        // The policy of the authority; which ones are good enough is nobody's business here.
        fields.expect(tag::OID)?;
        let (hash, imprint) = read_imprint(&fields.expect(tag::SEQUENCE)?)?;
        fields.expect(tag::INTEGER)?;
        let time = read_gen_time(&fields.expect(tag::GENERALIZED_TIME)?)?;
        fields.optional(tag::SEQUENCE)?;
        fields.optional(tag::BOOLEAN)?;
        let nonce = fields.optional(tag::INTEGER)?.map(|nonce| nonce.content.to_vec());
        fields.optional(tag::context(0))?;
        let extensions = fields.optional(tag::context(1))?;
        fields.finish()?;
        if let Some(extensions) = extensions
            && has_critical(&extensions)?
        {
            return Err(Asn1Error::InvalidValue { tag: tag::context(1) });
        }
        Ok(Self { hash, imprint, time, nonce })
    }

    /// Whether this is the imprint of `data`.
    pub(crate) fn is_of(&self, data: &[u8]) -> bool {
        self.hash.is_some_and(|hash| hash.resists_collisions() && hash.digest(data) == self.imprint)
    }
}

/// MessageImprint: hash function, if known, and digest.
pub(super) fn read_imprint(element: &Element<'_>) -> Result<(Option<HashFunction>, Vec<u8>), Asn1Error> {
    let mut fields = element.reader();
    let hash = HashFunction::by_oid(&fields.expect(tag::SEQUENCE)?.reader().expect(tag::OID)?.oid()?);
    let digest = fields.expect(tag::OCTET_STRING)?.content.to_vec();
    fields.finish()?;
    Ok((hash, digest))
}

/// genTime may have a fraction of a second, which other times must not.
fn read_gen_time(element: &Element<'_>) -> Result<OffsetDateTime, Asn1Error> {
    let error = Asn1Error::InvalidValue { tag: tag::GENERALIZED_TIME };
    let Some(point) = element.content.iter().position(|octet| *octet == b'.') else {
        return read_time(element).map(|(time, _)| time);
    };
    let (whole, fraction) = element.content.split_at(point);
    match fraction {
        [b'.', digits @ .., b'Z'] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
            let whole = [whole, b"Z"].concat();
            let element = Element { tag: tag::GENERALIZED_TIME, raw: &whole, content: &whole };
            read_time(&element).map(|(time, _)| time)
        }
        _ => Err(error),
    }
}

/// Whether an extension is critical: none is understood here.
fn has_critical(extensions: &Element<'_>) -> Result<bool, Asn1Error> {
    let extensions = extensions.reader().elements()?;
    let mut critical = false;
    for extension in &extensions {
        let mut fields = extension.reader();
        fields.expect(tag::OID)?;
        critical |= fields.optional(tag::BOOLEAN)?.is_some_and(|critical| critical.content != [0]);
    }
    Ok(critical)
}
