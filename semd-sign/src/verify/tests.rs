//! Forged containers, built with the writer of this crate: what must never pass.

use semd_core::report::Lang;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::*;
use crate::asn1::{Reader, Writer, tag};
use crate::certificate::Certificate;
use crate::gost::ParameterSet;
use crate::pki::{Issued, Subject, TestAuthority};
use crate::testing::vectors;
use crate::{SoftwareSigner, cades, oid};

const NOW: OffsetDateTime = datetime!(2026-05-20 10:00 UTC);
const DOCUMENT: &[u8] = b"<ClinicalDocument/>";

fn issued() -> (TrustStore, Issued) {
    let set = ParameterSet::by_oid(ParameterSet::XCHA).unwrap();
    let authority = TestAuthority::create("УЦ", set, NOW, Duration::days(365)).unwrap();
    let mut trust = TrustStore::new();
    trust.add(authority.certificate().der()).unwrap();
    let issued = authority.issue(&Subject::sample_person(), set, NOW, Duration::days(90)).unwrap();
    (trust, issued)
}

fn judge(content: &[u8], signature: &[u8], trust: &TrustStore, policy: Policy) -> SignatureReport {
    verify(&Request { content: content.into(), signature, trust, time: ControlTime::Now(NOW), policy })
}

/// A detached container without signed attributes.
fn bare_container(
    certificate: &Certificate,
    content_type: &pkcs8::ObjectIdentifier,
    signature: &[u8],
) -> Vec<u8> {
    let algorithm = |writer: &mut Writer, oid: &pkcs8::ObjectIdentifier| {
        writer.sequence(|algorithm| {
            algorithm.oid(oid);
        });
    };
    let signer = Writer::build(|writer| {
        writer.sequence(|signer| {
            signer.unsigned(&[1]).sequence(|id| {
                id.raw(certificate.issuer_raw()).primitive(tag::INTEGER, certificate.serial_raw());
            });
            algorithm(signer, &oid::STREEBOG_256);
            algorithm(signer, &oid::KEY_256);
            signer.octet_string(signature);
        });
    });
    Writer::build(|writer| {
        writer.sequence(|info| {
            info.oid(&oid::SIGNED_DATA).constructed(tag::context(0), |explicit| {
                explicit.sequence(|data| {
                    data.unsigned(&[1]).set_of(tag::SET, Vec::new()).sequence(|content| {
                        content.oid(content_type);
                    });
                    data.primitive(tag::context(0), certificate.der()).set_of(tag::SET, vec![signer]);
                });
            });
        });
    })
}

#[test]
fn attributes_stripped_and_shown_as_the_document_are_refused() {
    let (trust, issued) = issued();
    let signer = SoftwareSigner::new(issued.key, issued.certificate.clone()).unwrap();
    let container = cades::sign_detached(&signer, DOCUMENT, NOW).unwrap();
    let data = crate::cms::SignedData::read(&container).unwrap();
    let signed = data.signers[0].signed.as_ref().unwrap();
    let forged = bare_container(&issued.certificate, &oid::DATA, &data.signers[0].signature);
    let report = judge(&signed.sorted, &forged, &trust, Policy::Basic);
    assert_eq!(report.sub_indication, Some("HASH_FAILURE"), "{:#?}", report.checks);
}

#[test]
fn content_type_without_signed_attributes_must_be_data() {
    let (trust, issued) = issued();
    let signature = issued.key.sign_digest(&issued.key.digest().digest(DOCUMENT)).unwrap();
    let plain = bare_container(&issued.certificate, &oid::DATA, &signature);
    assert!(judge(DOCUMENT, &plain, &trust, Policy::Basic).is_passed());
    assert!(!judge(DOCUMENT, &plain, &trust, Policy::Remd).is_passed());
    let other = bare_container(&issued.certificate, &oid::SIGNED_DATA, &signature);
    let report = judge(DOCUMENT, &other, &trust, Policy::Basic);
    assert_eq!(report.sub_indication, Some("FORMAT_FAILURE"));
}

#[test]
fn certificates_of_services_do_not_sign_documents() {
    let Some(folder) = vectors() else { return };
    for (file, only_for_services) in
        [("tsa", true), ("ocsp-responder", true), ("tsa-no-eku", false), ("doctor-256", false)]
    {
        let certificate = std::fs::read(folder.join(format!("pki/{file}.crt"))).unwrap();
        let certificate = Certificate::from_bytes(&certificate).unwrap();
        assert_eq!(certificate.extensions().only_for_services, only_for_services, "{file}");
    }
    println!("compared 4 certificates");
}

