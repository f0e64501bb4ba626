//! Making a signature: the text with its place for the signature, a plan of it, and a key.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use semd_core::xml::{self, ElementId, c14n};

use super::algorithm::{
    DigestMethod, EXCLUSIVE, NAMESPACE, Sha, SignatureMethod, Spelling, Transform,
    canonicalization_identifier,
};
use super::error::XmlSignatureError;
use super::key_info::WSSE;
use super::{Limits, WSU, place, reference, value};
use crate::backend::{SignatureAlgorithm, Signer};
use crate::wss::X509_TOKEN;

/// How a signature is built.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// `Id` of the signature.
    pub id: Option<&'a str>,
    /// Canonical form of `SignedInfo`.
    pub canonicalization: c14n::Options,
    /// Names of the GOST algorithms.
    pub spelling: Spelling,
    /// The signature method; `None` takes the one of the key: GOST with its length, or RSA with SHA-256.
    pub method: Option<SignatureMethod>,
    /// What the references are hashed with; `None` takes the function of the signature method.
    pub digest: Option<DigestMethod>,
    /// What is signed.
    pub references: Vec<PlannedReference>,
    /// Where a reader finds the certificate.
    pub key_info: KeyInfo<'a>,
}

/// One reference of a [`Plan`].
#[derive(Clone, Debug)]
pub struct PlannedReference {
    /// Empty for the whole document, else `#` and an identifier.
    pub uri: String,
    /// Transforms, in order.
    pub transforms: Vec<Transform>,
}

impl PlannedReference {
    /// An element by its identifier, by exclusive canonicalization.
    pub fn element(id: &str) -> Self {
        Self { uri: format!("#{id}"), transforms: vec![Transform::exclusive()] }
    }
}

/// Where a reader of the signature finds the certificate.
#[derive(Clone, Copy, Debug)]
pub enum KeyInfo<'a> {
    /// Inside, as `X509Data`.
    Certificate,
    /// In the `BinarySecurityToken` with an identifier, which the text has already.
    Token {
        /// `wsu:Id` of the token.
        token: &'a str,
        /// `Id` of `KeyInfo`.
        id: Option<&'a str>,
        /// `wsu:Id` of `SecurityTokenReference`.
        reference_id: Option<&'a str>,
    },
}

impl<'a> Plan<'a> {
    /// Exclusive canonicalization, URN names, the key's own algorithms, the certificate inside.
    pub fn new(references: Vec<PlannedReference>) -> Self {
        Self {
            id: None,
            canonicalization: c14n::Options::exclusive(),
            spelling: Spelling::default(),
            method: None,
            digest: None,
            references,
            key_info: KeyInfo::Certificate,
        }
    }

    fn method(&self, signer: &dyn Signer) -> Result<SignatureMethod, XmlSignatureError> {
        if let Some(method) = self.method {
            return Ok(method);
        }
        match signer.algorithm()? {
            SignatureAlgorithm::Gost(function) => Ok(SignatureMethod::Gost(function)),
            SignatureAlgorithm::RsaSha256 => Ok(SignatureMethod::Rsa(Sha::Sha256)),
            other => Err(XmlSignatureError::Algorithm {
                element: "SignatureMethod",
                identifier: other.to_string(),
            }),
        }
    }

    /// The signature element with the given digests and value.
    fn write(
        &self,
        method: SignatureMethod,
        signer: &dyn Signer,
        digests: &[Vec<u8>],
        value: &[u8],
    ) -> String {
        let mut out = String::new();
        let _ =
            write!(out, "<ds:Signature xmlns:ds=\"{NAMESPACE}\"{}><ds:SignedInfo>", optional("Id", self.id));
        algorithm(&mut out, "CanonicalizationMethod", &canonicalization_identifier(&self.canonicalization));
        self.write_prefixes(&mut out, &self.canonicalization, "CanonicalizationMethod");
        algorithm(&mut out, "SignatureMethod", &method.identifier(self.spelling));
        out.push_str("</ds:SignatureMethod>");
        let digest_method = self.digest.unwrap_or(method.digest_method()).identifier(self.spelling);
        for (index, reference) in self.references.iter().enumerate() {
            let _ = write!(out, "<ds:Reference URI=\"{}\">", escaped(&reference.uri));
            if !reference.transforms.is_empty() {
                out.push_str("<ds:Transforms>");
                for transform in &reference.transforms {
                    algorithm(&mut out, "Transform", &transform.identifier());
                    match transform {
                        Transform::Canonical(options) => self.write_prefixes(&mut out, options, "Transform"),
                        _ => out.push_str("</ds:Transform>"),
                    }
                }
                out.push_str("</ds:Transforms>");
            }
            algorithm(&mut out, "DigestMethod", &digest_method);
            let digest = STANDARD.encode(digests.get(index).map_or(&[][..], Vec::as_slice));
            let _ = write!(out, "</ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>");
        }
        let value = STANDARD.encode(value);
        let _ = write!(out, "</ds:SignedInfo><ds:SignatureValue>{value}</ds:SignatureValue>");
        match self.key_info {
            KeyInfo::Certificate => {
                let certificate = STANDARD.encode(signer.certificate().der());
                let _ = write!(
                    out,
                    "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
                );
            }
            KeyInfo::Token { token, id, reference_id } => {
                let _ = write!(
                    out,
                    concat!(
                        "<ds:KeyInfo{}><wsse:SecurityTokenReference xmlns:wsse=\"{}\" xmlns:wsu=\"{}\"{}>",
                        "<wsse:Reference URI=\"#{}\" ValueType=\"{}\"></wsse:Reference>",
                        "</wsse:SecurityTokenReference></ds:KeyInfo>"
                    ),
                    optional("Id", id),
                    WSSE,
                    WSU,
                    optional("wsu:Id", reference_id),
                    escaped(token),
                    X509_TOKEN
                );
            }
        }
        out.push_str("</ds:Signature>");
        out
    }

