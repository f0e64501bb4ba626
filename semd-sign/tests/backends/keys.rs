//! Keys in files that the `openssl` command signs with.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use semd_sign::Certificate;
use semd_sign::backend::SignatureAlgorithm;
use semd_sign::digest::Streebog;
use semd_sign::gost::ParameterSet;

use crate::common;

/// Every algorithm.
pub(crate) const ALGORITHMS: [SignatureAlgorithm; 5] = [
    SignatureAlgorithm::RsaSha256,
    SignatureAlgorithm::EcdsaSha256,
    SignatureAlgorithm::EcdsaSha384,
    SignatureAlgorithm::Gost(Streebog::S256),
    SignatureAlgorithm::Gost(Streebog::S512),
];

pub(crate) const CONFIGURATION: &str = "openssl_conf = start
[start]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
[req]
distinguished_name = name
[name]
";

/// Whether the GOST engine of OpenSSL is here.
pub(crate) static OPENSSL_ENGINE: LazyLock<bool> = LazyLock::new(|| {
    let found = Command::new("openssl").args(["engine", "gost"]).output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: GOST by openssl: its engine is not here");
    }
    found
});

/// `key.pem` (PKCS#8), `cert.pem` and `openssl.cnf` in a folder.
pub(crate) struct Material {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) certificate: Certificate,
    /// Anchor of the certificate, DER.
    pub(crate) root: Vec<u8>,
    /// Whether the command needs the engine.
    pub(crate) engine: bool,
}

impl Material {
    /// A new key; `None` (said aloud) where openssl cannot use such a one.
    pub(crate) fn make(algorithm: SignatureAlgorithm) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("openssl.cnf"), CONFIGURATION).unwrap();
        let key = match algorithm {
            SignatureAlgorithm::RsaSha256 => "rsa:2048",
            SignatureAlgorithm::EcdsaSha256 => "ec -pkeyopt ec_paramgen_curve:P-256",
            SignatureAlgorithm::EcdsaSha384 => "ec -pkeyopt ec_paramgen_curve:P-384",
            SignatureAlgorithm::Gost(function) => return Self::gost(folder, function),
            other => panic!("{other}"),
        };
        let line = format!(
            "req -x509 -newkey {key} -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN=TEST -config openssl.cnf \
             -addext keyUsage=critical,digitalSignature"
        );
        if !openssl(folder.path(), &line) {
            println!("skipped: {algorithm}: no openssl that makes keys");
            return None;
        }
        let certificate = std::fs::read(folder.path().join("cert.pem")).unwrap();
        let certificate = Certificate::from_bytes(&certificate).unwrap();
        let root = certificate.der().to_vec();
        Some(Self { folder, certificate, root, engine: false })
    }

    fn gost(folder: tempfile::TempDir, function: Streebog) -> Option<Self> {
        if !*OPENSSL_ENGINE {
            return None;
        }
        let (authority, issued) = common::person(match function {
            Streebog::S256 => ParameterSet::XCHA,
            Streebog::S512 => ParameterSet::TC26_512_A,
        });
        std::fs::write(folder.path().join("key.pem"), issued.key_pem(None).unwrap().as_bytes()).unwrap();
        std::fs::write(folder.path().join("cert.pem"), issued.certificate_pem()).unwrap();
        let root = authority.certificate().der().to_vec();
        Some(Self { folder, certificate: issued.certificate, root, engine: true })
    }
}

/// Runs openssl in a folder; `false` when it is absent or fails.
pub(crate) fn openssl(folder: &Path, line: &str) -> bool {
    let output = Command::new("openssl").args(line.split(' ')).current_dir(folder).output();
    output.is_ok_and(|output| output.status.success())
}
