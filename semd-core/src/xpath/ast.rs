//! The expression tree: names are symbols of the plan, constant regular expressions are compiled.

use serde::{Deserialize, Serialize};

use super::functions::Function;
use super::value::Atomic;

/// An expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// `matches(…, 'constant')`, the pattern by its number in the plan.
    MatchesConstant(Box<Expr>, u32),
}

/// Comparison operators, general and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Arithmetic operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    IntegerDivide,
    Modulo,
}

/// A path expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Path {
    pub(crate) start: Start,
    pub(crate) steps: Vec<Step>,
    /// The steps alone give nodes in document order without duplicates.
    pub(crate) ordered: bool,
    /// Only axis steps from a node: such a path can be walked without building sequences.
    pub(crate) plain: bool,
    /// The form of the steps, where it is one of the frequent ones.
    pub(crate) shape: Shape,
}

/// The paths that nearly all rules are made of, walked without looking at steps. All of them start at the context item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Shape {
    /// `.`
    Own,
    /// `@b`
    Attribute(Name),
    /// `a`
    Child(Name),
    /// `a/@b`
    ChildAttribute(Name, Name),
    /// `a/b`
    Grandchild(Name, Name),
    /// Any other path.
    Other,
}

/// The name of a step, as symbol of the plan and bit in the masks of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Name {
    pub(crate) symbol: u32,
    pub(crate) bit: u64,
}

/// Where a path begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Start {
    Context,
    Root,
    Expr(Expr),
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Step {
    Axis(AxisStep),
    /// Any other expression, evaluated for every node: `title/normalize-space(text())`.
    Expr(Expr),
}

/// A step along an axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct AxisStep {
    pub(crate) axis: Axis,
    pub(crate) test: NodeTest,
    pub(crate) predicates: Vec<Predicate>,
    /// No predicate asks for a computed position: at most the first one is a fixed position, all others are conditions.
    pub(crate) direct: bool,
}

impl AxisStep {
    pub(crate) fn new(axis: Axis, test: NodeTest, predicates: Vec<Predicate>) -> Self {
        let rest = match &predicates[..] {
            [Predicate::Position(_), rest @ ..] => rest,
            all => all,
        };
        let direct = rest.iter().all(|one| matches!(one, Predicate::Boolean(_)));
        Self { axis, test, predicates, direct }
    }
}

/// Axes of the data model that the tree has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Predicate {
    /// `[2]`
    Position(usize),
    /// A condition whose value is never a number and which does not ask for its position.
    Boolean(Expr),
    /// Anything else.
    Dynamic(Expr),
}
