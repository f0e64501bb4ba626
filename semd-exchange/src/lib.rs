//! The exchange with the federal register of medical documents (РЭМД).
//!
//! A document is registered by an asynchronous SOAP exchange: the request goes out, the register pulls the file through
//! the callback service, and the verdict arrives later at the same service. Everything that happens is written to a
//! [`journal`] before it has an effect, so that a crash at any moment loses nothing and sends nothing twice.

pub mod bundle;
pub mod callback;
pub mod checksum;
pub mod client;
pub mod codes;
mod exchange;
pub mod http_service;
pub mod journal;
pub mod measurements;
pub mod message;
pub mod operator;
pub mod preflight;
pub mod reference;
pub mod retry;
pub mod sandbox;
pub mod security;
pub mod sheet;
pub mod soap;
pub mod statistics;
pub mod test_services;
pub mod tls;
pub mod trust_services;
pub mod worker;

pub use exchange::Exchange;
