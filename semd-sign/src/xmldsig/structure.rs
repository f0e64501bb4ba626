//! The `ds:Signature` element, read strictly.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use semd_core::xml::{Document, ElementId, c14n};

use super::Limits;
use super::algorithm::{DigestMethod, EXCLUSIVE, NAMESPACE, SignatureMethod, Transform, canonicalization};
use super::error::{XmlSignatureError, cut};

/// What a signature element says.
pub(super) struct SignatureElement<'d> {
    pub(super) id: Option<&'d str>,
    pub(super) signed_info: ElementId,
    pub(super) canonicalization: c14n::Options,
    pub(super) method: SignatureMethod,
    pub(super) references: Vec<Reference<'d>>,
    pub(super) value: Vec<u8>,
    pub(super) key_info: Option<ElementId>,
}

/// What one reference says.
pub(super) struct Reference<'d> {
    pub(super) uri: &'d str,
    pub(super) transforms: Vec<Transform>,
    pub(super) digest_method: DigestMethod,
    pub(super) digest: Vec<u8>,
}

/// Children of an element, taken in the order of the schema.
struct Sequence<'d> {
    document: &'d Document<'d>,
    children: std::iter::Peekable<semd_core::xml::Children<'d>>,
}

impl<'d> Sequence<'d> {
    fn of(document: &'d Document<'d>, element: ElementId) -> Self {
        Self { document, children: document.children(element).peekable() }
    }

    fn optional(&mut self, local: &str) -> Option<ElementId> {
        let document = self.document;
        self.children
            .next_if(|&child| document.local_name(child) == local && document.namespace(child) == NAMESPACE)
    }

    fn required(&mut self, local: &'static str) -> Result<ElementId, XmlSignatureError> {
        self.optional(local).ok_or(XmlSignatureError::Malformed { element: local })
    }

    fn finish(mut self, parent: &'static str) -> Result<(), XmlSignatureError> {
        match self.children.next() {
            None => Ok(()),
            Some(_) => Err(XmlSignatureError::Malformed { element: parent }),
        }
    }
}

impl<'d> SignatureElement<'d> {
    /// Reads a signature (XMLDSig 4.1 to 4.3).
    pub(super) fn read(
        document: &'d Document<'d>,
        element: ElementId,
        limits: &Limits,
    ) -> Result<Self, XmlSignatureError> {
        if document.local_name(element) != "Signature" || document.namespace(element) != NAMESPACE {
            return Err(XmlSignatureError::Malformed { element: "Signature" });
        }
        let mut parts = Sequence::of(document, element);
        let signed_info = parts.required("SignedInfo")?;
        let value = octets(document, parts.required("SignatureValue")?, "SignatureValue")?;
        let key_info = parts.optional("KeyInfo");
        while parts.optional("Object").is_some() {}
        parts.finish("Signature")?;

        let mut parts = Sequence::of(document, signed_info);
        let (method, identifier) =
            algorithm(document, parts.required("CanonicalizationMethod")?, "CanonicalizationMethod")?;
        let canonicalization = match canonicalization(identifier) {
            Some(options) => with_prefixes(document, method, options)?,
            None => return Err(not_admitted("CanonicalizationMethod", identifier)),
        };
        let (_, identifier) = algorithm(document, parts.required("SignatureMethod")?, "SignatureMethod")?;
        let method =
            SignatureMethod::read(identifier).ok_or_else(|| not_admitted("SignatureMethod", identifier))?;
        let mut references = vec![Reference::read(document, parts.required("Reference")?, limits)?];
        while let Some(reference) = parts.optional("Reference") {
            if references.len() == limits.references {
                return Err(XmlSignatureError::TooMany { what: "Reference", limit: limits.references });
            }
            references.push(Reference::read(document, reference, limits)?);
        }
        parts.finish("SignedInfo")?;
        Ok(Self {
            id: document.attribute(element, "", "Id"),
            signed_info,
            canonicalization,
            method,
            references,
            value,
            key_info,
        })
    }
}

