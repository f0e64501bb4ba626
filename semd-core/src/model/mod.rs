//! The document as typed data.
//!
//! Every class of CDA that the Russian profile uses is a struct whose fields follow the order of the XML Schema; [`read`]
//! fills them from a parsed document, [`write()`] makes a document of them, serde turns them into JSON and back. What the
//! classes do not know stays in their `other` field and is written back in its place.
//!
//! ```
//! use semd_core::model::{self, Keep, Style};
//! use semd_core::xml::{self, Limits};
//!
//! let bytes = b"<ClinicalDocument xmlns='urn:hl7-org:v3'><title>Protocol</title></ClinicalDocument>";
//! let document = xml::parse(bytes, &Limits::default()).unwrap();
//! let mut model = model::read(&document, Keep::Meaning).unwrap();
//! model.effective_time = Some(Box::new("202605141015+0300".into()));
//! let written = model::write(&model, Style::Compact).unwrap();
//! assert!(written.contains("<title>Protocol</title><effectiveTime value=\"202605141015+0300\"/>"));
//! let json = serde_json::to_string(&model).unwrap();
//! assert_eq!(serde_json::from_str::<model::ClinicalDocument>(&json).unwrap(), model);
//! ```

mod any;
mod class;
mod datatypes;
mod document;
mod extensions;
mod lexical;
mod narrative;
mod other;
mod read;
mod roles;
mod scope;
mod statements;
mod write;

pub use any::Any;
pub use datatypes::*;
pub use document::*;
pub use extensions::*;
pub use lexical::{Boolean, Decimal, NullFlavor, PointInTime};
pub use narrative::{Narrative, paragraph, table};
pub use other::{Aside, Element, Item, Node, Other};
pub use read::{Keep, ReadError, read};
pub use roles::*;
pub use statements::*;
pub use write::{Style, WriteError, write};

/// Namespace of identity documents, policies and registration numbers.
pub const IDENTITY: &str = "urn:hl7-ru:identity";
/// Namespace of coded parts of addresses.
pub const ADDRESS: &str = "urn:hl7-ru:address";
/// Namespace of the federal address register.
pub const FIAS: &str = "urn:hl7-ru:fias";
/// Namespace of forms, kinds and conditions of care.
pub const MED_SERVICE: &str = "urn:hl7-ru:medService";
/// Namespace of further personal data.
pub const PII: &str = "urn:hl7-ru:PII";
/// Namespace of telemedicine documents.
pub const TMK: &str = "urn:tmk";
