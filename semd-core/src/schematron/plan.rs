//! A rule set compiled: contexts in one trie, every distinct test once.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::LoadError;
use super::assertion::{Assertion, AssertionId, AssertionKind, Record};
use super::context::alternatives;
use super::evaluate::Worker;
use super::load::{self, LetDefinition, PartDefinition};
use super::message::{self, Message, Part};
use super::source::{Source, Text};
use super::trie::{Trie, TrieBuilder};
use crate::pool::Pool;
use crate::texts::{Piece, Texts};
use crate::xml::{self, Bindings, Limits, LineIndex};
use crate::xpath::{
    self, Binding, Declared, Encoder, Entry, Expr, Let, Names, StaticContext, SyntaxError, SyntaxErrorKind,
    VisibleLet,
};

/// Expressions are long and many: the hash is chosen for speed, and seeded.
type TextMap<'d, V> = HashMap<Cow<'d, str>, V, foldhash::fast::RandomState>;

/// Declarations that use one another; each nests the evaluation of the next.
const MAX_LET_NESTING: usize = 8;

/// What evaluation needs of an assertion; apart from its texts, so that a pass reads little memory.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Check {
    pub(super) test: Entry,
    /// The value of the test that makes a failure.
    pub(super) fails_when: bool,
}

/// A rule: its assertions are adjacent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rule {
    pub(super) pattern: u32,
    pub(super) assertions: std::ops::Range<u32>,
}

/// A compiled rule set: immutable, shared by threads.
#[derive(Debug, Serialize, Deserialize)]
pub struct Plan {
    pub(super) names: Names,
    pub(super) trie: Trie,
    pub(super) rules: Vec<Rule>,
    assertions: Vec<Record>,
    texts: Texts,
    /// One for every assertion.
    pub(super) checks: Vec<Check>,
    pub(super) declared: Declared,
    #[serde(skip)]
    pub(super) workers: Pool<Worker>,
    /// Names of documents as the plan knows them.
    #[serde(skip)]
    pub(super) bindings: Bindings<Binding>,
}

impl Plan {
    /// Compiles a Schematron file.
    ///
    /// # Errors
    ///
    /// [`LoadError`] when the file is not a Schematron schema or uses anything that cannot be evaluated.
    ///
    /// ```
    /// use semd_core::schematron::Plan;
    /// use semd_core::xml::{self, Limits};
    ///
    /// let plan = Plan::compile(
    ///     br#"<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2">
    ///           <pattern><rule context="a"><assert test="count(b)=1">X1-1. One b.</assert></rule></pattern>
    ///         </schema>"#,
    /// )?;
    /// let document = xml::parse(b"<a/>", &Limits::default()).unwrap();
    /// let outcome = plan.evaluate(&document);
    /// assert_eq!(outcome.fired, 1);
    /// assert_eq!(plan.assertion(outcome.failed[0].assertion).name(), "p1r1a1");
    /// # Ok::<(), semd_core::schematron::LoadError>(())
    /// ```
    pub fn compile(source: &[u8]) -> Result<Self, LoadError> {
        let document = xml::parse(source, &Limits::default()).map_err(LoadError::Xml)?;
        let source = Source { document: &document, lines: LineIndex::new(source) };
        let definitions = load::load(&source)?;
        let mut compiler = Compiler {
            source: &source,
            context: StaticContext { namespaces: definitions.namespaces, ..StaticContext::default() },
            visible: Vec::new(),
            contexts: TextMap::default(),
            known_tests: TextMap::default(),
            trie: TrieBuilder::new(),
            rules: Vec::new(),
            assertions: Vec::new(),
            texts: Texts::default(),
            checks: Vec::new(),
            questions: Encoder::default(),
            lets: Vec::new(),
        };
        compiler.declare(&definitions.lets, true)?;
        for pattern in &definitions.patterns {
            compiler.pattern(pattern)?;
        }
        Ok(Self {
            names: compiler.context.names,
            trie: compiler.trie.finish(),
            rules: compiler.rules,
            assertions: compiler.assertions,
            texts: compiler.texts,
            checks: compiler.checks,
            declared: Declared {
                lets: compiler.lets,
                patterns: compiler.context.patterns,
                questions: compiler.questions.finish(),
            },
            workers: Pool::default(),
            bindings: Bindings::default(),
        })
    }

    /// The names of a document as the plan knows them, for [`Plan::bindings`] to keep afterwards.
    pub(super) fn bound(&self, document: &xml::Document<'_>) -> Binding {
        let mut binding = self.bindings.take(document);
        self.names.bind(document, &mut binding);
        binding
    }

    /// An assertion of this plan.
    ///
    /// # Panics
    ///
    /// If the id comes from another plan and is out of range.
    pub fn assertion(&self, id: AssertionId) -> Assertion<'_> {
        Assertion::new(&self.assertions[id.0 as usize], &self.texts)
    }

    /// All assertions in the order of the file.
    pub fn assertions(&self) -> impl ExactSizeIterator<Item = Assertion<'_>> {
        self.assertions.iter().map(|record| Assertion::new(record, &self.texts))
    }

    /// The rules whose contexts end at some states, in their order.
    pub(super) fn rules_of(&self, states: &[u32]) -> Vec<u32> {
        let rules = states.iter().flat_map(|&state| &self.trie.states[state as usize].rules);
        let mut rules: Vec<u32> = rules.copied().collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// Number of rules.
    pub fn rule_count(&self) -> usize {
        self.rules.len()
    }
}

