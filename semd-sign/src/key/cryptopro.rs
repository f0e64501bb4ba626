//! Private keys in PKCS#12 as CryptoPro CSP exports them: encrypted with a password in its own way,
//! `1.2.840.113549.1.12.1.80`.
//!
//! The format is not published; several independent programs read it, and this is what they agree on. From the password
//! in UTF-16LE a key K is made by hashing K ‖ salt ‖ counter with GOST R 34.11-94. Under K the structure around the key
//! is encrypted with GOST 28147-89 in CFB mode, the initialisation vector being the first octets of the salt, without
//! key meshing; under a key derived from K (RFC 7836 4.5) the private key itself, block by block. They do not agree on
//! the substitution set: most name CryptoPro-A, some the one of TC 26, so both are tried. Nothing checks the key but the
//! certificate beside it.

use gost94::Gost94CryptoPro;
use hmac::digest::Digest;
use hmac::{Hmac, KeyInit as _, Mac as _};
use pkcs8::ObjectIdentifier;
use streebog::Streebog256;
use zeroize::Zeroizing;

use super::budget::{Budget, Work};
use super::gost_28147::{BLOCK, KEY, Meshing, Substitution};
use super::pbe::PbeParameters;
use super::{KeyError, PrivateKey};
use crate::asn1::{Asn1Error, Element, Reader, tag};
use crate::gost::{ParameterSet, SecretKey, TestSets};
use crate::spki::SpkiError;

/// The encryption.
pub(super) const ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.80");

/// Octets of a provider's blob header before the key.
const HEADER: usize = 16;
/// Label of the derivation of the key that wraps the private key.
const LABEL: [u8; 4] = [0x26, 0xBD, 0xB8, 0x78];

/// The private key, still wrapped.
struct Wrapped<'a> {
    /// User keying material, seed of the wrapping key.
    material: &'a [u8],
    key: &'a [u8],
    curve: ObjectIdentifier,
}

/// Reads EncryptedPrivateKeyInfo whose algorithm is [`ENCRYPTION`].
pub(super) fn read(
    algorithm: &Element<'_>,
    data: &[u8],
    password: &[u8],
    budget: &mut Budget,
    test_sets: TestSets,
) -> Result<PrivateKey, KeyError> {
    let PbeParameters { salt, iterations } = PbeParameters::read(algorithm)?;
    let unsupported = KeyError::Encryption(ENCRYPTION);
    let iv = *salt.first_chunk::<BLOCK>().ok_or(unsupported.clone())?;
    // The counter has two octets.
    let iterations = u16::try_from(iterations).map_err(|_| unsupported.clone())?;
    // Every iteration hashes the salt, in blocks of as many octets as a key has.
    let blocks = 1 + (salt.len() / KEY) as u32;
    budget.iterations(Work::Gost, iterations.into(), blocks)?;
    let key = derive(password, salt, iterations).ok_or(KeyError::WrongPassword)?;
    for substitution in [Substitution::CryptoProA, Substitution::Tc26Z] {
        let plain = substitution.decrypt_cfb(&key, iv, data, Meshing::No);
        let Ok(wrapped) = unpack(&plain) else { continue };
        let set = ParameterSet::find(&wrapped.curve, test_sets)
            .ok_or(KeyError::Algorithm(SpkiError::ParameterSet(wrapped.curve)))?;
        let secret = substitution.decrypt_blocks(&wrapping_key(&key, wrapped.material), wrapped.key);
        return Ok(PrivateKey::from_secret(SecretKey::from_le_bytes(set, &secret)?));
    }
    Err(unsupported)
}

/// K; `None` when the password is no text.
fn derive(password: &[u8], salt: &[u8], iterations: u16) -> Option<Zeroizing<[u8; KEY]>> {
    let text = std::str::from_utf8(password).ok()?;
    let mut key = Zeroizing::new(Vec::with_capacity(2 * password.len().max(KEY)));
    key.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    for counter in 1..=iterations {
        let mut digest = Gost94CryptoPro::new();
        digest.update(&*key);
        digest.update(salt);
        digest.update(counter.to_be_bytes());
        key.clear();
        key.extend_from_slice(&digest.finalize());
    }
    key.first_chunk().map(|key| Zeroizing::new(*key))
}

/// The key under which the private key is wrapped: KDF_GOSTR3411_2012_256 (RFC 7836 4.5).
fn wrapping_key(key: &Zeroizing<[u8; KEY]>, material: &[u8]) -> Zeroizing<[u8; KEY]> {
    let mut mac = Hmac::<Streebog256>::new_from_slice(&**key).expect("HMAC takes a key of any length");
    mac.update(&[1]);
    mac.update(&LABEL);
    mac.update(&[0]);
    mac.update(material);
    mac.update(&[1, 0]);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// Finds the wrapped key in the structures of the provider.
fn unpack(plain: &[u8]) -> Result<Wrapped<'_>, Asn1Error> {
    let mut outer = Reader::new(plain).expect(tag::SEQUENCE)?.reader();
    outer.expect(tag::INTEGER)?;
    outer.read()?;
    let blob = outer.expect(tag::OCTET_STRING)?.content;
    let mut export = Reader::new(blob.get(HEADER..).unwrap_or_default()).expect(tag::SEQUENCE)?.reader();
    let mut value = export.expect(tag::SEQUENCE)?.reader();
    let material = value.expect(tag::OCTET_STRING)?.content;
    let key = value.expect(tag::SEQUENCE)?.reader().expect(tag::OCTET_STRING)?.content;
    let mut info = value.expect(tag::context(0))?.reader();
    info.expect(tag::BIT_STRING)?;
    let mut algorithm = info.expect(tag::context(0))?.reader();
    // Keys for exchange name another algorithm than keys for signatures: the curve alone counts.
    algorithm.expect(tag::OID)?;
    let curve = algorithm.expect(tag::SEQUENCE)?.reader().expect(tag::OID)?.oid()?;
    Ok(Wrapped { material, key, curve })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivation_is_that_of_another_program() {
        // Computed by an unrelated implementation in C.
        let salt: [u8; 16] = std::array::from_fn(|index| index as u8);
        let key = derive(b"123456", &salt, 2000).unwrap();
        let expected = [
            0x99, 0xA5, 0xCB, 0xD1, 0x95, 0x79, 0x95, 0x9B, 0xC3, 0x61, 0xAD, 0x2B, 0x1B, 0xFD, 0x81, 0x8F,
            0x7B, 0x9E, 0x26, 0x71, 0xFB, 0xCC, 0xAB, 0x03, 0x15, 0xE2, 0x0A, 0xC4, 0xA0, 0x1E, 0x02, 0x01,
        ];
        assert_eq!(*key, expected);
    }
}
