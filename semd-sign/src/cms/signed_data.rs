//! SignedData (RFC 5652 5.1) and SignerInfo (5.3).

use std::borrow::Cow;

use pkcs8::ObjectIdentifier;

use super::CmsError;
use super::attributes::{self, Attribute, SignedAttributes};
use crate::asn1::{Asn1Error, Element, Reader, octet_string, tag};
use crate::oid;

/// Certificates and signers beyond these are refused; a container of one person has one signer and a short chain.
const MAX_CERTIFICATES: usize = 64;
const MAX_SIGNERS: usize = 8;

/// A container.
#[derive(Clone, Debug)]
pub(crate) struct SignedData<'a> {
    /// eContentType.
    pub(crate) content_type: ObjectIdentifier,
    /// eContent; absent in a detached signature.
    pub(crate) content: Option<Cow<'a, [u8]>>,
    /// encapContentInfo as it stands.
    pub(crate) encapsulated: Element<'a>,
    /// Digest algorithms as they stand.
    pub(crate) digest_algorithms: Element<'a>,
    /// X.509 certificates, DER.
    pub(crate) certificates: Vec<&'a [u8]>,
    /// All elements of certificates, other formats included.
    pub(crate) certificate_choices: Vec<Element<'a>>,
    /// All elements of crls: lists and tagged other formats.
    pub(crate) revocation_choices: Vec<Element<'a>>,
    pub(crate) signers: Vec<SignerInfo<'a>>,
}

/// How a signer names its certificate.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SignerId<'a> {
    /// Issuer name with its header, and contents of the serial number.
    IssuerAndSerial { issuer: &'a [u8], serial: &'a [u8] },
    /// subjectKeyIdentifier.
    KeyId(&'a [u8]),
}

/// One signer.
#[derive(Clone, Debug)]
pub(crate) struct SignerInfo<'a> {
    pub(crate) id: SignerId<'a>,
    pub(crate) digest_algorithm: ObjectIdentifier,
    pub(crate) signed: Option<SignedAttributes<'a>>,
    pub(crate) signature_algorithm: ObjectIdentifier,
    pub(crate) signature: Cow<'a, [u8]>,
    pub(crate) unsigned: Vec<Attribute<'a>>,
    /// The fields as they stand: version, sid, digestAlgorithm, signedAttrs when present, signatureAlgorithm, signature.
    pub(crate) fields: Vec<Element<'a>>,
}

impl<'a> SignedData<'a> {
    /// Reads ContentInfo with SignedData from binary octets.
    pub(crate) fn read(octets: &'a [u8]) -> Result<Self, CmsError> {
        let mut outer = Reader::new(octets);
        let info = outer.expect(tag::SEQUENCE)?;
        outer.finish()?;
        let mut info = info.reader();
        let content_type = match info.read() {
            Ok(first) if first.tag == tag::OID => first.oid()?,
            Ok(_) => return Err(CmsError::NotCms),
            Err(error) => return Err(error.into()),
        };
        if content_type != oid::SIGNED_DATA {
            return Err(CmsError::NotSignedData(content_type));
        }
        let explicit = info.expect(tag::context(0))?;
        info.finish()?;
        let mut explicit = explicit.reader();
        let signed_data = explicit.expect(tag::SEQUENCE)?;
        explicit.finish()?;
        Ok(Self::read_fields(signed_data.reader())?)
    }

    fn read_fields(mut fields: Reader<'a>) -> Result<Self, Asn1Error> {
        fields.expect(tag::INTEGER)?;
        let digest_algorithms = fields.expect(tag::SET)?;
        let encapsulated = fields.expect(tag::SEQUENCE)?;
        let (content_type, content) = read_content(&encapsulated)?;
        let certificate_choices = read_choices(fields.optional(tag::context(0))?)?;
        let revocation_choices = read_choices(fields.optional(tag::context(1))?)?;
        // Other certificate formats are tagged and skipped.
        let plain = certificate_choices.iter().filter(|choice| choice.tag == tag::SEQUENCE);
        let certificates: Vec<_> = plain.map(|choice| choice.raw).collect();
        let signers = fields.expect(tag::SET)?.reader().elements()?;
        fields.finish()?;
        if certificates.len() > MAX_CERTIFICATES || signers.len() > MAX_SIGNERS {
            return Err(Asn1Error::TooMany);
        }
        Ok(Self {
            content_type,
            content,
            encapsulated,
            digest_algorithms,
            certificates,
            certificate_choices,
            revocation_choices,
            signers: signers.iter().map(SignerInfo::read).collect::<Result<_, _>>()?,
        })
    }
}

