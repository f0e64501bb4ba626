//! What a container that is there already is worth.

use super::Placement;
use crate::certificate::Certificate;
use crate::verify::{self, Content, Digests};

/// Level of a CAdES container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Without anything beside the signature.
    Bes,
    /// With a time stamp.
    T,
    /// With revocation data too.
    Lt,
    /// With an archive time stamp.
    A,
}

/// A container whose mathematics and bindings hold, with one signer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intact {
    /// The signer's certificate; nobody has judged it.
    pub certificate: Certificate,
    /// The level that the parts present make.
    pub level: Level,
    /// Where the document is.
    pub placement: Placement,
}

/// Looks at a container over `content`: `None` unless it has exactly one signer, whose signature is a right one of this very
/// content. Says nothing about trust; that is [`crate::verify::verify`].
///
/// ```
/// use semd_sign::cades;
///
/// assert_eq!(cades::inspect(b"not a container", b"<ClinicalDocument/>"), None);
/// ```
pub fn inspect<'a>(container: &[u8], content: impl Into<Content<'a>>) -> Option<Intact> {
    verify::intact(container, &Digests::new(content.into()))
}
