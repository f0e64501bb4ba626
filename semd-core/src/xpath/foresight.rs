//! Answers that the names of an element's children and attributes give alone.

use super::Declared;
use super::ast::{Axis, NodeTest, Path, Start, Step};
use super::question::{Entry, PackedName, Question, Questions, Subject};

/// Which local names occur among the children and the attributes of an element, as the bits of
/// [`crate::xml::name_bit`]. A missing bit excludes a name; a bit that is there promises nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Masks {
    pub(crate) children: u64,
    pub(crate) attributes: u64,
}

impl Masks {
    /// Nothing is known.
    pub(crate) const OPEN: Self = Self { children: u64::MAX, attributes: u64::MAX };
    /// Attributes and text nodes have neither children nor attributes.
    pub(crate) const LEAF: Self = Self { children: 0, attributes: 0 };

    /// Whether names that are needed may all occur.
    pub(crate) fn admit(self, (children, attributes): (u64, u64)) -> bool {
        self.children & children == children && self.attributes & attributes == attributes
    }

    fn has_child(self, name: PackedName) -> bool {
        self.children & name.unpacked().bit != 0
    }

    fn exclude(self, subject: Subject, questions: &Questions) -> bool {
        match subject {
            Subject::Own => false,
            Subject::Attribute(name) => self.attributes & name.unpacked().bit == 0,
            Subject::Child(name) | Subject::ChildAttribute(name, _) | Subject::Grandchild(name, _) => {
                !self.has_child(name)
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

    fn exclude_path(self, path: &Path) -> bool {
        match (&path.start, path.steps.first()) {
            (Start::Context, Some(Step::Axis(step))) => self.exclude_step(step.axis, &step.test),
            _ => false,
        }
    }

    fn exclude_step(self, axis: Axis, test: &NodeTest) -> bool {
        match (axis, test) {
            (Axis::Child, NodeTest::Name { bit, .. }) => self.children & bit == 0,
            (Axis::Attribute, NodeTest::Name { bit, .. }) => self.attributes & bit == 0,
            _ => false,
        }
    }
}

impl Declared {
    /// The first question of a condition that the masks of an element do not answer, or its verdict.
    pub(crate) fn advance(&self, entry: Entry, masks: Masks) -> Entry {
        let questions = &self.questions;
        let mut at = entry;
        while at.verdict().is_none()
            && let step = &questions.steps[at.0 as usize]
            && masks.exclude(step.subject, questions)
        {
            let answer = match step.question {
                Question::Exists
                | Question::Filled
                | Question::Is(..)
                | Question::Among(_)
                | Question::EndsWith(..)
                | Question::Compares(..) => false,
                Question::Counts(comparison, constants) => {
                    questions.numbers(constants).iter().any(|wanted| comparison.holds(Some(0.cmp(wanted))))
                }
                Question::Matches(pattern) => self.patterns[pattern as usize].is_match(""),
                Question::Truth(_) => return at,
            };
            at = if answer { step.then } else { step.otherwise };
        }
        at
    }
}
