//! The layer `nsi`: codes, names and versions of documents against dictionaries.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::KnownDifferences;
use semd_core::nsi::{Builder, ImportLimits, Store, import};
use semd_core::package::PackageStore;
use semd_core::report::{Finding, Layer, Severity, Verdict};
use semd_core::validate::{Layers, Options, Validator};
use serde_json::Value;

const ONLY_NSI: Layers = Layers { xsd: false, schematron: false, nsi: true, rule: false };

fn fixtures() -> Builder {
    let mut builder = Builder::new(ImportLimits::default());
    import(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/nsi"), &mut builder).unwrap();
    builder
}

fn validator(builder: &Builder, complete: bool) -> Validator {
    let store = Store::from_bytes(&builder.finish(0, complete).unwrap()).unwrap();
    Validator::new(PackageStore::embedded()).with_dictionaries(store)
}

/// Findings over a document with one coded element.
fn findings(validator: &Validator, element: &str) -> Vec<Finding> {
    let text = format!(
        "<ClinicalDocument xmlns='urn:hl7-org:v3' xmlns:a='urn:hl7-ru:address'>\n{element}</ClinicalDocument>"
    );
    let options = Options { kind: Some("119".to_owned()), layers: ONLY_NSI, ..Options::default() };
    validator.validate(text.as_bytes(), &options).findings
}

/// Code, weight, last step of the path and hint of each finding.
fn told(found: &[Finding]) -> Vec<(&'static str, Severity, String, String)> {
    let step = |one: &Finding| one.path.as_deref().unwrap_or("").rsplit("]/").next().unwrap_or("").to_owned();
    let hint = |one: &Finding| one.hint.as_ref().map_or(String::new(), |hint| hint.en.clone());
    found.iter().map(|one| (one.code, one.severity, step(one), hint(one))).collect()
}

const SEX: &str = "codeSystem='1.2.643.5.1.13.13.11.1040' codeSystemVersion='2.1'";

#[test]
fn each_fault_has_its_code_place_and_hint() {
    let validator = validator(&fixtures(), false);
    let one = |attributes: &str| told(&findings(&validator, &format!("<code {attributes}/>")));
    assert_eq!(one(&format!("code='1' {SEX} codeSystemName='Пол пациента' displayName='Мужской'")), []);
    assert_eq!(one(&format!("code='1' {SEX}")), [], "what the document does not say is not compared");

    let wrong = one(&format!("code='9' {SEX} displayName='Женский'"));
    assert_eq!(wrong[0].0, "INVALID_ELEMENT_VALUE_CODE");
    assert_eq!((wrong[0].1, &*wrong[0].2), (Severity::Error, "@code"));
    assert!(wrong[0].3.contains("“Женский” under code “2”"), "{wrong:?}");
    assert!(one(&format!("code=' 1' {SEX}"))[0].3.contains("only spaces or case"));

    let name = one(&format!("code='1' {SEX} displayName='мужской '"));
    assert_eq!(
        (name[0].0, name[0].1, &*name[0].2),
        ("INVALID_ELEMENT_VALUE_NAME", Severity::Error, "@displayName")
    );
    assert!(name[0].3.contains("differs by case, spaces alone"), "{name:?}");
    assert!(one(&format!("code='1' {SEX} displayName='Женский'"))[0].3.contains("unchanged: “Мужской”"));

    let system = one(&format!("code='1' {SEX} codeSystemName='Пол'"));
    assert_eq!(
        (system[0].0, system[0].1, &*system[0].2),
        ("VALIDATION_ERROR", Severity::Warning, "@codeSystemName")
    );
}

#[test]
fn columns_come_from_the_exceptions_and_older_identifiers_are_known() {
    let validator = validator(&fixtures(), false);
    let region = "codeSystem='1.2.643.5.1.13.13.99.2.206' codeSystemVersion='6.5'";
    assert_eq!(
        told(&findings(&validator, &format!("<a:stateCode code='77' {region} displayName='г. Москва'/>"))),
        []
    );
    assert_eq!(
        findings(&validator, &format!("<a:stateCode code='1' {region}/>")).len(),
        1,
        "1 is the row, not the code"
    );
    let old = "codeSystem='1.2.643.5.1.13.2.1.1.156' codeSystemVersion='2.1'";
    assert_eq!(
        findings(&validator, &format!("<code code='7' {old}/>"))[0].code,
        "INVALID_ELEMENT_VALUE_CODE"
    );
}

#[test]
fn what_cannot_be_checked_is_said_once_and_is_no_error() {
    let validator = validator(&fixtures(), false);
    let missing = "codeSystem='1.2.643.5.1.13.13.11.1077' codeSystemVersion='1.3'";
    let found = findings(&validator, &format!("<code code='1' {missing}/><value code='2' {missing}/>"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].severity, found[0].rule.as_deref()),
        (Severity::Info, Some("dictionary-not-loaded"))
    );
    assert!(found[0].message.en.contains("places: 2"));
    let other_version = told(&findings(
        &validator,
        "<code code='1' codeSystem='1.2.643.5.1.13.13.11.1040' codeSystemVersion='3.0'/>",
    ));
    assert!(other_version[0].3.contains("loaded versions: 2.1"));
    // Not checked by the exceptions; not dictionaries of the Ministry; not a coded element; without a value.
    for element in [
        "<code code='1' codeSystem='1.2.643.5.1.13.13.11.1039' codeSystemVersion='5.2'/>",
        "<code code='SELF' codeSystem='2.16.840.1.113883.5.111'/>",
        &format!("<title code='9' {SEX}/>"),
        &format!("<code nullFlavor='NA' {SEX}/>"),
    ] {
        assert_eq!(told(&findings(&validator, element)), [], "{element}");
    }
}

