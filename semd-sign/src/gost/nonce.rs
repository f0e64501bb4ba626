//! The one-time number k of a signature.
//!
//! Nothing public fixes a deterministic k for GOST R 34.10-2012. A hedged one is used: HMAC-DRBG (the construction of
//! NIST SP 800-90A 10.1.2 and RFC 6979 3.2) over Streebog-512, seeded with the private key, the digest and fresh
//! randomness. A broken random source cannot make k repeat for different digests, and a fault cannot make it
//! predictable while the random source works.

use hmac::{Hmac, KeyInit, Mac};
use streebog::Streebog512;
use zeroize::{Zeroize, Zeroizing};

const STATE: usize = 64;

/// The generator's state.
pub(super) struct NonceGenerator {
    key: Zeroizing<[u8; STATE]>,
    value: Zeroizing<[u8; STATE]>,
}

impl NonceGenerator {
    /// Seeds the generator with the private key, the digest to be signed and fresh randomness.
    pub(super) fn new(secret: &[u8], digest: &[u8], fresh: &[u8]) -> Self {
        let mut generator = Self { key: Zeroizing::new([0; STATE]), value: Zeroizing::new([1; STATE]) };
        for separator in [0_u8, 1] {
            generator.key = generator.mac(&[&*generator.value, &[separator], secret, digest, fresh]);
            generator.value = generator.mac(&[&*generator.value]);
        }
        generator
    }

    /// Fills `candidate` with the next octets.
    pub(super) fn fill(&mut self, candidate: &mut [u8]) {
        for chunk in candidate.chunks_mut(STATE) {
            self.value = self.mac(&[&*self.value]);
            chunk.copy_from_slice(&self.value[..chunk.len()]);
        }
        self.key = self.mac(&[&*self.value, &[0]]);
        self.value = self.mac(&[&*self.value]);
    }

    fn mac(&self, parts: &[&[u8]]) -> Zeroizing<[u8; STATE]> {
        let mut mac =
            Hmac::<Streebog512>::new_from_slice(&*self.key).expect("HMAC takes a key of any length");
        for part in parts {
            mac.update(part);
        }
        let mut output = mac.finalize().into_bytes();
        let mut result = Zeroizing::new([0; STATE]);
        result.copy_from_slice(&output);
        output.as_mut_slice().zeroize();
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(secret: &[u8], digest: &[u8], fresh: &[u8]) -> [u8; 32] {
        let mut out = [0; 32];
        NonceGenerator::new(secret, digest, fresh).fill(&mut out);
        out
    }

    #[test]
    fn every_input_changes_the_nonce() {
        let reference = first(&[1; 32], &[2; 32], &[3; 32]);
        assert_eq!(reference, first(&[1; 32], &[2; 32], &[3; 32]));
        assert_ne!(reference, first(&[9; 32], &[2; 32], &[3; 32]));
        assert_ne!(reference, first(&[1; 32], &[9; 32], &[3; 32]));
        assert_ne!(reference, first(&[1; 32], &[2; 32], &[9; 32]));
    }

    #[test]
    fn hash_states_under_the_mac_are_wiped_when_dropped() {
        // Compiles only while the feature that wipes is on.
        fn wiped<T: zeroize::ZeroizeOnDrop>() {}
        wiped::<Streebog512>();
    }

    #[test]
    fn successive_candidates_differ() {
        let mut generator = NonceGenerator::new(&[1], &[2], &[3]);
        let (mut a, mut b) = ([0; 64], [0; 64]);
        generator.fill(&mut a);
        generator.fill(&mut b);
        assert_ne!(a, b);
    }
}
