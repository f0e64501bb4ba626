//! The expression tree: names are symbols of the plan, constant regular expressions are compiled.

use std::sync::Arc;

use super::functions::Function;
use super::regex::Pattern;
use super::value::Atomic;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    Literal(Atomic<'static>),
    /// `.`
    ContextItem,
    /// `(a, b)`; empty for `()`.
    Sequence(Vec<Expr>),
    /// `[a, b]`
    Array(Vec<Expr>),
    /// A variable of `some`/`every`, by nesting depth.
    Local(usize),
    /// A variable of `sch:let`, by number.
    Let(usize),
    Or(Vec<Expr>),
    And(Vec<Expr>),
    /// `=`, `<` …: existential.
    General(Comparison, Box<(Expr, Expr)>),
    /// `eq`, `lt` …
    Value(Comparison, Box<(Expr, Expr)>),
    Arithmetic(Operator, Box<(Expr, Expr)>),
    Negate(Box<Expr>),
    Range(Box<(Expr, Expr)>),
    Union(Vec<Expr>),
    If(Box<(Expr, Expr, Expr)>),
    Quantified {
        every: bool,
        /// Number of quantified variables around this one.
        slot: usize,
        /// Values and condition.
        parts: Box<(Expr, Expr)>,
    },
    Call(Function, Vec<Expr>),
    Path(Box<Path>),
    Filter(Box<Expr>, Vec<Predicate>),
    /// `path = 'text'` and `path = ['a', 'b']`: the most frequent form, evaluated without building values.
    CompareTexts(Comparison, Box<Path>, Vec<Box<str>>),
    /// `count(path) = 1` and `count(path) = [0, 1]`.
    CompareCount(Comparison, Box<Path>, Vec<i64>),
    /// `matches(…, 'constant')`.
    MatchesConstant(Box<Expr>, Arc<Pattern>),
}

/// Comparison operators, general and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Arithmetic operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    IntegerDivide,
    Modulo,
}

/// A path expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    pub(crate) start: Start,
    pub(crate) steps: Vec<Step>,
    /// The steps alone give nodes in document order without duplicates.
    pub(crate) ordered: bool,
}

/// Where a path begins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Start {
    Context,
    Root,
    Expr(Expr),
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Axis(AxisStep),
    /// Any other expression, evaluated for every node: `title/normalize-space(text())`.
    Expr(Expr),
}

/// A step along an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AxisStep {
    pub(crate) axis: Axis,
    pub(crate) test: NodeTest,
    pub(crate) predicates: Vec<Predicate>,
}

/// Axes of the data model that the tree has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    Child,
    Attribute,
    Descendant,
    DescendantOrSelf,
    SelfNode,
    Parent,
    Ancestor,
    AncestorOrSelf,
    FollowingSibling,
    PrecedingSibling,
}

/// Which nodes of an axis a step takes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NodeTest {
    /// A name, as symbol of the plan; `bit` is its bit in the masks of elements.
    Name { symbol: u32, bit: u64 },
    /// A name in `urn:hl7-org:v3` written with a prefix: unlike an unprefixed one it does not match "no namespace".
    PrefixedV3 { symbol: u32 },
    /// `*`
    Wildcard,
    /// `*:name`
    Local(Box<str>),
    /// `prefix:*`, by namespace name.
    Namespace(Box<str>),
    /// `text()`
    Text,
    /// `node()`
    Node,
}

/// A condition in brackets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Predicate {
    /// `[2]`
    Position(usize),
    /// A condition whose value is never a number and which does not ask for its position.
    Boolean(Expr),
    /// Anything else.
    Dynamic(Expr),
}
