//! `semd doctor`: every line says how a thing is and what to do, and nothing is changed.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "functions of tests are tests")]

mod support;

use std::fs;

use support::{Run, Sandbox, fixtures, run};

/// Status and text of the lines of a check.
fn lines(run: &Run, check: &str) -> Vec<(String, String)> {
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(value["schema"], "semd.doctor/1");
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    value["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["check"] == check)
        .map(|line| (text(&line["status"]), text(&line["message"])))
        .collect()
}

fn status(run: &Run, check: &str) -> String {
    lines(run, check).first().unwrap_or_else(|| panic!("no line {check}: {}", run.stdout)).0.clone()
}

#[test]
fn what_is_not_given_is_not_checked_and_what_works_is_good() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let journal = format!("sqlite:{}", at("journal.db"));
    let bare = run(["doctor", "--format", "json", "--journal", &journal]);
    assert_eq!(bare.code, Some(0), "{}", bare.stderr);
    for check in ["key", "register", "clock", "dictionaries", "trust", "journal"] {
        assert_eq!(status(&bare, check), "not-checked", "{check}");
    }
    assert_eq!(status(&bare, "packages"), "warning", "the built-in packages are not the Ministry's");
    assert!(lines(&bare, "package").iter().all(|(status, _)| status == "ok"));
    assert!(!folder.path().join("journal.db").exists(), "doctor makes nothing");

    let pki = support::authority(folder.path(), &[]);
    let sandbox = Sandbox::start(&pki.join("root.crt"), &[]);
    let nsi = fixtures().join("nsi").display().to_string();
    let (key, cert, root) = (at("pki/doctor.key"), at("pki/doctor.crt"), at("pki/root.crt"));
    let flags =
        ["doctor", "--journal", &journal, "--nsi", &nsi, "--key", &key, "--cert", &cert, "--trust", &root];
    let good = run([&flags[..], &["--register", &sandbox.url, "--format", "json"]].concat());
    assert_eq!(good.code, Some(0), "{}{}", good.stdout, good.stderr);
    for check in ["key", "certificate", "register", "clock", "dictionaries", "trust"] {
        assert_eq!(status(&good, check), "ok", "{check}: {}", good.stdout);
    }
    assert!(!good.stdout.contains("Тестова"), "personal data is masked");
    let shown = run([&flags[..], &["--show-pii"]].concat());
    assert!(shown.stdout.contains("Тестова"), "{}", shown.stdout);
    assert!(shown.stdout.lines().last().unwrap().starts_with("problems: 0"), "{}", shown.stdout);
}

#[test]
fn every_class_of_trouble_has_its_exit_code_and_advice() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let journal = format!("sqlite:{}", at("journal.db"));
    let doctor =
        |flags: &[&str]| run([&["doctor", "--format", "json", "--journal", &journal][..], flags].concat());
    let trouble = |flags: &[&str], check: &str, code: i32, words: &str| {
        let run = doctor(flags);
        assert_eq!(run.code, Some(code), "{flags:?}: {}", run.stdout);
        let found = lines(&run, check);
        assert!(
            found.iter().any(|(status, text)| status == "problem" && text.contains(words)),
            "{flags:?}: {found:?}"
        );
    };
    let pki = support::authority(folder.path(), &["--from", "2020-01-01", "--days", "400"]);
    let expired = pki.join("doctor.crt").display().to_string();
    trouble(&["--cert", &expired], "certificate", 1, "expired");
    trouble(&["--register", "http://127.0.0.1:1/"], "register", 4, "does not answer");
    trouble(&["--tsa", "http://127.0.0.1:1/"], "tsa", 4, "does not answer");
    trouble(&["--key", &at("absent.key")], "key", 4, "absent.key");
    trouble(&["--key", "pkcs11:token=x?module-path=/nowhere.so"], "key", 2, "/nowhere.so");
    trouble(&["--key", "pkcs11:tokn=x"], "key", 2, "tokn");
    trouble(&["--pkcs11-module", "/nowhere.so"], "token", 2, "/nowhere.so");
    trouble(&["--nsi", &at("absent")], "dictionaries", 2, "absent");
    fs::write(folder.path().join("csp.toml"), "schema = 'semd.command/1'\nargv = ['/nowhere/csp']\n")
        .unwrap();
    trouble(&["--key", &format!("cmd:{}", at("csp.toml"))], "key", 2, "/nowhere/csp");
    fs::write(folder.path().join("broken.db"), "not a database, but long enough to look at").unwrap();
    let broken = format!("sqlite:{}", at("broken.db"));
    let run = support::run(["doctor", "--format", "json", "--journal", &broken]);
    assert_eq!(run.code, Some(4), "{}", run.stdout);
    assert_eq!(status(&run, "journal"), "problem");

    let locked = doctor(&["--key", &fixtures().join("keys/aes.pfx").display().to_string()]);
    assert_eq!((locked.code, status(&locked, "key").as_str()), (Some(0), "not-checked"), "{}", locked.stdout);
    // Russian for people, the same codes.
    let russian = support::finish(support::semd().env("SEMD_LANG", "ru").args([
        "doctor",
        "--cert",
        &expired,
        "--journal",
        &journal,
    ]));
    assert_eq!(russian.code, Some(1));
    assert!(
        russian.stdout.contains("неполадка") && russian.stdout.contains("→ получите новый"),
        "{}",
        russian.stdout
    );
}

#[test]
fn owners_of_certificates_are_looked_up_among_the_staff() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let pki = support::authority(folder.path(), &[]);
    let (data, cert) = (folder.path().join("data"), pki.join("doctor.crt").display().to_string());
    fs::create_dir(&data).unwrap();
    let doctor = |staff: &str| {
        fs::write(data.join("staff.csv"), staff).unwrap();
        let journal = format!("sqlite:{}", at("journal.db"));
        let data = data.display().to_string();
        let run =
            run(["doctor", "--format", "json", "--journal", &journal, "--cert", &cert, "--data", &data]);
        assert_eq!(run.code, Some(0), "{}", run.stdout);
        lines(&run, "certificate").remove(0)
    };
    let good = doctor("snils;surname;valid_to\n99900000115;Тестова;\n");
    assert_eq!(good.0, "ok", "{}", good.1);
    for (staff, words) in [
        ("snils;surname\n99900000213;Другая\n", "not on the list"),
        ("snils;surname\n99900000115;Другая\n", "family name"),
        ("snils;surname;valid_to\n99900000115;Тестова;01.02.2020\n", "not one of the staff today"),
    ] {
        let (status, text) = doctor(staff);
        assert!(status == "warning" && text.contains(words), "{staff}: {status} {text}");
    }
}
