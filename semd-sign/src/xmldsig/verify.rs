//! Verification: mathematics and what was signed. Whether the certificate is trusted is asked elsewhere.

use semd_core::xml::{Document, ElementId, Node, c14n};

use super::algorithm::{DigestMethod, NAMESPACE, Sha, SignatureMethod};
use super::error::{XmlSignatureError, cut};
use super::reference::{self, Selection};
use super::structure::SignatureElement;
use super::{Limits, key_info, value};
use crate::certificate::Certificate;

/// What is admitted beside the defaults.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Limits on the signature.
    pub limits: Limits,
    /// Admit SHA-1 in signatures by RSA: the bus writes it on its test stand.
    pub sha1: bool,
    /// The certificate to verify with, instead of the ones in the message.
    pub certificate: Option<Certificate>,
}

/// A signature that holds.
#[derive(Clone, Debug)]
pub struct VerifiedSignature {
    /// The `ds:Signature` element.
    pub element: ElementId,
    /// Its `Id`.
    pub id: Option<String>,
    /// The algorithm.
    pub method: SignatureMethod,
    /// The certificate whose key made it. **Not** judged: build its chain before believing the name in it.
    pub certificate: Certificate,
    /// The other certificates in the message; they may help to build the chain.
    pub others: Vec<Certificate>,
    /// What was signed, in the order of the references.
    pub parts: Vec<SignedPart>,
}

/// What one reference covers.
#[derive(Clone, Debug)]
pub struct SignedPart {
    /// The reference: empty for the whole document, else `#` and an identifier.
    pub uri: String,
    selection: Selection,
}

impl SignedPart {
    /// The signed element; [`Node::Document`] for the whole document.
    pub fn node(&self) -> Node {
        self.selection.subset.apex
    }

    /// The octets that were hashed: the part as the signer saw it.
    pub fn octets(&self) -> &[u8] {
        &self.selection.octets
    }

    /// Whether an element with everything inside was hashed, less the signature itself.
    pub fn covers(&self, document: &Document<'_>, element: ElementId) -> bool {
        let subset = &self.selection.subset;
        reference::contains(document, subset.apex, element)
            && !subset
                .without
                .iter()
                .any(|&left_out| reference::contains(document, Node::Element(left_out), element))
    }
}

impl VerifiedSignature {
    /// Whether an element with everything inside was signed.
    ///
    /// A reader must ask this about the very element it takes its data from, found by its place and not by its identifier:
    /// a valid signature over another element says nothing about this one.
    pub fn covers(&self, document: &Document<'_>, element: ElementId) -> bool {
        self.parts.iter().any(|part| part.covers(document, element))
    }
}

/// All signature elements of a document, in document order, those inside other signatures included.
pub fn signatures(document: &Document<'_>) -> Vec<ElementId> {
    let Some(name) = document.find_name(NAMESPACE, "Signature") else { return Vec::new() };
    let elements = document.elements().iter().enumerate();
    elements.filter(|(_, element)| element.name == name).map(|(id, _)| ElementId(id as u32)).collect()
}

/// Verifies one signature of a document.
///
/// # Errors
/// Why it is refused. What is not understood is refused, too.
///
/// ```
/// use semd_core::xml::{self, Limits};
/// use semd_sign::xmldsig::{self, Options, Spelling};
/// # use semd_sign::{SoftwareSigner, gost::ParameterSet, pki::{Subject, TestAuthority}};
/// # use time::{Duration, macros::datetime};
/// # let now = datetime!(2026-05-20 10:00 UTC);
/// # let set = ParameterSet::by_oid(ParameterSet::TC26_256_A).expect("a known set");
/// # let authority = TestAuthority::create("Пример", set, now, Duration::days(365))?;
/// # let issued = authority.issue(&Subject::sample_person(), set, now, Duration::days(90))?;
/// # let signer = SoftwareSigner::new(issued.key, issued.certificate)?;
///
/// let signed = xmldsig::sign_enveloped("<order><item>1</item></order>", Spelling::Urn, &signer)?;
/// let document = xml::parse(signed.as_bytes(), &Limits::default()).expect("well-formed");
/// let signature = xmldsig::signatures(&document)[0];
/// let verified = xmldsig::verify(&document, signature, &Options::default())?;
/// let item = document.child(document.root(), "", "item").expect("an item");
/// assert!(verified.covers(&document, item));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify(
    document: &Document<'_>,
    signature: ElementId,
    options: &Options,
) -> Result<VerifiedSignature, XmlSignatureError> {
    let limits = &options.limits;
    let read = SignatureElement::read(document, signature, limits)?;
    admit_hash_functions(&read, options)?;
    let mut certificates = match &options.certificate {
        Some(certificate) => vec![certificate.clone()],
        None => key_info::certificates(document, read.key_info, limits)?,
    };
    let canonicalization = reference::limited(&read.canonicalization, limits);
    let signed_info = c14n::canonicalize_element(document, read.signed_info, &canonicalization)?;
    // A chain may stand in any order: the one whose key made the signature is the signer's.
    let mut refusal = XmlSignatureError::NoCertificate;
    let mut signer = None;
    for (index, certificate) in certificates.iter().enumerate() {
        match value::check(read.method, certificate, &signed_info, &read.value) {
            Ok(()) => {
                signer = Some(index);
                break;
            }
            Err(error) => refusal = error,
        }
    }
    let certificate = certificates.swap_remove(signer.ok_or(refusal)?);

    let mut parts = Vec::with_capacity(read.references.len());
    let mut total = 0;
    for reference in &read.references {
        let selection = reference::select(document, reference.uri, &reference.transforms, signature, limits)?;
        if reference.digest_method.digest(&selection.octets) != reference.digest {
            return Err(XmlSignatureError::Digest { uri: cut(reference.uri) });
        }
        total += selection.octets.len();
        if total > limits.canonical_bytes {
            return Err(c14n::TooLarge { limit: limits.canonical_bytes }.into());
        }
        parts.push(SignedPart { uri: reference.uri.to_owned(), selection });
    }
    Ok(VerifiedSignature {
        element: signature,
        id: read.id.map(str::to_owned),
        method: read.method,
        certificate,
        others: certificates,
        parts,
    })
}

/// A signature by GOST hashes by GOST; SHA-1 is admitted on demand only.
fn admit_hash_functions(read: &SignatureElement<'_>, options: &Options) -> Result<(), XmlSignatureError> {
    let refuse = |element, identifier| Err(XmlSignatureError::Algorithm { element, identifier });
    if read.method == SignatureMethod::Rsa(Sha::Sha1) && !options.sha1 {
        return refuse("SignatureMethod", read.method.identifier(super::Spelling::Urn));
    }
    for reference in &read.references {
        let admitted = match (read.method, reference.digest_method) {
            (SignatureMethod::Gost(_), DigestMethod::Gost(_)) => true,
            (SignatureMethod::Gost(_), DigestMethod::Sha(_)) => false,
            (SignatureMethod::Rsa(_), method) => method != DigestMethod::Sha(Sha::Sha1) || options.sha1,
        };
        if !admitted {
            return refuse("DigestMethod", reference.digest_method.identifier(super::Spelling::Urn));
        }
    }
    Ok(())
}
