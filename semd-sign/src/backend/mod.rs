//! Who holds the private key: this process, a token, the system's OpenSSL, or another program, all behind one trait.

mod algorithm;
pub mod command;
mod error;
#[cfg(feature = "openssl")]
mod openssl;
pub mod pkcs11;
mod signer;
mod software;
mod value;

pub use algorithm::SignatureAlgorithm;
pub use command::CommandSigner;
pub use error::SignError;
#[cfg(feature = "openssl")]
pub use openssl::OpensslSigner;
pub use pkcs11::Pkcs11Signer;
pub use signer::Signer;
pub use software::SoftwareSigner;
