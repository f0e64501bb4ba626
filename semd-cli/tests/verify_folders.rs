//! `semd verify` of folders: one table, every format, whatever the number of jobs.
#![allow(clippy::unwrap_used, reason = "tests stop at a surprise")]

mod support;

use std::fs;
use std::path::PathBuf;

use semd_core::xml::{self, Limits};
use support::{Run, run};

/// Two good documents, one of them with both signatures; one changed after it was signed; one without a signature; and a
/// container that carries its document.
struct Scene {
    folder: tempfile::TempDir,
    pki: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pki = support::authority(folder.path(), &[]);
        let documents = folder.path().join("documents");
        fs::create_dir_all(documents.join("inner")).unwrap();
        for name in ["a", "b", "inner/c", "alone"] {
            fs::write(documents.join(format!("{name}.xml")), format!("<d>{name}</d>")).unwrap();
        }
        support::sign(&documents, &pki, "doctor", "doctor");
        support::sign(&documents.join("a.xml"), &pki, "clinic", "organization");
        fs::write(documents.join("b.xml"), "<d>other</d>").unwrap();
        fs::write(documents.join("unsigned.xml"), "<d>draft</d>").unwrap();
        let scene = Self { folder, pki };
        let alone = scene.documents().join("alone.xml");
        let (key, cert) = (scene.pki.join("doctor.key"), scene.pki.join("doctor.crt"));
        let paths = [&alone, &key, &cert].map(|path| path.to_str().unwrap());
        let flags = ["sign", paths[0], "--key", paths[1], "--cert", paths[2], "--attached", "--again"];
        support::succeed(&flags);
        fs::remove_file(alone).unwrap();
        scene
    }

    fn documents(&self) -> PathBuf {
        self.folder.path().join("documents")
    }

    fn verify(&self, flags: &[&str]) -> Run {
        let (documents, root) = (self.documents(), self.pki.join("root.crt"));
        // Nobody published here what the register's policy asks for: whether certificates are revoked.
        let fixed =
            ["verify", documents.to_str().unwrap(), "--trust", root.to_str().unwrap(), "--policy", "basic"];
        run(fixed.iter().chain(flags))
    }
}

#[test]
fn folder_gives_one_table_and_the_reasons_of_what_does_not_hold() {
    let scene = Scene::new();
    let run = scene.verify(&["--lang", "en"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let row = |file: &str| run.stdout.lines().filter(|line| line.contains(file)).collect::<Vec<_>>();
    let rows = row("a.xml");
    assert_eq!(rows.len(), 2, "{}", run.stdout);
    assert!(rows[0].contains("doctor") && rows[1].contains("organization"), "{}", run.stdout);
    assert!(rows.iter().all(|row| row.contains("good")), "{}", run.stdout);
    // A person's name is masked, an organisation's is public.
    assert!(!run.stdout.contains("Тестова") && run.stdout.contains("Учебная"), "{}", run.stdout);
    assert!(row("b.xml")[0].contains("bad"), "{}", run.stdout);
    assert!(row("unsigned.xml")[0].ends_with("none"), "{}", run.stdout);
    assert!(row("alone.doctor.p7s")[0].contains("good"), "{}", run.stdout);
    assert!(run.stdout.contains("signatures: 4 good, 1 bad, 1 undecided or none"), "{}", run.stdout);
    assert!(run.stdout.contains("× "), "the reason is told: {}", run.stdout);
    assert!(scene.verify(&["--show-pii"]).stdout.contains("Тестова"));
}

#[test]
fn lines_are_the_same_for_any_number_of_jobs() {
    let scene = Scene::new();
    let lines = scene.verify(&["--format", "jsonl", "--jobs", "1"]);
    assert_eq!(lines.code, Some(1), "{}", lines.stderr);
    assert_eq!(lines.stdout, scene.verify(&["--format", "jsonl", "--jobs", "4"]).stdout);
    let objects = lines.json_lines();
    let verdicts: Vec<_> = objects.iter().map(|object| object["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["total-passed", "total-passed", "total-failed", "total-passed", "total-passed"]);
    assert!(objects.iter().all(|object| object["schema"] == "semd.signature/1"));
    assert_eq!(objects[4]["file"], "");
    assert!(lines.stderr.contains("unsigned.xml"), "{}", lines.stderr);
    let array: serde_json::Value = serde_json::from_str(&scene.verify(&["--format", "json"]).stdout).unwrap();
    assert_eq!(array.as_array().unwrap(), &objects);
}

#[test]
fn formats_for_programs_and_browsers_name_the_bad_signature() {
    let scene = Scene::new();
    let junit = scene.verify(&["--format", "junit"]).stdout;
    let document = xml::parse(junit.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(document.attribute(document.root(), "", "tests"), Some("6"), "{junit}");
    assert_eq!(document.attribute(document.root(), "", "failures"), Some("1"), "{junit}");
    let sarif: serde_json::Value =
        serde_json::from_str(&scene.verify(&["--format", "sarif"]).stdout).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let place = |result: &serde_json::Value| {
        let location = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        location.as_str().unwrap_or_default().ends_with("b.doctor.p7s")
    };
    assert!(results.iter().any(|result| result["level"] == "error" && place(result)), "{sarif}");
    let page = scene.verify(&["--format", "html"]).stdout;
    assert_eq!(page.matches("<tr class=").count(), 6, "{page}");
    assert!(page.contains("class=\"invalid\"") && page.contains("<details>"), "{page}");
    assert!(!page.contains("<script") && !page.contains("Тестова"), "{page}");
}
