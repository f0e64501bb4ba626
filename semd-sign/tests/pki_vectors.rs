//! Certificates and time stamps of `vectors/gost/{pki,tsp}`, judged one by one.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "functions of tests are tests")]

mod common;

use std::path::Path;

use semd_sign::Certificate;
use semd_sign::verify::{
    CheckStatus, ControlTime, Policy, SignatureReport, TrustStore, verify_certificate, verify_time_stamp,
};
use serde_json::Value;
use time::macros::datetime;

const NOW: ControlTime = ControlTime::Now(datetime!(2026-06-01 9:00 UTC));

fn read(folder: &Path, file: &str) -> Vec<u8> {
    std::fs::read(folder.join(file)).unwrap()
}

fn manifest(folder: &Path, section: &str) -> Value {
    serde_json::from_slice(&read(folder, &format!("{section}/manifest.json"))).unwrap()
}

fn store(folder: &Path) -> TrustStore {
    let mut trust = TrustStore::new();
    trust.add(&read(folder, "pki/root.crt")).unwrap();
    // Whoever stands here is not trusted: end entities try to issue, foreign roots to be one.
    for entry in manifest(folder, "pki")["certificates"].as_array().unwrap() {
        if entry["role"] != "root" || entry["expected"] == "untrusted" {
            trust.add_intermediates(&read(folder, entry["file"].as_str().unwrap())).unwrap();
        }
    }
    for list in ["i", "i2", "root"] {
        trust.add_crl(&read(folder, &format!("pki/{list}.crl"))).unwrap();
    }
    trust
}

/// The vocabulary of the manifest.
fn outcome(report: &SignatureReport) -> &'static str {
    let failed: Vec<_> = report
        .checks
        .iter()
        .filter(|check| check.status == CheckStatus::NotOk)
        .map(|check| check.id.as_str())
        .collect();
    let warned = report.checks.iter().any(|check| check.status == CheckStatus::Warning);
    match failed.as_slice() {
        [] if warned => "valid-with-warning",
        [] => "valid",
        ["qualified"] => "valid-not-qualified",
        _ => "invalid",
    }
}

#[test]
fn certificates_of_the_vectors_are_judged_as_recorded() {
    let Some(folder) = common::vectors() else { return };
    let trust = store(&folder);
    let (mut compared, mut codes, mut wrong) = (0, 0, Vec::new());
    for entry in manifest(&folder, "pki")["certificates"].as_array().unwrap() {
        // Services and authorities sign no documents; they are judged by what they serve, below and in other tests.
        if entry["role"] != "end-entity" {
            continue;
        }
        let id = entry["id"].as_str().unwrap();
        let certificate = Certificate::from_bytes(&read(&folder, entry["file"].as_str().unwrap())).unwrap();
        let report = verify_certificate(&certificate, &trust, NOW, &Policy::Remd);
        let got = outcome(&report);
        // Without a time of signing nothing tells «good then» from «bad now».
        let expected = match entry["expected"].as_str().unwrap() {
            "indeterminate" => "invalid",
            other => other,
        };
        if got != expected {
            wrong.push(format!(
                "{id}: {got}, recorded {expected}: {:?} {:?}",
                report.sub_indication, report.codes
            ));
        }
        if let Some(code) = entry["remd_code"].as_str()
            && code.bytes().all(|octet| octet.is_ascii_uppercase() || octet == b'_')
            // СНИЛС against the document is judged where the document is known.
            && code != "VALUE_MISMATCH_METADATA_AND_CERTIFICATE"
            // The document's date decides between these two.
            && !code.starts_with("PERSONAL_SIG_CERT")
        {
            codes += 1;
            if !report.codes.contains(&code) {
                wrong.push(format!("{id}: codes {:?}, recorded {code}", report.codes));
            }
        }
        compared += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("compared {compared} certificates and {codes} register codes");
    assert!(compared > 0);
}

#[test]
fn time_stamps_of_the_vectors_are_judged_as_recorded() {
    let Some(folder) = common::vectors() else { return };
    let full = store(&folder);
    let (mut compared, mut wrong) = (0, Vec::new());
    for case in manifest(&folder, "tsp")["tokens"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let token = read(&folder, case["file"].as_str().unwrap());
        let data = case["data"].as_str().map(|file| read(&folder, file)).unwrap_or_default();
        let judge = |trust: &TrustStore| verify_time_stamp(&token, &data, trust, NOW, &Policy::Remd);
        let report = judge(&full);
        let got = match (report.is_passed(), case["expected"].as_str().unwrap()) {
            (true, "valid-needs-cert") => {
                // Only because its certificate is at hand.
                let mut bare = TrustStore::new();
                bare.add(&read(&folder, "pki/root.crt")).unwrap();
                bare.add_intermediates(&read(&folder, "pki/intermediate.crt")).unwrap();
                assert_eq!(judge(&bare).sub_indication, Some("NO_CERTIFICATE_CHAIN_FOUND"));
                "valid-needs-cert"
            }
            (true, _) => "valid",
            (false, "error") if report.best_signature_time.is_none() => "error",
            (false, _) => "invalid",
        };
        let expected = case["expected"].as_str().unwrap();
        if got != expected {
            wrong.push(format!("{id}: {got}, recorded {expected}: {:#?}", report.checks));
        }
        compared += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("compared {compared} time stamps");
    assert!(compared > 0);
}
