//! CAdES-LT: certificates and revocation data inside the container (EN 319 122-1 5.4, 6.3).

use semd_core::report::Message;
use time::OffsetDateTime;

use crate::asn1::{Writer, tag};
use crate::backend::SignError;
use crate::certificate::Certificate;
use crate::cms::{self, Additions, SignedData};
use crate::oid;
use crate::revocation::{Moment, RevocationData};
use crate::verify::{self, TrustStore};

/// Adds what is needed to judge the signature and its time stamps later without asking anybody: the certificates of all
/// chains, and for each certificate the list or the OCSP response that tells its status.
///
/// `trust` holds the anchors, intermediates and the revocation data to choose from; `now` is the moment of asking.
///
/// # Errors
/// The container cannot be read, a chain cannot be built, or a status is not known.
pub fn add_long_term(
    container: &[u8],
    trust: &TrustStore,
    now: OffsetDateTime,
) -> Result<Vec<u8>, SignError> {
    let octets = cms::decode(container)?;
    let data = SignedData::read(&octets)?;
    super::time_stamp::first_signer(&data)?;
    let (leaves, inside) = verify::certificates_to_keep(&octets, trust)?;
    let mut additions = Additions::default();
    for leaf in &leaves {
        let chain = trust.chain(leaf, &inside, now).ok_or_else(|| {
            SignError::Missing(Message::new(
                format!("цепочки для сертификата {}", leaf.facts().serial),
                format!("a chain for the certificate {}", leaf.facts().serial),
            ))
        })?;
        for pair in chain.windows(2) {
            keep_status(&pair[0], &pair[1], trust.revocation(), now, &mut additions)?;
        }
        for certificate in chain {
            let der = certificate.der().to_vec();
            if !additions.certificates.contains(&der) {
                additions.certificates.push(der);
            }
        }
    }
    Ok(cms::extend(&octets, additions)?)
}

/// Keeps the first item that alone tells the status of a certificate.
fn keep_status(
    certificate: &Certificate,
    issuer: &Certificate,
    known: &RevocationData,
    now: OffsetDateTime,
    additions: &mut Additions,
) -> Result<(), SignError> {
    let tells = |data: &RevocationData| data.status(certificate, issuer, Moment::now(now)).status.is_some();
    let list = known.crls().iter().find(|list| {
        let mut alone = RevocationData::new();
        alone.add_crl(list.der()).is_ok() && tells(&alone)
    });
    let encoded = match list {
        Some(list) => Some(list.der().to_vec()),
        None => {
            let response = known.responses().iter().find(|response| {
                let mut alone = RevocationData::new();
                alone.add_ocsp(response.der()).is_ok() && tells(&alone)
            });
            response.map(|response| other_format(response.der()))
        }
    };
    let encoded = encoded.ok_or_else(|| {
        SignError::Missing(Message::new(
            format!("статуса сертификата {}", certificate.facts().serial),
            format!("the status of the certificate {}", certificate.facts().serial),
        ))
    })?;
    if !additions.revocation.contains(&encoded) {
        additions.revocation.push(encoded);
    }
    Ok(())
}

/// An OCSP response as an element of SignedData.crls (RFC 5940).
fn other_format(response: &[u8]) -> Vec<u8> {
    Writer::build(|writer| {
        writer.constructed(tag::context(1), |other| {
            other.oid(&oid::OCSP_IN_CMS).raw(response);
        });
    })
}
