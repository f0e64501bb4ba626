//! Conditions as flat code: what nearly all tests and predicates ask, each in one small record, in the order in which they
//! are asked. `and`, `or`, `not` and `if` become the exits of the records; the rest keeps its expression.

use serde::{Deserialize, Serialize};

use super::ask::Place;
use super::ast::{Axis, Comparison, Expr, Name, NodeTest, Path};
use super::foresight::Facts;
use super::memo::Memo;
use crate::tail::{are_equal, tail};

/// Where the code of a condition begins, or one of the two verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Entry(pub(super) u32);

impl Entry {
    pub(crate) const TRUE: Self = Self(u32::MAX);
    pub(crate) const FALSE: Self = Self(u32::MAX - 1);

    /// Stands for a condition that is not code.
    pub(crate) const OPEN: Self = Self(u32::MAX - 2);

    /// The verdict, where nothing is left to ask.
    pub(crate) fn verdict(self) -> Option<bool> {
        match self {
            Self::TRUE => Some(true),
            Self::FALSE => Some(false),
            _ => None,
        }
    }
}

/// One question and where to go on with its answer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Step {
    pub(super) subject: Subject,
    pub(super) question: Question,
    pub(super) then: Entry,
    pub(super) otherwise: Entry,
}

/// The nodes a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Subject {
    /// `.`
    Own,
    /// `@b`
    Attribute(PackedName),
    /// `a`
    Child(PackedName),
    /// `a/@b`
    ChildAttribute(PackedName, PackedName),
    /// `a/b`
    Grandchild(PackedName, PackedName),
    /// Any other way from node to node.
    Route(Route),
    /// A path whose nodes must be put in order, or whose predicates ask for computed positions, by number.
    Path(u32),
}

/// A text that a condition asks for: its bounds in the one text of all constants, and what is asked when it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AskedText {
    start: u32,
    end: u32,
    tail: u64,
    pub(crate) then: Entry,
}

/// A text that is compared with several others.
#[derive(Clone, Copy)]
pub(crate) struct Compared<'v> {
    value: &'v [u8],
    tail: u64,
}

impl<'v> Compared<'v> {
    #[inline(always)]
    pub(super) fn new(value: &'v [u8]) -> Self {
        Self { value, tail: tail(value) }
    }
}

impl Subject {
    /// Whether only attributes are found.
    fn is_attributes(self) -> bool {
        matches!(self, Self::Attribute(_)) || Memo::key(self).is_some()
    }
}

/// Adjacent moves: the number of the first one, how many there are, and whether they begin at the document node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Route {
    pub(super) first: u32,
    pub(super) count: u16,
    pub(super) from_root: bool,
    /// It ends at an attribute and has no conditions: equal routes have equal numbers, and its texts are remembered.
    pub(super) to_attribute: bool,
}

/// One step of a route.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Move {
    pub(super) axis: Axis,
    pub(super) test: NodeTest,
    /// The only position that is taken, or 0 for all of them.
    pub(super) position: u32,
    /// What a node must satisfy beside that.
    pub(super) conditions: Entry,
}

/// What is asked of the nodes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum Question {
    /// Is there one?
    Exists,
    /// Is there one with a text that is not empty?
    Filled,
    /// Has one of them this text, from one byte of all texts on to another?
    Is(u32, u32),
    /// Has one of them one of the texts?
    Among(Constants),
    /// Does the text of the only one of them end so? Bounds as above.
    EndsWith(u32, u32),
    /// Does one of them compare so with one of the texts?
    Compares(Comparison, Constants),
    /// Does their number compare so with one of the numbers?
    Counts(Comparison, Constants),
    /// Does the text of the only one of them match a constant pattern?
    Matches(u32),
    /// The effective boolean value of an expression, by number; the subject is not used.
    Truth(u32),
}

/// Adjacent constants: the number of the first one, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Constants {
    pub(super) first: u32,
    pub(super) count: u16,
}

