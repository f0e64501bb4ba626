//! XML signatures against the vectors: verified as they are, and every accepted form made anew with our own key.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod common;

use std::path::Path;

use common::vectors;
use semd_core::xml::{self, Document, ElementId, Limits, Node};
use semd_sign::gost::ParameterSet;
use semd_sign::xmldsig::{self, Options, XmlSignatureError};
use semd_sign::{Certificate, SoftwareSigner};
use serde_json::Value;

fn cases(folder: &Path) -> Vec<Value> {
    let manifest = std::fs::read(folder.join("xmldsig/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    manifest["vectors"].as_array().unwrap().clone()
}

fn certificate(folder: &Path, case: &Value) -> Certificate {
    let path = folder.join(case["certs"][0].as_str().unwrap());
    Certificate::from_bytes(&std::fs::read(path).unwrap()).unwrap()
}

/// Verifies every signature of a document; the first refusal counts.
fn verify_all(bytes: &[u8], options: &Options) -> Result<Vec<String>, String> {
    let text = xmldsig::to_utf8(bytes).map_err(|error| error.rule().to_owned())?;
    let document = xml::parse(&text, &Limits::default()).map_err(|fault| fault.rule().to_owned())?;
    let signatures = xmldsig::signatures(&document);
    if signatures.is_empty() {
        return Err("no-signature".to_owned());
    }
    let mut signed = Vec::new();
    for signature in signatures {
        let verified =
            xmldsig::verify(&document, signature, options).map_err(|error| error.rule().to_owned())?;
        for part in &verified.parts {
            assert!(!part.octets().is_empty());
            signed.push(part.uri.trim_start_matches('#').to_owned());
        }
    }
    Ok(signed)
}

#[test]
fn every_vector_gets_the_recorded_verdict() {
    let Some(folder) = vectors() else { return };
    let (mut accepted, mut refused, mut policy) = (0, 0, 0);
    for case in cases(&folder) {
        let id = case["id"].as_str().unwrap();
        let bytes = std::fs::read(folder.join(case["file"].as_str().unwrap())).unwrap();
        let mut options = Options::default();
        let outcome = verify_all(&bytes, &options);
        match case["expected"]["accept"].as_bool() {
            Some(true) => {
                let signed = outcome.unwrap_or_else(|rule| panic!("{id}: refused, {rule}"));
                if let Some(ids) = case["signed_ids"].as_array() {
                    for known in ids {
                        assert!(signed.iter().any(|signed| known == signed), "{id}: {known} in {signed:?}");
                    }
                }
                accepted += 1;
            }
            Some(false) => {
                let rule = outcome.expect_err(id);
                let expected: &[&str] = match case["reason"].as_str() {
                    Some("digest mismatch") => &["digest-mismatch"],
                    Some("signature mismatch") => &["signature-mismatch", "key-mismatch"],
                    Some("nothing signed") => &["malformed-signature"],
                    Some("algorithm not allowed" | "transform not allowed") => &["algorithm-not-allowed"],
                    Some("external reference") => &["external-reference"],
                    Some("unresolved reference") => &["unresolved-reference"],
                    Some("DTD") => &["document-type-declaration"],
                    Some("not signed") => &["no-signature"],
                    _ => &["digest-mismatch", "signature-mismatch"],
                };
                assert!(expected.contains(&rule.as_str()), "{id}: {rule}, expected {expected:?}");
                refused += 1;
            }
            // The octets verify; what refuses is a profile.
            None => {
                if case["reason"] == "no certificate" {
                    assert_eq!(outcome, Err("no-certificate".to_owned()), "{id}");
                    options.certificate = Some(certificate(&folder, &case));
                }
                verify_all(&bytes, &options).unwrap_or_else(|rule| panic!("{id}: refused, {rule}"));
                policy += 1;
            }
        }
    }
    println!("compared {accepted} accepted, {refused} refused, {policy} left to policy");
    assert!(accepted > 20 && refused > 15 && policy > 3);
}

#[test]
fn wrapped_payload_is_not_covered() {
    let Some(folder) = vectors() else { return };
    let bytes = std::fs::read(folder.join("xmldsig/wrapping-moved.xml")).unwrap();
    let document = xml::parse(&bytes, &Limits::default()).unwrap();
    let verified =
        xmldsig::verify(&document, xmldsig::signatures(&document)[0], &Options::default()).unwrap();
    let forged = document
        .children(document.root())
        .find(|&child| document.attribute(child, "", "Id") == Some("p2"))
        .unwrap();
    assert!(!verified.covers(&document, forged));
    let Node::Element(signed) = verified.parts[0].node() else { panic!("an element was signed") };
    assert!(verified.covers(&document, signed));
}

/// Takes the signatures out of a vector and makes them anew: same places, references, transforms and names, our own key.
fn resign(bytes: &[u8], signer: &SoftwareSigner) -> Result<(String, usize), XmlSignatureError> {
    let mut text = String::from_utf8(xmldsig::to_utf8(bytes)?.into_owned()).unwrap();
    let count = xmldsig::signatures(&xml::parse(text.as_bytes(), &Limits::default())?).len();
    // Inner signatures first, as the social fund's doctor and organisation do: document order is that order there.
    for index in 0..count {
        let (at, end, plan) = {
            let document = xml::parse(text.as_bytes(), &Limits::default())?;
            let signature = xmldsig::signatures(&document)[index];
            let at = document.element(signature).offset as usize;
            let end = xmldsig::end_of(&document, signature).unwrap() + closing_tag(&document, signature);
            (at, end, Copied::read(&document, signature))
        };
        text.replace_range(at..end, "");
        text = xmldsig::sign(&text, at, &plan.plan(), signer)?;
    }
    Ok((text, count))
}

fn closing_tag(document: &Document<'_>, element: ElementId) -> usize {
    document.qualified_name(element).len() + "</>".len()
}

/// What a signature says about how it was made.
struct Copied {
    id: Option<String>,
    uri_spelling: bool,
    references: Vec<xmldsig::PlannedReference>,
}

impl Copied {
    fn read(document: &Document<'_>, signature: ElementId) -> Self {
        let inside = |name: &str| -> Vec<ElementId> {
            document.descendants(signature).filter(|&id| document.local_name(id) == name).collect()
        };
        let algorithm = |id: ElementId| document.attribute(id, "", "Algorithm").unwrap_or("").to_owned();
        let references = inside("Reference")
            .into_iter()
            .filter(|&id| document.namespace(id) == xmldsig::NAMESPACE)
            .map(|reference| xmldsig::PlannedReference {
                uri: document.attribute(reference, "", "URI").unwrap().to_owned(),
                transforms: document
                    .descendants(reference)
                    .filter(|&id| document.local_name(id) == "Transform")
                    .map(|id| match algorithm(id).as_str() {
                        "urn://smev-gov-ru/xmldsig/transform" => xmldsig::Transform::Smev,
                        name if name.ends_with("#enveloped-signature") => xmldsig::Transform::Enveloped,
                        name if name.contains("REC-xml-c14n") => {
                            xmldsig::Transform::Canonical(xml::c14n::Options::inclusive())
                        }
                        _ => xmldsig::Transform::exclusive(),
                    })
                    .collect(),
            })
            // What stands inside the signature goes with it.
            .filter(|reference| {
                let id = reference.uri.trim_start_matches('#');
                !document.descendants(signature).any(|inner| document.attribute(inner, "", "Id") == Some(id))
            })
            .collect();
        Self {
            id: document.attribute(signature, "", "Id").map(str::to_owned),
            uri_spelling: algorithm(inside("SignatureMethod")[0]).starts_with("http"),
            references,
        }
    }

    fn plan(&self) -> xmldsig::Plan<'_> {
        xmldsig::Plan {
            id: self.id.as_deref(),
            spelling: if self.uri_spelling { xmldsig::Spelling::Uri } else { xmldsig::Spelling::Urn },
            key_info: xmldsig::KeyInfo::Certificate,
            ..xmldsig::Plan::new(self.references.clone())
        }
    }
}

#[test]
fn every_accepted_form_can_be_made() {
    let Some(folder) = vectors() else { return };
    let mut made = 0;
    for (oid, form) in [(ParameterSet::XCHA, "256"), (ParameterSet::TC26_512_A, "512")] {
        let (_, issued) = common::person(oid);
        let signer = SoftwareSigner::new(issued.key, issued.certificate).unwrap();
        for case in cases(&folder) {
            let id = case["id"].as_str().unwrap();
            let file = case["file"].as_str().unwrap();
            if case["expected"]["accept"] != true || id == "enveloping-object" {
                continue;
            }
            let bytes = std::fs::read(folder.join(file)).unwrap();
            let (text, count) = resign(&bytes, &signer).unwrap_or_else(|error| panic!("{id}: {error}"));
            let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
            let signatures = xmldsig::signatures(&document);
            assert_eq!(signatures.len(), count, "{id}");
            for signature in signatures {
                let verified = xmldsig::verify(&document, signature, &Options::default())
                    .unwrap_or_else(|error| panic!("{id} made with {form} bits: {error}"));
                assert_eq!(&verified.certificate, semd_sign::Signer::certificate(&signer));
                made += 1;
            }
        }
    }
    println!("compared {made} signatures made after the vectors");
    assert!(made > 40);
}
