//! The exchange with the federal register of medical documents (РЭМД).
//!
//! A document is registered by an asynchronous SOAP exchange: the request goes out, the register pulls the file through
//! the callback service, and the verdict arrives later at the same service. Everything that happens is written to a
//! [`journal`] before it has an effect, so that a crash at any moment loses nothing and sends nothing twice.
//!
//! | you want to | see |
//! |---|---|
//! | know what the register would answer | [`preflight`] |
//! | make the registration request of a document | [`RegisterDocumentRequest`](message::RegisterDocumentRequest), [`bundle`] |
//! | register documents | [`Exchange`], [`worker::Worker`], [`callback::serve`] |
//! | know what became of a document | [`journal::Journal`], [`Exchange::subscribe`] |
//! | understand a refusal | [`codes::Code`], [`retry`] |
//! | try everything without a register | [`sandbox`] |
//! | sign envelopes | [`security`] |
//!
//! # Foresee
//!
//! ```
//! use semd_core::package::PackageStore;
//! use semd_core::validate::Validator;
//! use semd_exchange::bundle::BundleFiles;
//! use semd_exchange::preflight::Preflight;
//! use semd_exchange::reference::ReferenceData;
//! use semd_sign::verify::TrustStore;
//! use time::macros::datetime;
//!
//! let validator = Validator::new(PackageStore::embedded());
//! let preflight = Preflight::new(validator, TrustStore::new(), ReferenceData::default());
//! let document = std::fs::read("../fixtures/documents/consultation.xml")?;
//! let files = BundleFiles { document, ..BundleFiles::default() };
//! let report = preflight.check(&files, None, datetime!(2025-03-01 12:00 +3))?;
//! assert!(report.codes().contains("NO_SIGNATURE"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Register
//!
//! One journal, one service for the callbacks, one worker. A rerun after a crash goes on where the last run ended.
//! `examples/rust/register.rs` is the whole of it, with a sandbox for the register.
//!
//! ```no_run
//! use semd_exchange::Exchange;
//! use semd_exchange::bundle::Bundle;
//! use semd_exchange::callback::{self, CallbackSettings};
//! use semd_exchange::checksum::Checksum;
//! use semd_exchange::client::{Client, ClientLimits};
//! use semd_exchange::journal::SqliteJournal;
//! use semd_exchange::retry::RetryPolicy;
//! use semd_exchange::worker::{Settings, Worker};
//! use std::path::Path;
//!
//! # async fn register() -> Result<(), Box<dyn std::error::Error>> {
//! let journal = SqliteJournal::open(Path::new("semd.journal.db"))?;
//! let exchange = Exchange::new(journal, RetryPolicy::default());
//! let client = Client::new(ClientLimits::default());
//! let callbacks = callback::serve(exchange.clone(), client.clone(), CallbackSettings::default()).await?;
//! let worker = Worker::new(exchange, client, Settings::new("http://127.0.0.1:8080/", callbacks.url()));
//!
//! let submission = Bundle::find(Path::new("documents/a.xml"))?.load("119", Checksum::default())?;
//! for document in worker.register(vec![submission]).await?.documents {
//!     println!("{}: {} {:?}", document.file, document.state, document.emdr_id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Understand a refusal
//!
//! ```
//! use semd_core::report::Lang;
//! use semd_exchange::codes::{Code, Resend};
//!
//! let code = Code::find("DIGEST_MISMATCH").unwrap();
//! assert_eq!(code.resend, Resend::Useless);
//! println!("{}: {}", code.owner.word(Lang::Ru), code.advice.text(Lang::Ru));
//! ```

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
mod runtime;
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
pub use runtime::runtime;
