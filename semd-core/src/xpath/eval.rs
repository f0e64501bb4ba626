//! Values of expressions for one document.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

use std::collections::HashMap;

use super::Declared;
use super::arithmetic::arithmetic;
use super::ast::{Expr, Operator, Path, Start};
use super::column::Column;
use super::compare;
use super::error::{ErrorCode, EvalError};
use super::functions::Function;
use super::memo::Memo;
use super::names::Binding;
use super::regex::Pattern;
use super::value::{Atomic, Item, Sequence, sort_nodes};
use crate::xml::{Document, Node};

/// Nodes and pieces of text one document may cost before the evaluation stops; a 20 MB document with 700,000 tests
/// needs a few millions.
pub(crate) const STEP_LIMIT: u64 = 100_000_000;
/// Regular expressions taken from the document that are kept compiled.
const CACHED_PATTERNS: usize = 32;
/// Items of one `to` range.
const MAX_RANGE: i64 = 100_000;

/// The context item with its position and the number of items.
#[derive(Clone, Debug)]
pub(crate) struct Focus<'a> {
    pub(crate) item: Item<'a>,
    pub(crate) position: usize,
    pub(crate) size: usize,
}

impl Focus<'_> {
    /// A node by itself.
    pub(crate) fn node(node: Node) -> Self {
        Self { item: Item::Node(node), position: 1, size: 1 }
    }
}

