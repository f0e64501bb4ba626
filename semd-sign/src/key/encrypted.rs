//! EncryptedPrivateKeyInfo with PBES2 (RFC 8018 6.2), AES by the `pkcs8` crate and GOST here.

use pkcs8::der::Decode;
use pkcs8::pkcs5::pbes2::{Kdf, Parameters};
use pkcs8::pkcs5::{EncryptionScheme, Error};
use zeroize::Zeroizing;

use super::KeyError;
use super::budget::{Budget, Work};
use super::gost_pbes2::GostPbes2;
use super::pkcs12::rc2;
use crate::asn1::{Element, Reader, Writer, tag};

/// Iterations written.
const ITERATIONS: u32 = 100_000;

/// Whether the structure is EncryptedPrivateKeyInfo: it begins with an algorithm where a plain key has its version.
pub(super) fn is_encrypted(der: &[u8]) -> bool {
    Reader::single(der, tag::SEQUENCE).is_ok_and(|info| info.reader().expect(tag::SEQUENCE).is_ok())
}

/// AlgorithmIdentifier and encrypted octets of the structure.
pub(super) fn parts(der: &[u8]) -> Result<(Element<'_>, &[u8]), KeyError> {
    let mut reader = Reader::single(der, tag::SEQUENCE)?.reader();
    let algorithm = reader.expect(tag::SEQUENCE)?;
    let data = reader.expect(tag::OCTET_STRING)?;
    reader.finish()?;
    Ok((algorithm, data.content))
}

/// Opens the structure.
pub(super) fn decrypt(
    der: &[u8],
    password: &[u8],
    budget: &mut Budget,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (algorithm, data) = parts(der)?;
    open(&algorithm, data, password, budget)
}

/// Opens data that are encrypted as an AlgorithmIdentifier says.
pub(super) fn open(
    algorithm: &Element<'_>,
    data: &[u8],
    password: &[u8],
    budget: &mut Budget,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let oid = algorithm.reader().expect(tag::OID)?.oid()?;
    if oid == rc2::ENCRYPTION {
        return rc2::open(algorithm, data, password, budget);
    }
    if let Some(gost) = GostPbes2::read(algorithm)? {
        return gost.decrypt(password, data, budget);
    }
    let scheme = EncryptionScheme::from_der(algorithm.raw).map_err(|_| KeyError::Encryption(oid))?;
    if let EncryptionScheme::Pbes2(parameters) = &scheme {
        pay(parameters, budget)?;
    }
    match scheme.decrypt(password, data) {
        Ok(opened) => Ok(Zeroizing::new(opened)),
        Err(Error::DecryptFailed) => Err(KeyError::WrongPassword),
        Err(Error::UnsupportedAlgorithm { oid }) => Err(KeyError::Encryption(oid)),
        Err(_) => Err(KeyError::Encryption(oid)),
    }
}

fn pay(parameters: &Parameters, budget: &mut Budget) -> Result<(), KeyError> {
    match &parameters.kdf {
        Kdf::Pbkdf2(pbkdf2) => budget.iterations(Work::Sha, pbkdf2.iteration_count, 1),
        // 128·N·r·p octets are mixed, of which 128·N·r is the memory.
        Kdf::Scrypt(scrypt) => scrypt
            .cost_parameter
            .checked_mul(128 * u64::from(scrypt.block_size))
            .and_then(|memory| memory.checked_mul(u64::from(scrypt.parallelization)))
            .ok_or(KeyError::Expensive)
            .and_then(|octets| budget.scrypt(octets)),
        _ => Err(KeyError::Expensive),
    }
}

