//! Content models as deterministic automata.
//!
//! A model is taken apart into positions (Glushkov): every leaf gets a number, and the automaton goes from a position to
//! those that may follow. Occurrence counts are written out nested to the right, `x (x (x)?)?`, which keeps the automaton
//! deterministic and linear in the count. Positions of the same declaration that are reached by one name are merged
//! (subset construction); positions of different declarations are a breach of unique particle attribution.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::names::{Map, Symbol};

/// Index of an element declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct DeclarationId(pub(super) u32);

/// Index of a wildcard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct WildcardId(pub(super) u32);

/// A content model before it is compiled.
#[derive(Debug)]
pub(super) enum Expression {
    /// A declaration with those that may stand for it.
    Element(Vec<(Symbol, DeclarationId)>),
    Any(WildcardId),
    Sequence(Vec<Occurring>),
    Choice(Vec<Occurring>),
}

/// An expression and how often it may occur.
#[derive(Clone, Debug)]
pub(super) struct Occurring {
    pub(super) min: u32,
    /// `None`: unbounded.
    pub(super) max: Option<u32>,
    pub(super) expression: Rc<Expression>,
    /// How deep the expression nests; whoever builds one bounds it, because compiling recurses.
    pub(super) depth: usize,
}

impl Occurring {
    pub(super) fn new(min: u32, max: Option<u32>, expression: Expression) -> Self {
        let inner = match &expression {
            Expression::Sequence(parts) | Expression::Choice(parts) => {
                parts.iter().map(|part| part.depth).max()
            }
            Expression::Element(_) | Expression::Any(_) => None,
        };
        Self { min, max, expression: Rc::new(expression), depth: inner.unwrap_or(0) + 1 }
    }

    pub(super) fn once(expression: Expression) -> Self {
        Self::new(1, Some(1), expression)
    }
}

/// What an automaton reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Leaf {
    Element(Symbol, DeclarationId),
    Any(WildcardId),
}

/// A step of an automaton.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Transition {
    pub(super) symbol: Symbol,
    pub(super) declaration: DeclarationId,
    pub(super) next: u32,
    /// Place of the leaf in the model, the order in which people know its elements.
    pub(super) position: u32,
}

/// A state: its transitions by name, its wildcards, and whether the content may end here.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct State {
    elements: (u32, u32),
    wildcards: (u32, u32),
    accepting: bool,
}

/// A deterministic automaton; the start state is 0.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Automaton {
    states: Vec<State>,
    /// Grouped by state, sorted by symbol.
    elements: Vec<Transition>,
    wildcards: Vec<(WildcardId, u32)>,
}

/// Why a model cannot be compiled.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ModelError {
    /// Different declarations compete for one name.
    Ambiguous(Symbol),
    Positions,
    Transitions,
}

impl Automaton {
    pub(super) fn transitions(&self, state: u32) -> &[Transition] {
        let (start, end) = self.states[state as usize].elements;
        &self.elements[start as usize..end as usize]
    }

    pub(super) fn wildcards(&self, state: u32) -> &[(WildcardId, u32)] {
        let (start, end) = self.states[state as usize].wildcards;
        &self.wildcards[start as usize..end as usize]
    }

    pub(super) fn is_accepting(&self, state: u32) -> bool {
        self.states[state as usize].accepting
    }

    /// The step for an element name.
    pub(super) fn step(&self, state: u32, symbol: Symbol) -> Option<Transition> {
        /// Up to here a plain search is faster than a binary one.
        const SHORT: usize = 8;
        let transitions = self.transitions(state);
        if transitions.len() <= SHORT {
            transitions.iter().find(|known| known.symbol == symbol).copied()
        } else {
            let index = transitions.binary_search_by_key(&symbol, |known| known.symbol).ok()?;
            Some(transitions[index])
        }
    }

    /// Any declaration of the model for a name, wherever the model has it.
    pub(super) fn anywhere(&self, symbol: Symbol) -> Option<DeclarationId> {
        self.elements.iter().find(|known| known.symbol == symbol).map(|known| known.declaration)
    }

