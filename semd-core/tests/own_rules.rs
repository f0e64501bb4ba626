//! Rules of this project: each finds its fault and nothing in a good document; no false alarm over real documents.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use semd_core::package::PackageStore;
use semd_core::report::{Finding, Severity};
use semd_core::rules::{self, RULES};
use semd_core::validate::{Layers, Options, Validator};
use time::macros::date;

const ONLY_RULES: Layers = Layers { xsd: false, schematron: false, nsi: false, rule: true };

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| Validator::new(PackageStore::embedded()));

fn findings(bytes: &[u8], as_of: Option<time::Date>) -> Vec<Finding> {
    VALIDATOR.validate(bytes, &Options { layers: ONLY_RULES, as_of, ..Options::default() }).findings
}

/// A document with a part put in, of kind 119, made on 14 May 2025 by organisation 1.2.643.5.1.13.13.12.2.77.1.
fn document(part: &str) -> String {
    format!(
        "<ClinicalDocument xmlns='urn:hl7-org:v3' xmlns:identity='urn:hl7-ru:identity'>\
        <templateId root='1.2.643.5.1.13.2.7.5.1.5.9.4'/><id root='1.2.643.5.1.13.13.12.2.77.1.100.1.1.51' extension='u-1'/>\
        <effectiveTime value='202505141015+0300'/>\
        <custodian><assignedCustodian><representedCustodianOrganization><id root='1.2.643.5.1.13.13.12.2.77.1'/>\
        </representedCustodianOrganization></assignedCustodian></custodian>{part}</ClinicalDocument>"
    )
}

const SNILS: &str = "<id root='1.2.643.100.3' extension=";

/// Rule, a part that breaks it, a part that does not.
fn cases() -> Vec<(&'static str, String, String)> {
    let one = |rule, bad: &str, good: &str| (rule, bad.to_owned(), good.to_owned());
    let staff = |first: &str, second: &str| {
        let person = |snils: &str| {
            format!(
                "<author><assignedAuthor><id root='1.2.70' extension='D-7'/>{SNILS}'{snils}'/></assignedAuthor></author>"
            )
        };
        person(first) + &person(second)
    };
    vec![
        one("snils-checksum", &format!("{SNILS}'112-233-445 94'/>"), &format!("{SNILS}'112-233-445 95'/>")),
        one(
            "ogrn-checksum",
            "<identity:Ogrn>1239900000011</identity:Ogrn>",
            "<identity:Ogrn>1239900000010</identity:Ogrn>",
        ),
        one(
            "inn-checksum",
            "<identity:INN>9900000018</identity:INN>",
            "<identity:INN> 9900000017 </identity:INN>",
        ),
        one(
            "enp-checksum",
            "<identity:InsurancePolicy><identity:Number>7700000000000001</identity:Number></identity:InsurancePolicy>",
            "<identity:InsurancePolicy><identity:Number>77000000001</identity:Number></identity:InsurancePolicy>",
        ),
        one("oid-syntax", "<id root='1.2..3'/>", "<id root='0f1d0c6e-6f0c-4c55-9a39-2f6d0e6d7a01'/>"),
        one(
            "oid-owner",
            "<setId root='1.2.643.5.1.13.13.12.2.77.11.100.1.1.50'/>",
            "<setId root='1.2.643.5.1.13.13.12.2.77.1.100.1.1.50'/>",
        ),
        one("impossible-time", "<time value='20251931'/>", "<time value='20251231'/><high value='150'/>"),
        one(
            "time-zone",
            "<time value='202505141015'/>",
            "<time value='202505141015+0300'/><time value='20250514'/>",
        ),
        one("time-zone", "<time value='202505141015+1900'/>", "<time value='202505141015+1200'/>"),
        one(
            "date-order",
            "<effectiveTime><low value='20250515'/><high value='20250514'/></effectiveTime>",
            "<effectiveTime><low value='202505140900+0300'/><high value='20250514'/></effectiveTime>",
        ),
        one("date-order", "<birthTime value='20260101'/>", "<birthTime value='20250514'/>"),
        one(
            "self-reference",
            "<externalDocument><id root='1.2.643.5.1.13.13.12.2.77.1.100.1.1.51' extension='u-1'/></externalDocument>",
            "<externalDocument><id root='1.2.643.5.1.13.13.12.2.77.1.100.1.1.51' extension='u-2'/></externalDocument>",
        ),
        ("staff-identity", staff("11223344595", "99900000115"), staff("11223344595", "112-233-445 95")),
        one(
            "section-code",
            "<section><title>x</title></section>",
            "<section><code code='DOCINFO'/></section>",
        ),
        one(
            "empty-narrative",
            "<section><code code='A'/><text> <br/></text><entry/></section>",
            "<section><code code='A'/><text><table><td>x</td></table></text><entry/></section><section><code code='B'/></section>",
        ),
        one(
            "empty-narrative",
            "<section><code code='A'/><entry/></section>",
            "<section><code nullFlavor='NA'/></section>",
        ),
        one(
            "attachment",
            "<value representation='B64' mediaType='application/pdf'>iVBORw0KGgo=</value>",
            "<value representation='B64' mediaType='image/png'>iVBO\nRw0KGgo=</value>",
        ),
        one(
            "attachment",
            "<text representation='B64' mediaType='text/plain'>***</text>",
            "<text representation='TXT'>***</text>",
        ),
        one(
            "attachment",
            "<value representation='B64'>QUJD</value>",
            "<value representation='B64' mediaType='x/y'>QUJD</value>",
        ),
    ]
}