struct Compiler<'s, 'd> {
    source: &'s Source<'d>,
    context: StaticContext,
    visible: Vec<VisibleLet>,
    /// Contexts seen before, with the states where they end; only without variables in scope.
    contexts: TextMap<'d, Vec<u32>>,
    /// Tests seen before; only without variables in scope.
    known_tests: TextMap<'d, Entry>,
    trie: TrieBuilder,
    rules: Vec<Rule>,
    assertions: Vec<Record>,
    texts: Texts,
    checks: Vec<Check>,
    questions: Encoder,
    lets: Vec<Let>,
}

impl<'d> Compiler<'_, 'd> {
    fn parse(&mut self, text: &Text<'_>) -> Result<Expr, LoadError> {
        xpath::parse(&text.content, &mut self.context, &self.visible)
            .map_err(|error| self.source.expression(text, error))
    }

    fn declare(&mut self, definitions: &[LetDefinition<'_>], global: bool) -> Result<(), LoadError> {
        for definition in definitions {
            let expr = self.parse(&definition.value)?;
            let nesting = self.context.deepest_let + 1;
            if nesting > MAX_LET_NESTING {
                let error = SyntaxError { kind: SyntaxErrorKind::TooComplex, offset: 0 };
                return Err(self.source.expression(&definition.value, error));
            }
            self.visible.push(VisibleLet { name: definition.name.clone(), index: self.lets.len(), nesting });
            self.lets.push(Let { expr, global });
        }
        Ok(())
    }

    fn pattern(&mut self, pattern: &load::PatternDefinition<'d>) -> Result<(), LoadError> {
        let outside = self.visible.len();
        self.declare(&pattern.lets, true)?;
        for (index, rule) in pattern.rules.iter().enumerate() {
            let states = self.states(&rule.context)?;
            let id = self.rules.len() as u32;
            for state in states {
                self.trie.accept(state, id);
            }
            let around = self.visible.len();
            self.declare(&rule.lets, false)?;
            let first = self.assertions.len() as u32;
            for (number, check) in rule.checks.iter().enumerate() {
                let assertion =
                    self.assertion(check, (pattern.number, index as u32 + 1, number as u32 + 1))?;
                self.assertions.push(assertion);
            }
            self.rules
                .push(Rule { pattern: pattern.number, assertions: first..self.assertions.len() as u32 });
            self.visible.truncate(around);
        }
        self.visible.truncate(outside);
        Ok(())
    }

    /// The states at which the alternatives of a context end.
    fn states(&mut self, context: &Text<'d>) -> Result<Vec<u32>, LoadError> {
        let sharable = self.visible.is_empty();
        if sharable && let Some(known) = self.contexts.get(&context.content) {
            return Ok(known.clone());
        }
        let parsed = self.parse(context)?;
        let Some(alternatives) = alternatives(parsed) else {
            let error = SyntaxError { kind: SyntaxErrorKind::NotAPattern, offset: 0 };
            return Err(self.source.expression(context, error));
        };
        let (trie, questions) = (&mut self.trie, &mut self.questions);
        let states: Vec<u32> = alternatives.iter().map(|one| trie.insert(one, questions)).collect();
        if sharable {
            self.contexts.insert(context.content.clone(), states.clone());
        }
        Ok(states)
    }

    fn assertion(
        &mut self,
        check: &load::CheckDefinition<'d>,
        (pattern, rule, number): (u32, u32, u32),
    ) -> Result<Record, LoadError> {
        let sharable = self.visible.is_empty();
        let known = self.known_tests.get(&check.test.content).filter(|_| sharable);
        let test = match known {
            Some(&known) => known,
            None => {
                let expr = self.parse(&check.test)?;
                let id = self.questions.add(expr);
                if sharable {
                    self.known_tests.insert(check.test.content.clone(), id);
                }
                id
            }
        };
        self.checks.push(Check { test, fails_when: check.report });
        let (message, label) = self.message(&check.message)?;
        Ok(Record {
            pattern,
            rule,
            number,
            kind: if check.report { AssertionKind::Report } else { AssertionKind::Assert },
            text: self.texts.add(&check.test.content),
            message,
            label,
        })
    }

    /// A message, and the label in front of it.
    fn message(&mut self, parts: &[PartDefinition<'_>]) -> Result<(Message, Option<Piece>), LoadError> {
        if let [PartDefinition::Text(text)] = parts {
            return Ok((Message::Words(self.texts.add(text)), self.label(text)));
        }
        let mut pieces = Vec::with_capacity(parts.len());
        let mut label = None;
        for (index, part) in parts.iter().enumerate() {
            pieces.push(match part {
                // White space at an end joins the words to the value beside it.
                PartDefinition::Text(text) => {
                    if index == 0 {
                        label = self.label(text);
                    }
                    Part::Text(self.texts.add(text))
                }
                PartDefinition::ValueOf(select) => Part::ValueOf(self.parse(select)?),
                PartDefinition::Name(None) => Part::Name(None),
                PartDefinition::Name(Some(path)) => Part::Name(Some(self.parse(path)?)),
            });
        }
        Ok((Message::Parts(pieces), label))
    }

    fn label(&mut self, text: &str) -> Option<Piece> {
        message::label(text).map(|label| self.texts.add(label))
    }
}
