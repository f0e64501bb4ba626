//! What changed between two editions, rule by rule.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::PackageError;
use super::files::Files;
use super::store::MAX_SCHEMATRON_BYTES;
use crate::digest;
use crate::schematron::{AssertionKind, Outline, outline};

/// How a rule or file differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Only the newer edition has it.
    Added,
    /// Only the older edition has it.
    Removed,
    /// Both have it, with another test.
    Test,
    /// Both have it, with another text.
    Message,
    /// Both have it, with other contents.
    Content,
}

/// A rule that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedRule {
    /// How.
    pub change: Change,
    /// Label in front of the message, such as `У1-12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Context of the rule.
    pub context: String,
    /// `assert` or `report`.
    pub kind: &'static str,
    /// The test, of the newer edition where it has one.
    pub test: String,
    /// The test of the older edition, where it was another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_test: Option<String>,
    /// The text, of the newer edition where it has one.
    pub message: String,
    /// The text of the older edition, where it was another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_message: Option<String>,
}

/// A schema file that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileChange {
    /// How.
    pub change: Change,
    /// Name of the file in the schema folder.
    pub file: String,
}

/// What differs between two packages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Rules that differ: in the order of the newer edition, then the removed ones in the order of the older.
    pub rules: Vec<ChangedRule>,
    /// Schema files that differ, by name.
    pub files: Vec<FileChange>,
    /// Number of rules that are the same in both.
    pub same: usize,
}

impl Difference {
    pub(super) fn of(old: (&Files, &str), new: (&Files, &str)) -> Result<Self, PackageError> {
        let mut difference = compare(rules(old.0, old.1)?, rules(new.0, new.1)?);
        let (old_files, new_files) = (schemas(old.0, old.1)?, schemas(new.0, new.1)?);
        for (name, digest) in &new_files {
            match old_files.get(name) {
                None => difference.files.push(FileChange { change: Change::Added, file: name.clone() }),
                Some(known) if known != digest => {
                    difference.files.push(FileChange { change: Change::Content, file: name.clone() });
                }
                Some(_) => {}
            }
        }
        let removed = old_files.keys().filter(|name| !new_files.contains_key(*name));
        difference
            .files
            .extend(removed.map(|name| FileChange { change: Change::Removed, file: name.clone() }));
        difference.files.sort_by(|left, right| left.file.cmp(&right.file));
        Ok(difference)
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.files.is_empty()
    }
}

fn rules(files: &Files, kind: &str) -> Result<Vec<Outline>, PackageError> {
    let names =
        files.schematrons(kind).map_err(|source| PackageError::File { name: kind.to_owned(), source })?;
    let mut rules = Vec::new();
    for name in names {
        let bytes = files
            .read(&name, MAX_SCHEMATRON_BYTES)
            .map_err(|source| PackageError::File { name: name.clone(), source })?;
        rules.extend(outline(&bytes).map_err(|source| PackageError::Schematron { name, source })?);
    }
    Ok(rules)
}

/// Digests of the schema files by their names.
fn schemas(files: &Files, kind: &str) -> Result<BTreeMap<String, String>, PackageError> {
    let failed = |name: &str| {
        let name = name.to_owned();
        move |source| PackageError::File { name, source }
    };
    let mut digests = BTreeMap::new();
    for name in files.schemas(kind).map_err(failed(kind))? {
        let bytes = files.read(&name, MAX_SCHEMATRON_BYTES).map_err(failed(&name))?;
        let inner = name.split_once("/xsd/").map_or(name.as_str(), |(_, inner)| inner);
        digests.insert(inner.to_owned(), digest::sha256(&bytes));
    }
    Ok(digests)
}

/// What a rule is known by, apart from its test.
type Place<'a> = (&'a str, AssertionKind, Option<&'a str>);

