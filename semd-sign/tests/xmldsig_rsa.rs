//! XML signatures by RSA, as the bus makes them: the key, the certificate and the signature value are OpenSSL's.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use semd_core::xml::{self, Limits};
use semd_sign::xmldsig::{self, Options, Plan, PlannedReference, Sha, SignatureMethod, XmlSignatureError};
use semd_sign::{Certificate, SignError, Signer};

/// Signs by `openssl dgst`.
struct OpenSsl {
    folder: tempfile::TempDir,
    certificate: Certificate,
    hash: &'static str,
}

impl OpenSsl {
    fn new(hash: &'static str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let [key, certificate] = ["key.pem", "cert.pem"].map(|name| folder.path().join(name));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "30"])
            .args(["-subj", "/CN=bus.example"])
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .output();
        if !made.is_ok_and(|output| output.status.success()) {
            println!("skipped: openssl is not installed");
            return None;
        }
        let certificate = Certificate::from_bytes(&fs::read(certificate).unwrap()).unwrap();
        Some(Self { folder, certificate, hash })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Signer for OpenSsl {
    fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        fs::write(self.path("message"), message).unwrap();
        let mut command = Command::new("openssl");
        command.args(["dgst", self.hash, "-sign"]).arg(self.path("key.pem"));
        Ok(command.arg(self.path("message")).output().unwrap().stdout)
    }
}

#[test]
fn signatures_by_rsa_are_verified_and_sha_1_only_on_demand() {
    let text = "<e Id=\"body\"><pay>100</pay></e>";
    let mut compared = 0;
    for (hash, function) in [("-sha1", Sha::Sha1), ("-sha256", Sha::Sha256), ("-sha512", Sha::Sha512)] {
        let Some(signer) = OpenSsl::new(hash) else { return };
        let plan = Plan {
            method: Some(SignatureMethod::Rsa(function)),
            ..Plan::new(vec![PlannedReference {
                transforms: vec![xmldsig::Transform::Enveloped, xmldsig::Transform::exclusive()],
                ..PlannedReference::element("body")
            }])
        };
        let signed = xmldsig::sign(text, text.find("</e>").unwrap(), &plan, &signer).unwrap();
        let verify = |text: &str, sha1: bool| {
            let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
            let mut options = Options::default();
            options.sha1 = sha1;
            xmldsig::verify(&document, xmldsig::signatures(&document)[0], &options).map(drop)
        };
        assert_eq!(verify(&signed, true), Ok(()), "{hash}");
        let refused = matches!(verify(&signed, false), Err(XmlSignatureError::Algorithm { .. }));
        assert_eq!(refused, function == Sha::Sha1, "{hash}");
        let changed = signed.replacen(">100<", ">101<", 1);
        assert!(matches!(verify(&changed, true), Err(XmlSignatureError::Digest { .. })));
        let forged = signed.replacen("<ds:SignatureValue>", "<ds:SignatureValue>AAAA", 1);
        assert_eq!(verify(&forged, true), Err(XmlSignatureError::Value));
        compared += 1;
    }
    println!("compared {compared} signatures by RSA");
}