    /// The parameter of exclusive canonicalization, and the end of the element that has it.
    fn write_prefixes(&self, out: &mut String, options: &c14n::Options, element: &str) {
        if !options.inclusive_prefixes.is_empty() {
            let name =
                |prefix: &String| if prefix.is_empty() { "#default".to_owned() } else { prefix.clone() };
            let list: Vec<_> = options.inclusive_prefixes.iter().map(name).collect();
            let _ = write!(
                out,
                "<ec:InclusiveNamespaces xmlns:ec=\"{EXCLUSIVE}\" PrefixList=\"{}\"></ec:InclusiveNamespaces>",
                escaped(&list.join(" "))
            );
        }
        let _ = write!(out, "</ds:{element}>");
    }
}

fn algorithm(out: &mut String, element: &str, identifier: &str) {
    let _ = write!(out, "<ds:{element} Algorithm=\"{identifier}\">");
}

fn optional(name: &str, value: Option<&str>) -> String {
    value.map_or_else(String::new, |value| format!(" {name}=\"{}\"", escaped(value)))
}

fn escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// Puts a signature into `text` at the byte offset `at`, where an element may stand; everything that is signed must be in the
/// text already. The result is verified before it is returned.
///
/// # Errors
/// The text is not XML, a reference of the plan selects nothing or not one thing, or the key cannot be used.
pub fn sign(
    text: &str,
    at: usize,
    plan: &Plan<'_>,
    signer: &dyn Signer,
) -> Result<String, XmlSignatureError> {
    let limits = Limits::default();
    let method = plan.method(signer)?;
    let (before, after) =
        text.split_at_checked(at).ok_or(XmlSignatureError::Malformed { element: "Signature" })?;
    let with = |digests: &[Vec<u8>], value: &[u8]| {
        [before, &plan.write(method, signer, digests, value), after].concat()
    };

    let draft = with(&[], &[]);
    let document = xml::parse(draft.as_bytes(), &limits.xml)?;
    let signature = placed(&document, at)?;
    let digest_method = plan.digest.unwrap_or(method.digest_method());
    let digests = plan
        .references
        .iter()
        .map(|reference| {
            let selected =
                reference::select(&document, &reference.uri, &reference.transforms, signature, &limits)?;
            Ok(digest_method.digest(&selected.octets))
        })
        .collect::<Result<Vec<_>, XmlSignatureError>>()?;

    let draft = with(&digests, &[]);
    let document = xml::parse(draft.as_bytes(), &limits.xml)?;
    let signed_info = document
        .child(placed(&document, at)?, NAMESPACE, "SignedInfo")
        .ok_or(XmlSignatureError::Malformed { element: "SignedInfo" })?;
    let signed_info = c14n::canonicalize_element(&document, signed_info, &plan.canonicalization)?;
    let signature_value = signer.sign(&signed_info)?;
    value::check(method, signer.certificate(), &signed_info, &signature_value)?;
    Ok(with(&digests, &signature_value))
}

/// The signature element, by its place: its identifier may be anything.
fn placed(document: &xml::Document<'_>, at: usize) -> Result<ElementId, XmlSignatureError> {
    let at = at - document.skipped().min(at);
    let index = document.elements().partition_point(|element| (element.offset as usize) < at);
    match document.elements().get(index) {
        Some(element) if element.offset as usize == at => Ok(ElementId(index as u32)),
        _ => Err(XmlSignatureError::Malformed { element: "Signature" }),
    }
}

/// Signs a whole document by a signature that becomes the last child of its root element.
///
/// # Errors
/// The text is not XML, its root element is an empty-element tag, or the key cannot be used.
pub fn sign_enveloped(
    text: &str,
    spelling: Spelling,
    signer: &dyn Signer,
) -> Result<String, XmlSignatureError> {
    let document = xml::parse(text.as_bytes(), &Limits::default().xml)?;
    let at = place::end_of(&document, document.root())
        .ok_or(XmlSignatureError::Malformed { element: "Signature" })?;
    let reference = PlannedReference {
        uri: String::new(),
        transforms: vec![Transform::Enveloped, Transform::exclusive()],
    };
    let plan = Plan { spelling, ..Plan::new(vec![reference]) };
    sign(text, at + document.skipped(), &plan, signer)
}
