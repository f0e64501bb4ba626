//! Tags written like earlier ones are read in a quicker way: whatever is written, both ways must see the same document.

use proptest::prelude::*;
use semd_core::xml::{self, Document, ElementId, Limits, Reader};

/// A character whose first byte makes the scanner look closely at everything, in a comment before the root element, and a
/// comment as long that does not.
const CLOSELY: &str = "<!--\u{FF0C}-->";
const QUICKLY: &str = "<!--abc-->";

/// Everything a tree says, offsets included.
fn told(text: &str) -> Result<String, String> {
    told_by(&mut Reader::new(), text)
}

fn told_by(reader: &mut Reader, text: &str) -> Result<String, String> {
    told_within(reader, text, (6, 4, 60))
}

fn told_within(reader: &mut Reader, text: &str, most: (usize, usize, usize)) -> Result<String, String> {
    let mut limits = Limits::default();
    (limits.max_depth, limits.max_attributes, limits.max_nodes) = most;
    let document = reader.read(text.as_bytes(), &limits).map_err(|fault| format!("{fault:?}"))?;
    Ok((0..document.elements().len() as u32).map(|index| element(&document, ElementId(index))).collect())
}

fn element(document: &Document<'_>, id: ElementId) -> String {
    let record = document.element(id);
    let attributes: Vec<_> = document
        .attributes(id)
        .iter()
        .map(|attribute| {
            (
                document.expanded_name(attribute.name),
                document.value(attribute),
                attribute.offset,
                attribute.owner,
            )
        })
        .collect();
    let texts: Vec<_> = document
        .child_texts(id)
        .map(|(at, text)| (at, document.text(text), text.before, text.blank, text.offset))
        .collect();
    format!(
        "{:?} {:?} {}..{} {:x} {:x} {attributes:?} {texts:?}\n",
        document.name(id),
        document.parent(id),
        record.offset,
        record.end,
        record.child_mask,
        record.attribute_mask,
    )
}

/// With and without room behind the text: names near the end of a file are read in a third way.
fn same_both_ways(text: &str) {
    for tail in ["", "<!--                                 -->"] {
        let way = |first| told(&format!("{first}{text}{tail}"));
        assert_eq!(way(QUICKLY), way(CLOSELY), "{text}{tail}");
    }
}

fn attribute() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        6 => Just("a"), 4 => Just("code"), 2 => Just("p:a"), 1 => Just("xmlns:p"), 1 => Just("xmlns"), 1 => Just("1"),
        1 => Just("aNameThatIsLongerThanAnyKeyHasRoomFor"),
    ];
    let value = prop_oneof![
        6 => Just("x"), 2 => Just("urn:p"), 1 => Just("urn:q"), 1 => Just("a&amp;b"), 1 => Just("a\tb"), 1 => Just("<"),
        1 => Just(""), 1 => Just("значение длиннее шестнадцати байт"),
    ];
    let shape = prop_oneof![
        12 => Just([" ", "=\"", "\""]), 1 => Just(["  ", "=\"", "\""]), 1 => Just(["\n", "=\"", "\""]),
        1 => Just([" ", " = \"", "\""]), 1 => Just([" ", "='", "'"]), 1 => Just(["", "=\"", "\""]), 1 => Just([" ", "=\"", ""]),
    ];
    (name, value, shape)
        .prop_map(|(name, value, [space, before, after])| format!("{space}{name}{before}{value}{after}"))
}

fn piece() -> impl Strategy<Value = String> {
    let name = prop_oneof![6 => Just("e"), 4 => Just("entry"), 1 => Just("p:e"), 1 => Just("e1"), 1 => Just("aNameThatIsLongerThanAnyKey")];
    let tag =
        (name, proptest::collection::vec(attribute(), 0..4), prop_oneof![Just(">"), Just("/>"), Just(" >")])
            .prop_map(|(name, attributes, end)| format!("<{name}{}{end}", attributes.concat()));
    prop_oneof![
        8 => tag,
        3 => prop_oneof![4 => Just("</e>"), 4 => Just("</entry>"), 1 => Just("</e >"), 1 => Just("</p:e>"), 1 => Just("</aNameThatIsLongerThanAnyKey>"), 1 => Just("</bNameThatIsLongerThanAnyKey>")].prop_map(String::from),
        3 => prop_oneof![
            Just("\n    "), Just("text"), Just(" \t text\n more than sixteen bytes"), Just("a&lt;b"), Just("]]>"), Just("\r\n"),
            Just("<![CDATA[c]]>"), Just("<!-- -->"), Just("<?p i?>"),
        ].prop_map(String::from),
    ]
}

