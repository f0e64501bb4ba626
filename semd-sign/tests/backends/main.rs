//! One contract for every holder of keys: the same suite runs on the software signer, on tokens (SoftHSM), on external
//! commands and, with the feature, on the system's OpenSSL.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

#[path = "../common/mod.rs"]
mod common;
mod contract;
mod gost_token;
mod keys;
mod softhsm;

use semd_sign::SoftwareSigner;
use semd_sign::backend::command::{CommandError, Description};
use semd_sign::backend::{CommandSigner, SignError, SignatureAlgorithm, Signer};
use semd_sign::digest::Streebog;
use semd_sign::gost::ParameterSet;

use contract::{Made, holds};
use keys::{Material, OPENSSL_ENGINE};

#[test]
fn software_signer_keeps_the_contract() {
    for (oid, function) in [
        (ParameterSet::XCHA, Streebog::S256),
        (ParameterSet::TC26_256_A, Streebog::S256),
        (ParameterSet::TC26_512_A, Streebog::S512),
    ] {
        let (authority, issued) = common::person(oid);
        let (_, other) = common::person(oid);
        let key = issued.key.clone();
        let made = Made {
            name: format!("software, {oid}"),
            algorithm: SignatureAlgorithm::Gost(function),
            signer: Box::new(SoftwareSigner::new(issued.key, issued.certificate).unwrap()),
            // The software signer refuses a foreign certificate at once.
            foreign: SoftwareSigner::new(key, other.certificate)
                .map(|signer| Box::new(signer) as Box<dyn Signer>),
            root: authority.certificate().der().to_vec(),
        };
        holds(made);
    }
}

/// A command that signs by `openssl`, as the description of a certified tool would name its own.
fn by_openssl(material: &Material, rest: &str) -> Description {
    let folder = material.folder.path().display();
    let engine = if material.engine {
        format!("environment = {{ OPENSSL_CONF = '{folder}/openssl.cnf' }}\n")
    } else {
        String::new()
    };
    let rest =
        rest.replace("KEY", &format!("{folder}/key.pem")).replace("CERT", &format!("{folder}/cert.pem"));
    Description::from_toml(&format!("schema = 'semd.command/1'\n{rest}\n{engine}")).unwrap()
}

#[test]
fn external_command_keeps_the_contract() {
    let mut compared = 0;
    for algorithm in keys::ALGORITHMS {
        let (Some(material), Some(other)) = (Material::make(algorithm), Material::make(algorithm)) else {
            continue;
        };
        let (hash, digest_option) = match algorithm {
            SignatureAlgorithm::EcdsaSha384 => ("-sha384", "digest:sha384"),
            SignatureAlgorithm::Gost(Streebog::S256) => ("-md_gost12_256", ""),
            SignatureAlgorithm::Gost(Streebog::S512) => ("-md_gost12_512", ""),
            _ => ("-sha256", "digest:sha256"),
        };
        let mut ways = vec![
            ("stdin to stdout", format!("argv = ['openssl', 'dgst', '{hash}', '-sign', 'KEY']")),
            (
                "file to file",
                format!("argv = ['openssl', 'dgst', '{hash}', '-sign', 'KEY', '-out', '{{out}}', '{{in}}']"),
            ),
        ];
        let digest = match algorithm {
            SignatureAlgorithm::Gost(_) => "argv = ['openssl', 'pkeyutl', '-sign', '-inkey', 'KEY', '-in', '{in}', '-out', '{out}']\nsigns = 'digest'".to_owned(),
            _ => format!("argv = ['openssl', 'pkeyutl', '-sign', '-inkey', 'KEY', '-pkeyopt', '{digest_option}', '-in', '{{in}}', '-out', '{{out}}']\nsigns = 'digest'"),
        };
        ways.push(("digest", digest));
        for (way, rest) in ways {
            let signer = |certificate: &semd_sign::Certificate| {
                CommandSigner::new(by_openssl(&material, &rest), certificate.clone(), None)
                    .map(|signer| Box::new(signer) as Box<dyn Signer>)
            };
            holds(Made {
                name: format!("command, {way}, {algorithm}"),
                algorithm,
                signer: signer(&material.certificate).unwrap(),
                foreign: signer(&other.certificate),
                root: material.root.clone(),
            });
            compared += 1;
        }
    }
    println!("compared {compared} ways to sign by an external command");
}

#[test]
fn container_of_a_command_is_checked_before_it_is_believed() {
    for algorithm in keys::ALGORITHMS {
        let (Some(material), Some(other)) = (Material::make(algorithm), Material::make(algorithm)) else {
            continue;
        };
        let digest = match algorithm {
            SignatureAlgorithm::EcdsaSha384 => "sha384",
            SignatureAlgorithm::Gost(Streebog::S256) => "md_gost12_256",
            SignatureAlgorithm::Gost(Streebog::S512) => "md_gost12_512",
            _ => "sha256",
        };
        let rest = |more: &str| {
            format!(
                "argv = ['openssl', 'cms', '-sign', '-binary', '-md', '{digest}', '-signer', 'CERT', '-inkey', 'KEY', '-outform', 'PEM'{more}]\nsigns = 'document'"
            )
        };
        let sign = |more: &str, certificate: &semd_sign::Certificate| {
            let signer =
                CommandSigner::new(by_openssl(&material, &rest(more)), certificate.clone(), None).unwrap();
            semd_sign::cades::sign_detached(&signer, common::DOCUMENT, common::NOW)
        };
        let container = sign(", '-cades'", &material.certificate).unwrap();
        contract::passes(&container, common::DOCUMENT, &material.root);
        // Without signing-certificate it is no CAdES; with the document inside it is not what was asked for.
        for more in ["", ", '-cades', '-nodetach'", ", '-cades', '-nocerts'"] {
            assert_eq!(sign(more, &material.certificate), Err(SignError::SelfCheck), "{algorithm} {more}");
        }
        assert_eq!(sign(", '-cades'", &other.certificate), Err(SignError::SelfCheck), "{algorithm}");
    }
    println!("compared containers of openssl, engine here: {}", *OPENSSL_ENGINE);
}

