//! Schematron to XSLT, in the form in which the field runs it.
//!
//! The established compilers of Schematron are not in the package registries of every machine, so the stylesheet is made
//! here: one mode for all patterns, a template a rule, later rules win by priority and hand the node on, the rules that
//! took a node travel as a parameter, and the report is put together pattern by pattern at the end. That is the form SchXslt
//! gives its stylesheets; how their times compare is noted with the measurements.

use std::fmt::Write as _;

use roxmltree::{Document, Node};

const SCHEMATRON: &str = "http://purl.oclc.org/dsdl/schematron";

const HEAD: &str = r##"<xsl:output indent="yes"/>
<xsl:template match="text() | @*" mode="#all" priority="-10"/>
<xsl:template match="/" mode="#all" priority="-10"><xsl:apply-templates mode="#current" select="node()"/></xsl:template>
<xsl:template match="*" mode="#all" priority="-10">
<xsl:apply-templates mode="#current" select="@*"/><xsl:apply-templates mode="#current" select="node()"/></xsl:template>
<xsl:function name="s:location" as="xs:string"><xsl:param name="node" as="node()"/>
<xsl:variable name="steps" as="xs:string*"><xsl:for-each select="$node/ancestor-or-self::node()">
<xsl:variable name="place"><xsl:number level="single"/></xsl:variable>
<xsl:choose>
<xsl:when test=". instance of element()"><xsl:value-of select="concat('Q{', namespace-uri(.), '}', local-name(.), '[', $place, ']')"/></xsl:when>
<xsl:when test=". instance of attribute()"><xsl:value-of select="concat('@Q{', namespace-uri(.), '}', local-name(.))"/></xsl:when>
<xsl:when test=". instance of text()"><xsl:value-of select="concat('text()[', $place, ']')"/></xsl:when>
<xsl:otherwise/></xsl:choose></xsl:for-each></xsl:variable>
<xsl:value-of select="concat('/', string-join($steps, '/'))"/></xsl:function>
<xsl:template match="root()">
<xsl:variable name="report" as="element()*"><xsl:call-template name="rules"/></xsl:variable>
<svrl:schematron-output><xsl:for-each select="$report/s:pattern"><xsl:sequence select="node()"/>
<xsl:sequence select="../s:rule[@pattern = current()/@id]/node()"/></xsl:for-each></svrl:schematron-output>
</xsl:template>
"##;

/// The stylesheet of a rule set; `None` where it uses more than the official rule sets do.
pub(crate) fn stylesheet(schema: &str) -> Option<String> {
    let document = Document::parse(schema.trim_start_matches('\u{FEFF}')).ok()?;
    let root = document.root_element();
    let mut out = String::from(
        r#"<xsl:transform version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:s="urn:semd:compare" xmlns:svrl="http://purl.oclc.org/dsdl/svrl" xmlns:xs="http://www.w3.org/2001/XMLSchema" exclude-result-prefixes="s xs""#,
    );
    let mut known = vec!["s", "xs", "xsl", "svrl"];
    for declared in children(root, "ns") {
        // Some rule sets declare a prefix twice.
        let prefix = declared.attribute("prefix")?;
        if !known.contains(&prefix) {
            known.push(prefix);
            let _ = write!(out, " xmlns:{prefix}=\"{}\"", escaped(declared.attribute("uri")?));
        }
    }
    out.push_str(">\n");
    out.push_str(HEAD);
    let patterns: Vec<Node<'_, '_>> = children(root, "pattern").collect();
    out.push_str("<xsl:template name=\"rules\"><s:document>");
    for index in 0..patterns.len() {
        let _ = write!(
            out,
            "<s:pattern id=\"p{index}\"><xsl:for-each select=\"root()\"><svrl:active-pattern><xsl:attribute name=\"documents\" select=\"base-uri(.)\"/></svrl:active-pattern></xsl:for-each></s:pattern>\n"
        );
    }
    out.push_str("<xsl:apply-templates mode=\"rules\" select=\"root()\"/></s:document></xsl:template>\n");
    let mut priority: usize = patterns.iter().map(|pattern| children(*pattern, "rule").count()).sum();
    for (index, pattern) in patterns.iter().enumerate() {
        for rule in children(*pattern, "rule") {
            self::rule(&mut out, index, priority, rule)?;
            priority -= 1;
        }
    }
    out.push_str("</xsl:transform>\n");
    Some(out)
}

fn rule(out: &mut String, pattern: usize, priority: usize, rule: Node<'_, '_>) -> Option<()> {
    let context = escaped(rule.attribute("context")?);
    let _ = write!(
        out,
        r#"<xsl:template match="{context}" priority="{priority}" mode="rules"><xsl:param name="taken" as="xs:string*"/><xsl:choose>
<xsl:when test="$taken[. = 'p{pattern}']"><s:rule pattern="p{pattern}"><svrl:suppressed-rule context="{suppressed}"/></s:rule>
<xsl:next-match><xsl:with-param name="taken" as="xs:string*" select="$taken"/></xsl:next-match></xsl:when>
<xsl:otherwise><s:rule pattern="p{pattern}"><svrl:fired-rule><xsl:attribute name="context">{context}</xsl:attribute></svrl:fired-rule>
"#,
        suppressed = braced(&context),
    );
    for check in rule.children().filter(Node::is_element) {
        let test = escaped(check.attribute("test")?);
        let text: String = check.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect();
        let (condition, name) = match check.tag_name().name() {
            "assert" => (format!("not({test})"), "failed-assert"),
            "report" => (test.clone(), "successful-report"),
            _ => return None,
        };
        let _ = write!(
            out,
            r#"<xsl:if test="{condition}"><svrl:{name} location="{{s:location(.)}}"><xsl:attribute name="test">{test}</xsl:attribute><svrl:text>{text}</svrl:text></svrl:{name}></xsl:if>
"#,
            text = escaped(&text),
        );
    }
    let _ = write!(
        out,
        r#"</s:rule><xsl:next-match><xsl:with-param name="taken" as="xs:string*" select="($taken, 'p{pattern}')"/></xsl:next-match></xsl:otherwise></xsl:choose></xsl:template>
"#
    );
    Some(())
}

fn children<'a, 'd>(parent: Node<'a, 'd>, name: &'static str) -> impl Iterator<Item = Node<'a, 'd>> {
    parent.children().filter(move |child| child.has_tag_name((SCHEMATRON, name)))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// Curly brackets of an attribute value template doubled.
fn braced(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}
