//! Formats of `semd validate` for other programs and for browsers: SVRL and HTML.
#![allow(clippy::unwrap_used, reason = "tests stop at a surprise")]

mod support;

use semd_core::xml::{self, Document, Limits};
use support::run;

const SVRL: &str = "http://purl.oclc.org/dsdl/svrl";

fn documents(format: &str, names: &[&str]) -> String {
    let folder = support::fixtures().join("documents");
    let paths = names.iter().map(|name| folder.join(name).to_str().unwrap().to_owned());
    let arguments: Vec<String> =
        ["validate", "--format", format].into_iter().map(str::to_owned).chain(paths).collect();
    let run = run(arguments);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    run.stdout
}

fn named(document: &Document<'_>, namespace: &str, local: &str) -> Vec<xml::ElementId> {
    (0..document.elements().len() as u32)
        .map(xml::ElementId)
        .filter(|&id| document.namespace(id) == namespace && document.local_name(id) == local)
        .collect()
}

#[test]
fn svrl_has_the_schematron_findings_of_a_document() {
    let text = documents("svrl", &["consultation-missing-patient-name.xml"]);
    let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(
        (document.local_name(document.root()), document.namespace(document.root())),
        ("schematron-output", SVRL)
    );
    let [failed] = named(&document, SVRL, "failed-assert")[..] else { panic!("{text}") };
    assert_eq!(document.attribute(failed, "", "test"), Some("count(name)=1"));
    let place = "/ClinicalDocument[1]/recordTarget[1]/patientRole[1]/patient[1]";
    assert_eq!(document.attribute(failed, "", "location"), Some(place));
    let [fired] = named(&document, SVRL, "fired-rule")[..] else { panic!("{text}") };
    assert_eq!(document.attribute(fired, "", "context"), Some(place));
    assert!(!document.string_value(failed).trim().is_empty());
}

#[test]
fn several_documents_are_one_well_formed_file() {
    let text = documents("svrl", &["consultation.xml", "consultation-missing-patient-name.xml"]);
    let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(named(&document, "urn:semd:reports", "report").len(), 2);
    assert_eq!(named(&document, SVRL, "failed-assert").len(), 1);
}

#[test]
fn report_that_holds_is_told_from_an_assert_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("packages/119");
    std::fs::create_dir_all(&package).unwrap();
    let rules = r#"<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2"><pattern>
        <rule context="ClinicalDocument"><report test="title&lt;'&amp;'">a "b" &lt;c></report>
        <assert test="false()">d</assert></rule></pattern></schema>"#;
    std::fs::write(package.join("schematron.sch"), rules).unwrap();
    let file = folder.path().join("a.xml");
    std::fs::write(&file, "<ClinicalDocument xmlns='urn:hl7-org:v3'><title>!</title></ClinicalDocument>")
        .unwrap();
    let [packages, file] = [package.parent().unwrap(), &file].map(|path| path.to_str().unwrap());
    let run = run(["validate", file, "--packages", packages, "--kind", "119", "--format", "svrl"]);
    let document = xml::parse(run.stdout.as_bytes(), &Limits::default()).unwrap();
    let [holds] = named(&document, SVRL, "successful-report")[..] else { panic!("{}", run.stdout) };
    assert_eq!(document.attribute(holds, "", "test"), Some("title<'&'"));
    assert_eq!(document.string_value(holds), "a \"b\" <c>");
    assert_eq!(named(&document, SVRL, "failed-assert").len(), 1);
}

#[test]
fn page_has_all_documents_and_no_script_and_shows_no_personal_data() {
    let text = documents(
        "html",
        &["consultation.xml", "consultation-missing-patient-name.xml", "prescription-header-order.xml"],
    );
    assert_eq!(text.matches("<details").count(), 3);
    assert_eq!(text.matches("<html").count(), 1);
    assert!(text.ends_with("</html>\n"));
    for forbidden in ["<script", "javascript:", "http://", "https://", "src=", "99900010118", "Образцов"]
    {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
    assert!(text.contains("count(name)=1") && text.contains("default-src 'none'"));
    // Every class that a filter hides is one that an article has, and the other way round.
    for id in ["error", "warning", "info", "clinic", "mis", "integrator", "register", "mixed"] {
        assert!(text.contains(&format!("id=\"{id}\"")), "{id}");
        assert!(text.contains(&format!("#{id}:not(:checked) ~ details article.{id}")), "{id}");
    }
    for class in text.split("<article class=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let words: Vec<&str> = class.split(' ').collect();
        assert!(words.iter().all(|word| text.contains(&format!("id=\"{word}\""))), "{class}");
    }
}
