//! Time stamps (RFC 3161): requests, responses, tokens. No network: a request is octets for the authority, its answer is
//! octets for the reader, whoever carries them.

mod error;
mod request;
mod response;
mod token;

pub use error::TspError;
pub use request::TimeStampRequest;
pub(crate) use request::write_imprint;
pub use response::read_response;
pub(crate) use response::read_token;
pub(crate) use token::TstInfo;
