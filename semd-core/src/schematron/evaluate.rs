//! One pass over the tree: states of the trie go down, rules fire, tests are remembered per node.

use super::plan::{AssertionId, Check, Plan};
use super::trie::{DOCUMENT, Edge, State, Steps, symbol_bit};
use crate::xml::{AttributeId, Document, ElementId, Node, TextId};
use crate::xpath::{Axis, ErrorCode, EvalError, Evaluator, Item, Predicate, UNUSED};

/// What a rule set says about a document.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Rules applied to nodes. Zero means that nothing was checked, never that the document is valid.
    pub fired: u64,
    /// Rules that matched a node already taken by an earlier rule of their pattern.
    pub suppressed: u64,
    /// Asserts that are false and reports that are true, in document order, then rule order.
    pub failed: Vec<Failure>,
    /// Tests that could not be evaluated.
    pub errors: Vec<EvaluationError>,
    /// The budget of steps was used up, and the rest of the document was not checked.
    pub stopped: bool,
    /// [`MAX_FAILURES`] were met, and the rest of the document was not checked.
    pub truncated: bool,
}

/// Failures and tests without a value after which a rule set stops on a document, so that a report stays readable and its
/// memory bounded.
pub const MAX_FAILURES: usize = 10_000;

/// A failed assert or a report that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Failure {
    /// Which assertion.
    pub assertion: AssertionId,
    /// Where.
    pub node: Node,
}

/// A test without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EvaluationError {
    /// Which assertion.
    pub assertion: AssertionId,
    /// Where.
    pub node: Node,
    /// Error code of XPath.
    pub code: ErrorCode,
}

impl Plan {
    /// Applies every rule to a document.
    ///
    /// A test that raises a dynamic error becomes one entry of [`Outcome::errors`]; everything else is still evaluated.
    /// When the budget of steps is used up the evaluation ends with [`Outcome::stopped`], after [`MAX_FAILURES`] with
    /// [`Outcome::truncated`].
    pub fn evaluate(&self, document: &Document<'_>) -> Outcome {
        let binding = self.names.bind(document);
        let evaluator = Evaluator::new(document, binding, &self.declared);
        let mut pass = Pass {
            plan: self,
            evaluator,
            outcome: Outcome::default(),
            remembered: vec![(0, Remembered::False); self.tests.len()],
            visit: 0,
            matched: Vec::new(),
        };
        match pass.walk(document) {
            Ok(()) => {}
            Err(End::Exhausted) => pass.outcome.stopped = true,
            Err(End::Full) => pass.outcome.truncated = true,
        }
        pass.outcome
    }
}

/// The value of a test at the node being visited.
#[derive(Clone, Copy)]
enum Remembered {
    False,
    True,
    Error(ErrorCode),
}

/// An open element: where its descendants end, its states, and the length of the stack of deep states with its own.
struct Frame {
    end: u32,
    active: std::ops::Range<usize>,
    deep: usize,
    /// What the steps of its states reach among its children, and those of the deep states below it.
    reach: u64,
    deep_reach: u64,
}

struct Pass<'a> {
    plan: &'a Plan,
    evaluator: Evaluator<'a>,
    outcome: Outcome,
    /// Per test: the visit at which it was evaluated, and its value.
    remembered: Vec<(u32, Remembered)>,
    visit: u32,
    /// Rules that match the current node.
    matched: Vec<u32>,
}

/// Why the pass ends before the document does.
enum End {
    /// The budget of steps is used up.
    Exhausted,
    /// There are [`MAX_FAILURES`].
    Full,
}

