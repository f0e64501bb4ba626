//! Lists and OCSP responses of `vectors/gost/{pki,ocsp}`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "functions of tests are tests")]

mod common;

use std::path::Path;

use semd_sign::Certificate;
use semd_sign::revocation::{
    CertificateStatus, Crl, Moment, OcspRequest, OcspResponse, Rejection, RevocationData,
};
use serde_json::Value;
use time::macros::datetime;

fn read(folder: &Path, file: &str) -> Vec<u8> {
    std::fs::read(folder.join(file)).unwrap()
}

fn certificate(folder: &Path, file: &str) -> Certificate {
    Certificate::from_bytes(&read(folder, file)).unwrap()
}

fn manifest(folder: &Path, section: &str) -> Value {
    serde_json::from_slice(&read(folder, &format!("{section}/manifest.json"))).unwrap()
}

fn moment() -> Moment {
    Moment::now(datetime!(2026-06-01 9:00 UTC))
}

/// The vocabulary of the manifests: a verdict, or why there is none.
fn outcome(data: &RevocationData, certificate: &Certificate, issuer: &Certificate) -> &'static str {
    let finding = data.status(certificate, issuer, moment());
    match finding.status {
        Some(CertificateStatus::Good) => "good",
        Some(CertificateStatus::Revoked { .. }) => "revoked",
        Some(CertificateStatus::OnHold { .. }) => "on-hold",
        Some(CertificateStatus::Unknown) => "unknown",
        None => match finding.rejected.as_slice() {
            [Rejection::Stale] => "stale",
            [Rejection::FromTheFuture] => "not-usable",
            [Rejection::NotApplicable] => "not-applicable",
            [Rejection::NoAnswer(_)] => "error",
            _ => "invalid",
        },
    }
}

#[test]
fn ocsp_responses_of_the_vectors_say_what_is_recorded() {
    let Some(folder) = common::vectors() else { return };
    let issuer = certificate(&folder, "pki/intermediate.crt");
    let manifest = manifest(&folder, "ocsp");
    let (mut compared, mut wrong) = (0, Vec::new());
    for case in manifest["responses"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let octets = read(&folder, case["file"].as_str().unwrap());
        let expected = case["expected"].as_str().unwrap();
        let mut data = RevocationData::new();
        let got = match data.add_ocsp(&octets) {
            Err(_) => "error",
            Ok(()) => {
                let asked = case["for_cert"].as_str().unwrap_or("pki/doctor-256.crt");
                outcome(&data, &certificate(&folder, asked), &issuer)
            }
        };
        if got != expected {
            wrong.push(format!("{id}: {got}, recorded {expected}"));
        }
        if let Some(nonce) = case["nonce"].as_str() {
            let response = OcspResponse::from_bytes(&octets).unwrap();
            let hex: String = response.nonce().unwrap().iter().map(|octet| format!("{octet:02x}")).collect();
            // This responder wraps the nonce twice.
            assert_eq!(hex.strip_prefix("0410"), Some(nonce), "{id}");
        }
        if let Some(request) = case["request"].as_str() {
            let request = OcspRequest::from_bytes(&read(&folder, request)).unwrap();
            assert_eq!(OcspRequest::from_bytes(&request.to_der()).unwrap(), request, "{id}");
            assert!(request.is_answered_by(&OcspResponse::from_bytes(&octets).unwrap()), "{id}");
        }
        compared += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("compared {compared} OCSP responses");
    assert!(compared > 0);
}

#[test]
fn lists_of_the_vectors_count_as_recorded() {
    let Some(folder) = common::vectors() else { return };
    let manifest = manifest(&folder, "pki");
    // A certificate under each issuer, which its current list does not name.
    let leaves = [
        ("intermediate", "pki/doctor-256.crt"),
        ("intermediate-256", "pki/doctor-256-tc26.crt"),
        ("root", "pki/intermediate.crt"),
    ];
    let (mut compared, mut wrong) = (0, Vec::new());
    for case in manifest["crls"].as_array().unwrap() {
        let file = case["file"].as_str().unwrap();
        let issuer = case["issuer"].as_str().unwrap();
        let leaf = leaves.iter().find(|(name, _)| *name == issuer).unwrap().1;
        let mut data = RevocationData::new();
        data.add_crl(&read(&folder, file)).unwrap();
        let got =
            outcome(&data, &certificate(&folder, leaf), &certificate(&folder, &format!("pki/{issuer}.crt")));
        let got = if got == "good" { "valid" } else { got };
        let expected = case["expected"].as_str().unwrap();
        if got != expected {
            wrong.push(format!("{file}: {got}, recorded {expected}"));
        }
        compared += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("compared {compared} lists");
    assert!(compared > 0);
}

#[test]
fn lists_name_the_revoked_with_date_and_reason() {
    let Some(folder) = common::vectors() else { return };
    let list = Crl::from_bytes(&read(&folder, "pki/i.crl")).unwrap();
    assert_eq!((list.len(), list.number()), (3, Some(&[17][..])));
    let mut data = RevocationData::new();
    data.add_crl(list.der()).unwrap();
    let issuer = certificate(&folder, "pki/intermediate.crt");
    for (file, expected) in [("revoked", "revoked"), ("on-hold", "on-hold"), ("doctor-256", "good")] {
        let leaf = certificate(&folder, &format!("pki/{file}.crt"));
        assert_eq!(outcome(&data, &leaf, &issuer), expected, "{file}");
    }
    // A namesake of the issuer with another key did not sign the list.
    let impostor = certificate(&folder, "pki/intermediate-impostor.crt");
    let leaf = certificate(&folder, "pki/doctor-256.crt");
    assert_eq!(outcome(&data, &leaf, &impostor), "invalid");
    println!("compared 4 statuses");
}

#[test]
fn every_octet_of_a_response_is_protected_or_does_not_count() {
    let Some(folder) = common::vectors() else { return };
    let issuer = certificate(&folder, "pki/intermediate.crt");
    let leaf = certificate(&folder, "pki/revoked.crt");
    let octets = read(&folder, "ocsp/revoked.der");
    let mut tried = 0;
    for position in (0..octets.len()).step_by(7) {
        let mut changed = octets.clone();
        changed[position] ^= 1 << (position % 8);
        let mut data = RevocationData::new();
        if data.add_ocsp(&changed).is_ok() {
            assert_ne!(outcome(&data, &leaf, &issuer), "good", "octet {position}");
        }
        tried += 1;
    }
    println!("tried {tried} changed responses");
}
