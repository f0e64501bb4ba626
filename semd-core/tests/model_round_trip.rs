//! Parse → model → write, and by way of JSON, gives the same document.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of a test")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use semd_core::model::{self, Aside, ClinicalDocument, Keep, Other, Style, WriteError};
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

/// Canonical XML 1.0 with comments of the whole document: what stands beside the root element too.
fn canonical(document: &Document<'_>) -> String {
    let options = c14n::Options::inclusive().with_comments();
    String::from_utf8(c14n::canonicalize(document, &options).unwrap()).unwrap()
}

/// Answers the number of comments and processing instructions that came back.
fn check(path: &Path) -> usize {
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
        let read_again = serde_json::to_string(&model::read(&again, keep).unwrap()).unwrap();
        assert_eq!(read_again, json, "{name}, {keep:?}: reading again changes the model");
        let indented = model::write(&model, Style::Indented).unwrap();
        let indented = xml::parse(indented.as_bytes(), &Limits::default()).unwrap();
        assert!(model::read(&indented, keep).is_ok());
        if keep == Keep::Meaning {
            assert!(model::read(&indented, keep).unwrap() == model, "{name}: indenting changes the model");
        }
    }
    document.asides().len()
}

#[test]
fn samples_come_back_equal() {
    let files = fixtures();
    assert!(files.len() >= 6, "the sample documents of the project are there");
    for path in &files {
        check(path);
    }
}

#[test]
fn official_documents_come_back_equal() {
    let files = corpus("r-");
    let asides: usize = files.iter().map(|path| check(path)).sum();
    println!(
        "{} official documents: canonical XML with comments of the whole document equal after XML → model → XML, model equal \
         after JSON; {asides} comments and processing instructions kept",
        files.len()
    );
}

#[test]
fn comments_and_instructions_come_back_wherever_they_stand() {
    let folder = std::env::temp_dir().join(format!("semd-asides-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let document = folder.join("asides.xml");
    let text = "<?xml version='1.0'?><?xml-stylesheet type='text/xsl' href='a.xsl'?><!--first-->\n\
        <ClinicalDocument xmlns='urn:hl7-org:v3'><!--in--><title><!--before-->A<!--middle-->B<?pi data?></title>\
        <!--between--><component><structuredBody><component><section><text>x<!--narrative-->y</text></section></component>\
        </structuredBody></component><unknown><!--deep--></unknown><!--last in--></ClinicalDocument>\n<!--after--><?end?>";
    std::fs::write(&document, text).unwrap();
    let asides = check(&document);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(asides, 12);
    let parsed = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
    let meaning = model::read(&parsed, Keep::Meaning).unwrap();
    assert_eq!(meaning.title.as_deref().unwrap().text.as_deref(), Some("AB"), "a comment splits no meaning");
    let beside = meaning.other.as_deref().unwrap();
    assert_eq!((beside.before.len(), beside.after.len()), (2, 2));
}

#[test]
fn no_markup_hides_in_a_comment() {
    for (aside, good) in [
        (Aside::Comment("--><title>x</title><!--".into()), false),
        (Aside::Comment("ends in a hyphen-".into()), false),
        (Aside::Comment(" a - b ".into()), true),
        (Aside::Instruction("pi?><x/>".into()), false),
        (Aside::Instruction("xml version='1.0'".into()), false),
        (Aside::Instruction("".into()), false),
        (Aside::Instruction("pi data".into()), true),
    ] {
        let other = Other { before: vec![aside.clone()], ..Other::default() };
        let model = ClinicalDocument { other: Some(other.into()), ..ClinicalDocument::default() };
        match model::write(&model, Style::Compact) {
            Ok(_) => assert!(good, "{aside:?}"),
            Err(error) => assert!(!good && matches!(error, WriteError::Aside(_)), "{aside:?}: {error}"),
        }
    }
}
