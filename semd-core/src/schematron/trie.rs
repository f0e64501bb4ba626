//! All contexts of a rule set in one tree of shared prefixes.
//!
//! A state is "these steps have matched so far"; walking a document down keeps the states of every open element, so a
//! step is tried once per element however many contexts share it.

use serde::{Deserialize, Serialize};

use super::context::{Alternative, PatternStep, StepKind};
use crate::xpath::{NodeTest, Predicate, join, required_bits};

/// State of the document node.
pub(super) const DOCUMENT: u32 = 0;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Trie {
    pub(super) states: Vec<State>,
    /// First steps that may stand anywhere: of relative contexts and behind a leading `//`.
    pub(super) anywhere: Steps,
    /// Some context ends at an attribute or text node.
    pub(super) has_leaves: bool,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// Rules whose context ends here, in rule order.
    pub(super) rules: Vec<u32>,
    /// Steps to children and to the node's attributes.
    pub(super) near: Steps,
    /// Steps to descendants at any depth and to their attributes.
    pub(super) deep: Steps,
}

/// Steps from one state.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Steps {
    /// A bit for every symbol among the element steps with a name; different symbols may share one.
    mask: u64,
    /// Symbols of the element steps with a name, sorted; apart from the steps, so that a search reads little memory.
    symbols: Vec<u32>,
    /// Element steps with a name, in the order of their symbols.
    named: Vec<Edge>,
    /// Element steps with any other test.
    pub(super) other: Vec<Edge>,
    pub(super) attributes: Vec<Edge>,
    pub(super) texts: Vec<Edge>,
}

/// One step and the state it leads to.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Edge {
    pub(super) test: NodeTest,
    pub(super) predicates: Vec<Predicate>,
    /// Every predicate is a condition that does not depend on the position.
    pub(super) direct: bool,
    /// Mask bits of children and attributes without which the predicates cannot hold.
    pub(super) needs: (u64, u64),
    pub(super) target: u32,
}

/// The bit of a symbol in [`Steps::reach`].
pub(super) fn symbol_bit(symbol: u32) -> u64 {
    1 << (symbol & 63)
}

impl Steps {
    /// Named steps for a symbol.
    pub(super) fn for_symbol(&self, symbol: u32) -> &[Edge] {
        if self.mask & symbol_bit(symbol) == 0 {
            return &[];
        }
        let first = self.symbols.partition_point(|&known| known < symbol);
        let rest = &self.symbols[first..];
        let length = rest.iter().take_while(|&&known| known == symbol).count();
        &self.named[first..first + length]
    }

    /// The symbols of elements for which some step may fit, a bit each; all bits where a step takes any name.
    pub(super) fn reach(&self) -> u64 {
        if self.other.is_empty() { self.mask } else { u64::MAX }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.other.is_empty() && self.attributes.is_empty() && self.texts.is_empty()
    }

    fn find(&self, step: &PatternStep) -> Option<u32> {
        let same = |edge: &&Edge| edge.test == step.test && edge.predicates == step.predicates;
        let found = match (step.kind, &step.test) {
            (StepKind::Element, NodeTest::Name { symbol, .. }) => self.for_symbol(*symbol).iter().find(same),
            (StepKind::Element, _) => self.other.iter().find(same),
            (StepKind::Attribute, _) => self.attributes.iter().find(same),
            (StepKind::Text, _) => self.texts.iter().find(same),
        };
        found.map(|edge| edge.target)
    }

    fn add(&mut self, step: &PatternStep, target: u32) {
        let needs = step.predicates.iter().map(|predicate| match predicate {
            Predicate::Boolean(expr) => required_bits(expr),
            Predicate::Position(_) | Predicate::Dynamic(_) => (0, 0),
        });
        let edge = Edge {
            test: step.test.clone(),
            direct: step.predicates.iter().all(|one| matches!(one, Predicate::Boolean(_))),
            predicates: step.predicates.clone(),
            needs: needs.fold((0, 0), join),
            target,
        };
        match (step.kind, &step.test) {
            (StepKind::Element, NodeTest::Name { symbol, .. }) => {
                self.mask |= symbol_bit(*symbol);
                let at = self.symbols.partition_point(|known| known <= symbol);
                self.symbols.insert(at, *symbol);
                self.named.insert(at, edge);
            }
            (StepKind::Element, _) => self.other.push(edge),
            (StepKind::Attribute, _) => self.attributes.push(edge),
            (StepKind::Text, _) => self.texts.push(edge),
        }
    }
}

impl Trie {
    pub(super) fn new() -> Self {
        Self { states: vec![State::default()], anywhere: Steps::default(), has_leaves: false }
    }

    /// Adds an alternative of a context and gives the state where it ends.
    pub(super) fn insert(&mut self, alternative: &Alternative) -> u32 {
        // `None` is the place before the first step of a relative context.
        let mut at = alternative.absolute.then_some(DOCUMENT);
        for step in &alternative.steps {
            self.has_leaves |= step.kind != StepKind::Element;
            // Every node is below the document node.
            let from_anywhere = at.is_none() || (at == Some(DOCUMENT) && step.deep);
            let next = self.states.len() as u32;
            let steps = match at {
                Some(state) if !from_anywhere => {
                    let state = &mut self.states[state as usize];
                    if step.deep { &mut state.deep } else { &mut state.near }
                }
                _ => &mut self.anywhere,
            };
            let target = match steps.find(step) {
                Some(target) => target,
                None => {
                    steps.add(step, next);
                    self.states.push(State::default());
                    next
                }
            };
            at = Some(target);
        }
        at.unwrap_or(DOCUMENT)
    }

    /// Ends the context of a rule at a state. Rules are added in their order.
    pub(super) fn accept(&mut self, state: u32, rule: u32) {
        let rules = &mut self.states[state as usize].rules;
        if rules.last() != Some(&rule) {
            rules.push(rule);
        }
    }
}
