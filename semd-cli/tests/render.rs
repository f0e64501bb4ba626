//! `semd render`: the page, its stamps, and what a browser makes of it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod support;

use std::process::{Command, Stdio};

use support::{authority, fixtures, run, sign, succeed};

/// Certificates older than the sample documents.
const TERMS: [&str; 4] = ["--from", "2025-01-01", "--days", "3650"];

#[test]
fn page_goes_to_stdout_or_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("page.html");
    let document = fixtures().join("documents/consultation.xml");
    let document = document.to_str().unwrap();
    let page = succeed(&["render", document]);
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("lang=\"en\""));
    let silent = succeed(&["render", document, "--out", out.to_str().unwrap(), "--lang", "ru"]);
    assert_eq!(silent, "");
    assert!(std::fs::read_to_string(out).unwrap().contains("Пациент"));
}

#[test]
fn what_is_no_document_is_refused_by_class() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.xml");
    std::fs::write(&broken, "<ClinicalDocument>").unwrap();
    let refused = run(["render", broken.to_str().unwrap()]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""), "{}", refused.stderr);
    let absent = run(["render", "no-such.xml"]);
    assert_eq!(absent.code, Some(4), "{}", absent.stderr);
}

#[test]
fn stamp_says_what_the_check_said() {
    let folder = tempfile::tempdir().unwrap();
    let pki = authority(folder.path(), &TERMS);
    let document = folder.path().join("consultation.xml");
    std::fs::copy(fixtures().join("documents/consultation.xml"), &document).unwrap();
    sign(&document, &pki, "doctor", "doctor");
    let signature = folder.path().join("consultation.doctor.p7s");
    let root = pki.join("root.crt");
    let [document, signature, root] = [&document, &signature, &root].map(|path| path.to_str().unwrap());
    let good = run(["render", document, "--signatures", signature, "--trust", root]);
    assert_eq!(good.code, Some(0), "{}", good.stderr);
    for expected in [
        "Signed with an electronic signature",
        "Тестова Вера Андреевна",
        "01.01.2025",
        "the signature is good",
    ] {
        assert!(good.stdout.contains(expected), "{expected}");
    }
    let unknown = run(["render", document, "--signatures", signature]);
    assert_eq!(unknown.code, Some(3), "{}", unknown.stderr);
    assert!(unknown.stdout.contains("The electronic signature is not confirmed"));
    let bytes = std::fs::read_to_string(document).unwrap();
    std::fs::write(document, bytes.replacen("</title>", " </title>", 1)).unwrap();
    let bad = run(["render", document, "--signatures", signature, "--trust", root]);
    assert_eq!(bad.code, Some(1), "{}", bad.stderr);
    assert!(bad.stdout.contains("The electronic signature is bad"));
}

/// A browser keeps the page as it is: nothing was repaired, nothing ran. Skips where Chromium is not installed.
#[test]
fn browser_shows_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = folder.path().join("hostile.xml");
    let sample = std::fs::read_to_string(fixtures().join("documents/consultation.xml")).unwrap();
    let attack =
        "</title><!-- -->".replace("</title>", "&lt;script&gt;document.title='ran'&lt;/script&gt;</title>");
    std::fs::write(&hostile, sample.replacen("</title>", &attack, 1)).unwrap();
    let page = folder.path().join("page.html");
    succeed(&["render", hostile.to_str().unwrap(), "--out", page.to_str().unwrap()]);
    let browser = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .args(["--dump-dom", &format!("file://{}", page.display())])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let Ok(browser) = browser else {
        println!("skipped: Chromium is not installed");
        return;
    };
    let dom = String::from_utf8(browser.stdout).unwrap();
    assert!(dom.contains("<h1>") && dom.contains("class=\"entries\""));
    assert!(!dom.contains("<script") && !dom.contains("<title>ran"));
    assert!(dom.contains("&lt;script&gt;document.title='ran'"));
}
