//! The C interface of semd, for systems written in C, C++, C#, Delphi, Java, Python or 1C.
//!
//! The C side is described by `include/semd.h` (made of these sources) and `docs/c-interface.md`. In short:
//!
//! - every function answers a [`SemdStatus`] and gives what it makes through a pointer;
//! - a **handle** is a number, never an address: a wrong, freed or foreign one is an error and not a crash;
//! - a **buffer** belongs to the caller until [`semd_buffer_free`]; its octets are followed by a zero;
//! - an **error** is a handle with a code and a text in Russian and English;
//! - all functions may be called from any thread at any time.
//!
//! A panic inside is caught at the border and comes out as [`SemdStatus::Internal`].

mod buffer;
mod build;
mod bundle;
mod error;
mod failure;
mod guard;
mod handle;
mod input;
mod options;
mod preflight;
mod render;
mod sign;
mod signer;
mod trust;
mod validate;
mod verify;
mod version;

pub use buffer::{SemdBuffer, semd_buffer_free};
pub use build::{semd_build, semd_builder_new};
pub use error::{SEMD_LANG_EN, SEMD_LANG_RU, semd_error_code, semd_error_details, semd_error_message};
pub use failure::SemdStatus;
pub use handle::{SemdHandle, semd_free, semd_handle_count};
pub use preflight::{semd_preflight, semd_preflight_new, semd_registration_request};
pub use render::semd_render;
pub use sign::{semd_sign, semd_sign_message};
pub use signer::{SemdRelease, SemdSign, semd_signer_new, semd_signer_open};
pub use trust::{
    SEMD_TRUST_ACCREDITED, SEMD_TRUST_CRL, SEMD_TRUST_INTERMEDIATE, SEMD_TRUST_OCSP, SEMD_TRUST_ROOT,
    semd_trust_add, semd_trust_new,
};
pub use validate::{semd_validate, semd_validator_new};
pub use verify::semd_verify;
pub use version::{SEMD_ABI_VERSION, semd_abi_version, semd_version};
