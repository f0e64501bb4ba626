//! Canonical XML: hand-made expectations, and every form against an independent implementation.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they compared"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_xml::document::XmlDocument;
use bergshamra_xml::nodeset::NodeSet;
use proptest::prelude::*;
use semd_core::xml::c14n::{self, Method, Options, Subset};
use semd_core::xml::{self, Document, ElementId, Limits};

fn parse(text: &str) -> Document<'_> {
    xml::parse(text.as_bytes(), &Limits::default()).unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn by_name(document: &Document<'_>, local: &str) -> ElementId {
    let ids = std::iter::once(document.root()).chain(document.descendants(document.root()));
    ids.into_iter().find(|&id| document.local_name(id) == local).unwrap()
}

/// The four forms and their names at the independent implementation.
fn forms() -> [(Options, C14nMode); 4] {
    [
        (Options::inclusive(), C14nMode::Inclusive),
        (Options::inclusive().with_comments(), C14nMode::InclusiveWithComments),
        (Options::exclusive(), C14nMode::Exclusive),
        (Options::exclusive().with_comments(), C14nMode::ExclusiveWithComments),
    ]
}

/// The form of the independent implementation, of the whole document or of the first element with a name.
fn reference(source: &str, options: &Options, mode: C14nMode, apex: Option<&str>) -> String {
    let document = XmlDocument::parse(source.to_owned()).unwrap();
    let parsed = document.parse_doc().unwrap();
    let nodes = apex.map(|local| {
        let root = parsed.get_elements_by_tag_name(local)[0];
        match options.comments {
            true => NodeSet::tree_with_comments(root, &parsed),
            false => NodeSet::tree_without_comments(root, &parsed),
        }
    });
    text(canonicalize_doc(&parsed, mode, nodes.as_ref(), &options.inclusive_prefixes).unwrap())
}

#[test]
fn markup_outside_the_root_stands_on_lines_of_its_own() {
    let source = "<?xml version=\"1.0\"?>\n\n<?style  href='x' ?>\r\n<!-- a -->\n<doc>y<!-- b\r\nc --></doc>\n\n<?end?><!-- d -->\n";
    let document = parse(source);
    let bare = "<?style href='x' ?>\n<doc>y</doc>\n<?end?>";
    assert_eq!(text(c14n::canonicalize(&document, &Options::inclusive()).unwrap()), bare);
    let all = "<?style href='x' ?>\n<!-- a -->\n<doc>y<!-- b\nc --></doc>\n<?end?>\n<!-- d -->";
    assert_eq!(text(c14n::canonicalize(&document, &Options::inclusive().with_comments()).unwrap()), all);
}

#[test]
fn tags_attributes_and_characters_have_one_spelling() {
    let document = parse(concat!(
        "<doc><e1   /><e2 ></e2><e3  name = \"elem3\"   id=\"elem3\"   />",
        "<e6 xmlns:b='urn:b' xmlns:a='urn:a' attr2='it&apos;s &quot;2&quot;' b:attr='&#9;t&#xa;&#13;' a:attr='<'/>",
        "<t>a &gt; b\r\nc &#13; &amp; <![CDATA[<&>]]> \"</t></doc>"
    )
    .replace("='<'", "='&lt;'")
    .leak());
    assert_eq!(
        text(c14n::canonicalize(&document, &Options::inclusive()).unwrap()),
        concat!(
            "<doc><e1></e1><e2></e2><e3 id=\"elem3\" name=\"elem3\"></e3>",
            "<e6 xmlns:a=\"urn:a\" xmlns:b=\"urn:b\" attr2=\"it's &quot;2&quot;\" a:attr=\"&lt;\" b:attr=\"&#x9;t&#xA;&#xD;\"></e6>",
            "<t>a &gt; b\nc &#xD; &amp; &lt;&amp;&gt; \"</t></doc>"
        )
    );
}

