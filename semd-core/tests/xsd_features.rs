//! XML Schema 1.0, feature by feature, on small schemas.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use semd_core::report::{Layer, Message, Owner};
use semd_core::xml::{self, LineIndex};
use semd_core::xsd::{Limits, LoadError, LoadErrorKind, MAX_VIOLATIONS, Schema, Violation};

const HEAD: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" xmlns="urn:t"
    targetNamespace="urn:t" elementFormDefault="qualified">"#;

fn set(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn try_compile(body: &str) -> Result<Schema, LoadError> {
    Schema::compile(&set(&[("a.xsd", &format!("{HEAD}{body}</xs:schema>"))]), "a.xsd")
}

fn compile(body: &str) -> Schema {
    try_compile(body).unwrap_or_else(|error| panic!("{error}"))
}

/// A violation with its words.
struct Told {
    violation: Violation,
    message: Message,
    expected: Vec<String>,
}

impl std::ops::Deref for Told {
    type Target = Violation;

    fn deref(&self) -> &Violation {
        &self.violation
    }
}

/// Validates with `urn:t` as default namespace and as `t`.
fn violations(schema: &Schema, document: &str) -> Vec<Told> {
    let declarations = r#" xmlns="urn:t" xmlns:t="urn:t" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#;
    let end = document.find([' ', '>', '/']).unwrap();
    let document = format!("{}{declarations}{}", &document[..end], &document[end..]);
    let document = xml::parse(document.as_bytes(), &xml::Limits::default()).unwrap();
    let mut violations = Vec::new();
    schema.validate(&document, &mut violations);
    let told = |violation: Violation| {
        let (message, expected) = (violation.message(schema, &document), violation.expected(schema));
        Told { violation, message, expected }
    };
    violations.into_iter().map(told).collect()
}

fn codes(schema: &Schema, document: &str) -> Vec<&'static str> {
    violations(schema, document).iter().map(|violation| violation.code).collect()
}

fn check(schema: &Schema, cases: &[(&str, &[&str])]) {
    // A schema remembers what it met: no answer may depend on what was asked before.
    for (document, expected) in cases.iter().chain(cases.iter().rev()).chain(cases) {
        assert_eq!(codes(schema, document), *expected, "{document}");
    }
}

const VALID: &[&str] = &[];

#[test]
fn content_models_are_followed_and_expected_names_are_told() {
    let schema = compile(
        r#"<xs:element name="r"><xs:complexType><xs:sequence>
             <xs:element name="a" type="xs:string" minOccurs="2" maxOccurs="3"/>
             <xs:choice minOccurs="0"><xs:element name="b"/><xs:group ref="g"/></xs:choice>
             <xs:element name="e" type="xs:integer" minOccurs="0"/>
           </xs:sequence></xs:complexType></xs:element>
           <xs:group name="g"><xs:sequence><xs:element name="c"/><xs:element name="d"/></xs:sequence></xs:group>"#,
    );
    check(
        &schema,
        &[
            ("<r><a/><a/></r>", VALID),
            ("<r><a/><a/><a/><c/><d/><e>1</e></r>", VALID),
            ("<r><a/></r>", &["cvc-complex-type.2.4.b"]),
            ("<r><a/><a/><c/></r>", &["cvc-complex-type.2.4.b"]),
            ("<r><a/><a/><a/><a/></r>", &["cvc-complex-type.2.4.a"]),
            ("<r><a/><a/><e>1</e><b/></r>", &["cvc-complex-type.2.4.d"]),
            ("<r>x<a/><a/></r>", &["cvc-complex-type.2.3"]),
            ("<r> <a/> <!-- c --> <a/></r>", VALID),
            // One violation for the order; the children after it are still checked by themselves.
            ("<r><x/><a/><e>x</e><b/></r>", &["cvc-complex-type.2.4.a", "cvc-datatype-valid.1.2.1"]),
            ("<q/>", &["cvc-elt.1.a"]),
        ],
    );
    let found = violations(&schema, "<r><a/><a/><z/></r>");
    assert_eq!(found[0].expected, ["a", "b", "c", "e"].map(|name| format!("Q{{urn:t}}{name}")));
    assert!(found[0].message.ru.contains("ожидается один из: Q{urn:t}a"), "{}", found[0].message.ru);
    assert!(found[0].message.en.contains("Q{urn:t}e"));
}

#[test]
fn all_groups_take_members_in_any_order_once() {
    let schema = compile(
        r#"<xs:element name="r"><xs:complexType><xs:all>
             <xs:element name="a"/><xs:element name="b" minOccurs="0"/>
           </xs:all></xs:complexType></xs:element>"#,
    );
    check(
        &schema,
        &[
            ("<r><b/><a/></r>", VALID),
            ("<r><a/></r>", VALID),
            ("<r><b/></r>", &["cvc-complex-type.2.4.b"]),
            ("<r><a/><a/></r>", &["cvc-complex-type.2.4.a"]),
            ("<r><a/><b/><b/></r>", &["cvc-complex-type.2.4.d"]),
        ],
    );
}