#[test]
fn each_rule_finds_its_fault_and_spares_the_good() {
    let mut seen = BTreeSet::new();
    for (rule, bad, good) in cases() {
        let found = findings(document(&bad).as_bytes(), None);
        let names: Vec<_> = found.iter().map(|one| one.rule.as_deref().unwrap()).collect();
        assert_eq!(names, [rule], "{bad}");
        assert!(found[0].line > 0 && found[0].path.is_some() && found[0].hint.is_some());
        let found = findings(document(&good).as_bytes(), None);
        assert!(found.is_empty(), "{good}: {found:?}");
        seen.insert(rule);
    }
    let dated = ["kind-window", "creation-date"];
    let all: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(all.difference(&seen).copied().collect::<BTreeSet<_>>(), BTreeSet::from(dated));
}

#[test]
fn day_of_registration_opens_and_closes_kinds() {
    let found = |as_of, text: &str| -> Vec<(&str, String)> {
        let found = findings(text.as_bytes(), Some(as_of));
        found.iter().map(|one| (one.code, one.rule.clone().unwrap())).collect()
    };
    let text = document("");
    assert_eq!(found(date!(2025 - 05 - 14), &text), []);
    assert_eq!(found(date!(2025 - 05 - 13), &text), [], "the day may have begun elsewhere");
    let future = [("WRONG_CREATION_DATE", "creation-date".to_owned())];
    assert_eq!(found(date!(2025 - 05 - 12), &text), future);
    let window = [("NO_DOCUMENT_KIND_ON_DATE", "kind-window".to_owned())];
    let old = text.replace("202505141015", "201005141015");
    assert_eq!(found(date!(2025 - 05 - 14), &old), window);
    let errors = findings(old.as_bytes(), Some(date!(2025 - 05 - 14)));
    assert!(errors.iter().all(|one| one.severity == Severity::Error));
    assert_eq!(findings(old.as_bytes(), None), [], "without a day nothing is said about periods");
}

#[test]
fn one_rule_reports_a_bounded_number_of_places() {
    let many = document(&"<id root='x'/>".repeat(1_000));
    assert_eq!(findings(many.as_bytes(), None).len(), 100);
}

#[test]
fn own_samples_have_no_findings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/documents");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "xml") {
            let found = findings(&fs::read(&path).unwrap(), Some(date!(2025 - 12 - 31)));
            assert!(found.is_empty(), "{}: {found:?}", path.display());
        }
    }
}

#[test]
fn official_documents_raise_no_error() {
    let given = std::env::var_os("SEMD_TEST_DATA").map(std::path::PathBuf::from);
    let shared = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    let Ok(entries) = fs::read_dir(shared.join("corpus/docs")) else {
        println!(
            "skipped: rules over official documents: no folder {} (set SEMD_TEST_DATA)",
            shared.display()
        );
        return;
    };
    let mut documents = 0;
    let mut counts: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for entry in entries {
        let path = entry.unwrap().path();
        let real = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("r-"));
        documents += usize::from(real);
        for one in findings(&fs::read(&path).unwrap(), None) {
            let Some(rule) = one.rule.filter(|rule| rules::find(rule).is_some()) else { continue };
            assert_ne!(one.severity, Severity::Error, "{}: {rule}", path.display());
            if real {
                *counts.entry((rule, "warnings")).or_default() += 1;
            }
        }
    }
    println!("compared: no error in any document; warnings in {documents} official documents: {counts:?}");
    assert!(documents > 50);
}
