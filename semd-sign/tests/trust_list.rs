//! The list of accredited authorities: vectors, and what it means for a signature.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "functions of tests are tests")]

mod common;

use semd_sign::Certificate;
use semd_sign::tsl::{AccreditationStatus, TrustList, TrustListError};
use semd_sign::verify::{CheckStatus, ControlTime, Policy, SignatureReport, TrustStore, verify_certificate};
use time::macros::datetime;

fn accredited(report: &SignatureReport) -> CheckStatus {
    report.checks.iter().find(|check| check.id == "accredited-authority").unwrap().status
}

#[test]
fn lists_of_the_vectors_are_read_or_refused_as_recorded() {
    let Some(folder) = common::vectors() else { return };
    let read =
        |name: &str| TrustList::read(&std::fs::read(folder.join(format!("xmldsig/{name}.xml"))).unwrap());
    let list = read("tsl").unwrap();
    assert_eq!(list.authorities.len(), 3);
    assert!(list.authorities.iter().all(|authority| !authority.certificates.is_empty()));
    let suspended = &list.authorities[2];
    assert_eq!(suspended.status_at(datetime!(2022-01-01 0:00 UTC)), Some(AccreditationStatus::Active));
    assert_eq!(suspended.status_at(datetime!(2023-01-01 0:00 UTC)), Some(AccreditationStatus::Suspended));
    assert_eq!(suspended.status_at(datetime!(2020-01-01 0:00 UTC)), None);
    assert!(matches!(read("tsl-tampered-status"), Err(TrustListError::Signature(_))));
    let older = read("tsl-rollback").unwrap();
    assert!(matches!(list.check_replacement(&older), Err(TrustListError::Rollback { .. })));
    assert!(older.check_replacement(&list).is_ok());
    println!("compared 3 lists");
}

#[test]
fn issuers_must_be_on_the_list() {
    let Some(folder) = common::vectors() else { return };
    let file = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let doctor = Certificate::from_bytes(&file("pki/doctor-256.crt")).unwrap();
    let stranger = Certificate::from_bytes(&file("pki/revoked-ca.crt")).unwrap();
    let judge = |certificate: &Certificate, trust: &TrustStore| {
        verify_certificate(
            certificate,
            trust,
            ControlTime::Now(datetime!(2026-06-01 9:00 UTC)),
            &Policy::Remd,
        )
    };
    let list = TrustList::read(&file("xmldsig/tsl.xml")).unwrap();
    let mut trust = TrustStore::new();
    trust.add(&file("pki/root.crt")).unwrap();
    trust.add_intermediates(&file("pki/intermediate.crt")).unwrap();
    trust.add_intermediates(&file("pki/intermediate-revoked.crt")).unwrap();
    assert_eq!(accredited(&judge(&doctor, &trust)), CheckStatus::Ignored);
    trust.set_trust_list(list.clone());
    assert_eq!(accredited(&judge(&doctor, &trust)), CheckStatus::Ok);
    let report = judge(&stranger, &trust);
    assert_eq!((accredited(&report), report.is_passed()), (CheckStatus::NotOk, false));
    // The caller vouches for the list: no other root is needed.
    let mut vouched = TrustStore::new();
    vouched.trust_authorities_of(list.clone());
    let report = judge(&doctor, &vouched);
    assert!(report.is_passed(), "{:#?}", report.checks);
    // Nobody vouches for the signature of the list.
    let mut foreign = TrustStore::new();
    foreign.add(&file("pki/intermediate-256.crt")).unwrap();
    foreign.set_trust_list(list);
    assert!(!judge(&doctor, &foreign).is_passed());
    println!("compared 5 verdicts");
}
