//! The contexts of a rule set as a deterministic automaton over names, made as documents need it (subset construction).
//!
//! A place is what a walk knows above the children of a node: the states of the trie that have matched there, and the states
//! above it from which steps reach descendants. The next letter is the name of a node together with the names of its children
//! and attributes, which answer most of what contexts and tests ask. What they leave open is a choice; its answers lead on to
//! a landing: the place, and the tests that are still to be asked of the node.

use std::collections::HashMap;
use std::ops::Range;

use super::assertion::AssertionId;
use super::letter::{Kind, Letter};
use super::plan::Plan;
use super::trie::{DOCUMENT, Demand, Edge, Steps};
use crate::cuckoo;
use crate::xml::Signature;
use crate::xpath::{self, AskedText, Entry, Facts, Remainders};

/// What is kept before everything but the open elements is forgotten, in numbers; an official rule set needs some ten
/// thousands, however many documents there are.
const MAX_STORED: usize = 1 << 20;
/// Conditions of one choice: each answer is a bit.
const MAX_ASKED: usize = 32;

/// The landing at the document node.
pub(super) const START: u32 = 0;

/// Where a step leads: to a landing, or to a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target(u32);

impl Target {
    const CHOICE: u32 = 1 << 31;

    /// The landing, or the choice that must be made.
    #[inline]
    pub(super) fn landing(self) -> Result<u32, u32> {
        if self.0 & Self::CHOICE == 0 { Ok(self.0) } else { Err(self.0 & !Self::CHOICE) }
    }
}

/// A distinct test of the rules that fire, from its first question on that the letter leaves open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) test: Entry,
    /// The entry is one of [`Subsets::remainders`].
    pub(super) left: bool,
    /// Whether every assertion is content when the test is false, and when it is true.
    pub(super) passes: [bool; 2],
}

/// A condition of a choice: its number, and for one that is code its first open question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) condition: u32,
    pub(super) entry: Entry,
    /// What is left of it, one of [`Subsets::remainders`], unless it asks for a text.
    pub(super) left: Option<Entry>,
    /// The text that attributes must have for the condition to hold, if it asks for one first.
    pub(super) text: Option<AskedText>,
    /// Where the attribute stands whose text it asks for, if the names tell.
    pub(super) place: Option<xpath::Place>,
    /// It asks about the same attributes as the condition before.
    pub(super) shared: bool,
}

/// An assertion of a rule that fires, if names do not settle that it is content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unsettled {
    pub(super) assertion: AssertionId,
    /// Its test, among those that are asked at the landing.
    pub(super) asked: u32,
    /// The value of the test that makes a failure.
    pub(super) fails_when: bool,
}

#[derive(Debug)]
struct Place {
    states: Range<u32>,
    deep: Range<u32>,
    /// Rules whose contexts end at the states, in their order.
    rules: Range<u32>,
    /// Some step leads to an attribute, or to a text.
    attributes: bool,
    texts: bool,
}

/// A node in its place.
#[derive(Debug)]
pub(super) struct Landing {
    pub(super) place: u32,
    asked: Range<u32>,
    unsettled: Range<u32>,
    /// Rules that fire, and those that match but come too late in their pattern.
    pub(super) fired: u32,
    pub(super) suppressed: u32,
    /// Some step leads to an attribute, or to a text.
    pub(super) attributes: bool,
    pub(super) texts: bool,
}

impl Landing {
    /// Whether no test is open.
    #[inline(always)]
    pub(super) fn is_settled(&self) -> bool {
        self.asked.is_empty()
    }
}

/// What the letter of a node leaves open.
#[derive(Debug)]
struct Choice {
    from: u32,
    letter: Letter,
    /// States that are reached already.
    reached: Range<u32>,
    asked: Range<u32>,
    /// Conditions, ascending, each followed by the state it leads to.
    open: Range<u32>,
    /// The last answers to them, and where they led.
    last: Option<(u32, Target)>,
}

type Table<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// A place, a letter, and where it leads.
#[derive(Clone, Copy, Debug)]
struct Recent {
    from: u32,
    letter: Letter,
    target: Target,
}

/// Number of steps that are found without a search, a power of two, of 24 bytes each. A document has some hundred different ones.
const RECENT: usize = 1024;

impl Recent {
    const NOTHING: Self = Self { from: u32::MAX, letter: Letter::TEXT, target: Target(START) };
}

impl cuckoo::Entry for Recent {
    fn is_free(&self) -> bool {
        self.from == Self::NOTHING.from
    }

    fn mixed(&self) -> u64 {
        self.letter.mixed_with(self.from)
    }
}

