//! Certificates and revocation data that a container carries along, in every place where it may.

use crate::asn1::{Asn1Error, Element, Reader, tag};
use crate::certificate::Certificate;
use crate::cms::{SignedData, SignerInfo};
use crate::oid;
use crate::revocation::{OcspResponse, RevocationData};

/// Lists and responses taken from one container.
const MAX_ITEMS: usize = 64;

/// SignedData.crls: lists (RFC 5652 10.2.1) and OCSP responses (RFC 5940). What cannot be read is passed over: nothing is
/// believed because it is there, and a list may come from elsewhere.
pub(super) fn of_container(data: &SignedData<'_>, revocation: &mut RevocationData) {
    for choice in data.revocation_choices.iter().take(MAX_ITEMS) {
        if choice.tag == tag::SEQUENCE {
            let _ = revocation.add_crl(choice.raw);
        } else if choice.tag == tag::context(1) {
            let mut other = choice.reader();
            let is_ocsp = other.expect(tag::OID).and_then(|oid| oid.oid()) == Ok(oid::OCSP_IN_CMS);
            if let (true, Ok(response)) = (is_ocsp, other.read()) {
                let _ = revocation.add_ocsp(response.raw);
            }
        }
    }
}

/// certificate-values and revocation-values (EN 319 122-1 A.1.1.2, A.1.2.2).
pub(super) fn of_signer(
    signer: &SignerInfo<'_>,
    certificates: &mut Vec<Certificate>,
    revocation: &mut RevocationData,
) {
    for values in signer.unsigned_values(&oid::CERTIFICATE_VALUES) {
        let values = values.reader().elements().unwrap_or_default();
        certificates.extend(
            values.iter().take(MAX_ITEMS).filter_map(|value| Certificate::from_bytes(value.raw).ok()),
        );
    }
    for values in signer.unsigned_values(&oid::REVOCATION_VALUES) {
        let _ = of_values(values, revocation);
    }
}

fn of_values(values: &Element<'_>, revocation: &mut RevocationData) -> Result<(), Asn1Error> {
    let mut fields = values.reader();
    if let Some(lists) = fields.optional(tag::context(0))? {
        for list in Reader::single(lists.content, tag::SEQUENCE)?.reader().elements()?.iter().take(MAX_ITEMS)
        {
            let _ = revocation.add_crl(list.raw);
        }
    }
    if let Some(responses) = fields.optional(tag::context(1))? {
        let responses = Reader::single(responses.content, tag::SEQUENCE)?.reader().elements()?;
        for basic in responses.iter().take(MAX_ITEMS) {
            if let Ok(response) = OcspResponse::from_basic(basic.raw) {
                let _ = revocation.add_ocsp(response.der());
            }
        }
    }
    Ok(())
}
