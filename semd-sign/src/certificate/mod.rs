//! X.509 certificates and the facts of the Russian qualified profile (FSB order 795, RFC 9215 5).

mod constraints;
mod error;
mod extensions;
mod facts;
mod identifiers;
mod name;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use time::OffsetDateTime;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::asn1::{Reader, tag};
use crate::crypto::{ForeignKey, HashFunction, VerifyingKey};
use crate::gost::{PreparedKey, PublicKey, TestSets};
use crate::pem;
use crate::spki::{self, SpkiError};

pub use constraints::Constraints;
pub use error::CertificateError;
pub use extensions::{ExtendedKeyUsage, Extensions, KeyUsage};
pub use facts::SignerFacts;

/// Octets of the largest certificate read; real ones take two or three kilobytes.
const MAX_CERTIFICATE: usize = 64 << 10;

/// Verifications with the key of a certificate from which making its tables pays.
const WORTH_TABLES: u32 = 3;

/// A certificate, read once and cheap to clone.
#[derive(Clone)]
pub struct Certificate {
    inner: Arc<Inner>,
}

struct Inner {
    der: Vec<u8>,
    /// The octets the issuer signed.
    tbs: Vec<u8>,
    /// Names as they stand, with their headers.
    subject: Vec<u8>,
    issuer: Vec<u8>,
    /// Contents of the INTEGER.
    serial: Vec<u8>,
    version: u32,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    key: Result<PublicKey, SpkiError>,
    /// The key, when it is one of another standard.
    foreign_key: Option<ForeignKey>,
    /// Verifications with the key so far, and its tables once they pay: an issuer's key verifies all its certificates, lists and
    /// answers.
    verifications: AtomicU32,
    prepared: OnceLock<PreparedKey>,
    /// Digests of the certificate that were asked for: every signature names it by one.
    digests: Mutex<Vec<(HashFunction, Vec<u8>)>>,
    /// Contents of the key's BIT STRING: what identifiers of keys are digests of.
    key_octets: Vec<u8>,
    signature_algorithm: pkcs8::ObjectIdentifier,
    /// Whether the algorithm inside the signed part is the one outside (RFC 5280 4.1.1.2).
    algorithms_agree: bool,
    has_algorithm_parameters: bool,
    signature: Vec<u8>,
    extensions: Extensions,
    facts: SignerFacts,
}

impl Certificate {
    /// Reads one certificate, PEM or DER. Of several PEM blocks the first certificate counts.
    ///
    /// # Errors
    /// Not a certificate. A certificate of another algorithm is read; only its key is missing.
    pub fn from_bytes(pem_or_der: &[u8]) -> Result<Self, CertificateError> {
        if !pem::is_pem(pem_or_der) {
            return Self::from_der(pem_or_der);
        }
        match pem::blocks(pem_or_der).into_iter().find(|block| block.label.ends_with("CERTIFICATE")) {
            Some(block) => Self::from_der(&block.octets),
            None => Err(CertificateError::NotCertificate),
        }
    }

    /// Reads all certificates of a file: a chain in PEM, or one in DER.
    ///
    /// # Errors
    /// There is none, or one of them cannot be read.
    pub fn all_from_bytes(pem_or_der: &[u8]) -> Result<Vec<Self>, CertificateError> {
        if !pem::is_pem(pem_or_der) {
            return Self::from_der(pem_or_der).map(|certificate| vec![certificate]);
        }
        let blocks = pem::blocks(pem_or_der);
        let found: Vec<_> = blocks
            .iter()
            .filter(|block| block.label.ends_with("CERTIFICATE"))
            .map(|block| Self::from_der(&block.octets))
            .collect::<Result<_, _>>()?;
        if found.is_empty() { Err(CertificateError::NotCertificate) } else { Ok(found) }
    }

    fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > MAX_CERTIFICATE {
            return Err(CertificateError::NotCertificate);
        }
        let outer = Reader::single(der, tag::SEQUENCE).map_err(|_| CertificateError::NotCertificate)?;
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| CertificateError::NotCertificate)?;
        if !rest.is_empty() {
            return Err(CertificateError::NotCertificate);
        }
        // x509-parser decodes; comparisons and digests need the octets as they stand.
        let mut parts = outer.reader();
        let tbs = parts.expect(tag::SEQUENCE)?;
        let outer_algorithm = parts.expect(tag::SEQUENCE)?;
        let signature = parts.expect(tag::BIT_STRING)?.bit_string()?;
        let mut fields = tbs.reader();
        fields.optional(tag::context(0))?;
        let serial = fields.expect(tag::INTEGER)?;
        let inner_algorithm = fields.expect(tag::SEQUENCE)?;
        let issuer = fields.expect(tag::SEQUENCE)?;
        fields.expect(tag::SEQUENCE)?;
        let subject = fields.expect(tag::SEQUENCE)?;
        let key = fields.expect(tag::SEQUENCE)?;
        let mut key_fields = key.reader();
        key_fields.expect(tag::SEQUENCE)?;
        let key_octets = key_fields.expect(tag::BIT_STRING)?.bit_string()?;

        let extensions = Extensions::read(&parsed)?;
        let not_before = parsed.validity().not_before.to_datetime();
        let not_after = parsed.validity().not_after.to_datetime();
        let facts =
            SignerFacts::new(&parsed, subject.raw, serial.content, &extensions, not_before, not_after);
        Ok(Self {
            inner: Arc::new(Inner {
                der: der.to_vec(),
                tbs: tbs.raw.to_vec(),
                subject: subject.raw.to_vec(),
                issuer: issuer.raw.to_vec(),
                serial: serial.content.to_vec(),
                version: parsed.version().0.saturating_add(1),
                not_before,
                not_after,
                key: spki::read(key.raw, TestSets::Refuse),
                foreign_key: ForeignKey::read(key.raw),
                verifications: AtomicU32::new(0),
                prepared: OnceLock::new(),
                digests: Mutex::new(Vec::new()),
                key_octets: key_octets.to_vec(),
                signature_algorithm: outer_algorithm.reader().expect(tag::OID)?.oid()?,
                algorithms_agree: inner_algorithm.raw == outer_algorithm.raw,
                has_algorithm_parameters: has_parameters(&outer_algorithm),
                signature: signature.to_vec(),
                extensions,
                facts,
            }),
        })
    }

    /// The certificate, DER.
    pub fn der(&self) -> &[u8] {
        &self.inner.der
    }

    /// The certificate as PEM.
    pub fn to_pem(&self) -> String {
        pem::encode("CERTIFICATE", self.der())
    }

    /// Who it was issued to, and whether it looks like a qualified one.
    pub fn facts(&self) -> SignerFacts {
        self.inner.facts.clone()
    }

    /// The public key.
    ///
    /// # Errors
    /// It is not a usable GOST R 34.10-2012 key.
    pub fn public_key(&self) -> Result<&PublicKey, &SpkiError> {
        self.inner.key.as_ref()
    }

    /// The key for verifying, of whatever standard.
    pub(crate) fn verifying_key(&self) -> Option<VerifyingKey<'_>> {
        match (&self.inner.key, &self.inner.foreign_key) {
            (Ok(key), _) => Some(VerifyingKey::Gost(key)),
            (Err(_), Some(key)) => Some(VerifyingKey::Foreign(key)),
            (Err(_), None) => None,
        }
    }

    /// Whether the key of this certificate made `signature` over `message` by an algorithm of certificates, lists and
    /// answers, which always names its hash function.
    pub(crate) fn verifies(
        &self,
        algorithm: &pkcs8::ObjectIdentifier,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let Some(key) = self.verifying_key() else { return false };
        let Some(hash) = key.hash_for(algorithm, None) else { return false };
        self.verifies_digest(hash, &hash.digest(message), signature)
    }

    /// Whether the key of this certificate made `signature` over a digest made with `hash`.
    pub(crate) fn verifies_digest(&self, hash: HashFunction, digest: &[u8], signature: &[u8]) -> bool {
        let Some(key) = self.verifying_key() else { return false };
        match self.prepared() {
            Some(prepared)
                if hash == HashFunction::Streebog(prepared.public_key().parameter_set().digest) =>
            {
                prepared.verify(digest, signature)
            }
            _ => key.verifies_digest(hash, digest, signature),
        }
    }

    /// The key with tables, when it is one of GOST R 34.10-2012 and has verified often enough.
    fn prepared(&self) -> Option<&PreparedKey> {
        let key = self.inner.key.as_ref().ok()?;
        // Counting stops with the tables, so it cannot overflow.
        if self.inner.prepared.get().is_none()
            && self.inner.verifications.fetch_add(1, Ordering::Relaxed) + 1 < WORTH_TABLES
        {
            return None;
        }
        Some(self.inner.prepared.get_or_init(|| key.prepare()))
    }

    /// The digest of the certificate.
    pub(crate) fn digest(&self, hash: HashFunction) -> Vec<u8> {
        let mut known = self.inner.digests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, digest)) = known.iter().find(|(function, _)| *function == hash) {
            return digest.clone();
        }
        let digest = hash.digest(self.der());
        known.push((hash, digest.clone()));
        digest
    }

    /// Contents of the key's BIT STRING.
    pub(crate) fn key_octets(&self) -> &[u8] {
        &self.inner.key_octets
    }

    /// Fingerprint of the certificate as lists of authorities print it: SHA-1, upper-case hexadecimal.
    pub fn fingerprint(&self) -> String {
        HashFunction::Sha1.digest(self.der()).iter().map(|octet| format!("{octet:02X}")).collect()
    }

    /// Version as people count: 3 for every certificate with extensions.
    pub fn version(&self) -> u32 {
        self.inner.version
    }

    /// Start of validity.
    pub fn not_before(&self) -> OffsetDateTime {
        self.inner.not_before
    }

    /// End of validity, inclusive.
    pub fn not_after(&self) -> OffsetDateTime {
        self.inner.not_after
    }

    /// Extensions that matter here.
    pub fn extensions(&self) -> &Extensions {
        &self.inner.extensions
    }

    /// Subject name as it stands.
    pub(crate) fn subject_raw(&self) -> &[u8] {
        &self.inner.subject
    }

    /// Issuer name as it stands.
    pub(crate) fn issuer_raw(&self) -> &[u8] {
        &self.inner.issuer
    }

    /// Contents of the serial number's INTEGER.
    pub(crate) fn serial_raw(&self) -> &[u8] {
        &self.inner.serial
    }

    /// Whether both names are the same, octet for octet.
    pub fn is_self_issued(&self) -> bool {
        self.inner.subject == self.inner.issuer
    }

    /// Whether the signature algorithm inside the signed part is the one outside.
    pub fn algorithms_agree(&self) -> bool {
        self.inner.algorithms_agree
    }

    /// Whether the GOST signature algorithm is written with parameters, which RFC 9215 2 omits.
    pub(crate) fn has_algorithm_parameters(&self) -> bool {
        self.inner.has_algorithm_parameters
    }

    /// Whether `issuer` is named as issuer and its key made the signature, by the algorithm the signed part names.
    pub fn is_signed_by(&self, issuer: &Self) -> bool {
        self.inner.issuer == issuer.inner.subject
            && self.inner.algorithms_agree
            && issuer.verifies(&self.inner.signature_algorithm, &self.inner.tbs, &self.inner.signature)
    }
}

/// Whether a GOST algorithm identifier has parameters.
fn has_parameters(algorithm: &crate::asn1::Element<'_>) -> bool {
    let mut fields = algorithm.reader();
    let gost = fields.expect(tag::OID).and_then(|oid| oid.oid());
    gost.is_ok_and(|oid| crate::oid::signature_digest(&oid).is_some()) && !fields.is_empty()
}

/// Whether the names and policies of a chain, leaf first, obey the constraints of its authorities.
pub(crate) fn constraints_are_obeyed(chain: &[Certificate]) -> bool {
    let subjects: Vec<_> = chain.iter().map(Certificate::subject_raw).collect();
    let extensions: Vec<_> = chain.iter().map(Certificate::extensions).collect();
    let self_issued: Vec<_> = chain.iter().map(Certificate::is_self_issued).collect();
    constraints::are_obeyed(&subjects, &extensions, &self_issued)
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.inner.der == other.inner.der
    }
}

impl Eq for Certificate {}

impl std::fmt::Debug for Certificate {
    /// Shows the serial number only: a subject is personal data.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Certificate({})", self.inner.facts.serial)
    }
}

#[cfg(test)]
mod tests;
