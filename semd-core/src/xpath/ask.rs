//! Answers to the questions of flat code.

use std::borrow::Cow;

use super::ast::{Axis, Name, NodeTest};
use super::error::{ErrorCode, EvalError};
use super::eval::{Evaluator, Focus};
use super::memo::{Found, Key, Memo};
use super::question::{Compared, Entry, Move, PackedName, Question, Step, Subject};
use super::remainder::{Left, Remainders};
use crate::tail;
use crate::xml::{AttributeId, ElementId, Node};

/// Place of an attribute among those of its element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(pub(super) u32);

/// Goes from question to question to the verdict. `answer` gives the question with a number, and its answer.
#[inline(always)]
fn follow<'s, F>(entry: Entry, mut answer: F) -> Result<bool, EvalError>
where
    F: FnMut(u32) -> Result<(&'s Step, bool), EvalError>,
{
    let mut at = entry;
    loop {
        match at {
            Entry::TRUE => return Ok(true),
            Entry::FALSE => return Ok(false),
            Entry(index) => {
                let (step, holds) = answer(index)?;
                at = if holds { step.then } else { step.otherwise };
            }
        }
    }
}

impl<'a> Evaluator<'a> {
    /// Whether a condition holds for a node as context.
    #[inline(never)]
    pub(crate) fn ask(&self, entry: Entry, node: Node) -> Result<bool, EvalError> {
        follow(entry, |index| {
            let step = &self.declared.questions.steps[index as usize];
            Ok((step, self.answer(step, node)?))
        })
    }

    /// As [`Evaluator::ask`], of what is left of a condition for a node of the signature that it was left by.
    pub(crate) fn ask_left(&self, left: &Remainders, entry: Entry, node: Node) -> Result<bool, EvalError> {
        follow(entry, |index| {
            let Left { step, place } = left.get(index);
            let answer = match (place, node) {
                (Some(place), Node::Element(id)) => {
                    self.spend(1)?;
                    self.answer_of_text(step.question, Some(self.attribute_at(id, *place)))?
                }
                _ => self.answer(step, node)?,
            };
            Ok((step, answer))
        })
    }

    #[inline(always)]
    fn attribute_at(&self, id: ElementId, place: Place) -> AttributeId {
        AttributeId(self.document.attribute_ids(id).start + place.0)
    }

    #[inline]
    fn answer(&self, step: &Step, node: Node) -> Result<bool, EvalError> {
        let Node::Element(id) = node else { return self.answer_of_nodes(step, node) };
        match self.attributes_of_subject(step.subject, id)? {
            Some(Found::Nothing) => self.answer_of_text(step.question, None),
            Some(Found::One(attribute)) => self.answer_of_text(step.question, Some(attribute)),
            Some(Found::Several) | None => self.answer_of_nodes(step, node),
        }
    }

    /// What a subject finds from an element; `None` where it may be something else than attributes.
    #[inline]
    fn attributes_of_subject(&self, subject: Subject, id: ElementId) -> Result<Option<Found>, EvalError> {
        match subject {
            Subject::Attribute(name) => {
                let look_up = || {
                    let Name { symbol, bit } = name.unpacked();
                    let found = self.named_attribute(id, symbol, bit)?;
                    Ok::<_, EvalError>(match found {
                        Some(found) => Found::One(found),
                        None => Found::Nothing,
                    })
                };
                self.memo.attribute(id, name, look_up).map(Some)
            }
            subject => Memo::key(subject).map(|key| self.found(key, subject, id)).transpose(),
        }
    }

    /// The attributes whose text a condition asks for, see [`super::question::Questions::text_asked`]: the one at `place`, or else
    /// what the condition finds.
    pub(crate) fn found_by(
        &self,
        entry: Entry,
        place: Option<Place>,
        id: ElementId,
    ) -> Result<Found, EvalError> {
        self.spend(1)?;
        if let Some(place) = place {
            return Ok(Found::One(self.attribute_at(id, place)));
        }
        let subject = self.declared.questions.steps[entry.0 as usize].subject;
        Ok(self.attributes_of_subject(subject, id)?.unwrap_or(Found::Several))
    }

    /// The text of an attribute, for comparison with several others.
    #[inline(always)]
    pub(crate) fn compared(&self, attribute: AttributeId) -> Compared<'_> {
        Compared::new(self.document.value_bytes(self.document.attribute_at(attribute)))
    }

    #[inline(always)]
    fn is_text(&self, attribute: AttributeId, start: u32, end: u32) -> bool {
        let attribute = self.document.attribute_at(attribute);
        attribute.octets() == (end - start) as usize
            && self.document.value_bytes(attribute) == self.declared.questions.text(start, end)
    }

    /// What a route to attributes leads to.
    pub(super) fn found(&self, key: Key, subject: Subject, id: ElementId) -> Result<Found, EvalError> {
        if let Some(known) = self.memo.get(key, id) {
            return Ok(known);
        }
        let mut found = Found::Nothing;
        self.any(subject, Node::Element(id), |node| {
            found = match (node, found) {
                (Node::Attribute(attribute), Found::Nothing) => Found::One(attribute),
                _ => Found::Several,
            };
            Ok(found == Found::Several)
        })?;
        self.memo.set(key, id, found);
        Ok(found)
    }

    pub(super) fn attribute_text(&self, id: AttributeId) -> &'a str {
        self.document.value(self.document.attribute_at(id))
    }

    /// The answer where the subject is at most one attribute, by its text: that of nearly all questions.
    #[inline]
    fn answer_of_text(&self, question: Question, found: Option<AttributeId>) -> Result<bool, EvalError> {
        let questions = &self.declared.questions;
        let value = |id| self.document.value_bytes(self.document.attribute_at(id));
        Ok(match (question, found) {
            (Question::Exists, _) => found.is_some(),
            (Question::Filled, Some(id)) => self.document.attribute_at(id).octets() > 0,
            (Question::Is(start, end), Some(id)) => self.is_text(id, start, end),
            (Question::EndsWith(start, end), Some(id)) => value(id).ends_with(questions.text(start, end)),
            (Question::Among(constants), Some(id)) => {
                let value = value(id);
                questions.texts(constants).any(|text| tail::equal(value, text))
            }
            (Question::Compares(comparison, constants), Some(id)) => {
                let value = value(id);
                questions.texts(constants).any(|text| comparison.holds(Some(value.cmp(text))))
            }
            (Question::Counts(comparison, constants), _) => {
                questions.counts(i64::from(found.is_some()), comparison, constants)
            }
            (Question::Matches(pattern), _) => {
                let text = found.map(|id| self.attribute_text(id));
                self.matches_constant(pattern, text.unwrap_or_default())?
            }
            // Nothing is found, or the subject is not used.
            (_, None) | (Question::Truth(_), _) => false,
        })
    }

    fn matches_constant(&self, pattern: u32, text: &str) -> Result<bool, EvalError> {
        self.spend(text.len() / 16)?;
        Ok(self.declared.patterns[pattern as usize].is_match(text))
    }

    fn answer_of_nodes(&self, step: &Step, node: Node) -> Result<bool, EvalError> {
        let questions = &self.declared.questions;
        match step.question {
            Question::Exists => self.any(step.subject, node, |_| Ok(true)),
            Question::Filled => self.any(step.subject, node, |found| self.is_filled(found)),
            Question::Is(start, end) => {
                let text = questions.text(start, end);
                self.any(step.subject, node, |found| self.with_text(found, |value| value == text))
            }
            Question::Among(constants) => self.any(step.subject, node, |found| {
                self.with_text(found, |value| questions.texts(constants).any(|text| value == text))
            }),
            Question::Compares(comparison, constants) => self.any(step.subject, node, |found| {
                let holds = |value: &[u8]| {
                    questions.texts(constants).any(|text| comparison.holds(Some(value.cmp(text))))
                };
                self.with_text(found, holds)
            }),
            Question::Counts(comparison, constants) => {
                let count = self.count_of_subject(step.subject, node)?;
                Ok(questions.counts(count, comparison, constants))
            }
            Question::Matches(pattern) => {
                let text = self.only_text_of(step.subject, node)?;
                self.matches_constant(pattern, &text)
            }
            Question::EndsWith(start, end) => {
                let text = self.only_text_of(step.subject, node)?;
                Ok(text.as_bytes().ends_with(questions.text(start, end)))
            }
            Question::Truth(expression) => {
                self.boolean(&questions.expressions[expression as usize], &Focus::node(node))
            }
        }
    }

    /// The text of the only node of a subject, empty when there is none.
    fn only_text_of(&self, subject: Subject, node: Node) -> Result<Cow<'a, str>, EvalError> {
        let mut only = None;
        self.any(subject, node, |found| match only.replace(found) {
            None => Ok(false),
            Some(_) => Err(ErrorCode::Xpty0004.into()),
        })?;
        Ok(only.map(|found| self.string(found)).transpose()?.unwrap_or_default())
    }

    fn count_of_subject(&self, subject: Subject, node: Node) -> Result<i64, EvalError> {
        if let (Subject::Route(route), Node::Element(id)) = (subject, node)
            && let Some(count) = self.count_of_column(route, id)?
        {
            return Ok(count);
        }
        if let Subject::Path(path) = subject {
            return self.count_of_path(&self.declared.questions.paths[path as usize], node);
        }
        let mut count = 0;
        self.any(subject, node, |_| {
            count += 1;
            Ok(false)
        })?;
        Ok(count)
    }

    /// Whether one of the nodes satisfies a condition.
    #[inline(always)]
    fn any<C>(&self, subject: Subject, node: Node, mut condition: C) -> Result<bool, EvalError>
    where
        C: FnMut(Node) -> Result<bool, EvalError>,
    {
        match subject {
            Subject::Own => condition(node),
            Subject::Attribute(name) => self.any_attribute(node, name, &mut condition),
            Subject::Child(name) => self.any_child(node, name, &mut condition),
            Subject::ChildAttribute(child, attribute) => {
                self.any_child(node, child, &mut |found| self.any_attribute(found, attribute, &mut condition))
            }
            Subject::Grandchild(child, grandchild) => {
                self.any_child(node, child, &mut |found| self.any_child(found, grandchild, &mut condition))
            }
            Subject::Route(route) => {
                let moves = self.declared.questions.moves(route);
                let start = if route.from_root { Node::Document } else { node };
                self.any_of_route(moves, start, &mut condition)
            }
            Subject::Path(path) => {
                let path = &self.declared.questions.paths[path as usize];
                self.any_of_path(path, node, &mut condition)
            }
        }
    }

    fn any_of_route<C>(&self, moves: &'a [Move], node: Node, condition: &mut C) -> Result<bool, EvalError>
    where
        C: FnMut(Node) -> Result<bool, EvalError>,
    {
        let [step, rest @ ..] = moves else { return condition(node) };
        let mut position = 0_u32;
        let mut satisfied = false;
        let mut visit = |found: Node| {
            position += 1;
            if step.position != 0 && step.position != position {
                return Ok(true);
            }
            satisfied = (step.conditions == Entry::TRUE || self.ask(step.conditions, found)?)
                && if rest.is_empty() {
                    condition(found)?
                } else {
                    self.any_of_route(rest, found, condition)?
                };
            // Behind the wanted position nothing can follow.
            Ok(!satisfied && step.position == 0)
        };
        match (node, step.axis, &step.test) {
            (Node::Element(id), Axis::Child, &NodeTest::Name { symbol, bit }) => {
                let name = Name { symbol, bit };
                self.children_named(id, name, &mut |child| visit(Node::Element(child)))?
            }
            (Node::Element(id), Axis::Attribute, &NodeTest::Name { symbol, bit }) => {
                self.attribute_named(id, Name { symbol, bit }, &mut visit)?
            }
            (Node::Element(id), Axis::Parent | Axis::Ancestor, NodeTest::Name { symbol, .. }) => {
                self.ancestors_named(id, *symbol, step.axis == Axis::Parent, &mut visit)?
            }
            _ => self.axis(step.axis, &step.test, node, &mut visit)?,
        };
        Ok(satisfied)
    }

    #[inline]
    fn ancestors_named<V>(
        &self,
        id: ElementId,
        symbol: u32,
        nearest: bool,
        visit: &mut V,
    ) -> Result<bool, EvalError>
    where
        V: FnMut(Node) -> Result<bool, EvalError>,
    {
        let mut at = self.document.parent(id);
        while let Some(ancestor) = at {
            self.spend(1)?;
            if self.symbol(ancestor) == symbol && !visit(Node::Element(ancestor))? {
                return Ok(false);
            }
            at = if nearest { None } else { self.document.parent(ancestor) };
        }
        Ok(true)
    }

    #[inline(always)]
    fn any_attribute<C>(&self, node: Node, name: PackedName, condition: &mut C) -> Result<bool, EvalError>
    where
        C: FnMut(Node) -> Result<bool, EvalError>,
    {
        let Node::Element(id) = node else { return Ok(false) };
        Ok(!self.attribute_named(id, name.unpacked(), &mut |found| Ok(!condition(found)?))?)
    }

    #[inline(always)]
    fn any_child<C>(&self, node: Node, name: PackedName, condition: &mut C) -> Result<bool, EvalError>
    where
        C: FnMut(Node) -> Result<bool, EvalError>,
    {
        let name = name.unpacked();
        match node {
            Node::Element(id) => {
                Ok(!self.children_named(id, name, &mut |child| Ok(!condition(Node::Element(child))?))?)
            }
            Node::Document => {
                let root = self.document.root();
                Ok(self.symbol(root) == name.symbol && condition(Node::Element(root))?)
            }
            Node::Attribute(_) | Node::Text(_) => Ok(false),
        }
    }

    /// Whether the string value of a node is not empty.
    fn is_filled(&self, node: Node) -> Result<bool, EvalError> {
        let document = self.document;
        let texts = match node {
            Node::Attribute(id) => return self.with_attribute(id, |value| !value.is_empty()),
            Node::Text(id) => id.0..id.0 + 1,
            Node::Element(id) => document.text_ids(id),
            Node::Document => document.text_ids(document.root()),
        };
        let mut passed = 0;
        let filled = texts.into_iter().any(|text| {
            passed += 1;
            !document.text(&document.texts()[text as usize]).is_empty()
        });
        self.spend(passed)?;
        Ok(filled)
    }

    /// What is found of the string value of a node.
    #[inline(always)]
    fn with_text(&self, node: Node, find: impl FnOnce(&[u8]) -> bool) -> Result<bool, EvalError> {
        match node {
            Node::Attribute(id) => self.with_attribute(id, find),
            _ => Ok(find(self.string(node)?.as_bytes())),
        }
    }

    #[inline(always)]
    fn with_attribute(&self, id: AttributeId, find: impl FnOnce(&[u8]) -> bool) -> Result<bool, EvalError> {
        Ok(find(self.document.value_bytes(self.document.attribute_at(id))))
    }
}
