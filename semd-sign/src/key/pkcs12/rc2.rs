//! `pbeWithSHAAnd40BitRC2-CBC` (RFC 7292 appendix C): what providers hide certificates with that are no secret.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, InnerIvInit};
use pkcs8::ObjectIdentifier;
use rc2::Rc2;
use sha1::Sha1;
use zeroize::Zeroizing;

use super::super::KeyError;
use super::super::budget::{Budget, Work};
use super::super::pbe::PbeParameters;
use super::kdf::{self, Purpose};
use crate::asn1::Element;

/// The encryption.
pub(in super::super) const ENCRYPTION: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.6");

/// Octets of the key.
const KEY: usize = 5;
/// Octets of a block.
const BLOCK: usize = 8;

/// Opens data that are encrypted as the AlgorithmIdentifier says, which is [`ENCRYPTION`].
pub(in super::super) fn open(
    algorithm: &Element<'_>,
    data: &[u8],
    password: &[u8],
    budget: &mut Budget,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let PbeParameters { salt, iterations } = PbeParameters::read(algorithm)?;
    budget.iterations(Work::Sha, iterations, 2)?;
    let text = kdf::bmp_string(password).ok_or(KeyError::WrongPassword)?;
    let key = kdf::derive::<Sha1>(Purpose::Key, &text, salt, iterations);
    let iv = kdf::derive::<Sha1>(Purpose::InitialVector, &text, salt, iterations);
    let cipher = Rc2::new_with_eff_key_len(&key[..KEY], 8 * KEY);
    let iv = iv.first_chunk::<BLOCK>().ok_or(KeyError::Encryption(ENCRYPTION))?;
    cbc::Decryptor::inner_iv_init(cipher, iv.into())
        .decrypt_padded_vec::<Pkcs7>(data)
        .map(Zeroizing::new)
        .map_err(|_| KeyError::WrongPassword)
}
