//! From a reference to the octets that are hashed.

use semd_core::xml::c14n::{self, Subset};
use semd_core::xml::{self, Document, ElementId, Node};

use super::algorithm::Transform;
use super::error::{XmlSignatureError, cut};
use super::{Limits, ids, smev};

/// What a reference selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    /// The document or one element.
    pub(super) subset: Subset,
    /// The octets behind the last transform: these are hashed.
    pub(super) octets: Vec<u8>,
}

enum Data {
    Nodes(Subset),
    Octets(Vec<u8>),
}

/// Follows a same-document reference and applies its transforms (XMLDSig 4.3.3).
///
/// Comments are never selected: neither `URI=""` nor `URI="#id"` does (4.3.3.3), and the forms that would are not admitted.
pub(super) fn select(
    document: &Document<'_>,
    uri: &str,
    transforms: &[Transform],
    signature: ElementId,
    limits: &Limits,
) -> Result<Selection, XmlSignatureError> {
    let mut subset = match uri.strip_prefix('#') {
        _ if uri.is_empty() => Subset::document(),
        Some(id) if !id.is_empty() && !id.contains('(') => Subset::element(ids::find(document, id)?),
        _ => return Err(XmlSignatureError::External { uri: cut(uri) }),
    };
    let mut data = Data::Nodes(subset.clone());
    for transform in transforms {
        data = match (transform, data) {
            (Transform::Enveloped, Data::Nodes(mut nodes)) => {
                if contains(document, nodes.apex, signature) {
                    nodes.without.push(signature);
                }
                subset.without.clone_from(&nodes.without);
                Data::Nodes(nodes)
            }
            (Transform::Enveloped, Data::Octets(_)) => {
                return Err(XmlSignatureError::TransformOrder { uri: cut(uri) });
            }
            (Transform::Canonical(options), Data::Nodes(nodes)) => {
                let options = limited(&without_comments(options), limits);
                Data::Octets(c14n::canonicalize_subset(document, &nodes, &options)?)
            }
            (Transform::Canonical(options), Data::Octets(octets)) => {
                let parsed = xml::parse(&octets, &limits.xml)?;
                Data::Octets(c14n::canonicalize(&parsed, &limited(options, limits))?)
            }
            (Transform::Smev, data) => {
                Data::Octets(smev::normalise(&octets(document, data, limits)?, limits)?)
            }
        };
    }
    Ok(Selection { octets: octets(document, data, limits)?, subset })
}

/// Nodes that no transform turned into octets are canonicalized without comments (XMLDSig 4.3.3.2).
fn octets(document: &Document<'_>, data: Data, limits: &Limits) -> Result<Vec<u8>, XmlSignatureError> {
    Ok(match data {
        Data::Octets(octets) => octets,
        Data::Nodes(nodes) => {
            c14n::canonicalize_subset(document, &nodes, &limited(&c14n::Options::inclusive(), limits))?
        }
    })
}

fn without_comments(options: &c14n::Options) -> c14n::Options {
    let mut options = options.clone();
    options.comments = false;
    options
}

/// The options with the caller's limit.
pub(super) fn limited(options: &c14n::Options, limits: &Limits) -> c14n::Options {
    let mut options = options.clone();
    options.max_bytes = limits.canonical_bytes;
    options
}

/// Whether an element is `apex` or inside it.
pub(super) fn contains(document: &Document<'_>, apex: Node, element: ElementId) -> bool {
    match apex {
        Node::Document => true,
        Node::Element(apex) => (apex.0..document.element(apex).end).contains(&element.0),
        Node::Attribute(_) | Node::Text(_) => false,
    }
}
