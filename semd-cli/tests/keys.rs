//! Keys in every place where `semd sign` finds them: files, containers, tokens, external commands.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "functions of tests are tests")]

mod support;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::{Run, finish, fixtures, semd, succeed};

/// A policy that takes other algorithms than GOST.
const LOWERED: &str = "schema = 'semd.policy/1'\nextends = 'basic'\n[demands]\ngost-algorithms = 'warn'\n";
const PIN: &str = "4321";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs a program in a folder; `false` when it is absent or fails.
fn tool(folder: &Path, program: &str, line: &str) -> bool {
    let output = Command::new(program).args(line.split(' ')).current_dir(folder).output();
    output.is_ok_and(|output| output.status.success())
}

/// `key.pem` and `cert.pem` of an RSA key; `false` (said aloud) without openssl.
fn rsa_key(folder: &Path) -> bool {
    let made = tool(
        folder,
        "openssl",
        "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN=TEST -addext keyUsage=critical,digitalSignature",
    );
    if !made {
        println!("skipped: no openssl that makes keys");
    }
    made
}

fn verify(folder: &Path, document: &Path, signature: &Path) {
    let policy = folder.join("policy.toml");
    fs::write(&policy, LOWERED).unwrap();
    let root = folder.join("cert.pem");
    succeed(&["verify", text(document), text(signature), "--trust", text(&root), "--policy", text(&policy)]);
}

#[test]
fn pfx_brings_its_certificate_and_its_password_comes_by_descriptor_environment_or_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let document = folder.join("a.xml");
    fs::write(&document, "<a/>").unwrap();
    let pfx = fixtures().join("keys/rfc9548.pfx");
    let sign = |command: &mut Command| {
        let _ = fs::remove_file(folder.join("a.doctor.p7s"));
        finish(command.args(["sign", text(&document), "--key", text(&pfx)]))
    };
    let run = sign(semd().env("SEMD_KEY_PASSWORD", "Проверка-1"));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(folder.join("a.doctor.p7s").is_file());
    let run = sign(semd().env("SEMD_KEY_PASSWORD", "wrong"));
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("wrong password"), "{}", run.stderr);
    let run = sign(&mut semd());
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("encrypted"), "{}", run.stderr);

    if Command::new("script").arg("--version").output().is_err() {
        println!("skipped: no terminal without the command `script`");
        return;
    }
    let line =
        format!("'{}' sign '{}' --key '{}'", env!("CARGO_BIN_EXE_semd"), document.display(), pfx.display());
    let mut terminal = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .env("SEMD_LANG", "en")
        .env_remove("SEMD_KEY_PASSWORD")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The answer waits in the terminal until it is asked for.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    terminal.stdin.take().unwrap().write_all("Проверка-1\n".as_bytes()).unwrap();
    let output = terminal.wait_with_output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{shown}");
    assert!(shown.contains("Password of") && !shown.contains("Проверка-1"), "{shown}");
    assert!(folder.join("a.doctor.p7s").is_file());
}

#[test]
fn key_without_a_certificate_says_what_to_give() {
    let folder = tempfile::tempdir().unwrap();
    let pki = support::authority(folder.path(), &[]);
    let document = folder.path().join("a.xml");
    fs::write(&document, "<a/>").unwrap();
    let run = support::run(["sign", text(&document), "--key", text(&pki.join("doctor.key"))]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("--cert"), "{}", run.stderr);
}

