//! Untrusted bytes to one read-only tree.
//!
//! [`parse`], or a [`Reader`] for many documents, is the only way in: it admits (named [`Limits`], UTF-8, no DTD), checks
//! well-formedness of XML 1.0 and Namespaces in XML 1.0, and builds a flat arena [`Document`]. Nothing here recurses over the
//! input.
//!
//! ```
//! use semd_core::xml::{self, Limits};
//!
//! let document = xml::parse(b"<a b='1'><c>text</c></a>", &Limits::default()).unwrap();
//! let root = document.root();
//! assert_eq!(document.local_name(root), "a");
//! assert_eq!(document.attribute(root, "", "b"), Some("1"));
//! assert_eq!(document.string_value(root), "text");
//! ```

mod by_name;
pub mod c14n;
mod chars;
mod document;
mod fault;
mod limits;
mod names;
mod path;
mod position;
mod runs;
mod scanner;
mod signature;
pub mod walk;

pub(crate) use by_name::{Bindings, ByName};
pub(crate) use chars::{is_char, is_ncname};
pub(crate) use document::OwnText;
pub use document::{
    Aside, AsideKind, Attribute, AttributeId, Children, Document, Element, ElementId, NamespaceDeclaration,
    Node, Text, TextId,
};
pub use fault::{Fault, FaultKind};
pub use limits::Limits;
pub use names::{ExpandedName, NameId, name_bit};
pub(crate) use path::{PREFIXES, Paths, write_name};
pub use position::{LineIndex, Position};
pub use scanner::{Reader, parse};
pub(crate) use signature::Signature;

/// Namespace of CDA R2 elements.
pub const HL7_V3: &str = "urn:hl7-org:v3";
/// Namespace of `xsi:type`, `xsi:nil`, `xsi:schemaLocation`.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// Namespace bound to the prefix `xml`.
pub const XML: &str = "http://www.w3.org/XML/1998/namespace";
