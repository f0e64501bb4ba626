//! Certificates that a message brings for its own verification.

use semd_core::xml::{Document, ElementId};

use super::algorithm::NAMESPACE;
use super::error::XmlSignatureError;
use super::{Limits, ids, structure};
use crate::certificate::Certificate;

/// Namespace of WS-Security.
pub const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

/// The certificates that `KeyInfo` holds or points at: `X509Data`, or a `BinarySecurityToken` of WS-Security. What it says
/// about keys in other words is passed over.
///
/// # Errors
/// A token is absent or not unique, or a certificate cannot be read.
pub(super) fn certificates(
    document: &Document<'_>,
    key_info: Option<ElementId>,
    limits: &Limits,
) -> Result<Vec<Certificate>, XmlSignatureError> {
    let Some(key_info) = key_info else { return Ok(Vec::new()) };
    let mut certificates = Vec::new();
    let mut add = |element, name| {
        if certificates.len() == limits.certificates {
            return Err(XmlSignatureError::TooMany { what: "X509Certificate", limit: limits.certificates });
        }
        certificates.push(Certificate::from_bytes(&structure::octets(document, element, name)?)?);
        Ok(())
    };
    for data in document.children_named(key_info, NAMESPACE, "X509Data") {
        for certificate in document.children_named(data, NAMESPACE, "X509Certificate") {
            add(certificate, "X509Certificate")?;
        }
    }
    for holder in document.children_named(key_info, WSSE, "SecurityTokenReference") {
        for reference in document.children_named(holder, WSSE, "Reference") {
            let uri = document.attribute(reference, "", "URI").unwrap_or("");
            let id = uri
                .strip_prefix('#')
                .ok_or_else(|| XmlSignatureError::External { uri: super::error::cut(uri) })?;
            let token = ids::find(document, id)?;
            if document.local_name(token) != "BinarySecurityToken" || document.namespace(token) != WSSE {
                return Err(XmlSignatureError::Malformed { element: "BinarySecurityToken" });
            }
            add(token, "BinarySecurityToken")?;
        }
    }
    Ok(certificates)
}
