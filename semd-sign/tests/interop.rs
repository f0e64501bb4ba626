//! Both ways with implementations nobody here had a hand in: BouncyCastle (Java) and gostcrypto (Python). The package `pygost`
//! of the Python index is not the library of that name.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use common::{DOCUMENT, NOW};
use semd_sign::gost::{ParameterSet, PublicKey, SecretKey};
use semd_sign::key::KeyFile;
use semd_sign::verify::{ControlTime, Policy, Request, verify};
use semd_sign::{KeyError, PrivateKey, cades};

/// Parameter sets by their identifiers, with the names of gostcrypto.
const SETS: [(&str, Option<&str>); 11] = [
    ("1.2.643.2.2.35.1", None),
    ("1.2.643.2.2.35.2", None),
    ("1.2.643.2.2.35.3", None),
    ("1.2.643.2.2.36.0", None),
    ("1.2.643.7.1.2.1.1.1", Some("id-tc26-gost-3410-2012-256-paramSetA")),
    ("1.2.643.7.1.2.1.1.2", Some("id-tc26-gost-3410-2012-256-paramSetB")),
    ("1.2.643.7.1.2.1.1.3", Some("id-tc26-gost-3410-2012-256-paramSetC")),
    ("1.2.643.7.1.2.1.1.4", Some("id-tc26-gost-3410-2012-256-paramSetD")),
    ("1.2.643.7.1.2.1.2.1", Some("id-tc26-gost-3410-12-512-paramSetA")),
    ("1.2.643.7.1.2.1.2.2", Some("id-tc26-gost-3410-12-512-paramSetB")),
    ("1.2.643.7.1.2.1.2.3", Some("id-tc26-gost-3410-2012-512-paramSetC")),
];

/// A program that answers line by line.
struct Peer {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    fn start(command: &mut Command) -> Option<Self> {
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut process = started.ok()?;
        let (questions, answers) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Some(Self { process, questions, answers: BufReader::new(answers) })
    }

