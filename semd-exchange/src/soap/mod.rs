//! SOAP envelopes with WS-Addressing and the transport header of the bus (ИПС).
//!
//! Writing follows one form ([`write()`]); reading accepts every form seen around the register ([`Received`]).

mod element;
mod envelope;
mod fault;
mod message_id;
mod received;
mod writer;

pub use element::Element;
pub use envelope::{Headers, Version, write};
pub use fault::{FaultSide, SoapFault};
pub use message_id::MessageId;
pub use received::{EnvelopeError, Received};
pub use writer::XmlWriter;

use semd_core::xml::Limits;

/// Limits on received envelopes. Anybody who reaches the callback address may send one, and a body of small elements takes
/// many times its size as a tree: a search result of 20,000 items has 300,000 nodes.
pub fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_depth = 64;
    limits.max_nodes = 500_000;
    limits
}

/// Namespace names of the exchange.
pub mod namespace {
    /// SOAP 1.1 envelope.
    pub const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
    /// SOAP 1.2 envelope.
    pub const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";
    /// WS-Addressing 1.0.
    pub const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
    /// Anonymous address of WS-Addressing 1.0.
    pub const ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";
    /// `transportHeader` of the bus.
    pub const TRANSPORT: &str = "http://egisz.rosminzdrav.ru";
    /// Messages from an information system to the register.
    pub const SERVICE: &str = "http://egisz.rosminzdrav.ru/iehr/emdr/service/";
    /// Messages from the register to an information system.
    pub const CALLBACK: &str = "http://egisz.rosminzdrav.ru/iehr/emdr/callback/";
}
