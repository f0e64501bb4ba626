//! PBES2 as GOST software writes it (RFC 9548 4): PBKDF2 with an HMAC of GOST and GOST 28147-89 in CFB mode.

use gost94::Gost94CryptoPro;
use pkcs8::ObjectIdentifier;
use streebog::Streebog512;
use zeroize::Zeroizing;

use super::KeyError;
use super::budget::{Budget, Work};
use super::gost_28147::{BLOCK, KEY, Meshing, Substitution};
use crate::asn1::{Element, Reader, tag};

const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12");
const HMAC_STREEBOG_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.643.7.1.1.4.2");
const HMAC_GOST_94: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.643.2.2.10");
const GOST_28147: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.643.2.2.21");

/// Encryption parameters of a key file.
pub(super) struct GostPbes2<'a> {
    function: Function,
    salt: &'a [u8],
    iterations: u32,
    iv: [u8; BLOCK],
    substitution: Substitution,
}

/// The hash function under the HMAC of the derivation.
#[derive(Clone, Copy)]
enum Function {
    Streebog512,
    /// Withdrawn; software that exports keys from older providers still writes it.
    Gost94,
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
        let (function, salt, iterations) = read_derivation(&mut derivation)?;
        Ok(Some(Self {
            function,
            salt,
            iterations,
            iv: iv.try_into().map_err(|_| KeyError::Encryption(GOST_28147))?,
            substitution: Substitution::find(&substitution).ok_or(KeyError::Encryption(substitution))?,
        }))
    }

    /// Opens the data. There is no check value: a wrong password gives noise.
    pub(super) fn decrypt(
        &self,
        password: &[u8],
        data: &[u8],
        budget: &mut Budget,
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        budget.iterations(Work::Gost, self.iterations, 1)?;
        let mut key = Zeroizing::new([0; KEY]);
        let derive = match self.function {
            Function::Streebog512 => pbkdf2::pbkdf2_hmac::<Streebog512>,
            Function::Gost94 => pbkdf2::pbkdf2_hmac::<Gost94CryptoPro>,
        };
        derive(password, self.salt, self.iterations, &mut *key);
        Ok(self.substitution.decrypt_cfb(&key, self.iv, data, Meshing::Yes))
    }
}

/// PBKDF2-params: function, salt and iterations.
fn read_derivation<'a>(derivation: &mut Reader<'a>) -> Result<(Function, &'a [u8], u32), KeyError> {
    let oid = derivation.expect(tag::OID)?.oid()?;
    if oid != PBKDF2 {
        return Err(KeyError::Encryption(oid));
    }
    let mut parameters = derivation.expect(tag::SEQUENCE)?.reader();
    let salt = parameters.expect(tag::OCTET_STRING)?.content;
    let iterations = parameters.expect(tag::INTEGER)?.small_integer()?;
    parameters.optional(tag::INTEGER)?;
    let function = match parameters.expect(tag::SEQUENCE)?.reader().expect(tag::OID)?.oid()? {
        HMAC_STREEBOG_512 => Function::Streebog512,
        HMAC_GOST_94 => Function::Gost94,
        other => return Err(KeyError::Encryption(other)),
    };
    Ok((function, salt, iterations))
}
