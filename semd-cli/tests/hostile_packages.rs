//! Rule packages that are made to harm: they end in a load error that says where, or in bounded time.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

mod support;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use support::run;

/// Time allowed for one run; what is not bounded takes minutes or for ever.
const MAX_TIME: Duration = Duration::from_secs(20);

fn rules(body: &str) -> String {
    format!("<schema xmlns='http://purl.oclc.org/dsdl/schematron' queryBinding='xslt2'>{body}</schema>")
}

fn assertion(test: &str) -> String {
    rules(&format!("<pattern><rule context='//*'><assert test=\"{test}\">t</assert></rule></pattern>"))
}

fn schema(body: &str) -> String {
    format!(
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns='urn:hl7-org:v3' \
         targetNamespace='urn:hl7-org:v3'>{body}</xs:schema>"
    )
}

fn root(content: &str) -> String {
    schema(&format!(
        "<xs:element name='ClinicalDocument'><xs:complexType mixed='true'>{content}</xs:complexType></xs:element>"
    ))
}

/// Name, file, contents, and words of the message for packages that are refused.
fn packages() -> Vec<(&'static str, &'static str, String, Option<&'static str>)> {
    const RULES: &str = "schematron.sch";
    const SCHEMA: &str = "xsd/CDA.xsd";
    let nested = |open: &str, inner: &str, close: &str, times: usize| {
        open.repeat(times) + inner + &close.repeat(times)
    };
    let doubling: String = (1..60)
        .map(|index| {
            let group = format!("<xs:group ref='g{}'/>", index - 1);
            format!("<xs:group name='g{index}'><xs:sequence>{group}{group}</xs:sequence></xs:group>")
        })
        .collect();
    vec![
        (
            "a pattern of four nested counts",
            RULES,
            assertion("matches(., '(((a{99}){99}){99}){99}')"),
            Some("regular expression"),
        ),
        (
            "a pattern that backtracks",
            RULES,
            assertion("matches(., '^(([a-z])+.)+[A-Z]([a-z])+$') or matches(., '(x+x+)+y')"),
            None,
        ),
        (
            "a pattern of the document",
            RULES,
            assertion("matches(string-join(//*, ''), string(//pattern))"),
            None,
        ),
        ("a test over all pairs of elements", RULES, assertion("count(//*[//*[//*[//*]]]) = 0"), None),
        (
            "a test of a hundred thousand brackets",
            RULES,
            assertion(&nested("(", "1", ")", 100_000)),
            Some("schematron.sch"),
        ),
        (
            "elements nested ten thousand deep",
            RULES,
            nested("<schema>", "", "</schema>", 10_000),
            Some("schematron.sch"),
        ),
        (
            "four milliards of elements",
            SCHEMA,
            root("<xs:sequence><xs:element name='a' maxOccurs='4000000000'/></xs:sequence>"),
            Some("max_positions"),
        ),
        (
            "counts that multiply",
            SCHEMA,
            root(&nested("<xs:sequence maxOccurs='999'>", "<xs:element name='a'/>", "</xs:sequence>", 12)),
            Some("max_positions"),
        ),
        (
            "groups that double sixty times",
            SCHEMA,
            schema(&format!(
                "<xs:group name='g0'><xs:sequence><xs:element name='a'/></xs:sequence></xs:group>{doubling}<xs:element name='ClinicalDocument'><xs:complexType><xs:group ref='g59'/></xs:complexType></xs:element>"
            )),
            Some("max_positions"),
        ),
        (
            "sequences nested ten thousand deep",
            SCHEMA,
            root(&nested("<xs:sequence>", "", "</xs:sequence>", 10_000)),
            Some("CDA.xsd"),
        ),
        (
            "a pattern facet of nested counts",
            SCHEMA,
            schema(
                "<xs:simpleType name='p'><xs:restriction base='xs:string'><xs:pattern value='((a{1000}){1000}){1000}'/></xs:restriction></xs:simpleType><xs:element name='ClinicalDocument'/>",
            ),
            Some("((a{1000}){1000}){1000}"),
        ),
        (
            "a schema that includes itself",
            SCHEMA,
            schema("<xs:include schemaLocation='CDA.xsd'/><xs:element name='ClinicalDocument'/>"),
            None,
        ),
        (
            "a schema of another place",
            SCHEMA,
            schema("<xs:include schemaLocation='../../../../../../etc/passwd'/>"),
            Some("etc/passwd"),
        ),
    ]
}

#[test]
fn hostile_packages_end_in_a_load_error_or_in_bounded_time() {
    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("a.xml");
    // What a hostile package is given to work on: some thousand elements, and texts patterns stumble over.
    let text = format!(
        "<ClinicalDocument xmlns='urn:hl7-org:v3'><pattern>(a|a)*b</pattern>{}{}</ClinicalDocument>",
        "<a>x</a>".repeat(2_000),
        format_args!("<b>{}</b>", "a".repeat(20_000)),
    );
    fs::write(&document, text).unwrap();
    let cases = packages();
    for (index, (name, file, contents, refused)) in cases.iter().enumerate() {
        let packages = folder.path().join(index.to_string());
        let path = packages.join("119").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, contents).unwrap();
        check(name, &packages, &document, *refused);
    }
    println!("compared {} hostile packages", cases.len());
}

fn check(name: &str, packages: &Path, document: &Path, refused: Option<&str>) {
    let [folder, document] = [packages, document].map(|path| path.to_str().unwrap());
    let start = Instant::now();
    let words = ["validate", document, "--kind", "119", "--packages", folder, "--format", "jsonl"];
    let run = run(words.into_iter().chain(["--layers", "xsd,schematron"]));
    assert!(start.elapsed() < MAX_TIME, "{name}: {:?}", start.elapsed());
    assert!(matches!(run.code, Some(0 | 1 | 3)), "{name}: {:?} {}", run.code, run.stderr);
    let report = &run.json_lines()[0];
    if let Some(words) = refused {
        assert_eq!(report["verdict"], "undecided", "{name}: {report}");
        let message = report["findings"][0]["message"].as_str().unwrap();
        assert!(message.contains(words), "{name}: {message}");
    }
}
