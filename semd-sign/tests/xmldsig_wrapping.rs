//! Signature wrapping: a valid signature, and a forged element where the reader looks. Either the signature is refused, or it
//! says that it does not cover the element the reader takes.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they skip"
)]

mod common;

use semd_core::xml::{self, Document, ElementId, Limits};
use semd_sign::gost::ParameterSet;
use semd_sign::xmldsig::{
    self, KeyInfo, Options, Plan, PlannedReference, VerifiedSignature, XmlSignatureError,
};
use semd_sign::{Signer as _, SoftwareSigner, wss};

const BODY: &str = "<e:Body Id=\"body\"><pay>100</pay></e:Body>";
const FORGED: &str = "<pay>900000</pay>";

fn signer() -> SoftwareSigner {
    let (_, issued) = common::person(ParameterSet::TC26_256_A);
    SoftwareSigner::new(issued.key, issued.certificate).unwrap()
}

/// A message whose body is signed, by reference to its identifier.
fn message() -> String {
    let text = format!("<e:Envelope xmlns:e=\"urn:e\"><e:Header></e:Header>{BODY}</e:Envelope>");
    let at = text.find("</e:Header>").unwrap();
    xmldsig::sign(&text, at, &Plan::new(vec![PlannedReference::element("body")]), &signer()).unwrap()
}

