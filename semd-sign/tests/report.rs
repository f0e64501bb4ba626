//! The JSON form of a verdict: names of fields, languages, personal data.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "functions of tests are tests")]

mod common;

use common::{DOCUMENT, NOW};
use semd_core::report::Lang;
use semd_sign::cades;
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Subject, TestAuthority};
use semd_sign::verify::{CheckStatus, ControlTime, Policy, Request, SignatureReport, TrustStore, verify};
use serde_json::Value;
use time::Duration;

fn report(trust: &TrustStore, signature: &[u8], time: ControlTime, policy: Policy) -> SignatureReport {
    verify(&Request { content: DOCUMENT.into(), signature, trust, time, policy })
}

fn signed(subject: &Subject, valid: Duration) -> (TrustStore, Vec<u8>) {
    let set = common::set(ParameterSet::XCHA);
    let start = NOW - Duration::days(30);
    let authority = TestAuthority::create("Учебный УЦ", set, start, Duration::days(3650)).unwrap();
    let issued = authority.issue(subject, set, start, valid).unwrap();
    let container = cades::sign_detached(&common::signer(&issued), DOCUMENT, NOW).unwrap();
    (common::trust(&authority), container)
}

fn json(report: &SignatureReport, lang: Lang, show_pii: bool) -> Value {
    serde_json::to_value(report.view(lang, show_pii)).unwrap()
}

#[test]
fn passed_report_has_the_fields_of_the_contract() {
    let (trust, container) = signed(&Subject::sample_person(), Duration::days(450));
    let json = json(&report(&trust, &container, ControlTime::Now(NOW), Policy::Remd), Lang::Ru, false);
    assert_eq!(json["format"], "CAdES-BES");
    assert_eq!(json["verdict"], "total-passed");
    assert_eq!(json["sub_indication"], Value::Null);
    assert_eq!(json["codes"], Value::Array(Vec::new()));
    assert_eq!(json["signing_time"], "2026-05-20T10:00:00Z");
    assert_eq!(json["best_signature_time"], "2026-05-20T10:00:00Z");
    assert_eq!(json["signer"]["qualified"], true);
    assert_eq!(json["signer"]["not_before"], "2026-04-20T10:00:00Z");
    let checks = json["checks"].as_array().unwrap();
    let status = |id: &str| checks.iter().find(|check| check["id"] == id).unwrap()["status"].clone();
    assert_eq!(status("signature-value"), "ok");
    assert_eq!(status("revocation"), "ignored");
}

#[test]
fn personal_data_appear_only_when_asked_for() {
    let (trust, container) = signed(&Subject::sample_person(), Duration::days(450));
    let report = report(&trust, &container, ControlTime::Now(NOW), Policy::Remd);
    for lang in [Lang::Ru, Lang::En] {
        let masked = json(&report, lang, false).to_string();
        for secret in ["Образцова", "Анна", "Ивановна", "90000001790", "990000017133"] {
            assert!(!masked.contains(secret), "{secret} in {masked}");
            assert!(json(&report, lang, true).to_string().contains(secret), "{secret}");
        }
    }
}

#[test]
fn organisations_are_named() {
    let (trust, container) = signed(&Subject::sample_organisation(), Duration::days(450));
    let json = json(&report(&trust, &container, ControlTime::Now(NOW), Policy::Remd), Lang::En, false);
    assert_eq!(json["verdict"], "total-passed");
    assert_eq!(json["signer"]["ogrn"], "1020000000173");
    assert!(json["signer"]["subject"].as_str().unwrap().contains("Образцовая поликлиника"));
}

#[test]
fn control_time_decides_about_expiry() {
    let (trust, container) = signed(&Subject::sample_person(), Duration::days(60));
    let later = ControlTime::Now(NOW + Duration::days(90));
    let at = |time| report(&trust, &container, time, Policy::Remd);
    assert_eq!(at(later).sub_indication, Some("OUT_OF_BOUNDS_NO_POE"));
    assert_eq!(at(later).codes, ["PERSONAL_SIG_CERT_NOT_ACTUAL_ON_CHECK_DT"]);
    let claimed = at(ControlTime::SigningTime);
    assert!(claimed.is_passed());
    let warned = |report: &SignatureReport| {
        report.checks.iter().any(|check| check.id == "control-time" && check.status == CheckStatus::Warning)
    };
    assert!(warned(&claimed) && !warned(&at(ControlTime::At(NOW))));
    assert!(at(ControlTime::At(NOW)).is_passed());
    let earlier = at(ControlTime::Now(NOW - Duration::days(40)));
    assert!(!earlier.is_passed());
}

#[test]
fn signing_with_a_foreign_certificate_is_refused() {
    let (_, first) = common::person(ParameterSet::XCHA);
    let (_, second) = common::person(ParameterSet::XCHA);
    let refused = semd_sign::SoftwareSigner::new(first.key, second.certificate);
    assert_eq!(refused.unwrap_err(), semd_sign::SignError::KeyMismatch);
}

#[test]
fn control_time_without_a_year_in_utc_is_reported() {
    let (trust, container) = signed(&Subject::sample_person(), Duration::days(60));
    let last = time::macros::datetime!(9999-12-31 23:00 -5);
    let report = report(&trust, &container, ControlTime::At(last), Policy::Remd);
    assert_eq!(json(&report, Lang::En, false)["best_signature_time"], "9999-12-31T23:00:00-05:00");
}
