//! Who holds the private key: software in this process today, tokens and certified providers behind the same trait.

mod error;
mod signer;
mod software;

pub use error::SignError;
pub use signer::Signer;
pub use software::SoftwareSigner;
