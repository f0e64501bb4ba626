//! PBES2 as GOST software writes it (RFC 9548 4): PBKDF2 with HMAC-Streebog-512 and GOST 28147-89 in CFB mode.
//!
//! Key meshing (RFC 4357 2.3.2) changes the cipher key after every 1024 octets. A private key is shorter, so longer
//! data are refused instead of meshed.

use hmac::Hmac;
use magma::cipher::consts::{U8, U32};
use magma::cipher::{Array, BlockCipherEncrypt, BlockSizeUser, KeyInit, KeySizeUser};
use pkcs8::ObjectIdentifier;
use streebog::Streebog512;
use zeroize::Zeroizing;

use super::KeyError;
use crate::asn1::{Element, Reader, tag};

const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12");
const HMAC_STREEBOG_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.643.7.1.1.4.2");
const GOST_28147: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.643.2.2.21");

/// Iterations a file may ask for (about a second); GOST software writes 2000.
const MAX_ITERATIONS: u32 = 100_000;
/// Octets after which key meshing would begin.
const MESHING: usize = 1024;
const BLOCK: usize = 8;

/// Encryption parameters of a key file.
pub(super) struct GostPbes2<'a> {
    salt: &'a [u8],
    iterations: u32,
    iv: [u8; BLOCK],
    substitution: Substitution,
}

/// The substitution sets of GOST 28147-89 met in key files.
#[derive(Clone, Copy)]
enum Substitution {
    CryptoProA,
    CryptoProB,
    CryptoProC,
    CryptoProD,
    /// `id-tc26-gost-28147-param-Z`, the one of GOST R 34.12-2015.
    Tc26Z,
}

impl Substitution {
    fn find(oid: &ObjectIdentifier) -> Option<Self> {
        Some(match oid.to_string().as_str() {
            "1.2.643.2.2.31.1" => Self::CryptoProA,
            "1.2.643.2.2.31.2" => Self::CryptoProB,
            "1.2.643.2.2.31.3" => Self::CryptoProC,
            "1.2.643.2.2.31.4" => Self::CryptoProD,
            "1.2.643.7.1.2.5.1.1" => Self::Tc26Z,
            _ => return None,
        })
    }
}

impl<'a> GostPbes2<'a> {
    /// Reads the AlgorithmIdentifier; `None` when it is PBES2 with another cipher, or not PBES2.
    ///
    /// # Errors
    /// The cipher is GOST 28147-89, but its parameters or the key derivation are not supported.
    pub(super) fn read(algorithm: &Element<'a>) -> Result<Option<Self>, KeyError> {
        let mut algorithm = algorithm.reader();
        if algorithm.expect(tag::OID)?.oid()? != PBES2 {
            return Ok(None);
        }
        let mut schemes = algorithm.expect(tag::SEQUENCE)?.reader();
        let mut derivation = schemes.expect(tag::SEQUENCE)?.reader();
        let mut cipher = schemes.expect(tag::SEQUENCE)?.reader();
        if cipher.expect(tag::OID)?.oid()? != GOST_28147 {
            return Ok(None);
        }
        let mut cipher = cipher.expect(tag::SEQUENCE)?.reader();
        let iv = cipher.expect(tag::OCTET_STRING)?.content;
        let substitution = cipher.expect(tag::OID)?.oid()?;
        let (salt, iterations) = read_derivation(&mut derivation)?;
        Ok(Some(Self {
            salt,
            iterations,
            iv: iv.try_into().map_err(|_| KeyError::Encryption(GOST_28147))?,
            substitution: Substitution::find(&substitution).ok_or(KeyError::Encryption(substitution))?,
        }))
    }

    /// Opens the data. There is no check value: a wrong password gives noise.
    pub(super) fn decrypt(&self, password: &[u8], data: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        if data.len() > MESHING {
            return Err(KeyError::Encryption(GOST_28147));
        }
        if self.iterations > MAX_ITERATIONS {
            return Err(KeyError::Expensive);
        }
        let mut key = Zeroizing::new([0; 32]);
        pbkdf2::pbkdf2::<Hmac<Streebog512>>(password, self.salt, self.iterations, &mut *key)
            .expect("HMAC takes a key of any length");
        Ok(match self.substitution {
            Substitution::CryptoProA => decrypt_cfb::<magma::Gost89CryptoProA>(&key, self.iv, data),
            Substitution::CryptoProB => decrypt_cfb::<magma::Gost89CryptoProB>(&key, self.iv, data),
            Substitution::CryptoProC => decrypt_cfb::<magma::Gost89CryptoProC>(&key, self.iv, data),
            Substitution::CryptoProD => decrypt_cfb::<magma::Gost89CryptoProD>(&key, self.iv, data),
            Substitution::Tc26Z => decrypt_cfb::<magma::Magma>(&key, self.iv, data),
        })
    }
}

/// PBKDF2-params: salt and iterations, with HMAC-Streebog-512.
fn read_derivation<'a>(derivation: &mut Reader<'a>) -> Result<(&'a [u8], u32), KeyError> {
    let function = derivation.expect(tag::OID)?.oid()?;
    if function != PBKDF2 {
        return Err(KeyError::Encryption(function));
    }
    let mut parameters = derivation.expect(tag::SEQUENCE)?.reader();
    let salt = parameters.expect(tag::OCTET_STRING)?.content;
    let iterations = parameters.expect(tag::INTEGER)?.small_integer()?;
    parameters.optional(tag::INTEGER)?;
    let function = parameters.expect(tag::SEQUENCE)?.reader().expect(tag::OID)?.oid()?;
    if function != HMAC_STREEBOG_512 {
        return Err(KeyError::Encryption(function));
    }
    Ok((salt, iterations))
}

/// Cipher feedback over whole blocks, in the little-endian convention of GOST 28147-89: the crate speaks the
/// big-endian one of GOST R 34.12-2015, which is the same cipher on reversed words and blocks.
fn decrypt_cfb<C>(key: &[u8; 32], iv: [u8; BLOCK], data: &[u8]) -> Zeroizing<Vec<u8>>
where
    C: KeyInit + KeySizeUser<KeySize = U32> + BlockSizeUser<BlockSize = U8> + BlockCipherEncrypt,
{
    let mut swapped = Zeroizing::new(*key);
    swapped.chunks_exact_mut(4).for_each(<[u8]>::reverse);
    let cipher = C::new(&Array(*swapped));
    let mut feedback = iv;
    let mut plain = Zeroizing::new(Vec::with_capacity(data.len()));
    for chunk in data.chunks(BLOCK) {
        feedback.reverse();
        let mut gamma = Array(feedback);
        cipher.encrypt_block(&mut gamma);
        gamma.reverse();
        plain.extend(chunk.iter().zip(gamma.iter()).map(|(octet, gamma)| octet ^ gamma));
        // Only the last chunk may be short, and nothing follows it.
        feedback[..chunk.len()].copy_from_slice(chunk);
    }
    plain
}
