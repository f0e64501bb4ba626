//! Schematron and XPath, one feature at a time, through the public door.

use proptest::prelude::*;
use semd_core::report::{Lang, Layer, Severity};
use semd_core::schematron::{
    AssertionKind, ErrorCode, LoadError, MAX_FAILURES, Outcome, Plan, SyntaxErrorKind,
};
use semd_core::xml::{self, Limits, LineIndex, Node, Reader};

const NAMESPACES: &str = r#"<ns prefix="xsi" uri="http://www.w3.org/2001/XMLSchema-instance"/>
<ns prefix="fias" uri="urn:hl7-ru:fias"/><ns prefix="v3" uri="urn:hl7-org:v3"/>"#;

fn schema(body: &str) -> String {
    format!(
        r#"<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2">{NAMESPACES}{body}</schema>"#
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// A rule set of one rule with one assert.
fn one(context: &str, test: &str) -> String {
    schema(&format!(
        r#"<pattern><rule context="{}"><assert test="{}">text</assert></rule></pattern>"#,
        escaped(context),
        escaped(test)
    ))
}

fn run(schema: &str, document: &str) -> Outcome {
    let plan = Plan::compile(schema.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let document =
        xml::parse(document.as_bytes(), &Limits::default()).expect("test documents are well-formed");
    plan.evaluate(&document)
}

/// The truth of a test at the root element, or its error.
fn value(test: &str, document: &str) -> Result<bool, ErrorCode> {
    let outcome = run(&one("/*", test), document);
    assert_eq!(outcome.fired, 1);
    match outcome.errors.first() {
        Some(error) => Err(error.code),
        None => Ok(outcome.failed.is_empty()),
    }
}

/// Places a context matches.
fn places(context: &str, source: &str) -> Vec<String> {
    let document = xml::parse(source.as_bytes(), &Limits::default()).expect("test documents are well-formed");
    let plan = Plan::compile(one(context, "false()").as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let outcome = plan.evaluate(&document);
    outcome.failed.iter().map(|failure| document.path(failure.node)).collect()
}

const DOCUMENT: &str = r#"<d n="3" e="" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CD">
<a x="1">one</a><a x="2">two<b><c/></b></a><a/><t> some  words </t><v>20</v></d>"#;

#[test]
fn tests_have_the_value_of_the_standard() {
    for (test, expected) in [
        // general comparisons are existential
        ("a/@x = '2'", true),
        ("a/@x != '2'", true),
        ("not(a/@x = '3')", true),
        ("@missing != ''", false),
        ("@missing = ''", false),
        ("@e = ''", true),
        ("@n = 3", true),
        ("@n > 2.5 and @n < 1e1", true),
        ("a/@x = ['2', '5']", true),
        ("a/@x = ('7', '5')", false),
        ("'2' = a/@x", true),
        ("3 > count(a/b)", true),
        ("count(a) = [0, 3]", true),
        ("count(a) = [0, 1]", false),
        ("count([1, 2]) = 1", true),
        ("@n = (1 to 3)", true),
        ("a = 'twoone'", false),
        (". != ''", true),
        ("a/. = 'one'", true),
        // value comparisons
        ("@n eq '3'", true),
        ("count(a) eq 3", true),
        ("empty(@missing eq '3')", true),
        // lexical form of xsi:type, not a QName
        ("@xsi:type = 'CD'", true),
        ("@* = 'CD'", true),
        ("@*:type = 'CD' and @xsi:* = 'CD'", true),
        // paths and axes
        ("//c", true),
        (".//c/ancestor::a/@x = '2'", true),
        ("a/b/c/ancestor-or-self::*[last()]/self::d", true),
        ("count(//*) = 8", true),
        ("count(a/b/../../a) = 3", true),
        ("a[2]/preceding-sibling::a/@x = '1'", true),
        ("a[1]/following-sibling::*[1]/@x = '2'", true),
        ("a[3]/preceding-sibling::a[1]/@x = '2'", true),
        ("count(descendant-or-self::node()/@x) = 2", true),
        ("count(a | a[1] | t) = 4", true),
        ("a[last()][not(@x)]", true),
        ("a[@x][2]/b", true),
        ("a[position() = 2]/b", true),
        ("a[position() > 1][1]/b", true),
        ("(a | t)[4]/self::t", true),
        ("a[last() = 1]", false),
        ("t[last() = 1]", true),
        ("a[count(a) = 0]", true),
        ("/d/a", true),
        ("/a", false),
        ("count(a/text()) = 2", true),
        ("count(node()) = 6", true),
        // functions as steps
        ("t/normalize-space(text()) = 'some words'", true),
        ("t/string-length() = 13", true),
        ("a[2]/matches(@x, '^[12]?$')", true),
        // functions
        ("matches(a[1], '^o.e$') and not(matches(a[1], 'x'))", true),
        ("matches(@missing, '^$')", true),
        ("matches(a[1], 'ONE', 'q')", false),
        ("matches(a[1], '^ONE$', 'i') and matches(a[1], 'O' || 'N', 'i')", true),
        ("matches(a[2]/@x, @n)", false),
        ("substring(a[1], string-length(a[1]) - 1) = 'ne'", true),
        ("concat(a[1], '-', @n) = 'one-3' and 'a' || 'b' = 'ab'", true),
        ("contains(t, 'wor') and starts-with(a[1], 'o') and ends-with(a[1], 'e')", true),
        ("upper-case('яz') = 'ЯZ' and lower-case('Я') = 'я'", true),
        ("translate('1-2', '-', '') = '12' and replace('a-b', '-', '.') = 'a.b'", true),
        ("count(tokenize(t)) = 2 and tokenize('a,b', ',') = 'b'", true),
        ("sum(a/@x) = 3 and sum(()) = 0", true),
        ("round(2.5) = 3 and floor(2.7) = 2 and ceiling(2.1) = 3 and abs(-4) = 4", true),
        ("number('x') != number('x')", true),
        ("count(distinct-values((1, 2, 1))) = 2", true),
        ("name() = 'd' and local-name(@xsi:type) = 'type' and name(@xsi:type) = 'xsi:type'", true),
        ("name(a[1]) = 'a' and namespace-uri(@xsi:type) = 'http://www.w3.org/2001/XMLSchema-instance'", true),
        ("namespace-uri(a[1]) = '' and namespace-uri(@n) = ''", true),
        ("string-join(a, '+') = 'one+two+'", true),
        ("data(a[2]/@x) = '2' and count(data(a)) = 3", true),
        ("count(a/string(@x)) = 3 and count(a/@x/string()) = 2", true),
        // Integers are added as such: as a double, the last digit would be lost.
        ("string(sum((9007199254740992, 1))) = '9007199254740993'", true),
        ("sum((1, 0.5)) = 1.5 and sum((1, a[1]/@x)) = 2", true),
        ("substring-before('a=b', '=') = 'a' and substring-after('a=b', '=') = 'b'", true),
        ("exists((x, a)) and not(exists((x, y))) and empty((x, y)) and not(empty((x, a)))", true),
        ("exists(a) and empty(x) and boolean('false') and true() and not(false())", true),
        // the rest
        ("some $x in a satisfies $x/@x = '2'", true),
        ("every $x in a satisfies $x/@x", false),
        ("some $x in a, $y in v satisfies $x/@x < $y", true),
        ("if (@e) then @e != '' else true()", false),
        ("2 + 3 * 4 - 10 div 5 = 12 and 7 idiv 2 = 3 and 7 mod 4 = 3 and -(-1) = 1", true),
        ("@n = '4' or a", true),
        ("boolean(0.5) and not(boolean(0.0)) and not(boolean(number('x'))) and boolean(1e0)", true),
        ("current()/a", true),
        ("v = '20' and v = 20.0", true),
        ("count(1 to 3) = 3 and sum(2 to 4) = 9 and empty(3 to 2) and empty(() to 2)", true),
    ] {
        assert_eq!(value(test, DOCUMENT), Ok(expected), "{test}");
    }
}

/// A byte order mark is in the file and not in the text.
#[test]
fn names_are_read_behind_a_byte_order_mark() {
    let document = format!("\u{FEFF}{DOCUMENT}");
    assert_eq!(value("name() = 'd' and name(@xsi:type) = 'xsi:type'", &document), Ok(true));
}

/// Predicates of paths that are values of functions are not code: they are evaluated step by step.
#[test]
fn conditions_inside_of_computed_paths_have_the_value_of_the_standard() {
    let document =
        "<r><a><b/><c/><d>1</d></a><a><b/><d>2</d></a><a><c/><d>3</d></a><a><e x=''/><d>4</d></a></r>";
    for (condition, found) in [
        ("b and c", "1"),
        ("b or e", "1,2,4"),
        ("b and (c or e)", "1"),
        ("not(b)", "3,4"),
        ("count(c) = 1", "1,3"),
        ("count(c) = 0", "2,4"),
        ("e/@x", "4"),
        ("e/string(@x)", ""),
        ("d/string(.)", "1,2,3,4"),
        ("d = ('2', '3')", "2,3"),
        ("matches(d, '^[12]$')", "1,2"),
        ("matches(c, '^$')", "1,2,3,4"),
        ("matches(.//d, '[34]')", "3,4"),
        ("if (b) then c else e", "1,4"),
        ("some $x in d satisfies $x > 3", "4"),
        ("d > 2 and d < 4", "3"),
        ("exists(b)", "1,2"),
        ("empty(b)", "3,4"),
        ("exists((b, e))", "1,2,4"),
        // An empty string is an item.
        ("exists(e/string(@x))", "4"),
        ("empty(e/string(@x))", "1,2,3"),
        ("boolean(b)", "1,2"),
        ("true()", "1,2,3,4"),
        ("false()", ""),
        // A number is a position, whatever computes it.
        ("string-length(d)", "1"),
        ("count(b) + 1", "2"),
    ] {
        let test = format!("string-join(a[{condition}]/d, ',') = '{found}'");
        assert_eq!(value(&test, document), Ok(true), "{test}");
    }
}

/// Paths whose nodes are taken for their texts, one after the other.
#[test]
fn computed_paths_lead_where_the_standard_says() {
    let document =
        "<r xmlns:p='urn:p' a='1'><e x='2' y='3'>t1<k z='4'>t2</k>t3<p:k z='5'/><k z='6'/></e></r>";
    for (path, found) in [
        ("@x[. = '9']", ""),
        ("@x[. = '2']", "2"),
        (".[@x = '9']/@y", ""),
        (".[@x = '2']/@y", "3"),
        ("..[@a = '9']/@a", ""),
        ("..[@a = '1']/@a", "1"),
        ("../e/(k | p:k)/@z", "4,5,6"),
        ("*[2]/@z", "5"),
        ("*[2][@z = '4']/@z", ""),
        ("k[2]/@z", "6"),
        ("k[count(../p:k) + 1]/@z", "6"),
        ("k[1 to 1]/@z", "4"),
        ("ancestor::*/@x", ""),
        ("ancestor-or-self::*/@x", "2"),
        ("@x/self::node()", "2"),
        ("@x/self::x", ""),
        ("*:k/@z", "4,5,6"),
        ("p:*/@z", "5"),
        ("descendant::*/@y", ""),
        ("descendant-or-self::*/@y", "3"),
        ("descendant::text()", "t1,t2,t3"),
        ("descendant::node()", "t1,t2,t2,t3,,"),
        ("k[1]/descendant::node()", "t2"),
        ("k[1]/following-sibling::*/@z", "5,6"),
        ("k[2]/preceding-sibling::node()", "t1,t2,t3,"),
    ] {
        let test = format!("string-join({path}, ',') = '{found}'");
        let rules = schema(&format!(
            "<ns prefix='p' uri='urn:p'/><pattern><rule context='e'><assert test=\"{test}\">text</assert></rule></pattern>"
        ));
        let outcome = run(&rules, document);
        assert!(outcome.failed.is_empty() && outcome.errors.is_empty(), "{path}: {outcome:?}");
    }
}

#[test]
fn dynamic_errors_have_the_code_of_the_standard() {
    for (test, code) in [
        ("matches(a/@x, '1')", ErrorCode::Xpty0004),
        ("matches(@n, @missing)", ErrorCode::Xpty0004),
        ("matches(@n, '(' || '')", ErrorCode::Forx0002),
        ("normalize-space(a)", ErrorCode::Xpty0004),
        ("string(a) = 'x'", ErrorCode::Xpty0004),
        ("a eq 'x'", ErrorCode::Xpty0004),
        ("a/matches(@x, '1')", ErrorCode::Forg0006),
        ("'3' = 3", ErrorCode::Xpty0004),
        ("a = 3", ErrorCode::Forg0001),
        ("a[@x != ('1' or '2')]", ErrorCode::Forg0001),
        ("('a', 'b')", ErrorCode::Forg0006),
        ("['a']", ErrorCode::Forg0006),
        ("1 idiv 0", ErrorCode::Foar0001),
        ("a/(1, 2)/b", ErrorCode::Xpty0019),
        ("a/(., 2)", ErrorCode::Xpty0018),
        ("sum(('1', '2')) = 3", ErrorCode::Xpty0004),
        ("sum((1, true())) = 2", ErrorCode::Xpty0004),
    ] {
        // `a[2]/@x != true` casts "2", which is no boolean.
        let document = DOCUMENT.replace("<a/>", "<a x='x'/>");
        assert_eq!(value(test, &document), Err(code), "{test}");
    }
}

#[test]
fn error_in_one_test_leaves_the_others_and_is_a_finding() {
    let rules = schema(
        r#"<pattern><rule context="d"><assert test="matches(a, 'x')">E1-1. a</assert>
           <assert test="b">E1-2. b</assert></rule></pattern>"#,
    );
    let source = "<d><a/><a/></d>";
    let plan = Plan::compile(rules.as_bytes()).expect("compiles");
    let document = xml::parse(source.as_bytes(), &Limits::default()).expect("well-formed");
    let outcome = plan.evaluate(&document);
    let findings = outcome.findings(&plan, &document, &LineIndex::new(source.as_bytes()));
    let rules: Vec<_> = findings.iter().map(|finding| finding.rule.as_deref()).collect();
    assert_eq!(rules, [Some("E1-2"), Some("E1-1")]);
    assert_eq!((findings[0].severity, findings[1].severity), (Severity::Error, Severity::Warning));
    assert!(findings[1].message.en.contains("XPTY0004"));
    assert!(findings[1].message.ru.contains("p1r1a1"));
}

#[test]
fn error_in_a_context_means_no_match() {
    assert!(places("a[matches(b, 'x')]", "<d><a><b/><b/></a></d>").is_empty());
    assert!(places("code[@code != ('816' or '12013')]", "<d><code code='1x'/></d>").is_empty());
}

#[test]
fn contexts_match_as_xslt_patterns() {
    let source = "<r><a><b i='1'/><b i='2'/><c><b/></c></a><a><b/></a></r>";
    for (context, expected) in [
        ("/", &["/"][..]),
        ("a/b[2]", &["/r[1]/a[1]/b[2]"]),
        ("/a", &[]),
        ("/r/a[2]", &["/r[1]/a[2]"]),
        ("r//b[not(@i)]", &["/r[1]/a[1]/c[1]/b[1]", "/r[1]/a[2]/b[1]"]),
        ("//b[1]", &["/r[1]/a[1]/b[1]", "/r[1]/a[1]/c[1]/b[1]", "/r[1]/a[2]/b[1]"]),
        ("c | a[2]", &["/r[1]/a[1]/c[1]", "/r[1]/a[2]"]),
        ("//*[@i]", &["/r[1]/a[1]/b[1]", "/r[1]/a[1]/b[2]"]),
        ("b/@i", &["/r[1]/a[1]/b[1]/@i", "/r[1]/a[1]/b[2]/@i"]),
        ("a/*[last()]", &["/r[1]/a[1]/c[1]", "/r[1]/a[2]/b[1]"]),
        ("a/b[@i][2]", &["/r[1]/a[1]/b[2]"]),
        ("b[ancestor::c]", &["/r[1]/a[1]/c[1]/b[1]"]),
        ("b[count(../b) = 2][current()/@i = '1']", &["/r[1]/a[1]/b[1]"]),
    ] {
        assert_eq!(places(context, source), expected, "{context}");
    }
    assert_eq!(places("a/text()", "<a>x<b/>y</a>"), ["/a[1]/text()[1]", "/a[1]/text()[2]"]);
}

#[test]
fn unprefixed_names_mean_v3_or_no_namespace_and_prefixed_ones_their_own() {
    for document in
        ["<a b='1'/>", "<a xmlns='urn:hl7-org:v3' b='1'/>", "<p:a xmlns:p='urn:hl7-org:v3' b='1'/>"]
    {
        assert_eq!(places("a[@b]", document), ["/a[1]"], "{document}");
    }
    assert!(places("a", "<a xmlns='urn:hl7-ru:fias'/>").is_empty());
    assert_eq!(places("fias:a", "<a xmlns='urn:hl7-ru:fias'/>"), ["/fias:a[1]"]);
    assert_eq!(places("v3:a", "<a xmlns='urn:hl7-org:v3'/>"), ["/a[1]"]);
    assert!(places("v3:a", "<a/>").is_empty());
    // The default namespace is not the namespace of attributes.
    assert!(places("a[@b]", "<p:a xmlns:p='urn:hl7-org:v3' p:b='1'/>").is_empty());
}

#[test]
fn first_matching_rule_of_a_pattern_takes_the_node() {
    let rules = schema(
        r#"<pattern><rule context="a[@x]"><assert test="false()">1</assert></rule>
                    <rule context="a"><assert test="false()">2</assert></rule>
                    <rule context="a | a[@x]"><assert test="false()">3</assert></rule></pattern>
           <pattern><rule context="a"><report test="true()">4</report></rule></pattern>"#,
    );
    let plan = Plan::compile(rules.as_bytes()).expect("compiles");
    let document = xml::parse(b"<r><a x=''/><a/></r>", &Limits::default()).expect("well-formed");
    let outcome = plan.evaluate(&document);
    let names: Vec<String> =
        outcome.failed.iter().map(|failure| plan.assertion(failure.assertion).name()).collect();
    assert_eq!(names, ["p1r1a1", "p2r1a1", "p1r2a1", "p2r1a1"]);
    assert_eq!((outcome.fired, outcome.suppressed), (4, 3));
    assert_eq!(plan.assertions().nth(3).unwrap().kind(), AssertionKind::Report);
}

#[test]
fn variables_are_computed_for_the_document_or_the_rule_node() {
    let rules = schema(
        r#"<let name="limit" value="/r/@limit"/>
           <pattern><let name="all" value="count(//a)"/>
             <rule context="a"><let name="own" value="@x"/><let name="twice" value="$own * 2"/>
               <assert test="$own &lt;= $limit">limit</assert><assert test="$all = 2">all</assert>
               <assert test="some $own in ('7') satisfies $own = '7' and $twice = current()/@x * 2">hidden</assert>
             </rule></pattern>"#,
    );
    let outcome = run(&rules, "<r limit='2'><a x='1'/><a x='3'/></r>");
    assert_eq!(outcome.failed.len(), 1);
    assert_eq!(outcome.failed[0].assertion.0, 0);
    assert!(outcome.errors.is_empty());
}

#[test]
fn abstract_patterns_and_rules_are_expanded() {
    let rules = schema(
        r#"<pattern abstract="true" id="table"><rule context="$row">
             <assert test="count($cell) = $cells">X1-1. <name/> has <value-of select="count($cell)"/></assert></rule></pattern>
           <pattern is-a="table"><param name="row" value="r"/><param name="cell" value="c"/><param name="cells" value="2"/></pattern>
           <pattern><rule abstract="true" id="base"><assert test="@id">base</assert></rule>
             <rule context="c"><extends rule="base"/><assert test="@x">own</assert></rule></pattern>"#,
    );
    let source = "<r><c id='1'/></r>";
    let plan = Plan::compile(rules.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let document = xml::parse(source.as_bytes(), &Limits::default()).expect("well-formed");
    let outcome = plan.evaluate(&document);
    let findings = outcome.findings(&plan, &document, &LineIndex::new(source.as_bytes()));
    assert_eq!(findings.len(), 2);
    assert_eq!(findings[0].message.text(Lang::Ru), "X1-1. r has 1");
    assert_eq!(findings[0].rule.as_deref(), Some("X1-1"));
    assert_eq!(findings[0].test.as_deref(), Some("count(c) = 2"));
    assert_eq!(findings[0].layer, Layer::Schematron);
    assert_eq!(findings[1].path.as_deref(), Some("/r[1]/c[1]"));
    assert_eq!((findings[1].line, findings[1].column), (1, 4));
    assert_eq!(findings[1].message.en, "own");
}

#[test]
fn failures_are_bounded_and_the_verdict_says_so() {
    let rules =
        schema(r#"<pattern><rule context="a"><assert test="b">X1-1. <name/> b</assert></rule></pattern>"#);
    let source = format!("<r>{}</r>", "<a/>".repeat(2 * MAX_FAILURES));
    let plan = Plan::compile(rules.as_bytes()).expect("compiles");
    let document = xml::parse(source.as_bytes(), &Limits::default()).expect("well-formed");
    let outcome = plan.evaluate(&document);
    assert!(outcome.truncated && !outcome.stopped);
    assert_eq!(outcome.failed.len(), MAX_FAILURES);
    let findings = outcome.findings(&plan, &document, &LineIndex::new(source.as_bytes()));
    assert_eq!(findings.len(), MAX_FAILURES + 1);
    assert_eq!(findings[MAX_FAILURES].severity, Severity::Warning);
    let last = format!("/r[1]/a[{MAX_FAILURES}]");
    assert_eq!(findings[MAX_FAILURES - 1].path.as_deref(), Some(last.as_str()));
}

#[test]
fn text_of_the_document_is_shown_in_messages_by_its_shape() {
    let rules = schema(
        r#"<pattern><rule context="a"><assert test="false()">X1-1. <value-of select="@n"/>, <value-of select="@o"/>,
           <value-of select="count(@*)"/></assert></rule></pattern>"#,
    );
    let source = "<a n='Иванов' o='1.2.643.100.3'/>";
    let plan = Plan::compile(rules.as_bytes()).expect("compiles");
    let document = xml::parse(source.as_bytes(), &Limits::default()).expect("well-formed");
    let findings = plan.evaluate(&document).findings(&plan, &document, &LineIndex::new(source.as_bytes()));
    assert_eq!(findings[0].message.ru, "X1-1. xxxxxx, 1.2.643.100.3, 2");
}

#[test]
fn default_phase_chooses_patterns_and_keeps_their_numbers() {
    let rules = r#"<schema xmlns="http://purl.oclc.org/dsdl/schematron" defaultPhase="short">
        <phase id="short"><active pattern="second"/></phase>
        <pattern id="first"><rule context="a"><assert test="false()">1</assert></rule></pattern>
        <pattern id="second"><rule context="a"><assert test="false()">2</assert></rule></pattern></schema>"#;
    let plan = Plan::compile(rules.as_bytes()).expect("compiles");
    let names: Vec<String> = plan.assertions().map(|one| one.name()).collect();
    assert_eq!(names, ["p2r1a1"]);
}

#[test]
fn unusable_rule_sets_are_refused_with_their_place() {
    let place = |rules: &str| match Plan::compile(rules.as_bytes()) {
        Err(error) => error.position().map(|position| (position.line, position.column)),
        Ok(_) => panic!("accepted: {rules}"),
    };
    let head = "<schema xmlns='http://purl.oclc.org/dsdl/schematron'>\n";
    for (body, expected) in [
        ("<include href='x.sch'/>", (2, 1)),
        ("<pattern><rule context='a'><assert test='a &lt; doc(1)'>t</assert></rule></pattern>", (2, 49)),
        ("<pattern><rule context='1 + 1'/></pattern>", (2, 25)),
        ("<pattern><rule context='p:a'/></pattern>", (2, 25)),
        ("<pattern><rule context='a'><extends rule='no'/></rule></pattern>", (2, 28)),
        ("<pattern is-a='no'/>", (2, 1)),
        ("<pattern><rule/></pattern>", (2, 10)),
        ("<xsl:key xmlns:xsl='http://www.w3.org/1999/XSL/Transform'/>", (2, 1)),
        (
            "<pattern><rule id='b' abstract='true'><extends rule='b'/></rule>\n<rule context='a'><extends rule='b'/></rule></pattern>",
            (2, 39),
        ),
    ] {
        assert_eq!(place(&format!("{head}{body}</schema>")), Some(expected), "{body}");
    }
    assert!(matches!(Plan::compile(b"<a/>"), Err(LoadError::NotSchematron)));
    assert!(matches!(Plan::compile(b"<a>"), Err(LoadError::Xml(_))));
    let error = Plan::compile(one("a", "matches(@x, '[')").as_bytes()).expect_err("bad pattern");
    assert!(
        matches!(error, LoadError::Expression { error, .. } if error.kind == SyntaxErrorKind::BadRegex("[".into()))
    );
}

#[test]
fn document_that_asks_for_too_much_is_stopped() {
    let rules = one("//x", "count(//x[count(//x) > 0]) = 0");
    let document = format!("<r>{}</r>", "<x/>".repeat(3_000));
    let outcome = run(&rules, &document);
    assert!(outcome.stopped);
    assert!(outcome.failed.len() < 3_000);
    // So is one that asks for a long sequence.
    assert!(run(&one("/*", "count(1 to 1000000000) = 1"), "<r/>").stopped);
}

#[test]
fn plan_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Plan>();
}

#[test]
fn hostile_rule_sets_are_refused() {
    let lets: String =
        (1..40).map(|n| format!("<let name='v{n}' value='$v{}, $v{}'/>", n - 1, n - 1)).collect();
    let chained = schema(&format!("<let name='v0' value='1'/>{lets}"));
    let error = Plan::compile(chained.as_bytes()).expect_err("declarations nest too deeply");
    assert!(
        matches!(error, LoadError::Expression { error, .. } if error.kind == SyntaxErrorKind::TooComplex)
    );

    let rules: String = (1..12)
        .map(|n| {
            format!(
                "<rule abstract='true' id='r{n}'>{}</rule>",
                format!("<extends rule='r{}'/>", n - 1).repeat(8)
            )
        })
        .collect();
    let bomb = schema(&format!(
        "<pattern><rule abstract='true' id='r0'/>{rules}<rule context='a'><extends rule='r11'/></rule></pattern>"
    ));
    assert!(matches!(Plan::compile(bomb.as_bytes()), Err(LoadError::TooLarge)));
}

#[test]
fn deepest_admitted_expression_is_evaluated_on_a_small_stack() {
    let nested = format!("{}1{}", "(1 + ".repeat(40), ")".repeat(40));
    let lets: String = (1..8).map(|n| format!("<let name='v{n}' value='$v{} + {nested}'/>", n - 1)).collect();
    let rules = schema(&format!(
        "<let name='v0' value='1'/>{lets}<pattern><rule context='a'><assert test='$v7 = 288'>t</assert></rule></pattern>"
    ));
    let small = std::thread::Builder::new().stack_size(1 << 20);
    let outcome =
        small.spawn(move || run(&rules, "<a/>")).expect("thread starts").join().expect("no overflow");
    assert!(outcome.failed.is_empty() && outcome.errors.is_empty());
}

proptest::proptest! {
    // Cases that fail belong into the tables above, not into files beside the sources.
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_as_test_or_context_is_refused_or_evaluated(
        text in r#"([a-d]|//?|\.\.?|@|\*|\[|\]|\(|\)| or | and |=|!=|<|\||,|'[a-c.*+\\(\[]{0,3}'|[0-9]|-|\+| div |not\(|count\(|matches\(|last\(\)|ancestor::|self::|text\(\)|\$|:|é){0,14}"#
    ) {
        let document = xml::parse(b"<a b='1'><c d='x'>t</c><c/><b>2</b></a>", &Limits::default()).expect("well-formed");
        for rules in [one("//*", &text), one(&text, "true()")] {
            if let Ok(plan) = Plan::compile(rules.as_bytes()) {
                proptest::prop_assert!(!plan.evaluate(&document).stopped);
            }
        }
    }
}

/// Questions that the names of children and attributes answer, each beside one that asks the same of the nodes.
const FORESEEN: [(&str, &str); 12] = [
    ("count(b) = 1", "count(b[true()]) = 1"),
    ("count(b) > 1", "count(b[true()]) > 1"),
    ("count(c) = (0, 2)", "count(c[true()]) = (0, 2)"),
    ("count(p:b) = 1", "count(p:b[true()]) = 1"),
    ("b", "b[true()]"),
    ("not(c)", "not(c[true()])"),
    ("@x", "@x[true()]"),
    ("@x != ''", "@x[true()] != ''"),
    ("not(@y = '')", "not(@y[true()] = '')"),
    ("count(@p:x) = 1", "count(@p:x[true()]) = 1"),
    ("b/@x = '1'", "b[true()]/@x = '1'"),
    ("count(b/c) = 1", "count(b[true()]/c) = 1"),
];

fn attribute(name: &'static str) -> impl Strategy<Value = String> {
    let value = proptest::option::of(prop_oneof![Just(""), Just("1")]);
    value.prop_map(move |value| value.map_or(String::new(), |value| format!(" {name}=\"{value}\"")))
}

/// In any order.
fn attributes() -> impl Strategy<Value = String> {
    let all = (attribute("x"), attribute("y"), attribute("p:x"));
    all.prop_map(|(x, y, p)| vec![x, y, p]).prop_shuffle().prop_map(|all| all.concat())
}

/// Questions that names leave open, each beside one that is asked without knowing them.
const OPEN: [(&str, &str); 8] = [
    ("@x = '1'", "@x[true()] = '1'"),
    ("@y = ('1', '2')", "@y[true()] = ('1', '2')"),
    ("@y > '0'", "@y[true()] > '0'"),
    ("matches(@p:x, '^1')", "matches(@p:x[true()], '^1')"),
    ("ends-with(@x, '1')", "ends-with(@x[true()], '1')"),
    ("b/@y = '1'", "b[true()]/@y = '1'"),
    ("c[@x = '1']", "c[true()][@x[true()] = '1']"),
    ("../@x = '1'", "parent::*[true()]/@x[true()] = '1'"),
];

/// A condition made of the questions above, twice: as rules ask it, and without foresight.
fn condition() -> impl Strategy<Value = (String, String)> {
    let all: Vec<(&str, &str)> = FORESEEN.into_iter().chain(OPEN).collect();
    let question =
        proptest::sample::select(all).prop_map(|(quick, slow)| (quick.to_owned(), slow.to_owned()));
    let both = |form: fn(&[String]) -> String, parts: Vec<(String, String)>| {
        let (quick, slow): (Vec<String>, Vec<String>) = parts.into_iter().unzip();
        (form(&quick), form(&slow))
    };
    question.prop_recursive(5, 24, 3, move |inner| {
        let parts = |size: std::ops::Range<usize>| proptest::collection::vec(inner.clone(), size);
        prop_oneof![
            parts(2..4).prop_map(move |parts| both(|parts| format!("({})", parts.join(" and ")), parts)),
            parts(2..4).prop_map(move |parts| both(|parts| format!("({})", parts.join(" or ")), parts)),
            parts(1..2).prop_map(move |parts| both(|parts| format!("not({})", parts[0]), parts)),
            parts(3..4).prop_map(move |parts| {
                both(|parts| format!("(if ({}) then {} else {})", parts[0], parts[1], parts[2]), parts)
            }),
        ]
    })
}

/// The document node has a child, although it is no element that could carry a signature.
#[test]
fn document_node_is_asked_itself() {
    for (test, holds) in [
        ("a", true),
        ("b", false),
        ("count(a) = 1", true),
        ("a/@x = '1'", true),
        ("a[b]", true),
        ("not(a)", false),
    ] {
        let outcome = run(&one("/", test), "<a x='1'><b/></a>");
        assert_eq!((outcome.fired, outcome.failed.is_empty()), (1, holds), "{test}");
    }
}

/// What a path from the root finds does not depend on the children of the element that asks.
#[test]
fn paths_from_the_root_are_asked_from_the_root() {
    for (test, holds) in
        [("/a/@x = '1'", true), ("/a/b/@y = '2'", true), ("/b/@y = '2'", false), ("/a/c/@y", false)]
    {
        let outcome = run(&one("b", test), "<a x='1'><b y='2'/></a>");
        assert_eq!((outcome.fired, outcome.failed.is_empty()), (1, holds), "{test}");
    }
}

fn small_element() -> impl Strategy<Value = String> {
    let name = || prop_oneof![Just("a"), Just("b"), Just("c"), Just("p:b")];
    let leaf = (name(), attributes()).prop_map(|(name, attributes)| format!("<{name}{attributes}/>"));
    leaf.prop_recursive(3, 16, 4, move |inner| {
        (name(), attributes(), proptest::collection::vec(inner, 0..4)).prop_map(
            |(name, attributes, children)| format!("<{name}{attributes}>{}</{name}>", children.concat()),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..Default::default() })]

    /// What is known of an element without asking it is true of all that look like it, also in later documents.
    #[test]
    fn foreseen_answers_are_those_of_the_nodes(documents in proptest::collection::vec(small_element(), 1..6)) {
        let asserts: String = FORESEEN
            .iter()
            .flat_map(|(quick, slow)| [quick, slow])
            .map(|test| format!("<assert test=\"{test}\">text</assert>"))
            .collect();
        let rules = format!(
            "<ns prefix=\"p\" uri=\"urn:p\"/><pattern><rule context=\"*[@x or b]\">{asserts}</rule><rule context=\"*\">{asserts}</rule></pattern>"
        );
        let plan = Plan::compile(schema(&rules).as_bytes()).expect("a rule set");
        let mut reader = Reader::new();
        for inner in &documents {
            let text = format!("<r xmlns:p=\"urn:p\">{inner}</r>");
            let document = reader.read(text.as_bytes(), &Limits::default()).expect("well-formed");
            let outcome = plan.evaluate(&document);
            prop_assert_eq!(outcome.fired as usize, document.elements().len());
            prop_assert!(outcome.errors.is_empty());
            for at in 0..2 * FORESEEN.len() as u32 {
                let (quick, slow) = (2 * at, 2 * at + 1);
                let failed = |wanted: u32| {
                    outcome.failed.iter().filter(move |one| one.assertion.0 == wanted).map(|one| one.node)
                };
                prop_assert!(failed(quick).eq(failed(slow)), "{} in {}", FORESEEN[at as usize % FORESEEN.len()].0, text);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..Default::default() })]

    /// What names leave open of a condition is asked as the whole condition is, in tests and in contexts.
    #[test]
    fn what_is_left_of_a_condition_is_what_the_condition_asks(
        conditions in proptest::collection::vec(condition(), 1..5),
        documents in proptest::collection::vec(small_element(), 1..6),
    ) {
        let plan = |pick: fn(&(String, String)) -> &String| {
            let tests: Vec<String> = conditions.iter().map(|both| pick(both).replace('<', "&lt;")).collect();
            let asserts: String = tests.iter().map(|test| format!("<assert test=\"{test}\">text</assert>")).collect();
            let rules: String = tests
                .iter()
                .map(|test| format!("<rule context=\"*[{test}]\">{asserts}</rule>"))
                .chain([format!("<rule context=\"*\">{asserts}</rule>")])
                .collect();
            let rules = format!("<ns prefix=\"p\" uri=\"urn:p\"/><pattern>{rules}</pattern>");
            Plan::compile(schema(&rules).as_bytes()).expect("a rule set")
        };
        let (quick, slow) = (plan(|both| &both.0), plan(|both| &both.1));
        let mut reader = Reader::new();
        for inner in &documents {
            let text = format!("<r xmlns:p=\"urn:p\">{inner}</r>");
            let document = reader.read(text.as_bytes(), &Limits::default()).expect("well-formed");
            let (quick, slow) = (quick.evaluate(&document), slow.evaluate(&document));
            prop_assert_eq!(&quick.failed, &slow.failed, "{:?} in {}", conditions, text);
            prop_assert_eq!((quick.fired, quick.suppressed, quick.errors), (slow.fired, slow.suppressed, slow.errors));
        }
    }
}

/// Whoever makes up new names for every element pays for each as for the first one: copies of long conditions are bounded.
#[test]
fn long_conditions_and_many_tests_are_asked_all_the_same() {
    let texts: String = (0..60).map(|number| format!(" or @b='{number}'")).collect();
    let reports: String = (0..400)
        .map(|number| format!("<report test=\"@a='{number}' and (@b='x'{texts})\">text</report>"))
        .collect();
    let plan =
        Plan::compile(schema(&format!("<pattern><rule context='e'>{reports}</rule></pattern>")).as_bytes())
            .expect("a rule set");
    let elements: String = (0..300)
        .map(|number| {
            let others: String =
                (0..9).filter(|bit| number >> bit & 1 == 1).map(|bit| format!(" z{bit}=''")).collect();
            format!("<e a='{}' b='{}'{others}/>", number % 7, number % 61)
        })
        .collect();
    let text = format!("<r>{elements}</r>");
    let document = xml::parse(text.as_bytes(), &Limits::default()).expect("well-formed");
    let failed = plan.evaluate(&document).failed;
    let wanted = (0..300_u32).filter(|number| number % 61 != 60);
    assert_eq!(failed.len(), wanted.count());
    for one in failed {
        let Node::Element(id) = one.node else { panic!("an element") };
        assert_eq!(one.assertion.0, (id.0 - 1) % 7);
    }
}

/// The budget pays for what a document is, not for what the reader has met before: `../z67` shares the bit of `k`.
#[test]
fn budget_does_not_depend_on_earlier_documents() {
    assert_eq!(xml::name_bit("z67"), xml::name_bit("k"));
    let rules =
        schema(r#"<pattern><rule context="k"><report test="../z67/@x='1'">text</report></rule></pattern>"#);
    let plan = Plan::compile(rules.as_bytes()).expect("a rule set");
    let text = format!("<r>{}</r>", "<k/>".repeat(20_000));
    let mut reader = Reader::new();
    let mut fired = |before: Option<&str>| {
        if let Some(before) = before {
            reader.read(before.as_bytes(), &Limits::default()).expect("well-formed");
        }
        let outcome = plan.evaluate(&reader.read(text.as_bytes(), &Limits::default()).expect("well-formed"));
        (outcome.fired, outcome.stopped)
    };
    let fresh = fired(None);
    assert_eq!(fired(Some("<r><z67/></r>")), fresh);
}

/// A document may have more combinations of names than the automaton of contexts remembers: it forgets them on the way, and
/// goes on below the elements that are open.
#[test]
fn more_combinations_of_attributes_than_are_remembered_are_checked_all_the_same() {
    let mut bits = 0;
    let names: Vec<String> = (0..400)
        .map(|number| format!("x{number}"))
        .filter(|name| {
            let fresh = bits & xml::name_bit(name) == 0;
            bits |= xml::name_bit(name);
            fresh
        })
        .take(18)
        .collect();
    assert_eq!(names.len(), 18);
    let count = 100_000_u32;
    let mut document = String::from("<r><s><t n=\"1\">");
    for combination in 0..count {
        let present = names.iter().enumerate().filter(|(at, _)| combination >> at & 1 == 1);
        let attributes: String = present.map(|(_, name)| format!(" {name}=\"1\"")).collect();
        document += &format!("<e{attributes}/>");
    }
    document += "</t><e/></s><e/></r>";
    let all: Vec<String> = names[..7].iter().map(|name| format!("@{name}")).collect();
    let rules = format!(
        r#"<pattern><rule context="r/s/t[@n = '1']/e"><assert test="not({})">text</assert></rule>
           <rule context="s//e"><assert test="false()">text</assert></rule></pattern>
           <pattern><rule context="t/e"><report test="@missing">text</report></rule></pattern>"#,
        all.join(" and ")
    );
    let outcome = run(&schema(&rules), &document);
    assert_eq!(outcome.fired, u64::from(2 * count + 1));
    assert_eq!(outcome.suppressed, u64::from(count));
    assert_eq!(
        outcome.failed.len() as u32,
        (0..count).filter(|combination| combination & 0x7F == 0x7F).count() as u32 + 1
    );
    assert!(outcome.errors.is_empty() && !outcome.truncated && !outcome.stopped);
}
