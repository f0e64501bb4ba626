//! GOST R 34.10-2012 signatures with 256- and 512-bit keys over digests of GOST R 34.11-2012.
//!
//! Signing takes constant time; verifying works on public data and may not. Byte orders, because nothing in this
//! standard is where one expects it: a signature is `s‖r`, both big-endian; a public key is `x‖y`, both
//! little-endian; a private key is little-endian; a digest is read as a little-endian number.

mod algorithm;
mod batch;
mod comb;
mod curve;
mod curves;
mod error;
mod field;
mod inverse;
mod joint;
mod limbs;
mod modulus;
mod nonce;
#[cfg(test)]
mod oracle;
mod point;
mod prepared_key;
mod public_key;
mod recode;
mod secret_key;
mod sets;
#[cfg(target_arch = "x86_64")]
mod vector;
#[cfg(test)]
mod vectors;

pub use batch::{Signed, verify_batch};
pub use error::GostError;
pub use prepared_key::PreparedKey;
pub use public_key::PublicKey;
pub use secret_key::SecretKey;
pub use sets::{ParameterSet, TestSets};

/// Octets of the widest coordinate.
const MAX_WIDTH: usize = 64;