#[test]
fn second_run_keeps_good_signatures_and_replaces_bad_ones() {
    let folder = tempfile::tempdir().unwrap();
    let pki = support::authority(folder.path(), &[]);
    let documents = folder.path().join("documents");
    fs::create_dir(&documents).unwrap();
    for name in ["a", "b", "c", "d"] {
        fs::write(documents.join(format!("{name}.xml")), format!("<{name}/>")).unwrap();
    }
    let signature = |name: &str| documents.join(format!("{name}.doctor.p7s"));
    let sign = |key: &str, more: &[&str]| {
        let (key, cert) = (pki.join(format!("{key}.key")), pki.join(format!("{key}.crt")));
        let flags = ["sign", text(&documents), "--key", text(&key), "--cert", text(&cert)];
        let run = support::run([&flags[..], more].concat());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert_eq!(run.stdout.lines().count(), 4);
        run.stderr
    };
    assert!(!sign("doctor", &[]).contains("kept"));
    let first = ["a", "b", "c", "d"].map(|name| fs::read(signature(name)).unwrap());
    fs::write(documents.join("b.xml"), "<b>changed</b>").unwrap();
    fs::write(signature("c"), b"torn").unwrap();
    let said = sign("doctor", &[]);
    assert!(said.contains("signed already and kept (--again signs anew): 2"), "{said}");
    let second = ["a", "b", "c", "d"].map(|name| fs::read(signature(name)).unwrap());
    let same: Vec<bool> = first.iter().zip(&second).map(|(one, other)| one == other).collect();
    assert_eq!(same, [true, false, false, true]);
    // Somebody else's signature is not destroyed without a word.
    let said = sign("clinic", &[]);
    assert!(said.contains("another certificate in the same role replaced: 4"), "{said}");
    assert!(sign("clinic", &[]).contains("kept (--again signs anew): 4"));
    assert!(!sign("clinic", &["--again"]).contains("kept"));
    // An attached one is another thing, and is made when asked for.
    assert!(!sign("clinic", &["--attached"]).contains("kept"));
    assert!(sign("clinic", &["--attached"]).contains("kept"));
    assert_ne!(fs::read(signature("a")).unwrap(), second[0]);
    let left = fs::read_dir(&documents).unwrap().filter(|entry| {
        entry.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "part")
    });
    assert_eq!(left.count(), 0);
}

#[test]
fn external_command_signs_by_its_description() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    if !rsa_key(folder) {
        return;
    }
    let document = folder.join("a.xml");
    fs::write(&document, "<a/>").unwrap();
    let description = folder.join("csp.toml");
    let key = folder.join("key.pem");
    let write = |certificate: &str| {
        let argv = format!("argv = ['openssl', 'dgst', '-sha256', '-sign', '{}']", key.display());
        fs::write(&description, format!("schema = 'semd.command/1'\n{argv}\n{certificate}")).unwrap();
    };
    let name = format!("cmd:{}", description.display());
    write("certificate = 'cert.pem'\n");
    succeed(&["sign", text(&document), "--key", &name]);
    verify(folder, &document, &folder.join("a.doctor.p7s"));

    write("");
    let run = support::run(["sign", text(&document), "--key", &name, "--again"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("--cert"), "{}", run.stderr);
    write("shell = true\n");
    let run = support::run(["sign", text(&document), "--key", &name]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("shell"), "{}", run.stderr);
    write("");
    fs::remove_file(&key).unwrap();
    let cert = folder.join("cert.pem");
    let run = support::run(["sign", text(&document), "--key", &name, "--cert", text(&cert), "--again"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("did not sign"), "{}", run.stderr);
}

/// A token of SoftHSM with an RSA key and no certificate.
struct SoftToken {
    folder: tempfile::TempDir,
    module: PathBuf,
}

impl SoftToken {
    fn make() -> Option<Self> {
        let places = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"];
        let module = places.iter().map(PathBuf::from).find(|place| place.is_file());
        let (Some(module), true) = (module, Command::new("softhsm2-util").arg("--version").output().is_ok())
        else {
            println!("skipped: SoftHSM 2 is not installed");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        if !rsa_key(folder.path()) {
            return None;
        }
        let token = Self { folder, module };
        fs::create_dir(token.path("tokens")).unwrap();
        let place = token.path("tokens");
        let configuration = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            place.display()
        );
        fs::write(token.path("softhsm2.conf"), configuration).unwrap();
        for line in [
            format!("--init-token --free --label clinic --so-pin 87654321 --pin {PIN}"),
            format!("--token clinic --pin {PIN} --label doctor --id 01 --import key.pem"),
        ] {
            let made = Command::new("softhsm2-util")
                .args(line.split(' '))
                .current_dir(token.folder.path())
                .env("SOFTHSM2_CONF", token.path("softhsm2.conf"))
                .output()
                .unwrap();
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        }
        Some(token)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `semd sign` with the key on the token; the URI's query may say more.
    fn sign(&self, documents: &Path, query: &str) -> Command {
        let mut command = semd();
        command
            .env("SOFTHSM2_CONF", self.path("softhsm2.conf"))
            .env("SEMD_PKCS11_MODULE", &self.module)
            .args(["sign", text(documents), "--cert", text(&self.path("cert.pem"))])
            .args(["--key", &format!("pkcs11:token=clinic;object=doctor{query}")]);
        command
    }
}

#[test]
fn token_signs_and_a_wrong_pin_is_tried_once() {
    let Some(token) = SoftToken::make() else { return };
    let documents = token.path("documents");
    fs::create_dir(&documents).unwrap();
    for number in 0..20 {
        fs::write(documents.join(format!("{number:02}.xml")), format!("<a>{number}</a>")).unwrap();
    }
    let complaint = |run: &Run, words: &str| {
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains(words), "{}", run.stderr);
        assert_eq!(run.stderr.lines().filter(|line| line.contains("error")).count(), 1, "{}", run.stderr);
        assert_eq!(run.stdout, "");
    };
    complaint(&finish(&mut token.sign(&documents, "")), "needs its PIN");
    complaint(&finish(&mut token.sign(&documents, "?pin-value=4321")), "not given as an argument");
    // Twenty documents, one try: the next run is warned by the token's own flag.
    complaint(&finish(token.sign(&documents, "").env("SEMD_KEY_PASSWORD", "0000")), "refused the PIN");
    complaint(&finish(token.sign(&documents, "").env("SEMD_KEY_PASSWORD", PIN)), "--last-pin-try");

    let doctor = |more: &[&str]| {
        let journal = format!("sqlite:{}", token.path("journal.db").display());
        let run = finish(
            semd()
                .env("SOFTHSM2_CONF", token.path("softhsm2.conf"))
                .args(["doctor", "--journal", &journal, "--pkcs11-module", text(&token.module)])
                .args(more),
        );
        assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
        run.stdout
    };
    let said = doctor(&[]);
    assert!(said.contains("token clinic") && said.contains("few tries are left"), "{said}");
    let by_uri = doctor(&["--key", "pkcs11:token=clinic"]);
    assert_eq!(by_uri.matches("few tries are left").count(), 2, "looking costs no try: {by_uri}");

    fs::write(token.path("pin"), format!("{PIN}\n")).unwrap();
    let source = format!("?pin-source=file:{}", token.path("pin").display());
    let run = finish(token.sign(&documents, &source).arg("--last-pin-try"));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stdout.lines().count(), 20);
    verify(token.folder.path(), &documents.join("07.xml"), &documents.join("07.doctor.p7s"));
    let run = finish(token.sign(&documents, "").env("SEMD_KEY_PASSWORD", PIN));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("kept"), "{}", run.stderr);
    assert!(!doctor(&[]).contains("few tries"), "the right PIN gave all tries back");
}