/// Evaluates the expressions of one plan on one document.
pub(crate) struct Evaluator<'a> {
    pub(crate) document: &'a Document<'a>,
    pub(crate) binding: Binding,
    pub(super) declared: &'a Declared,
    spent: Cell<u64>,
    /// The node `current()` gives: the one a rule is applied to.
    pub(crate) current: Cell<Node>,
    locals: RefCell<Vec<Item<'a>>>,
    patterns: RefCell<HashMap<String, Option<Arc<Pattern>>>>,
    pub(super) memo: Memo,
    pub(super) column: RefCell<Column<'a>>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator with the whole budget of [`STEP_LIMIT`].
    pub(crate) fn new(document: &'a Document<'a>, binding: Binding, declared: &'a Declared) -> Self {
        Self {
            document,
            binding,
            declared,
            spent: Cell::new(0),
            current: Cell::new(Node::Document),
            locals: RefCell::default(),
            patterns: RefCell::default(),
            memo: Memo::new(),
            column: RefCell::default(),
        }
    }

    /// Takes steps from the budget.
    #[inline]
    pub(crate) fn spend(&self, steps: usize) -> Result<(), EvalError> {
        let spent = self.spent.get() + steps as u64;
        self.spent.set(spent);
        if spent > STEP_LIMIT { Err(ErrorCode::StepLimit.into()) } else { Ok(()) }
    }

    /// The effective boolean value of an expression for a node as context. The frequent forms are answered here, where no
    /// context item has to be built; everything else is as in [`Evaluator::boolean`].
    pub(crate) fn test(&self, expr: &'a Expr, node: Node) -> Result<bool, EvalError> {
        match expr {
            Expr::And(parts) => self.every(parts, node),
            Expr::Or(parts) => {
                for part in parts {
                    if self.test(part, node)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Expr::Call(Function::Not, arguments) if arguments.len() == 1 => {
                Ok(!self.test(&arguments[0], node)?)
            }
            Expr::Path(path) if path.plain => self.exists(path, start_at(path, node)),
            Expr::CompareTexts(comparison, path, texts) => {
                self.compare_nodes(*comparison, path, texts, start_at(path, node))
            }
            Expr::CompareCount(comparison, path, counts) => {
                self.compare_count(*comparison, path, counts, start_at(path, node))
            }
            Expr::MatchesConstant(subject, pattern) => match &**subject {
                Expr::Path(path) if path.plain && path.ordered => {
                    let text = self.only_text(path, start_at(path, node))?.unwrap_or_default();
                    self.spend(text.len() / 16)?;
                    Ok(self.declared.patterns[*pattern as usize].is_match(&text))
                }
                _ => self.boolean(expr, &Focus::node(node)),
            },
            _ => self.boolean(expr, &Focus::node(node)),
        }
    }

    fn every(&self, parts: &'a [Expr], node: Node) -> Result<bool, EvalError> {
        for part in parts {
            if !self.test(part, node)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The effective boolean value of an expression (XPath 3.1, section 2.4.3).
    pub(crate) fn boolean(&self, expr: &'a Expr, focus: &Focus<'a>) -> Result<bool, EvalError> {
        match expr {
            Expr::Or(parts) => {
                for part in parts {
                    if self.boolean(part, focus)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Expr::And(parts) => {
                for part in parts {
                    if !self.boolean(part, focus)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Expr::If(parts) => {
                let (condition, then, otherwise) = &**parts;
                let chosen = if self.boolean(condition, focus)? { then } else { otherwise };
                self.boolean(chosen, focus)
            }
            Expr::Path(path) if path.plain => self.exists(path, self.start(path, focus)?),
            Expr::CompareTexts(comparison, path, texts) => {
                self.compare_texts(*comparison, path, texts, focus)
            }
            Expr::CompareCount(comparison, path, counts) => {
                self.compare_count(*comparison, path, counts, self.start(path, focus)?)
            }
            Expr::MatchesConstant(subject, pattern) => {
                let text = self.single_text(subject, focus)?.unwrap_or_default();
                self.spend(text.len() / 16)?;
                Ok(self.declared.patterns[*pattern as usize].is_match(&text))
            }
            Expr::General(comparison, parts) => self.general(*comparison, &parts.0, &parts.1, focus),
            Expr::Quantified { every, slot, parts } => self.quantified(*every, *slot, parts, focus),
            Expr::Call(function, arguments) => match self.boolean_call(*function, arguments, focus)? {
                Some(value) => Ok(value),
                None => effective_boolean(&self.sequence(expr, focus)?),
            },
            _ => effective_boolean(&self.sequence(expr, focus)?),
        }
    }

    /// The value of an expression.
    pub(crate) fn sequence(&self, expr: &'a Expr, focus: &Focus<'a>) -> Result<Sequence<'a>, EvalError> {
        match expr {
            Expr::Literal(value) => Ok(vec![Item::Atomic(borrowed(value))]),
            Expr::ContextItem => Ok(vec![focus.item.clone()]),
            Expr::Sequence(parts) => self.concatenated(parts, focus),
            Expr::Array(parts) => Ok(vec![Item::Array(self.concatenated(parts, focus)?)]),
            Expr::Local(slot) => Ok(self.locals.borrow().get(*slot).cloned().into_iter().collect()),
            Expr::Let(index) => self.let_value(*index),
            Expr::Value(comparison, parts) => {
                let left = self.optional_atomic(&parts.0, focus)?;
                let right = self.optional_atomic(&parts.1, focus)?;
                match (left, right) {
                    (Some(left), Some(right)) => {
                        one(Atomic::Boolean(compare::value(*comparison, &left, &right)?))
                    }
                    _ => Ok(Vec::new()),
                }
            }
            Expr::Arithmetic(operator, parts) => {
                let left = self.optional_atomic(&parts.0, focus)?;
                let right = self.optional_atomic(&parts.1, focus)?;
                match (left, right) {
                    (Some(left), Some(right)) => one(arithmetic(*operator, &left, &right)?),
                    _ => Ok(Vec::new()),
                }
            }
            Expr::Negate(inner) => match self.optional_atomic(inner, focus)? {
                Some(value) => one(arithmetic(Operator::Subtract, &Atomic::Integer(0), &value)?),
                None => Ok(Vec::new()),
            },
            Expr::Range(parts) => self.range(&parts.0, &parts.1, focus),
            Expr::Union(parts) => {
                let mut nodes = Vec::new();
                for part in parts {
                    for item in self.sequence(part, focus)? {
                        match item {
                            Item::Node(node) => nodes.push(node),
                            _ => return Err(ErrorCode::Xpty0004.into()),
                        }
                    }
                }
                sort_nodes(self.document, &mut nodes);
                Ok(nodes.into_iter().map(Item::Node).collect())
            }
            Expr::If(parts) => {
                let (condition, then, otherwise) = &**parts;
                let chosen = if self.boolean(condition, focus)? { then } else { otherwise };
                self.sequence(chosen, focus)
            }
            Expr::Path(path) if path.plain => {
                Ok(self.nodes(path, self.start(path, focus)?)?.into_iter().map(Item::Node).collect())
            }
            Expr::Path(path) => self.mixed_path(path, focus),
            Expr::Filter(base, predicates) => {
                let items = self.sequence(base, focus)?;
                self.filter(items, predicates)
            }
            Expr::Call(function, arguments) => self.call(*function, arguments, focus),
            Expr::Or(_)
            | Expr::And(_)
            | Expr::General(..)
            | Expr::Quantified { .. }
            | Expr::CompareTexts(..)
            | Expr::CompareCount(..)
            | Expr::MatchesConstant(..) => one(Atomic::Boolean(self.boolean(expr, focus)?)),
        }
    }

    fn concatenated(&self, parts: &'a [Expr], focus: &Focus<'a>) -> Result<Sequence<'a>, EvalError> {
        let mut items = Vec::with_capacity(parts.len());
        for part in parts {
            items.extend(self.sequence(part, focus)?);
        }
        self.spend(items.len())?;
        Ok(items)
    }

    fn let_value(&self, index: usize) -> Result<Sequence<'a>, EvalError> {
        self.spend(1)?;
        let Some(declared) = self.declared.lets.get(index) else {
            return Ok(Vec::new());
        };
        let node = if declared.global { Node::Document } else { self.current.get() };
        // A declaration does not see the quantified variables around its use.
        let outside = self.locals.take();
        let value = self.sequence(&declared.expr, &Focus::node(node));
        self.locals.replace(outside);
        value
    }

    fn quantified(
        &self,
        every: bool,
        slot: usize,
        parts: &'a (Expr, Expr),
        focus: &Focus<'a>,
    ) -> Result<bool, EvalError> {
        for item in self.sequence(&parts.0, focus)? {
            self.spend(1)?;
            self.locals.borrow_mut().truncate(slot);
            self.locals.borrow_mut().push(item);
            if self.boolean(&parts.1, focus)? != every {
                return Ok(!every);
            }
        }
        Ok(every)
    }

    fn range(&self, from: &'a Expr, to: &'a Expr, focus: &Focus<'a>) -> Result<Sequence<'a>, EvalError> {
        let bound = |value: Option<Atomic<'a>>| match value {
            None => Ok(None),
            Some(Atomic::Integer(value)) => Ok(Some(value)),
            Some(Atomic::Untyped(text)) => match text.trim().parse() {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(EvalError::from(ErrorCode::Forg0001)),
            },
            Some(_) => Err(ErrorCode::Xpty0004.into()),
        };
        let from = bound(self.optional_atomic(from, focus)?)?;
        let to = bound(self.optional_atomic(to, focus)?)?;
        let (Some(from), Some(to)) = (from, to) else {
            return Ok(Vec::new());
        };
        if to.saturating_sub(from) > MAX_RANGE {
            return Err(ErrorCode::StepLimit.into());
        }
        let items: Sequence<'a> = (from..=to).map(|value| Item::Atomic(Atomic::Integer(value))).collect();
        self.spend(items.len())?;
        Ok(items)
    }

    /// A pattern that is known only now, from a bounded store.
    pub(super) fn dynamic_pattern(&self, pattern: &str, flags: &str) -> Result<Arc<Pattern>, EvalError> {
        let mut patterns = self.patterns.borrow_mut();
        let key = format!("{flags}/{pattern}");
        let known = match patterns.get(&key) {
            Some(known) => known.clone(),
            None => {
                // What compiling costs, in steps.
                self.spend(20_000)?;
                if patterns.len() >= CACHED_PATTERNS {
                    patterns.clear();
                }
                let compiled = Pattern::new(pattern, flags).ok().map(Arc::new);
                patterns.insert(key, compiled.clone());
                compiled
            }
        };
        known.ok_or_else(|| ErrorCode::Forx0002.into())
    }
}

/// The node from which a plain path starts.
pub(super) fn start_at(path: &Path, node: Node) -> Node {
    if path.start == Start::Root { Node::Document } else { node }
}

/// A sequence of one atomic value.
pub(super) fn one(value: Atomic<'_>) -> Result<Sequence<'_>, EvalError> {
    Ok(vec![Item::Atomic(value)])
}

fn borrowed<'a>(value: &'a Atomic<'static>) -> Atomic<'a> {
    match value {
        Atomic::String(text) => Atomic::String(Cow::Borrowed(text)),
        other => other.clone(),
    }
}

/// The effective boolean value of a sequence (XPath 3.1, section 2.4.3).
pub(super) fn effective_boolean(items: &[Item<'_>]) -> Result<bool, EvalError> {
    match items {
        [] => Ok(false),
        [Item::Node(_), ..] => Ok(true),
        [Item::Atomic(value)] => Ok(match value {
            Atomic::Boolean(value) => *value,
            Atomic::Untyped(text) | Atomic::String(text) => !text.is_empty(),
            Atomic::Integer(value) => *value != 0,
            Atomic::Decimal(value) | Atomic::Double(value) => *value != 0.0 && !value.is_nan(),
        }),
        _ => Err(ErrorCode::Forg0006.into()),
    }
}
