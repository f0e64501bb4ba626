//! Several editions of the rules of one kind, and the cache of compiled packages.
#![allow(clippy::unwrap_used, reason = "tests stop at a surprise")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{Run, run};
use tempfile::TempDir;

const RULES: &str = r#"<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2"><pattern>
    <rule context="ClinicalDocument"><assert test="LIMIT">У1-1. Title of the edition LIMIT.</assert></rule>
    </pattern></schema>"#;

fn package(folder: &Path, name: &str, test: &str) {
    fs::create_dir_all(folder.join(name)).unwrap();
    fs::write(folder.join(name).join("schematron.sch"), RULES.replace("LIMIT", test)).unwrap();
}

fn document(folder: &Path, name: &str, day: &str) -> String {
    let path = folder.join(name);
    let text = format!(
        "<ClinicalDocument xmlns='urn:hl7-org:v3'><templateId root='1.2.643.5.1.13.2.7.5.1.5.9.4'/>\
         <effectiveTime value='{day}'/><title>t</title></ClinicalDocument>"
    );
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn words<'a>(packages: &'a [&'a Path], document: &'a str, flags: &'a [&'a str]) -> Vec<&'a str> {
    let mut words = vec!["validate", document, "--layers", "schematron", "--format", "jsonl"];
    for folder in packages {
        words.extend(["--packages", folder.to_str().unwrap()]);
    }
    words.extend(flags);
    words
}

fn tests_of(run: &Run) -> Vec<String> {
    let report = &run.json_lines()[0];
    let findings = report["findings"].as_array().unwrap();
    findings.iter().filter_map(|finding| Some(finding["test"].as_str()?.to_owned())).collect()
}

#[test]
fn rules_in_force_when_the_document_was_made_are_applied() {
    let folder = TempDir::new().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    package(&first, "119", "count(title)=2");
    package(&first, "119@2025-03-01", "count(title)=3");
    // The same edition in a later folder is not used; another one is.
    package(&second, "119@2025-03-01", "count(title)=4");
    package(&second, "119@2026-01-01", "count(title)=5");
    let packages = [first.as_path(), second.as_path()];
    let cases = [
        ("20250228235900+0300", vec![], "count(title)=2", Value::Null),
        ("20250301", vec![], "count(title)=3", "2025-03-01".into()),
        ("202512312359+0300", vec![], "count(title)=3", "2025-03-01".into()),
        ("20260101", vec![], "count(title)=5", "2026-01-01".into()),
        // No day in the document: the last edition.
        ("2025", vec![], "count(title)=5", "2026-01-01".into()),
        ("20260101", vec!["--as-of", "2025-04-01"], "count(title)=3", "2025-03-01".into()),
        ("20260101", vec!["--as-of", "2025-02-01"], "count(title)=2", Value::Null),
    ];
    for (day, flags, test, from) in cases {
        let document = document(folder.path(), "a.xml", day);
        let run = run(words(&packages, &document, &flags));
        assert_eq!(run.code, Some(1), "{day}: {}", run.stderr);
        assert_eq!(tests_of(&run), [test], "{day} {flags:?}");
        let report = &run.json_lines()[0];
        assert_eq!(report["package_valid_from"], from, "{day} {flags:?}");
        assert_eq!((&report["kind"], &report["edition"]), (&"119".into(), &"4".into()));
    }
}

#[test]
fn document_made_before_all_rules_at_hand_is_undecided() {
    let folder = TempDir::new().unwrap();
    package(folder.path(), "119@2025-03-01", "count(title)=1");
    let document = document(folder.path(), "a.xml", "20250228");
    let run = run(words(&[folder.path()], &document, &[]));
    assert_eq!(run.code, Some(3), "{}", run.stdout);
    let report = &run.json_lines()[0];
    assert!(report["findings"][0]["message"].as_str().unwrap().contains("2025-03-01"), "{report}");
}

