//! `sarif`: SARIF 2.1.0 (OASIS), which code hosts and editors read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::{Lang, Severity, Verdict};
use super::item::{Item, Problem};

/// A log that grows by one document after the other.
///
/// ```
/// use semd_core::report::format::{Item, sarif};
/// use semd_core::report::{Lang, Verdict};
///
/// let mut log = sarif::Log::new("0.1.0", Lang::En);
/// log.add(&Item { file: "in/a.xml", verdict: Verdict::Valid, elapsed_us: 1500, problems: Vec::new() });
/// assert!(log.finish().contains(r#""version":"2.1.0""#));
/// ```
#[derive(Clone, Debug)]
pub struct Log {
    version: &'static str,
    lang: Lang,
    /// Number of each rule by code and name.
    rules: BTreeMap<(String, String), usize>,
    results: Vec<Value>,
    undecided: Vec<Value>,
}

impl Log {
    /// An empty log of this version of the program.
    pub fn new(version: &'static str, lang: Lang) -> Self {
        Self { version, lang, rules: BTreeMap::new(), results: Vec::new(), undecided: Vec::new() }
    }

    /// Adds a document. One that could not be judged is a notification of the run.
    pub fn add(&mut self, item: &Item<'_>) {
        let place = json!({ "uri": uri(item.file) });
        for problem in &item.problems {
            let next = self.rules.len();
            let index = *self.rules.entry((problem.code.to_owned(), problem.rule.to_owned())).or_insert(next);
            self.results.push(result(problem, index, &place));
        }
        if item.verdict == Verdict::Undecided {
            self.undecided.push(json!({
                "level": "error",
                "message": { "text": format!("{}: {}", item.file, item.verdict.word(self.lang)) },
                "locations": [{ "physicalLocation": { "artifactLocation": place } }],
            }));
        }
    }

    /// The document, on one line.
    pub fn finish(self) -> String {
        let mut rules: Vec<_> = self.rules.iter().collect();
        rules.sort_by_key(|(_, index)| **index);
        let rules: Vec<Value> = rules
            .into_iter()
            .map(|((code, rule), _)| json!({ "id": rule, "properties": { "code": code } }))
            .collect();
        let log = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": { "name": "semd", "version": self.version, "rules": rules } },
                "columnKind": "unicodeCodePoints",
                "invocations": [{
                    "executionSuccessful": self.undecided.is_empty(),
                    "toolExecutionNotifications": self.undecided,
                }],
                "results": self.results,
            }],
        });
        format!("{log}\n")
    }
}

fn result(problem: &Problem<'_>, index: usize, place: &Value) -> Value {
    let level = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    let mut text = problem.message.to_owned();
    if let Some(help) = &problem.help {
        text.push_str(" → ");
        text.push_str(help);
    }
    let mut location = json!({ "physicalLocation": { "artifactLocation": place } });
    if problem.line > 0 {
        location["physicalLocation"]["region"] =
            json!({ "startLine": problem.line, "startColumn": problem.column.max(1) });
    }
    if let Some(path) = problem.path {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": path, "kind": "element" }]);
    }
    json!({
        "ruleId": problem.rule,
        "ruleIndex": index,
        "level": level,
        "message": { "text": text },
        "locations": [location],
        "properties": { "code": problem.code, "owner": problem.owner, "retryable": problem.retryable },
    })
}

/// A name of a file as a URI reference (RFC 3986): relative names stay relative.
fn uri(file: &str) -> String {
    let file = file.replace('\\', "/");
    let mut out = String::with_capacity(file.len());
    let drive = file.as_bytes().get(1) == Some(&b':');
    out.push_str(match file.starts_with('/') {
        true => "file://",
        false if drive => "file:///",
        false => "",
    });
    for byte in file.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            b':' if drive => out.push(':'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::super::Owner;
    use super::*;

    #[test]
    fn names_of_files_become_references() {
        assert_eq!(uri("in/документ 1.xml"), "in/%D0%B4%D0%BE%D0%BA%D1%83%D0%BC%D0%B5%D0%BD%D1%82%201.xml");
        assert_eq!(uri("/in/a.xml"), "file:///in/a.xml");
        assert_eq!(uri("C:\\in\\a.xml"), "file:///C:/in/a.xml");
    }

    #[test]
    fn results_point_to_rules_and_places() {
        let problem = |rule, line| Problem {
            code: "VALIDATION_ERROR",
            rule,
            severity: Severity::Error,
            message: "мало",
            help: None,
            path: Some("/ClinicalDocument[1]"),
            line,
            column: 4,
            owner: Owner::Mis,
            retryable: false,
        };
        let problems = vec![problem("У1-1", 7), problem("У1-2", 0), problem("У1-1", 9)];
        let mut log = Log::new("1", Lang::Ru);
        log.add(&Item { file: "a.xml", verdict: Verdict::Invalid, elapsed_us: 1, problems });
        log.add(&Item { file: "b.xml", verdict: Verdict::Undecided, elapsed_us: 1, problems: Vec::new() });
        let value: Value = serde_json::from_str(&log.finish()).unwrap();
        let run = &value["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 2);
        let index: Vec<_> = run["results"].as_array().unwrap().iter().map(|one| &one["ruleIndex"]).collect();
        assert_eq!(index, [0, 1, 0]);
        let place = &run["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&json!(7), &json!(4)));
        assert!(run["results"][1]["locations"][0]["physicalLocation"].get("region").is_none());
        assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    }
}