#[cfg(unix)]
#[test]
fn command_that_fails_is_not_run_again_and_says_why() {
    use std::os::unix::fs::PermissionsExt as _;

    let (_, issued) = common::person(ParameterSet::XCHA);
    let folder = tempfile::tempdir().unwrap();
    let (program, count) = (folder.path().join("csp"), folder.path().join("count"));
    let run = |body: &[u8], more: &str| {
        let _ = std::fs::remove_file(&count);
        let start = format!("#!/bin/sh\necho run >>'{}'\n", count.display());
        std::fs::write(&program, [start.as_bytes(), body].concat()).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let text =
            format!("schema = 'semd.command/1'\nargv = ['{}', 'a b', '$HOME']\n{more}", program.display());
        let password = Some(zeroize::Zeroizing::new(b"1234".to_vec()));
        let signer =
            CommandSigner::new(Description::from_toml(&text).unwrap(), issued.certificate.clone(), password)
                .unwrap();
        let errors = [signer.sign(b"x"), signer.sign(b"x")].map(|result| match result.unwrap_err() {
            SignError::Command(error) => error,
            other => panic!("{other:?}"),
        });
        (errors, std::fs::read_to_string(&count).unwrap().lines().count())
    };

    // «Неверный ПИН-код» in windows-1251.
    let words = b"printf '\\315\\345\\342\\345\\360\\355\\373\\351 \\317\\310\\315-\\352\\356\\344\\r\\n' >&2; exit 3\n";
    let ([first, second], runs) = run(words, "");
    assert!(
        matches!(&first, CommandError::Failed { words, transient: false, .. } if words == "Неверный ПИН-код"),
        "{first:?}"
    );
    assert_eq!((second, runs), (CommandError::FailedBefore, 1));

    let ([first, second], runs) = run(b"exit 75\n", "");
    assert!(matches!(first, CommandError::Failed { transient: true, .. }));
    assert!(matches!(second, CommandError::Failed { transient: true, .. }));
    assert_eq!(runs, 2);

    // A child that keeps the streams open does not keep us waiting.
    let ([first, _], _) = run(b"sleep 30 & sleep 30\n", "timeout_seconds = 1\n");
    assert_eq!(first, CommandError::TimedOut { seconds: 1 });

    // Arguments are not read by a shell; the PIN comes by the variable and nothing else of ours does.
    let ([first, _], _) = run(
        b"echo \"$1|$2|$PIN|$SEMD_KEY_PASSWORD|$CARGO_MANIFEST_DIR\" >&2; exit 1\n",
        "password_variable = 'PIN'\n",
    );
    assert!(matches!(&first, CommandError::Failed { words, .. } if words == "a b|$HOME|1234||"), "{first:?}");

    let ([first, _], _) = run(b"echo not-hex\n", "encoding = 'hex'\n");
    assert_eq!(first, CommandError::Output("hex"));
    let ([first, _], _) = run(b"head -c 9000000 /dev/zero\n", "");
    assert_eq!(first, CommandError::ForeignCertificate);
}

#[cfg(feature = "openssl")]
#[test]
fn openssl_keeps_the_contract() {
    use semd_sign::backend::OpensslSigner;

    // The engine is loaded from the configuration that is named when a process starts.
    let inside = std::env::var_os("SEMD_TEST_OPENSSL").is_some();
    if !inside {
        let folder = tempfile::tempdir().unwrap();
        let configuration = folder.path().join("openssl.cnf");
        std::fs::write(&configuration, keys::CONFIGURATION).unwrap();
        let run = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "openssl_keeps_the_contract", "--nocapture"])
            .env("OPENSSL_CONF", &configuration)
            .env("SEMD_TEST_OPENSSL", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(
            run.status.success() && said.contains("1 passed"),
            "{said}{}",
            String::from_utf8_lossy(&run.stderr)
        );
        print!("{said}");
        return;
    }
    for algorithm in keys::ALGORITHMS {
        let (Some(material), Some(other)) = (Material::make(algorithm), Material::make(algorithm)) else {
            continue;
        };
        let key = std::fs::read(material.folder.path().join("key.pem")).unwrap();
        let signer = |certificate: &semd_sign::Certificate| {
            OpensslSigner::read(&key, None, Some(certificate.clone()))
                .map(|signer| Box::new(signer) as Box<dyn Signer>)
        };
        holds(Made {
            name: format!("openssl, {algorithm}"),
            algorithm,
            signer: signer(&material.certificate).unwrap(),
            foreign: signer(&other.certificate),
            root: material.root.clone(),
        });
        assert!(OpensslSigner::read(&key, None, None).is_err(), "there is no certificate");
    }
}
