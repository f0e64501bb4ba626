//! PrivateKeyInfo (RFC 5208) and OneAsymmetricKey (RFC 5958) of GOST keys.

use zeroize::Zeroizing;

use super::{KeyError, PrivateKey};
use crate::asn1::{Element, Reader, Writer, tag, write_header};
use crate::gost::{ParameterSet, PublicKey, SecretKey, TestSets};
use crate::spki;

/// Masks after the masked key; more is not a key file.
const MAX_MASKS: usize = 16;

/// Reads a structure that is not encrypted.
pub(super) fn read(der: &[u8], test_sets: TestSets) -> Result<PrivateKey, KeyError> {
    let mut outer = Reader::new(der);
    let Ok(info) = outer.expect(tag::SEQUENCE) else {
        return Err(KeyError::NotPkcs8);
    };
    outer.finish()?;
    let mut reader = info.reader();
    let version = reader.expect(tag::INTEGER).map_err(|_| KeyError::NotPkcs8)?.small_integer()?;
    if version > 1 {
        return Err(KeyError::NotPkcs8);
    }
    let set = spki::read_algorithm(&reader.expect(tag::SEQUENCE)?, test_sets)?;
    let octets = reader.expect(tag::OCTET_STRING)?;
    // Attributes say nothing about the key itself.
    reader.optional(tag::context(0))?;
    let public = reader.optional(tag::context_primitive(1))?;
    reader.finish()?;

    let secret = secret(set, octets.content)?;
    let key = PrivateKey::from_secret(secret);
    if let Some(public) = public {
        check_public(set, &public, &key)?;
    }
    Ok(key)
}

/// The private key in any of its forms. A length decides between the raw ones: the parameter set fixes the width, so
/// 64 octets under a 256-bit set are a key with one mask, not a longer key.
fn secret(set: &'static ParameterSet, octets: &[u8]) -> Result<SecretKey, KeyError> {
    let width = set.width();
    if !octets.is_empty() && octets.len().is_multiple_of(width) && octets.len() / width <= MAX_MASKS + 1 {
        return unmask(set, octets);
    }
    let element = Reader::new(octets).read()?;
    Reader::single(octets, element.tag)?;
    match element.tag {
        tag::OCTET_STRING => secret_octets(set, element.content),
        tag::INTEGER => {
            let number = element.content.strip_prefix(&[0]).unwrap_or(element.content);
            if number.len() > width {
                return Err(secret_length(set, number));
            }
            let mut little_endian = Zeroizing::new(vec![0; width]);
            for (target, octet) in little_endian.iter_mut().zip(number.iter().rev()) {
                *target = *octet;
            }
            Ok(SecretKey::from_le_bytes(set, &little_endian)?)
        }
        tag::SEQUENCE => {
            let mut reader = element.reader();
            let masked = reader.expect(tag::OCTET_STRING)?;
            let secret = secret_octets(set, masked.content)?;
            if let Some(public) = reader.optional(tag::OCTET_STRING)? {
                let public = PublicKey::from_le_bytes(set, public.content)?;
                if public != secret.public_key() {
                    return Err(KeyError::PublicMismatch);
                }
            }
            reader.finish()?;
            Ok(secret)
        }
        _ => Err(secret_length(set, octets)),
    }
}

fn secret_octets(set: &'static ParameterSet, octets: &[u8]) -> Result<SecretKey, KeyError> {
    if octets.is_empty()
        || !octets.len().is_multiple_of(set.width())
        || octets.len() / set.width() > MAX_MASKS + 1
    {
        return Err(secret_length(set, octets));
    }
    unmask(set, octets)
}

fn unmask(set: &'static ParameterSet, octets: &[u8]) -> Result<SecretKey, KeyError> {
    let (masked, masks) = octets.split_at(set.width());
    Ok(SecretKey::unmask(set, masked, masks.chunks(set.width()))?)
}

fn secret_length(set: &ParameterSet, octets: &[u8]) -> KeyError {
    KeyError::Value(crate::gost::GostError::SecretLength { found: octets.len(), expected: set.width() })
}

/// `publicKey [1] IMPLICIT BIT STRING` of RFC 5958; its octets are those of SubjectPublicKeyInfo or the bare point.
fn check_public(set: &'static ParameterSet, element: &Element<'_>, key: &PrivateKey) -> Result<(), KeyError> {
    let octets = element.content.strip_prefix(&[0]).unwrap_or(element.content);
    let point = Reader::single(octets, tag::OCTET_STRING).map_or(octets, |inner| inner.content);
    if PublicKey::from_le_bytes(set, point)? == *key.public_key() {
        Ok(())
    } else {
        Err(KeyError::PublicMismatch)
    }
}

/// Writes version 0 with raw little-endian octets, the form every reader of GOST keys understands (RFC 9548 5.1
/// without masks).
pub(super) fn write(secret: &SecretKey) -> Zeroizing<Vec<u8>> {
    let algorithm = Writer::build(|writer| {
        writer.unsigned(&[]);
        spki::write_algorithm(writer, secret.parameter_set());
    });
    let octets = secret.to_le_bytes();
    // Version and algorithm, then the header of the key and the key: written in one piece of the final size, because
    // a writer that grows leaves copies of the key behind.
    let length = algorithm.len() + 2 + octets.len();
    let mut der = Zeroizing::new(Vec::with_capacity(length + 4));
    write_header(&mut der, tag::SEQUENCE, length);
    der.extend_from_slice(&algorithm);
    write_header(&mut der, tag::OCTET_STRING, octets.len());
    der.extend_from_slice(&octets);
    der
}
