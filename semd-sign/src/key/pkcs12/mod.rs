//! PKCS#12 containers (RFC 7292), as OpenSSL and exporters of GOST providers write them (RFC 9548).

mod kdf;
mod mac;
pub(super) mod rc2;

use pkcs8::ObjectIdentifier;

use super::budget::Budget;
use super::{KeyError, KeyFile, PrivateKey, cryptopro, encrypted, plain};
use crate::asn1::{Element, Reader, octet_string, tag};
use crate::certificate::Certificate;
use crate::gost::TestSets;
use crate::oid;
use mac::MacData;

const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const ENCRYPTED_KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");

/// The version that tells a container from a private key, whose versions are 0 and 1.
const VERSION: u32 = 3;

/// Whether the octets are a PKCS#12 container.
pub(super) fn is_pkcs12(octets: &[u8]) -> bool {
    Reader::new(octets).expect(tag::SEQUENCE).is_ok_and(|pfx| {
        pfx.reader()
            .expect(tag::INTEGER)
            .and_then(|version| version.small_integer())
            .is_ok_and(|version| version == VERSION)
    })
}

/// Reads a container: its MAC is checked before anything is decrypted.
pub(super) fn read(octets: &[u8], password: Option<&[u8]>, test_sets: TestSets) -> Result<KeyFile, KeyError> {
    let mut pfx = Reader::single(octets, tag::SEQUENCE)?.reader();
    pfx.expect(tag::INTEGER)?;
    let safe = pfx.expect(tag::SEQUENCE)?;
    let mac = pfx.optional(tag::SEQUENCE)?.ok_or(KeyError::NoMac)?;
    pfx.finish()?;

    let mut budget = Budget::new();
    let (kind, content) = content_info(&safe)?;
    if kind != oid::DATA {
        return Err(KeyError::NoMac);
    }
    let content = octet_string(&content.reader().read()?)?;
    let password = password.ok_or(KeyError::PasswordRequired)?;
    MacData::read(&mac)?.verify(password, &content, &mut budget)?;

    let mut contents = Contents {
        password,
        test_sets,
        budget,
        keys: Vec::new(),
        certificates: Vec::new(),
        certificate_decides: false,
    };
    for part in Reader::single(&content, tag::SEQUENCE)?.reader().elements()? {
        contents.part(&part)?;
    }
    contents.finish()
}

/// Type and `[0]` of a ContentInfo.
fn content_info<'a>(info: &Element<'a>) -> Result<(ObjectIdentifier, Element<'a>), KeyError> {
    let mut reader = info.reader();
    Ok((reader.expect(tag::OID)?.oid()?, reader.expect(tag::context(0))?))
}

/// What was found so far.
struct Contents<'a> {
    password: &'a [u8],
    test_sets: TestSets,
    budget: Budget,
    keys: Vec<PrivateKey>,
    certificates: Vec<Certificate>,
    /// Whether a key was read that nothing but its certificate tells from noise.
    certificate_decides: bool,
}

impl Contents<'_> {
    /// One ContentInfo of the AuthenticatedSafe: bags in the open, or encrypted together.
    fn part(&mut self, info: &Element<'_>) -> Result<(), KeyError> {
        let (kind, content) = content_info(info)?;
        match kind {
            oid::DATA => self.bags(&octet_string(&content.reader().read()?)?),
            ENCRYPTED_DATA => {
                let mut data = content.reader().expect(tag::SEQUENCE)?.reader();
                data.expect(tag::INTEGER)?;
                let mut info = data.expect(tag::SEQUENCE)?.reader();
                info.expect(tag::OID)?;
                let algorithm = info.expect(tag::SEQUENCE)?;
                let data = octet_string(&info.read()?)?;
                let opened = encrypted::open(&algorithm, &data, self.password, &mut self.budget)?;
                self.bags(&opened)
            }
            other => Err(KeyError::Encryption(other)),
        }
    }

    /// SafeContents. Bags of other kinds (lists of revoked certificates, secrets) are passed over.
    fn bags(&mut self, octets: &[u8]) -> Result<(), KeyError> {
        for bag in Reader::single(octets, tag::SEQUENCE)?.reader().elements()? {
            let (kind, value) = content_info(&bag)?;
            match kind {
                KEY_BAG => self.keys.push(plain::read(value.content, self.test_sets)?),
                ENCRYPTED_KEY_BAG => self.encrypted_key(value.content)?,
                CERTIFICATE_BAG => {
                    let (kind, value) = content_info(&value.reader().expect(tag::SEQUENCE)?)?;
                    if kind == X509_CERTIFICATE {
                        let certificate = octet_string(&value.reader().read()?)?;
                        self.certificates.push(Certificate::from_bytes(&certificate)?);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn encrypted_key(&mut self, info: &[u8]) -> Result<(), KeyError> {
        let (algorithm, data) = encrypted::parts(info)?;
        let (password, budget) = (self.password, &mut self.budget);
        let key = if algorithm.reader().expect(tag::OID)?.oid()? == cryptopro::ENCRYPTION {
            self.certificate_decides = true;
            cryptopro::read(&algorithm, data, password, budget, self.test_sets)?
        } else {
            plain::read(&encrypted::open(&algorithm, data, password, budget)?, self.test_sets)?
        };
        self.keys.push(key);
        Ok(())
    }

    fn finish(mut self) -> Result<KeyFile, KeyError> {
        let key = self.keys.pop().ok_or(KeyError::NotPkcs8)?;
        if self.keys.iter().any(|other| other.public_key() != key.public_key()) {
            return Err(KeyError::SeveralKeys(self.keys.len() + 1));
        }
        let file = KeyFile { key, certificates: self.certificates };
        if self.certificate_decides && !file.certificates.is_empty() && file.certificate().is_none() {
            return Err(KeyError::PublicMismatch);
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests;
