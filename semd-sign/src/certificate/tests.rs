//! Certificates of the vectors.

use super::*;
use crate::asn1::Writer;
use crate::gost::ParameterSet;
use crate::pki::{Subject, TestAuthority};
use crate::testing::vectors;

fn load(folder: &std::path::Path, file: &str) -> Result<Certificate, CertificateError> {
    Certificate::from_bytes(&std::fs::read(folder.join(file)).unwrap())
}

#[test]
fn certificates_of_the_vectors_show_the_recorded_facts() {
    let Some(folder) = vectors() else { return };
    let manifest = std::fs::read(folder.join("pki/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let entries = manifest["certificates"].as_array().unwrap();
    for entry in entries {
        let id = entry["id"].as_str().unwrap();
        let certificate =
            load(&folder, entry["file"].as_str().unwrap()).unwrap_or_else(|error| panic!("{id}: {error}"));
        let facts = certificate.facts();
        if let Some(snils) = entry["subject_snils"].as_str() {
            assert_eq!(facts.snils.as_deref(), Some(snils), "{id}");
        }
        if let Some(ogrn) = entry["subject_ogrn"].as_str() {
            assert_eq!(facts.ogrn.as_deref(), Some(ogrn), "{id}");
        }
        if entry["role"] == "end-entity" {
            match entry["expected"].as_str().unwrap() {
                "valid" => assert!(facts.qualified, "{id}: {:?}", facts.missing_marks),
                "valid-not-qualified" => assert!(!facts.qualified, "{id}"),
                _ => {}
            }
        }
        assert_eq!(certificate.public_key().is_err(), id.starts_with("foreign-"), "{id}");
        assert_eq!(certificate.algorithms_agree(), id != "alg-mismatch", "{id}");
        assert_eq!(
            certificate.extensions().unknown_critical.is_empty(),
            id != "unknown-critical-ext",
            "{id}"
        );
    }
    println!("compared {} certificates", entries.len());
    assert!(!entries.is_empty());
}

#[test]
fn self_signed_examples_of_tc26_verify() {
    let Some(folder) = vectors() else { return };
    let files = ["tc26-x509-256.crt", "tc26-x509-512.crt", "rfc9215-d2-256tc26a.crt"];
    for file in files {
        let certificate = load(&folder.join("standards"), file).unwrap();
        assert!(certificate.is_signed_by(&certificate), "{file}");
    }
    println!("compared {} certificates of the standards", files.len());
}

#[test]
fn certificate_on_a_test_set_has_no_usable_key() {
    let Some(folder) = vectors() else { return };
    let certificate = load(&folder.join("standards"), "rfc9215-d1-256test.crt").unwrap();
    assert!(matches!(certificate.public_key(), Err(SpkiError::ParameterSet(_))));
}

#[test]
fn garbage_is_not_a_certificate() {
    for octets in
        [&b""[..], b"\x30\x00", b"hello", b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"]
    {
        assert_eq!(Certificate::from_bytes(octets), Err(CertificateError::NotCertificate));
    }
}

/// A test certificate with one field of its signed part replaced; the signature is wrong then, which reading ignores.
fn with_field(index: usize, field: &[u8]) -> Vec<u8> {
    let set = ParameterSet::by_oid(ParameterSet::XCHA).unwrap();
    let start = time::macros::datetime!(2026-01-01 0:00 UTC);
    let authority = TestAuthority::create("УЦ", set, start, time::Duration::days(365)).unwrap();
    let issued = authority.issue(&Subject::sample_person(), set, start, time::Duration::days(90)).unwrap();
    let mut parts =
        Reader::single(issued.certificate.der(), tag::SEQUENCE).unwrap().reader().elements().unwrap();
    let fields = parts.remove(0).reader().elements().unwrap();
    Writer::build(|writer| {
        writer.sequence(|certificate| {
            certificate.sequence(|tbs| {
                for (position, original) in fields.iter().enumerate() {
                    tbs.raw(if position == index { field } else { original.raw });
                }
            });
            for part in &parts {
                certificate.raw(part.raw);
            }
        });
    })
}

#[test]
fn largest_version_number_is_read_without_overflow() {
    let der = with_field(0, &[0xA0, 0x07, 0x02, 0x05, 0x00, 0xFF, 0xFF, 0xFF, 0xFF]);
    assert_eq!(Certificate::from_bytes(&der).map(|certificate| certificate.version()), Ok(u32::MAX));
}
