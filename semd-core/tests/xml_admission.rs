//! What the reader admits and refuses: one table, one row a case.

use semd_core::xml::{self, Limits, Node};

/// Documents that are not well-formed, or not admitted, and the defect each must be refused for.
const REFUSED: &[(&str, &[u8])] = &[
    ("empty-file", b""),
    ("not-xml", b"%PDF-1.7\n"),
    ("not-xml", b"   \n"),
    ("encoding", b"\xFF\xFE<\0a\0/\0>\0"),
    ("encoding", b"\0<\0a\0/\0>"),
    ("encoding", b"<?xml version='1.0' encoding='windows-1251'?><a>\xCF</a>"),
    ("encoding", "<?xml version='1.0' encoding='windows-1251'?><a>П</a>".as_bytes()),
    ("invalid-utf-8", b"<a>\xCF</a>"),
    ("document-type-declaration", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
    ("unclosed-element", b"<a><b></b>"),
    ("unclosed-tag", b"<a b='c'"),
    ("unclosed-tag", b"<a b='c"),
    ("attribute-syntax", b"<a b=c/>"),
    ("attribute-syntax", b"<a b/>"),
    ("attribute-syntax", b"<a b='1'c='2'/>"),
    ("mismatched-end-tag", b"<a></b>"),
    ("mismatched-end-tag", b"<a></ab>"),
    ("unexpected-end-tag", b"<a/></a>"),
    ("second-root-element", b"<a/><b/>"),
    ("text-outside-root", b"<a/>text"),
    ("text-outside-root", b"<a/><![CDATA[x]]>"),
    ("no-root-element", b"<!-- only -->"),
    ("duplicate-attribute", b"<a b='1' b='2'/>"),
    ("duplicate-attribute", b"<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>"),
    ("duplicate-attribute", b"<a xmlns:p='u' xmlns:p='v'/>"),
    ("less-than-in-attribute", b"<a b='<'/>"),
    ("less-than-in-text", b"<a>1 < 2</a>"),
    ("cdata-end-in-text", b"<a>]]></a>"),
    ("unclosed-cdata", b"<a><![CDATA[x</a>"),
    ("unclosed-comment", b"<a><!-- x</a>"),
    ("double-hyphen-in-comment", b"<a><!-- x -- y --></a>"),
    ("double-hyphen-in-comment", b"<a><!-- x ---></a>"),
    ("unclosed-processing-instruction", b"<a><?x </a>"),
    ("processing-instruction-target", b"<a><?xml version='1.0'?></a>"),
    ("processing-instruction-target", b" <?xml version='1.0'?><a/>"),
    ("xml-declaration", b"<?xml encoding='utf-8'?><a/>"),
    ("xml-declaration", b"<?xml version='1.0' standalone='maybe'?><a/>"),
    ("unknown-markup", b"<a><!ELEMENT a></a>"),
    ("unescaped-ampersand", b"<a>R&D</a>"),
    ("undefined-entity", b"<a>&nbsp;</a>"),
    ("character-reference", b"<a>&#0;</a>"),
    ("character-reference", b"<a>&#xD800;</a>"),
    ("character-reference", b"<a>&#99999999999;</a>"),
    ("character-reference", b"<a>&#+65;</a>"),
    ("forbidden-character", b"<a>\x01</a>"),
    ("forbidden-character", b"<a b='\x0B'/>"),
    ("forbidden-character", "<a>\u{FFFE}</a>".as_bytes()),
    ("forbidden-character", b"<a><!--\x02--></a>"),
    ("name-syntax", b"<1a/>"),
    ("name-syntax", b"<a:b:c xmlns:a='u'/>"),
    ("name-syntax", b"<:a/>"),
    ("name-syntax", b"<a -b='1'/>"),
    ("unbound-prefix", b"<p:a/>"),
    ("unbound-prefix", b"<a p:b='1'/>"),
    ("namespace-declaration", b"<a xmlns:p=''/>"),
    ("namespace-declaration", b"<a xmlns:xmlns='u'/>"),
    ("namespace-declaration", b"<a xmlns:xml='u'/>"),
];

#[test]
fn defective_document_is_refused_for_its_defect() {
    for (rule, bytes) in REFUSED {
        let shown = String::from_utf8_lossy(bytes);
        match xml::parse(bytes, &Limits::default()) {
            Ok(_) => panic!("{shown:?} was admitted, expected {rule}"),
            Err(fault) => {
                assert_eq!(fault.rule(), *rule, "{shown:?} at byte {}", fault.offset);
                assert!(semd_core::explain::find(rule).is_some(), "{rule} is not explained");
            }
        }
    }
    println!("{} documents refused", REFUSED.len());
}

#[test]
fn every_prefix_of_a_document_is_refused_without_panic() {
    let whole = "<?xml version='1.0' encoding='UTF-8'?><a xmlns='u' xmlns:p='v' b='&lt;é'>т&#x442;<p:c/><![CDATA[ ]] ]]><!-- x --><?y z?></a>";
    for end in 0..whole.len() {
        assert!(xml::parse(&whole.as_bytes()[..end], &Limits::default()).is_err(), "prefix of {end} bytes");
    }
    assert!(xml::parse(whole.as_bytes(), &Limits::default()).is_ok());
}

#[test]
fn limits_are_named_when_exceeded() {
    let limits = Limits::default();
    let deep = "<a>".repeat(100_000);
    let wide = format!("<a {}/>", (0..60_000).map(|n| format!("b{n}='' ")).collect::<String>());
    let declared = format!("<a {}/>", (0..60_000).map(|n| format!("xmlns:b{n}='u{n}' ")).collect::<String>());
    for (rule, text) in [("max-depth", deep), ("max-attributes", wide), ("max-namespaces", declared)] {
        let fault = xml::parse(text.as_bytes(), &limits).unwrap_err();
        assert_eq!(fault.rule(), rule);
    }
    let mut small = Limits::default();
    small.max_bytes = 4;
    assert_eq!(xml::parse(b"<a></a>", &small).unwrap_err().rule(), "max-bytes");
    let mut few = Limits::default();
    few.max_nodes = 3;
    assert_eq!(xml::parse(b"<a><b/><b/><b/></a>", &few).unwrap_err().rule(), "max-nodes");
    let mut short = Limits::default();
    short.max_text_bytes = 3;
    assert_eq!(xml::parse(b"<a>text</a>", &short).unwrap_err().rule(), "max-text-bytes");
    assert_eq!(xml::parse(b"<a>te<![CDATA[xt]]></a>", &short).unwrap_err().rule(), "max-text-bytes");
}

#[test]
fn byte_order_mark_is_remarked_and_the_document_read() {
    let bytes = b"\xEF\xBB\xBF<?xml version='1.0'?><a/>";
    let document = xml::parse(bytes, &Limits::default()).unwrap();
    assert_eq!(document.remarks().len(), 1);
    assert_eq!(document.remarks()[0].rule(), "byte-order-mark");
    assert_eq!(document.offset(Node::Element(document.root())), 24);
}

#[test]
fn values_are_normalised_as_the_specification_says() {
    let text = "<a b='1\t2\n3\r\n4&#10;5&amp;&quot;'>x\r\ny\rz&lt;<![CDATA[<\r\n&amp;]]>&#x44F;</a>";
    let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(document.attribute(document.root(), "", "b"), Some("1 2 3 4\n5&\""));
    assert_eq!(document.string_value(document.root()), "x\ny\nz<<\n&amp;я");
    assert_eq!(document.texts().len(), 1, "CDATA belongs to its neighbours");
}

#[test]
fn text_of_many_small_cdata_sections_costs_its_length() {
    let text = format!("<a>{}</a>", "x<![CDATA[y\r\n]]>&amp;".repeat(50_000));
    let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(document.texts().len(), 1);
    assert_eq!(document.string_value(document.root()), "xy\n&".repeat(50_000));
}

#[test]
fn declarations_in_scope_are_bounded() {
    let mut text = String::new();
    for level in 0..30 {
        text.push_str("<a");
        for number in 0..60 {
            text.push_str(&format!(" xmlns:p{level}-{number}='u'"));
        }
        text.push('>');
    }
    assert_eq!(xml::parse(text.as_bytes(), &Limits::default()).unwrap_err().rule(), "max-namespaces");
}

#[test]
fn text_taken_for_a_name_is_not_quoted() {
    for text in [
        "<a b='Иван ' Петров'/>",
        "<a><b>1</b>Иван <Петров</a>",
        "<a>Иван &Петров;</a>",
        "<a></Петров>",
        "<a b='1' Петров:x='1'/>",
    ] {
        let message = xml::parse(text.as_bytes(), &Limits::default()).unwrap_err().message();
        assert!(!message.ru.contains("Петров") && !message.en.contains("Петров"), "{text}: {}", message.ru);
    }
}

#[test]
fn comment_splits_text_and_names_resolve_by_scope() {
    let text = "<a xmlns='u' xmlns:p='v'><p:b>1<!-- -->2</p:b><b xmlns='w'><c p:d='e'/></b><b/></a>";
    let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
    let children: Vec<_> = document.children(document.root()).collect();
    let names: Vec<_> =
        children.iter().map(|&id| (document.namespace(id), document.local_name(id))).collect();
    assert_eq!(names, [("v", "b"), ("w", "b"), ("u", "b")]);
    assert_eq!(document.child_texts(children[0]).count(), 2);
    assert_eq!(document.string_value(children[0]), "12");
    let c = document.children(children[1]).next().unwrap();
    assert_eq!(document.name(c).namespace, "w");
    assert_eq!(document.attribute(c, "v", "d"), Some("e"));
    assert_eq!(document.resolve_prefix(c, ""), Some("w"));
    assert_eq!(document.resolve_prefix(children[2], ""), Some("u"));
    assert_eq!(document.path(Node::Element(children[2])), "/Q{u}a[1]/Q{u}b[1]");
}

#[test]
fn paths_and_positions_point_at_the_node() {
    let text = "<ClinicalDocument xmlns='urn:hl7-org:v3' xmlns:i='urn:hl7-ru:identity'>\n <id/>\n Ж<id root='1'/><i:Props/></ClinicalDocument>";
    let document = xml::parse(text.as_bytes(), &Limits::default()).unwrap();
    let ids: Vec<_> = document.children(document.root()).collect();
    assert_eq!(document.path(Node::Element(ids[1])), "/ClinicalDocument[1]/id[2]");
    assert_eq!(document.path(Node::Element(ids[2])), "/ClinicalDocument[1]/identity:Props[1]");
    let attribute = semd_core::xml::AttributeId(document.attribute_ids(ids[1]).start);
    assert_eq!(document.path(Node::Attribute(attribute)), "/ClinicalDocument[1]/id[2]/@root");
    let position = xml::LineIndex::new(text.as_bytes()).position(document.offset(Node::Element(ids[1])));
    assert_eq!((position.line, position.column), (3, 3));
}