fn check<T>(
    text: &str,
    look: impl FnOnce(&Document<'_>, &VerifiedSignature) -> T,
) -> Result<T, XmlSignatureError> {
    let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
    let signature = xmldsig::signatures(&document)[0];
    let verified = xmldsig::verify(&document, signature, &Options::default())?;
    Ok(look(&document, &verified))
}

/// The element a reader takes: the first body under the root.
fn body(document: &Document<'_>) -> ElementId {
    document.child(document.root(), "urn:e", "Body").unwrap()
}

fn body_is_covered(text: &str) -> Result<bool, XmlSignatureError> {
    check(text, |document, verified| verified.covers(document, body(document)))
}

#[test]
fn message_as_signed_is_covered() {
    assert_eq!(body_is_covered(&message()), Ok(true));
}

#[test]
fn signed_body_moved_aside_does_not_cover_a_forged_one() {
    let text = message();
    let wrapper = format!("<w>{BODY}</w></e:Header>");
    for forged in [format!("<e:Body>{FORGED}</e:Body>"), format!("<e:Body Id=\"body2\">{FORGED}</e:Body>")] {
        // Into the header, behind the forged body, into the signature's own object, and into the forged body itself.
        let moved = text.replacen(BODY, &forged, 1).replacen("</e:Header>", &wrapper, 1);
        assert_eq!(body_is_covered(&moved), Ok(false));
        let behind = text.replacen(BODY, &format!("{forged}<w>{BODY}</w>"), 1);
        assert_eq!(body_is_covered(&behind), Ok(false));
        let object = format!("<ds:Object>{BODY}</ds:Object></ds:Signature>");
        let inside = text.replacen(BODY, &forged, 1).replacen("</ds:Signature>", &object, 1);
        assert_eq!(body_is_covered(&inside), Ok(false));
        let nested = text.replacen(BODY, &forged.replace("</e:Body>", &format!("{BODY}</e:Body>")), 1);
        assert_eq!(body_is_covered(&nested), Ok(false));
    }
}

#[test]
fn second_body_is_not_covered_wherever_it_stands() {
    let twin = format!("<e:Body>{FORGED}</e:Body>");
    let after = message().replacen("</e:Envelope>", &format!("{twin}</e:Envelope>"), 1);
    let covered = check(&after, |document, verified| {
        let bodies: Vec<_> = document.children_named(document.root(), "urn:e", "Body").collect();
        bodies.iter().map(|&body| verified.covers(document, body)).collect::<Vec<_>>()
    });
    assert_eq!(covered, Ok(vec![true, false]));
}

#[test]
fn identifier_that_occurs_twice_is_refused_in_every_spelling() {
    let duplicate = Err(XmlSignatureError::DuplicateId { id: "body".into() });
    for attribute in [
        "Id=\"body\"".to_owned(),
        "ID=\"body\"".to_owned(),
        "xml:id=\"body\"".to_owned(),
        format!("u:Id=\"body\" xmlns:u=\"{}\"", xmldsig::WSU),
    ] {
        let forged = format!("<e:Body {attribute}>{FORGED}</e:Body>");
        for text in [
            message().replacen(BODY, &format!("{forged}{BODY}"), 1),
            message().replacen(BODY, &format!("{BODY}{forged}"), 1),
        ] {
            assert_eq!(body_is_covered(&text), duplicate, "{attribute}");
        }
    }
}

#[test]
fn reference_pointed_elsewhere_breaks_the_signature() {
    let text = message().replacen("URI=\"#body\"", "URI=\"#other\"", 1);
    let forged = format!("<e:Body Id=\"other\">{FORGED}</e:Body>");
    assert_eq!(body_is_covered(&text.replacen(BODY, &forged, 1)), Err(XmlSignatureError::Value));
}

#[test]
fn second_signed_info_or_value_is_refused() {
    let text = message();
    let start = text.find("<ds:SignedInfo>").unwrap();
    let end = text.find("</ds:SignedInfo>").unwrap() + "</ds:SignedInfo>".len();
    let forged = text[start..end].replace("#body", "#other");
    for doubled in [
        format!("{}{forged}{}", &text[..start], &text[start..]),
        format!("{}{forged}{}", &text[..end], &text[end..]),
        text.replacen("<ds:KeyInfo>", "<ds:SignatureValue>AA==</ds:SignatureValue><ds:KeyInfo>", 1),
        text.replacen("</ds:DigestValue>", "</ds:DigestValue><ds:DigestValue>AA==</ds:DigestValue>", 1),
        text.replacen("<ds:Reference ", "<x:Reference xmlns:x=\"urn:x\"/><ds:Reference ", 1),
    ] {
        assert!(matches!(body_is_covered(&doubled), Err(XmlSignatureError::Malformed { .. })));
    }
}

#[test]
fn whole_document_under_a_new_root_is_another_document() {
    let signed = xmldsig::sign_enveloped(
        &format!("<e:Envelope xmlns:e=\"urn:e\">{BODY}</e:Envelope>"),
        xmldsig::Spelling::Uri,
        &signer(),
    )
    .unwrap();
    assert_eq!(body_is_covered(&signed), Ok(true));
    let wrapped = format!("<e:Envelope xmlns:e=\"urn:e\"><e:Body>{FORGED}</e:Body>{signed}</e:Envelope>");
    assert!(matches!(body_is_covered(&wrapped), Err(XmlSignatureError::Digest { .. })));
}

#[test]
fn comment_inside_a_value_neither_breaks_the_signature_nor_cuts_the_value() {
    let text = message().replacen("<pay>100</pay>", "<pay>1<!-- x -->00</pay>", 1);
    let value = check(&text, |document, verified| {
        let pay = document.child(body(document), "", "pay").unwrap();
        assert!(verified.covers(document, pay));
        document.string_value(pay).into_owned()
    });
    assert_eq!(value.as_deref(), Ok("100"));
}

#[test]
fn token_that_occurs_twice_is_refused() {
    let signer = signer();
    let token = wss::token("T", signer.certificate());
    let text = format!(
        "<e:Envelope xmlns:e=\"urn:e\" xmlns:wsse=\"{}\" xmlns:wsu=\"{}\"><e:Header>{token}</e:Header>{BODY}</e:Envelope>",
        xmldsig::WSSE,
        xmldsig::WSU
    );
    let plan = Plan {
        key_info: KeyInfo::Token { token: "T", id: None, reference_id: None },
        ..Plan::new(vec![PlannedReference::element("body")])
    };
    let signed = xmldsig::sign(&text, text.find("</e:Header>").unwrap(), &plan, &signer).unwrap();
    assert_eq!(body_is_covered(&signed), Ok(true));
    let (_, other) = common::person(ParameterSet::XCHA);
    let second = wss::token("T", &other.certificate);
    let doubled = signed.replacen("<e:Header>", &format!("<e:Header>{second}"), 1);
    assert_eq!(body_is_covered(&doubled), Err(XmlSignatureError::DuplicateId { id: "T".into() }));
}

#[test]
fn document_type_declaration_is_not_read() {
    let text = format!("<!DOCTYPE e:Envelope [<!ATTLIST e:Body Id ID #IMPLIED>]>{}", message());
    assert!(xml::parse(text.as_bytes(), &Limits::default()).is_err());
}

#[test]
fn limits_stop_a_signature_with_many_references() {
    let references = vec![PlannedReference::element("body"); 17];
    let text = format!("<e:Envelope xmlns:e=\"urn:e\"><e:Header></e:Header>{BODY}</e:Envelope>");
    let at = text.find("</e:Header>").unwrap();
    let signed = xmldsig::sign(&text, at, &Plan::new(references), &signer()).unwrap();
    assert_eq!(body_is_covered(&signed), Err(XmlSignatureError::TooMany { what: "Reference", limit: 16 }));
}

/// A sick-leave message of the social fund: the doctor signs a period, the organisation the row that holds it, each in a
/// block of its own with its actor.
#[test]
fn two_signers_sign_their_parts_of_a_sick_leave_message() {
    let [doctor, organisation] = [ParameterSet::XCHA, ParameterSet::TC26_512_A].map(|oid| {
        let (_, issued) = common::person(oid);
        SoftwareSigner::new(issued.key, issued.certificate).unwrap()
    });
    let mut text = format!(
        concat!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:wsse=\"{}\" xmlns:wsu=\"{}\"><s:Header></s:Header>",
            "<s:Body><row wsu:Id=\"ELN_1\"><period wsu:Id=\"ELN_1_3_doc\">10</period><sum>1</sum></row></s:Body></s:Envelope>"
        ),
        xmldsig::WSSE,
        xmldsig::WSU
    );
    for (signer, actor, id) in [
        (&doctor, "http://eln.fss.ru/actor/doc/1_3_doc", "ELN_1_3_doc"),
        (&organisation, "http://eln.fss.ru/actor/mo/1020000000074/ELN_1", "ELN_1"),
    ] {
        let at = text.find("</s:Header>").unwrap();
        let block = format!(
            "<wsse:Security s:actor=\"{actor}\">{}</wsse:Security>",
            wss::token(actor, signer.certificate())
        );
        text.insert_str(at, &block);
        let plan = Plan {
            key_info: KeyInfo::Token { token: actor, id: None, reference_id: None },
            ..Plan::new(vec![PlannedReference::element(id)])
        };
        text = xmldsig::sign(&text, at + block.len() - "</wsse:Security>".len(), &plan, signer).unwrap();
    }
    let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
    let header = document.children(document.root()).next().unwrap();
    let blocks = wss::security_headers(&document, header);
    let signers: Vec<_> = blocks
        .iter()
        .map(|block| {
            let signature = block.signatures(&document)[0];
            let verified = xmldsig::verify(&document, signature, &Options::default()).unwrap();
            (block.actor.clone().unwrap(), verified)
        })
        .collect();
    assert!(signers[0].0.contains("/doc/") && signers[1].0.contains("/mo/"));
    assert_eq!(&signers[0].1.certificate, doctor.certificate());
    let find = |local: &str| {
        document.descendants(document.root()).find(|&id| document.local_name(id) == local).unwrap()
    };
    assert!(signers[0].1.covers(&document, find("period")) && !signers[0].1.covers(&document, find("sum")));
    assert!(signers[1].1.covers(&document, find("period")) && signers[1].1.covers(&document, find("sum")));
    // The organisation signed what the doctor signed: a changed period breaks both.
    let changed = text.replacen(">10<", ">11<", 1);
    let document = xml::parse(changed.as_bytes(), &Limits::default()).unwrap();
    for signature in xmldsig::signatures(&document) {
        assert!(matches!(
            xmldsig::verify(&document, signature, &Options::default()),
            Err(XmlSignatureError::Digest { .. })
        ));
    }
}
