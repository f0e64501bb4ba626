//! No false alarm: good documents, signed, with the request derived from them, get no error.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use semd_core::header::Header;
use semd_core::kinds::KindRegistry;
use semd_core::nsi::Store;
use semd_core::package::PackageStore;
use semd_core::report::Severity;
use semd_core::validate::Validator;
use semd_core::xml::{self, Limits};
use semd_exchange::bundle::BundleFiles;
use semd_exchange::preflight::Preflight;
use semd_exchange::reference::ReferenceData;
use serde_json::Value;
use time::macros::{format_description, offset, time};
use time::{Date, Duration, OffsetDateTime};

use super::hands::Hands;

/// A moment at which the document could be registered: after it was made, and when its kind is open.
fn moment(header: &Header, kind: &str) -> OffsetDateTime {
    let made = header
        .effective_time
        .map(|time| time.instant().unwrap_or_else(|| time.date().midnight().assume_utc()));
    let made = made.unwrap_or(OffsetDateTime::UNIX_EPOCH) + Duration::days(1);
    let registry = KindRegistry::embedded();
    let opened = registry
        .find(kind)
        .and_then(|kind| kind.valid_from.as_deref())
        .and_then(|text| Date::parse(text, format_description!("[year]-[month]-[day]")).ok());
    opened.map_or(made, |day| made.max(day.with_time(time!(12:00)).assume_offset(offset!(+3))))
}

/// The errors of one document as `code: message`.
fn errors(preflight: &Preflight, hands: &Hands, bytes: Vec<u8>, kind: &str) -> Vec<String> {
    let document = xml::parse(&bytes, &Limits::default()).unwrap();
    let header = Header::read(&document);
    let at = moment(&header, kind);
    let signatures = hands.sign_as_named(&header, &bytes, at);
    drop(document);
    // Kinds with a series need it in the request; the document does not carry it.
    let request = Some(br#"{"documentNumber": "77 1000001"}"#.to_vec());
    let files = BundleFiles { document: bytes, signatures, request, result: None };
    let report = preflight.check(&files, Some(kind), at).unwrap();
    let findings = report.report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    findings.map(|finding| format!("{}: {}", finding.code, finding.message.ru)).collect()
}

#[test]
fn own_documents_get_no_error() {
    let hands = Hands::new();
    let preflight = Preflight::new(super::validator(), hands.trust().clone(), ReferenceData::default());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/documents");
    let good = [
        ("consultation.xml", "119"),
        ("laboratory.xml", "186"),
        ("instrumental.xml", "174"),
        ("prescription.xml", "148"),
        ("discharge-summary.xml", "41"),
        ("outpatient-epicrisis.xml", "42"),
    ];
    for (name, kind) in good {
        let bytes = fs::read(folder.join(name)).unwrap();
        assert_eq!(errors(&preflight, &hands, bytes, kind), [""; 0], "{name}");
    }
    println!("{} own documents, no error", good.len());
}

/// Published samples whose codes no reference looked up: `fixtures/real-documents.toml`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Defective {
    document: String,
    code: String,
    #[serde(rename = "reason")]
    _reason: String,
}

fn defective() -> Vec<Defective> {
    #[derive(serde::Deserialize)]
    struct List {
        defective: Vec<Defective>,
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/real-documents.toml");
    toml::from_str::<List>(&fs::read_to_string(path).unwrap()).unwrap().defective
}

/// Gives a sample what a template leaves to the system that fills it in: an identifier that is a UUID, and a time of
/// creation at which the kind is registered.
fn filled_in(bytes: &[u8], kind: &str) -> Vec<u8> {
    let document = xml::parse(bytes, &Limits::default()).unwrap();
    let at = moment(&Header::read(&document), kind);
    let mut text = String::from_utf8(bytes.to_vec()).unwrap();
    let time = at.format(format_description!("[year][month][day][hour][minute]+0000")).unwrap();
    for (element, attribute, value) in
        [("<id ", "extension", "00000000-0000-4000-8000-000000000001"), ("<effectiveTime ", "value", &time)]
    {
        let begin = text.find(element).unwrap();
        let end = begin + text[begin..].find('>').unwrap();
        match text[begin..end].find(&format!("{attribute}=\"")) {
            Some(at) => {
                let first = begin + at + attribute.len() + 2;
                let last = first + text[first..].find('"').unwrap();
                text.replace_range(first..last, value);
            }
            // A template may leave the time open by a nullFlavor.
            None if element == "<effectiveTime " => {
                text.replace_range(begin + element.len()..end, &format!("{attribute}=\"{value}\"/"));
            }
            None => {}
        }
    }
    text.into_bytes()
}

#[test]
fn real_documents_that_are_clean_get_no_error() {
    let given = std::env::var_os("SEMD_TEST_DATA").map(PathBuf::from);
    let shared = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    if !shared.join("corpus/expected").is_dir() {
        println!("skipped: no folder of test data at {} (set SEMD_TEST_DATA)", shared.display());
        return;
    }
    let store = PackageStore::open(&[shared.join("semd-packages")]).unwrap();
    let hands = Hands::new();
    let dictionaries = Store::open(&shared.join("nsi"), 0).unwrap();
    println!("{} dictionary versions", dictionaries.len());
    let validator = Validator::new(store).with_dictionaries(dictionaries);
    let preflight =
        Preflight::new(validator, hands.trust().clone(), ReferenceData::default()).show_personal_data(true);
    let mut documents = 0;
    let known = defective();
    let mut met = BTreeSet::new();
    let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in fs::read_dir(shared.join("corpus/expected")).unwrap() {
        let record: Value = serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap();
        // What the reference found by the dictionaries, the title of a dictionary aside: that refuses no document.
        let refused = |issue: &Value| issue["kind"] != "CODESYSTEMNAME";
        let by_dictionaries = record["nsi"]["issues"].as_array().is_some_and(|all| all.iter().any(refused));
        if record["class"] != "real" || by_dictionaries {
            continue;
        }
        for run in record["runs"].as_array().unwrap() {
            let failed = |file: &Value| file["failed"].as_array().is_some_and(|failed| !failed.is_empty());
            let broken = run["schematron"].as_array().is_some_and(|files| files.iter().any(failed));
            if run["xsd"]["valid"] != true || broken {
                continue;
            }
            let name = record["doc"].as_str().unwrap();
            let bytes = fs::read(shared.join("corpus").join(name)).unwrap();
            documents += 1;
            let kind = run["kind"].as_str().unwrap();
            for error in errors(&preflight, &hands, filled_in(&bytes, kind), kind) {
                match known
                    .iter()
                    .position(|one| name.ends_with(&one.document) && error.starts_with(&one.code))
                    .filter(|_| record["nsi"].is_null())
                {
                    Some(at) => drop(met.insert(at)),
                    None => wrong.entry(error).or_default().push(name.to_owned()),
                }
            }
        }
    }
    println!(
        "{documents} runs of real documents that are clean by their rules, {} unforeseen errors, {} documents with known defects",
        wrong.len(),
        known.len()
    );
    assert!(documents > 0);
    assert_eq!(met.len(), known.len(), "every known defect is still found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