#[test]
fn chains_of_the_vectors_reach_the_root_as_recorded() {
    let Some(folder) = vectors() else { return };
    let manifest = std::fs::read(folder.join("pki/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let mut trust = TrustStore::new();
    let mut leaves = Vec::new();
    for entry in manifest["certificates"].as_array().unwrap() {
        let octets = std::fs::read(folder.join(entry["file"].as_str().unwrap())).unwrap();
        match entry["role"].as_str().unwrap() {
            "root" if entry["expected"] == "trusted" => {
                trust.add(&octets).unwrap();
            }
            // Whoever stands here is not trusted: end entities try to issue, foreign roots to be one.
            _ => {
                trust.add_intermediates(&octets).unwrap();
                leaves.push((entry["id"].as_str().unwrap(), Certificate::from_bytes(&octets).unwrap()));
            }
        }
    }
    let unreachable = [
        "wrong-issuer-key",
        "unaccredited-ca",
        "expired-ca",
        "issued-by-end-entity",
        "pathlen-exceeded",
        "tampered",
        "alg-mismatch",
        "self-signed",
        "tsa-untrusted",
        "intermediate-impostor",
        "unaccredited-root",
        "foreign-rsa",
        "foreign-ecdsa",
        "foreign-gost2001",
    ];
    let at = datetime!(2026-06-01 9:00 UTC);
    for (id, leaf) in &leaves {
        let found = trust.chain(leaf, &[], at).is_some();
        assert_eq!(found, !unreachable.contains(id), "{id}");
    }
    println!("compared {} chains", leaves.len());
    assert!(!leaves.is_empty());
}

#[test]
fn certificates_of_the_container_do_not_hide_the_anchor() {
    let (trust, issued) = issued();
    let set = issued.certificate.public_key().unwrap().parameter_set();
    // Forty authorities of the same name as the anchor's, with other keys.
    let impostors: Vec<_> = (0..40)
        .map(|_| TestAuthority::create("УЦ", set, NOW, Duration::days(365)).unwrap().certificate().clone())
        .collect();
    assert!(trust.chain(&issued.certificate, &impostors, NOW).is_some());
    assert!(TrustStore::new().chain(&issued.certificate, &impostors, NOW).is_none());
}

#[test]
fn namesake_in_the_container_does_not_hide_the_signers_certificate() {
    let (trust, issued) = issued();
    let signer = SoftwareSigner::new(issued.key, issued.certificate.clone()).unwrap();
    let container = cades::sign_detached(&signer, DOCUMENT, NOW).unwrap();
    let mut namesake = issued.certificate.der().to_vec();
    *namesake.last_mut().unwrap() ^= 1;
    let mut info = Reader::single(&container, tag::SEQUENCE).unwrap().reader().elements().unwrap();
    let data = Reader::single(info.pop().unwrap().content, tag::SEQUENCE).unwrap();
    let fields = data.reader().elements().unwrap();
    let both = [&namesake, fields[3].content].concat();
    let crowded = Writer::build(|writer| {
        writer.sequence(|writer| {
            writer.raw(info[0].raw).constructed(tag::context(0), |explicit| {
                explicit.sequence(|data| {
                    data.raw(fields[0].raw).raw(fields[1].raw).raw(fields[2].raw);
                    data.primitive(tag::context(0), &both).raw(fields[4].raw);
                });
            });
        });
    });
    assert!(judge(DOCUMENT, &crowded, &trust, Policy::Remd).is_passed());
}

#[test]
fn self_signed_certificate_of_a_person_shows_no_personal_data() {
    let Some(folder) = vectors() else { return };
    let signature = std::fs::read(folder.join("cms/cert-self-signed.p7s")).unwrap();
    let report = judge(DOCUMENT, &signature, &TrustStore::new(), Policy::Remd);
    let facts = report.signer.as_ref().unwrap();
    let secrets = [facts.surname.as_ref().unwrap(), facts.snils.as_ref().unwrap()];
    for shown in [serde_json::to_string(&report.view(Lang::Ru, false)).unwrap(), format!("{report:?}")] {
        for secret in secrets {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
    println!("compared {} values", secrets.len());
}