/// A name in one number: the symbol, and above it the place of the bit in the masks of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PackedName(pub(super) u32);

/// Symbols take the lower bits; a rule set has far fewer names.
const SYMBOL_BITS: u32 = 26;

impl PackedName {
    /// No name at all.
    pub(super) const NONE: Self = Self(u32::MAX);

    pub(super) fn new(name: Name) -> Option<Self> {
        (name.symbol < 1 << SYMBOL_BITS).then(|| Self(name.symbol | name.bit.trailing_zeros() << SYMBOL_BITS))
    }

    #[inline]
    pub(super) fn unpacked(self) -> Name {
        Name { symbol: self.0 & ((1 << SYMBOL_BITS) - 1), bit: 1 << (self.0 >> SYMBOL_BITS) }
    }
}

/// The code of all conditions of a plan.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Questions {
    pub(super) steps: Vec<Step>,
    pub(super) moves: Vec<Move>,
    /// Constant texts, one behind the other, and where each of them ends.
    pub(super) texts: String,
    pub(super) ends: Vec<u32>,
    pub(super) numbers: Vec<i64>,
    pub(super) paths: Vec<Path>,
    pub(super) expressions: Vec<Expr>,
}

impl Questions {
    /// The texts of a question, as bytes.
    #[inline]
    pub(super) fn texts(&self, constants: Constants) -> impl Iterator<Item = &[u8]> {
        let first = constants.first as usize;
        let mut start = if first == 0 { 0 } else { self.ends[first - 1] as usize };
        self.ends[first..first + usize::from(constants.count)].iter().map(move |&end| {
            let text = &self.texts.as_bytes()[start..end as usize];
            start = end as usize;
            text
        })
    }

    /// The only text of a question, as bytes.
    #[inline]
    pub(super) fn text(&self, start: u32, end: u32) -> &[u8] {
        &self.texts.as_bytes()[start as usize..end as usize]
    }

    /// The text that one of some attributes must have for a condition to hold, if that is what it asks first.
    pub(crate) fn text_asked(&self, entry: Entry) -> Option<AskedText> {
        let step = self.steps.get(entry.0 as usize)?;
        match step.question {
            Question::Is(start, end) if step.otherwise == Entry::FALSE && step.subject.is_attributes() => {
                let tail = tail(self.text(start, end));
                Some(AskedText { start, end, tail, then: step.then })
            }
            _ => None,
        }
    }

    /// Whether a text is the one that is asked for.
    #[inline(always)]
    pub(crate) fn is(&self, asked: AskedText, text: &Compared<'_>) -> bool {
        let length = (asked.end - asked.start) as usize;
        let (tails, lengths) = ([asked.tail, text.tail], [length, text.value.len()]);
        are_equal(tails, lengths, || [self.text(asked.start, asked.end), text.value])
    }

    /// Where the attribute stands that a condition asks about first, if the names tell.
    pub(crate) fn place(&self, entry: Entry, facts: &Facts) -> Option<Place> {
        match self.steps[entry.0 as usize].subject {
            Subject::Attribute(name) => facts.place(name),
            _ => None,
        }
    }

    /// Whether two conditions ask about the same nodes.
    pub(crate) fn same_subject(&self, one: Entry, other: Entry) -> bool {
        self.steps[one.0 as usize].subject == self.steps[other.0 as usize].subject
    }

    /// The moves of a route.
    #[inline]
    pub(super) fn moves(&self, route: Route) -> &[Move] {
        let first = route.first as usize;
        &self.moves[first..first + usize::from(route.count)]
    }

    /// Whether a count compares so with one of the numbers of a question.
    #[inline]
    pub(super) fn counts(&self, count: i64, comparison: Comparison, constants: Constants) -> bool {
        let first = constants.first as usize;
        let numbers = &self.numbers[first..first + usize::from(constants.count)];
        numbers.iter().any(|wanted| comparison.holds(Some(count.cmp(wanted))))
    }
}
