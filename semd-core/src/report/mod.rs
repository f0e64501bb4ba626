//! Findings and verdicts: the data every check produces and every output format prints.
//!
//! A [`Report`] is what all layers say of one document. A [`Finding`] has the layer and rule that made it, the register's code,
//! weight, texts in both languages, place (path, line, column, offset), and whose turn it is. [`format`](mod@format) prints
//! reports; values of the document that may be personal are shown by their shape ([`redact`]) unless it is asked for.
//!
//! ```
//! use semd_core::report::{Lang, Layer, Owner, Severity, redact};
//! # use semd_core::package::PackageStore;
//! # use semd_core::validate::{Options, Validator};
//!
//! # let validator = Validator::new(PackageStore::embedded());
//! let report = validator.validate(b"<a><b></a>", &Options::default());
//! let finding = &report.findings[0];
//! assert_eq!((finding.layer, finding.severity), (Layer::Xml, Severity::Error));
//! assert_eq!((finding.line, finding.owner), (1, Owner::Mis));
//! assert_eq!(report.count(Severity::Error), 1);
//! assert_eq!(redact::shape("112-233-445 95"), "000-000-000 00");
//! # let _ = finding.message.text(Lang::Ru);
//! ```

mod document;
mod finding;
pub mod format;
mod message;
pub mod redact;
mod verdict;
mod wanted;

pub use document::Report;
pub use finding::{Finding, Layer, Owner, Severity};
pub use format::Printed;
pub use message::{Lang, Message};
pub use verdict::Verdict;
