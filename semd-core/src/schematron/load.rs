//! A Schematron file to plain definitions (ISO/IEC 19757-3): abstract patterns and rules expanded, phase chosen.

use std::borrow::Cow;

use super::LoadError;
use super::source::{Source, Text};
use crate::xml::{Element, ElementId};

/// Rules, assertions and references of one rule set once it is expanded; the largest official one has some 5,000.
const MAX_SIZE: usize = 200_000;
/// Abstract rules extending one another.
const MAX_EXTENDS: usize = 16;
/// Every pattern is active (ISO/IEC 19757-3, section 5.4.11).
const ALL_PHASES: &str = "#ALL";

#[derive(Debug, Default)]
pub(super) struct Definitions<'d> {
    pub(super) namespaces: Vec<(String, String)>,
    pub(super) lets: Vec<LetDefinition<'d>>,
    pub(super) patterns: Vec<PatternDefinition<'d>>,
}

#[derive(Debug)]
pub(super) struct LetDefinition<'d> {
    pub(super) name: String,
    pub(super) value: Text<'d>,
}

#[derive(Debug)]
pub(super) struct PatternDefinition<'d> {
    /// 1-based place among the patterns of the file.
    pub(super) number: u32,
    pub(super) lets: Vec<LetDefinition<'d>>,
    pub(super) rules: Vec<RuleDefinition<'d>>,
}

#[derive(Debug)]
pub(super) struct RuleDefinition<'d> {
    pub(super) context: Text<'d>,
    pub(super) lets: Vec<LetDefinition<'d>>,
    pub(super) checks: Vec<CheckDefinition<'d>>,
}

#[derive(Debug)]
pub(super) struct CheckDefinition<'d> {
    pub(super) report: bool,
    pub(super) test: Text<'d>,
    pub(super) message: Vec<PartDefinition<'d>>,
}

#[derive(Debug)]
pub(super) enum PartDefinition<'d> {
    Text(Cow<'d, str>),
    ValueOf(Text<'d>),
    Name(Option<Text<'d>>),
}

/// Values of the parameters of an abstract pattern.
type Parameters = [(String, String)];

/// Reads the definitions of a file.
pub(super) fn load<'d>(source: &Source<'d>) -> Result<Definitions<'d>, LoadError> {
    let mut loader = Loader { source, size: 0, out: Definitions::default() };
    loader.schema()?;
    Ok(loader.out)
}

struct Loader<'s, 'd> {
    source: &'s Source<'d>,
    /// Rules, assertions and references read so far.
    size: usize,
    out: Definitions<'d>,
}

