//! Interoperation with the `openssl` command and its GOST engine, in both directions.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "functions of tests are tests")]

mod common;

use std::path::Path;
use std::process::{Command, Output};

use common::{DOCUMENT, NOW};
use semd_sign::cades;
use semd_sign::gost::ParameterSet;
use semd_sign::verify::{ControlTime, Policy, Request, SignatureVerdict, verify};

/// Loads the engine from the folder the command knows.
const CONFIGURATION: &str = "openssl_conf = start
[start]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
";

const SETS: [&str; 3] = [ParameterSet::CRYPTOPRO_A, ParameterSet::TC26_256_A, ParameterSet::TC26_512_A];

fn openssl(folder: &Path, arguments: &[&str]) -> Option<Output> {
    let configuration = folder.join("openssl.cnf");
    std::fs::write(&configuration, CONFIGURATION).unwrap();
    Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .env("OPENSSL_CONF", &configuration)
        .output()
        .ok()
}

/// Whether the command and the engine are here; says so when they are not.
fn available(folder: &Path) -> bool {
    let found = openssl(folder, &["engine", "gost", "-c"]);
    let found = found.is_some_and(|output| String::from_utf8_lossy(&output.stdout).contains("md_gost12_256"));
    if !found {
        println!("skipped: no openssl command with the GOST engine");
    }
    found
}

fn succeeded(output: &Output) -> bool {
    if !output.status.success() {
        println!("{}", String::from_utf8_lossy(&output.stderr));
    }
    output.status.success()
}

#[test]
fn our_signatures_verify_with_openssl() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    if !available(folder) {
        return;
    }
    for oid in SETS {
        let (authority, issued) = common::person(oid);
        let container = cades::sign_detached(&common::signer(&issued), DOCUMENT, NOW).unwrap();
        std::fs::write(folder.join("document.xml"), DOCUMENT).unwrap();
        std::fs::write(folder.join("document.p7s"), &container).unwrap();
        std::fs::write(folder.join("root.crt"), authority.certificate().to_pem()).unwrap();
        let attime = NOW.unix_timestamp().to_string();
        let arguments = [
            "cms",
            "-verify",
            "-binary",
            "-inform",
            "DER",
            "-in",
            "document.p7s",
            "-content",
            "document.xml",
            "-CAfile",
            "root.crt",
            "-purpose",
            "any",
            "-attime",
            &attime,
            "-out",
            "content.out",
        ];
        assert!(succeeded(&openssl(folder, &arguments).unwrap()), "{oid}");
        let with_cades = [&arguments[..], &["-cades"]].concat();
        assert!(succeeded(&openssl(folder, &with_cades).unwrap()), "{oid} -cades");

        let mut other = DOCUMENT.to_vec();
        other[3] ^= 1;
        std::fs::write(folder.join("document.xml"), &other).unwrap();
        assert!(!openssl(folder, &arguments).unwrap().status.success(), "{oid}");
    }
    println!("compared {} parameter sets", SETS.len());
}

#[test]
fn signatures_of_openssl_are_accepted_and_a_changed_byte_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    if !available(folder) {
        return;
    }
    for oid in SETS {
        let (authority, issued) = common::person(oid);
        std::fs::write(folder.join("document.xml"), DOCUMENT).unwrap();
        std::fs::write(folder.join("person.crt"), issued.certificate_pem()).unwrap();
        std::fs::write(folder.join("person.key"), issued.key_pem(None).unwrap().as_bytes()).unwrap();
        let digest = if oid == ParameterSet::TC26_512_A { "md_gost12_512" } else { "md_gost12_256" };
        let trust = common::trust(&authority);
        for (option, policy) in [("-nosmimecap", Policy::Basic), ("-cades", Policy::Remd)] {
            let arguments = [
                "cms",
                "-sign",
                "-binary",
                "-in",
                "document.xml",
                "-signer",
                "person.crt",
                "-inkey",
                "person.key",
                "-md",
                digest,
                option,
                "-outform",
                "DER",
                "-out",
                "openssl.p7s",
            ];
            assert!(succeeded(&openssl(folder, &arguments).unwrap()), "{oid} {option}");
            let signature = std::fs::read(folder.join("openssl.p7s")).unwrap();
            // openssl takes the clock for signingTime; the test authority's certificates are judged at NOW.
            let judge = |content: &[u8]| {
                verify(&Request {
                    content: content.into(),
                    signature: &signature,
                    trust: &trust,
                    time: ControlTime::SigningTime,
                    policy: policy.clone(),
                })
            };
            let report = judge(DOCUMENT);
            assert_eq!(report.verdict, SignatureVerdict::TotalPassed, "{oid} {option}: {report:#?}");
            let mut other = DOCUMENT.to_vec();
            other[3] ^= 1;
            let report = judge(&other);
            assert_eq!(report.verdict, SignatureVerdict::TotalFailed, "{oid} {option}");
            assert_eq!(report.sub_indication, Some("HASH_FAILURE"));
            assert_eq!(report.codes[0], "DIGEST_MISMATCH");
        }
    }
    println!("compared {} parameter sets", SETS.len());
}

#[test]
fn keys_encrypted_here_are_opened_by_openssl_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    if !available(folder) {
        return;
    }
    let (_, issued) = common::person(ParameterSet::XCHA);
    std::fs::write(folder.join("locked.key"), issued.key_pem(Some(b"pass")).unwrap().as_bytes()).unwrap();
    let arguments = [
        "pkcs8",
        "-topk8",
        "-in",
        "locked.key",
        "-passin",
        "pass:pass",
        "-v2",
        "aes-256-cbc",
        "-passout",
        "pass:other",
        "-out",
        "back.key",
    ];
    assert!(succeeded(&openssl(folder, &arguments).unwrap()));
    let back = std::fs::read(folder.join("back.key")).unwrap();
    let back = semd_sign::PrivateKey::from_bytes(&back, Some(b"other")).unwrap();
    assert_eq!(back.public_key(), issued.key.public_key());
}