/// Elements that are closed in order, so that most documents are well-formed.
fn nested() -> impl Strategy<Value = String> {
    let leaf = piece().prop_map(|piece| match piece.strip_suffix('>') {
        // Tags stand alone.
        Some(tag) if tag.starts_with("</") => "text".to_owned(),
        Some(tag) if tag.starts_with(['<']) && !tag.ends_with(['/', '-', ']', '?']) => format!("{tag}/>"),
        _ => piece.replace("]]>", "]]").replace("<![CDATA[c]]", "<![CDATA[c]]>"),
    });
    leaf.prop_recursive(4, 24, 5, |inner| {
        let name = prop_oneof![3 => Just("e"), 2 => Just("entry"), 1 => Just("p:e")];
        (name, proptest::collection::vec(attribute(), 0..3), proptest::collection::vec(inner, 0..5)).prop_map(
            |(name, attributes, children)| {
                format!("<{name}{}>{}</{name}>", attributes.concat(), children.concat())
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn pieces_in_any_order(pieces in proptest::collection::vec(piece(), 1..16)) {
        same_both_ways(&format!("<r xmlns:p=\"urn:p\">{}</r>", pieces.concat()));
        same_both_ways(&format!("<r xmlns:p=\"urn:p\">{}", pieces.concat()));
    }

    #[test]
    fn elements_in_one_another(children in proptest::collection::vec(nested(), 1..6)) {
        same_both_ways(&format!("<r xmlns=\"urn:d\" xmlns:p=\"urn:p\">{}</r>", children.concat()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// What a reader knows from earlier documents changes nothing.
    #[test]
    fn documents_after_one_another(
        roots in proptest::collection::vec(
            (declarations(), proptest::collection::vec(nested(), 1..4), (2..7_usize, 0..5_usize, 10..60_usize)),
            2..8,
        ),
    ) {
        let mut reader = Reader::new();
        let documents: Vec<(String, _)> = roots
            .iter()
            .map(|(declared, children, most)| (format!("<r{declared}>{}</r>", children.concat()), *most))
            .collect();
        for (text, most) in documents.iter().chain(&documents) {
            let fresh = told_within(&mut Reader::new(), text, *most);
            prop_assert_eq!(told_within(&mut reader, text, *most), fresh, "{}", text);
        }
    }
}

/// What a root element declares: the same prefixes mean one thing in one document and another in the next.
fn declarations() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        3 => Just(" xmlns=\"urn:d\" xmlns:p=\"urn:p\""),
        2 => Just(" xmlns:p=\"urn:p\" xmlns=\"urn:d\""),
        1 => Just(" xmlns:p=\"urn:q\""),
        1 => Just(" xmlns=\"urn:p\" xmlns:p=\"urn:p\""),
        1 => Just(""),
    ]
}

/// More declarations, names and attributes than a reader remembers.
#[test]
fn reader_that_has_met_too_much_reads_on() {
    let mut reader = Reader::new();
    for round in 0..3 {
        let elements: String = (0..3_000)
            .map(|at| {
                format!("<e{at} xmlns:p=\"urn:{at}\" p:a=\"{round}\" b{at}=\"1\"><p:e a=\"\"/></e{at}>")
            })
            .collect();
        for text in [format!("<r>{elements}</r>"), "<r><e1 b1=\"2\" a=\"3\"/></r>".to_owned()] {
            let known = reader.read(text.as_bytes(), &Limits::default()).unwrap();
            let fresh = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
            let all = |document: &Document<'_>| -> Vec<String> {
                (0..document.elements().len() as u32).map(|at| element(document, ElementId(at))).collect()
            };
            assert_eq!(all(&known), all(&fresh));
        }
    }
}

/// A tag that an earlier document had within its limits may be beyond those of this one.
#[test]
fn limits_are_those_of_the_document() {
    let text = "<r><e a=\"1\" b=\"2\" c=\"3\"/><e a=\"1\" b=\"2\" c=\"3\"/><!--                                 --></r>";
    let mut reader = Reader::new();
    assert!(told_within(&mut reader, text, (6, 4, 60)).is_ok());
    let fault = told_within(&mut reader, text, (6, 2, 60)).unwrap_err();
    assert!(fault.contains("TooManyAttributes") && fault.contains("18"), "{fault}");
}

/// Documents keep their names while the reader learns others.
#[test]
fn documents_of_one_reader_live_beside_one_another() {
    let mut reader = Reader::new();
    let first = reader.read(b"<a><b/></a>", &Limits::default()).unwrap();
    let second = reader.read(b"<c><b/></c>", &Limits::default()).unwrap();
    assert!(reader.read(b"<d><", &Limits::default()).is_err());
    let third = reader.read(b"<a><b/></a>", &Limits::default()).unwrap();
    for (document, name) in [(&first, "a"), (&second, "c"), (&third, "a")] {
        assert_eq!((document.local_name(ElementId(0)), document.local_name(ElementId(1))), (name, "b"));
        assert!(document.child(document.root(), "", "b").is_some());
        assert!(document.child(document.root(), "", "a").is_none());
    }
}

#[test]
fn names_mean_what_their_place_says() {
    for text in [
        // The prefix is bound anew, and an attribute is the same as the one before by another prefix.
        "<r xmlns:p='u'><e p:a=\"1\"/><e p:a=\"2\"/><s xmlns:p='v'><e p:a=\"3\"/><e p:a=\"4\"/></s><e p:a=\"5\"/></r>",
        "<r xmlns:p='u' xmlns:q='u'><e p:a=\"1\"/><e p:a=\"1\" q:a=\"1\"/></r>",
        "<r><e a=\"1\" code=\"2\"/><e a=\"1\" code=\"2\" a=\"3\"/></r>",
        // The tag itself declares what its name means.
        "<r><e a=\"1\"/><e a=\"1\" xmlns=\"u\"/><e a=\"1\"/></r>",
        "<r><e a=\"1\"/><p:e a=\"1\" xmlns:p=\"u\"/><p:e a=\"1\"/></r>",
        // Two attributes of one name, unless the tag itself declares that they are not.
        "<r xmlns:p='u' xmlns:q='u'><e p:a=\"1\"/><e q:a=\"1\"/><e p:a=\"1\" q:a=\"2\" xmlns:q=\"v\"/><e p:a=\"1\" q:a=\"2\"/></r>",
        // A prefix that was recognised is declared anew behind its attribute.
        "<r xmlns:p='u'><e p:a=\"1\"/><e p:a=\"1\"/><e p:a=\"2\" xmlns:p=\"v\"/><e p:a=\"1\"/></r>",
        "<r xmlns:p='u' xmlns:q='w'><e p:a=\"1\"/><e p:a=\"1\"/><e p:a=\"2\" q:a=\"3\" xmlns:p=\"v\" xmlns:q=\"v\"/></r>",
        // No name at all, and bytes that are none of a name.
        "<r><></></r>",
        "<r><r/>< ></></r>",
        "<></>",
        "<r><e/><e\0/></r>",
        "<r><e a=\"1\"/><e a\0=\"1\"/></r>",
        "<r><e/><e\u{1}/></r>",
        "<r><e a=\"1\"/><e a=\"1\"\u{1}/></r>",
        // Names too long for a key.
        "<r><aNameThatIsLongerThanAnyKey></aNameThatIsLongerThanAnyKey></r>",
        "<r><aNameThatIsLongerThanAnyKey></bNameThatIsLongerThanAnyKey></r>",
        // As many as are allowed, and one more.
        "<r><e a=\"1\" b=\"1\" c=\"1\" d=\"1\"/><e a=\"1\" b=\"1\" c=\"1\" d=\"1\"/><e a=\"1\" b=\"1\" c=\"1\" d=\"1\" f=\"\"/></r>",
        "<e><e><e><e><e><e></e></e></e></e></e></e>",
        "<e><e><e><e><e><e><e/></e></e></e></e></e></e>",
    ] {
        same_both_ways(text);
    }
}

#[test]
fn nothing_that_is_no_name_is_a_name() {
    for text in [
        "<r><></></r>",
        "<></>",
        "<r><r/>< ></></r>",
        "<r><e/><e\0/></r>",
        "<r><e a=\"1\"/><e a\0=\"1\"/></r>",
    ] {
        let tail = "<!--                                 -->";
        assert!(xml::parse(format!("{text}{tail}").as_bytes(), &Limits::default()).is_err(), "{text:?}");
    }
}

/// A file may end anywhere, also just behind a tag that was recognised.
#[test]
fn every_beginning_of_a_document_is_judged_the_same() {
    let value = "x".repeat(60);
    let text = format!(
        "<r xmlns:p=\"u\"><e a=\"1\"/><e a=\"{value}\">{value}</e><e a=\"{value}\" p:a=\"1\"/><e a=\"{value}\"/>\n<e a=\"{value}\">{value}</e></r>"
    );
    for end in 0..=text.len() {
        let way = |first| told(&format!("{first}{}", &text[..end]));
        assert_eq!(way(QUICKLY), way(CLOSELY), "{}", &text[..end]);
    }
}
