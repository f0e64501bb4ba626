//! Building and signing a certificate (RFC 5280 4.1).

use std::path::Path;

use pkcs8::ObjectIdentifier;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::PkiError;
use super::authority::write_new;
use crate::asn1::{Writer, tag, write_time};
use crate::certificate::Certificate;
use crate::gost::{GostError, PublicKey};
use crate::key::{KeyError, PrivateKey};
use crate::{oid, spki};

/// A new key and its certificate.
#[derive(Debug)]
pub struct Issued {
    /// The private key.
    pub key: PrivateKey,
    /// Its certificate.
    pub certificate: Certificate,
}

impl Issued {
    /// The key as PKCS#8 PEM, encrypted when there is a password.
    ///
    /// # Errors
    /// Encrypting failed.
    pub fn key_pem(&self, password: Option<&[u8]>) -> Result<Zeroizing<String>, KeyError> {
        self.key.to_pem(password)
    }

    /// The certificate as PEM.
    pub fn certificate_pem(&self) -> String {
        self.certificate.to_pem()
    }

    /// Writes `NAME.key` (readable by its owner only, encrypted when there is a password) and `NAME.crt`.
    ///
    /// # Errors
    /// The folder holds such files already, or cannot be written.
    pub fn save(&self, folder: &Path, name: &str, password: Option<&[u8]>) -> Result<(), PkiError> {
        write_new(&folder.join(format!("{name}.key")), self.key_pem(password)?.as_bytes(), true)?;
        write_new(&folder.join(format!("{name}.crt")), self.certificate_pem().as_bytes(), false)
    }
}

/// What a certificate will say.
pub(super) struct Draft<'a> {
    pub(super) issuer: &'a [u8],
    /// The issuer's key, for authorityKeyIdentifier.
    pub(super) issuer_key: &'a PublicKey,
    pub(super) subject: &'a [u8],
    pub(super) key: &'a PublicKey,
    pub(super) not_before: OffsetDateTime,
    pub(super) not_after: OffsetDateTime,
    pub(super) kind: Kind,
    pub(super) urls: &'a ServiceUrls,
}

/// Where the services of the issuer are, as its certificates say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceUrls {
    /// The OCSP responder (authorityInfoAccess).
    pub ocsp: Option<String>,
    /// The revocation list (cRLDistributionPoints).
    pub crl: Option<String>,
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Issues certificates and revocation lists; at most this many authorities below.
    Authority(Option<u8>),
    /// Signs documents.
    Signer,
    /// Serves signers.
    Service(Service),
}

/// What the certificate of a service is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Time stamps (RFC 3161 2.3).
    TimeStamping,
    /// OCSP responses (RFC 6960 4.2.2.2).
    Ocsp,
}

impl Draft<'_> {
    /// Signs the certificate with the issuer's key.
    pub(super) fn sign(&self, issuer: &PrivateKey) -> Result<Certificate, PkiError> {
        let mut serial = [0; 16];
        getrandom::fill(&mut serial).map_err(|_| GostError::NoRandomness)?;
        // Positive and of full length, so that it never loses an octet.
        serial[0] = serial[0] & 0x7F | 0x40;
        let tbs = self.to_be_signed(&serial, &signature_algorithm(issuer));
        Ok(Certificate::from_bytes(&signed(issuer, &tbs)?)?)
    }

    fn to_be_signed(&self, serial: &[u8], algorithm: &[u8]) -> Vec<u8> {
        Writer::build(|writer| {
            writer.sequence(|tbs| {
                tbs.constructed(tag::context(0), |version| {
                    version.unsigned(&[2]);
                })
                .unsigned(serial)
                .raw(algorithm)
                .raw(self.issuer)
                .sequence(|validity| {
                    write_time(validity, self.not_before);
                    write_time(validity, self.not_after);
                })
                .raw(self.subject);
                spki::write(tbs, self.key);
                tbs.constructed(tag::context(3), |explicit| {
                    explicit.sequence(|extensions| self.write_extensions(extensions));
                });
            });
        })
    }

    fn write_extensions(&self, extensions: &mut Writer) {
        if let Kind::Authority(path_length) = self.kind {
            extension(extensions, &oid::BASIC_CONSTRAINTS, true, |value| {
                value.sequence(|constraints| {
                    constraints.primitive(tag::BOOLEAN, &[0xFF]);
                    if let Some(path_length) = path_length {
                        constraints.unsigned(&[path_length]);
                    }
                });
            });
        }
        // BIT STRINGs of RFC 5280 4.2.1.3: keyCertSign and cRLSign, or digitalSignature and nonRepudiation.
        let usage: &[u8] = if matches!(self.kind, Kind::Authority(_)) { &[1, 0x06] } else { &[6, 0xC0] };
        extension(extensions, &oid::KEY_USAGE, true, |value| {
            value.primitive(tag::BIT_STRING, usage);
        });
        extension(extensions, &oid::SUBJECT_KEY_IDENTIFIER, false, |value| {
            value.octet_string(&key_identifier(self.key));
        });
        extension(extensions, &oid::AUTHORITY_KEY_IDENTIFIER, false, |value| {
            value.sequence(|identifier| {
                identifier.primitive(tag::context_primitive(0), &key_identifier(self.issuer_key));
            });
        });
        extension(extensions, &oid::CERTIFICATE_POLICIES, false, |value| {
            value.sequence(|policies| {
                for class in [&oid::CLASS_KC1, &oid::CLASS_KC2] {
                    policies.sequence(|policy| {
                        policy.oid(class);
                    });
                }
            });
        });
        self.write_urls(extensions);
        match self.kind {
            Kind::Authority(_) => return,
            Kind::Service(service) => return write_service_extensions(extensions, service),
            Kind::Signer => {}
        }
        extension(extensions, &oid::EXTENDED_KEY_USAGE, false, |value| {
            value.sequence(|purposes| {
                purposes.oid(&oid::CLIENT_AUTH).oid(&oid::EMAIL_PROTECTION);
            });
        });
        const TOOL: &[u8] = "TEST semd (не является СКЗИ)".as_bytes();
        extension(extensions, &oid::SUBJECT_SIGN_TOOL, false, |value| {
            value.primitive(tag::UTF8_STRING, TOOL);
        });
        extension(extensions, &oid::ISSUER_SIGN_TOOL, false, |value| {
            value.sequence(|tools| {
                for text in [TOOL, TOOL, b"TEST", b"TEST"] {
                    tools.primitive(tag::UTF8_STRING, text);
                }
            });
        });
        extension(extensions, &oid::IDENTIFICATION_KIND, false, |value| {
            value.unsigned(&[]);
        });
    }
}

