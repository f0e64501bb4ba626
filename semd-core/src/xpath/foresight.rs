//! Answers that the names of an element's children and attributes give alone.

use super::Declared;
use super::ask::Place;
use super::ast::{Axis, NodeTest, Path, Start, Step};
use super::eval::Evaluator;
use super::question::{Entry, PackedName, Question, Questions, Subject};
use crate::xml::{AttributeId, ElementId, Node};

/// How the children and attributes of a node are called: all that its signature tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// The document node: its only child is not looked at.
    open: bool,
    /// Bits of the names of all children and attributes.
    masks: (u64, u64),
    /// Symbols of the children, ascending, and how many there are of each.
    children: Vec<(u32, i64)>,
    /// Symbols of the attributes in their order, and whether they are empty.
    attributes: Vec<(u32, bool)>,
}

impl Evaluator<'_> {
    /// The facts of a node. Attributes and text nodes have neither children nor attributes.
    pub(crate) fn facts(&self, node: Node) -> Facts {
        match node {
            Node::Document => Facts::open(),
            Node::Element(id) => self.facts_of_element(id),
            Node::Attribute(_) | Node::Text(_) => Facts::default(),
        }
    }

    fn facts_of_element(&self, id: ElementId) -> Facts {
        let document = self.document;
        let element = document.element(id);
        let mut children: Vec<(u32, i64)> =
            document.children(id).map(|child| (self.symbol(child), 1)).collect();
        children.sort_unstable();
        children.dedup_by(|(next, more), (symbol, count)| {
            let same = next == symbol;
            if same {
                *count += *more;
            }
            same
        });
        let attributes = document.attribute_ids(id).map(|attribute| {
            let attribute = document.attribute_at(AttributeId(attribute));
            (self.binding.attribute(attribute.name), attribute.octets() == 0)
        });
        Facts {
            open: false,
            masks: (element.child_mask, element.attribute_mask),
            children,
            attributes: attributes.collect(),
        }
    }
}

impl Facts {
    /// Nothing is known.
    pub(crate) fn open() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// Whether nothing is known.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Where the attribute with a name stands.
    pub(super) fn place(&self, name: PackedName) -> Option<Place> {
        let symbol = name.unpacked().symbol;
        let at = self.attributes.iter().position(|(known, _)| *known == symbol)?;
        u32::try_from(at).ok().map(Place)
    }

    /// Whether names that are needed may all occur.
    pub(crate) fn admit(&self, (children, attributes): (u64, u64)) -> bool {
        self.open || self.masks.0 & children == children && self.masks.1 & attributes == attributes
    }

    fn count(&self, name: PackedName) -> i64 {
        self.count_of_symbol(name.unpacked().symbol)
    }

    fn count_of_symbol(&self, symbol: u32) -> i64 {
        let found = self.children.binary_search_by_key(&symbol, |&(known, _)| known);
        found.map_or(0, |at| self.children[at].1)
    }

    /// Whether the attribute with a symbol is empty, if there is one.
    fn attribute(&self, symbol: u32) -> Option<bool> {
        self.attributes.iter().find(|(known, _)| *known == symbol).map(|&(_, empty)| empty)
    }

    fn exclude(&self, subject: Subject, questions: &Questions) -> bool {
        match subject {
            Subject::Own => false,
            Subject::Attribute(name) => self.attribute(name.unpacked().symbol).is_none(),
            Subject::Child(name) | Subject::ChildAttribute(name, _) | Subject::Grandchild(name, _) => {
                self.count(name) == 0
            }
            Subject::Route(route) => {
                !route.from_root
                    && questions
                        .moves(route)
                        .first()
                        .is_some_and(|step| self.exclude_step(step.axis, &step.test))
            }
            Subject::Path(path) => self.exclude_path(&questions.paths[path as usize]),
        }
    }

    fn exclude_path(&self, path: &Path) -> bool {
        match (&path.start, path.steps.first()) {
            (Start::Context, Some(Step::Axis(step))) => self.exclude_step(step.axis, &step.test),
            _ => false,
        }
    }

    fn exclude_step(&self, axis: Axis, test: &NodeTest) -> bool {
        match (axis, test) {
            (Axis::Child, &NodeTest::Name { symbol, .. }) => self.count_of_symbol(symbol) == 0,
            (Axis::Attribute, &NodeTest::Name { symbol, .. }) => self.attribute(symbol).is_none(),
            _ => false,
        }
    }

    /// The answer to a question about nodes that are there, where their names give it.
    fn answer(&self, subject: Subject, question: Question, questions: &Questions) -> Option<bool> {
        match (subject, question) {
            (Subject::Child(_) | Subject::Attribute(_), Question::Exists) => Some(true),
            (Subject::Attribute(name), Question::Filled) => {
                self.attribute(name.unpacked().symbol).map(|empty| !empty)
            }
            (Subject::Child(name), Question::Counts(comparison, constants)) => {
                Some(questions.counts(self.count(name), comparison, constants))
            }
            (Subject::Attribute(_), Question::Counts(comparison, constants)) => {
                Some(questions.counts(1, comparison, constants))
            }
            _ => None,
        }
    }
}

impl Declared {
    /// The first question of a condition that the facts of a node do not answer, or its verdict.
    pub(crate) fn advance(&self, entry: Entry, facts: &Facts) -> Entry {
        let questions = &self.questions;
        let mut at = entry;
        while !facts.open
            && at.verdict().is_none()
            && let step = &questions.steps[at.0 as usize]
            && let Some(answer) = self.foreseen(step.subject, step.question, facts)
        {
            at = if answer { step.then } else { step.otherwise };
        }
        at
    }

    fn foreseen(&self, subject: Subject, question: Question, facts: &Facts) -> Option<bool> {
        let questions = &self.questions;
        if !facts.exclude(subject, questions) {
            return facts.answer(subject, question, questions);
        }
        match question {
            Question::Exists
            | Question::Filled
            | Question::Is(..)
            | Question::Among(_)
            | Question::EndsWith(..)
            | Question::Compares(..) => Some(false),
            Question::Counts(comparison, constants) => Some(questions.counts(0, comparison, constants)),
            Question::Matches(pattern) => Some(self.patterns[pattern as usize].is_match("")),
            Question::Truth(_) => None,
        }
    }
}
