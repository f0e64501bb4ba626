//! One pass over the tree: every element has a place in the automaton of contexts, and the rules of the place fire.

use super::assertion::AssertionId;
use super::letter::Letter;
use super::plan::Plan;
use super::subsets::{Asked, Landing, Open, START, Subsets, Unsettled};
use super::trie::{Demand, Step};
use crate::xml::{AttributeId, Document, ElementId, Node};
use crate::xpath::{ErrorCode, EvalError, Evaluator, Found, Item, Predicate};

/// The memory of one worker: how far the automaton of contexts is made, and room for the open elements of a document.
#[derive(Debug)]
pub(super) struct Worker {
    subsets: Subsets,
    open: Vec<Frame>,
}

/// An open element: where its descendants end, and its place in the automaton.
#[derive(Clone, Copy, Debug)]
struct Frame {
    end: u32,
    place: u32,
}

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
        let new = || Worker { subsets: Subsets::new(self), open: Vec::new() };
        let Worker { subsets, open } = self.workers.take().unwrap_or_else(new);
        let mut pass = Pass {
            plan: self,
            evaluator: Evaluator::new(document, self.bound(document), &self.declared),
            subsets,
            open,
            outcome: Outcome::default(),
        };
        match pass.walk(document) {
            Ok(()) => {}
            Err(End::Exhausted) => pass.outcome.stopped = true,
            Err(End::Full) => pass.outcome.truncated = true,
        }
        let Pass { evaluator, subsets, mut open, outcome, .. } = pass;
        open.clear();
        self.bindings.give_back(document, evaluator.binding);
        self.workers.give_back(Worker { subsets, open });
        outcome
    }
}

struct Pass<'a> {
    plan: &'a Plan,
    evaluator: Evaluator<'a>,
    subsets: Subsets,
    /// The elements around the current one, outermost first.
    open: Vec<Frame>,
    outcome: Outcome,
}

/// Why the pass ends before the document does.
enum End {
    /// The budget of steps is used up.
    Exhausted,
    /// There are [`MAX_FAILURES`].
    Full,
}

/// What a context finds, or whether it holds. An error means that it does not match (XSLT 3.0, section 5.5.4).
fn decided<T>(result: Result<T, EvalError>, no_match: T) -> Result<T, End> {
    match result {
        Ok(value) => Ok(value),
        Err(EvalError { code: ErrorCode::StepLimit }) => Err(End::Exhausted),
        Err(_) => Ok(no_match),
    }
}

impl<'a> Pass<'a> {
    fn walk(&mut self, document: &'a Document<'a>) -> Result<(), End> {
        let mut parent = Frame { end: u32::MAX, place: self.subsets.landing(START).place };
        self.apply(START, Node::Document)?;
        for (index, element) in (0_u32..).zip(document.elements()) {
            while parent.end <= index
                && let Some(outer) = self.open.pop()
            {
                parent = outer;
            }
            if self.subsets.is_full() {
                let live = self.open.iter_mut().chain([&mut parent]).map(|frame| &mut frame.place);
                self.subsets.restart(self.plan, live);
            }
            let id = ElementId(index);
            let letter = Letter::element(self.evaluator.binding.element(element.name), element.signature);
            let landing = self.step(parent.place, letter, Node::Element(id))?;
            let Landing { place, attributes, texts, .. } = *self.subsets.landing(landing);
            self.apply(landing, Node::Element(id))?;
            if attributes || texts {
                self.leaves(place, (attributes, texts), id)?;
            }
            // Nothing below an element without children asks for its frame.
            if element.end > index + 1 {
                let frame = Frame { end: element.end, place };
                self.open.push(std::mem::replace(&mut parent, frame));
            }
        }
        Ok(())
    }

    /// The landing of a node below a place.
    #[inline(always)]
    fn step(&mut self, from: u32, letter: Letter, node: Node) -> Result<u32, End> {
        let evaluator = &self.evaluator;
        let target = self.subsets.next(self.plan, from, letter, || evaluator.facts(node));
        match target.landing() {
            Ok(landing) => Ok(landing),
            Err(choice) => self.land(choice, node),
        }
    }

    /// The landing behind a choice.
    fn land(&mut self, mut choice: u32, node: Node) -> Result<u32, End> {
        loop {
            let answers = self.choose(choice, node)?;
            let evaluator = &self.evaluator;
            let target = self.subsets.decided(self.plan, choice, answers, || evaluator.facts(node));
            match target.landing() {
                Ok(landing) => return Ok(landing),
                Err(next) => choice = next,
            }
        }
    }

    /// Which conditions of a choice hold, a bit each.
    fn choose(&self, choice: u32, node: Node) -> Result<u32, End> {
        self.evaluator.current.set(node);
        let mut answers = 0;
        let mut found = Found::Several;
        let mut compared = None;
        for (at, open) in self.subsets.open(choice).iter().enumerate() {
            let holds = match (open.text, node) {
                (Some(text), Node::Element(id)) => {
                    // Contexts ask of the same attributes for one code after the other.
                    if !open.shared {
                        found = decided(self.evaluator.found_by(open.entry, open.place, id), Found::Nothing)?;
                        compared = match found {
                            Found::One(attribute) => Some(self.evaluator.compared(attribute)),
                            Found::Nothing | Found::Several => None,
                        };
                    }
                    match &compared {
                        Some(value) => {
                            self.plan.declared.questions.is(text, value)
                                && decided(self.evaluator.ask(text.then, node), false)?
                        }
                        None => found == Found::Several && self.holds(open, node)?,
                    }
                }
                _ => self.holds(open, node)?,
            };
            answers |= u32::from(holds) << at;
        }
        Ok(answers)
    }

