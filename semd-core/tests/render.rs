//! The page of a document shows all of it and nothing of it acts.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of a test")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use semd_core::header::{Precision, SNILS_ROOT, Timestamp};
use semd_core::render::{self, Options, SignatureStamp, StampVerdict};
use semd_core::xml::{self, Document, ElementId, Limits};

fn folder(path: &str, prefix: &str) -> Vec<PathBuf> {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let Ok(entries) = std::fs::read_dir(&base) else {
        println!("skipped: no documents at {}", base.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(prefix))
        .collect();
    files.sort();
    files
}

fn samples() -> Vec<PathBuf> {
    let files = folder("../fixtures/documents", "");
    assert!(files.len() >= 6, "the sample documents of the project are there");
    files
}

fn official() -> Vec<PathBuf> {
    match std::env::var("SEMD_TEST_DATA") {
        Ok(data) => folder(&format!("{data}/corpus/docs"), "r-"),
        Err(_) => folder("../../shared/corpus/docs", "r-"),
    }
}

fn page(bytes: &[u8]) -> String {
    let document = xml::parse(bytes, &Limits::default()).unwrap();
    render::render(&document, &Options::default())
}

/// All words of a text, one space between them.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of a page as a reader sees it. The page is also well-formed XML, which our own parser proves.
fn shown(page: &str) -> (String, Vec<String>) {
    let body = page.strip_prefix("<!DOCTYPE html>").unwrap();
    let tree = xml::parse(body.as_bytes(), &Limits::default()).unwrap();
    let mut text = String::new();
    let mut names = Vec::new();
    append(&tree, tree.root(), &mut text, &mut names);
    (words(&text), names)
}

fn append(tree: &Document<'_>, element: ElementId, text: &mut String, names: &mut Vec<String>) {
    names.push(tree.local_name(element).to_owned());
    let block = !matches!(tree.local_name(element), "span" | "sub" | "sup" | "b" | "bdi");
    let mut texts = tree.child_texts(element).map(|(_, one)| one).peekable();
    for child in tree.children(element) {
        while let Some(one) = texts.next_if(|one| one.before <= child.0) {
            text.push_str(tree.text(one));
        }
        append(tree, child, text, names);
    }
    texts.for_each(|one| text.push_str(tree.text(one)));
    if block {
        text.push(' ');
    }
}

/// What must be read of a `value`: a date as people write it, anything else itself.
fn readable(value: &str) -> Vec<String> {
    let plain = value.strip_prefix("tel:").or(value.strip_prefix("mailto:")).unwrap_or(value);
    let mut ways = vec![words(plain)];
    if let Some(time) = Timestamp::parse(value) {
        let date = time.date();
        let (day, month) = (date.day(), u8::from(date.month()));
        ways.push(match time.precision() {
            Precision::Year => format!("{} г.", date.year()),
            Precision::Month => format!("{month:02}.{}", date.year()),
            _ => format!("{day:02}.{month:02}.{}", date.year()),
        });
    }
    ways
}

/// Every text node, displayName, extension, code and value of a document stands on its page.
fn check(path: &Path) -> usize {
    let bytes = std::fs::read(path).unwrap();
    let document = xml::parse(&bytes, &Limits::default()).unwrap();
    let html = render::render(&document, &Options::default());
    let (text, _) = shown(&html);
    let facts = std::cell::Cell::new(0);
    let missing = std::cell::RefCell::new(Vec::new());
    let must = |fact: &str, what: &str| {
        facts.set(facts.get() + 1);
        if !text.contains(&words(fact)) {
            missing.borrow_mut().push(format!("{what} “{fact}”"));
        }
    };
    for one in document.texts().iter().filter(|one| !one.blank) {
        if document.attribute(one.parent, "", "representation") != Some("B64") {
            must(document.text(one), "text");
        }
    }
    for element in (0..document.elements().len() as u32).map(ElementId) {
        for name in
            ["displayName", "extension", "code", "root", "unit", "codeSystemName", "codeSystemVersion"]
        {
            let value = document.attribute(element, "", name);
            // A pure number needs no unit, the root of a СНИЛС is the word.
            let said =
                |value: &&str| (name, *value) != ("unit", "1") && (name, *value) != ("root", SNILS_ROOT);
            if let Some(value) = value.filter(said) {
                must(value, name);
            }
        }
        if let Some(flavor) = document.attribute(element, "", "nullFlavor") {
            must(&format!("({flavor})"), "nullFlavor");
        }
        if let Some(value) = document.attribute(element, "", "value").filter(|value| !value.starts_with('#'))
        {
            facts.set(facts.get() + 1);
            let ways = readable(value);
            assert!(
                ways.iter().any(|way| text.contains(way.as_str())),
                "{}: value “{value}” is not on the page",
                path.display()
            );
        }
    }
    let missing = missing.into_inner();
    assert!(missing.is_empty(), "{}: not on the page: {missing:#?}", path.display());
    facts.get()
}

#[test]
fn samples_are_shown_whole() {
    let facts: usize = samples().iter().map(|path| check(path)).sum();
    println!("{facts} facts of the project's samples are on their pages");
    assert!(facts > 1000);
}

#[test]
fn official_documents_are_shown_whole() {
    let files = official();
    let facts: usize = files.iter().map(|path| check(path)).sum();
    println!("{facts} facts of {} official documents are on their pages", files.len());
}

/// A document with one section whose narrative is `text` and whose entries are `entries`.
fn with_section(text: &str, entries: &str) -> String {
    format!(
        "<ClinicalDocument xmlns='urn:hl7-org:v3' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><title>T</title>\
         <component><structuredBody><component><section><title>S</title><text>{text}</text>{entries}</section></component>\
         </structuredBody></component></ClinicalDocument>"
    )
}

#[test]
fn hostile_narrative_stays_text() {
    // (narrative, what must be read on the page)
    let cases = [
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("<script>alert(2)</script>", "alert(2)"),
        ("<content onclick='alert(3)' style='background:url(http://evil)'>three</content>", "three"),
        ("<img src='x' onerror='alert(4)'/>four", "four"),
        ("<linkHtml href='javascript:alert(5)'>five</linkHtml>", "five javascript:alert(5)"),
        ("<table><tbody><tr><td colspan='9\" onmouseover=\"alert(6)'>six</td></tr></tbody></table>", "six"),
        ("<table onload='alert(7)'>seven<tr>in row<td>cell</td></tr></table>", "seven in row cell"),
        ("<iframe src='http://evil'>eight</iframe>", "eight"),
        (
            "<h:style xmlns:h='http://www.w3.org/1999/xhtml'>* { display: none }</h:style>",
            "* { display: none }",
        ),
        ("<list><caption>cap</caption>loose<item>nine</item></list>", "cap loose nine"),
        (
            "</text>".replace("</text>", "--&gt;&lt;/style&gt;&lt;/body&gt;ten").leak(),
            "--></style></body>ten",
        ),
        ("a\u{202E}b", "a[U+202E]b"),
    ];
    for (narrative, expected) in cases {
        let html = page(with_section(narrative, "").as_bytes());
        let (text, names) = shown(&html);
        assert!(text.contains(expected), "{narrative}: {expected} is not on the page: {text}");
        for name in &names {
            assert!(
                !matches!(name.as_str(), "script" | "iframe" | "object" | "img" | "form"),
                "{narrative}: <{name}>"
            );
        }
        assert_eq!(
            names.iter().filter(|name| *name == "style").count(),
            1,
            "{narrative}: only the page's own style"
        );
        let tree =
            xml::parse(html.strip_prefix("<!DOCTYPE html>").unwrap().as_bytes(), &Limits::default()).unwrap();
        for element in (0..tree.elements().len() as u32).map(ElementId) {
            for attribute in tree.attributes(element) {
                let name = tree.expanded_name(attribute.name).local;
                assert!(
                    matches!(
                        name,
                        "class" | "lang" | "charset" | "http-equiv" | "content" | "name" | "colspan"
                    ),
                    "{narrative}: attribute {name}"
                );
            }
        }
    }
}

#[test]
fn hostile_attributes_and_attachments_stay_inside() {
    let entry = "<entry><observation classCode='OBS' moodCode='EVN' negationInd='true'>\
        <code code='1' displayName='&quot;&gt;&lt;script&gt;'/><value xsi:type='ED' mediaType='text/html' representation='B64'>\
        PHNjcmlwdD4=</value></observation></entry>";
    let html = page(with_section("text", entry).as_bytes());
    let (text, names) = shown(&html);
    assert!(text.contains("\"><script>"));
    assert!(text.contains("ОТРИЦАНИЕ"), "a negation is never silent");
    assert!(!names.iter().any(|name| name == "script"));
    assert!(html.contains("href=\"data:application/octet-stream;base64,PHNjcmlwdD4=\""));
    assert!(!html.contains("data:text/html"));
    assert!(html.contains("default-src 'none'"));
}

#[test]
fn what_the_narrative_does_not_say_is_flagged() {
    let entry = |value: &str| {
        format!(
            "<entry><observation classCode='OBS' moodCode='EVN'><code code='50' displayName='Температура'/>{value}</observation></entry>"
        )
    };
    let flagged = |text: &str, value: &str| {
        page(with_section(text, &entry(value)).as_bytes()).contains("class=\"flag\">")
    };
    let quantity = "<value xsi:type='PQ' value='36.60' unit='Cel'/>";
    assert!(!flagged("Температура 36,6", quantity));
    assert!(flagged("Температура 38,6", quantity));
    assert!(flagged("", quantity), "no text at all");
    let coded = "<value xsi:type='CD' code='J20.9' displayName='Острый бронхит'/>";
    assert!(!flagged("Диагноз: острый бронхит", coded));
    assert!(flagged("Диагноз: бронхит", coded));
    assert!(!flagged("Осмотр 14.05.2026", "<value xsi:type='TS' value='20260514'/>"));
    assert!(
        !flagged("что угодно", "<value xsi:type='CD' nullFlavor='NA'/>"),
        "an absent value need not be said"
    );
    assert!(!flagged("Температура измерена", ""), "a statement without a value is said by its name");
    assert!(flagged("Пульс измерен", ""));
}

#[test]
fn absent_values_are_words() {
    let html = page(with_section("<br/>", "<entry nullFlavor='ASKU'/>").as_bytes());
    assert!(shown(&html).0.contains("запрошено, но неизвестно (ASKU)"));
}

fn stamp(verdict: StampVerdict) -> SignatureStamp {
    SignatureStamp {
        verdict,
        reason: (verdict != StampVerdict::Passed).then(|| "HASH_FAILURE".to_owned()),
        role: Some("doctor".to_owned()),
        owner: Some("Тестова <Вера>".to_owned()),
        serial: Some("01AB".to_owned()),
        not_before: Some("01.01.2026".to_owned()),
        not_after: Some("01.01.2027".to_owned()),
        signing_time: None,
        qualified: verdict == StampVerdict::Passed,
    }
}

#[test]
fn signatures_are_stamped_by_their_verdict() {
    let bytes = with_section("text", "");
    let document = xml::parse(bytes.as_bytes(), &Limits::default()).unwrap();
    let signatures =
        vec![stamp(StampVerdict::Passed), stamp(StampVerdict::Failed), stamp(StampVerdict::Indeterminate)];
    let options = Options { signatures, sha256: Some("ab12".to_owned()), ..Options::default() };
    let (text, _) = shown(&render::render(&document, &options));
    for expected in [
        "Документ подписан усиленной квалифицированной электронной подписью Сертификат: 01AB Владелец: Тестова <Вера>",
        "Действителен: с 01.01.2026 по 01.01.2027",
        "Электронная подпись не верна",
        "подпись не верна: HASH_FAILURE",
        "Электронная подпись не подтверждена",
        "SHA-256 подписываемого файла: ab12",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

/// HTML Tidy finds no error and no warning in the pages. Skips where Tidy is not installed.
#[test]
fn pages_are_valid_html() {
    let mut checked = 0;
    for path in samples().into_iter().chain(official()) {
        let html = page(&std::fs::read(&path).unwrap());
        let child = Command::new("tidy")
            .args(["-utf8", "-quiet", "-errors", "--doctype", "html5", "--warn-proprietary-attributes", "no"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut child) = child else {
            println!("skipped: HTML Tidy is not installed");
            return;
        };
        let mut stdin = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, html.as_bytes()));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && complaints.trim().is_empty(), "{}: {complaints}", path.display());
        checked += 1;
    }
    println!("{checked} pages are valid for HTML Tidy");
}
