//! `semd packages import|show|check|diff` and the lock file, with packages in the shapes in which the Ministry delivers them.
#![allow(clippy::unwrap_used, reason = "tests stop at a surprise")]

mod support;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use support::run;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const SCHEMA: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:hl7-org:v3"
    xmlns="urn:hl7-org:v3" elementFormDefault="qualified"><xs:include schemaLocation="coreschemas\types.xsd"/>
    <xs:element name="ClinicalDocument" type="Document"/></xs:schema>"#;
const TYPES: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:hl7-org:v3"
    xmlns="urn:hl7-org:v3" elementFormDefault="qualified"><xs:complexType name="Document"><xs:sequence>
    <xs:element name="title" type="xs:string"/></xs:sequence></xs:complexType></xs:schema>"#;
const DOCUMENT: &str = "<ClinicalDocument xmlns='urn:hl7-org:v3'><title>t</title></ClinicalDocument>";

fn rules(assertions: &[(&str, &str)]) -> String {
    let assertions: String =
        assertions.iter().map(|(test, text)| format!("<assert test=\"{test}\">{text}</assert>")).collect();
    format!(
        "<schema xmlns=\"http://purl.oclc.org/dsdl/schematron\" queryBinding=\"xslt2\"><pattern>\
         <rule context=\"ClinicalDocument\">{assertions}</rule></pattern></schema>"
    )
}

fn archive(path: &Path, entries: &[(&str, &str)]) {
    let mut writer = ZipWriter::new(fs::File::create(path).unwrap());
    for (name, text) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap();
}

/// A folder with `118.zip` in the shape of the validator of the field.
fn delivery(assertions: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let rules = rules(assertions);
    archive(
        &folder.path().join("118.zip"),
        &[
            ("118/CDA.xsd", SCHEMA),
            ("118/coreschemas/types.xsd", TYPES),
            ("118.sch", &rules),
            ("readme.txt", "-"),
        ],
    );
    folder
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

const FIRST: [(&str, &str); 2] = [("count(title)=1", "У1-1. One title."), ("title!=''", "У1-2. A title.")];

#[test]
fn archive_of_the_ministry_is_imported_and_documents_are_checked_by_it() {
    let folder = delivery(&FIRST);
    fs::write(folder.path().join("good.xml"), DOCUMENT).unwrap();
    fs::write(folder.path().join("bad.xml"), DOCUMENT.replace("t</", "</")).unwrap();
    let store = path(&folder, "store");
    let imported = run(["packages", "import", &path(&folder, "118.zip"), "--to", &store]);
    assert_eq!(imported.code, Some(0), "{imported:?}");
    assert!(imported.stdout.contains("118") && imported.stdout.contains("sha256:"), "{imported:?}");
    let again = run(["packages", "import", &path(&folder, "118.zip"), "--to", &store]);
    assert!(again.code == Some(0) && again.stdout.contains("already"), "{again:?}");
    let check = |name: &str| {
        run(["validate", &path(&folder, name), "--packages", &store, "--kind", "118", "--format", "jsonl"])
    };
    assert_eq!(check("good.xml").code, Some(0), "{:?}", check("good.xml"));
    let bad = check("bad.xml");
    assert_eq!(bad.code, Some(1), "{bad:?}");
    assert_eq!(bad.json_lines()[0]["findings"][0]["rule"], "У1-2");
    let shown = run(["packages", "show", "118", "--packages", &store]);
    assert!(shown.stdout.contains("118/xsd/coreschemas/types.xsd"), "{shown:?}");
    let left: Vec<_> = fs::read_dir(&store).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["118"], "nothing but the package is left");
}