impl<'d> Reference<'d> {
    fn read(
        document: &'d Document<'d>,
        element: ElementId,
        limits: &Limits,
    ) -> Result<Self, XmlSignatureError> {
        // Without a URI the meaning is agreed on elsewhere (XMLDSig 4.3.3.1): nothing of the kind exists here.
        let uri = document
            .attribute(element, "", "URI")
            .ok_or(XmlSignatureError::Malformed { element: "Reference" })?;
        let mut parts = Sequence::of(document, element);
        let mut transforms = Vec::new();
        if let Some(list) = parts.optional("Transforms") {
            let mut list = Sequence::of(document, list);
            let mut next = Some(list.required("Transform")?);
            while let Some(transform) = next {
                if transforms.len() == limits.transforms {
                    return Err(XmlSignatureError::TooMany { what: "Transform", limit: limits.transforms });
                }
                let (element, identifier) = algorithm(document, transform, "Transform")?;
                let transform =
                    Transform::read(identifier).ok_or_else(|| not_admitted("Transform", identifier))?;
                transforms.push(match transform {
                    Transform::Canonical(options) => {
                        Transform::Canonical(with_prefixes(document, element, options)?)
                    }
                    other => other,
                });
                next = list.optional("Transform");
            }
            list.finish("Transforms")?;
        }
        let (_, identifier) = algorithm(document, parts.required("DigestMethod")?, "DigestMethod")?;
        let digest_method =
            DigestMethod::read(identifier).ok_or_else(|| not_admitted("DigestMethod", identifier))?;
        let digest = octets(document, parts.required("DigestValue")?, "DigestValue")?;
        parts.finish("Reference")?;
        Ok(Self { uri, transforms, digest_method, digest })
    }
}

fn algorithm<'d>(
    document: &'d Document<'d>,
    element: ElementId,
    name: &'static str,
) -> Result<(ElementId, &'d str), XmlSignatureError> {
    let identifier = document.attribute(element, "", "Algorithm");
    identifier.map(|identifier| (element, identifier)).ok_or(XmlSignatureError::Malformed { element: name })
}

fn not_admitted(element: &'static str, identifier: &str) -> XmlSignatureError {
    XmlSignatureError::Algorithm { element, identifier: cut(identifier) }
}

/// The parameter of exclusive canonicalization (Exclusive XML Canonicalization 1.0, section 3.1).
fn with_prefixes(
    document: &Document<'_>,
    element: ElementId,
    mut options: c14n::Options,
) -> Result<c14n::Options, XmlSignatureError> {
    let malformed = XmlSignatureError::Malformed { element: "InclusiveNamespaces" };
    let mut children = document.children(element);
    let Some(parameter) = children.next() else { return Ok(options) };
    let is_prefixes = document.local_name(parameter) == "InclusiveNamespaces"
        && document.namespace(parameter) == EXCLUSIVE
        && options.method == c14n::Method::Exclusive;
    if !is_prefixes || children.next().is_some() {
        return Err(malformed);
    }
    let list = document.attribute(parameter, "", "PrefixList").ok_or(malformed)?;
    let prefix = |prefix: &str| if prefix == "#default" { String::new() } else { prefix.to_owned() };
    options.inclusive_prefixes = list.split_ascii_whitespace().map(prefix).collect();
    if options.inclusive_prefixes.len() > MAX_PREFIXES {
        return Err(XmlSignatureError::TooMany { what: "PrefixList", limit: MAX_PREFIXES });
    }
    Ok(options)
}

/// Prefixes of one `PrefixList`: each is looked for on every element.
const MAX_PREFIXES: usize = 64;

/// The octets of an element whose content is base64, broken into lines or not.
pub(super) fn octets(
    document: &Document<'_>,
    element: ElementId,
    name: &'static str,
) -> Result<Vec<u8>, XmlSignatureError> {
    let malformed = XmlSignatureError::Malformed { element: name };
    if document.children(element).next().is_some() {
        return Err(malformed);
    }
    let text: Vec<u8> = document
        .string_value(element)
        .bytes()
        .filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
        .collect();
    STANDARD.decode(text).map_err(|_| malformed)
}
