//! Signatures of the command against an independent judge: OpenSSL with its GOST engine, in both directions.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// OpenSSL with the GOST engine loaded from a configuration of our own, or `None` after saying that the test skips.
struct OpenSsl {
    configuration: PathBuf,
}

impl OpenSsl {
    fn find(folder: &Path) -> Option<Self> {
        let configuration = folder.join("openssl.cnf");
        fs::write(
            &configuration,
            "openssl_conf = init\n[init]\nengines = engines\n[engines]\ngost = gost\n[gost]\nengine_id = gost\ndefault_algorithms = ALL\n",
        )
        .unwrap();
        let judge = Self { configuration };
        let engine = judge.run(&["engine", "gost"]);
        match engine {
            Some((true, _)) => Some(judge),
            _ => {
                println!(
                    "skipped: openssl with the GOST engine is not installed (Debian: libengine-gost-openssl)"
                );
                None
            }
        }
    }

    /// Runs openssl; success and what it said, or `None` when there is no openssl.
    fn run(&self, arguments: &[&str]) -> Option<(bool, String)> {
        let output = Command::new("openssl")
            .args(arguments)
            .env("OPENSSL_CONF", &self.configuration)
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        Some((output.status.success(), said))
    }

    fn verify(&self, container: &Path, document: &Path, root: &Path, extra: &[&str]) -> (bool, String) {
        let mut arguments =
            vec!["cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-out", "/dev/null"];
        let paths = [container, document, root].map(|path| path.to_str().unwrap());
        arguments.extend(["-in", paths[0], "-content", paths[1], "-CAfile", paths[2]]);
        arguments.extend(extra);
        self.run(&arguments).unwrap()
    }
}

/// A test authority with a doctor and an organisation, keys of the given size.
fn authority(folder: &Path, bits: &str) -> PathBuf {
    let pki = folder.join(format!("pki-{bits}"));
    let at = pki.to_str().unwrap();
    let done = |run: support::Run| assert_eq!(run.code, Some(0), "{}", run.stderr);
    done(support::run(["pki", "init", at, "--bits", bits]));
    done(support::run([
        "pki",
        "issue",
        at,
        "--name",
        "doctor",
        "--surname",
        "Тестова",
        "--given-name",
        "Вера Андреевна",
        "--snils",
        "99900000115",
        "--bits",
        bits,
    ]));
    done(support::run([
        "pki",
        "issue",
        at,
        "--name",
        "clinic",
        "--organization",
        "Учебная больница",
        "--ogrn",
        "1239900000010",
        "--inn",
        "9900000017",
        "--bits",
        bits,
    ]));
    pki
}

fn copy_of_a_document(folder: &Path) -> PathBuf {
    let document = folder.join("consultation.xml");
    fs::copy(support::fixtures().join("documents/consultation.xml"), &document).unwrap();
    document
}

fn sign(document: &Path, pki: &Path, name: &str, role: &str) -> PathBuf {
    let key = pki.join(format!("{name}.key"));
    let certificate = pki.join(format!("{name}.crt"));
    let paths = [document, &key, &certificate].map(|path| path.to_str().unwrap());
    let run = support::run(["sign", paths[0], "--key", paths[1], "--cert", paths[2], "--role", role]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    PathBuf::from(run.stdout.trim())
}

fn verify(
    document: &Path,
    container: &Path,
    root: &Path,
    extra: &[&str],
) -> (Option<i32>, serde_json::Value) {
    let paths = [document, container, root].map(|path| path.to_str().unwrap());
    let mut arguments = vec!["verify", paths[0], paths[1], "--trust", paths[2], "--format", "jsonl"];
    arguments.extend(extra);
    let run = support::run(arguments);
    (run.code, run.json_lines().remove(0))
}

#[test]
fn own_signatures_pass_and_one_changed_byte_fails() {
    let folder = tempfile::tempdir().unwrap();
    let document = copy_of_a_document(folder.path());
    for bits in ["256", "512"] {
        let pki = authority(folder.path(), bits);
        for (name, role) in [("doctor", "doctor"), ("clinic", "organization")] {
            let container = sign(&document, &pki, name, role);
            assert!(container.ends_with(format!("consultation.{role}.p7s")));
            let (code, report) = verify(&document, &container, &pki.join("root.crt"), &[]);
            assert_eq!((code, report["verdict"].as_str()), (Some(0), Some("total-passed")), "{report}");
            assert_eq!(report["format"], "CAdES-BES");
            assert!(!report.to_string().contains("99900000115"), "СНИЛС is masked: {report}");

            let untrusted = authority(folder.path().join("other").as_path(), bits);
            let (code, report) = verify(&document, &container, &untrusted.join("root.crt"), &[]);
            assert_eq!((code, report["verdict"].as_str()), (Some(3), Some("indeterminate")), "{report}");
            assert_eq!(report["sub_indication"], "NO_CERTIFICATE_CHAIN_FOUND");
            fs::remove_dir_all(folder.path().join("other")).unwrap();

            let changed = folder.path().join("changed.xml");
            let mut bytes = fs::read(&document).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&changed, bytes).unwrap();
            let (code, report) = verify(&changed, &container, &pki.join("root.crt"), &[]);
            assert_eq!((code, report["verdict"].as_str()), (Some(1), Some("total-failed")), "{report}");
            assert_eq!(report["sub_indication"], "HASH_FAILURE");
            assert!(
                report["codes"].as_array().unwrap().iter().any(|code| code == "DIGEST_MISMATCH"),
                "{report}"
            );
        }
    }
}

