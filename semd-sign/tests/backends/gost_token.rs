//! GOST on a token: a module of our own (`fixtures/test-token`) with the mechanisms and the habits of vendors' modules. No free
//! module has them; real tokens were not at hand.

use std::path::{Path, PathBuf};
use std::process::Command;

use semd_sign::backend::pkcs11::{PinNeed, PinState, Pkcs11Error, Pkcs11Uri, Token};
use semd_sign::backend::{Pkcs11Signer, SignError, SignatureAlgorithm, Signer};
use semd_sign::digest::Streebog;
use semd_sign::gost::ParameterSet;
use semd_sign::{Certificate, cades};
use zeroize::Zeroizing;

use crate::common::{DOCUMENT, NOW, person};
use crate::contract::{Made, holds};

/// The module, built with the tests.
fn module() -> PathBuf {
    let folder = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    ["so", "dylib"]
        .iter()
        .map(|suffix| folder.join(format!("libsemd_test_token.{suffix}")))
        .find(|path| path.is_file())
        .expect("the module is built with the tests")
}

/// A token's files in a folder.
fn make(folder: &Path, oid: &str) {
    let (authority, issued) = person(oid);
    std::fs::write(folder.join("key.pem"), issued.key_pem(None).unwrap().as_bytes()).unwrap();
    std::fs::write(folder.join("cert.pem"), issued.certificate_pem()).unwrap();
    std::fs::write(folder.join("root.pem"), authority.certificate().to_pem()).unwrap();
}

/// Runs a test again in a process that has the token. The module reads its habits from the environment.
fn inside(test: &str, folder: &Path, habits: &[(&str, &str)]) {
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("SEMD_TEST_GOST_TOKEN", folder)
        .env("SEMD_TOKEN_KEY", folder.join("key.pem"))
        .env("SEMD_TOKEN_CERTIFICATE", folder.join("cert.pem"))
        .envs(habits.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success() && said.contains("1 passed"),
        "{habits:?}: {said}{}",
        String::from_utf8_lossy(&run.stderr)
    );
    for line in said.lines().filter(|line| line.starts_with("contract")) {
        println!("{line} {habits:?}");
    }
}

fn folder_inside() -> Option<PathBuf> {
    std::env::var_os("SEMD_TEST_GOST_TOKEN").map(PathBuf::from)
}

fn uri() -> Pkcs11Uri {
    "pkcs11:token=test;object=doctor".parse().unwrap()
}

fn open(pin: &str, certificate: Option<Certificate>) -> Result<Pkcs11Signer, SignError> {
    let token = Token::find(&uri(), Some(&module()))?;
    let pin = match token.pin_need(false)? {
        PinNeed::None => None,
        PinNeed::Pin => Some(Zeroizing::new(pin.as_bytes().to_vec())),
    };
    Pkcs11Signer::open(token, &uri(), pin, certificate)
}

#[test]
fn gost_tokens_keep_the_contract_whatever_their_habits() {
    const TEST: &str = "gost_token::gost_tokens_keep_the_contract_whatever_their_habits";
    if let Some(folder) = folder_inside() {
        let read = |name: &str| Certificate::from_bytes(&std::fs::read(folder.join(name)).unwrap()).unwrap();
        let algorithm = SignatureAlgorithm::of(&read("cert.pem")).unwrap();
        let (_, other) = person(match algorithm {
            SignatureAlgorithm::Gost(Streebog::S256) => ParameterSet::XCHA,
            _ => ParameterSet::TC26_512_A,
        });
        holds(Made {
            name: format!("GOST token, {algorithm}"),
            algorithm,
            signer: Box::new(open("1234", None).unwrap()),
            foreign: open("1234", Some(other.certificate)).map(|signer| Box::new(signer) as Box<dyn Signer>),
            root: read("root.pem").der().to_vec(),
        });
        return;
    }
    for oid in [ParameterSet::XCHA, ParameterSet::TC26_512_A] {
        for order in ["standard", "swapped", "reversed"] {
            for parameter in ["wanted", "refused"] {
                let folder = tempfile::tempdir().unwrap();
                make(folder.path(), oid);
                inside(
                    TEST,
                    folder.path(),
                    &[("SEMD_TOKEN_ORDER", order), ("SEMD_TOKEN_PARAMETER", parameter)],
                );
            }
        }
    }
}

#[test]
fn gost_token_pulled_out_says_so() {
    const TEST: &str = "gost_token::gost_token_pulled_out_says_so";
    if folder_inside().is_some() {
        let signer = open("1234", None).unwrap();
        for _ in 0..3 {
            cades::sign_detached(&signer, DOCUMENT, NOW).unwrap();
        }
        assert_eq!(cades::sign_detached(&signer, DOCUMENT, NOW), Err(Pkcs11Error::Removed.into()));
        assert_eq!(open("1234", None).unwrap_err(), Pkcs11Error::NoToken(Vec::new()).into());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    make(folder.path(), ParameterSet::XCHA);
    inside(TEST, folder.path(), &[("SEMD_TOKEN_PULL_AFTER", "3")]);
}

#[test]
fn gost_token_counts_one_wrong_pin() {
    const TEST: &str = "gost_token::gost_token_counts_one_wrong_pin";
    if folder_inside().is_some() {
        let state = || Token::find(&uri(), Some(&module())).unwrap().facts().pin;
        assert_eq!(open("0000", None).unwrap_err(), Pkcs11Error::PinRefused.into());
        assert_eq!(state(), PinState::FewTries);
        for pin in ["0000", "1234"] {
            assert_eq!(open(pin, None).unwrap_err(), Pkcs11Error::PinRefusedBefore.into());
        }
        assert_eq!(state(), PinState::FewTries, "the token was asked once");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    make(folder.path(), ParameterSet::XCHA);
    inside(TEST, folder.path(), &[]);
}