#[test]
fn part_takes_the_context_that_its_method_asks_for() {
    let source = concat!(
        "<r xmlns='urn:d' xmlns:p='urn:p' xmlns:q='urn:q' xml:lang='ru' xml:space='preserve'>",
        "<p:x xml:lang='en' q:a='1'><y/><z xmlns=''><w/></z></p:x></r>"
    );
    let document = parse(source);
    let part = Subset::element(by_name(&document, "x"));
    let of = |options: &Options| text(c14n::canonicalize_subset(&document, &part, options).unwrap());
    assert_eq!(
        of(&Options::inclusive()),
        concat!(
            "<p:x xmlns=\"urn:d\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" xml:lang=\"en\" xml:space=\"preserve\" q:a=\"1\">",
            "<y></y><z xmlns=\"\"><w></w></z></p:x>"
        )
    );
    assert_eq!(
        of(&Options::exclusive()),
        concat!(
            "<p:x xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" xml:lang=\"en\" q:a=\"1\">",
            "<y xmlns=\"urn:d\"></y><z><w></w></z></p:x>"
        )
    );
    let mut listed = Options::exclusive();
    listed.inclusive_prefixes = vec![String::new()];
    assert_eq!(
        of(&listed),
        concat!(
            "<p:x xmlns=\"urn:d\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" xml:lang=\"en\" q:a=\"1\">",
            "<y></y><z xmlns=\"\"><w></w></z></p:x>"
        )
    );
}

#[test]
fn elements_left_out_leave_nothing_behind() {
    let document = parse("<a>1<!--c--><s><!--in--><t>x</t>2</s><!--d-->3<s2/>4</a>");
    let subset =
        Subset { without: vec![by_name(&document, "s"), by_name(&document, "s2")], ..Subset::document() };
    let options = Options::exclusive().with_comments();
    assert_eq!(
        text(c14n::canonicalize_subset(&document, &subset, &options).unwrap()),
        "<a>1<!--c--><!--d-->34</a>"
    );
    let nothing = Subset { without: vec![document.root()], ..Subset::document() };
    assert_eq!(c14n::canonicalize_subset(&document, &nothing, &options), Ok(Vec::new()));
}

#[test]
fn declaration_repeated_on_every_sibling_meets_the_limit() {
    let source = format!("<r xmlns:p='urn:{}'>{}</r>", "x".repeat(10_000), "<p:e/>".repeat(1_000));
    let document = parse(&source);
    let mut options = Options::exclusive();
    options.max_bytes = 1 << 20;
    assert_eq!(c14n::canonicalize(&document, &options), Err(c14n::TooLarge { limit: 1 << 20 }));
    // Written once on the root, it does not matter.
    options.method = Method::Inclusive;
    assert!(c14n::canonicalize(&document, &options).unwrap().len() < 1 << 16);
}

#[test]
fn canonical_form_is_its_own_canonical_form() {
    let source = include_str!("../../fixtures/documents/consultation.xml");
    for (options, _) in forms() {
        let once = c14n::canonicalize(&parse(source), &options).unwrap();
        let again = xml::parse(&once, &Limits::default()).unwrap();
        assert_eq!(c14n::canonicalize(&again, &options).unwrap(), once);
    }
}

/// The project's documents, and the folder of test data where present.
fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let shared = std::env::var_os("SEMD_TEST_DATA").map_or_else(|| root.join("../shared"), PathBuf::from);
    let vectors = shared.join("vectors/gost/xmldsig");
    if !vectors.is_dir() {
        println!("skipped: {} is absent, only the project's documents are compared", vectors.display());
    }
    let folders = [root.join("fixtures/documents"), vectors];
    let entries = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "xml"));
    files.sort();
    files
}

#[test]
fn documents_agree_with_an_independent_implementation() {
    let mut compared = 0;
    for path in files() {
        let bytes = std::fs::read(&path).unwrap();
        // Another encoding, a DTD: not admitted, so there is nothing to compare.
        let Ok(document) = xml::parse(&bytes, &Limits::default()) else { continue };
        for (options, mode) in forms() {
            let expected = reference(document.source(), &options, mode, None);
            assert_eq!(
                text(c14n::canonicalize(&document, &options).unwrap()),
                expected,
                "{}",
                path.display()
            );
            compared += 1;
        }
    }
    println!("compared {compared} canonical forms of documents");
    assert!(compared >= 20);
}

