//! wip
pub mod digest;
pub mod gost;
mod asn1;
mod oid;
mod spki;
#[cfg(test)]
mod testing;
