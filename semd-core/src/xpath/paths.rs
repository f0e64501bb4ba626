//! Paths as a whole (XPath 3.1, section 3.3): whether they lead anywhere, how far, and to what.

use super::ast::{Path, Start, Step};
use super::error::{ErrorCode, EvalError};
use super::eval::{Evaluator, Focus, start_at};
use super::value::{Item, Sequence, sort_nodes};
use crate::xml::Node;

impl<'a> Evaluator<'a> {
    /// The node a path starts from.
    pub(super) fn start(&self, path: &Path, focus: &Focus<'a>) -> Result<Node, EvalError> {
        match (&path.start, &focus.item) {
            (Start::Root, Item::Node(_)) => Ok(Node::Document),
            (Start::Context, Item::Node(node)) => Ok(*node),
            _ => Err(ErrorCode::Xpty0020.into()),
        }
    }

    /// Whether one of the nodes of a plain path satisfies a condition.
    pub(super) fn any_of_path<C>(
        &self,
        path: &'a Path,
        node: Node,
        condition: &mut C,
    ) -> Result<bool, EvalError>
    where
        C: FnMut(Node) -> Result<bool, EvalError>,
    {
        let exhausted = self.walk(&path.steps, start_at(path, node), &mut |found| Ok(!condition(found)?))?;
        Ok(!exhausted)
    }

    pub(super) fn exists(&self, path: &'a Path, start: Node) -> Result<bool, EvalError> {
        let exhausted = self.each(path, start, &mut |_| Ok(false))?;
        Ok(!exhausted)
    }

    /// Number of nodes of a plain path from a context node.
    pub(super) fn count_of_path(&self, path: &'a Path, node: Node) -> Result<i64, EvalError> {
        self.count(path, start_at(path, node))
    }

    /// Number of nodes of a plain path.
    pub(super) fn count(&self, path: &'a Path, start: Node) -> Result<i64, EvalError> {
        if !path.ordered {
            return Ok(self.nodes(path, start)?.len() as i64);
        }
        let mut count = 0;
        self.each(path, start, &mut |_| {
            count += 1;
            Ok(true)
        })?;
        Ok(count)
    }

    /// The nodes of a plain path in document order.
    pub(super) fn nodes(&self, path: &'a Path, start: Node) -> Result<Vec<Node>, EvalError> {
        let mut nodes = Vec::new();
        self.walk(&path.steps, start, &mut |node| {
            nodes.push(node);
            Ok(true)
        })?;
        if !path.ordered {
            self.spend(nodes.len())?;
            sort_nodes(self.document, &mut nodes);
        }
        Ok(nodes)
    }

    /// A path with other expressions as steps (XPath 3.1, section 3.3.1.1).
    pub(super) fn mixed_path(&self, path: &'a Path, focus: &Focus<'a>) -> Result<Sequence<'a>, EvalError> {
        let mut items = match &path.start {
            Start::Expr(expr) => self.sequence(expr, focus)?,
            _ => vec![Item::Node(self.start(path, focus)?)],
        };
        for (index, step) in path.steps.iter().enumerate() {
            let size = items.len();
            let mut next = Vec::new();
            for (before, item) in items.into_iter().enumerate() {
                let Item::Node(node) = item else {
                    return Err(ErrorCode::Xpty0019.into());
                };
                self.spend(1)?;
                match step {
                    Step::Axis(_) => {
                        self.walk(&path.steps[index..=index], node, &mut |found| {
                            next.push(Item::Node(found));
                            Ok(true)
                        })?;
                    }
                    Step::Expr(expr) => {
                        let focus = Focus { item: Item::Node(node), position: before + 1, size };
                        next.extend(self.sequence(expr, &focus)?);
                    }
                }
            }
            let mut nodes: Vec<Node> = next
                .iter()
                .filter_map(|item| if let Item::Node(node) = item { Some(*node) } else { None })
                .collect();
            if nodes.len() == next.len() {
                sort_nodes(self.document, &mut nodes);
                next = nodes.into_iter().map(Item::Node).collect();
            } else if !nodes.is_empty() {
                return Err(ErrorCode::Xpty0018.into());
            }
            items = next;
        }
        Ok(items)
    }
}