#[test]
fn editions_are_imported_listed_and_locked_by_their_day() {
    let folder = TempDir::new().unwrap();
    let (delivery, store) = (folder.path().join("delivery"), folder.path().join("store"));
    let (delivery_word, store_word) = (delivery.to_str().unwrap(), store.to_str().unwrap());
    let lock = folder.path().join("packages.lock");
    let lock_word = lock.to_str().unwrap();
    for (test, flags) in [("count(title)=1", vec![]), ("count(title)=2", vec!["--valid-from", "2025-03-01"])]
    {
        package(&delivery, "119", test);
        let import = ["packages", "import", delivery_word, "--to", store_word];
        let imported = run(import.into_iter().chain(flags));
        assert_eq!(imported.code, Some(0), "{}", imported.stderr);
    }
    let list = run(["packages", "list", "--packages", store_word, "--format", "jsonl"]);
    let names: Vec<Value> = list.json_lines().iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, ["119", "119@2025-03-01"]);
    let check = run(["packages", "check", "--packages", store_word, "--lock", lock_word]);
    assert_eq!(check.code, Some(0), "{}", check.stderr);
    let locked = ["--packages-lock", lock_word];
    let earlier = document(folder.path(), "b.xml", "20250228");
    assert_eq!(run(words(&[&store], &earlier, &locked)).code, Some(0), "each edition is pinned by itself");
    let document = document(folder.path(), "a.xml", "20250401");
    assert_eq!(run(words(&[&store], &document, &locked)).code, Some(1));
    package(&store, "119@2025-03-01", "count(title)=3");
    let refused = run(words(&[&store], &document, &locked));
    assert!(refused.code == Some(2) && refused.stderr.contains("119@2025-03-01"), "{}", refused.stderr);
}

/// The files of the cache.
fn entries(cache: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(cache)
        .map_or(Vec::new(), |entries| entries.map(|entry| entry.unwrap().path()).collect());
    files.sort();
    files
}

fn cached(packages: &Path, cache: &Path, document: &str) -> Run {
    let mut command = support::semd();
    command.env_remove("SEMD_NO_CACHE").env("SEMD_CACHE_DIR", cache);
    support::finish(command.args(words(&[packages], document, &[])))
}

#[test]
fn cache_gives_the_same_report_and_no_damage_to_it_changes_a_verdict() {
    let folder = TempDir::new().unwrap();
    let (packages, cache) = (folder.path().join("packages"), folder.path().join("cache"));
    package(&packages, "119", "count(title)=2");
    let document = document(folder.path(), "a.xml", "20250401");
    let finding = |run: &Run| run.json_lines()[0]["findings"].clone();
    let fresh = cached(&packages, &cache, &document);
    assert_eq!(fresh.code, Some(1), "{}", fresh.stderr);
    let [entry] = &entries(&cache)[..] else { panic!("one entry: {:?}", entries(&cache)) };
    let written = fs::read(entry).unwrap();
    // An entry that is used stays; one that is written anew takes the place of the old file.
    let shelf = folder.path().join("same file");
    fs::hard_link(entry, &shelf).unwrap();
    assert_eq!(finding(&cached(&packages, &cache, &document)), finding(&fresh));
    fs::write(&shelf, &written[..1]).unwrap();
    assert_eq!(fs::read(entry).unwrap(), written[..1], "the entry was not used");
    fs::write(entry, &written).unwrap();

    // Cut at any length, or any octet changed: compiled again and written anew.
    let step = (written.len() / 40).max(1);
    for at in (0..written.len()).step_by(step) {
        let mut changed = written.clone();
        changed[at] ^= 0x41;
        for damaged in [&written[..at], &changed] {
            fs::write(entry, damaged).unwrap();
            let run = cached(&packages, &cache, &document);
            assert_eq!((run.code, finding(&run)), (Some(1), finding(&fresh)), "at {at}: {}", run.stderr);
            let mended = fs::read(entry).unwrap();
            assert!(mended.len() == written.len() && mended != damaged, "written anew, at {at}");
        }
    }

    // Other rules under the same name are another entry.
    package(&packages, "119", "count(title)=1");
    assert_eq!(cached(&packages, &cache, &document).code, Some(0));
    assert_eq!(entries(&cache).len(), 2);

    // A cache that cannot be written only costs time.
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert_eq!(cached(&packages, &file, &document).code, Some(0));
}

