//! All contexts of a rule set in one tree of shared prefixes.
//!
//! A state is "these steps have matched so far". The tree is what [`super::subsets`] is made from: a walk over a document
//! looks at it only where no document has been before.

use std::collections::HashMap;
use std::hash::BuildHasher as _;

use serde::{Deserialize, Serialize};

use super::context::{Alternative, PatternStep, StepKind};
use crate::xpath::{Axis, Encoder, Entry, Expr, NodeTest, Predicate, join, required_bits};

/// State of the document node.
pub(super) const DOCUMENT: u32 = 0;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Trie {
    pub(super) states: Vec<State>,
    /// First steps that may stand anywhere: of relative contexts and behind a leading `//`.
    pub(super) anywhere: Steps,
    /// What steps demand of a node, every distinct demand once.
    pub(super) conditions: Vec<Condition>,
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
    /// The name of the node, where the step has one.
    pub(super) symbol: Option<u32>,
    /// Number of what the step demands beside the name.
    pub(super) condition: Option<u32>,
    pub(super) target: u32,
}

/// What a step demands of a node beside its name.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Condition {
    /// Mask bits of children and attributes of an element without which it does not hold.
    pub(super) needs: (u64, u64),
    pub(super) demand: Demand,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Demand {
    /// Nothing but conditions that do not depend on the position.
    Conditions(Entry),
    /// A test that is not a name, or a position.
    Step(Box<Step>),
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Step {
    pub(super) axis: Axis,
    pub(super) test: NodeTest,
    pub(super) predicates: Vec<Predicate>,
    /// Every predicate is a condition that does not depend on the position.
    pub(super) direct: bool,
}

impl Steps {
    /// Named steps for a symbol.
    pub(super) fn for_symbol(&self, symbol: u32) -> &[Edge] {
        let first = self.named.partition_point(|known| known.symbol < Some(symbol));
        let rest = &self.named[first..];
        let length = rest.iter().take_while(|known| known.symbol == Some(symbol)).count();
        &rest[..length]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.other.is_empty() && self.attributes.is_empty() && self.texts.is_empty()
    }

    fn list(&mut self, kind: StepKind, symbol: Option<u32>) -> &mut Vec<Edge> {
        match (kind, symbol) {
            (StepKind::Element, Some(_)) => &mut self.named,
            (StepKind::Element, None) => &mut self.other,
            (StepKind::Attribute, _) => &mut self.attributes,
            (StepKind::Text, _) => &mut self.texts,
        }
    }

    /// The target of a step, which is added if it is not there.
    fn target(&mut self, kind: StepKind, symbol: Option<u32>, condition: Option<u32>, next: u32) -> u32 {
        let edges = self.list(kind, symbol);
        let first = edges.partition_point(|known| known.symbol < symbol);
        let same = edges[first..].iter().take_while(|known| known.symbol == symbol);
        let mut at = first;
        for edge in same {
            if edge.condition == condition {
                return edge.target;
            }
            at += 1;
        }
        edges.insert(at, Edge { symbol, condition, target: next });
        next
    }
}

/// Makes the tree of all contexts.
#[derive(Debug)]
pub(super) struct TrieBuilder {
    trie: Trie,
    /// The steps that conditions were made of, by number.
    demanding: Vec<PatternStep>,
    /// Numbers of conditions, by what is quickly compared.
    known: HashMap<(u64, u64, u64), Vec<u32>>,
    seed: foldhash::fast::RandomState,
}

impl TrieBuilder {
    pub(super) fn new() -> Self {
        let trie =
            Trie { states: vec![State::default()], anywhere: Steps::default(), conditions: Vec::new() };
        let seed = foldhash::fast::RandomState::default();
        Self { trie, demanding: Vec::new(), known: HashMap::new(), seed }
    }

    pub(super) fn finish(self) -> Trie {
        self.trie
    }

    /// Adds an alternative of a context and gives the state where it ends.
    pub(super) fn insert(&mut self, alternative: &Alternative, questions: &mut Encoder) -> u32 {
        // `None` is the place before the first step of a relative context.
        let mut at = alternative.absolute.then_some(DOCUMENT);
        for step in &alternative.steps {
            // Every node is below the document node.
            let from_anywhere = at.is_none() || (at == Some(DOCUMENT) && step.deep);
            let symbol = match step.test {
                NodeTest::Name { symbol, .. } => Some(symbol),
                _ => None,
            };
            let condition = self.condition(step, questions);
            let trie = &mut self.trie;
            let next = trie.states.len() as u32;
            let steps = match at {
                Some(state) if !from_anywhere => {
                    let state = &mut trie.states[state as usize];
                    if step.deep { &mut state.deep } else { &mut state.near }
                }
                _ => &mut trie.anywhere,
            };
            let target = steps.target(step.kind, symbol, condition, next);
            if target == next {
                trie.states.push(State::default());
            }
            at = Some(target);
        }
        at.unwrap_or(DOCUMENT)
    }

    /// The number of what a step demands beside a name; `None` when that is nothing.
    fn condition(&mut self, step: &PatternStep, questions: &mut Encoder) -> Option<u32> {
        let decided = match (step.kind, &step.test) {
            (_, NodeTest::Name { .. } | NodeTest::Wildcard) => true,
            (kind, NodeTest::Text) => kind == StepKind::Text,
            _ => false,
        };
        if decided && step.predicates.is_empty() {
            return None;
        }
        let needs = step.predicates.iter().map(|predicate| match predicate {
            Predicate::Boolean(expr) => required_bits(expr),
            Predicate::Position(_) | Predicate::Dynamic(_) => (0, 0),
        });
        let needs = needs.fold((0, 0), join);
        let direct = step.predicates.iter().all(|one| matches!(one, Predicate::Boolean(_)));
        // Conditions alone are the same for every name.
        let by_conditions = decided && direct;
        let same = |known: &PatternStep| {
            known.predicates == step.predicates
                && if by_conditions {
                    matches!(known.test, NodeTest::Name { .. } | NodeTest::Wildcard | NodeTest::Text)
                } else {
                    known.kind == step.kind && known.test == step.test
                }
        };
        let texts = step.predicates.iter().map(|one| match one {
            Predicate::Boolean(Expr::CompareTexts(_, _, texts)) => &texts[..],
            _ => &[],
        });
        let texts = self.seed.hash_one(texts.collect::<Vec<_>>());
        let numbers = self.known.entry((needs.0, needs.1, texts)).or_default();
        if let Some(&found) = numbers.iter().find(|&&number| same(&self.demanding[number as usize])) {
            return Some(found);
        }
        let demand = if by_conditions {
            let conditions = step.predicates.iter().filter_map(|one| match one {
                Predicate::Boolean(expr) => Some(expr.clone()),
                Predicate::Position(_) | Predicate::Dynamic(_) => None,
            });
            Demand::Conditions(questions.add_all(conditions))
        } else {
            Demand::Step(Box::new(Step {
                axis: if step.kind == StepKind::Attribute { Axis::Attribute } else { Axis::Child },
                test: step.test.clone(),
                predicates: step.predicates.clone(),
                direct,
            }))
        };
        let number = self.trie.conditions.len() as u32;
        self.trie.conditions.push(Condition { needs, demand });
        self.demanding.push(step.clone());
        numbers.push(number);
        Some(number)
    }

    /// Ends the context of a rule at a state. Rules are added in their order.
    pub(super) fn accept(&mut self, state: u32, rule: u32) {
        let rules = &mut self.trie.states[state as usize].rules;
        if rules.last() != Some(&rule) {
            rules.push(rule);
        }
    }
}