impl<'d> Loader<'_, 'd> {
    fn grow(&mut self) -> Result<(), LoadError> {
        self.size += 1;
        if self.size > MAX_SIZE { Err(LoadError::TooLarge) } else { Ok(()) }
    }

    fn schema(&mut self) -> Result<(), LoadError> {
        let source = self.source;
        let root = source.document.root();
        if !source.is_schematron(root) || source.document.local_name(root) != "schema" {
            return Err(LoadError::NotSchematron);
        }
        if let Some(binding) = source.attribute(root, "queryBinding")
            && !["xslt", "xslt2", "xslt3", "xpath", "xpath2", "xpath3", "xpath31"].contains(&binding)
        {
            return Err(source.unsupported(root, format!("queryBinding=\"{binding}\"")));
        }
        let children = source.children(root)?;
        let active = self.active_patterns(&children)?;
        for &(child, _) in children.iter().filter(|(_, name)| *name == "ns") {
            let prefix = source.required(child, "prefix")?;
            let uri = source.required(child, "uri")?;
            self.out.namespaces.push((prefix.to_owned(), uri.to_owned()));
        }
        let mut number = 0;
        for (child, name) in children {
            match name {
                "let" => self.out.lets.push(self.let_definition(child, &[])?),
                "pattern" if source.attribute(child, "abstract") == Some("true") => {}
                "pattern" => {
                    number += 1;
                    let id = source.attribute(child, "id");
                    let chosen = match &active {
                        None => true,
                        Some(ids) => id.is_some_and(|id| ids.iter().any(|known| known == id)),
                    };
                    if chosen {
                        let pattern = self.pattern(child, number)?;
                        self.out.patterns.push(pattern);
                    }
                }
                // Documentation of the schema: says nothing about documents.
                "ns" | "title" | "p" | "phase" | "diagnostics" | "properties" => {}
                other => return Err(source.unsupported(child, format!("<{other}>"))),
            }
        }
        Ok(())
    }

    /// Ids of the patterns of the default phase; `None` when all are active.
    fn active_patterns(&mut self, children: &[(ElementId, &str)]) -> Result<Option<Vec<String>>, LoadError> {
        let source = self.source;
        let root = source.document.root();
        let Some(wanted) = source.attribute(root, "defaultPhase").filter(|phase| *phase != ALL_PHASES) else {
            return Ok(None);
        };
        let phase = children
            .iter()
            .find(|(child, name)| *name == "phase" && source.attribute(*child, "id") == Some(wanted));
        let Some((phase, _)) = phase else {
            return Err(source.unresolved(root, wanted));
        };
        let mut ids = Vec::new();
        for (child, name) in source.children(*phase)? {
            match name {
                "active" => ids.push(source.required(child, "pattern")?.to_owned()),
                "let" => self.out.lets.push(self.let_definition(child, &[])?),
                "p" => {}
                other => return Err(source.unsupported(child, format!("<{other}>"))),
            }
        }
        Ok(Some(ids))
    }

    fn let_definition(&self, id: ElementId, parameters: &Parameters) -> Result<LetDefinition<'d>, LoadError> {
        let name = self.source.required(id, "name")?.to_owned();
        let value = self.text(id, "value", parameters)?;
        Ok(LetDefinition { name, value })
    }

    fn text(
        &self,
        id: ElementId,
        attribute: &'static str,
        parameters: &Parameters,
    ) -> Result<Text<'d>, LoadError> {
        let mut text = self.source.text(id, attribute)?;
        if !parameters.is_empty() {
            text.content = substitute(&text.content, parameters).into();
        }
        Ok(text)
    }

    fn pattern(&mut self, id: ElementId, number: u32) -> Result<PatternDefinition<'d>, LoadError> {
        let source = self.source;
        let mut pattern = PatternDefinition { number, lets: Vec::new(), rules: Vec::new() };
        if let Some(documents) = source.attribute(id, "documents") {
            return Err(source.unsupported(id, format!("documents=\"{documents}\"")));
        }
        let Some(wanted) = source.attribute(id, "is-a") else {
            self.pattern_content(id, &[], &mut pattern)?;
            return Ok(pattern);
        };
        let root = source.document.root();
        let model = source.children(root)?.into_iter().find(|(child, name)| {
            *name == "pattern"
                && source.attribute(*child, "abstract") == Some("true")
                && source.attribute(*child, "id") == Some(wanted)
        });
        let Some((model, _)) = model else {
            return Err(source.unresolved(id, wanted));
        };
        let mut parameters = Vec::new();
        for (child, name) in source.children(id)? {
            match name {
                "param" => {
                    let name = source.required(child, "name")?.to_owned();
                    let value = source.required(child, "value")?.to_owned();
                    parameters.push((name, value));
                }
                "title" | "p" => {}
                other => return Err(source.unsupported(child, format!("<{other}>"))),
            }
        }
        // "$ab" must not be taken for "$a" followed by "b".
        parameters.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        self.pattern_content(model, &parameters, &mut pattern)?;
        Ok(pattern)
    }

    fn pattern_content(
        &mut self,
        id: ElementId,
        parameters: &Parameters,
        pattern: &mut PatternDefinition<'d>,
    ) -> Result<(), LoadError> {
        for (child, name) in self.source.children(id)? {
            match name {
                "let" => pattern.lets.push(self.let_definition(child, parameters)?),
                "rule" if self.source.attribute(child, "abstract") == Some("true") => {}
                "rule" => {
                    self.grow()?;
                    let mut rule = RuleDefinition {
                        context: self.text(child, "context", parameters)?,
                        lets: Vec::new(),
                        checks: Vec::new(),
                    };
                    self.rule_content(child, parameters, &mut rule, 0)?;
                    pattern.rules.push(rule);
                }
                "title" | "p" => {}
                other => return Err(self.source.unsupported(child, format!("<{other}>"))),
            }
        }
        Ok(())
    }

    /// Reads the content of a rule; recursion goes along `extends` only, to a fixed depth.
    fn rule_content(
        &mut self,
        id: ElementId,
        parameters: &Parameters,
        rule: &mut RuleDefinition<'d>,
        depth: usize,
    ) -> Result<(), LoadError> {
        let source = self.source;
        for (child, name) in source.children(id)? {
            match name {
                "let" => rule.lets.push(self.let_definition(child, parameters)?),
                "assert" | "report" => {
                    self.grow()?;
                    rule.checks.push(CheckDefinition {
                        report: name == "report",
                        test: self.text(child, "test", parameters)?,
                        message: self.message(child, parameters)?,
                    });
                }
                "extends" => {
                    self.grow()?;
                    let wanted = source.required(child, "rule")?;
                    let model = source.find_abstract_rule(id, wanted);
                    match model {
                        Some(model) if depth < MAX_EXTENDS => {
                            self.rule_content(model, parameters, rule, depth + 1)?;
                        }
                        _ => return Err(source.unresolved(child, wanted)),
                    }
                }
                "p" => {}
                other => return Err(source.unsupported(child, format!("<{other}>"))),
            }
        }
        Ok(())
    }

    /// The mixed content of an assert or report.
    fn message(&self, id: ElementId, parameters: &Parameters) -> Result<Vec<PartDefinition<'d>>, LoadError> {
        let source = self.source;
        let document = source.document;
        let mut parts = Vec::new();
        let push_text = |parts: &mut Vec<PartDefinition<'d>>, text: &'d str| match parts.last_mut() {
            Some(PartDefinition::Text(last)) => last.to_mut().push_str(text),
            _ => parts.push(PartDefinition::Text(text.into())),
        };
        let mut texts = document.text_ids(id);
        let mut push_texts_before = |parts: &mut Vec<PartDefinition<'d>>, element: u32| {
            while let Some(index) = texts.clone().next()
                && document.texts()[index as usize].before <= element
            {
                texts.next();
                push_text(parts, document.text(&document.texts()[index as usize]));
            }
        };
        let Element { end, .. } = *document.element(id);
        for child in document.descendants(id) {
            push_texts_before(&mut parts, child.0);
            match (source.is_schematron(child), document.local_name(child)) {
                (true, "value-of") => {
                    parts.push(PartDefinition::ValueOf(self.text(child, "select", parameters)?))
                }
                (true, "name") if source.attribute(child, "path").is_some() => {
                    parts.push(PartDefinition::Name(Some(self.text(child, "path", parameters)?)));
                }
                (true, "name") => parts.push(PartDefinition::Name(None)),
                // Only the look of the text.
                (true, "emph" | "span" | "dir") | (false, _) => {}
                (true, other) => return Err(source.unsupported(child, format!("<{other}>"))),
            }
        }
        push_texts_before(&mut parts, end);
        Ok(parts)
    }
}

/// Replaces `$name` by the value of the parameter; longer names stand first.
fn substitute(text: &str, parameters: &Parameters) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match parameters.iter().find(|(name, _)| rest.starts_with(name.as_str())) {
            Some((name, value)) => {
                out.push_str(value);
                rest = &rest[name.len()..];
            }
            None => out.push('$'),
        }
    }
    out.push_str(rest);
    out
}
