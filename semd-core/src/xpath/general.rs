//! General comparisons (XPath 3.1, section 3.7.2) of expressions.

use std::borrow::Cow;

use super::ast::{Comparison, Expr, Path, Shape};
use super::compare;
use super::error::EvalError;
use super::eval::{Evaluator, Focus};
use super::value::{Atomic, Item};
use crate::xml::Node;

impl<'a> Evaluator<'a> {
    pub(super) fn compare_count(
        &self,
        comparison: Comparison,
        path: &'a Path,
        counts: &[i64],
        start: Node,
    ) -> Result<bool, EvalError> {
        let count = self.count(path, start)?;
        Ok(counts.iter().any(|wanted| comparison.holds(Some(count.cmp(wanted)))))
    }

    pub(super) fn compare_texts(
        &self,
        comparison: Comparison,
        path: &'a Path,
        texts: &[Box<str>],
        focus: &Focus<'a>,
    ) -> Result<bool, EvalError> {
        if path.shape == Shape::Own && !matches!(focus.item, Item::Node(_)) {
            return self.compare_item(comparison, &focus.item, texts);
        }
        self.compare_nodes(comparison, path, texts, self.start(path, focus)?)
    }

    pub(super) fn compare_nodes(
        &self,
        comparison: Comparison,
        path: &'a Path,
        texts: &[Box<str>],
        start: Node,
    ) -> Result<bool, EvalError> {
        let holds = |value: &str| {
            texts.iter().any(|text| match comparison {
                Comparison::Equal => **text == *value,
                Comparison::NotEqual => **text != *value,
                _ => comparison.holds(Some(value.cmp(text))),
            })
        };
        let exhausted = self.each(path, start, &mut |node| match node {
            Node::Attribute(id) => {
                self.spend(1)?;
                Ok(!holds(self.document.value(self.document.attribute_at(id))))
            }
            _ => Ok(!holds(&self.string(node)?)),
        })?;
        Ok(!exhausted)
    }

    fn compare_item(
        &self,
        comparison: Comparison,
        item: &Item<'a>,
        texts: &[Box<str>],
    ) -> Result<bool, EvalError> {
        for left in self.atomize(vec![item.clone()])? {
            for text in texts {
                if compare::general(comparison, &left, &Atomic::String(Cow::Borrowed(text)))? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    pub(super) fn general(
        &self,
        comparison: Comparison,
        left: &'a Expr,
        right: &'a Expr,
        focus: &Focus<'a>,
    ) -> Result<bool, EvalError> {
        let left = self.atomize(self.sequence(left, focus)?)?;
        let right = self.atomize(self.sequence(right, focus)?)?;
        for one in &left {
            self.spend(right.len())?;
            for other in &right {
                if compare::general(comparison, one, other)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
