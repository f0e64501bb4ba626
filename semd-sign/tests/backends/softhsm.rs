//! Tokens in software (SoftHSM 2): RSA and ECDSA; it has no GOST.
//!
//! The module finds its tokens by an environment variable, which a test cannot set for itself: each test runs itself again as a
//! process of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::object::{Attribute, CertificateType, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use semd_sign::backend::pkcs11::{PinNeed, PinState, Pkcs11Error, Pkcs11Uri, Token};
use semd_sign::backend::{Pkcs11Signer, SignError, Signer};
use semd_sign::{Certificate, cades};
use zeroize::Zeroizing;

use crate::common::{DOCUMENT, NOW};
use crate::contract::{Made, holds};
use crate::keys::{ALGORITHMS, Material};

/// Set in the process that has the token.
const INSIDE: &str = "SEMD_TEST_TOKEN";
const PIN: &str = "1234";

/// The module, or `None` (said aloud).
fn module() -> Option<PathBuf> {
    let places = [
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib64/pkcs11/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
    ];
    let found = places.iter().map(PathBuf::from).find(|place| place.is_file());
    let tool = Command::new("softhsm2-util").arg("--version").output().is_ok();
    if found.is_none() || !tool {
        println!("skipped: SoftHSM 2 is not installed");
        return None;
    }
    found
}

/// Runs the rest of a test in a process whose only token is a new one; answers the module there, and `None` here.
fn with_token(test: &str) -> Option<(PathBuf, PathBuf)> {
    let module = module()?;
    if let Some(folder) = std::env::var_os(INSIDE) {
        return Some((module, PathBuf::from(folder)));
    }
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let configuration = folder.path().join("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    std::fs::write(&configuration, text).unwrap();
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "clinic", "--so-pin", "87654321", "--pin", PIN])
        .env("SOFTHSM2_CONF", &configuration)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let inside = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("SOFTHSM2_CONF", &configuration)
        .env(INSIDE, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&inside.stdout).into_owned();
    assert!(inside.status.success(), "{said}{}", String::from_utf8_lossy(&inside.stderr));
    assert!(said.contains("1 passed"), "the test did not run inside: {said}");
    for line in said.lines().filter(|line| line.starts_with("contract") || line.starts_with("skipped")) {
        println!("{line}");
    }
    None
}

