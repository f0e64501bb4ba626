//! Parameters of encryption with a password as PKCS#12 has them (RFC 7292 appendix C): a salt and a number of iterations.

use super::KeyError;
use crate::asn1::{Element, tag};

/// Octets of a salt at most; real ones have 8 to 32. Some derivations hash it in every iteration.
pub(super) const MAX_SALT: usize = 1024;

/// `pkcs-12PbeParams`.
pub(super) struct PbeParameters<'a> {
    pub(super) salt: &'a [u8],
    pub(super) iterations: u32,
}

impl<'a> PbeParameters<'a> {
    /// Reads the parameters of an AlgorithmIdentifier.
    ///
    /// # Errors
    /// When it is no such structure, or a number is out of bounds.
    pub(super) fn read(algorithm: &Element<'a>) -> Result<Self, KeyError> {
        let mut algorithm = algorithm.reader();
        let encryption = algorithm.expect(tag::OID)?.oid()?;
        let mut parameters = algorithm.expect(tag::SEQUENCE)?.reader();
        let salt = parameters.expect(tag::OCTET_STRING)?.content;
        let iterations = parameters.expect(tag::INTEGER)?.small_integer()?;
        if salt.is_empty() || salt.len() > MAX_SALT || iterations == 0 {
            return Err(KeyError::Encryption(encryption));
        }
        Ok(Self { salt, iterations })
    }
}

#[cfg(test)]
mod tests {
    use pkcs8::ObjectIdentifier;

    use super::*;
    use crate::asn1::{Reader, Writer};

    const ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.80");

    fn read(salt: usize, iterations: u8) -> Result<(usize, u32), KeyError> {
        let der = Writer::build(|writer| {
            writer.sequence(|algorithm| {
                algorithm.oid(&ENCRYPTION).sequence(|parameters| {
                    parameters.octet_string(&vec![7; salt]).unsigned(&[iterations]);
                });
            });
        });
        let algorithm = Reader::single(&der, tag::SEQUENCE)?;
        PbeParameters::read(&algorithm).map(|read| (read.salt.len(), read.iterations))
    }

    #[test]
    fn salt_and_iterations_have_bounds() {
        assert_eq!(read(16, 100), Ok((16, 100)));
        assert_eq!(read(MAX_SALT, 1), Ok((MAX_SALT, 1)));
        for (salt, iterations) in [(0, 1), (MAX_SALT + 1, 1), (16, 0)] {
            assert_eq!(read(salt, iterations), Err(KeyError::Encryption(ENCRYPTION)), "{salt} {iterations}");
        }
    }
}
