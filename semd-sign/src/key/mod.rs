//! Private keys in files: PKCS#8 and PKCS#12, plain and encrypted with a password.

mod budget;
mod cryptopro;
mod encrypted;
mod error;
mod file;
mod gost_28147;
mod gost_pbes2;
mod pbe;
mod pkcs12;
mod plain;

use zeroize::Zeroizing;

use crate::digest::Streebog;
use crate::gost::{GostError, ParameterSet, PublicKey, SecretKey};
use crate::pem;

pub use error::KeyError;
pub use file::KeyFile;

/// A private key. Its octets are wiped when it is dropped and never shown.
#[derive(Clone, Debug)]
pub struct PrivateKey {
    secret: SecretKey,
    public: PublicKey,
}

impl PrivateKey {
    /// Reads the key of a file; [`KeyFile::from_bytes`] says what is understood.
    ///
    /// # Errors
    /// Not a key, another algorithm, a missing or wrong password. [`KeyError::message`] says it to people.
    ///
    /// ```
    /// use semd_sign::KeyError;
    /// use semd_sign::key::PrivateKey;
    ///
    /// let error = PrivateKey::from_bytes(b"not a key", None).unwrap_err();
    /// assert_eq!(error, KeyError::NotPkcs8);
    /// ```
    pub fn from_bytes(octets: &[u8], password: Option<&[u8]>) -> Result<Self, KeyError> {
        KeyFile::from_bytes(octets, password).map(|file| file.key)
    }

    /// Draws a new key from the operating system's random source.
    ///
    /// # Errors
    /// The source failed.
    pub fn generate(set: &'static ParameterSet) -> Result<Self, GostError> {
        SecretKey::generate(set).map(Self::from_secret)
    }

    fn from_secret(secret: SecretKey) -> Self {
        let public = secret.public_key();
        Self { secret, public }
    }

    /// The public key.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The hash function that belongs to the key.
    pub fn digest(&self) -> Streebog {
        self.public.parameter_set().digest
    }

    /// Signs a digest of [`Self::digest`]; the result is `s‖r`, big-endian.
    ///
    /// # Errors
    /// The digest has another length, or there is no randomness.
    pub fn sign_digest(&self, digest: &[u8]) -> Result<Vec<u8>, GostError> {
        self.secret.sign(digest)
    }

    /// The key as PKCS#8 PEM, encrypted (PBES2, PBKDF2-HMAC-SHA-256, AES-256-CBC) when there is a password.
    ///
    /// # Errors
    /// There is no randomness for the salt, or encryption failed.
    pub fn to_pem(&self, password: Option<&[u8]>) -> Result<Zeroizing<String>, KeyError> {
        let der = plain::write(&self.secret);
        Ok(Zeroizing::new(match password {
            None => pem::encode("PRIVATE KEY", &der),
            Some(password) => pem::encode("ENCRYPTED PRIVATE KEY", &encrypted::encrypt(&der, password)?),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Certificate;
    use crate::testing::vectors;

    fn key() -> PrivateKey {
        PrivateKey::generate(ParameterSet::by_oid(ParameterSet::XCHA).unwrap()).unwrap()
    }

    #[test]
    fn written_key_is_read_back_with_and_without_password() {
        let key = key();
        let plain = key.to_pem(None).unwrap();
        assert_eq!(PrivateKey::from_bytes(plain.as_bytes(), None).unwrap().public_key(), key.public_key());
        let locked = key.to_pem(Some("пароль".as_bytes())).unwrap();
        let opened = PrivateKey::from_bytes(locked.as_bytes(), Some("пароль".as_bytes())).unwrap();
        assert_eq!(opened.public_key(), key.public_key());
    }

    #[test]
    fn password_errors_are_told_apart_from_unreadable_files() {
        let locked = key().to_pem(Some(b"right")).unwrap();
        let locked = locked.as_bytes();
        assert_eq!(PrivateKey::from_bytes(locked, None).unwrap_err(), KeyError::PasswordRequired);
        assert_eq!(PrivateKey::from_bytes(locked, Some(b"wrong")).unwrap_err(), KeyError::WrongPassword);
        for garbage in [&b""[..], b"\x30", b"hello", b"-----BEGIN PRIVATE KEY-----\n", b"PK\x03\x04"] {
            assert_eq!(PrivateKey::from_bytes(garbage, None).unwrap_err(), KeyError::NotPkcs8);
        }
    }

    #[test]
    fn keys_of_the_vectors_are_read_as_recorded() {
        let Some(folder) = vectors() else { return };
        let manifest = std::fs::read(folder.join("keys/manifest.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
        let (mut read, mut refused, mut containers) = (0, 0, 0);
        for section in manifest.as_object().unwrap().values().filter_map(serde_json::Value::as_array) {
            for entry in section {
                let file = entry["file"].as_str().unwrap();
                let octets = std::fs::read(folder.join(file)).unwrap();
                let opened = KeyFile::from_bytes(&octets, entry["password"].as_str().map(str::as_bytes));
                if entry["password"].is_string() {
                    let wrong = PrivateKey::from_bytes(&octets, Some(b"wrong")).unwrap_err();
                    assert_eq!(wrong, KeyError::WrongPassword, "{file}");
                }
                if entry["expected"] == "error" {
                    assert!(opened.is_err(), "{file}");
                    refused += 1;
                    continue;
                }
                let opened = opened.unwrap_or_else(|error| panic!("{file}: {error}"));
                read += 1;
                let key = &opened.key;
                if let Some(certificate) = entry["certificate"].as_str() {
                    let certificate = std::fs::read(folder.join(certificate)).unwrap();
                    let certificate = Certificate::from_bytes(&certificate).unwrap();
                    assert_eq!(certificate.public_key().unwrap(), key.public_key(), "{file}");
                    if file.ends_with(".pfx") {
                        assert_eq!(opened.certificate(), Some(&certificate), "{file}");
                        containers += 1;
                    }
                }
                if let Some(same) = entry["same_key_as"].as_str() {
                    let same = std::fs::read(folder.join(same)).unwrap();
                    let same = PrivateKey::from_bytes(&same, None).unwrap();
                    assert_eq!(same.public_key(), key.public_key(), "{file}");
                }
            }
        }
        println!(
            "{read} keys read, {containers} of them from PKCS#12 with their certificate; {refused} refused"
        );
        assert!(read > 0 && refused > 0 && containers > 0);
    }
}