    /// The answer; empty when the program has ended.
    fn ask(&mut self, question: &str) -> String {
        let mut answer = String::new();
        if writeln!(self.questions, "{question}").is_ok() {
            self.answers.read_line(&mut answer).unwrap();
        }
        answer.trim().to_owned()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn reversed(octets: &[u8]) -> Vec<u8> {
    octets.iter().rev().copied().collect()
}

/// A number of a peer in exactly `width` octets.
fn fixed(digits: &str, width: usize) -> Vec<u8> {
    let digits = format!("{digits:0>width$}", width = 2 * width);
    (0..width).map(|index| u8::from_str_radix(&digits[2 * index..2 * index + 2], 16).unwrap()).collect()
}

/// x and y, big-endian, in hexadecimal.
fn coordinates(key: &PublicKey) -> (String, String) {
    let octets = key.to_le_bytes();
    let (x, y) = octets.split_at(octets.len() / 2);
    (hex(&reversed(x)), hex(&reversed(y)))
}

/// One signature each way over one digest. `sign` and `verify` are the peer's: r and s of a digest; the verdict on r and s.
fn both_ways(
    oid: &str,
    sign: impl FnOnce(&SecretKey, &[u8]) -> (String, String),
    mut verify: impl FnMut(&PublicKey, &[u8], &[u8], &[u8]) -> bool,
) {
    let set = common::set(oid);
    let (key, width) = (SecretKey::generate(set).unwrap(), set.digest.len());
    let public = key.public_key();
    let digest = set.digest.digest(oid.as_bytes());
    let (r, s) = sign(&key, &digest);
    let theirs = [fixed(&s, width), fixed(&r, width)].concat();
    assert!(public.verify(&digest, &theirs), "{oid}: signed there");
    let mut ours = key.sign(&digest).unwrap();
    let mut accepted = |value: &[u8]| {
        let (s, r) = value.split_at(width);
        verify(&public, &digest, r, s)
    };
    assert!(accepted(&ours), "{oid}: signed here");
    ours[width - 1] ^= 1;
    assert!(!accepted(&ours) && !public.verify(&digest, &ours), "{oid}: changed");
}

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop")
}

#[test]
fn gostcrypto_agrees_both_ways() {
    let python = std::env::var_os("SEMD_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let Some(mut peer) = Peer::start(Command::new(python).arg(peers().join("peer.py"))) else {
        println!("skipped: no python3");
        return;
    };
    let message = hex("Осмотр".as_bytes());
    let mut compared = 0;
    for (oid, name) in SETS {
        let Some(name) = name else { continue };
        let set = common::set(oid);
        let digest = hex(&set.digest.digest("Осмотр".as_bytes()));
        let hashed = peer
            .ask(&format!(r#"{{"do":"hash","curve":"{name}","message":"{message}","digest":"{digest}"}}"#));
        if hashed.is_empty() {
            println!("skipped: no package gostcrypto for python3 (set SEMD_TEST_PYTHON to one that has it)");
            return;
        }
        assert_eq!(hashed, format!("\"{digest}\""));
        let peer = std::cell::RefCell::new(&mut peer);
        let sign = |key: &SecretKey, digest: &[u8]| {
            let secret = hex(&reversed(&key.to_le_bytes()));
            let digest = hex(digest);
            let answer = peer
                .borrow_mut()
                .ask(&format!(r#"{{"do":"sign","curve":"{name}","secret":"{secret}","digest":"{digest}"}}"#));
            let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
            (answer["r"].as_str().unwrap().to_owned(), answer["s"].as_str().unwrap().to_owned())
        };
        let verify = |key: &PublicKey, digest: &[u8], r: &[u8], s: &[u8]| {
            let (x, y) = coordinates(key);
            let [digest, r, s] = [digest, r, s].map(hex);
            let answer = peer.borrow_mut().ask(&format!(
                r#"{{"do":"verify","curve":"{name}","x":"{x}","y":"{y}","digest":"{digest}","r":"{r}","s":"{s}"}}"#
            ));
            answer == "true"
        };
        both_ways(oid, sign, verify);
        compared += 1;
    }
    println!("compared {compared} parameter sets with gostcrypto, both ways");
}

/// BouncyCastle, compiled for the test.
fn bouncy_castle(folder: &Path) -> Option<Peer> {
    let jars = ["bcprov", "bcpkix", "bcutil"].map(|name| format!("/usr/share/java/{name}.jar"));
    if !jars.iter().all(|jar| Path::new(jar).is_file()) {
        println!("skipped: no BouncyCastle (Debian: libbcpkix-java)");
        return None;
    }
    let path = jars.join(":");
    let compiled =
        Command::new("javac").args(["-cp", &path, "-d"]).arg(folder).arg(peers().join("Peer.java")).output();
    match compiled {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => {
            println!("skipped: no javac (Debian: default-jdk-headless)");
            return None;
        }
    }
    Peer::start(Command::new("java").args(["-cp", &format!("{path}:{}", folder.display()), "Peer"]))
}

#[test]
fn bouncy_castle_agrees_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let Some(mut peer) = bouncy_castle(folder) else { return };
    let mut compared = Vec::new();
    for (oid, _) in SETS {
        let unknown = peer.ask(&format!("sign {oid} 1 00"));
        if unknown.contains("unknown set") {
            continue;
        }
        let peer = std::cell::RefCell::new(&mut peer);
        let sign = |key: &SecretKey, digest: &[u8]| {
            let secret = hex(&reversed(&key.to_le_bytes()));
            let answer = peer.borrow_mut().ask(&format!("sign {oid} {secret} {}", hex(digest)));
            let (r, s) = answer.split_once(' ').unwrap_or_else(|| panic!("{answer}"));
            (r.to_owned(), s.to_owned())
        };
        let verify = |key: &PublicKey, digest: &[u8], r: &[u8], s: &[u8]| {
            let (x, y) = coordinates(key);
            let [digest, r, s] = [digest, r, s].map(hex);
            peer.borrow_mut().ask(&format!("verify {oid} {x} {y} {digest} {r} {s}")) == "true"
        };
        both_ways(oid, sign, verify);
        compared.push(oid);
    }
    println!(
        "compared {} parameter sets with BouncyCastle, both ways: {}",
        compared.len(),
        compared.join(" ")
    );
    assert!(compared.len() >= 6);
}

#[test]
fn containers_of_bouncy_castle_are_read_and_ours_are_read_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let Some(mut peer) = bouncy_castle(folder) else { return };
    let at = |name: &str| folder.join(name).display().to_string();
    let mut compared = 0;
    // The sets whose certificates BouncyCastle 1.72 reads: it wants the hash function named beside the set.
    for oid in [ParameterSet::CRYPTOPRO_A, ParameterSet::XCHA, ParameterSet::TC26_512_A] {
        let (authority, issued) = common::person(oid);
        let container = cades::sign_detached(&common::signer(&issued), DOCUMENT, NOW).unwrap();
        std::fs::write(at("ours.p7s"), &container).unwrap();
        std::fs::write(at("document"), DOCUMENT).unwrap();
        std::fs::write(at("other"), b"other").unwrap();
        let question = |content: &str| format!("cms-verify {} {}", at("ours.p7s"), at(content));
        assert_eq!(peer.ask(&question("document")), "true", "{oid}");
        assert_ne!(peer.ask(&question("other")), "true", "{oid}");

        std::fs::write(at("key.pem"), issued.key_pem(None).unwrap().as_bytes()).unwrap();
        std::fs::write(at("cert.pem"), issued.certificate_pem()).unwrap();
        let asked =
            format!("cms-sign {} {} {} {}", at("key.pem"), at("cert.pem"), at("document"), at("theirs.p7s"));
        assert_eq!(peer.ask(&asked), "written", "{oid}");
        let theirs = std::fs::read(at("theirs.p7s")).unwrap();
        let trust = common::trust(&authority);
        let judge = |content: &[u8]| {
            verify(&Request {
                content: content.into(),
                signature: &theirs,
                trust: &trust,
                time: ControlTime::SigningTime,
                policy: Policy::Basic,
            })
        };
        let report = judge(DOCUMENT);
        assert!(report.is_passed(), "{oid}: {:#?}", report.checks);
        assert_eq!(judge(b"other").sub_indication, Some("HASH_FAILURE"));
        assert_eq!(
            PrivateKey::from_bytes(&std::fs::read(at("key.pem")).unwrap(), None).unwrap().public_key(),
            issued.key.public_key()
        );
        compared += 1;
    }
    println!("compared containers of {compared} parameter sets with BouncyCastle, both ways");
}

#[test]
fn keys_in_the_encryption_of_cryptopro_open_with_their_certificate() {
    const PASSWORD: &str = "Проверка-1";
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let Some(mut peer) = bouncy_castle(folder) else { return };
    let at = |name: &str| folder.join(name).display().to_string();
    let mut compared = 0;
    for oid in [ParameterSet::XCHA, ParameterSet::TC26_512_A] {
        let (_, issued) = common::person(oid);
        let (_, stranger) = common::person(oid);
        std::fs::write(at("key.pem"), issued.key_pem(None).unwrap().as_bytes()).unwrap();
        std::fs::write(at("cert.pem"), issued.certificate_pem()).unwrap();
        std::fs::write(at("stranger.pem"), stranger.certificate_pem()).unwrap();
        let mut container = |certificate: &str, substitution: &str| {
            let asked = format!(
                "cryptopro-pfx {} {} {} {substitution} {}",
                at("key.pem"),
                at(certificate),
                hex(PASSWORD.as_bytes()),
                at("theirs.pfx")
            );
            assert_eq!(peer.ask(&asked), "written", "{oid}");
            std::fs::read(at("theirs.pfx")).unwrap()
        };
        for substitution in ["E-A", "Param-Z"] {
            let theirs = container("cert.pem", substitution);
            let file = KeyFile::from_bytes(&theirs, Some(PASSWORD.as_bytes())).unwrap();
            assert_eq!(file.key.public_key(), issued.key.public_key(), "{oid} {substitution}");
            assert_eq!(file.certificate(), Some(&issued.certificate), "{oid} {substitution}");
            let wrong = KeyFile::from_bytes(&theirs, Some(b"wrong")).unwrap_err();
            assert_eq!(wrong, KeyError::WrongPassword, "{oid} {substitution}");
            compared += 1;
        }
        // Nothing but the certificate tells the key from noise.
        let mixed = KeyFile::from_bytes(&container("stranger.pem", "E-A"), Some(PASSWORD.as_bytes()));
        assert_eq!(mixed.unwrap_err(), KeyError::PublicMismatch, "{oid}");
    }
    println!("compared {compared} containers in the encryption of CryptoPro, packed by BouncyCastle");
}