    /// All wildcards of the model.
    pub(super) fn all_wildcards(&self) -> impl Iterator<Item = WildcardId> + '_ {
        self.wildcards.iter().map(|&(wildcard, _)| wildcard)
    }

    pub(super) fn transition_count(&self) -> usize {
        self.elements.len() + self.wildcards.len()
    }

    /// Compiles a model within the budgets.
    pub(super) fn compile(
        model: &Occurring,
        max_positions: usize,
        max_transitions: usize,
    ) -> Result<Self, ModelError> {
        let mut builder = Builder {
            leaves: Vec::new(),
            follow: Vec::new(),
            edges: 0,
            visits: 0,
            max_positions,
            max_edges: max_transitions,
        };
        let whole = builder.occurring(model)?;
        builder.determinize(&whole)
    }
}

/// Part of a model: whether it may be empty, and the positions it may begin and end with.
#[derive(Clone, Debug, Default)]
struct Fragment {
    nullable: bool,
    first: Vec<u32>,
    last: Vec<u32>,
}

impl Fragment {
    fn empty() -> Self {
        Self { nullable: true, ..Self::default() }
    }
}

struct Builder {
    leaves: Vec<Leaf>,
    follow: Vec<Vec<u32>>,
    edges: usize,
    /// Expressions visited: groups without leaves multiply without making positions.
    visits: usize,
    max_positions: usize,
    max_edges: usize,
}

impl Builder {
    /// The recursion goes as deep as expressions nest, see [`Occurring::depth`].
    fn occurring(&mut self, particle: &Occurring) -> Result<Fragment, ModelError> {
        let expression = &particle.expression;
        let (required, optional) = match particle.max {
            Some(0) => return Ok(Fragment::empty()),
            Some(max) => (particle.min, max - particle.min),
            None => (particle.min.max(1), 0),
        };
        let mut copies = Vec::new();
        for _ in 0..u64::from(required) + u64::from(optional) {
            let copy = self.expression(expression)?;
            // An empty group repeated is empty, however often.
            if copy.first.is_empty() {
                return Ok(copy);
            }
            copies.push(copy);
        }
        if particle.max.is_none()
            && let Some(last) = copies.last_mut()
        {
            let fragment = last.clone();
            self.connect(&fragment.last, &fragment.first)?;
            last.nullable |= particle.min == 0;
        }
        let mut tail = Fragment::empty();
        for (index, copy) in copies.into_iter().enumerate().rev() {
            tail = self.sequence(copy, tail)?;
            tail.nullable |= index >= required as usize;
        }
        Ok(tail)
    }

    fn expression(&mut self, expression: &Expression) -> Result<Fragment, ModelError> {
        /// Model groups for each leaf; real models have fewer groups than leaves.
        const GROUPS_PER_LEAF: usize = 8;
        self.visits += 1;
        if self.visits > self.max_positions.saturating_mul(GROUPS_PER_LEAF) {
            return Err(ModelError::Positions);
        }
        match expression {
            Expression::Element(declarations) => {
                let mut fragment = Fragment::default();
                for &(symbol, declaration) in declarations {
                    let position = self.position(Leaf::Element(symbol, declaration))?;
                    fragment.first.push(position);
                    fragment.last.push(position);
                }
                Ok(fragment)
            }
            Expression::Any(wildcard) => {
                let position = self.position(Leaf::Any(*wildcard))?;
                Ok(Fragment { nullable: false, first: vec![position], last: vec![position] })
            }
            Expression::Sequence(particles) => {
                let mut fragments = Vec::with_capacity(particles.len());
                for particle in particles {
                    fragments.push(self.occurring(particle)?);
                }
                let mut tail = Fragment::empty();
                for fragment in fragments.into_iter().rev() {
                    tail = self.sequence(fragment, tail)?;
                }
                Ok(tail)
            }
            Expression::Choice(particles) => {
                let mut whole = Fragment {
                    // A choice without alternatives cannot be matched; with an empty one it is optional.
                    nullable: false,
                    ..Fragment::default()
                };
                for particle in particles {
                    let fragment = self.occurring(particle)?;
                    whole.nullable |= fragment.nullable;
                    whole.first.extend(fragment.first);
                    whole.last.extend(fragment.last);
                }
                Ok(whole)
            }
        }
    }

