//! A file with a private key, and perhaps its certificates.

use zeroize::Zeroizing;

use super::budget::Budget;
use super::{KeyError, PrivateKey, encrypted, pkcs12, plain};
use crate::asn1::Reader;
use crate::certificate::Certificate;
use crate::gost::TestSets;
use crate::pem;

/// Files above this are not keys.
const MAX_FILE: usize = 1 << 20;

/// A private key and the certificates that were in the same file.
#[derive(Clone, Debug)]
pub struct KeyFile {
    /// The key.
    pub key: PrivateKey,
    /// Certificates as they stand: perhaps the key's own, perhaps its issuers'.
    pub certificates: Vec<Certificate>,
}

impl KeyFile {
    /// Reads PKCS#8 (PEM, also together with certificates, or DER) or PKCS#12, encrypted or not.
    ///
    /// All forms of GOST keys met in practice are understood: raw little-endian octets, an OCTET STRING inside the
    /// OCTET STRING, a big-endian INTEGER, masked keys (RFC 9548 5.1); PBES2 with AES or GOST 28147-89; a MAC of
    /// PKCS#12 by RFC 9548 or by RFC 7292 appendix B, which is checked before anything is decrypted.
    ///
    /// # Errors
    /// Not a key, another algorithm, a missing or wrong password, or a password check that costs too much.
    /// [`KeyError::message`] says it to people.
    pub fn from_bytes(octets: &[u8], password: Option<&[u8]>) -> Result<Self, KeyError> {
        Self::read(octets, password, TestSets::Refuse)
    }

    pub(super) fn read(
        octets: &[u8],
        password: Option<&[u8]>,
        test_sets: TestSets,
    ) -> Result<Self, KeyError> {
        if octets.len() > MAX_FILE {
            return Err(KeyError::NotPkcs8);
        }
        if pkcs12::is_pkcs12(octets) {
            return pkcs12::read(octets, password, test_sets);
        }
        if !pem::is_pem(octets) {
            let key = pkcs8(octets, password, test_sets)?;
            return Ok(Self { key, certificates: Vec::new() });
        }
        let mut key = None;
        let mut certificates = Vec::new();
        for block in pem::blocks(octets) {
            let octets = Zeroizing::new(block.octets);
            match block.label.as_str() {
                "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" if key.is_none() => {
                    key = Some(pkcs8(&octets, password, test_sets)?);
                }
                "CERTIFICATE" => certificates.push(Certificate::from_bytes(&octets)?),
                _ => {}
            }
        }
        Ok(Self { key: key.ok_or(KeyError::NotPkcs8)?, certificates })
    }

    /// The certificate of the key: the one with its public key.
    ///
    /// ```
    /// use semd_sign::gost::ParameterSet;
    /// use semd_sign::key::{KeyFile, PrivateKey};
    ///
    /// let key = PrivateKey::generate(ParameterSet::by_oid(ParameterSet::XCHA).expect("a known set"))?;
    /// let file = KeyFile::from_bytes(key.to_pem(None)?.as_bytes(), None)?;
    /// assert!(file.certificate().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificates
            .iter()
            .find(|certificate| certificate.public_key().is_ok_and(|key| key == self.key.public_key()))
    }
}

fn pkcs8(der: &[u8], password: Option<&[u8]>, test_sets: TestSets) -> Result<PrivateKey, KeyError> {
    if !encrypted::is_encrypted(der) {
        return plain::read(der, test_sets);
    }
    let password = password.ok_or(KeyError::PasswordRequired)?;
    let opened = encrypted::decrypt(der, password, &mut Budget::new())?;
    // Padding that looks right by chance leaves octets that are not a key: still the password, not the file.
    if Reader::new(&opened).read().is_err() {
        return Err(KeyError::WrongPassword);
    }
    plain::read(&opened, test_sets).map_err(|error| match error {
        KeyError::Structure(_) | KeyError::NotPkcs8 => KeyError::WrongPassword,
        other => other,
    })
}
