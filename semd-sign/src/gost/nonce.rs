//! The one-time number k of a signature.
//!
//! Nothing public fixes how k is made for GOST R 34.10-2012. Here it is HMAC-SHA-512 (RFC 2104, FIPS 180-4) keyed with the private
//! key, over fresh randomness and the digest: `HMAC(d, randomness ‖ digest ‖ label ‖ kind ‖ attempt ‖ part)`, as many blocks of
//! output as two widths of q take, reduced modulo q. Twice the width leaves a bias of at most 2^-256. Streebog would do as
//! well, but it is made of tables, and which entries it reads would depend on the key.
//!
//! With randomness the nonce is *hedged*: a broken random source cannot make k repeat for different digests, and a fault
//! cannot make it predictable while the source works. Without, it is *deterministic* in the sense of RFC 6979.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha512;
use zeroize::{Zeroize, Zeroizing};

/// Octets of the function's output.
const OUTPUT: usize = 64;
/// Octets of fresh randomness mixed into a hedged nonce.
pub(super) const FRESH: usize = 32;
/// Ends every input, followed by what the nonce is made from, the attempt and the block of output.
const LABEL: &[u8] = b"semd GOST R 34.10-2012 k";

/// Makes nonces under one private key. Its state is wiped when it is dropped.
#[derive(Clone)]
pub(super) struct NonceGenerator {
    /// The function after it has taken the key.
    keyed: Hmac<Sha512>,
}

/// What is mixed into a nonce beside key and digest.
#[derive(Clone, Copy)]
pub(super) enum Entropy<'a> {
    /// Nothing: the same digest gives the same nonce.
    None,
    /// Octets drawn for this one signature.
    Fresh(&'a [u8; FRESH]),
}

impl NonceGenerator {
    /// Takes the private key.
    pub(super) fn new(secret: &[u8]) -> Self {
        let mut key = Zeroizing::new(hmac::digest::Key::<Hmac<Sha512>>::default());
        key[..secret.len()].copy_from_slice(secret);
        Self { keyed: Hmac::new(&key) }
    }

    /// Fills `wide` with the octets of the nonce for this digest; another attempt gives other octets.
    pub(super) fn fill(&self, entropy: Entropy<'_>, digest: &[u8], attempt: u8, wide: &mut [u8]) {
        let (fresh, kind) = match entropy {
            Entropy::None => (&[0; FRESH], 0),
            Entropy::Fresh(octets) => (octets, 1),
        };
        for (part, octets) in (0_u8..).zip(wide.chunks_mut(OUTPUT)) {
            let mut hash = self.keyed.clone();
            hash.update(fresh);
            hash.update(digest);
            hash.update(LABEL);
            hash.update(&[kind, attempt, part]);
            let mut output = hash.finalize().into_bytes();
            octets.copy_from_slice(&output[..octets.len()]);
            output.as_mut_slice().zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonce(secret: &[u8], entropy: Entropy<'_>, digest: &[u8], attempt: u8) -> [u8; 128] {
        let mut wide = [0; 128];
        NonceGenerator::new(secret).fill(entropy, digest, attempt, &mut wide);
        wide
    }

    #[test]
    fn every_input_changes_the_nonce() {
        let fresh = Entropy::Fresh(&[3; FRESH]);
        let reference = nonce(&[1; 32], fresh, &[2; 32], 0);
        assert_eq!(reference, nonce(&[1; 32], fresh, &[2; 32], 0));
        assert_ne!(reference[..64], reference[64..]);
        for other in [
            nonce(&[9; 32], fresh, &[2; 32], 0),
            nonce(&[1; 32], fresh, &[9; 32], 0),
            nonce(&[1; 32], fresh, &[2; 32], 1),
            nonce(&[1; 32], Entropy::Fresh(&[9; FRESH]), &[2; 32], 0),
            nonce(&[1; 32], Entropy::None, &[2; 32], 0),
        ] {
            assert!(reference.chunks(64).zip(other.chunks(64)).all(|(left, right)| left != right));
        }
        let zeros = Entropy::Fresh(&[0; FRESH]);
        assert_ne!(nonce(&[1; 32], zeros, &[2; 32], 0), nonce(&[1; 32], Entropy::None, &[2; 32], 0));
    }

    #[test]
    fn hash_states_that_hold_the_key_are_wiped_when_dropped() {
        // Compiles only while the feature that wipes is on.
        fn wiped<T: zeroize::ZeroizeOnDrop>() {}
        wiped::<Sha512>();
    }
}