#[test]
fn openssl_accepts_signatures_of_the_command_and_refuses_a_changed_document() {
    let folder = tempfile::tempdir().unwrap();
    let Some(openssl) = OpenSsl::find(folder.path()) else { return };
    let document = copy_of_a_document(folder.path());
    let changed = folder.path().join("changed.xml");
    fs::write(&changed, [fs::read(&document).unwrap().as_slice(), b" "].concat()).unwrap();
    let mut compared = 0;
    for bits in ["256", "512"] {
        let pki = authority(folder.path(), bits);
        let root = pki.join("root.crt");
        for (name, role) in [("doctor", "doctor"), ("clinic", "organization")] {
            let container = sign(&document, &pki, name, role);
            for extra in [&[][..], &["-cades"]] {
                let (good, said) = openssl.verify(&container, &document, &root, extra);
                assert!(good, "{bits} {role} {extra:?}: {said}");
                let (good, _) = openssl.verify(&container, &changed, &root, extra);
                assert!(!good, "{bits} {role} {extra:?}: a changed document was accepted");
                compared += 2;
            }
        }
    }
    println!("compared {compared} verdicts of openssl");
}

#[test]
fn command_accepts_signatures_of_openssl_and_refuses_a_changed_document() {
    let folder = tempfile::tempdir().unwrap();
    let Some(openssl) = OpenSsl::find(folder.path()) else { return };
    let document = copy_of_a_document(folder.path());
    let changed = folder.path().join("changed.xml");
    fs::write(&changed, [fs::read(&document).unwrap().as_slice(), b" "].concat()).unwrap();
    let mut compared = 0;
    for bits in ["256", "512"] {
        let pki = authority(folder.path(), bits);
        let digest = if bits == "256" { "md_gost12_256" } else { "md_gost12_512" };
        for (extra, policy) in [(&[][..], "basic"), (&["-cades"], "remd")] {
            let container = folder.path().join("openssl.p7s");
            let (key, certificate) = (pki.join("doctor.key"), pki.join("doctor.crt"));
            let paths = [&document, &key, &certificate, &container].map(|path| path.to_str().unwrap());
            let mut arguments =
                vec!["cms", "-sign", "-binary", "-nosmimecap", "-outform", "DER", "-md", digest];
            arguments.extend(["-in", paths[0], "-inkey", paths[1], "-signer", paths[2], "-out", paths[3]]);
            arguments.extend(extra);
            let (good, said) = openssl.run(&arguments).unwrap();
            assert!(good, "{said}");
            let root = pki.join("root.crt");
            let (code, report) = verify(&document, &container, &root, &["--policy", policy]);
            assert_eq!((code, report["verdict"].as_str()), (Some(0), Some("total-passed")), "{report}");
            let (code, report) = verify(&changed, &container, &root, &["--policy", policy]);
            assert_eq!(
                (code, report["sub_indication"].as_str()),
                (Some(1), Some("HASH_FAILURE")),
                "{report}"
            );
            compared += 2;
        }
    }
    println!("compared {compared} signatures of openssl");
}
