//! Revocation, time stamps and levels of CAdES through the built command, with a test authority and its services.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod support;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use support::{Run, run, semd, succeed};

/// `semd pki serve`, which ends with the test.
struct Services {
    process: Child,
    urls: serde_json::Value,
}

impl Services {
    fn start(authority: &str) -> Self {
        let mut process = semd().args(["pki", "serve", authority]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { process, urls: serde_json::from_str(&line).unwrap() }
    }

    fn url(&self, service: &str) -> &str {
        self.urls[service].as_str().unwrap()
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A root, an authority under it, a doctor, a document, and a fresh list of each authority.
struct Scene {
    folder: tempfile::TempDir,
}

const TERMS: [&str; 4] = ["--from", "2025-01-01", "--days", "9000"];

impl Scene {
    fn new(doctor_terms: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scene = Self { folder };
        let (root, under) = (scene.path("root"), scene.path("ca"));
        succeed(&[&["pki", "init", root.as_str()], &TERMS[..]].concat());
        succeed(&[&["pki", "init", under.as_str(), "--under", root.as_str()], &TERMS[..]].concat());
        let person = ["--surname", "Тестова", "--given-name", "Вера Андреевна", "--snils", "99900000115"];
        succeed(&[&["pki", "issue", under.as_str(), "--name", "doctor"], &person[..], doctor_terms].concat());
        fs::copy(support::fixtures().join("documents/consultation.xml"), scene.path("a.xml")).unwrap();
        scene.lists();
        scene
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn lists(&self) {
        for folder in ["root", "ca"] {
            succeed(&["pki", "crl", &self.path(folder), "--out", &self.path(&format!("{folder}.crl"))]);
        }
    }

    fn sign(&self, flags: &[&str]) -> String {
        let (key, certificate) = (self.path("ca/doctor.key"), self.path("ca/doctor.crt"));
        let document = self.path("a.xml");
        succeed(&[&["sign", &document, "--key", &key, "--cert", &certificate], flags].concat());
        self.path("a.doctor.p7s")
    }

    fn trust(&self) -> Vec<String> {
        let flags = [("--trust", "root/root.crt"), ("--certs", "ca/authority.crt")];
        flags.iter().flat_map(|(flag, file)| [(*flag).to_owned(), self.path(file)]).collect()
    }

    fn with_lists(&self) -> Vec<String> {
        let lists = ["root.crl", "ca.crl"].iter().flat_map(|file| ["--crl".to_owned(), self.path(file)]);
        self.trust().into_iter().chain(lists).collect()
    }

    fn verify(&self, signature: &str, flags: &[String]) -> (Run, serde_json::Value) {
        let document = self.path("a.xml");
        let fixed = ["verify", &document, signature, "--format", "jsonl"].map(str::to_owned);
        let run = run(fixed.iter().chain(flags));
        let report = run.json_lines().pop().unwrap_or_else(|| panic!("{}", run.stderr));
        (run, report)
    }
}

fn check<'r>(report: &'r serde_json::Value, id: &str) -> &'r str {
    let checks = report["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["id"] == id);
    found.map_or("absent", |check| check["status"].as_str().unwrap())
}

#[test]
fn revoked_certificate_is_reported_and_a_stamp_before_the_revocation_saves_the_signature() {
    let scene = Scene::new(&TERMS);
    let services = Services::start(&scene.path("ca"));
    let stamped = scene.sign(&["--profile", "t", "--tsa", services.url("tsp")]);
    let stamped = {
        let kept = scene.path("stamped.p7s");
        fs::rename(stamped, &kept).unwrap();
        kept
    };
    let plain = scene.sign(&[]);
    let (run, report) = scene.verify(&plain, &scene.with_lists());
    assert_eq!((run.code, check(&report, "revocation")), (Some(0), "ok"), "{report:#}");
    let (run, report) = scene.verify(&plain, &scene.trust());
    assert_eq!((run.code, check(&report, "revocation")), (Some(0), "ignored"));

    // Revoked a day ago: before either signature was made.
    let long_ago = "2025-06-01T00:00:00Z";
    let reason = ["--reason", "keyCompromise"];
    succeed(
        &[&["pki", "revoke", &scene.path("ca"), &scene.path("ca/doctor.crt"), "--at", long_ago], &reason[..]]
            .concat(),
    );
    scene.lists();
    let (run, report) = scene.verify(&plain, &scene.with_lists());
    assert_eq!((run.code, report["sub_indication"].as_str()), (Some(3), Some("REVOKED_NO_POE")));
    let (run, report) = scene.verify(&stamped, &scene.with_lists());
    assert_eq!((run.code, report["sub_indication"].as_str()), (Some(1), Some("REVOKED")), "{report:#}");
    assert_eq!(report["verdict"], "total-failed");

    // Revoked only after the stamp was made: what is proven to be older stays good.
    let later = "2099-01-01T00:00:00Z";
    succeed(
        &[&["pki", "revoke", &scene.path("ca"), &scene.path("ca/doctor.crt"), "--at", later], &reason[..]]
            .concat(),
    );
    scene.lists();
    let (run, report) = scene.verify(&stamped, &scene.with_lists());
    assert_eq!((run.code, report["format"].as_str()), (Some(0), Some("CAdES-T")), "{report:#}");
    let (run, _) = scene.verify(&plain, &scene.with_lists());
    assert_eq!(run.code, Some(3));
}

#[test]
fn stamped_signature_survives_the_end_of_the_certificate() {
    // The authority and its services live on.
    let scene = Scene::new(&["--days", "30"]);
    let services = Services::start(&scene.path("ca"));
    let plain = scene.sign(&[]);
    let kept = scene.path("plain.p7s");
    fs::rename(plain, &kept).unwrap();
    let stamped = scene.sign(&["--profile", "t", "--tsa", services.url("tsp")]);
    let later = ["--at".to_owned(), "2040-01-01T00:00:00Z".to_owned()];
    let flags = [scene.trust(), later.to_vec()].concat();
    let (run, report) = scene.verify(&kept, &flags);
    assert_eq!((run.code, report["sub_indication"].as_str()), (Some(1), Some("EXPIRED")));
    let (run, report) = scene.verify(&stamped, &flags);
    assert_eq!(run.code, Some(0), "{report:#}");
    assert!(report["best_signature_time"].as_str().unwrap() < "2040");
}

#[test]
fn answers_of_the_right_responder_count_and_of_the_wrong_one_do_not() {
    let scene = Scene::new(&TERMS);
    let signature = scene.sign(&[]);
    let (authority, certificate) = (scene.path("ca"), scene.path("ca/doctor.crt"));
    let root_list = ["--crl".to_owned(), scene.path("root.crl")];
    let flags = |answer: &str| {
        [scene.trust(), root_list.to_vec(), vec!["--ocsp".to_owned(), answer.to_owned()]].concat()
    };
    let good = scene.path("good.ors");
    succeed(&["pki", "ocsp", &authority, &certificate, "--out", &good]);
    let (run, report) = scene.verify(&signature, &flags(&good));
    assert_eq!((run.code, check(&report, "revocation")), (Some(0), "ok"), "{report:#}");
    // The doctor answers for the authority.
    let forged = scene.path("forged.ors");
    succeed(&["pki", "ocsp", &authority, &certificate, "--out", &forged, "--responder", "doctor"]);
    let (run, report) = scene.verify(&signature, &flags(&forged));
    assert_eq!((run.code, report["sub_indication"].as_str()), (Some(3), Some("TRY_LATER")), "{report:#}");
    assert_eq!(report["codes"][0], "CA_INACCESSIBILITY");
    // An old answer says nothing about today.
    let old = scene.path("old.ors");
    succeed(&["pki", "ocsp", &authority, &certificate, "--out", &old, "--at", "2025-02-01T00:00:00Z"]);
    let (run, _) = scene.verify(&signature, &flags(&old));
    assert_eq!(run.code, Some(3));
    succeed(&["pki", "revoke", &authority, &certificate]);
    let revoked = scene.path("revoked.ors");
    succeed(&["pki", "ocsp", &authority, &certificate, "--out", &revoked]);
    let (run, report) = scene.verify(&signature, &flags(&revoked));
    assert_eq!((run.code, report["sub_indication"].as_str()), (Some(3), Some("REVOKED_NO_POE")));
}

#[test]
fn long_term_levels_carry_what_judges_them() {
    let scene = Scene::new(&TERMS);
    let services = Services::start(&scene.path("ca"));
    let tsa = services.url("tsp");
    for (profile, format) in [("lt", "CAdES-LT"), ("a", "CAdES-A")] {
        let lists = scene.with_lists();
        let flags: Vec<&str> = lists.iter().map(String::as_str).collect();
        let signature = scene.sign(&[&["--profile", profile, "--tsa", tsa], &flags[..]].concat());
        // Nothing but the root: intermediates and lists are inside.
        let root = ["--trust".to_owned(), scene.path("root/root.crt")];
        let (run, report) = scene.verify(&signature, &root);
        assert_eq!((run.code, report["format"].as_str()), (Some(0), Some(format)), "{report:#}");
        assert_eq!(check(&report, "revocation"), "ok", "{report:#}");
        assert_eq!(check(&report, "revocation-of-authority"), "ok");
    }
    let run = run(["sign", &scene.path("a.xml"), "--key", "k", "--cert", "c", "--profile", "t"]);
    assert_eq!(run.code, Some(2), "a level with a time stamp needs --tsa");
}

#[test]
fn attached_containers_and_policy_files_are_judged() {
    let scene = Scene::new(&TERMS);
    let attached = scene.sign(&["--attached"]);
    let verify = |files: &[&str], policy: &str| {
        let flags = ["--policy", policy, "--format", "jsonl"].map(str::to_owned);
        let files = files.iter().map(|file| (*file).to_owned());
        run(std::iter::once("verify".to_owned()).chain(files).chain(scene.trust()).chain(flags))
    };
    assert_eq!(verify(&[&attached], "basic").code, Some(0));
    assert_eq!(verify(&[&attached], "remd").code, Some(3));
    let (document, other) = (scene.path("a.xml"), scene.path("other.xml"));
    fs::write(&other, "<other/>").unwrap();
    assert_eq!(verify(&["--content", &document, &attached], "basic").code, Some(0));
    let run = verify(&["--content", &other, &attached], "basic");
    assert_eq!(run.json_lines()[0]["sub_indication"], "HASH_FAILURE");

    let policy = PathBuf::from(scene.path("policy.toml"));
    let write = |text: &str| fs::write(&policy, text).unwrap();
    let name = policy.to_str().unwrap();
    write("schema = 'semd.policy/1'\n[demands]\ntime-stamp = 'fail'\n");
    assert_eq!(verify(&[&attached], name).code, Some(3));
    write("schema = 'semd.policy/1'\n[demands]\ntime-stump = 'fail'\n");
    assert_eq!(verify(&[&attached], name).code, Some(2));
    assert_eq!(verify(&[&attached], "nowhere.toml").code, Some(2));
    // A detached signature without its document is undecided, not wrong.
    let detached = scene.sign(&[]);
    assert_eq!(verify(&[&detached], "basic").json_lines()[0]["sub_indication"], "SIGNED_DATA_NOT_FOUND");
    assert!(Path::new(&detached).is_file());
}

#[test]
fn services_named_by_the_certificate_are_asked_and_lists_are_kept() {
    let scene = Scene::new(&TERMS);
    let services = Services::start(&scene.path("ca"));
    let authority = scene.path("ca");
    let person = ["--surname", "Тестова", "--given-name", "Вера Андреевна", "--snils", "99900000115"];
    let (ocsp, crl) = (services.url("ocsp").to_owned(), services.url("crl").to_owned());
    let dead = "http://127.0.0.1:1/ocsp";
    for (name, flags) in [("asked", ["--ocsp-url", &ocsp]), ("listed", ["--crl-url", &crl])] {
        let issue = ["pki", "issue", &authority, "--name", name];
        succeed(&[&issue[..], &person[..], &TERMS[..], &flags[..]].concat());
    }
    let both = ["--ocsp-url", dead, "--crl-url", &crl];
    let issue = ["pki", "issue", &authority, "--name", "both"];
    succeed(&[&issue[..], &person[..], &TERMS[..], &both[..]].concat());
    let cache = scene.path("cache");
    let online: Vec<String> = ["--online", "--cache", &cache, "--crl", &scene.path("root.crl")]
        .iter()
        .map(|flag| (*flag).to_owned())
        .collect();
    let flags = [scene.trust(), online].concat();
    for name in ["asked", "listed", "both"] {
        let (key, certificate) =
            (scene.path(&format!("ca/{name}.key")), scene.path(&format!("ca/{name}.crt")));
        succeed(&["sign", &scene.path("a.xml"), "--key", &key, "--cert", &certificate, "--role", name]);
        let signature = scene.path(&format!("a.{name}.p7s"));
        let (run, report) = scene.verify(&signature, &flags);
        assert_eq!((run.code, check(&report, "revocation")), (Some(0), "ok"), "{name}: {report:#}");
    }
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 1, "both lists are at one address");
    let certificate = scene.path("ca/asked.crt");
    succeed(&["pki", "revoke", &authority, &certificate]);
    let (run, report) = scene.verify(&scene.path("a.asked.p7s"), &flags);
    assert_eq!((run.code, report["sub_indication"].as_str()), (Some(3), Some("REVOKED_NO_POE")));
    // The kept list answers while the services are gone.
    drop(services);
    let (run, report) = scene.verify(&scene.path("a.listed.p7s"), &flags);
    assert_eq!((run.code, check(&report, "revocation")), (Some(0), "ok"), "{report:#}");
    let (run, report) = scene.verify(&scene.path("a.asked.p7s"), &flags);
    assert_eq!((run.code, report["codes"][0].as_str()), (Some(3), Some("CA_INACCESSIBILITY")));
}
