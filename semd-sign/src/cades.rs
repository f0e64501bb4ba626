//! CAdES-BES: the signature format the register takes (ETSI EN 319 122-1; RFC 5126).

use time::OffsetDateTime;

use crate::asn1::{Writer, tag, write_time};
use crate::backend::{SignError, Signer};
use crate::certificate::Certificate;
use crate::cms::{self, SignedDataParts};
use crate::digest::Streebog;
use crate::{oid, verify};

/// Signs `content` and returns a detached CAdES-BES container, DER: one signer, its certificate inside, signed
/// attributes contentType, signingTime, messageDigest and signing-certificate-v2.
///
/// `signing_time` is the claim that goes into the signature, cut to seconds. The container is verified before it is
/// returned.
///
/// # Errors
/// The key cannot be used, or the new signature does not verify.
///
/// ```
/// use semd_sign::pki::{Subject, TestAuthority};
/// use semd_sign::{SoftwareSigner, cades, gost::ParameterSet};
/// use time::{Duration, macros::datetime};
///
/// let now = datetime!(2026-05-20 10:00 UTC);
/// let set = ParameterSet::by_oid(ParameterSet::XCHA).expect("a known set");
/// let authority = TestAuthority::create("Пример", set, now, Duration::days(365))?;
/// let issued = authority.issue(&Subject::sample_person(), set, now, Duration::days(90))?;
/// let signer = SoftwareSigner::new(issued.key, issued.certificate)?;
/// let container = cades::sign_detached(&signer, b"<ClinicalDocument/>", now)?;
/// assert_eq!(container[0], 0x30);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sign_detached(
    signer: &dyn Signer,
    content: &[u8],
    signing_time: OffsetDateTime,
) -> Result<Vec<u8>, SignError> {
    let certificate = signer.certificate();
    let key = certificate.public_key().map_err(|error| SignError::CertificateKey(error.clone()))?;
    let digest = key.parameter_set().digest;
    let attributes = vec![
        attribute(&oid::CONTENT_TYPE, |value| {
            value.oid(&oid::DATA);
        }),
        attribute(&oid::SIGNING_TIME, |value| write_time(value, signing_time)),
        attribute(&oid::MESSAGE_DIGEST, |value| {
            value.octet_string(&digest.digest(content));
        }),
        attribute(&oid::SIGNING_CERTIFICATE_V2, |value| signing_certificate(value, certificate, digest)),
    ];
    let signature = signer.sign(&cms::attributes_to_sign(&attributes))?;
    let container =
        cms::write_signed_data(SignedDataParts { digest, certificate, attributes, signature: &signature });
    if verify::is_cryptographically_valid(&container, content) {
        Ok(container)
    } else {
        Err(SignError::SelfCheck)
    }
}

fn attribute(oid: &pkcs8::ObjectIdentifier, value: impl FnOnce(&mut Writer)) -> Vec<u8> {
    Writer::build(|writer| {
        writer.sequence(|attribute| {
            attribute.oid(oid).constructed(tag::SET, value);
        });
    })
}

/// SigningCertificateV2 (RFC 5035 3) with one ESSCertIDv2: the digest of the certificate, its issuer and serial.
fn signing_certificate(writer: &mut Writer, certificate: &Certificate, digest: Streebog) {
    writer.sequence(|signing_certificate| {
        signing_certificate.sequence(|identifiers| {
            identifiers.sequence(|identifier| {
                identifier
                    .sequence(|algorithm| {
                        algorithm.oid(&digest.oid());
                    })
                    .octet_string(&digest.digest(certificate.der()))
                    .sequence(|issuer_serial| {
                        issuer_serial
                            .sequence(|names| {
                                names.primitive(tag::context(4), certificate.issuer_raw());
                            })
                            .primitive(tag::INTEGER, certificate.serial_raw());
                    });
            });
        });
    });
}
