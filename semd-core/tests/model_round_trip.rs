//! Parse → model → write, and by way of JSON, gives the same document.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of a test")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use semd_core::model::{self, ClinicalDocument, Keep, Style};
use semd_core::xml::{self, Document, ElementId, Limits, c14n};

/// Documents of the reference corpus whose names begin like this are official samples; without the corpus nothing is compared.
fn corpus(prefix: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/docs");
    let folder =
        std::env::var_os("SEMD_TEST_DATA").map_or(folder, |data| PathBuf::from(data).join("corpus/docs"));
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: no reference corpus at {}", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(prefix))
        .collect();
    files.sort();
    files
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/documents");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    files.sort();
    files
}

/// Everything of the tree but blank text between elements; declarations and attributes sorted. Canonical XML has the blanks
/// too, so this stands in for it where they are not kept.
fn meaning(document: &Document<'_>) -> String {
    let mut out = String::new();
    append(&mut out, document, document.root());
    out
}

fn append(out: &mut String, document: &Document<'_>, element: ElementId) {
    let spelled = |offset: u32| {
        let rest = &document.source()[offset as usize..];
        &rest[..rest.find(['>', '/', '=', ' ', '\t', '\r', '\n']).unwrap()]
    };
    write!(out, "<{}", spelled(document.element(element).offset + 1)).unwrap();
    let mut attributes: Vec<String> = document
        .attributes(element)
        .iter()
        .map(|one| format!(" {}={:?}", spelled(one.offset), document.value(one)))
        .collect();
    let declared = document.namespace_declarations().iter().filter(|one| one.element == element);
    attributes
        .extend(declared.map(|one| format!(" xmlns:{}={:?}", one.prefix, document.declared_namespace(one))));
    attributes.sort();
    out.extend(attributes);
    out.push('>');
    let texts = document.child_texts(element);
    let mut texts = texts.filter(|(_, text)| !text.blank).map(|(_, text)| text).peekable();
    for child in document.children(element) {
        while let Some(text) = texts.next_if(|text| text.before <= child.0) {
            out.push_str(document.text(text));
        }
        append(out, document, child);
    }
    texts.for_each(|text| out.push_str(document.text(text)));
    out.push_str("</>");
}

/// Canonical XML 1.0 without comments of the root element. What stands beside the root (processing instructions for style
/// sheets) is no part of the model.
fn canonical(document: &Document<'_>) -> String {
    let form = c14n::canonicalize_element(document, document.root(), &c14n::Options::inclusive()).unwrap();
    String::from_utf8(form).unwrap()
}

fn check(path: &Path) {
    let name = path.display();
    let bytes = std::fs::read(path).unwrap();
    let document = xml::parse(&bytes, &Limits::default()).unwrap();
    for keep in [Keep::Layout, Keep::Meaning] {
        let form = if keep == Keep::Layout { canonical } else { meaning };
        let expected = form(&document);
        let model = model::read(&document, keep).unwrap();
        let written = model::write(&model, Style::Compact).unwrap();
        let again = xml::parse(written.as_bytes(), &Limits::default()).unwrap();
        let found = form(&again);
        let at = expected.bytes().zip(found.bytes()).take_while(|(a, b)| a == b).count();
        assert!(
            expected == found,
            "{name}, {keep:?}: differs at …{:.200}… against …{:.200}…",
            String::from_utf8_lossy(&expected.as_bytes()[at.saturating_sub(80)..]),
            String::from_utf8_lossy(&found.as_bytes()[at.saturating_sub(80)..])
        );
        let json = serde_json::to_string(&model).unwrap();
        let from_json: ClinicalDocument = serde_json::from_str(&json).unwrap();
        assert!(from_json == model, "{name}, {keep:?}: JSON changes the model");
        assert!(
            model::read(&again, keep).unwrap() == model,
            "{name}, {keep:?}: reading again changes the model"
        );
        let indented = model::write(&model, Style::Indented).unwrap();
        let indented = xml::parse(indented.as_bytes(), &Limits::default()).unwrap();
        assert!(model::read(&indented, keep).is_ok());
        if keep == Keep::Meaning {
            assert!(model::read(&indented, keep).unwrap() == model, "{name}: indenting changes the model");
        }
    }
}

#[test]
fn samples_come_back_equal() {
    let files = fixtures();
    assert!(files.len() >= 6, "the sample documents of the project are there");
    files.iter().for_each(|path| check(path));
}

#[test]
fn official_documents_come_back_equal() {
    let files = corpus("r-");
    files.iter().for_each(|path| check(path));
    println!(
        "{} official documents: canonical XML of the root of XML → model → XML equal, model of XML → JSON equal",
        files.len()
    );
}
