//! Key derivation of RFC 7292 appendix B.2.

use hmac::digest::Digest;
use hmac::digest::block_api::BlockSizeUser;
use zeroize::Zeroizing;

/// What the derived octets are for: the identifier octet of appendix B.3.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Purpose {
    /// Key of a cipher.
    Key = 1,
    /// Initialisation vector of a cipher.
    InitialVector = 2,
    /// Key of a MAC.
    Mac = 3,
}

/// A password as the derivation takes it: BMPString, two octets a character and two zero octets after the last;
/// `None` when the octets are no UTF-8 text.
pub(in super::super) fn bmp_string(password: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let text = std::str::from_utf8(password).ok()?;
    // Room for everything at once: growing would leave copies behind.
    let mut octets = Zeroizing::new(Vec::with_capacity(2 * password.len() + 2));
    for unit in text.encode_utf16() {
        octets.extend_from_slice(&unit.to_be_bytes());
    }
    octets.extend_from_slice(&[0, 0]);
    Some(octets)
}

/// As many derived octets as the hash function gives.
pub(in super::super) fn derive<D: Digest + BlockSizeUser>(
    purpose: Purpose,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
) -> Zeroizing<Vec<u8>> {
    // One output is all that is needed, so the round that makes the next block (steps 6B and 6C) never comes.
    let block = D::block_size();
    let mut digest = D::new();
    digest.update(vec![purpose as u8; block]);
    digest.update(filled(salt, block));
    digest.update(filled(password, block));
    let mut key = Zeroizing::new(digest.finalize().to_vec());
    for _ in 1..iterations {
        key = Zeroizing::new(D::digest(&*key).to_vec());
    }
    key
}

/// The octets repeated up to a multiple of the block.
fn filled(octets: &[u8], block: usize) -> Zeroizing<Vec<u8>> {
    let length = octets.len().next_multiple_of(block);
    let mut filled = Zeroizing::new(Vec::with_capacity(length));
    filled.extend(octets.iter().copied().cycle().take(length));
    filled
}