#[test]
fn packages_that_begin_with_the_same_files_are_not_mixed_up() {
    let folder = TempDir::new().unwrap();
    let (packages, cache) = (folder.path().join("packages"), folder.path().join("cache"));
    // Same entry, no Schematron; only the included schema differs.
    for (name, element) in [("119", "ClinicalDocument"), ("186", "Other"), ("119@2025-03-01", "Third")] {
        let xsd = packages.join(name).join("xsd");
        fs::create_dir_all(&xsd).unwrap();
        let schema = |body: &str| {
            format!(
                r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:hl7-org:v3"
                    elementFormDefault="qualified">{body}</xs:schema>"#
            )
        };
        fs::write(xsd.join("CDA.xsd"), schema("<xs:include schemaLocation='types.xsd'/>")).unwrap();
        fs::write(xsd.join("types.xsd"), schema(&format!("<xs:element name='{element}'/>"))).unwrap();
    }
    let check = || {
        let mut command = support::semd();
        command.env_remove("SEMD_NO_CACHE").env("SEMD_CACHE_DIR", &cache);
        support::finish(command.args(["packages", "check", "--packages", packages.to_str().unwrap()])).stdout
    };
    let digests = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.rsplit_once("sha256:").unwrap().1.to_owned()).collect()
    };
    let fresh = digests(&check());
    assert_eq!(fresh, digests(&check()));
    assert!(
        fresh.len() == 3 && fresh[0] != fresh[1] && fresh[1] != fresh[2] && fresh[0] != fresh[2],
        "{fresh:?}"
    );
    let document = document(folder.path(), "a.xml", "20250228");
    for (kind, code) in [("119", 0), ("186", 1)] {
        let mut command = support::semd();
        command.env_remove("SEMD_NO_CACHE").env("SEMD_CACHE_DIR", &cache);
        let folder = packages.to_str().unwrap();
        let words = ["validate", &document, "--layers", "xsd", "--kind", kind, "--packages", folder];
        assert_eq!(support::finish(command.args(words)).code, Some(code), "{kind}");
    }
}

#[test]
fn official_packages_come_out_of_the_cache_as_they_went_in() {
    let Some(shared) = support::shared("cache of the official packages") else { return };
    let cache = TempDir::new().unwrap();
    let check = |flags: &[&str]| {
        let packages = shared.join("semd-packages");
        let mut command = support::semd();
        command.env_remove("SEMD_NO_CACHE");
        command.args(["packages", "check", "--packages", packages.to_str().unwrap()]).args(flags);
        support::finish(&mut command).stdout
    };
    let compiled = check(&["--no-cache"]);
    let cached = ["--cache-dir", cache.path().to_str().unwrap()];
    assert!(check(&cached) == compiled && check(&cached) == compiled);
    assert_eq!(entries(cache.path()).len(), compiled.lines().count());
}

#[test]
fn schema_behind_an_include_is_part_of_what_the_cache_knows() {
    let folder = TempDir::new().unwrap();
    let (packages, cache) = (folder.path().join("packages"), folder.path().join("cache"));
    let xsd = packages.join("119/xsd");
    fs::create_dir_all(&xsd).unwrap();
    fs::write(
        xsd.join("CDA.xsd"),
        r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:hl7-org:v3"
            elementFormDefault="qualified"><xs:include schemaLocation="types.xsd"/></xs:schema>"#,
    )
    .unwrap();
    let types = |name: &str| {
        fs::write(
            xsd.join("types.xsd"),
            format!(
                r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:hl7-org:v3"
                    elementFormDefault="qualified"><xs:element name="{name}"/></xs:schema>"#
            ),
        )
        .unwrap();
    };
    let document = document(folder.path(), "a.xml", "20250401");
    let check = || {
        let mut command = support::semd();
        command.env_remove("SEMD_NO_CACHE").env("SEMD_CACHE_DIR", &cache);
        let folder = packages.to_str().unwrap();
        support::finish(command.args(["validate", &document, "--layers", "xsd", "--packages", folder])).code
    };
    types("ClinicalDocument");
    assert_eq!((check(), check()), (Some(0), Some(0)));
    types("Other");
    assert_eq!((check(), check()), (Some(1), Some(1)));
    types("ClinicalDocument");
    assert_eq!(check(), Some(0));
}
