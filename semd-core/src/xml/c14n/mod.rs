//! Canonical XML: the one spelling of a document, or of a part of it, that XML signatures are made over.
//!
//! [Canonical XML 1.0](https://www.w3.org/TR/2001/REC-xml-c14n-20010315) and [Exclusive XML Canonicalization
//! 1.0](https://www.w3.org/TR/2002/REC-xml-exc-c14n-20020718/), both with and without comments. The part is what XML
//! signatures select by `URI=""` and `URI="#id"`: the document or one element with everything inside, less whole elements.
//!
//! ```
//! use semd_core::xml::{self, Limits, c14n};
//!
//! let document = xml::parse(b"<a  xmlns:x='urn:x' c='1' b = '&quot;'><x:d/></a>", &Limits::default()).unwrap();
//! let bytes = c14n::canonicalize(&document, &c14n::Options::exclusive()).unwrap();
//! assert_eq!(bytes, br#"<a b="&quot;" c="1"><x:d xmlns:x="urn:x"></x:d></a>"#);
//! ```

mod escape;
mod namespaces;
mod writer;

use super::{Document, ElementId};

use writer::Writer;

pub use super::walk::Subset;

/// How namespace declarations are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Every declaration in scope is written: Canonical XML 1.0.
    Inclusive,
    /// Only what the written names use: Exclusive XML Canonicalization 1.0.
    Exclusive,
}

/// How a document is spelled.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Treatment of namespace declarations.
    pub method: Method,
    /// Whether comments are written.
    pub comments: bool,
    /// `PrefixList` of `ec:InclusiveNamespaces`: prefixes that the exclusive method treats like the inclusive one; the empty
    /// prefix stands for `#default`.
    pub inclusive_prefixes: Vec<String>,
    /// Largest output, bytes. Default 128 MiB, twice the largest document: the exclusive method repeats a declaration on
    /// every sibling that uses it, so that a small document could fill the memory.
    pub max_bytes: usize,
}

impl Options {
    /// Canonical XML 1.0 without comments: `http://www.w3.org/TR/2001/REC-xml-c14n-20010315`.
    pub fn inclusive() -> Self {
        Self {
            method: Method::Inclusive,
            comments: false,
            inclusive_prefixes: Vec::new(),
            max_bytes: 128 << 20,
        }
    }

    /// Exclusive canonicalization without comments: `http://www.w3.org/2001/10/xml-exc-c14n#`.
    pub fn exclusive() -> Self {
        Self { method: Method::Exclusive, ..Self::inclusive() }
    }

    /// The same with comments.
    #[must_use]
    pub fn with_comments(self) -> Self {
        Self { comments: true, ..self }
    }
}

/// The canonical form is larger than permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the canonical form exceeds {limit} bytes")]
pub struct TooLarge {
    /// The limit, bytes.
    pub limit: usize,
}

/// The canonical form of a whole document.
///
/// # Errors
/// When it exceeds [`Options::max_bytes`].
pub fn canonicalize(document: &Document<'_>, options: &Options) -> Result<Vec<u8>, TooLarge> {
    canonicalize_subset(document, &Subset::document(), options)
}

/// The canonical form of one element with everything inside.
///
/// # Errors
/// When it exceeds [`Options::max_bytes`].
pub fn canonicalize_element(
    document: &Document<'_>,
    element: ElementId,
    options: &Options,
) -> Result<Vec<u8>, TooLarge> {
    canonicalize_subset(document, &Subset::element(element), options)
}

/// The canonical form of a part of a document.
///
/// # Errors
/// When it exceeds [`Options::max_bytes`].
pub fn canonicalize_subset(
    document: &Document<'_>,
    subset: &Subset,
    options: &Options,
) -> Result<Vec<u8>, TooLarge> {
    Writer::new(document, subset, options).write()
}