impl Draft<'_> {
    fn write_urls(&self, extensions: &mut Writer) {
        if let Some(url) = &self.urls.ocsp {
            extension(extensions, &oid::AUTHORITY_INFO_ACCESS, false, |value| {
                value.sequence(|descriptions| {
                    descriptions.sequence(|description| {
                        description
                            .oid(&oid::ACCESS_OCSP)
                            .primitive(tag::context_primitive(6), url.as_bytes());
                    });
                });
            });
        }
        if let Some(url) = &self.urls.crl {
            extension(extensions, &oid::CRL_DISTRIBUTION_POINTS, false, |value| {
                value.sequence(|points| {
                    points.sequence(|point| {
                        point.constructed(tag::context(0), |name| {
                            name.constructed(tag::context(0), |full| {
                                full.primitive(tag::context_primitive(6), url.as_bytes());
                            });
                        });
                    });
                });
            });
        }
    }
}

fn write_service_extensions(extensions: &mut Writer, service: Service) {
    let (purpose, critical) = match service {
        Service::TimeStamping => (&oid::TIME_STAMPING, true),
        Service::Ocsp => (&oid::OCSP_SIGNING, false),
    };
    extension(extensions, &oid::EXTENDED_KEY_USAGE, critical, |value| {
        value.sequence(|purposes| {
            purposes.oid(purpose);
        });
    });
    if service == Service::Ocsp {
        extension(extensions, &oid::OCSP_NO_CHECK, false, |value| {
            value.primitive(tag::NULL, &[]);
        });
    }
}

pub(super) fn extension(
    extensions: &mut Writer,
    oid: &ObjectIdentifier,
    critical: bool,
    value: impl FnOnce(&mut Writer),
) {
    let value = Writer::build(value);
    extensions.sequence(|extension| {
        extension.oid(oid);
        if critical {
            extension.primitive(tag::BOOLEAN, &[0xFF]);
        }
        extension.octet_string(&value);
    });
}

/// The AlgorithmIdentifier of signatures by a key, DER.
pub(super) fn signature_algorithm(key: &PrivateKey) -> Vec<u8> {
    Writer::build(|writer| {
        writer.sequence(|algorithm| {
            algorithm.oid(&key.digest().signature_oid());
        });
    })
}

/// What certificates and revocation lists look like in the end: the signed part, the algorithm, the signature.
pub(super) fn signed(key: &PrivateKey, tbs: &[u8]) -> Result<Vec<u8>, PkiError> {
    let signature = key.sign_digest(&key.digest().digest(tbs))?;
    Ok(Writer::build(|writer| {
        writer.sequence(|whole| {
            whole.raw(tbs).raw(&signature_algorithm(key)).bit_string(&signature);
        });
    }))
}

/// An identifier of the key: RFC 5280 4.2.1.2 leaves the function open, and nothing here relies on it.
pub(super) fn key_identifier(key: &PublicKey) -> [u8; 20] {
    let digest = crate::digest::streebog_256(&spki::key_octets(key));
    let mut identifier = [0; 20];
    identifier.copy_from_slice(&digest[..20]);
    identifier
}