    /// Whether a node has what a step demands.
    #[inline]
    fn holds(&self, open: &Open, node: Node) -> Result<bool, End> {
        let plan = self.plan;
        let holds = match &plan.trie.conditions[open.condition as usize].demand {
            Demand::Conditions(_) => match open.left {
                Some(left) => self.evaluator.ask_left(&self.subsets.remainders, left, node),
                None => self.evaluator.ask(open.entry, node),
            },
            Demand::Step(step) => self.fits(step, node),
        };
        decided(holds, false)
    }

    fn fits(&self, step: &'a Step, node: Node) -> Result<bool, EvalError> {
        let evaluator = &self.evaluator;
        let passes = match node {
            Node::Element(id) => evaluator.is_element(&step.test, id),
            Node::Attribute(id) => evaluator.is_attribute(&step.test, id),
            Node::Text(_) | Node::Document => true,
        };
        if !passes {
            return Ok(false);
        }
        if step.direct {
            return evaluator.all(&step.predicates, node);
        }
        // Positions count the nodes that the same step takes from the same parent.
        let Some(parent) = evaluator.parent(node) else {
            return Ok(false);
        };
        if let [Predicate::Position(wanted), rest @ ..] = &step.predicates[..]
            && rest.iter().all(|predicate| matches!(predicate, Predicate::Boolean(_)))
        {
            let mut position = 0;
            let mut found = false;
            evaluator.axis(step.axis, &step.test, parent, &mut |sibling| {
                position += 1;
                found = position == *wanted && sibling == node;
                Ok(position < *wanted)
            })?;
            return Ok(found && evaluator.all(rest, node)?);
        }
        let mut siblings = Vec::new();
        evaluator.axis(step.axis, &step.test, parent, &mut |sibling| {
            siblings.push(Item::Node(sibling));
            Ok(true)
        })?;
        let kept = evaluator.filter(siblings, &step.predicates)?;
        Ok(kept.iter().any(|item| matches!(item, Item::Node(found) if *found == node)))
    }

    /// Applies rules to the attributes and text nodes of an element.
    #[inline(never)]
    fn leaves(&mut self, place: u32, (attributes, texts): (bool, bool), id: ElementId) -> Result<(), End> {
        let document = self.evaluator.document;
        if attributes {
            for attribute in document.attribute_ids(id).map(AttributeId) {
                let name = document.attribute_at(attribute).name;
                let letter = Letter::attribute(self.evaluator.binding.attribute(name));
                self.leaf(place, letter, Node::Attribute(attribute))?;
            }
        }
        if texts {
            for (text, _) in document.child_texts(id) {
                self.leaf(place, Letter::TEXT, Node::Text(text))?;
            }
        }
        Ok(())
    }

    fn leaf(&mut self, from: u32, letter: Letter, node: Node) -> Result<(), End> {
        let landing = self.step(from, letter, node)?;
        self.apply(landing, node)
    }

    /// Fires the rules of the place where a node has landed.
    #[inline(always)]
    fn apply(&mut self, number: u32, node: Node) -> Result<(), End> {
        let landing = self.subsets.landing(number);
        self.outcome.fired += u64::from(landing.fired);
        self.outcome.suppressed += u64::from(landing.suppressed);
        if landing.is_settled() { Ok(()) } else { self.apply_unsettled(number, node) }
    }

    #[inline(never)]
    fn apply_unsettled(&mut self, number: u32, node: Node) -> Result<(), End> {
        let landing = self.subsets.landing(number);
        self.evaluator.current.set(node);
        for asked in self.subsets.asked(landing) {
            match self.answer(asked, node) {
                Ok(value) if asked.passes[usize::from(value)] => {}
                _ => return self.report(number, node),
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn answer(&self, asked: &Asked, node: Node) -> Result<bool, EvalError> {
        if asked.left {
            self.evaluator.ask_left(&self.subsets.remainders, asked.test, node)
        } else {
            self.evaluator.ask(asked.test, node)
        }
    }

    /// Goes through the assertions of a place one by one, where not all of them are content.
    #[cold]
    fn report(&mut self, landing: u32, node: Node) -> Result<(), End> {
        let landing = self.subsets.landing(landing);
        let tests = self.subsets.asked(landing);
        for &Unsettled { assertion, asked, fails_when } in self.subsets.unsettled(landing) {
            match self.answer(&tests[asked as usize], node) {
                Ok(value) if value == fails_when => self.outcome.failed.push(Failure { assertion, node }),
                Ok(_) => continue,
                Err(EvalError { code: ErrorCode::StepLimit }) => return Err(End::Exhausted),
                Err(EvalError { code }) => {
                    self.outcome.errors.push(EvaluationError { assertion, node, code })
                }
            }
            self.room()?;
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