#[test]
fn token_pulled_out_in_the_middle_leaves_what_was_signed_and_a_rerun_goes_on() {
    const COUNT: usize = 1200;
    let Some(token) = SoftToken::make() else { return };
    let documents = token.path("documents");
    fs::create_dir(&documents).unwrap();
    for number in 0..COUNT {
        fs::write(documents.join(format!("{number:04}.xml")), format!("<a>{number}</a>")).unwrap();
    }
    let mut running = token
        .sign(&documents, "")
        .args(["--jobs", "1"])
        .env("SEMD_KEY_PASSWORD", PIN)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(running.stdout.take().unwrap()).lines();
    let first = told.next().unwrap().unwrap();
    fs::rename(token.path("tokens"), token.path("pulled")).unwrap();
    let signed = 1 + told.count();
    let output = running.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("pulled out") && said.contains("the same command goes on"), "{said}");
    assert_eq!(said.lines().filter(|line| line.contains("error")).count(), 1, "{said}");
    assert!(signed < COUNT, "the batch ended before the token was pulled");

    let before = fs::read(&first).unwrap();
    fs::rename(token.path("pulled"), token.path("tokens")).unwrap();
    let run = finish(token.sign(&documents, "").env("SEMD_KEY_PASSWORD", PIN));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains(&format!("signs anew): {signed}\n")), "{signed}: {}", run.stderr);
    assert_eq!(run.stdout.lines().count(), COUNT);
    assert_eq!(fs::read(&first).unwrap(), before);
    println!("compared: {signed} of {COUNT} were signed before the token was pulled");
}