/// Puts a key and, unless told otherwise, its certificate on the token.
fn import(module: &Path, material: &Material, label: &str, id: u8, with_certificate: bool) {
    let id_digits = format!("{id:02x}");
    let made = Command::new("softhsm2-util")
        .args(["--token", "clinic", "--pin", PIN, "--label", label, "--id", &id_digits, "--import"])
        .arg(material.folder.path().join("key.pem"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    if !with_certificate {
        return;
    }
    let context = Pkcs11::new(module).unwrap();
    let _ = context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
    let slot = context.get_slots_with_initialized_token().unwrap()[0];
    let session = context.open_rw_session(slot).unwrap();
    session.login(UserType::User, Some(&AuthPin::new(PIN.to_owned().into()))).unwrap();
    let attributes = [
        Attribute::Class(ObjectClass::CERTIFICATE),
        Attribute::CertificateType(CertificateType::X_509),
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Id(vec![id]),
        Attribute::Subject(vec![0x30, 0]),
        Attribute::Value(material.certificate.der().to_vec()),
    ];
    session.create_object(&attributes).unwrap();
    session.logout().unwrap();
}

fn uri(rest: &str) -> Pkcs11Uri {
    format!("pkcs11:token=clinic{rest}").parse().unwrap()
}

fn pin(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    Some(Zeroizing::new(text.as_bytes().to_vec()))
}

/// Opens a signer as a caller does: asks what is needed, gives the right PIN.
fn open(module: &Path, uri: &Pkcs11Uri, certificate: Option<Certificate>) -> Result<Pkcs11Signer, SignError> {
    let token = Token::find(uri, Some(module))?;
    let pin = match token.pin_need(false)? {
        PinNeed::None => None,
        PinNeed::Pin => pin(PIN),
    };
    Pkcs11Signer::open(token, uri, pin, certificate)
}

#[test]
fn tokens_keep_the_contract() {
    let Some((module, _)) = with_token("softhsm::tokens_keep_the_contract") else { return };
    for (index, algorithm) in ALGORITHMS[..3].iter().enumerate() {
        let (Some(material), Some(other)) = (Material::make(*algorithm), Material::make(*algorithm)) else {
            return;
        };
        let id = index as u8 + 1;
        import(&module, &material, &algorithm.to_string(), id, true);
        let by_id = uri(&format!(";id=%{id:02x}"));
        holds(Made {
            name: format!("token, {algorithm}"),
            algorithm: *algorithm,
            signer: Box::new(open(&module, &by_id, None).unwrap()),
            foreign: open(&module, &by_id, Some(other.certificate))
                .map(|signer| Box::new(signer) as Box<dyn Signer>),
            root: material.root.clone(),
        });
        let by_label = uri(&format!(";object={algorithm}"));
        assert_eq!(open(&module, &by_label, None).unwrap().certificate(), &material.certificate);
    }
}

#[test]
fn what_a_uri_does_not_say_is_asked_and_not_guessed() {
    let Some((module, _)) = with_token("softhsm::what_a_uri_does_not_say_is_asked_and_not_guessed") else {
        return;
    };
    let material = Material::make(ALGORITHMS[1]).unwrap();
    import(&module, &material, "first", 1, true);
    import(&module, &material, "second", 2, false);
    let refused = |uri: &Pkcs11Uri| match open(&module, uri, None).map(drop) {
        Err(SignError::Token(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&uri("")), Pkcs11Error::SeveralKeys(2));
    assert_eq!(refused(&uri(";object=third")), Pkcs11Error::NoKey);
    assert_eq!(refused(&uri(";object=second")), Pkcs11Error::NoCertificate);
    assert!(open(&module, &uri(";object=second"), Some(material.certificate.clone())).is_ok());
    let stranger: Pkcs11Uri = "pkcs11:token=other".parse().unwrap();
    assert_eq!(refused(&stranger), Pkcs11Error::NoToken(vec!["clinic".to_owned()]));
    assert!(matches!(Token::find(&stranger, None).unwrap_err(), Pkcs11Error::NoModule));
    assert!(matches!(
        Token::find(&stranger, Some(Path::new("/nowhere.so"))).unwrap_err(),
        Pkcs11Error::Module { .. }
    ));

    let tokens = Token::all(&module).unwrap();
    assert_eq!(tokens.len(), 1);
    let certificates = tokens[0].certificates().unwrap();
    assert_eq!(certificates.len(), 1);
    assert_eq!((certificates[0].label.as_str(), certificates[0].id.as_slice()), ("first", &[1][..]));
    println!("contract of URIs kept");
}

#[test]
fn wrong_pin_is_presented_once_and_never_again() {
    let Some((module, _)) = with_token("softhsm::wrong_pin_is_presented_once_and_never_again") else {
        return;
    };
    let material = Material::make(ALGORITHMS[1]).unwrap();
    import(&module, &material, "doctor", 1, true);
    let uri = uri(";object=doctor");
    let state = || Token::find(&uri, Some(&module)).unwrap().facts().pin;
    let give = |text: &str| {
        let token = Token::find(&uri, Some(&module)).unwrap();
        match Pkcs11Signer::open(token, &uri, pin(text), None).map(drop) {
            Err(SignError::Token(error)) => Some(error),
            Err(other) => panic!("{other:?}"),
            Ok(()) => None,
        }
    };
    assert_eq!(state(), PinState::Good);
    let token = Token::find(&uri, Some(&module)).unwrap();
    assert_eq!(Pkcs11Signer::open(token, &uri, None, None).unwrap_err(), Pkcs11Error::PinRequired.into());
    assert_eq!(state(), PinState::Good, "no PIN is not a wrong PIN");

    assert_eq!(give("9999"), Some(Pkcs11Error::PinRefused));
    assert_eq!(state(), PinState::FewTries, "the token has counted one wrong PIN");
    // Neither the wrong PIN again nor the right one: this process has had its try.
    for text in ["9999", PIN] {
        assert_eq!(give(text), Some(Pkcs11Error::PinRefusedBefore));
        assert_eq!(state(), PinState::FewTries, "the token was not asked");
    }
    let token = Token::find(&uri, Some(&module)).unwrap();
    assert_eq!(token.pin_need(true), Err(Pkcs11Error::PinRefusedBefore));

    // Another process sees the flag, and asks for an explicit word before the right PIN clears it.
    if std::env::var_os("SEMD_TEST_SECOND").is_none() {
        let again = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "softhsm::few_tries_want_an_explicit_word", "--nocapture"])
            .env("SEMD_TEST_SECOND", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&again.stdout);
        assert!(again.status.success() && said.contains("one more try"), "{said}");
    }
    println!("contract of PINs kept");
}

/// The second half of the test above, which starts it.
#[test]
fn few_tries_want_an_explicit_word() {
    if std::env::var_os("SEMD_TEST_SECOND").is_none() {
        return;
    }
    let module = module().unwrap();
    let uri = uri(";object=doctor");
    let token = Token::find(&uri, Some(&module)).unwrap();
    assert_eq!(token.facts().pin, PinState::FewTries);
    assert_eq!(token.pin_need(false), Err(Pkcs11Error::FewTries { last: false }));
    assert_eq!(token.pin_need(true), Ok(PinNeed::Pin));
    Pkcs11Signer::open(token, &uri, pin(PIN), None).unwrap();
    let token = Token::find(&uri, Some(&module)).unwrap();
    assert_eq!(token.facts().pin, PinState::Good);
    println!("one more try");
}

#[test]
fn token_that_is_gone_is_an_error_of_the_environment() {
    let Some((module, folder)) = with_token("softhsm::token_that_is_gone_is_an_error_of_the_environment")
    else {
        return;
    };
    let material = Material::make(ALGORITHMS[0]).unwrap();
    import(&module, &material, "doctor", 1, true);
    let signer = open(&module, &uri(";object=doctor"), None).unwrap();
    assert!(cades::sign_detached(&signer, DOCUMENT, NOW).is_ok());
    std::fs::remove_dir_all(folder.join("tokens")).unwrap();
    let error = cades::sign_detached(&signer, DOCUMENT, NOW).unwrap_err();
    assert_eq!(error, Pkcs11Error::Removed.into());
    assert!(error.is_transient());
    println!("contract of absence kept");
}
