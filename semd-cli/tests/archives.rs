//! Documents inside ZIP archives: named by their place, in order, bounded.
#![allow(clippy::unwrap_used, reason = "tests stop at a surprise")]

mod support;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use support::{Run, run};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn document(name: &str) -> Vec<u8> {
    fs::read(support::fixtures().join("documents").join(name)).unwrap()
}

fn archive(path: &Path, entries: &[(&str, &[u8])]) {
    let mut writer = ZipWriter::new(fs::File::create(path).unwrap());
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap();
}

fn validate(path: &Path, flags: &[&str]) -> Run {
    let words = ["validate", path.to_str().unwrap(), "--format", "jsonl"];
    run(words.into_iter().chain(flags.iter().copied()))
}

/// A folder with a document, and an archive with a good and a bad one, a signature and a folder.
fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let good = document("consultation.xml");
    fs::write(folder.path().join("z.xml"), &good).unwrap();
    let zip = folder.path().join("batch.ZIP");
    archive(
        &zip,
        &[
            ("march/b.xml", &good),
            ("march/a.xml", &document("prescription-header-order.xml")),
            ("march/b.doctor.p7s", b"0"),
        ],
    );
    (folder, zip)
}

#[test]
fn documents_of_an_archive_are_reported_by_their_place_in_it() {
    let (folder, zip) = folder();
    let alone = validate(&zip, &[]);
    let names = |run: &Run| -> Vec<(String, String)> {
        run.json_lines()
            .iter()
            .map(|report| {
                let file = report["file"]
                    .as_str()
                    .unwrap()
                    .rsplit_once("batch.ZIP")
                    .map_or_else(|| "z.xml".to_owned(), |(_, inner)| inner.to_owned());
                (file, report["verdict"].as_str().unwrap().to_owned())
            })
            .collect()
    };
    let expected = [("!/march/a.xml", "invalid"), ("!/march/b.xml", "valid")];
    let expected = expected.map(|(file, verdict)| (file.to_owned(), verdict.to_owned()));
    assert_eq!(names(&alone), expected, "{}", alone.stderr);
    assert_eq!(alone.code, Some(1));

    let with_folder = validate(folder.path(), &["--jobs", "4"]);
    assert_eq!(names(&with_folder)[..2], expected);
    assert_eq!(names(&with_folder)[2], ("z.xml".to_owned(), "valid".to_owned()));
    let without_time = |run: &Run| -> Vec<serde_json::Value> {
        let mut reports = run.json_lines();
        reports.iter_mut().for_each(|report| report["elapsed_us"] = 0.into());
        reports
    };
    assert_eq!(without_time(&with_folder), without_time(&validate(folder.path(), &["--jobs", "1"])));
}

#[test]
fn hostile_archives_end_in_one_line_and_do_not_stop_the_others() {
    let (folder, _) = folder();
    let path = |name: &str| folder.path().join(name);
    archive(&path("0-outside.zip"), &[("../../a.xml", b"<a/>")]);
    fs::write(path("1-cut.zip"), b"PK\x03\x04 and no more").unwrap();
    // 100 MB of white space in 100 KB.
    let blank = vec![b' '; 100 << 20];
    archive(&path("2-bomb.zip"), &[("a.xml", &blank)]);
    let mut lying = fs::read(path("batch.ZIP")).unwrap();
    // The central directory says that the first file has one byte.
    let central = lying.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    lying[central + 24..central + 28].copy_from_slice(&1_u32.to_le_bytes());
    fs::write(path("3-lying.zip"), lying).unwrap();
    let run = validate(folder.path(), &[]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    let errors: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(errors.len(), 4, "{}", run.stderr);
    for (error, (name, reason)) in errors.iter().zip([
        ("0-outside.zip", "leaves the archive"),
        ("1-cut.zip", "cannot be read"),
        ("2-bomb.zip", "more than 67108864 bytes in all files together"),
        ("3-lying.zip!/march/b.xml", "larger than its declared"),
    ]) {
        assert!(error.contains(name) && error.contains(reason), "{error}");
    }
    // Of the lying archive one document is intact.
    assert_eq!(run.json_lines().len(), 4);
}

#[test]
fn document_larger_than_the_limit_is_a_finding_also_in_an_archive() {
    let folder = TempDir::new().unwrap();
    let zip = folder.path().join("large.zip");
    let text = document("consultation.xml");
    let mut large = text.clone();
    // Words that do not repeat, so that the archive does not look like a bomb.
    let mut number = 1_u64;
    while large.len() < (66 << 20) {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        large.extend_from_slice(format!("<!--{number:x}-->").as_bytes());
    }
    archive(&zip, &[("large.xml", &large)]);
    let run = validate(&zip, &[]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let report = &run.json_lines()[0];
    assert_eq!(report["findings"][0]["layer"], "admission", "{report}");
}

#[test]
fn name_tells_documents_and_nothing_else_tells_files_to_be_scanned() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    archive(&path("batch"), &[("inner.xml", b"<a/>")]);
    archive(&path("disguised.xml"), &[("notes.txt", "СНИЛС 112-233-445 95".as_bytes())]);
    // An archive is told by its content where its name does not say that it is a document.
    let rows = validate(&path("batch"), &[]).json_lines();
    assert!(rows[0]["file"].as_str().unwrap().ends_with("batch!/inner.xml"), "{rows:?}");
    let rows = validate(&path("disguised.xml"), &[]).json_lines();
    assert_eq!(rows[0]["verdict"], "invalid", "{rows:?}");
    assert!(rows[0]["file"].as_str().unwrap().ends_with("disguised.xml"), "{rows:?}");
    // Nothing passes a scan for its name.
    let found = run(["scan", folder.path().to_str().unwrap(), "--format", "jsonl"]);
    assert_eq!(found.code, Some(1), "{}", found.stderr);
    assert!(found.json_lines()[0]["file"].as_str().unwrap().ends_with("disguised.xml!/notes.txt"));
}