/// A document made from random numbers: names in several namespaces, declarations that shadow, repeat and undeclare each
/// other, and every kind of content. Local names of elements are unique, so that a part can be named.
struct Maker {
    numbers: Vec<u8>,
    at: usize,
    elements: usize,
    out: String,
}

impl Maker {
    fn next(&mut self, below: u8) -> u8 {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        number % below
    }

    fn element(&mut self, scope: &[(&'static str, &'static str)], depth: usize) {
        const PREFIXES: [&str; 4] = ["", "p", "q", "r"];
        const NAMESPACES: [&str; 3] = ["urn:a", "urn:b", "urn:c&amp;d"];
        let mut scope = scope.to_vec();
        let mut declared = String::new();
        for prefix in PREFIXES {
            if self.next(3) != 0 {
                continue;
            }
            let undeclare = prefix.is_empty() && self.next(3) == 0;
            let namespace = if undeclare { "" } else { NAMESPACES[usize::from(self.next(3))] };
            scope.retain(|(known, _)| *known != prefix);
            scope.push((prefix, namespace));
            let colon = if prefix.is_empty() { "" } else { ":" };
            write!(declared, " xmlns{colon}{prefix}='{namespace}'").unwrap();
        }
        let pick = |maker: &mut Self| match scope.len() {
            0 => "",
            length => scope[usize::from(maker.next(length as u8))].0,
        };
        let qualified = |prefix: &str, local: &str| match prefix {
            "" => local.to_owned(),
            prefix => format!("{prefix}:{local}"),
        };
        let prefix = pick(self);
        let name = qualified(prefix, &format!("e{}", self.elements));
        self.elements += 1;
        let mut attributes = String::new();
        for local in ["b", "a", "c"] {
            if self.next(2) == 0 {
                let name = qualified(pick(self), local);
                // No literal line feed: the other implementation does not make it a space, as XML 1.0 3.3.3 asks for.
                write!(attributes, " {name}=\"&#9;'&lt;{}&quot;&#10;\"", self.next(9)).unwrap();
            }
        }
        if self.next(4) == 0 {
            attributes.push_str(" xml:lang='ru'");
        }
        write!(self.out, "<{name}{attributes}{declared}>").unwrap();
        for _ in 0..self.next(5) {
            match self.next(6) {
                0 => self.out.push_str("text &amp; &#13; &gt;\r\n"),
                1 => self.out.push_str("<![CDATA[<x>]]>"),
                2 => self.out.push_str("<!-- comment -->"),
                3 => self.out.push_str("<?target  data?>"),
                _ if depth < 5 && self.elements < 30 => self.element(&scope, depth + 1),
                _ => {}
            }
        }
        write!(self.out, "</{name}>").unwrap();
    }
}

fn random_document() -> impl Strategy<Value = (String, usize)> {
    (proptest::collection::vec(any::<u8>(), 0..400), any::<usize>()).prop_map(|(numbers, pick)| {
        let mut maker = Maker { numbers, at: 0, elements: 0, out: "<!--head-->".to_owned() };
        maker.element(&[], 0);
        maker.out.push_str("<?tail?>");
        let pick = pick % maker.elements;
        (maker.out, pick)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_documents_and_parts_agree_with_an_independent_implementation((source, pick) in random_document()) {
        let document = parse(&source);
        let local = format!("e{pick}");
        let apex = by_name(&document, &local);
        for (mut options, mode) in forms() {
            for prefixes in [vec![], vec!["p".to_owned(), "r".to_owned()]] {
                if options.method == Method::Inclusive && !prefixes.is_empty() {
                    continue;
                }
                options.inclusive_prefixes = prefixes;
                let whole = text(c14n::canonicalize(&document, &options).unwrap());
                prop_assert_eq!(&whole, &reference(&source, &options, mode, None), "{}", source);
                let part = text(c14n::canonicalize_element(&document, apex, &options).unwrap());
                let expected = reference(&source, &options, mode, Some(&local));
                prop_assert_eq!(&part, &expected, "{:?} of {}", options, source);
            }
        }
    }
}
