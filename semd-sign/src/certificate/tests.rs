//! Certificates of the vectors.

use super::*;
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