#[test]
fn impossible_dictionaries_and_those_absent_from_a_whole_copy_do_not_exist() {
    let part = validator(&fixtures(), false);
    let code = |validator: &Validator, system: &str, version: &str| {
        let element = format!("<code code='1' codeSystem='{system}' codeSystemVersion='{version}'/>");
        let found = findings(validator, &element);
        found.first().map(|one| (one.code, one.severity))
    };
    let error = Some(("INVALID_DICTIONARY_OID", Severity::Error));
    assert_eq!(code(&part, "1.2.643.5.1.13.13.11..1040", "2.1"), error);
    assert_eq!(code(&part, "1.2.643.5.1.13.13.11.1040", "latest"), error);
    assert_eq!(code(&part, "1.2.643.5.1.13.13.11.1041", "1.1").unwrap().1, Severity::Info);
    let whole = validator(&fixtures(), true);
    assert_eq!(code(&whole, "1.2.643.5.1.13.13.11.1041", "1.1"), error);
    assert_eq!(code(&whole, "1.2.643.5.1.13.13.11.1040", "9.9"), error);
    assert_eq!(code(&whole, "1.2.643.5.1.13.13.11.1040", "2.1"), None);
}

#[test]
fn guide_of_the_kind_decides_which_dictionaries_and_versions_may_be_used() {
    // Kind 119 has guide 1.2.643.5.1.13.13.15.13.4 in the registry of kinds.
    let guide = semd_core::kinds::KindRegistry::embedded().find("119").unwrap().guide.clone().unwrap();
    let row = |oid: &str, versions: &str| {
        format!(
            r#"{{"ID": "{oid}", "IG_OID": "{guide}", "DICT_OID": "{oid}", "DICT_VERSION": "{versions}"}}"#
        )
    };
    let rows = [row("1.2.643.5.1.13.13.11.1040", "2.0;3.0"), row("1.2.643.5.1.13.13.11.1002", "*")].join(",");
    let mut builder = fixtures();
    let text = format!(r#"{{"records": [{rows}]}}"#);
    builder.add("1.2.643.5.1.13.13.99.2.805_6.19.json", text.as_bytes()).unwrap();
    let validator = validator(&builder, false);
    let found = findings(&validator, &format!("<code code='1' {SEX}/>"));
    assert_eq!(found[0].code, "INVALID_DICTIONARY_VERSION");
    assert!(
        found[0].message.ru.contains("Требуется использовать версии: [2.0;3.0]"),
        "{:?}",
        found[0].message
    );
    let region = "<a:stateCode code='77' codeSystem='1.2.643.5.1.13.13.99.2.206' codeSystemVersion='6.5'/>";
    assert_eq!(findings(&validator, region)[0].code, "INVALID_DICTIONARY");
    let post = "<code code='109' codeSystem='1.2.643.5.1.13.13.11.1002' codeSystemVersion='7.6'/>";
    assert_eq!(told(&findings(&validator, post)), []);
}

#[test]
fn only_layer_without_a_checked_code_is_undecided_and_many_faults_are_cut() {
    let validator = validator(&fixtures(), false);
    let options = Options { kind: Some("119".to_owned()), layers: ONLY_NSI, ..Options::default() };
    let nothing = b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>";
    assert_eq!(validator.validate(nothing, &options).verdict, Verdict::Undecided);
    let many = format!("<code code='9' {SEX}/>").repeat(1_500);
    assert_eq!(findings(&validator, &many).len(), 1_000);
}

/// The folder of outside test data, or `None` after saying that the test skips.
fn shared(test: &str) -> Option<PathBuf> {
    let given = std::env::var_os("SEMD_TEST_DATA").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    if folder.join("nsi").is_dir() && folder.join("corpus").is_dir() {
        return Some(folder);
    }
    println!("skipped: {test}: no folder {} (set SEMD_TEST_DATA)", folder.display());
    None
}

/// Faults as the reference names them: kind of fault and local name of the element.
type Fault = (String, String);

#[test]
fn real_documents_get_the_faults_of_the_reference() {
    let Some(shared) = shared("reference findings of dictionaries") else { return };
    let mut builder = Builder::new(ImportLimits::default());
    import(&shared.join("nsi"), &mut builder).unwrap();
    let validator = validator(&builder, false);
    let (mut documents, mut expected_faults, mut checked) = (0, 0, 0);
    let mut differences = Vec::new();
    let known = KnownDifferences::read("nsi");
    let mut more = 0;
    for entry in fs::read_dir(shared.join("corpus/expected")).unwrap() {
        let record: Value = serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap();
        let Some(reference) = record.get("nsi") else { continue };
        documents += 1;
        checked += reference["checked"].as_u64().unwrap();
        let name = record["doc"].as_str().unwrap();
        let bytes = fs::read(shared.join("corpus").join(name)).unwrap();
        let options = Options { layers: ONLY_NSI, ..Options::default() };
        let report = validator.validate(&bytes, &options);
        let mut expected: Vec<Fault> = Vec::new();
        for issue in reference["issues"].as_array().unwrap() {
            let kind = match issue["kind"].as_str().unwrap() {
                "CODESYSTEMNAME" => "VALIDATION_ERROR",
                other => other,
            };
            expected.push((kind.to_owned(), issue["tag"].as_str().unwrap().to_owned()));
        }
        expected_faults += expected.len();
        let mut found_more = Vec::new();
        for finding in
            report.findings.iter().filter(|one| one.layer == Layer::Nsi && one.severity != Severity::Info)
        {
            let path = finding.path.as_deref().unwrap().rsplit_once("/@").unwrap().0;
            let element = path.rsplit('/').next().unwrap().split('[').next().unwrap().to_owned();
            let fault = (finding.code.to_owned(), element);
            if let Some(at) = expected.iter().position(|one| *one == fault) {
                expected.swap_remove(at);
            } else {
                found_more.push(format!("{} {}", finding.code, finding.path.as_deref().unwrap()));
            }
        }
        more += found_more.len();
        if !found_more.is_empty() && !known.has(name, &found_more) {
            differences.push(format!("{name}: not in the reference: {found_more:?}"));
        }
        differences.extend(expected.iter().map(|fault| format!("{name}: not found: {fault:?}")));
    }
    println!(
        "compared: {documents} documents, {checked} codes looked up and {expected_faults} faults of the reference; more: {more}"
    );
    assert!(documents > 0);
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    known.finish();
}
