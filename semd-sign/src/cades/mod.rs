//! CAdES: the signature format the register takes (ETSI EN 319 122-1; RFC 5126), from BES to A.
//!
//! [`sign_detached`] and [`sign`] make CAdES-BES; [`add_time_stamp`], [`add_long_term`] and [`add_archive_time_stamp`] raise
//! a container level by level. Nothing here opens a connection: who asks a time stamp authority implements
//! [`TimeStampSource`].

mod archive;
mod inspect;
mod long_term;
mod time_stamp;

use time::OffsetDateTime;

use crate::asn1::{Writer, tag, write_time};
use crate::backend::command::CommandError;
use crate::backend::{SignError, Signer};
use crate::certificate::Certificate;
use crate::cms::{self, SignedData, SignedDataParts};
use crate::crypto::HashFunction;
use crate::oid;
use crate::verify::{self, Content, Digests};

pub use archive::add_archive_time_stamp;
pub use inspect::{Intact, Level, inspect};
pub use long_term::add_long_term;
pub use time_stamp::{TimeStampSource, add_time_stamp};

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
pub fn sign_detached<'a>(
    signer: &dyn Signer,
    content: impl Into<Content<'a>>,
    signing_time: OffsetDateTime,
) -> Result<Vec<u8>, SignError> {
    sign_digests(signer, &Digests::new(content.into()), signing_time, None)
}

/// Where the document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Outside the container: what the register takes.
    Detached,
    /// Inside the container.
    Attached,
}

/// Signs `content` as [`sign_detached`] does, with the document outside the container or inside.
///
/// # Errors
/// The key cannot be used, or the new signature does not verify.
pub fn sign(
    signer: &dyn Signer,
    content: &[u8],
    signing_time: OffsetDateTime,
    placement: Placement,
) -> Result<Vec<u8>, SignError> {
    let inside = (placement == Placement::Attached).then_some(content);
    sign_digests(signer, &Digests::new(Content::Bytes(content)), signing_time, inside)
}

/// Signs a document that is hashed once, for the attributes and for the verification of the result.
fn sign_digests(
    signer: &dyn Signer,
    document: &Digests<'_>,
    signing_time: OffsetDateTime,
    inside: Option<&[u8]>,
) -> Result<Vec<u8>, SignError> {
    let certificate = signer.certificate();
    if signer.makes_containers() {
        return ready_container(signer, document, inside);
    }
    let algorithm = signer.algorithm()?;
    let digest = document.get(algorithm.hash(), None).ok_or(SignError::NoDigest)?;
    let attributes = signed_attributes(&oid::DATA, &digest, signing_time, certificate, algorithm.hash());
    let signature = signer.sign(&cms::attributes_to_sign(&attributes))?;
    let container = cms::write_signed_data(SignedDataParts {
        content_type: &oid::DATA,
        content: inside,
        algorithm,
        certificate,
        certificate_inside: true,
        attributes,
        signature: &signature,
    });
    if verify::is_signed_by(&container, document, certificate) {
        Ok(container)
    } else {
        Err(SignError::SelfCheck)
    }
}

/// The container of a holder of keys that gives nothing smaller, after a look at what it is.
fn ready_container(
    signer: &dyn Signer,
    document: &Digests<'_>,
    inside: Option<&[u8]>,
) -> Result<Vec<u8>, SignError> {
    let content = document.bytes().filter(|_| inside.is_none()).ok_or(CommandError::DocumentsOnly)?;
    let container = cms::decode(&signer.container(content)?)?.into_owned();
    let data = SignedData::read(&container)?;
    if data.signers.len() == 1
        && data.certificates.iter().any(|der| *der == signer.certificate().der())
        && data.content.is_none()
        && verify::is_signed_by(&container, document, signer.certificate())
    {
        Ok(container)
    } else {
        Err(SignError::SelfCheck)
    }
}

/// contentType, signingTime, messageDigest and signing-certificate-v2, DER. `digest` is the content's, by `hash`, which
/// also names the certificate.
pub(crate) fn signed_attributes(
    content_type: &pkcs8::ObjectIdentifier,
    digest: &[u8],
    signing_time: OffsetDateTime,
    certificate: &Certificate,
    hash: HashFunction,
) -> Vec<Vec<u8>> {
    vec![
        attribute(&oid::CONTENT_TYPE, |value| {
            value.oid(content_type);
        }),
        attribute(&oid::SIGNING_TIME, |value| write_time(value, signing_time)),
        attribute(&oid::MESSAGE_DIGEST, |value| {
            value.octet_string(digest);
        }),
        attribute(&oid::SIGNING_CERTIFICATE_V2, |value| signing_certificate(value, certificate, hash)),
    ]
}

fn attribute(oid: &pkcs8::ObjectIdentifier, value: impl FnOnce(&mut Writer)) -> Vec<u8> {
    Writer::build(|writer| {
        writer.sequence(|attribute| {
            attribute.oid(oid).constructed(tag::SET, value);
        });
    })
}

/// SigningCertificateV2 (RFC 5035 3) with one ESSCertIDv2: the digest of the certificate, its issuer and serial.
fn signing_certificate(writer: &mut Writer, certificate: &Certificate, hash: HashFunction) {
    writer.sequence(|signing_certificate| {
        signing_certificate.sequence(|identifiers| {
            identifiers.sequence(|identifier| {
                // SHA-256 is the default and is therefore not written.
                if hash != HashFunction::Sha256 {
                    identifier.sequence(|algorithm| {
                        algorithm.oid(&hash.oid());
                    });
                }
                identifier.octet_string(&certificate.digest(hash)).sequence(|issuer_serial| {
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