/// The texts of an enumeration are known to be values, but names mean something only where they stand.
#[test]
fn names_in_an_enumeration_need_their_prefix() {
    for base in [r#"<xs:list itemType="xs:QName"/>"#, r#"<xs:union memberTypes="xs:QName xs:integer"/>"#] {
        let schema = compile(&format!(
            r#"<xs:simpleType name="N">{base}</xs:simpleType>
               <xs:simpleType name="E"><xs:restriction base="t:N"><xs:enumeration value="p:a"/></xs:restriction></xs:simpleType>
               <xs:element name="r" type="t:E"/>"#
        ));
        assert_eq!(violations(&schema, "<r>p:a</r>").len(), 1, "{base}: the prefix is not declared");
        assert_eq!(violations(&schema, r#"<r xmlns:p="u">p:a</r>"#).len(), 0, "{base}");
    }
}

#[test]
fn an_optional_all_group_is_empty_or_whole() {
    let schema = compile(
        r#"<xs:element name="r"><xs:complexType><xs:all minOccurs="0">
             <xs:element name="a" type="xs:int"/><xs:element name="b"/><xs:element name="c" minOccurs="0"/>
           </xs:all></xs:complexType></xs:element>"#,
    );
    let incomplete = &["cvc-complex-type.2.4.b"][..];
    check(
        &schema,
        &[
            ("<r/>", VALID),
            ("<r><b/><a>1</a></r>", VALID),
            ("<r><c/><b/><a>1</a></r>", VALID),
            ("<r><a>1</a></r>", incomplete),
            ("<r><b/></r>", incomplete),
            ("<r><c/></r>", incomplete),
            ("<r><a>1</a><c/></r>", incomplete),
            // Behind a child that is not allowed the others are still known by their names.
            ("<r><x/><a>q</a><b/></r>", &["cvc-complex-type.2.4.a", "cvc-datatype-valid.1.2.1"]),
        ],
    );
}

#[test]
fn one_declaration_at_two_places_is_one_step() {
    let schema = compile(
        r#"<xs:element name="a"/><xs:element name="b"/>
           <xs:element name="r"><xs:complexType><xs:sequence>
             <xs:element ref="t:a" minOccurs="0"/><xs:element ref="t:a"/><xs:element ref="t:b"/>
           </xs:sequence></xs:complexType></xs:element>"#,
    );
    check(
        &schema,
        &[
            ("<r><a/><b/></r>", VALID),
            ("<r><a/><a/><b/></r>", VALID),
            ("<r><b/></r>", &["cvc-complex-type.2.4.a"]),
            ("<r><a/><a/><a/><b/></r>", &["cvc-complex-type.2.4.a"]),
            ("<r><a/><a/></r>", &["cvc-complex-type.2.4.b"]),
        ],
    );
}

#[test]
fn attributes_are_required_fixed_prohibited_or_wild() {
    let schema = compile(
        r###"<xs:attributeGroup name="g"><xs:attribute name="g1" type="xs:int" fixed="7"/></xs:attributeGroup>
           <xs:attribute name="glob" type="xs:int" fixed="1"/>
           <xs:complexType name="B">
             <xs:attribute name="a" type="xs:NMTOKEN" use="required"/><xs:attribute name="p"/>
             <xs:attributeGroup ref="g"/><xs:attribute ref="glob"/>
           </xs:complexType>
           <xs:element name="b" type="B"/>
           <xs:element name="r"><xs:complexType><xs:complexContent><xs:restriction base="B">
             <xs:attribute name="p" use="prohibited"/></xs:restriction></xs:complexContent></xs:complexType></xs:element>
           <xs:element name="w"><xs:complexType><xs:complexContent><xs:extension base="B">
             <xs:anyAttribute namespace="##other" processContents="lax"/></xs:extension></xs:complexContent>
           </xs:complexType></xs:element>"###,
    );
    check(
        &schema,
        &[
            (r#"<b a=" x " p="any" g1="+07" t:glob="01"/>"#, VALID),
            (r#"<b/>"#, &["cvc-complex-type.4"]),
            (r#"<b a="x" q="1"/>"#, &["cvc-complex-type.3.2.2"]),
            (r#"<b a="x y"/>"#, &["cvc-datatype-valid.1.2.1"]),
            (r#"<b a="x" g1="8"/>"#, &["cvc-complex-type.3.1"]),
            (r#"<b a="x" t:glob="2"/>"#, &["cvc-attribute.4"]),
            (r#"<b a="x" xsi:schemaLocation="u v" xsi:noNamespaceSchemaLocation="v"/>"#, VALID),
            (r#"<r a="x" p="1"/>"#, &["cvc-complex-type.3.2.2"]),
            (r#"<w a="x" xmlns:o="urn:o" o:any="1"/>"#, VALID),
            (r#"<w a="x" none="1"/>"#, &["cvc-complex-type.3.2.2"]),
        ],
    );
    assert_eq!(violations(&schema, "<b/>")[0].expected, ["@a"]);
}

#[test]
fn an_element_like_an_earlier_one_is_checked_by_itself() {
    let schema = compile(
        r###"<xs:element name="r"><xs:complexType><xs:choice minOccurs="0" maxOccurs="unbounded">
             <xs:element name="e" type="e"/><xs:element name="s" type="xs:integer"/>
             <xs:element name="v" type="v"/><xs:element name="f" type="xs:string" fixed="x"/>
             <xs:element name="n" type="e" nillable="true"/>
             <xs:any namespace="##other" processContents="skip"/>
           </xs:choice></xs:complexType></xs:element>
           <xs:complexType name="e"><xs:attribute name="a" type="xs:integer" use="required"/>
             <xs:attribute name="b" type="word"/><xs:attribute name="c" type="xs:string"/></xs:complexType>
           <xs:simpleType name="word"><xs:restriction base="xs:string"><xs:minLength value="1"/>
             </xs:restriction></xs:simpleType>
           <xs:complexType name="v" abstract="true"/>
           <xs:complexType name="one"><xs:complexContent><xs:extension base="v">
             <xs:attribute name="x" type="xs:integer"/></xs:extension></xs:complexContent></xs:complexType>
           <xs:complexType name="two"><xs:complexContent><xs:extension base="v">
             <xs:attribute name="x" type="xs:date"/></xs:extension></xs:complexContent></xs:complexType>"###,
    );
    let datatype = "cvc-datatype-valid.1.2.1";
    check(
        &schema,
        &[
            ("<r><e a='1' b='w'/><e a='2' b='w'/></r>", VALID),
            ("<r><e a='1' b='w'/><e a='x' b='w'/><e a='1' b='w'/></r>", &[datatype]),
            // The same names in another order, then the other way round.
            ("<r><e a='1' b='w'/><e b='w' a='1'/><e a='1' b='w'/></r>", VALID),
            ("<r><e a='1' c='w'/><e c='w' a='x'/><e a='y' c='w'/></r>", &[datatype, datatype]),
            // Whether an attribute is empty is no name, but known as well.
            ("<r><e a='1' b='w'/><e a='1' b=''/><e a='1' b='w'/></r>", &["cvc-minLength-valid"]),
            ("<r><e a='1'/><e/><e a='1'/></r>", &["cvc-complex-type.4"]),
            ("<r><e a='1'/><e a='1' d=''/><e a='1'/></r>", &["cvc-complex-type.3.2.2"]),
            ("<r><e a='1'/><e a='1'>t</e><e a='1'/></r>", &["cvc-complex-type.2.1"]),
            ("<r><e a='1'/><e a='1'><s>1</s></e></r>", &["cvc-complex-type.2.1"]),
            ("<r><s>1</s><s>x</s><s/><s a='1'>1</s></r>", &[datatype, datatype, "cvc-type.3.1.1"]),
            ("<r><f>x</f><f/><f>y</f><f>x</f></r>", &["cvc-elt.5.2.2.2.2"]),
            (
                "<r><v xsi:type='one' x='1'/><v xsi:type='two' x='2020-01-01'/><v xsi:type='one' x='2'/></r>",
                VALID,
            ),
            (
                "<r><v xsi:type='one' x='1'/><v xsi:type='two' x='1'/><v xsi:type='one' x='1'/></r>",
                &[datatype],
            ),
            (
                "<r><v xsi:type='one' x='1'/><v xsi:type='v' x='1'/></r>",
                &["cvc-type.2", "cvc-complex-type.3.2.2"],
            ),
            ("<r><v xsi:type='one' x='1'/><v xsi:type='e' a='1'/></r>", &["cvc-elt.4.3"]),
            (
                "<r><v xsi:type='one' x='1'/><v xsi:type='none' x='1'/><v x='1'/></r>",
                &[
                    "cvc-elt.4.2",
                    "cvc-type.2",
                    "cvc-complex-type.3.2.2",
                    "cvc-type.2",
                    "cvc-complex-type.3.2.2",
                ],
            ),
            ("<r><n a='1'/><n a='1' xsi:nil='true'/><n a='1' xsi:nil='1'>t</n></r>", &["cvc-elt.3.2.1"]),
            ("<r><e a='1'/><e a='1' xsi:schemaLocation='u v'/></r>", VALID),
            (
                "<r><e a='1'/><o:e xmlns:o='urn:o'><z/></o:e><z/><e a='x'/></r>",
                &["cvc-complex-type.2.4.a", datatype],
            ),
        ],
    );
}

#[test]
fn more_attributes_than_are_remembered_are_checked_all_the_same() {
    let names: Vec<String> = (0..256).map(|number| format!("a{number}")).collect();
    let uses: String = names
        .iter()
        .map(|name| format!("<xs:attribute name='{name}' type='xs:integer' use='optional'/>"))
        .collect();
    let schema = compile(&format!(
        "<xs:element name='r'><xs:complexType><xs:sequence>
           <xs:element name='e' minOccurs='0' maxOccurs='unbounded'><xs:complexType>{uses}</xs:complexType></xs:element>
         </xs:sequence></xs:complexType></xs:element>"
    ));
    for count in [1, 5, 6, 7, 8, 255, 256] {
        let with = |value: &str| -> String {
            let (last, before) = names[..count].split_last().unwrap();
            let before: String = before.iter().map(|name| format!(" {name}='1'")).collect();
            format!("<e{before} {last}='{value}'/>")
        };
        let document = format!("<r>{}{}{}</r>", with("1"), with("x"), with("2"));
        check(&schema, &[(&document, &["cvc-datatype-valid.1.2.1"])]);
    }
}

#[test]
fn wildcards_check_as_much_as_they_say() {
    let schema = compile(
        r###"<xs:element name="known" type="xs:int"/>
           <xs:element name="r"><xs:complexType><xs:sequence>
             <xs:any namespace="##other" processContents="skip" minOccurs="0"/>
             <xs:any namespace="##targetNamespace" processContents="strict" minOccurs="0"/>
             <xs:any namespace="##local" processContents="lax" minOccurs="0" maxOccurs="unbounded"/>
           </xs:sequence></xs:complexType></xs:element>"###,
    );
    check(
        &schema,
        &[
            (
                r#"<r><o:x xmlns:o="urn:o"><known>not looked at</known></o:x>text-free</r>"#,
                &["cvc-complex-type.2.3"],
            ),
            (r#"<r><o:x xmlns:o="urn:o"><known>no</known></o:x><known>1</known></r>"#, VALID),
            ("<r><known>x</known></r>", &["cvc-datatype-valid.1.2.1"]),
            ("<r><unknown/></r>", &["cvc-complex-type.2.4.c"]),
            (r#"<r><l xmlns=""><t:known>x</t:known></l></r>"#, &["cvc-datatype-valid.1.2.1"]),
            (r#"<r><l xmlns=""/><l xmlns=""/><known>1</known></r>"#, &["cvc-complex-type.2.4.a"]),
            // What follows a misplaced element is still looked at as the wildcards say.
            (
                "<r><known>1</known><known>2</known><unknown/></r>",
                &["cvc-complex-type.2.4.a", "cvc-complex-type.2.4.c"],
            ),
            (
                r#"<r><known>1</known><known>2</known><o:x xmlns:o="urn:o"><known>no</known></o:x></r>"#,
                &["cvc-complex-type.2.4.a"],
            ),
        ],
    );
}

#[test]
fn instance_types_must_exist_and_derive() {
    let schema = compile(
        r#"<xs:complexType name="ANY" abstract="true"/>
           <xs:complexType name="CD"><xs:complexContent><xs:extension base="ANY">
             <xs:attribute name="code"/></xs:extension></xs:complexContent></xs:complexType>
           <xs:complexType name="CE"><xs:complexContent><xs:restriction base="CD">
             <xs:attribute name="code" use="prohibited"/></xs:restriction></xs:complexContent></xs:complexType>
           <xs:complexType name="X"/>
           <xs:element name="v" type="ANY"/><xs:element name="cd" type="CD"/><xs:element name="s" type="xs:integer"/>
           <xs:element name="u"><xs:simpleType><xs:union memberTypes="xs:int xs:boolean"/></xs:simpleType></xs:element>
           <xs:element name="any"/>"#,
    );
    check(
        &schema,
        &[
            (r#"<v xsi:type="CD" code="1"/>"#, VALID),
            (r#"<v xsi:type="t:CE"/>"#, VALID),
            ("<v/>", &["cvc-type.2"]),
            (r#"<v xsi:type="CE" code="1"/>"#, &["cvc-complex-type.3.2.2"]),
            (r#"<v xsi:type="X"/>"#, &["cvc-elt.4.3"]),
            (r#"<v xsi:type="No"/>"#, &["cvc-elt.4.2", "cvc-type.2"]),
            (r#"<v xsi:type="n:CD"/>"#, &["cvc-elt.4.1", "cvc-type.2"]),
            (r#"<cd xsi:type="ANY"/>"#, &["cvc-elt.4.3", "cvc-type.2"]),
            (r#"<s xsi:type="xs:byte">128</s>"#, &["cvc-maxInclusive-valid"]),
            (r#"<s xsi:type="xs:string">128</s>"#, &["cvc-elt.4.3"]),
            (r#"<u xsi:type="xs:int">1</u>"#, VALID),
            (r#"<any xsi:type="xs:int">x</any>"#, &["cvc-datatype-valid.1.2.1"]),
            (r#"<any anything="1"><cd code="1"/>text<other/></any>"#, VALID),
        ],
    );
    // A prefix that means another namespace further down.
    let document = r#"<any><v xsi:type="p:CD" xmlns:p="urn:t"/><v xsi:type="p:CD" xmlns:p="urn:o"/></any>"#;
    check(&schema, &[(document, &["cvc-elt.4.2", "cvc-type.2"])]);
}

#[test]
fn nil_elements_are_empty_and_declared_nillable() {
    let schema = compile(
        r#"<xs:element name="n" type="xs:int" nillable="true"/><xs:element name="p" type="xs:int"/>"#,
    );
    check(
        &schema,
        &[
            (r#"<n xsi:nil="true"/>"#, VALID),
            (r#"<n xsi:nil="1">1</n>"#, &["cvc-elt.3.2.1"]),
            (r#"<n xsi:nil="false">1</n>"#, VALID),
            (r#"<n xsi:nil="maybe">1</n>"#, &["cvc-datatype-valid.1.2.1"]),
            (r#"<p xsi:nil="true"/>"#, &["cvc-elt.3.1", "cvc-datatype-valid.1.2.1"]),
        ],
    );
}

/// What the names of an element settle is not more than they do: the steps to it are remembered.
#[test]
fn elements_without_children_are_looked_at_as_their_type_demands() {
    let schema = compile(
        r#"<xs:element name="r"><xs:complexType><xs:choice maxOccurs="unbounded">
             <xs:element name="mixed"><xs:complexType mixed="true"><xs:sequence>
               <xs:element name="b"/></xs:sequence></xs:complexType></xs:element>
             <xs:element name="may"><xs:complexType mixed="true"><xs:sequence>
               <xs:element name="b" minOccurs="0"/></xs:sequence></xs:complexType></xs:element>
             <xs:element name="must"><xs:complexType><xs:sequence>
               <xs:element name="b"/></xs:sequence></xs:complexType></xs:element>
             <xs:element name="none"><xs:complexType>
               <xs:attribute name="any" type="xs:string"/><xs:attribute name="one" type="One"/>
               <xs:attribute name="three" type="Three"/></xs:complexType></xs:element>
           </xs:choice></xs:complexType></xs:element>
           <xs:simpleType name="One"><xs:restriction base="xs:string"><xs:minLength value="1"/></xs:restriction></xs:simpleType>
           <xs:simpleType name="Three"><xs:restriction base="xs:string"><xs:minLength value="3"/></xs:restriction></xs:simpleType>"#,
    );
    check(
        &schema,
        &[
            ("<r><mixed>text<b/></mixed><mixed><b/></mixed></r>", VALID),
            ("<r><mixed>text</mixed></r>", &["cvc-complex-type.2.4.b"]),
            ("<r><mixed/></r>", &["cvc-complex-type.2.4.b"]),
            ("<r><may/><may>text</may><may>text<b/></may></r>", VALID),
            ("<r><must/></r>", &["cvc-complex-type.2.4.b"]),
            ("<r><must> </must></r>", &["cvc-complex-type.2.4.b"]),
            ("<r><must><b/>x</must></r>", &["cvc-complex-type.2.3"]),
            ("<r><none/><none></none></r>", VALID),
            ("<r><none> </none></r>", &["cvc-complex-type.2.1"]),
            ("<r><none any='' one='1' three='123'/></r>", VALID),
            ("<r><none one=''/></r>", &["cvc-minLength-valid"]),
            ("<r><none three='12'/></r>", &["cvc-minLength-valid"]),
            ("<r><none three='яя'/></r>", &["cvc-minLength-valid"]),
            ("<r><none any='' one='' three=''/></r>", &["cvc-minLength-valid", "cvc-minLength-valid"]),
        ],
    );
}

#[test]
fn content_kinds_are_told_apart() {
    let schema = compile(
        r#"<xs:element name="empty"><xs:complexType/></xs:element>
           <xs:element name="mixed"><xs:complexType mixed="true"><xs:sequence>
             <xs:element name="b" minOccurs="0"/></xs:sequence></xs:complexType></xs:element>
           <xs:element name="simple"><xs:complexType><xs:simpleContent><xs:extension base="xs:int">
             <xs:attribute name="u"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>
           <xs:complexType name="S"><xs:simpleContent><xs:extension base="xs:string"/></xs:simpleContent></xs:complexType>
           <xs:element name="narrow"><xs:complexType><xs:simpleContent><xs:restriction base="S">
             <xs:maxLength value="2"/></xs:restriction></xs:simpleContent></xs:complexType></xs:element>
           <xs:element name="value" type="xs:int" default="5"/><xs:element name="fixed" type="xs:decimal" fixed="1.0"/>"#,
    );
    check(
        &schema,
        &[
            ("<empty><!-- nothing --></empty>", VALID),
            ("<empty> </empty>", &["cvc-complex-type.2.1"]),
            ("<mixed>text<b/>text</mixed>", VALID),
            ("<mixed>text<c/></mixed>", &["cvc-complex-type.2.4.a"]),
            (r#"<simple u="1"> 5 </simple>"#, VALID),
            ("<simple>5<empty/></simple>", &["cvc-complex-type.2.2"]),
            ("<simple/>", &["cvc-datatype-valid.1.2.1"]),
            ("<narrow>abc</narrow>", &["cvc-maxLength-valid"]),
            ("<narrow>яя</narrow>", VALID),
            ("<value/>", VALID),
            ("<value>x</value>", &["cvc-datatype-valid.1.2.1"]),
            (r#"<value a="1">1</value>"#, &["cvc-type.3.1.1"]),
            ("<value>1<empty/></value>", &["cvc-type.3.1.2"]),
            ("<fixed>01.00</fixed>", VALID),
            ("<fixed/>", VALID),
            ("<fixed>2</fixed>", &["cvc-elt.5.2.2.2.2"]),
        ],
    );
}

#[test]
fn simple_types_restrict_list_and_unite() {
    let schema = compile(
        r#"<xs:simpleType name="P"><xs:restriction base="xs:token"><xs:pattern value="a+"/><xs:pattern value="b+"/></xs:restriction></xs:simpleType>
           <xs:simpleType name="Q"><xs:restriction base="P"><xs:pattern value="..."/></xs:restriction></xs:simpleType>
           <xs:element name="q" type="Q"/>
           <xs:element name="e"><xs:simpleType><xs:restriction base="xs:decimal"><xs:enumeration value="1.0"/><xs:enumeration value="2"/></xs:restriction></xs:simpleType></xs:element>
           <xs:element name="d"><xs:simpleType><xs:restriction base="xs:decimal"><xs:totalDigits value="4"/><xs:fractionDigits value="2"/><xs:minExclusive value="0"/></xs:restriction></xs:simpleType></xs:element>
           <xs:element name="t"><xs:simpleType><xs:restriction base="xs:date"><xs:maxInclusive value="2024-12-31"/></xs:restriction></xs:simpleType></xs:element>
           <xs:element name="l"><xs:simpleType><xs:restriction><xs:simpleType><xs:list itemType="xs:int"/></xs:simpleType><xs:length value="2"/></xs:restriction></xs:simpleType></xs:element>
           <xs:element name="u"><xs:simpleType><xs:union memberTypes="xs:int"><xs:simpleType><xs:restriction base="xs:NMTOKEN"><xs:enumeration value="NI"/></xs:restriction></xs:simpleType></xs:union></xs:simpleType></xs:element>"#,
    );
    check(
        &schema,
        &[
            ("<q> aaa </q>", VALID),
            ("<q>aa</q>", &["cvc-pattern-valid"]),
            ("<q>aab</q>", &["cvc-pattern-valid"]),
            ("<e>1</e>", VALID),
            ("<e>+2.00</e>", VALID),
            ("<e>3</e>", &["cvc-enumeration-valid"]),
            ("<d>12.34</d>", VALID),
            ("<d>123.45</d>", &["cvc-totalDigits-valid"]),
            ("<d>1.234</d>", &["cvc-fractionDigits-valid"]),
            ("<d>0</d>", &["cvc-minExclusive-valid"]),
            ("<t>2025-01-01</t>", &["cvc-maxInclusive-valid"]),
            ("<t>2024-02-30</t>", &["cvc-datatype-valid.1.2.1"]),
            ("<l>1 2</l>", VALID),
            ("<l>1 2 3</l>", &["cvc-length-valid"]),
            ("<l>1 x</l>", &["cvc-datatype-valid.1.2.1"]),
            ("<u>NI</u>", VALID),
            ("<u>UNK</u>", &["cvc-datatype-valid.1.2.3"]),
        ],
    );
    let found = violations(&schema, "<u>UNK</u>");
    assert!(found[0].message.ru.ends_with("не из допустимого набора: NI"), "{}", found[0].message.ru);
}

#[test]
fn identifiers_are_unique_and_references_resolve() {
    let schema = compile(
        r#"<xs:element name="r"><xs:complexType><xs:sequence>
             <xs:element name="i" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
               <xs:attribute name="id" type="xs:ID"/><xs:attribute name="to" type="xs:IDREFS"/>
             </xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>"#,
    );
    check(
        &schema,
        &[
            (r#"<r><i to="b a"/><i id="a"/><i id="b"/></r>"#, VALID),
            (r#"<r><i id="a"/><i id=" a "/></r>"#, &["cvc-id.2"]),
            (r#"<r><i id="a" to="a c"/></r>"#, &["cvc-id.1"]),
            (r#"<r><i id="1"/></r>"#, &["cvc-datatype-valid.1.2.1"]),
        ],
    );
}

#[test]
fn identity_constraints_hold_in_their_element() {
    let schema = compile(
        r#"<xs:element name="r"><xs:complexType><xs:sequence>
             <xs:element name="g" maxOccurs="unbounded"><xs:complexType><xs:sequence>
               <xs:element name="k" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:attribute name="n" type="xs:int"/></xs:complexType></xs:element>
               <xs:element name="f" type="xs:int" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
               <xs:key name="K"><xs:selector xpath="t:k"/><xs:field xpath="@n"/></xs:key>
             </xs:element></xs:sequence></xs:complexType>
             <xs:unique name="U"><xs:selector xpath=".//t:f"/><xs:field xpath="."/></xs:unique>
             <xs:keyref name="F" refer="t:K"><xs:selector xpath="t:g/t:f"/><xs:field xpath="."/></xs:keyref>
           </xs:element>"#,
    );
    check(
        &schema,
        &[
            (r#"<r><g><k n="1"/><k n="2"/><f>2</f></g><g><k n="1"/></g></r>"#, VALID),
            (r#"<r><g><k n="1"/><k n="01"/></g></r>"#, &["cvc-identity-constraint.4.2.2"]),
            (r#"<r><g><k/></g></r>"#, &["cvc-identity-constraint.4.2.1.a"]),
            (r#"<r><g><k n="1"/><f>1</f></g><g><f>01</f></g></r>"#, &["cvc-identity-constraint.4.1"]),
            (r#"<r><g><k n="1"/><f>3</f></g></r>"#, &["cvc-identity-constraint.4.3"]),
        ],
    );
}

#[test]
fn substitution_groups_stand_for_their_head() {
    let schema = compile(
        r#"<xs:element name="head" type="xs:int" abstract="true"/>
           <xs:element name="one" substitutionGroup="head"/><xs:element name="two" substitutionGroup="one"/>
           <xs:element name="r"><xs:complexType><xs:sequence><xs:element ref="head" maxOccurs="2"/></xs:sequence></xs:complexType></xs:element>"#,
    );
    check(
        &schema,
        &[
            ("<r><two>1</two><one>2</one></r>", VALID),
            ("<r><one>x</one></r>", &["cvc-datatype-valid.1.2.1"]),
            ("<r><head>1</head></r>", &["cvc-elt.2"]),
            ("<r><r/></r>", &["cvc-complex-type.2.4.a", "cvc-complex-type.2.4.b"]),
        ],
    );
}

#[test]
fn sets_include_import_and_adopt_documents() {
    let files = set(&[
        (
            "CDA.xsd",
            &format!(
                r#"{HEAD}<xs:include schemaLocation="sub\part.xsd"/><xs:import namespace="urn:o" schemaLocation="o.xsd"/>
                <xs:element name="r" xmlns:o="urn:o"><xs:complexType><xs:sequence><xs:element ref="o:x"/>
                <xs:element name="c" type="C"/></xs:sequence></xs:complexType></xs:element></xs:schema>"#
            ),
        ),
        (
            "sub/part.xsd",
            r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
                <xs:complexType name="C"><xs:sequence><xs:element name="i" type="I"/></xs:sequence></xs:complexType>
                <xs:simpleType name="I"><xs:restriction base="xs:int"/></xs:simpleType></xs:schema>"#,
        ),
        (
            "o.xsd",
            r#"<?xml version="1.0" encoding="ASCII"?><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:o" xmlns:t="urn:t">
                <xs:import namespace="urn:t" schemaLocation="./CDA.xsd"/><xs:element name="x" type="t:I"/></xs:schema>"#,
        ),
    ]);
    let schema = Schema::compile(&files, "CDA.xsd").unwrap();
    check(
        &schema,
        &[
            (r#"<r><x xmlns="urn:o">1</x><c><i>1</i></c></r>"#, VALID),
            (r#"<r><x xmlns="urn:o">a</x><c><i>b</i></c></r>"#, &["cvc-datatype-valid.1.2.1"; 2]),
            (r#"<r><x xmlns="urn:o">1</x><c><i xmlns="">1</i></c></r>"#, &["cvc-complex-type.2.4.a"]),
        ],
    );
}

#[test]
fn a_type_may_restrict_itself_inside_itself() {
    let schema = compile(
        r#"<xs:complexType name="ED"><xs:sequence><xs:element name="thumbnail" minOccurs="0"><xs:complexType><xs:complexContent>
             <xs:restriction base="ED"><xs:attribute name="m" fixed="x"/></xs:restriction></xs:complexContent></xs:complexType></xs:element>
           </xs:sequence><xs:attribute name="m"/></xs:complexType><xs:element name="r" type="ED"/>"#,
    );
    check(
        &schema,
        &[
            (r#"<r m="any"><thumbnail m="x"/></r>"#, VALID),
            (r#"<r><thumbnail m="y"/></r>"#, &["cvc-complex-type.3.1"]),
            (r#"<r><thumbnail><thumbnail/></thumbnail></r>"#, &["cvc-complex-type.2.1"]),
        ],
    );
}

#[test]
fn what_is_not_understood_is_refused_at_its_line() {
    let type_of = |content: &str| format!("\n<xs:complexType name=\"T\">{content}</xs:complexType>");
    for (body, line, expected) in [
        ("\n<xs:redefine schemaLocation='b.xsd'/>".to_owned(), 3, "xs:redefine is not supported"),
        ("<xs:element name='a' block='extension'/>".into(), 2, "block=\"extension\" is not supported"),
        ("<xs:element name='a' typ='xs:int'/>".into(), 2, "xs:element/@typ is not allowed here"),
        (type_of("<xs:assert test='1'/>"), 3, "xs:assert is not allowed here"),
        (type_of("<xs:sequence><xs:all/></xs:sequence>"), 3, ""),
        (type_of("<xs:sequence maxOccurs='-1'/>"), 3, "bad value of maxOccurs: “-1”"),
        (type_of("<xs:attribute name='a' type='xs:ENTITY'/>"), 3, "xs:ENTITY is not supported"),
        (type_of("<xs:attribute name='a' type='Nowhere'/>"), 3, "xs:simpleType “Q{urn:t}Nowhere” is defined in no document of the set"),
        (type_of("<xs:attribute name='a'/><xs:attribute name='a'/>"), 3, "xs:attribute “a” is defined twice"),
        (type_of("<xs:complexContent><xs:extension base='T'/></xs:complexContent>"), 3, "“Q{urn:t}T” is defined by itself"),
        (type_of("<xs:sequence><xs:element name='a' minOccurs='0'/><xs:element name='a'/></xs:sequence>"), 3, "the content model is ambiguous for element “Q{urn:t}a”"),
        ("<xs:simpleType name='S'><xs:restriction base='S'/></xs:simpleType>".into(), 2, "“Q{urn:t}S” is defined by itself"),
        ("<xs:simpleType name='S'><xs:restriction base='xs:int'><xs:minInclusive value='x'/></xs:restriction></xs:simpleType>".into(), 2, "bad value of xs:minInclusive: “x”"),
        ("<xs:simpleType name='S'><xs:restriction base='xs:int'><xs:pattern value='\\q'/></xs:restriction></xs:simpleType>".into(), 2, "pattern “\\q” does not compile: an unknown escape"),
        ("<xs:simpleType name='S'><xs:restriction base='xs:int'><xs:length value='1'/></xs:restriction></xs:simpleType>".into(), 2, "xs:length is not allowed here"),
        ("<xs:attribute name='a' type='xs:int' fixed='x'/>".into(), 2, "bad value of fixed: “x”"),
        ("<xs:attribute name='a' type='xs:QName' fixed='t:x'/>".into(), 2, "xs:QName with fixed or default is not supported"),
        ("<xs:element name='a' type='xs:QName' default='t:x'/>".into(), 2, "xs:QName with fixed or default is not supported"),
        ("<xs:include schemaLocation='../b.xsd'/>".into(), 2, "schemaLocation “../b.xsd” leads out of the set"),
        ("<xs:include schemaLocation='b.xsd'/>".into(), 2, "the schema document cannot be read: entity not found"),
    ] {
        let error = try_compile(&body).unwrap_err();
        let message = error.message();
        assert_eq!((error.file.as_str(), error.line), ("a.xsd", line), "{body}: {error}");
        assert!(message.en.ends_with(expected), "{body}: {}", message.en);
        assert!(message.ru.starts_with("a.xsd, строка "), "{}", message.ru);
    }
}

#[test]
fn hostile_schemas_end_in_a_budget() {
    let budget = |body: &str| match try_compile(body).unwrap_err().kind {
        LoadErrorKind::Budget { name, .. } => name,
        other => panic!("{other:?}"),
    };
    let element = |content: &str| {
        format!("<xs:element name='r'><xs:complexType>{content}</xs:complexType></xs:element>")
    };
    assert_eq!(
        budget(&element("<xs:sequence><xs:element name='a' maxOccurs='4000000000'/></xs:sequence>")),
        "max_positions"
    );
    let nested =
        "<xs:sequence maxOccurs='99'>".repeat(9) + "<xs:element name='a'/>" + &"</xs:sequence>".repeat(9);
    assert_eq!(budget(&element(&nested)), "max_positions");
    let groups: String = (0..500)
        .map(|index| {
            format!(
                "<xs:group name='g{index}'><xs:sequence><xs:group ref='g{}'/></xs:sequence></xs:group>",
                index + 1
            )
        })
        .collect();
    let last = "<xs:group name='g500'><xs:sequence/></xs:group>";
    assert_eq!(budget(&(groups + last + &element("<xs:group ref='g0'/>"))), "max_derivation");
    assert_eq!(
        budget(
            &("<xs:group name='g'><xs:sequence><xs:group ref='g'/></xs:sequence></xs:group>".to_owned()
                + &element("<xs:group ref='g'/>"))
        ),
        "max_derivation"
    );
    let chain: String = (0..500)
        .map(|index| {
            format!("<xs:simpleType name='s{index}'><xs:restriction base='s{}'/></xs:simpleType>", index + 1)
        })
        .collect();
    assert_eq!(
        budget(&(chain + "<xs:simpleType name='s500'><xs:restriction base='xs:int'/></xs:simpleType>")),
        "max_derivation"
    );
    // Definitions that double at each step, and nest deeper than any one document.
    let doubling = |what: &str, inner: &str, count: usize| -> String {
        (1..count)
            .map(|index| {
                format!(
                    "<xs:{what} name='d{index}'>{}</xs:{what}>",
                    inner.replace('#', &(index - 1).to_string())
                )
            })
            .collect()
    };
    let groups = "<xs:group name='d0'><xs:sequence/></xs:group>".to_owned()
        + &doubling("group", "<xs:sequence><xs:group ref='d#'/><xs:group ref='d#'/></xs:sequence>", 40);
    assert_eq!(budget(&(groups + &element("<xs:group ref='d39'/>"))), "max_positions");
    let chain = "<xs:group name='d0'><xs:sequence/></xs:group>".to_owned()
        + &doubling("group", "<xs:sequence><xs:choice><xs:group ref='d#'/></xs:choice></xs:sequence>", 300)
        + &(0..300)
            .map(|index| {
                element(&format!("<xs:group ref='d{index}'/>")).replace("'r'", &format!("'r{index}'"))
            })
            .collect::<String>();
    assert_eq!(budget(&chain), "max_nesting");
    let unions = "<xs:simpleType name='d0'><xs:union memberTypes='xs:int'/></xs:simpleType>".to_owned();
    assert_eq!(
        budget(&(unions.clone() + &doubling("simpleType", "<xs:union memberTypes='d# d#'/>", 40))),
        "max_positions"
    );
    assert_eq!(
        budget(&(unions + &doubling("simpleType", "<xs:union memberTypes='d#'/>", 400))),
        "max_nesting"
    );
    let attributes = "<xs:attributeGroup name='d0'/>".to_owned()
        + &doubling("attributeGroup", "<xs:attributeGroup ref='d#'/><xs:attributeGroup ref='d#'/>", 60);
    compile(&(attributes + &element("<xs:attributeGroup ref='d50'/>")));
    let deep = element(&("<xs:sequence>".repeat(200) + &"</xs:sequence>".repeat(200)));
    assert!(matches!(try_compile(&deep).unwrap_err().kind, LoadErrorKind::NotXml(_)));
    let mut limits = Limits::default();
    limits.max_files = 1;
    let files = set(&[
        ("a.xsd", &format!("{HEAD}<xs:include schemaLocation='b.xsd'/></xs:schema>")),
        ("b.xsd", &format!("{HEAD}</xs:schema>")),
    ]);
    let error = Schema::compile_with(&files, "a.xsd", &limits).unwrap_err();
    assert!(matches!(error.kind, LoadErrorKind::Budget { name: "max_files", .. }));
    let total: usize = files.values().map(String::len).sum();
    let within = |max_total_bytes| {
        let mut limits = Limits::default();
        limits.max_total_bytes = max_total_bytes;
        Schema::compile_with(&files, "a.xsd", &limits)
    };
    assert!(within(total).is_ok());
    let error = within(total - 1).unwrap_err();
    assert!(matches!(error.kind, LoadErrorKind::Budget { name: "max_total_bytes", .. }), "{error}");
}

#[test]
fn complex_type_under_the_name_of_a_built_in_one_is_meant() {
    let text = "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='http://www.w3.org/2001/XMLSchema'>\
                <xs:complexType name='string'><xs:attribute name='a' use='required'/></xs:complexType>\
                <xs:element name='r' type='xs:anyType'/></xs:schema>";
    // In any order of tables, which differ from one time to the next.
    for _ in 0..20 {
        let schema = Schema::compile(&set(&[("a.xsd", text)]), "a.xsd").unwrap();
        let document = "<xs:r xmlns:xs='http://www.w3.org/2001/XMLSchema' \
                        xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='xs:string'/>";
        let document = xml::parse(document.as_bytes(), &xml::Limits::default()).unwrap();
        let mut violations = Vec::new();
        schema.validate(&document, &mut violations);
        let codes: Vec<_> = violations.iter().map(|violation| violation.code).collect();
        assert_eq!(codes, ["cvc-complex-type.4"]);
    }
}

#[test]
fn content_models_of_a_set_share_one_budget() {
    let compile = |types: usize, max_transitions| {
        let types: String = (0..types)
            .map(|index| {
                format!(
                    "<xs:complexType name='t{index}'><xs:sequence><xs:element name='a'/>\
                     <xs:element name='b'/><xs:any namespace='##other'/></xs:sequence></xs:complexType>"
                )
            })
            .collect();
        let mut limits = Limits::default();
        limits.max_transitions = max_transitions;
        Schema::compile_with(&set(&[("a.xsd", &format!("{HEAD}{types}</xs:schema>"))]), "a.xsd", &limits)
    };
    let least = |types| (0..100).find(|&limit| compile(types, limit).is_ok()).unwrap();
    assert_eq!(least(9) - least(5), 4 * 3, "three transitions a type");
    let error = compile(9, least(9) - 1).unwrap_err();
    assert!(matches!(error.kind, LoadErrorKind::Budget { name: "max_transitions", .. }), "{error}");
}

#[test]
fn a_hostile_document_gives_a_bounded_number_of_violations() {
    let schema = compile("<xs:element name='r'/>");
    let many = format!("<r>{}</r>", "<r xsi:type='none'/>".repeat(5_000));
    assert_eq!(codes(&schema, &many).len(), MAX_VIOLATIONS);
}

#[test]
fn a_violation_becomes_a_finding_with_place_and_path() {
    let schema = compile("<xs:element name='r' type='xs:int'/>");
    let text = "\n<r xmlns='urn:t'>тест</r>";
    let document = xml::parse(text.as_bytes(), &xml::Limits::default()).unwrap();
    let mut violations = Vec::new();
    schema.validate(&document, &mut violations);
    let finding = violations[0].finding(&schema, &document, &LineIndex::new(text.as_bytes()));
    assert_eq!((finding.layer, finding.owner, finding.retryable), (Layer::Xsd, Owner::Mis, false));
    assert_eq!(
        (finding.code, finding.rule.as_deref()),
        ("VALIDATION_ERROR", Some("cvc-datatype-valid.1.2.1"))
    );
    assert_eq!((finding.line, finding.column, finding.offset), (2, 1, 1));
    assert_eq!(finding.path.as_deref(), Some("/Q{urn:t}r[1]"));
    assert!(!finding.message.ru.contains("тест"), "texts of documents are not quoted");
}

#[test]
fn a_schema_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Schema>();
}
