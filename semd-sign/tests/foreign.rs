//! RSA and ECDSA chains and signatures made by openssl: verified, refused by the built-in policies, and passing only where a
//! policy says so.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "functions of tests are tests")]

use std::path::Path;
use std::process::Command;

use semd_sign::verify::{CheckStatus, ControlTime, Policy, Request, SignatureReport, TrustStore, verify};

const DOCUMENT: &[u8] = b"<ClinicalDocument/>";

/// Runs openssl in a folder; `false` when it is absent or fails.
fn openssl(folder: &Path, line: &str) -> bool {
    let output = Command::new("openssl").args(line.split(' ')).current_dir(folder).output();
    output.is_ok_and(|output| output.status.success())
}

fn judge(content: &[u8], signature: &[u8], trust: &TrustStore, policy: Policy) -> SignatureReport {
    let time = ControlTime::SigningTime;
    verify(&Request { content: content.into(), signature, trust, time, policy })
}

#[test]
fn chains_and_signatures_of_other_standards_are_verified() {
    let lowered = Policy::from_toml(
        "schema = 'semd.policy/1'\nextends = 'basic'\n[demands]\ngost-algorithms = 'warn'\n",
    )
    .unwrap();
    let keys = ["rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-256", "ec -pkeyopt ec_paramgen_curve:P-384"];
    let mut compared = 0;
    for (authority, leaf, digest) in
        [(keys[0], keys[1], "sha256"), (keys[1], keys[0], "sha512"), (keys[2], keys[2], "sha384")]
    {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        std::fs::write(folder.join("a.xml"), DOCUMENT).unwrap();
        std::fs::write(folder.join("leaf.ext"), "keyUsage=critical,digitalSignature\n").unwrap();
        let root = format!(
            "req -x509 -newkey {authority} -{digest} -nodes -keyout ca.key -out ca.crt -days 30 -subj /CN=TEST-CA \
             -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign"
        );
        if !openssl(folder, &root) {
            println!("skipped: no openssl that makes certificates");
            return;
        }
        for line in [
            format!("req -new -newkey {leaf} -nodes -keyout leaf.key -out leaf.csr -subj /CN=TEST"),
            format!(
                "x509 -req -in leaf.csr -CA ca.crt -CAkey ca.key -CAcreateserial -{digest} -out leaf.crt -days 20 -extfile leaf.ext"
            ),
            format!(
                "cms -sign -binary -in a.xml -signer leaf.crt -inkey leaf.key -outform DER -md {digest} -cades -out a.p7s"
            ),
        ] {
            assert!(openssl(folder, &line), "{line}");
        }
        let signature = std::fs::read(folder.join("a.p7s")).unwrap();
        let mut trust = TrustStore::new();
        trust.add(&std::fs::read(folder.join("ca.crt")).unwrap()).unwrap();
        let report = judge(DOCUMENT, &signature, &trust, lowered.clone());
        assert!(report.is_passed(), "{authority} {leaf}: {:#?}", report.checks);
        let chain = report.checks.iter().find(|check| check.id == "chain").unwrap();
        assert_eq!(chain.status, CheckStatus::Ok);
        let other = judge(b"<Other/>", &signature, &trust, lowered.clone());
        assert_eq!(other.sub_indication, Some("HASH_FAILURE"));
        let mut changed = signature.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(!judge(DOCUMENT, &changed, &trust, lowered.clone()).is_passed());
        let stranger = judge(DOCUMENT, &signature, &TrustStore::new(), lowered.clone());
        assert_eq!(stranger.sub_indication, Some("NO_CERTIFICATE_CHAIN_FOUND"));
        for policy in [Policy::Basic, Policy::Remd] {
            let report = judge(DOCUMENT, &signature, &trust, policy);
            assert!(report.codes.contains(&"UNKNOWN_ALGORITHM"), "{:?}", report.codes);
        }
        compared += 1;
    }
    println!("compared {compared} chains made by openssl");
}