#[test]
fn other_edition_replaces_only_when_asked_and_the_difference_is_told() {
    let (first, second) = (
        delivery(&FIRST),
        delivery(&[
            ("count(title)=1", "У1-1. Exactly one title."),
            ("title!='-'", "У1-2. A title."),
            ("id", "У1-3. An id."),
        ]),
    );
    let (old, new) = (path(&first, "store"), path(&second, "store"));
    assert_eq!(run(["packages", "import", &path(&first, "118.zip"), "--to", &old]).code, Some(0));
    assert_eq!(run(["packages", "import", &path(&second, "118.zip"), "--to", &new]).code, Some(0));
    let refused = run(["packages", "import", &path(&second, "118.zip"), "--to", &old]);
    assert!(refused.code == Some(2) && refused.stderr.contains("--replace"), "{refused:?}");
    let difference =
        run(["packages", "diff", &format!("{old}/118"), &format!("{new}/118"), "--format", "jsonl"]);
    let changes: Vec<String> = difference
        .json_lines()
        .iter()
        .map(|line| format!("{} {}", line["change"].as_str().unwrap(), line["rule"].as_str().unwrap()))
        .collect();
    assert_eq!(changes, ["message У1-1", "test У1-2", "added У1-3"], "{difference:?}");
    let people = run(["packages", "diff", &format!("{old}/118"), &format!("{new}/118")]);
    assert!(people.stdout.contains("title!='-'") && people.stdout.contains("An id."), "{people:?}");
    let replaced = run(["packages", "import", &path(&second, "118.zip"), "--to", &old, "--replace"]);
    assert_eq!(replaced.code, Some(0), "{replaced:?}");
    let same = run(["packages", "diff", &format!("{old}/118"), &format!("{new}/118"), "--format", "jsonl"]);
    assert!(same.code == Some(0) && same.stdout.is_empty(), "{same:?}");
}

#[test]
fn package_that_is_not_the_pinned_one_stops_the_run() {
    let folder = delivery(&FIRST);
    let (store, lock) = (path(&folder, "store"), path(&folder, "packages.lock"));
    fs::write(folder.path().join("good.xml"), DOCUMENT).unwrap();
    assert_eq!(run(["packages", "import", &path(&folder, "118.zip"), "--to", &store]).code, Some(0));
    assert_eq!(run(["packages", "check", "--packages", &store, "--lock", &lock]).code, Some(0));
    let document = path(&folder, "good.xml");
    let check = ["validate", &document, "--packages", &store, "--kind", "118", "--packages-lock", &lock];
    assert_eq!(run(check).code, Some(0), "{:?}", run(check));
    let sch = folder.path().join("store/118/schematron.sch");
    fs::write(&sch, rules(&[("true()", "У1-1. Nothing.")])).unwrap();
    let changed = run(check);
    assert!(changed.code == Some(2) && changed.stderr.contains("pinned"), "{changed:?}");
    fs::write(&lock, "[packages]\n118 = \"md5:1\"\n").unwrap();
    assert_eq!(run(check).code, Some(2), "{:?}", run(check));
}

#[test]
fn hostile_and_foreign_archives_are_refused_and_leave_nothing() {
    let folder = TempDir::new().unwrap();
    let store = path(&folder, "store");
    /// Name of the archive, its entries, words of the refusal.
    type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);
    let cases: [Case; 4] = [
        ("out.zip", &[("../118/CDA.xsd", SCHEMA)], "leaves the archive"),
        ("windows.zip", &[("..\\118\\CDA.xsd", SCHEMA)], "leaves the archive"),
        ("empty.zip", &[("readme.txt", "-")], "no rule package"),
        ("118.zip", &[("118.sch", "<schema/>")], "not a Schematron schema"),
    ];
    for (name, entries, reason) in cases {
        archive(&folder.path().join(name), entries);
        let refused = run(["packages", "import", &path(&folder, name), "--to", &store]);
        assert!(refused.code == Some(2) && refused.stderr.contains(reason), "{name}: {refused:?}");
    }
    fs::write(folder.path().join("text.zip"), "not an archive").unwrap();
    assert_eq!(run(["packages", "import", &path(&folder, "text.zip"), "--to", &store]).code, Some(2));
    assert_eq!(fs::read_dir(&store).unwrap().count(), 0);
    let absent = run(["packages", "import", &path(&folder, "absent.zip"), "--to", &store]);
    assert_eq!(absent.code, Some(4), "{absent:?}");
}
