//! The part of XPath 3.1 that rules of the field use, over the arena tree of [`crate::xml`].
//!
//! Expression → [`parse`] → [`Expr`] → [`Evaluator`]. Whatever is not supported is refused when it is read, with its
//! place; nothing is silently false. Regular expressions follow the dialect of XPath. Evaluation never recurses over
//! the document, and its cost is bounded by a budget of steps.

mod analysis;
mod arithmetic;
mod ask;
mod ast;
mod atomize;
mod column;
mod compare;
mod encode;
mod error;
mod eval;
mod foresight;
mod functions;
mod general;
mod lexer;
mod memo;
mod names;
mod parser;
mod paths;
mod question;
mod regex;
mod remainder;
mod steps;
mod value;
mod walk;

pub(crate) use analysis::{join, required_bits};
pub(crate) use ask::Place;
pub(crate) use ast::{Axis, AxisStep, Expr, NodeTest, Path, Predicate, Start, Step};
pub(crate) use encode::Encoder;
pub(crate) use error::EvalError;
use serde::{Deserialize, Serialize};

pub use error::{ErrorCode, SyntaxError, SyntaxErrorKind};
pub(crate) use eval::{Evaluator, Focus};
pub(crate) use foresight::Facts;
pub(crate) use functions::Function;
pub(crate) use memo::Found;
pub(crate) use names::{Binding, Names};
pub(crate) use parser::{StaticContext, VisibleLet, parse};
use question::Questions;
pub(crate) use question::{AskedText, Entry};
pub(crate) use regex::Pattern;
pub(crate) use remainder::Remainders;
pub(crate) use value::{Atomic, Item};

/// What the expressions of a plan refer to by number.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Declared {
    /// Variables of `sch:let`.
    pub(crate) lets: Vec<Let>,
    /// Constant regular expressions.
    pub(crate) patterns: Vec<Pattern>,
    /// Conditions as flat code.
    pub(crate) questions: Questions,
}

/// A declared variable: its value is computed where it is used.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Let {
    /// The value.
    pub(crate) expr: Expr,
    /// Declared outside a rule: computed for the document node, else for the node the rule is applied to.
    pub(crate) global: bool,
}