    fn position(&mut self, leaf: Leaf) -> Result<u32, ModelError> {
        if self.leaves.len() >= self.max_positions {
            return Err(ModelError::Positions);
        }
        self.leaves.push(leaf);
        self.follow.push(Vec::new());
        Ok(self.leaves.len() as u32 - 1)
    }

    fn connect(&mut self, from: &[u32], to: &[u32]) -> Result<(), ModelError> {
        self.edges = self.edges.saturating_add(from.len().saturating_mul(to.len()));
        if self.edges > self.max_edges {
            return Err(ModelError::Transitions);
        }
        for &position in from {
            self.follow[position as usize].extend_from_slice(to);
        }
        Ok(())
    }

    fn sequence(&mut self, mut head: Fragment, mut tail: Fragment) -> Result<Fragment, ModelError> {
        self.connect(&head.last, &tail.first)?;
        if head.nullable {
            head.first.extend_from_slice(&tail.first);
        }
        if tail.nullable {
            tail.last.append(&mut head.last);
        }
        Ok(Fragment { nullable: head.nullable && tail.nullable, first: head.first, last: tail.last })
    }

    /// Subset construction. A state is the set of positions last read.
    fn determinize(&self, whole: &Fragment) -> Result<Automaton, ModelError> {
        let mut accepting = vec![false; self.leaves.len()];
        for &position in &whole.last {
            accepting[position as usize] = true;
        }
        let mut automaton = Automaton::default();
        // Nearly all sets have one position; only the others need a table.
        let mut single = vec![u32::MAX; self.leaves.len()];
        let mut sets: Map<Vec<u32>, u32> = Map::default();
        let mut pending: Vec<Vec<u32>> = vec![Vec::new()];
        let mut reached: Vec<(Leaf, u32)> = Vec::new();
        let (mut done, mut merged) = (0, 0);
        while done < pending.len() {
            let state = std::mem::take(&mut pending[done]);
            reached.clear();
            if done == 0 {
                reached.extend(whole.first.iter().map(|&to| (self.leaves[to as usize], to)));
            }
            for &from in &state {
                reached.extend(self.follow[from as usize].iter().map(|&to| (self.leaves[to as usize], to)));
            }
            reached.sort_unstable_by_key(|&(leaf, position)| match leaf {
                Leaf::Element(symbol, declaration) => (0, symbol.0, declaration.0, position),
                Leaf::Any(wildcard) => (1, wildcard.0, 0, position),
            });
            reached.dedup();
            let (elements, wildcards) = (automaton.elements.len() as u32, automaton.wildcards.len() as u32);
            for group in reached.chunk_by(|(a, _), (b, _)| a == b) {
                let (leaf, first) = group[0];
                let fresh = pending.len() as u32;
                let next = if group.len() == 1 {
                    let slot = &mut single[first as usize];
                    if *slot == u32::MAX {
                        *slot = fresh;
                    }
                    *slot
                } else {
                    merged += group.len();
                    let set: Vec<u32> = group.iter().map(|&(_, position)| position).collect();
                    *sets.entry(set).or_insert(fresh)
                };
                if next == fresh {
                    pending.push(group.iter().map(|&(_, position)| position).collect());
                }
                match leaf {
                    Leaf::Any(wildcard) => automaton.wildcards.push((wildcard, next)),
                    Leaf::Element(symbol, declaration) => {
                        let previous = automaton.elements[elements as usize..].last();
                        if previous.is_some_and(|previous| previous.symbol == symbol) {
                            return Err(ModelError::Ambiguous(symbol));
                        }
                        automaton.elements.push(Transition { symbol, declaration, next, position: first });
                    }
                }
            }
            if automaton.transition_count() > self.max_edges || pending.len() + merged > self.max_edges {
                return Err(ModelError::Transitions);
            }
            automaton.states.push(State {
                elements: (elements, automaton.elements.len() as u32),
                wildcards: (wildcards, automaton.wildcards.len() as u32),
                accepting: if done == 0 {
                    whole.nullable
                } else {
                    state.iter().any(|&position| accepting[position as usize])
                },
            });
            done += 1;
        }
        Ok(automaton)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(symbol: u32) -> Occurring {
        Occurring::once(Expression::Element(vec![(Symbol(symbol), DeclarationId(symbol))]))
    }

    fn times(min: u32, max: Option<u32>, particle: Occurring) -> Occurring {
        Occurring { min, max, ..particle }
    }

    fn sequence(parts: Vec<Occurring>) -> Occurring {
        Occurring::once(Expression::Sequence(parts))
    }

    fn accepts(automaton: &Automaton, word: &[u32]) -> bool {
        let mut state = 0;
        for &symbol in word {
            match automaton.step(state, Symbol(symbol)) {
                Some(transition) => state = transition.next,
                None => return false,
            }
        }
        automaton.is_accepting(state)
    }

    fn compile(model: &Occurring) -> Automaton {
        Automaton::compile(model, 1000, 100_000).unwrap()
    }

    #[test]
    fn counts_are_exact() {
        let automaton = compile(&sequence(vec![times(2, Some(4), leaf(1)), leaf(2)]));
        for count in 0..7 {
            let mut word = vec![1; count];
            word.push(2);
            assert_eq!(accepts(&automaton, &word), (2..=4).contains(&count), "{count}");
        }
        let unbounded = compile(&times(2, None, leaf(1)));
        assert!(!accepts(&unbounded, &[1]) && accepts(&unbounded, &[1, 1]) && accepts(&unbounded, &[1; 9]));
        let none = compile(&sequence(vec![times(0, Some(0), leaf(1)), leaf(2)]));
        assert!(accepts(&none, &[2]) && !accepts(&none, &[1, 2]));
    }

    #[test]
    fn a_repeated_group_with_optional_parts_is_read_greedily_and_right() {
        // ((1, 2?){1,3}, 3)
        let group = times(1, Some(3), sequence(vec![leaf(1), times(0, Some(1), leaf(2))]));
        let automaton = compile(&sequence(vec![group, leaf(3)]));
        assert!(accepts(&automaton, &[1, 3]));
        assert!(accepts(&automaton, &[1, 2, 1, 1, 2, 3]));
        assert!(!accepts(&automaton, &[1, 1, 1, 1, 3]));
        assert!(!accepts(&automaton, &[3]));
        // (1?){0,3}: copies of one declaration compete with each other only.
        let optional = compile(&times(0, Some(3), sequence(vec![times(0, Some(1), leaf(1))])));
        assert!((0..=3).all(|count| accepts(&optional, &vec![1; count])));
        assert!(!accepts(&optional, &[1; 4]));
    }

    #[test]
    fn two_declarations_for_one_name_are_ambiguous() {
        let other = Occurring::once(Expression::Element(vec![(Symbol(1), DeclarationId(9))]));
        let model = sequence(vec![times(0, Some(1), leaf(1)), other]);
        assert_eq!(Automaton::compile(&model, 1000, 1000).unwrap_err(), ModelError::Ambiguous(Symbol(1)));
    }

    #[test]
    fn hostile_counts_exceed_the_budget() {
        let many = times(1, Some(u32::MAX), leaf(1));
        assert_eq!(Automaton::compile(&many, 1000, 1000).unwrap_err(), ModelError::Positions);
        let nested = times(0, Some(u32::MAX), sequence(vec![times(0, Some(u32::MAX), sequence(vec![]))]));
        assert!(accepts(&compile(&nested), &[]));
        let choice = Occurring::once(Expression::Choice((1..500).map(leaf).collect()));
        let wide = times(0, None, choice);
        assert_eq!(Automaton::compile(&wide, 1000, 10_000).unwrap_err(), ModelError::Transitions);
    }
}