impl<'a> Pass<'a> {
    fn walk(&mut self, document: &'a Document<'a>) -> Result<(), End> {
        let plan = self.plan;
        let states: &'a [State] = &plan.trie.states;
        // States of every open element, and those of them that have steps to descendants at any depth.
        let mut active = vec![DOCUMENT];
        let mut deep: Vec<u32> = Vec::new();
        let document_state = &states[DOCUMENT as usize];
        if !document_state.deep.is_empty() {
            deep.push(DOCUMENT);
        }
        let mut parent = Frame {
            end: u32::MAX,
            active: 0..active.len(),
            deep: deep.len(),
            reach: document_state.near.reach(),
            deep_reach: document_state.deep.reach(),
        };
        let mut around: Vec<Frame> = Vec::new();
        self.apply(&active, Node::Document)?;
        for index in 0..document.elements().len() as u32 {
            let id = ElementId(index);
            let element = document.element(id);
            while parent.end <= index
                && let Some(outer) = around.pop()
            {
                parent = outer;
            }
            active.truncate(parent.active.end);
            deep.truncate(parent.deep);
            let own = active.len();
            let symbol = self.evaluator.binding.elements[index as usize];
            let bit = if symbol == UNUSED { 0 } else { symbol_bit(symbol) };
            let may_reach = |reach: u64| reach & bit != 0 || reach == u64::MAX;
            self.take(&plan.trie.anywhere, symbol, id, own, &mut active)?;
            if may_reach(parent.reach) {
                for at in parent.active.clone() {
                    self.take(&states[active[at] as usize].near, symbol, id, own, &mut active)?;
                }
            }
            if may_reach(parent.deep_reach) {
                for &state in &deep {
                    self.take(&states[state as usize].deep, symbol, id, own, &mut active)?;
                }
            }
            let (mut reach, mut deep_reach) = (0, parent.deep_reach);
            if active.len() > own {
                self.apply(&active[own..], Node::Element(id))?;
                for &state in &active[own..] {
                    let steps = &states[state as usize];
                    reach |= steps.near.reach();
                    if !steps.deep.is_empty() && !deep.contains(&state) {
                        deep_reach |= steps.deep.reach();
                        deep.push(state);
                    }
                }
            }
            if plan.trie.has_leaves {
                self.leaves(id, &active[own..], &deep)?;
            }
            let frame =
                Frame { end: element.end, active: own..active.len(), deep: deep.len(), reach, deep_reach };
            around.push(std::mem::replace(&mut parent, frame));
        }
        Ok(())
    }

    /// Follows the steps that fit an element.
    fn take(
        &mut self,
        steps: &'a Steps,
        symbol: u32,
        id: ElementId,
        own: usize,
        active: &mut Vec<u32>,
    ) -> Result<(), End> {
        if symbol != UNUSED && steps.reach() & symbol_bit(symbol) != 0 {
            for edge in steps.for_symbol(symbol) {
                if self.may_hold(edge, id) {
                    self.follow(edge, id, own, active)?;
                }
            }
        }
        for edge in &steps.other {
            if self.may_hold(edge, id) && self.evaluator.is_element(&edge.test, id) {
                self.follow(edge, id, own, active)?;
            }
        }
        Ok(())
    }

    /// Whether an element has the children and attributes without which the predicates of a step cannot hold.
    #[inline]
    fn may_hold(&self, edge: &Edge, id: ElementId) -> bool {
        let element = self.evaluator.document.element(id);
        element.child_mask & edge.needs.0 == edge.needs.0
            && element.attribute_mask & edge.needs.1 == edge.needs.1
    }

    fn follow(
        &mut self,
        edge: &'a Edge,
        id: ElementId,
        own: usize,
        active: &mut Vec<u32>,
    ) -> Result<(), End> {
        if active[own..].contains(&edge.target) {
            return Ok(());
        }
        if edge.predicates.is_empty() || self.holds(edge, Axis::Child, Node::Element(id))? {
            active.push(edge.target);
        }
        Ok(())
    }

    /// Whether a node that passes the test of a step satisfies its predicates. An error means it does not match
    /// (XSLT 3.0, section 5.5.4).
    fn holds(&mut self, edge: &'a Edge, axis: Axis, node: Node) -> Result<bool, End> {
        self.evaluator.current.set(node);
        match self.satisfies(edge, axis, node) {
            Ok(holds) => Ok(holds),
            Err(EvalError { code: ErrorCode::StepLimit }) => Err(End::Exhausted),
            Err(_) => Ok(false),
        }
    }

    fn satisfies(&self, edge: &'a Edge, axis: Axis, node: Node) -> Result<bool, EvalError> {
        let evaluator = &self.evaluator;
        if edge.direct {
            return evaluator.all(&edge.predicates, node);
        }
        // Positions count the nodes that the same step takes from the same parent.
        let Some(parent) = evaluator.parent(node) else {
            return Ok(false);
        };
        if let [Predicate::Position(wanted), rest @ ..] = &edge.predicates[..]
            && rest.iter().all(|predicate| matches!(predicate, Predicate::Boolean(_)))
        {
            let mut position = 0;
            let mut found = false;
            evaluator.axis(axis, &edge.test, parent, &mut |sibling| {
                position += 1;
                found = position == *wanted && sibling == node;
                Ok(position < *wanted)
            })?;
            return Ok(found && evaluator.all(rest, node)?);
        }
        let mut siblings = Vec::new();
        evaluator.axis(axis, &edge.test, parent, &mut |sibling| {
            siblings.push(Item::Node(sibling));
            Ok(true)
        })?;
        let kept = evaluator.filter(siblings, &edge.predicates)?;
        Ok(kept.iter().any(|item| matches!(item, Item::Node(found) if *found == node)))
    }

