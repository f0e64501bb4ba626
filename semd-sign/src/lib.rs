//! wip
pub mod certificate;
pub mod digest;
pub mod gost;
pub mod key;
mod asn1;
mod oid;
mod pem;
mod spki;
#[cfg(test)]
mod testing;
pub use key::KeyError;
