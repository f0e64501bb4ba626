//! Signed envelopes end to end through the built command: register and sandbox with system keys of their own.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod support;

use std::fs;
use std::path::Path;

use support::{Run, Sandbox};

/// Documents signed by doctor and clinic, and keys of two systems under the same authority.
fn prepare(folder: &Path) -> std::path::PathBuf {
    let terms = ["--from", "2025-01-01", "--days", "3650"];
    let pki = support::authority(folder, &terms);
    for name in ["mis", "register"] {
        let organization = ["--organization", name, "--ogrn", "1239900000010", "--inn", "9900000017"];
        let issue = ["pki", "issue", pki.to_str().unwrap(), "--name", name];
        support::succeed(&[&issue[..], &organization, &terms].concat());
    }
    let documents = folder.join("documents");
    fs::create_dir(&documents).unwrap();
    for file in ["prescription.xml", "consultation.xml"] {
        fs::copy(support::fixtures().join("documents").join(file), documents.join(file)).unwrap();
    }
    support::sign(&documents, &pki, "doctor", "doctor");
    support::sign(&documents, &pki, "clinic", "organization");
    pki
}

fn register(folder: &Path, url: &str, journal: &str, flags: &[&str]) -> Run {
    let journal = format!("sqlite:{}", folder.join(journal).display());
    let documents = folder.join("documents");
    let mut command = support::semd();
    command.args([
        "register",
        "--register",
        url,
        "--journal",
        &journal,
        "--wait",
        "60s",
        "--format",
        "jsonl",
    ]);
    support::finish(command.args(flags).arg(documents))
}

#[test]
fn documents_are_registered_by_signed_envelopes_and_by_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let pki = prepare(folder.path());
    let path = |name: &str| pki.join(name).to_str().unwrap().to_owned();
    let profile = folder.path().join("strict.toml");
    fs::write(&profile, "inbound = 'strict'\nalgorithm_names = 'urn'\n").unwrap();
    let profile = profile.to_str().unwrap();
    let side = |own: &str, peer: &str| {
        let files = [path(&format!("{own}.key")), path(&format!("{own}.crt")), path(&format!("{peer}.crt"))];
        let [key, certificate, peer] = files;
        [
            "--system-key",
            &key,
            "--system-cert",
            &certificate,
            "--peer-cert",
            &peer,
            "--envelope-profile",
            profile,
        ]
        .map(str::to_owned)
        .to_vec()
    };
    let flags = |side: &[String]| side.iter().map(String::as_str).map(str::to_owned).collect::<Vec<_>>();
    let (mis, bus) = (side("mis", "register"), side("register", "mis"));
    let bus_flags = flags(&bus);
    let sandbox = Sandbox::start(
        Path::new(&path("root.crt")),
        &bus_flags.iter().map(String::as_str).collect::<Vec<_>>(),
    );

    // Without a signature nothing gets past the sandbox: a SOAP fault of the sender.
    let unsigned = register(folder.path(), &sandbox.url, "unsigned.db", &[]);
    assert_ne!(unsigned.code, Some(0), "{}", unsigned.stdout);
    assert!(!unsigned.stdout.contains("\"registered\""), "{}", unsigned.stdout);
    // A key the sandbox does not know is refused, too.
    let stranger = side("clinic", "register");
    let stranger: Vec<_> = stranger.iter().map(String::as_str).collect();
    let refused = register(folder.path(), &sandbox.url, "stranger.db", &stranger);
    assert_ne!(refused.code, Some(0), "{}", refused.stdout);

    let mis: Vec<_> = mis.iter().map(String::as_str).collect();
    let run = register(folder.path(), &sandbox.url, "signed.db", &mis);
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    let records = run.json_lines();
    assert_eq!(records.len(), 2);
    assert!(records.iter().all(|record| record["state"] == "registered"), "{}", run.stdout);
    println!("compared 2 documents registered by signed envelopes both ways");
}

#[test]
fn a_key_without_its_certificate_and_a_misspelt_profile_are_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let pki = support::authority(folder.path(), &["--from", "2025-01-01", "--days", "3650"]);
    let profile = folder.path().join("profile.toml");
    fs::write(&profile, "inbund = 'strict'\n").unwrap();
    fs::create_dir(folder.path().join("documents")).unwrap();
    fs::copy(
        support::fixtures().join("documents/prescription.xml"),
        folder.path().join("documents/prescription.xml"),
    )
    .unwrap();
    // A key container may hold the certificate of its key; this file does not.
    let key = pki.join("doctor.key");
    let half =
        register(folder.path(), "http://127.0.0.1:9/", "a.db", &["--system-key", key.to_str().unwrap()]);
    assert_eq!(half.code, Some(2), "{}", half.stderr);
    let absent = register(folder.path(), "http://127.0.0.1:9/", "a.db", &["--system-key", "absent.key"]);
    assert_eq!(absent.code, Some(4), "{}", absent.stderr);
    let flags = ["--force", "--envelope-profile", profile.to_str().unwrap()];
    let misspelt = register(folder.path(), "http://127.0.0.1:9/", "b.db", &flags);
    assert_eq!(misspelt.code, Some(2), "{}", misspelt.stderr);
    assert!(misspelt.stderr.contains("inbund"), "{}", misspelt.stderr);
}