fn read_choices(set: Option<Element<'_>>) -> Result<Vec<Element<'_>>, Asn1Error> {
    set.map_or(Ok(Vec::new()), |set| set.reader().elements())
}

/// eContentType and eContent.
type Content<'a> = (ObjectIdentifier, Option<Cow<'a, [u8]>>);

/// Reads encapContentInfo.
fn read_content<'a>(info: &Element<'a>) -> Result<Content<'a>, Asn1Error> {
    let mut info = info.reader();
    let content_type = info.expect(tag::OID)?.oid()?;
    let content = match info.optional(tag::context(0))? {
        Some(explicit) => {
            let mut explicit = explicit.reader();
            let element = explicit.read()?;
            explicit.finish()?;
            if element.tag & !tag::CONSTRUCTED != tag::OCTET_STRING {
                element.require(tag::OCTET_STRING)?;
            }
            Some(octet_string(&element)?)
        }
        None => None,
    };
    info.finish()?;
    Ok((content_type, content))
}

impl<'a> SignerInfo<'a> {
    fn read(element: &Element<'a>) -> Result<Self, Asn1Error> {
        element.require(tag::SEQUENCE)?;
        let mut fields = element.reader();
        let mut stored = fields.elements()?;
        stored.retain(|field| field.tag != tag::context(1));
        fields.expect(tag::INTEGER)?;
        let id = match fields.optional(tag::context_primitive(0))? {
            Some(key_id) => SignerId::KeyId(key_id.content),
            None => {
                let mut name = fields.expect(tag::SEQUENCE)?.reader();
                let issuer = name.expect(tag::SEQUENCE)?.raw;
                let serial = name.expect(tag::INTEGER)?.content;
                name.finish()?;
                SignerId::IssuerAndSerial { issuer, serial }
            }
        };
        let digest_algorithm = read_algorithm(&mut fields)?;
        let signed = fields.optional(tag::context(0))?.map(|set| SignedAttributes::read(&set)).transpose()?;
        let signature_algorithm = read_algorithm(&mut fields)?;
        let signature = fields.read()?;
        if signature.tag & !tag::CONSTRUCTED != tag::OCTET_STRING {
            signature.require(tag::OCTET_STRING)?;
        }
        let unsigned =
            fields.optional(tag::context(1))?.map_or(Ok(Vec::new()), |set| attributes::read(&set))?;
        fields.finish()?;
        Ok(Self {
            id,
            digest_algorithm,
            signed,
            signature_algorithm,
            signature: octet_string(&signature)?,
            unsigned,
            fields: stored,
        })
    }

    /// The values of the unsigned attributes with this identifier.
    pub(crate) fn unsigned_values(&self, oid: &ObjectIdentifier) -> impl Iterator<Item = &Element<'a>> {
        let oid = *oid;
        self.unsigned
            .iter()
            .filter(move |attribute| attribute.oid == oid)
            .flat_map(|attribute| &attribute.values)
    }

    /// The signed attributes with this identifier; more than one is an error of the signature.
    pub(crate) fn signed_attributes(&self, oid: &ObjectIdentifier) -> Vec<&Attribute<'a>> {
        let all = self.signed.as_ref().map_or(&[][..], |signed| &signed.attributes);
        all.iter().filter(|attribute| attribute.oid == *oid).collect()
    }
}

/// The identifier of an algorithm. Parameters of GOST digests and signatures are absent or NULL; nothing else hangs
/// on them, because the key names its own parameter set.
fn read_algorithm(fields: &mut Reader<'_>) -> Result<ObjectIdentifier, Asn1Error> {
    fields.expect(tag::SEQUENCE)?.reader().expect(tag::OID)?.oid()
}