/// The automaton as far as it is made.
#[derive(Debug)]
pub(super) struct Subsets {
    places: Vec<Place>,
    landings: Vec<Landing>,
    choices: Vec<Choice>,
    asked: Vec<Asked>,
    unsettled: Vec<Unsettled>,
    open: Vec<Open>,
    pub(super) remainders: Remainders,
    lists: Vec<u32>,
    next: Table<(u32, Letter), Target>,
    /// Some of those.
    recent: Box<[Recent]>,
    decisions: Table<(u32, u32), Target>,
    /// By number of states, states, deep states.
    known: Table<Box<[u32]>, u32>,
    landed: Table<(u32, Signature), u32>,
    limit: usize,
    /// So much is stored that it is time for [`Subsets::restart`].
    full: bool,
}

impl Subsets {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut made = Self {
            places: Vec::new(),
            landings: Vec::new(),
            choices: Vec::new(),
            asked: Vec::new(),
            unsettled: Vec::new(),
            open: Vec::new(),
            remainders: Remainders::default(),
            lists: Vec::new(),
            next: Table::default(),
            recent: vec![Recent::NOTHING; RECENT].into(),
            decisions: Table::default(),
            known: Table::default(),
            landed: Table::default(),
            limit: MAX_STORED,
            full: false,
        };
        let start = made.place_of(plan, vec![DOCUMENT], Vec::new());
        made.landing_of(plan, start, Signature::NOTHING, &Facts::open());
        // It is that of the document node alone.
        made.landed.clear();
        made
    }

    #[inline]
    pub(super) fn landing(&self, landing: u32) -> &Landing {
        &self.landings[landing as usize]
    }

    /// The tests that are open at a landing.
    #[inline]
    pub(super) fn asked(&self, landing: &Landing) -> &[Asked] {
        &self.asked[landing.asked.start as usize..landing.asked.end as usize]
    }

    /// The assertions that are open at a landing, in their order.
    pub(super) fn unsettled(&self, landing: &Landing) -> &[Unsettled] {
        &self.unsettled[landing.unsettled.start as usize..landing.unsettled.end as usize]
    }

    /// The conditions of a choice, at most [`MAX_ASKED`].
    #[inline]
    pub(super) fn open(&self, choice: u32) -> &[Open] {
        let range = &self.choices[choice as usize].asked;
        &self.open[range.start as usize..range.end as usize]
    }

    /// Where a letter leads from a place.
    #[inline(always)]
    pub(super) fn next(
        &mut self,
        plan: &Plan,
        from: u32,
        letter: Letter,
        facts: impl FnOnce() -> Facts,
    ) -> Target {
        for place in cuckoo::places(letter.mixed_with(from), RECENT) {
            let recent = self.recent[place];
            if recent.from == from && recent.letter == letter {
                return recent.target;
            }
        }
        let target = self.searched(plan, from, letter, facts);
        cuckoo::put(&mut self.recent, Recent { from, letter, target });
        target
    }

    #[inline(never)]
    fn searched(&mut self, plan: &Plan, from: u32, letter: Letter, facts: impl FnOnce() -> Facts) -> Target {
        match self.next.get(&(from, letter)) {
            Some(&target) => target,
            None => {
                let target = self.make(plan, from, letter, &facts());
                self.next.insert((from, letter), target);
                self.full = self.stored() > self.limit;
                target
            }
        }
    }

    /// Where the answers to the conditions of a choice lead, a bit each.
    #[inline]
    pub(super) fn decided(
        &mut self,
        plan: &Plan,
        choice: u32,
        answers: u32,
        facts: impl FnOnce() -> Facts,
    ) -> Target {
        match self.choices[choice as usize].last {
            Some((same, target)) if same == answers => target,
            _ => {
                let target = self.known_decision(plan, choice, answers, facts);
                self.choices[choice as usize].last = Some((answers, target));
                target
            }
        }
    }

    #[inline(never)]
    fn known_decision(
        &mut self,
        plan: &Plan,
        choice: u32,
        answers: u32,
        facts: impl FnOnce() -> Facts,
    ) -> Target {
        match self.decisions.get(&(choice, answers)) {
            Some(&target) => target,
            None => {
                let target = self.decide(plan, choice, answers, &facts());
                self.decisions.insert((choice, answers), target);
                self.full = self.stored() > self.limit;
                target
            }
        }
    }

    #[inline]
    fn list(&self, range: &Range<u32>) -> &[u32] {
        &self.lists[range.start as usize..range.end as usize]
    }

    fn keep(&mut self, list: &[u32]) -> Range<u32> {
        let start = self.lists.len() as u32;
        self.lists.extend_from_slice(list);
        start..self.lists.len() as u32
    }

    #[cold]
    fn make(&mut self, plan: &Plan, from: u32, letter: Letter, facts: &Facts) -> Target {
        let (mut reached, mut open) = (Vec::new(), Vec::new());
        let trie = &plan.trie;
        let place = &self.places[from as usize];
        let near = self.list(&place.states).iter().map(|&state| &trie.states[state as usize].near);
        let deep = self.list(&place.deep).iter().map(|&state| &trie.states[state as usize].deep);
        for steps in std::iter::once(&trie.anywhere).chain(near).chain(deep) {
            let mut take = |edge: &Edge| match edge
                .condition
                .map(|number| (number, advanced(plan, number, letter.kind(), facts)))
            {
                None | Some((_, Entry::TRUE)) => reached.push(edge.target),
                Some((_, Entry::FALSE)) => {}
                Some((number, _)) => open.push((number, edge.target)),
            };
            match letter.kind() {
                Kind::Element => {
                    steps.for_symbol(letter.symbol()).iter().for_each(&mut take);
                    steps.other.iter().for_each(take);
                }
                Kind::Attribute => {
                    let fits = |edge: &&Edge| edge.symbol.is_none_or(|symbol| symbol == letter.symbol());
                    steps.attributes.iter().filter(fits).for_each(take);
                }
                Kind::Text => steps.texts.iter().for_each(take),
            }
        }
        open.sort_unstable();
        self.target(plan, (from, letter, facts), reached, &open)
    }

    #[cold]
    fn decide(&mut self, plan: &Plan, choice: u32, answers: u32, facts: &Facts) -> Target {
        let Choice { from, letter, reached, open, .. } = &self.choices[choice as usize];
        let (from, letter) = (*from, *letter);
        let mut reached = self.list(reached).to_vec();
        let asked = self.open(choice);
        let mut rest = Vec::new();
        for pair in self.list(open).chunks_exact(2) {
            match asked.iter().position(|open| open.condition == pair[0]) {
                Some(at) if answers >> at & 1 == 1 => reached.push(pair[1]),
                Some(_) => {}
                None => rest.push((pair[0], pair[1])),
            }
        }
        self.target(plan, (from, letter, facts), reached, &rest)
    }

    fn target(
        &mut self,
        plan: &Plan,
        (from, letter, facts): (u32, Letter, &Facts),
        reached: Vec<u32>,
        open: &[(u32, u32)],
    ) -> Target {
        if open.is_empty() {
            let deep = match letter.kind() {
                Kind::Element => self.list(&self.places[from as usize].deep).to_vec(),
                Kind::Attribute | Kind::Text => Vec::new(),
            };
            let place = self.place_of(plan, reached, deep);
            return Target(self.landing_of(plan, place, letter.signature, facts));
        }
        let mut numbers: Vec<u32> = open.iter().map(|(condition, _)| *condition).collect();
        numbers.dedup();
        numbers.truncate(MAX_ASKED);
        let start = self.open.len() as u32;
        let questions = &plan.declared.questions;
        let first = self.remainders.len();
        let mut last: Option<Open> = None;
        for number in numbers {
            let entry = advanced(plan, number, letter.kind(), facts);
            let text = questions.text_asked(entry).filter(|_| letter.kind() == Kind::Element);
            let before = last.filter(|last| last.text.is_some() && text.is_some());
            let shared = before.is_some_and(|last| questions.same_subject(last.entry, entry));
            let place = text.and_then(|_| questions.place(entry, facts));
            let is_code = text.is_none() && entry != Entry::OPEN;
            let left = if is_code { self.remainders.add(&plan.declared, entry, facts, first) } else { None };
            let open = Open { condition: number, entry, left, text, place, shared };
            self.open.push(open);
            last = Some(open);
        }
        let asked = start..self.open.len() as u32;
        let pairs: Vec<u32> = open.iter().flat_map(|&(condition, state)| [condition, state]).collect();
        let made =
            Choice { from, letter, reached: self.keep(&reached), asked, open: self.keep(&pairs), last: None };
        self.choices.push(made);
        Target(Target::CHOICE | (self.choices.len() as u32 - 1))
    }

    /// The place where states are reached below others with steps to descendants.
    fn place_of(&mut self, plan: &Plan, mut states: Vec<u32>, mut deep: Vec<u32>) -> u32 {
        let trie = &plan.trie;
        let has_deep = |state: &u32| !trie.states[*state as usize].deep.is_empty();
        deep.extend(states.iter().copied().filter(has_deep));
        for list in [&mut states, &mut deep] {
            list.sort_unstable();
            list.dedup();
        }
        let mut key = Vec::with_capacity(1 + states.len() + deep.len());
        key.push(states.len() as u32);
        key.extend(states.iter().chain(&deep));
        if let Some(&known) = self.known.get(&*key) {
            return known;
        }
        let leads = |any: fn(&Steps) -> bool| {
            let near = states.iter().map(|&state| &trie.states[state as usize].near);
            let deep = deep.iter().map(|&state| &trie.states[state as usize].deep);
            std::iter::once(&trie.anywhere).chain(near).chain(deep).any(any)
        };
        let (attributes, texts) =
            (leads(|steps| !steps.attributes.is_empty()), leads(|steps| !steps.texts.is_empty()));
        let rules = self.keep(&plan.rules_of(&states));
        let place = Place { states: self.keep(&states), deep: self.keep(&deep), rules, attributes, texts };
        self.places.push(place);
        let number = self.places.len() as u32 - 1;
        self.known.insert(key.into(), number);
        number
    }

    /// The landing of a node with some facts in a place: the rules that fire, the first of every pattern, and the distinct
    /// tests of theirs that the facts leave open.
    fn landing_of(&mut self, plan: &Plan, place: u32, signature: Signature, facts: &Facts) -> u32 {
        if let Some(&known) = self.landed.get(&(place, signature)) {
            return known;
        }
        let Place { rules, attributes, texts, .. } = &self.places[place as usize];
        let (attributes, texts) = (*attributes, *texts);
        let (mut fired, mut suppressed, mut taken) = (0, 0, 0);
        // Tests from their first open question on, each with its assertion and the value that makes a failure.
        let mut open: Vec<(Entry, AssertionId, bool)> = Vec::new();
        for &rule in self.list(rules) {
            let rule = &plan.rules[rule as usize];
            if rule.pattern == taken {
                suppressed += 1;
                continue;
            }
            taken = rule.pattern;
            fired += 1;
            for assertion in rule.assertions.clone() {
                let check = &plan.checks[assertion as usize];
                let test = plan.declared.advance(check.test, facts);
                if test.verdict() != Some(!check.fails_when) {
                    open.push((test, AssertionId(assertion), check.fails_when));
                }
            }
        }
        let asked = self.ask(plan, &open, facts);
        let start = self.unsettled.len() as u32;
        for (test, assertion, fails_when) in open {
            // The tests are sorted.
            let Ok(at) = asked.binary_search_by_key(&test, |&(known, _)| known) else { continue };
            self.unsettled.push(Unsettled { assertion, asked: at as u32, fails_when });
        }
        let unsettled = start..self.unsettled.len() as u32;
        let start = self.asked.len() as u32;
        self.asked.extend(asked.into_iter().map(|(_, asked)| asked));
        let asked = start..self.asked.len() as u32;
        self.landings.push(Landing { place, asked, unsettled, fired, suppressed, attributes, texts });
        let number = self.landings.len() as u32 - 1;
        self.landed.insert((place, signature), number);
        number
    }

    /// The distinct tests among those of some assertions, sorted, and how each is asked.
    fn ask(
        &mut self,
        plan: &Plan,
        open: &[(Entry, AssertionId, bool)],
        facts: &Facts,
    ) -> Vec<(Entry, Asked)> {
        let mut asked: Vec<(Entry, Asked)> = open
            .iter()
            .map(|&(test, _, fails_when)| {
                (test, Asked { test, left: false, passes: [fails_when, !fails_when] })
            })
            .collect();
        asked.sort_by_key(|(test, _)| *test);
        asked.dedup_by(|(next_test, next), (test, kept)| {
            let same = next_test == test;
            if same {
                kept.passes = [kept.passes[0] && next.passes[0], kept.passes[1] && next.passes[1]];
            }
            same
        });
        let first = self.remainders.len();
        for (test, asked) in &mut asked {
            if let Some(left) = self.remainders.add(&plan.declared, *test, facts, first) {
                (asked.test, asked.left) = (left, true);
            }
        }
        asked
    }

    /// Whether so much is stored that it is time for [`Subsets::restart`].
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Forgets everything but the given places, which get new numbers.
    pub(super) fn restart<'p>(&mut self, plan: &Plan, live: impl Iterator<Item = &'p mut u32>) {
        let old = std::mem::replace(self, Self::new(plan));
        for place in live {
            let Place { states, deep, .. } = &old.places[*place as usize];
            *place = self.place_of(plan, old.list(states).to_vec(), old.list(deep).to_vec());
        }
        self.limit = MAX_STORED.max(2 * self.stored());
    }

    fn stored(&self) -> usize {
        self.lists.len()
            + 10 * self.remainders.len()
            + 3 * (self.asked.len() + self.unsettled.len())
            + 10 * self.open.len()
            + 16 * (self.next.len() + self.decisions.len())
    }
}

/// The first question of a condition that the letter leaves open, or its verdict.
fn advanced(plan: &Plan, condition: u32, kind: Kind, facts: &Facts) -> Entry {
    let condition = &plan.trie.conditions[condition as usize];
    if kind == Kind::Element && !facts.admit(condition.needs) {
        return Entry::FALSE;
    }
    match condition.demand {
        Demand::Conditions(entry) => plan.declared.advance(entry, facts),
        Demand::Step(_) => Entry::OPEN,
    }
}