    /// Applies rules to the attributes and text nodes of an element.
    fn leaves(&mut self, id: ElementId, own: &[u32], deep: &[u32]) -> Result<(), End> {
        let plan = self.plan;
        let states: &'a [State] = &plan.trie.states;
        let near = own.iter().map(|&state| &states[state as usize].near);
        let below = deep.iter().map(|&state| &states[state as usize].deep);
        let mut attribute_edges: Vec<&'a Edge> = Vec::new();
        let mut text_edges: Vec<&'a Edge> = Vec::new();
        for steps in std::iter::once(&plan.trie.anywhere).chain(near).chain(below) {
            attribute_edges.extend(&steps.attributes);
            text_edges.extend(&steps.texts);
        }
        let document = self.evaluator.document;
        if !attribute_edges.is_empty() {
            for attribute in document.attribute_ids(id).map(AttributeId) {
                let fits = |edge: &&&Edge| self.evaluator.is_attribute(&edge.test, attribute);
                let edges: Vec<&'a Edge> = attribute_edges.iter().filter(fits).copied().collect();
                self.leaf(&edges, Axis::Attribute, Node::Attribute(attribute))?;
            }
        }
        if !text_edges.is_empty() {
            let texts: Vec<TextId> = document.child_texts(id).map(|(text, _)| text).collect();
            for text in texts {
                self.leaf(&text_edges, Axis::Child, Node::Text(text))?;
            }
        }
        Ok(())
    }

    fn leaf(&mut self, edges: &[&'a Edge], axis: Axis, node: Node) -> Result<(), End> {
        let mut reached = Vec::new();
        for edge in edges {
            if self.holds(edge, axis, node)? {
                reached.push(edge.target);
            }
        }
        self.apply(&reached, node)
    }

    /// Fires the rules of the states a node has reached: the first of every pattern.
    fn apply(&mut self, reached: &[u32], node: Node) -> Result<(), End> {
        let plan = self.plan;
        let mut matched = std::mem::take(&mut self.matched);
        matched.clear();
        for &state in reached {
            matched.extend_from_slice(&plan.trie.states[state as usize].rules);
        }
        if reached.len() > 1 {
            matched.sort_unstable();
            matched.dedup();
        }
        self.visit += 1;
        self.evaluator.current.set(node);
        let mut taken = 0;
        for &rule in &matched {
            let rule = &plan.rules[rule as usize];
            if rule.pattern == taken {
                self.outcome.suppressed += 1;
                continue;
            }
            taken = rule.pattern;
            self.outcome.fired += 1;
            let range = rule.assertions.start as usize..rule.assertions.end as usize;
            for (assertion, check) in (rule.assertions.start..).zip(&plan.checks[range]) {
                self.check(AssertionId(assertion), *check, node)?;
            }
        }
        self.matched = matched;
        Ok(())
    }

    #[inline]
    fn check(&mut self, id: AssertionId, check: Check, node: Node) -> Result<(), End> {
        let slot = &mut self.remembered[check.test as usize];
        if slot.0 != self.visit {
            let expr = &self.plan.tests[check.test as usize];
            let value = match self.evaluator.test(expr, node) {
                Ok(false) => Remembered::False,
                Ok(true) => Remembered::True,
                Err(error) => Remembered::Error(error.code),
            };
            *slot = (self.visit, value);
        }
        let holds = match slot.1 {
            Remembered::False => false,
            Remembered::True => true,
            Remembered::Error(ErrorCode::StepLimit) => return Err(End::Exhausted),
            Remembered::Error(code) => {
                self.outcome.errors.push(EvaluationError { assertion: id, node, code });
                return self.room();
            }
        };
        if holds == check.fails_when {
            self.outcome.failed.push(Failure { assertion: id, node });
            return self.room();
        }
        Ok(())
    }

    /// Whether there is room for one more failure.
    fn room(&self) -> Result<(), End> {
        match self.outcome.failed.len() + self.outcome.errors.len() {
            0..MAX_FAILURES => Ok(()),
            _ => Err(End::Full),
        }
    }
}
