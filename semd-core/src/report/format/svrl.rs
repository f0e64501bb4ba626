//! `svrl`: Schematron Validation Report Language (ISO/IEC 19757-3, annex D), the Schematron findings alone.
//!
//! Plans keep no context expressions, so a fired rule is named by the place where it fired: a pattern that matches this node
//! and no other. One document is one `schematron-output`; of several each stands in a `report` of `reports`.

use std::fmt::Write as _;

use super::super::{Finding, Layer, Severity};
use super::Printed;
use crate::build::escape;
use crate::schematron::AssertionKind;
use crate::xml::{HL7_V3, PREFIXES, is_char};

const NAMESPACE: &str = "http://purl.oclc.org/dsdl/svrl";
/// What stands before the first document.
pub fn begin(several: bool) -> String {
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    let reports = if several { "<reports xmlns=\"urn:semd:reports\">\n" } else { "" };
    format!("{declaration}{reports}")
}

/// What stands behind the last document.
pub fn end(several: bool) -> &'static str {
    if several { "</reports>\n" } else { "" }
}

/// One document.
pub fn document(printed: &Printed<'_>, several: bool) -> String {
    let mut out = String::new();
    if several {
        out.push_str("<report");
        attribute(&mut out, "file", printed.file);
        attribute(&mut out, "sha256", &printed.report.sha256);
        out.push_str(">\n");
    }
    let _ = write!(out, "<svrl:schematron-output xmlns:svrl=\"{NAMESPACE}\" xmlns=\"{HL7_V3}\"");
    attribute(&mut out, "title", printed.report.package.as_deref().unwrap_or(""));
    out.push_str(">\n");
    for (uri, prefix) in PREFIXES {
        out.push_str("<svrl:ns-prefix-in-attribute-values");
        attribute(&mut out, "uri", uri);
        attribute(&mut out, "prefix", prefix);
        out.push_str("/>\n");
    }
    out.push_str("<svrl:active-pattern");
    attribute(&mut out, "document", printed.file);
    out.push_str("/>\n");
    let mut place = None;
    for finding in printed.report.findings.iter().filter(|one| one.layer == Layer::Schematron) {
        write_finding(&mut out, printed, finding, &mut place);
    }
    out.push_str("</svrl:schematron-output>\n");
    if several {
        out.push_str("</report>\n");
    }
    out
}

fn write_finding<'f>(
    out: &mut String,
    printed: &Printed<'_>,
    finding: &'f Finding,
    place: &mut Option<&'f str>,
) {
    // A test without a value is neither an assert that failed nor a report that holds.
    let (Some(test), Some(kind), Severity::Error) = (&finding.test, finding.assertion, finding.severity)
    else {
        return;
    };
    let path = finding.path.as_deref().unwrap_or("/");
    if *place != Some(path) {
        out.push_str("<svrl:fired-rule");
        attribute(out, "context", path);
        out.push_str("/>\n");
        *place = Some(path);
    }
    let name = match kind {
        AssertionKind::Assert => "failed-assert",
        AssertionKind::Report => "successful-report",
    };
    let _ = write!(out, "<svrl:{name}");
    if let Some(rule) = &finding.rule {
        attribute(out, "id", rule);
    }
    attribute(out, "location", path);
    attribute(out, "test", test);
    out.push_str("><svrl:text>");
    escape(finding.message.text(printed.lang), out);
    let _ = writeln!(out, "</svrl:text></svrl:{name}>");
}

fn attribute(out: &mut String, name: &str, value: &str) {
    let _ = write!(out, " {name}=\"");
    // Names of files may have characters that XML does not have.
    let value: String =
        value.chars().map(|c| if is_char(c) { c } else { char::REPLACEMENT_CHARACTER }).collect();
    escape(&value, out);
    out.push('"');
}
