//! The MAC over the contents of a container. Three rules make its key; nothing in the file tells them apart.

use gost94::Gost94CryptoPro;
use hmac::digest::Digest;
use hmac::digest::block_api::{BlockSizeUser, EagerHash};
use hmac::{Hmac, KeyInit as _, Mac as _};
use pkcs8::ObjectIdentifier;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use streebog::{Streebog256, Streebog512};
use zeroize::Zeroizing;

use super::super::KeyError;
use super::super::budget::{Budget, Work};
use super::super::pbe::MAX_SALT;
use super::kdf::{self, Purpose};
use crate::asn1::{Element, tag};
use crate::oid;

const GOST_94: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.643.2.2.9");

/// Octets PBKDF2 makes by RFC 9548 3, and how many of the last ones are the key.
const GOST_DERIVED: usize = 96;
const GOST_KEY: usize = 32;

/// MacData of a container.
pub(super) struct MacData<'a> {
    function: ObjectIdentifier,
    value: &'a [u8],
    salt: &'a [u8],
    iterations: u32,
}

impl<'a> MacData<'a> {
    /// Reads the structure.
    pub(super) fn read(element: &Element<'a>) -> Result<Self, KeyError> {
        let mut reader = element.reader();
        let mut info = reader.expect(tag::SEQUENCE)?.reader();
        let function = info.expect(tag::SEQUENCE)?.reader().expect(tag::OID)?.oid()?;
        let value = info.expect(tag::OCTET_STRING)?.content;
        let salt = reader.expect(tag::OCTET_STRING)?.content;
        let iterations = match reader.optional(tag::INTEGER)? {
            Some(iterations) => iterations.small_integer()?,
            None => 1,
        };
        if salt.is_empty() || salt.len() > MAX_SALT || iterations == 0 {
            return Err(KeyError::Encryption(function));
        }
        Ok(Self { function, value, salt, iterations })
    }

    /// Fails unless the MAC over `content` is right under the password by one of the rules.
    pub(super) fn verify(
        &self,
        password: &[u8],
        content: &[u8],
        budget: &mut Budget,
    ) -> Result<(), KeyError> {
        let good = match self.function {
            oid::SHA_1 => self.appendix_b::<Sha1>(Work::Sha, password, content, budget)?,
            oid::SHA_256 => self.appendix_b::<Sha256>(Work::Sha, password, content, budget)?,
            oid::SHA_384 => self.appendix_b::<Sha384>(Work::Sha, password, content, budget)?,
            oid::SHA_512 => self.appendix_b::<Sha512>(Work::Sha, password, content, budget)?,
            oid::STREEBOG_256 => self.gost::<Streebog256>(password, content, budget)?,
            oid::STREEBOG_512 => self.gost::<Streebog512>(password, content, budget)?,
            GOST_94 => self.gost::<Gost94CryptoPro>(password, content, budget)?,
            other => return Err(KeyError::Encryption(other)),
        };
        if good { Ok(()) } else { Err(KeyError::WrongPassword) }
    }

    /// With a hash function of GOST either rule may have been followed: RFC 9548 3, or the older one.
    fn gost<D>(&self, password: &[u8], content: &[u8], budget: &mut Budget) -> Result<bool, KeyError>
    where
        D: EagerHash + Digest + BlockSizeUser,
    {
        let blocks = GOST_DERIVED.div_ceil(<D as Digest>::output_size());
        budget.iterations(Work::Gost, self.iterations, blocks as u32)?;
        let mut derived = Zeroizing::new([0; GOST_DERIVED]);
        pbkdf2::pbkdf2_hmac::<D>(password, self.salt, self.iterations, &mut *derived);
        Ok(self.matches::<D>(&derived[GOST_DERIVED - GOST_KEY..], content)
            || self.appendix_b::<D>(Work::Gost, password, content, budget)?)
    }

    /// The key by RFC 7292 appendix B.
    fn appendix_b<D>(
        &self,
        work: Work,
        password: &[u8],
        content: &[u8],
        budget: &mut Budget,
    ) -> Result<bool, KeyError>
    where
        D: EagerHash + Digest + BlockSizeUser,
    {
        let Some(text) = kdf::bmp_string(password) else {
            return Ok(false);
        };
        budget.iterations(work, self.iterations, 1)?;
        if self.matches::<D>(&kdf::derive::<D>(Purpose::Mac, &text, self.salt, self.iterations), content) {
            return Ok(true);
        }
        // No password is written by some software as no octets at all, by other as the two zero octets.
        if !password.is_empty() {
            return Ok(false);
        }
        budget.iterations(work, self.iterations, 1)?;
        Ok(self.matches::<D>(&kdf::derive::<D>(Purpose::Mac, &[], self.salt, self.iterations), content))
    }

    fn matches<D: EagerHash>(&self, key: &[u8], content: &[u8]) -> bool {
        let mut mac = Hmac::<D>::new_from_slice(key).expect("HMAC takes a key of any length");
        mac.update(content);
        mac.verify_slice(self.value).is_ok()
    }
}