/// Locks a plain structure.
pub(super) fn encrypt(plain: &[u8], password: &[u8]) -> Result<Vec<u8>, KeyError> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    getrandom::fill(&mut salt).map_err(|_| KeyError::Encrypt)?;
    getrandom::fill(&mut iv).map_err(|_| KeyError::Encrypt)?;
    let parameters =
        Parameters::generate_pbkdf2_sha256_aes256cbc(ITERATIONS, &salt, iv).map_err(|_| KeyError::Encrypt)?;
    let scheme = EncryptionScheme::Pbes2(parameters);
    let locked = scheme.encrypt(password, plain).map_err(|_| KeyError::Encrypt)?;
    let scheme = pkcs8::der::Encode::to_der(&scheme).map_err(|_| KeyError::Encrypt)?;
    Ok(Writer::build(|writer| {
        writer.sequence(|info| {
            info.raw(&scheme).octet_string(&locked);
        });
    }))
}

#[cfg(test)]
mod tests {
    use pkcs8::ObjectIdentifier;

    use super::*;

    /// A locked key of noise with these algorithms of derivation and cipher.
    fn locked(derivation: impl FnOnce(&mut Writer), cipher: impl FnOnce(&mut Writer)) -> Vec<u8> {
        Writer::build(|writer| {
            writer.sequence(|info| {
                info.sequence(|algorithm| {
                    algorithm.oid(&ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13"));
                    algorithm.sequence(|schemes| {
                        schemes.sequence(derivation).sequence(cipher);
                    });
                });
                info.octet_string(&[7; 48]);
            });
        })
    }

    fn pbkdf2(iterations: &[u8], function: &'static str) -> impl FnOnce(&mut Writer) {
        move |derivation| {
            derivation.oid(&ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12"));
            derivation.sequence(|parameters| {
                parameters.octet_string(&[1; 16]).unsigned(iterations).sequence(|algorithm| {
                    algorithm.oid(&ObjectIdentifier::new_unwrap(function)).primitive(0x05, &[]);
                });
            });
        }
    }

    fn aes(cipher: &mut Writer) {
        cipher.oid(&ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42")).octet_string(&[0; 16]);
    }

    fn gost(cipher: &mut Writer) {
        cipher.oid(&ObjectIdentifier::new_unwrap("1.2.643.2.2.21")).sequence(|parameters| {
            parameters.octet_string(&[0; 8]).oid(&ObjectIdentifier::new_unwrap("1.2.643.7.1.2.5.1.1"));
        });
    }

    fn scrypt(n: &[u8], p: u8) -> impl FnOnce(&mut Writer) {
        move |derivation| {
            derivation.oid(&ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11591.4.11"));
            derivation.sequence(|parameters| {
                parameters.octet_string(&[1; 16]).unsigned(n).unsigned(&[8]).unsigned(&[p]);
            });
        }
    }

    #[test]
    fn expensive_derivations_are_refused_before_they_run() {
        const HMAC_SHA_256: &str = "1.2.840.113549.2.9";
        const HMAC_STREEBOG_512: &str = "1.2.643.7.1.1.4.2";
        const MILLIONS: &[u8] = &[0x7F, 0xFF, 0xFF, 0xFF];
        let open = |der: &[u8]| decrypt(der, b"", &mut Budget::new()).err();
        let refused = Some(KeyError::Expensive);
        assert_eq!(open(&locked(pbkdf2(MILLIONS, HMAC_SHA_256), aes)), refused);
        assert_eq!(open(&locked(pbkdf2(MILLIONS, HMAC_STREEBOG_512), gost)), refused);
        // N = 2^20 with r = 8 is one gigabyte; N = 2^14 sixteen megabytes, but here two hundred times.
        assert_eq!(open(&locked(scrypt(&[0x10, 0, 0], 1), aes)), refused);
        assert_eq!(open(&locked(scrypt(&[0x40, 0], 200), aes)), refused);
        assert_eq!(open(&locked(pbkdf2(&[2], HMAC_SHA_256), aes)), Some(KeyError::WrongPassword));
        assert_eq!(open(&locked(scrypt(&[0x40], 1), aes)), Some(KeyError::WrongPassword));
    }
}