fn compare(old: Vec<Outline>, new: Vec<Outline>) -> Difference {
    let mut difference = Difference::default();
    // The same rule stands several times in official files: each is matched once.
    let mut same: HashMap<(&str, AssertionKind, &str), Vec<usize>> = HashMap::new();
    for (at, rule) in old.iter().enumerate().rev() {
        same.entry((&rule.context, rule.kind, &rule.test)).or_default().push(at);
    }
    let mut matched = vec![false; old.len()];
    let mut pairs: Vec<Option<usize>> = Vec::with_capacity(new.len());
    for rule in &new {
        let known = same.get_mut(&(&*rule.context, rule.kind, &*rule.test)).and_then(Vec::pop);
        if let Some(at) = known {
            matched[at] = true;
        }
        pairs.push(known);
    }
    // What is left has another test: the label says which rule it was.
    let mut labelled: HashMap<Place<'_>, Vec<usize>> = HashMap::new();
    for (at, rule) in old.iter().enumerate().rev().filter(|(at, rule)| !matched[*at] && rule.label.is_some())
    {
        labelled.entry((&rule.context, rule.kind, rule.label.as_deref())).or_default().push(at);
    }
    for (rule, pair) in new.iter().zip(pairs) {
        let other = labelled.get_mut(&(&*rule.context, rule.kind, rule.label.as_deref()));
        let (change, before) = match pair {
            Some(at) if old[at].message == rule.message => {
                difference.same += 1;
                continue;
            }
            Some(at) => (Change::Message, Some(at)),
            None => match other.and_then(Vec::pop) {
                Some(at) => {
                    matched[at] = true;
                    (Change::Test, Some(at))
                }
                None => (Change::Added, None),
            },
        };
        difference.rules.push(changed(change, rule, before.map(|at| &old[at])));
    }
    let removed = old.iter().zip(&matched).filter(|(_, matched)| !**matched);
    difference.rules.extend(removed.map(|(rule, _)| changed(Change::Removed, rule, None)));
    difference
}

fn changed(change: Change, rule: &Outline, before: Option<&Outline>) -> ChangedRule {
    let other = |old: &str, new: &str| (old != new).then(|| old.to_owned());
    ChangedRule {
        change,
        rule: rule.label.clone(),
        context: rule.context.clone(),
        kind: match rule.kind {
            AssertionKind::Assert => "assert",
            AssertionKind::Report => "report",
        },
        test: rule.test.clone(),
        old_test: before.and_then(|before| other(&before.test, &rule.test)),
        message: rule.message.clone(),
        old_message: before.and_then(|before| other(&before.message, &rule.message)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rules: &[(&str, &str, &str)]) -> Vec<Outline> {
        let rules: String = rules
            .iter()
            .map(|(context, test, text)| {
                format!("<rule context=\"{context}\"><assert test=\"{test}\">{text}</assert></rule>")
            })
            .collect();
        let text = format!(
            "<schema xmlns=\"http://purl.oclc.org/dsdl/schematron\"><pattern>{rules}</pattern></schema>"
        );
        outline(text.as_bytes()).unwrap()
    }

    #[test]
    fn each_kind_of_change_is_told_from_the_others() {
        let old = read(&[
            ("a", "b", "У1-1. One"),
            ("a", "c", "У1-2. Two"),
            ("a", "d", "У1-3. Three"),
            ("a", "e", "У1-4. Four"),
        ]);
        let new = read(&[
            ("a", "b", "У1-1. One"),
            ("a", "c", "У1-2. Two and more"),
            ("a", "d=1", "У1-3. Three"),
            ("a", "f", "У1-5. Five"),
        ]);
        let difference = compare(old, new);
        let changes: Vec<(Change, Option<&str>)> =
            difference.rules.iter().map(|rule| (rule.change, rule.rule.as_deref())).collect();
        assert_eq!(difference.same, 1);
        assert_eq!(
            changes,
            [
                (Change::Message, Some("У1-2")),
                (Change::Test, Some("У1-3")),
                (Change::Added, Some("У1-5")),
                (Change::Removed, Some("У1-4")),
            ]
        );
        assert_eq!(difference.rules[1].old_test.as_deref(), Some("d"));
        assert_eq!(difference.rules[0].old_message.as_deref(), Some("У1-2. Two"));
    }

    #[test]
    fn repeated_rules_are_matched_one_by_one() {
        let rule = ("a", "b", "У1-1. One");
        let difference = compare(read(&[rule, rule]), read(&[rule]));
        assert_eq!((difference.same, difference.rules.len()), (1, 1));
        assert_eq!(difference.rules[0].change, Change::Removed);
    }
}
