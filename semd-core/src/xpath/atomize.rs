//! Nodes and items as texts and atomic values (XPath 3.1, section 2.4.2).

use std::borrow::Cow;
use std::mem::replace;

use super::ast::{Expr, Path};
use super::error::{ErrorCode, EvalError};
use super::eval::{Evaluator, Focus};
use super::value::{Atomic, Item, Sequence, string_value};
use crate::xml::Node;

impl<'a> Evaluator<'a> {
    /// The string value of a node, paid for by its length.
    pub(super) fn string(&self, node: Node) -> Result<Cow<'a, str>, EvalError> {
        let pieces = match node {
            Node::Document => self.document.texts().len(),
            Node::Element(id) => self.document.text_ids(id).len(),
            _ => 1,
        };
        let value = string_value(self.document, node);
        self.spend(1 + pieces + if pieces > 1 { value.len() / 16 } else { 0 })?;
        Ok(value)
    }

    /// Atomic values of items (XPath 3.1, section 2.4.2). Arrays give their members.
    pub(super) fn atomize(&self, items: Sequence<'a>) -> Result<Vec<Atomic<'a>>, EvalError> {
        let mut values = Vec::with_capacity(items.len());
        let (mut innermost, mut around) = (items.into_iter(), Vec::new());
        loop {
            match innermost.next() {
                Some(Item::Node(node)) => values.push(Atomic::Untyped(self.string(node)?)),
                Some(Item::Atomic(value)) => values.push(value),
                Some(Item::Array(members)) => around.push(replace(&mut innermost, members.into_iter())),
                None => match around.pop() {
                    Some(outer) => innermost = outer,
                    None => return Ok(values),
                },
            }
        }
    }

    /// The text of an item in a message.
    pub(crate) fn item_text(&self, item: Item<'a>) -> String {
        let values = self.atomize(vec![item]).unwrap_or_default();
        let texts: Vec<Cow<'_, str>> = values.iter().map(Atomic::to_text).collect();
        texts.join(" ")
    }

    /// At most one atomic value.
    pub(super) fn optional_atomic(
        &self,
        expr: &'a Expr,
        focus: &Focus<'a>,
    ) -> Result<Option<Atomic<'a>>, EvalError> {
        let mut values = self.atomize(self.sequence(expr, focus)?)?;
        if values.len() > 1 {
            return Err(ErrorCode::Xpty0004.into());
        }
        Ok(values.pop())
    }

    /// An argument of type `xs:string?`.
    pub(super) fn single_text(
        &self,
        expr: &'a Expr,
        focus: &Focus<'a>,
    ) -> Result<Option<Cow<'a, str>>, EvalError> {
        if let Expr::Path(path) = expr
            && path.ordered
            && path.plain
        {
            return self.only_text(path, self.start(path, focus)?);
        }
        match self.optional_atomic(expr, focus)? {
            None => Ok(None),
            Some(Atomic::Untyped(text) | Atomic::String(text)) => Ok(Some(text)),
            Some(_) => Err(ErrorCode::Xpty0004.into()),
        }
    }

    /// The text of the only node of an ordered path, if it has one.
    pub(super) fn only_text(&self, path: &'a Path, start: Node) -> Result<Option<Cow<'a, str>>, EvalError> {
        let mut found = None;
        self.each(path, start, &mut |node| match found.replace(node) {
            None => Ok(true),
            Some(_) => Err(ErrorCode::Xpty0004.into()),
        })?;
        found.map(|node| self.string(node)).transpose()
    }
}
