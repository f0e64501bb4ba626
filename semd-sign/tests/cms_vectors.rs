//! Verdicts on the containers of `vectors/gost/cms` and `vectors/gost/standards`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "functions of tests are tests")]

mod common;

use std::path::Path;

use semd_sign::verify::{
    Content, ControlTime, Policy, Request, SignatureReport, SignatureVerdict, TrustStore, verify,
};
use serde_json::Value;
use time::macros::datetime;

/// Cases that CMS allows and the register refuses: the recorded verdict is the one of `basic`; under `remd` the
/// recorded register code must come out.
const BASIC: [(&str, &str); 8] = [
    ("att-256", "attached"),
    ("att-512", "attached"),
    ("att-ber-indefinite", "attached"),
    ("att-ber-indefinite-1", "attached"),
    ("by-openssl-stream", "attached"),
    ("by-bouncycastle-attached", "attached"),
    ("det-two-signers", "two signers"),
    ("det-no-signing-time", "no signing time"),
];

/// Levels of CAdES the manifest calls otherwise: there a level that is proven stands without the next one's proof.
fn level(report: &SignatureReport) -> &str {
    match report.format.as_str() {
        "CAdES-LT" => "CAdES-T",
        other => other,
    }
}

fn verdict_name(verdict: SignatureVerdict) -> &'static str {
    match verdict {
        SignatureVerdict::TotalPassed => "TOTAL_PASSED",
        SignatureVerdict::TotalFailed => "TOTAL_FAILED",
        SignatureVerdict::Indeterminate => "INDETERMINATE",
    }
}

fn store(folder: &Path) -> TrustStore {
    let mut trust = TrustStore::new();
    trust.add(&std::fs::read(folder.join("pki/root.crt")).unwrap()).unwrap();
    // Impostors and foreign roots included: to stand here is not to be trusted.
    let manifest = std::fs::read(folder.join("pki/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    for entry in manifest["certificates"].as_array().unwrap() {
        if entry["role"] == "ca" || entry["expected"] == "untrusted" {
            trust
                .add_intermediates(&std::fs::read(folder.join(entry["file"].as_str().unwrap())).unwrap())
                .unwrap();
        }
    }
    for list in ["i", "i2", "root"] {
        trust.add_crl(&std::fs::read(folder.join(format!("pki/{list}.crl"))).unwrap()).unwrap();
    }
    trust
}

fn judge(folder: &Path, case: &Value, trust: &TrustStore, policy: Policy) -> SignatureReport {
    let signature = std::fs::read(folder.join(case["file"].as_str().unwrap())).unwrap();
    let content = case["content"].as_str().map(|file| std::fs::read(folder.join(file)).unwrap());
    verify(&Request {
        content: content.as_ref().map_or(Content::Inside, Content::from),
        signature: &signature,
        trust,
        time: ControlTime::Now(datetime!(2026-06-01 9:00 UTC)),
        policy,
    })
}

#[test]
fn containers_of_the_vectors_get_the_recorded_verdict() {
    let Some(folder) = common::vectors() else { return };
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(folder.join("cms/manifest.json")).unwrap()).unwrap();
    let trust = store(&folder);
    let (mut compared, mut codes, mut levels, mut wrong) = (0, 0, 0, Vec::new());
    for case in manifest["signatures"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let expected = &case["expected"];
        let strict = judge(&folder, case, &trust, Policy::Remd);
        let basic = BASIC.iter().any(|(name, _)| *name == id);
        let report = if basic { judge(&folder, case, &trust, Policy::Basic) } else { strict.clone() };
        if basic && strict.is_passed() {
            wrong.push(format!("{id}: passed under remd"));
        }
        if strict.is_passed() != strict.codes.is_empty() {
            wrong.push(format!("{id}: {:?} with codes {:?}", strict.verdict, strict.codes));
        }
        let got = (verdict_name(report.verdict), report.sub_indication);
        let recorded = (expected["indication"].as_str().unwrap(), expected["sub"].as_str());
        let alternative = got.1.map(|sub| format!("{}/{sub}", got.0)).unwrap_or_default();
        let also =
            case["also_correct"].as_array().is_some_and(|also| also.contains(&Value::from(alternative)));
        if got != recorded && !also {
            wrong.push(format!("{id}: {got:?}, recorded {recorded:?}"));
        }
        let recorded_level = expected["level"].as_str().unwrap();
        if recorded_level.starts_with("CAdES") {
            levels += 1;
            if level(&report) != recorded_level {
                wrong.push(format!("{id}: {}, recorded {recorded_level}", report.format));
            }
        }
        if let Some(time) = case["signing_time_proof"].as_str() {
            let proven = report.best_signature_time.unwrap();
            let recorded = time::OffsetDateTime::parse(time, &time::format_description::well_known::Rfc3339);
            assert_eq!(proven, recorded.unwrap(), "{id}");
        }
        if let Some(code) = expected["remd_code"].as_str()
            && let Some(code) = code.split(' ').next()
            && code.bytes().all(|octet| octet.is_ascii_uppercase() || octet == b'_')
            // СНИЛС against the document is judged where the document is known.
            && code != "VALUE_MISMATCH_METADATA_AND_CERTIFICATE"
        {
            codes += 1;
            if !strict.codes.contains(&code) {
                wrong.push(format!("{id}: codes {:?}, recorded {code}", strict.codes));
            }
        }
        compared += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("compared {compared} containers, {levels} levels and {codes} register codes");
    assert!(compared > 0);
}

#[test]
fn without_trust_anchors_a_good_signature_is_indeterminate() {
    let Some(folder) = common::vectors() else { return };
    let case = serde_json::json!({"file": "cms/det-256-xcha.p7s", "content": "cms/document.xml"});
    let report = judge(&folder, &case, &TrustStore::new(), Policy::Remd);
    assert_eq!(report.sub_indication, Some("NO_CERTIFICATE_CHAIN_FOUND"));
}

#[test]
fn certificates_inside_the_container_are_never_trusted() {
    let Some(folder) = common::vectors() else { return };
    let case = serde_json::json!({"file": "cms/det-full-chain.p7s", "content": "cms/document.xml"});
    let report = judge(&folder, &case, &TrustStore::new(), Policy::Basic);
    assert_eq!(report.sub_indication, Some("NO_CERTIFICATE_CHAIN_FOUND"));
}

#[test]
fn attached_examples_of_tc26_verify() {
    let Some(folder) = common::vectors() else { return };
    for bits in ["256", "512"] {
        let mut trust = TrustStore::new();
        trust.add(&std::fs::read(folder.join(format!("standards/tc26-x509-{bits}.crt"))).unwrap()).unwrap();
        let case =
            serde_json::json!({"file": format!("standards/tc26-cms-signed-{bits}.der"), "content": null});
        let report = judge(&folder, &case, &trust, Policy::Basic);
        let value = report.checks.iter().find(|check| check.id == "signature-value").unwrap();
        assert_eq!(value.status, semd_sign::verify::CheckStatus::Ok, "{bits}: {report:?}");
    }
}
