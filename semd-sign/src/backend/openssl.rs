//! Keys that the system's OpenSSL holds: RSA and ECDSA, and GOST where its engine or provider is configured.

use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer as Operation;

use super::{SignError, SignatureAlgorithm, Signer, value};
use crate::certificate::Certificate;
use crate::digest::Streebog;
use crate::pem;

/// Signs with a key in the memory of this process by the system's OpenSSL (feature `openssl`).
///
/// GOST keys need the engine named in the configuration that `OPENSSL_CONF` points at when the process starts.
pub struct OpensslSigner {
    key: PKey<Private>,
    certificate: Certificate,
    algorithm: SignatureAlgorithm,
}

impl OpensslSigner {
    /// Reads a key (PKCS#8, PKCS#1, SEC1, PEM or DER; PKCS#12) and joins it with its certificate: the one given, or the one of the
    /// container.
    ///
    /// # Errors
    /// OpenSSL does not read the key, or there is no certificate, or the key is not its own.
    ///
    /// ```
    /// use semd_sign::SignError;
    /// use semd_sign::backend::OpensslSigner;
    ///
    /// assert!(matches!(OpensslSigner::read(b"not a key", None, None), Err(SignError::Openssl(_))));
    /// ```
    pub fn read(
        octets: &[u8],
        password: Option<&[u8]>,
        certificate: Option<Certificate>,
    ) -> Result<Self, SignError> {
        openssl::init();
        let (key, inside) = read_key(octets, password)?;
        let certificate =
            certificate.or(inside).ok_or(SignError::Openssl("no certificate of the key".to_owned()))?;
        let algorithm = SignatureAlgorithm::of(&certificate)?;
        let signer = Self { key, certificate, algorithm };
        // The key is asked at once: it may be another one than the certificate's.
        signer.sign(b"")?;
        Ok(signer)
    }

    fn digest(&self) -> Result<MessageDigest, SignError> {
        let named = |name| {
            MessageDigest::from_name(name).ok_or_else(|| {
                SignError::Openssl(format!(
                    "{name} is not known: the GOST engine is not configured (OPENSSL_CONF)"
                ))
            })
        };
        match self.algorithm {
            SignatureAlgorithm::Gost(Streebog::S256) => named("md_gost12_256"),
            SignatureAlgorithm::Gost(Streebog::S512) => named("md_gost12_512"),
            SignatureAlgorithm::RsaSha256 | SignatureAlgorithm::EcdsaSha256 => Ok(MessageDigest::sha256()),
            SignatureAlgorithm::EcdsaSha384 => Ok(MessageDigest::sha384()),
        }
    }
}

fn failed(error: ErrorStack) -> SignError {
    let reason = error.errors().last().and_then(|error| error.reason()).unwrap_or("unknown").to_owned();
    SignError::Openssl(reason)
}

fn read_key(
    octets: &[u8],
    password: Option<&[u8]>,
) -> Result<(PKey<Private>, Option<Certificate>), SignError> {
    if pem::is_pem(octets) {
        let inside = Certificate::from_bytes(octets).ok();
        let answer = |buffer: &mut [u8]| {
            let password = password.unwrap_or_default();
            let length = password.len().min(buffer.len());
            buffer[..length].copy_from_slice(&password[..length]);
            Ok(length)
        };
        return Ok((PKey::private_key_from_pem_callback(octets, answer).map_err(failed)?, inside));
    }
    if let Ok(container) = Pkcs12::from_der(octets) {
        let password = String::from_utf8_lossy(password.unwrap_or_default());
        let parsed = container.parse2(&password).map_err(failed)?;
        let inside =
            parsed.cert.and_then(|certificate| Certificate::from_bytes(&certificate.to_der().ok()?).ok());
        let key = parsed.pkey.ok_or(SignError::Openssl("no private key in the container".to_owned()))?;
        return Ok((key, inside));
    }
    Ok((PKey::private_key_from_der(octets).map_err(failed)?, None))
}

impl Signer for OpensslSigner {
    fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn algorithm(&self) -> Result<SignatureAlgorithm, SignError> {
        Ok(self.algorithm)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let mut operation = Operation::new(self.digest()?, &self.key).map_err(failed)?;
        let made = operation.sign_oneshot_to_vec(message).map_err(failed)?;
        let digest = self.algorithm.digest(message);
        value::in_standard_form(&self.certificate, self.algorithm, &digest, &made)
            .ok_or(SignError::KeyMismatch)
    }
}

impl std::fmt::Debug for OpensslSigner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "OpensslSigner({})", self.algorithm)
    }
}
