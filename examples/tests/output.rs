//! The examples run, and say what they should.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and says what it skips")]

use std::path::{Path, PathBuf};
use std::process::Command;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(name)
}

/// Runs an example to a good end, and gives what it says.
fn run(program: &str, arguments: &[&Path]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn validate_names_rule_place_and_turn() {
    let documents =
        [fixture("documents/consultation.xml"), fixture("documents/consultation-missing-patient-name.xml")];
    let said = run(env!("CARGO_BIN_EXE_example-validate"), &[&documents[0], &documents[1]]);
    assert!(said.contains("consultation.xml: kind 119, valid, rules fired: "), "{said}");
    assert!(said.contains("consultation-missing-patient-name.xml: kind 119, invalid"), "{said}");
    assert!(said.contains("error С1-20 at line "), "{said}");
    assert!(said.contains("(turn of "), "{said}");
}

#[test]
fn build_makes_document_and_page_and_names_faults() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(env!("CARGO_BIN_EXE_example-build"), &[&fixture("cards/119.json"), folder.path()]);
    assert!(said.contains("/patient/birth_date: "), "{said}");
    let document = std::fs::read_to_string(folder.path().join("document.xml")).unwrap();
    assert!(document.contains("<effectiveTime value=\"202502101045+0300\""), "{document}");
    let page = std::fs::read_to_string(folder.path().join("document.html")).unwrap();
    assert!(page.contains("Образцов") && page.trim_end().ends_with("</html>"));
    let said = run(env!("CARGO_BIN_EXE_example-validate"), &[&folder.path().join("document.xml")]);
    assert!(said.contains("kind 119, valid"), "{said}");
}

#[test]
fn sign_passes_and_a_change_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let document = fixture("documents/consultation.xml");
    let said = run(env!("CARGO_BIN_EXE_example-sign"), &[&document, folder.path()]);
    assert!(said.contains("the document: \"total-passed\" []"), "{said}");
    assert!(said.contains("a changed one: \"total-failed\" [\"DIGEST_MISMATCH\""), "{said}");
    let container = std::fs::read(folder.path().join("document.doctor.p7s")).unwrap();
    assert_eq!(container[0], 0x30);
}

/// A token in software (SoftHSM 2) with the key `doctor`; `None` where there is none (said aloud).
struct SoftToken {
    folder: tempfile::TempDir,
    uri: String,
}

impl SoftToken {
    fn make() -> Option<Self> {
        let places = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"];
        let module = places.iter().find(|place| Path::new(place).is_file());
        let folder = tempfile::tempdir().unwrap();
        let tokens = folder.path().join("tokens");
        std::fs::create_dir(&tokens).unwrap();
        let configuration = format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display());
        std::fs::write(folder.path().join("softhsm2.conf"), configuration).unwrap();
        let uri = module.map(|module| format!("pkcs11:token=clinic;object=doctor?module-path={module}"));
        let Some(uri) = uri.filter(|_| Command::new("openssl").arg("version").output().is_ok()) else {
            println!("skipped: SoftHSM 2 or openssl is not installed");
            return None;
        };
        let made = Self { folder, uri };
        let request =
            "req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=doctor -keyout key.pem -out doctor.crt";
        made.run("openssl", request);
        made.run("softhsm2-util", "--init-token --free --label clinic --so-pin 87654321 --pin 1234");
        made.run("softhsm2-util", "--token clinic --pin 1234 --label doctor --id 01 --import key.pem");
        Some(made)
    }

    /// A program in the token's folder, which sees this token alone.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env("SOFTHSM2_CONF", self.folder.path().join("softhsm2.conf"));
        command
    }

    fn run(&self, program: &str, arguments: &str) {
        let output = self.command(program).args(arguments.split(' ')).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn sign(&self, pin: &str) -> String {
        let document = fixture("documents/consultation.xml").canonicalize().unwrap();
        let mut command = self.command(env!("CARGO_BIN_EXE_example-token"));
        command
            .args([self.uri.as_str(), "doctor.crt"])
            .arg(document)
            .arg("document.p7s")
            .env("EXAMPLE_PIN", pin);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

#[test]
fn token_signs_with_its_pin() {
    let Some(token) = SoftToken::make() else { return };
    let refused = token.sign("9999");
    assert!(refused.starts_with("token: clinic") && refused.contains("not signed: "), "{refused}");
    assert!(!token.folder.path().join("document.p7s").exists());

    let Some(token) = SoftToken::make() else { return };
    let said = token.sign("1234");
    assert!(said.ends_with("signed by rsa-sha256\n"), "{said}");
    assert_eq!(std::fs::read(token.folder.path().join("document.p7s")).unwrap()[0], 0x30);
}

#[test]
fn own_signer_signs_after_its_pin() {
    let said = run(env!("CARGO_BIN_EXE_example-own-signer"), &[&fixture("documents/consultation.xml")]);
    let lines: Vec<&str> = said.lines().collect();
    let [no_pin, wrong_pin, signed] = lines[..] else { panic!("{said}") };
    assert!(no_pin.starts_with("not signed") && no_pin.contains("wants its PIN"), "{said}");
    assert!(wrong_pin.ends_with("attempts left: 2"), "{said}");
    assert_eq!(signed, "signed: a container that begins with 30");
}

#[test]
fn own_check_stands_beside_the_others() {
    let document = fixture("documents/consultation.xml");
    let program = env!("CARGO_BIN_EXE_example-own-check");
    let said = run(program, &[Path::new("1.2.643.5.1.13.13.12.2.77.999001"), &document]);
    assert!(said.ends_with("consultation.xml: valid\n") && !said.contains("foreign-clinic"), "{said}");
    let said = run(program, &[Path::new("1.2.643.5.1.13.13.12.2.77.1"), &document]);
    assert!(said.contains("foreign-clinic") && said.contains("not the OID of our organisation"), "{said}");
    assert!(said.ends_with("consultation.xml: invalid\n"), "{said}");
}

#[test]
fn register_gets_a_number() {
    let said = run(env!("CARGO_BIN_EXE_example-register"), &[&fixture("documents/consultation.xml")]);
    assert!(said.contains("foreseen refusals: {}"), "{said}");
    assert!(said.contains("→ registered"), "{said}");
    assert!(said.contains("number of the register: 119."), "{said}");
}
