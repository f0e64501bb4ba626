//! GOST 28147-89 as password encryption uses it: cipher feedback with key meshing (RFC 4357 2.3.2).

use magma::cipher::consts::{U8, U32};
use magma::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockSizeUser, KeyInit, KeySizeUser};
use pkcs8::ObjectIdentifier;
use zeroize::Zeroizing;

/// Octets of a block and of an initialisation vector.
pub(super) const BLOCK: usize = 8;
/// Octets of a key.
pub(super) const KEY: usize = 32;
/// Octets after which the key is replaced.
const MESHING: usize = 1024;
/// The constant that makes the next key (RFC 4357 2.3.2).
const MESHING_CONSTANT: [u8; KEY] = [
    0x69, 0x00, 0x72, 0x22, 0x64, 0xC9, 0x04, 0x23, 0x8D, 0x3A, 0xDB, 0x96, 0x46, 0xE9, 0x2A, 0xC4, 0x18,
    0xFE, 0xAC, 0x94, 0x00, 0xED, 0x07, 0x12, 0xC0, 0x86, 0xDC, 0xC2, 0xEF, 0x4C, 0xA9, 0x2B,
];

/// The substitution sets met in key files.
#[derive(Clone, Copy, Debug)]
pub(super) enum Substitution {
    CryptoProA,
    CryptoProB,
    CryptoProC,
    CryptoProD,
    /// `id-tc26-gost-28147-param-Z`, the one of GOST R 34.12-2015.
    Tc26Z,
}

impl Substitution {
    pub(super) fn find(oid: &ObjectIdentifier) -> Option<Self> {
        Some(match oid.to_string().as_str() {
            "1.2.643.2.2.31.1" => Self::CryptoProA,
            "1.2.643.2.2.31.2" => Self::CryptoProB,
            "1.2.643.2.2.31.3" => Self::CryptoProC,
            "1.2.643.2.2.31.4" => Self::CryptoProD,
            "1.2.643.7.1.2.5.1.1" => Self::Tc26Z,
            _ => return None,
        })
    }

    /// Opens data in cipher feedback mode. There is no check value: a wrong key gives noise.
    pub(super) fn decrypt_cfb(
        self,
        key: &Zeroizing<[u8; KEY]>,
        iv: [u8; BLOCK],
        data: &[u8],
        meshing: Meshing,
    ) -> Zeroizing<Vec<u8>> {
        match self {
            Self::CryptoProA => decrypt_cfb::<magma::Gost89CryptoProA>(key, iv, data, meshing),
            Self::CryptoProB => decrypt_cfb::<magma::Gost89CryptoProB>(key, iv, data, meshing),
            Self::CryptoProC => decrypt_cfb::<magma::Gost89CryptoProC>(key, iv, data, meshing),
            Self::CryptoProD => decrypt_cfb::<magma::Gost89CryptoProD>(key, iv, data, meshing),
            Self::Tc26Z => decrypt_cfb::<magma::Magma>(key, iv, data, meshing),
        }
    }

    /// Opens whole blocks one by one, as keys are wrapped (RFC 4357 6.1); octets after the last whole block are left out.
    pub(super) fn decrypt_blocks(self, key: &Zeroizing<[u8; KEY]>, data: &[u8]) -> Zeroizing<Vec<u8>> {
        match self {
            Self::CryptoProA => decrypt_blocks::<magma::Gost89CryptoProA>(key, data),
            Self::CryptoProB => decrypt_blocks::<magma::Gost89CryptoProB>(key, data),
            Self::CryptoProC => decrypt_blocks::<magma::Gost89CryptoProC>(key, data),
            Self::CryptoProD => decrypt_blocks::<magma::Gost89CryptoProD>(key, data),
            Self::Tc26Z => decrypt_blocks::<magma::Magma>(key, data),
        }
    }
}

/// Whether the key is replaced after every kilobyte (RFC 4357 2.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meshing {
    /// As PBES2 does.
    Yes,
    /// One key for all data.
    No,
}

/// A cipher of the family, whatever its substitution set.
trait Cipher:
    KeyInit + KeySizeUser<KeySize = U32> + BlockSizeUser<BlockSize = U8> + BlockCipherEncrypt + BlockCipherDecrypt
{
}

impl<C> Cipher for C where
    C: KeyInit
        + KeySizeUser<KeySize = U32>
        + BlockSizeUser<BlockSize = U8>
        + BlockCipherEncrypt
        + BlockCipherDecrypt
{
}

/// The cipher in the little-endian convention of GOST 28147-89: the crate speaks the big-endian one of
/// GOST R 34.12-2015, which is the same cipher on reversed words and blocks.
struct LittleEndian<C>(C);

impl<C: Cipher> LittleEndian<C> {
    fn new(key: &Zeroizing<[u8; KEY]>) -> Self {
        let mut swapped = key.clone();
        swapped.chunks_exact_mut(4).for_each(<[u8]>::reverse);
        let key = Zeroizing::new(Array(*swapped));
        Self(C::new(&key))
    }

    fn encrypt(&self, mut block: [u8; BLOCK]) -> [u8; BLOCK] {
        block.reverse();
        let mut block = Array(block);
        self.0.encrypt_block(&mut block);
        block.reverse();
        block.0
    }

    fn decrypt(&self, mut block: [u8; BLOCK]) -> [u8; BLOCK] {
        block.reverse();
        let mut block = Array(block);
        self.0.decrypt_block(&mut block);
        block.reverse();
        block.0
    }

    /// The cipher with the next key.
    fn mesh(&self) -> Self {
        let mut key = Zeroizing::new(MESHING_CONSTANT);
        let (blocks, _) = key.as_chunks_mut::<BLOCK>();
        for block in blocks {
            *block = self.decrypt(*block);
        }
        Self::new(&key)
    }
}

fn decrypt_blocks<C: Cipher>(key: &Zeroizing<[u8; KEY]>, data: &[u8]) -> Zeroizing<Vec<u8>> {
    let cipher = LittleEndian::<C>::new(key);
    let mut plain = Zeroizing::new(Vec::with_capacity(data.len()));
    for block in data.as_chunks::<BLOCK>().0 {
        plain.extend(cipher.decrypt(*block));
    }
    plain
}

fn decrypt_cfb<C: Cipher>(
    key: &Zeroizing<[u8; KEY]>,
    iv: [u8; BLOCK],
    data: &[u8],
    meshing: Meshing,
) -> Zeroizing<Vec<u8>> {
    let mut cipher = LittleEndian::<C>::new(key);
    let mut feedback = iv;
    let mut plain = Zeroizing::new(Vec::with_capacity(data.len()));
    for (index, chunk) in data.chunks(BLOCK).enumerate() {
        if meshing == Meshing::Yes && index > 0 && (index * BLOCK).is_multiple_of(MESHING) {
            cipher = cipher.mesh();
            feedback = cipher.encrypt(feedback);
        }
        let gamma = cipher.encrypt(feedback);
        plain.extend(chunk.iter().zip(gamma).map(|(octet, gamma)| octet ^ gamma));
        // Only the last chunk may be short, and nothing follows it.
        feedback[..chunk.len()].copy_from_slice(chunk);
    }
    plain
}
