//! `semd build` through the binary: cards become documents that the rule packages accept.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{fixtures, run};

/// The sample cards: file, kind; several cards may be of one kind.
fn cards() -> Vec<(PathBuf, String)> {
    let mut cards: Vec<_> = fs::read_dir(fixtures().join("cards"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let card: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            (path, card["kind"].as_str().unwrap().to_owned())
        })
        .collect();
    cards.sort();
    cards
}

fn build(card: &Path, out: &Path) {
    let built = run(["build".as_ref(), card.as_os_str(), "--out".as_ref(), out.as_os_str()]);
    assert_eq!((built.code, built.stdout.as_str()), (Some(0), ""), "{}", built.stderr);
}

fn official_packages() -> Option<PathBuf> {
    let data = std::env::var_os("SEMD_TEST_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let packages = data.join("semd-packages");
    packages.is_dir().then_some(packages)
}

#[test]
fn every_kind_has_a_card_and_its_document_passes_the_official_package() {
    let folder = tempfile::tempdir().unwrap();
    let cards = cards();
    assert!(cards.len() >= 11);
    let packages = official_packages();
    let mut passed = 0;
    for (card, kind) in &cards {
        let out = folder.path().join(card.with_extension("xml").file_name().unwrap());
        build(card, &out);
        let Some(packages) = &packages else { continue };
        let checked = run([
            "validate".as_ref(),
            out.as_os_str(),
            "--packages".as_ref(),
            packages.as_os_str(),
            "--kind".as_ref(),
            kind.as_ref(),
        ]);
        // A package without Schematron (kind 40) leaves a document that passes its XML Schema undecided.
        let expected = if packages.join(kind).join("schematron.sch").is_file() { 0 } else { 3 };
        assert_eq!(checked.code, Some(expected), "kind {kind}: {}", checked.stdout);
        passed += 1;
    }
    match packages {
        Some(_) => {
            println!("compared: {passed} of {} built documents pass the official packages", cards.len())
        }
        None => println!("skipped: the official packages are not here; {} documents were built", cards.len()),
    }
}

#[test]
fn documents_of_embedded_packages_pass_them() {
    let folder = tempfile::tempdir().unwrap();
    for (card, kind) in
        cards().iter().filter(|(_, kind)| matches!(&**kind, "41" | "42" | "119" | "148" | "174" | "186"))
    {
        let out = folder.path().join(format!("{kind}.xml"));
        build(card, &out);
        let checked = run(["validate".as_ref(), out.as_os_str()]);
        assert_eq!(checked.code, Some(0), "kind {kind}: {}", checked.stdout);
    }
}

#[test]
fn faults_point_into_the_card() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(fixtures().join("cards/119.json")).unwrap();
    let mut card: serde_json::Value = serde_json::from_str(&text).unwrap();
    card["patient"]["snils"] = "99900010117".into();
    card["vital_signs"][1]["value"] = "high".into();
    card["conclusoin"] = card["conclusion"].take();
    let path = folder.path().join("card.json");
    fs::write(&path, card.to_string()).unwrap();
    let built = run(["build".as_ref(), path.as_os_str()]);
    assert_eq!((built.code, built.stdout.as_str()), (Some(1), ""));
    for expected in [
        "#/patient/snils: Expected a SNILS",
        "#/vital_signs/1/value: Expected a number, found a string",
        "#/conclusoin: The card has no such field — did you mean `conclusion`?",
        "#/conclusion: The required field “Conclusion of the consultation” is missing",
    ] {
        assert!(built.stderr.contains(expected), "{expected}\n{}", built.stderr);
    }
    assert!(!built.stderr.contains("99900010117"), "values of a card are not shown");
}

#[test]
fn hostile_values_stay_text() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(fixtures().join("cards/119.json")).unwrap();
    let mut card: serde_json::Value = serde_json::from_str(&text).unwrap();
    card["conclusion"] = "</value><script>\"&{conclusion}'".into();
    let path = folder.path().join("card.json");
    fs::write(&path, card.to_string()).unwrap();
    let built = run(["build".as_ref(), path.as_os_str()]);
    assert_eq!(built.code, Some(0), "{}", built.stderr);
    assert!(built.stdout.contains("&lt;/value&gt;&lt;script&gt;&quot;&amp;{conclusion}'"));
    assert!(!built.stdout.contains("<script>"));
}

#[test]
fn schema_of_a_card_is_printed_and_a_folder_adds_a_kind() {
    let schema = run(["build", "--schema", "119"]);
    assert_eq!(schema.code, Some(0), "{}", schema.stderr);
    let schema: serde_json::Value = serde_json::from_str(&schema.stdout).unwrap();
    assert_eq!(schema["properties"]["kind"]["const"], "119");
    assert!(schema["required"].as_array().unwrap().iter().any(|name| name == "patient"));

    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("note.toml"),
        "kind = \"note\"\ntitle = \"Записка\"\ntitle_en = \"Note\"\n[field]\nwords = { type = \"text\", list = true, title = \"Слова\", title_en = \"Words\" }\n",
    )
    .unwrap();
    fs::write(
        folder.path().join("note.xml"),
        "<note xmlns:c='urn:semd:card'><id extension='{id}'/><p c:for='word in words'>{word}</p></note>",
    )
    .unwrap();
    let path = folder.path().join("card.json");
    let text = fs::read_to_string(fixtures().join("cards/119.json")).unwrap();
    let full: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut card = serde_json::json!({ "kind": "note", "words": ["one", "<two>"] });
    for common in [
        "id",
        "set_id",
        "version",
        "created",
        "confidentiality",
        "organization",
        "patient",
        "author",
        "legal_authenticator",
    ] {
        card[common] = full[common].clone();
    }
    fs::write(&path, card.to_string()).unwrap();
    let built = run(["build".as_ref(), path.as_os_str(), "--cards".as_ref(), folder.path().as_os_str()]);
    assert_eq!(built.code, Some(0), "{}", built.stderr);
    assert!(
        built.stdout.contains("<p>one</p>") && built.stdout.contains("<p>&lt;two&gt;</p>"),
        "{}",
        built.stdout
    );

    fs::write(folder.path().join("note.xml"), "<note xmlns:c='urn:semd:card'>{nothing}</note>").unwrap();
    let refused = run(["build".as_ref(), path.as_os_str(), "--cards".as_ref(), folder.path().as_os_str()]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("note.xml") && refused.stderr.contains("no field `nothing`"),
        "{}",
        refused.stderr
    );
}

#[test]
fn card_that_is_no_json_or_names_no_kind_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("card.json");
    fs::write(&path, "{").unwrap();
    assert_eq!(run(["build".as_ref(), path.as_os_str()]).code, Some(2));
    fs::write(&path, "{\"kind\": \"0\"}").unwrap();
    let unknown = run(["build".as_ref(), path.as_os_str()]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.stderr.contains("#/kind: There is no template for kind 0"), "{}", unknown.stderr);
}
