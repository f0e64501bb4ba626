//! Patterns of rules, matched all the time: regular expressions written out as tables.
//!
//! Both pattern dialects are translated to the syntax of `regex-automata` by those who know them; a table then answers
//! whether a text matches with one look-up per byte, without scratch memory and without locks. A package has many patterns and a
//! document meets few of them: a table is made when its pattern is first asked, or written to a cache.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex_automata::Anchored;
use regex_automata::MatchKind;
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::meta;
use regex_automata::nfa::thompson::{self, NFA};
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::byte_string::ByteString;
use crate::oid::{Identifiers, State};

/// Where a match may lie in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Extent {
    /// The whole text must match.
    Whole,
    /// Any part of it.
    Part,
}

/// Bounds on the memory of a pattern, bytes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Bounds {
    /// For all that is made of it.
    pub(crate) memory: usize,
    /// For its table; where that needs more, states are made while matching.
    pub(crate) table: usize,
}

/// Part of the memory of a pattern that its states may take if it is looked at only when it is asked: whatever is made of so few
/// of them is within the bound.
const SMALL_SHARE: usize = 16;

/// A pattern and, once it was asked, its automaton.
#[derive(Debug)]
pub(crate) struct Automaton {
    /// In the syntax of `regex-automata`.
    expression: String,
    extent: Extent,
    bounds: Bounds,
    /// What a cache had of it.
    written: Option<Form<Box<[u8]>>>,
    made: OnceLock<Form<Table, Box<meta::Regex>>>,
}

/// The two forms of an automaton.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Form<T, R = ()> {
    Table(T),
    /// For patterns whose table would be too large.
    Regex(R),
}

/// Pairs of states that are compared; a pattern of identifiers alone has six or seven.
const MOST_PAIRS: usize = 64;

#[derive(Debug)]
struct Table {
    dfa: dense::DFA<Vec<u32>>,
    start: StateID,
    /// The identifiers that the pattern stands for, if it matches them and nothing else: they are recognised quicker.
    identifiers: Option<Identifiers>,
}

impl Automaton {
    /// Takes a pattern over.
    ///
    /// # Errors
    /// When it is none, or needs more memory than it may have.
    pub(crate) fn compile(expression: String, extent: Extent, bounds: Bounds) -> Result<Self, String> {
        let new = Self { expression, extent, bounds, written: None, made: OnceLock::new() };
        let nfa = new.states()?;
        if nfa.memory_usage() > bounds.memory / SMALL_SHARE {
            let made = match Table::build(&nfa, extent, bounds.table) {
                Some(table) => Form::Table(table),
                None => Form::Regex(new.regex(Some(bounds.memory)).map_err(|error| error.to_string())?),
            };
            new.made.get_or_init(|| made);
        }
        Ok(new)
    }

    fn states(&self) -> Result<NFA, String> {
        thompson::Compiler::new()
            .syntax(syntax(NESTING))
            .configure(thompson::Config::new().nfa_size_limit(Some(self.bounds.memory)))
            .build(&self.expression)
            .map_err(|error| error.to_string())
    }

    /// `memory` bounds what is made at once; what is made while matching is bounded in any case.
    fn regex(&self, memory: Option<usize>) -> Result<Box<meta::Regex>, Box<meta::BuildError>> {
        let while_matching = self.bounds.memory;
        match self.extent {
            Extent::Part => build(&self.expression, NESTING, memory, while_matching),
            Extent::Whole => {
                // The frame around it is two levels more.
                let framed = format!(r"\A(?:{})\z", self.expression);
                build(&framed, NESTING + 2, memory, while_matching)
            }
        }
    }

    fn made(&self) -> &Form<Table, Box<meta::Regex>> {
        self.made.get_or_init(|| {
            let table = match &self.written {
                Some(Form::Table(written)) => Table::read(written, self.extent),
                Some(Form::Regex(())) => None,
                None => {
                    let nfa = self.states().ok();
                    nfa.and_then(|nfa| Table::build(&nfa, self.extent, self.bounds.table))
                }
            };
            match table {
                Some(table) => Form::Table(table),
                // The expression was read before, and either its states are few or it was made before it was written.
                None => Form::Regex(self.regex(None).expect("an expression that was compiled")),
            }
        })
    }

    /// Whether a text, or a part of it, matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match self.made() {
            Form::Table(table) => table.matches(text, self.extent),
            Form::Regex(regex) => regex.is_match(text),
        }
    }

    /// The expression that is matched where there is no table.
    pub(crate) fn without_table(&self) -> Option<&meta::Regex> {
        match self.made() {
            Form::Table(_) => None,
            Form::Regex(regex) => Some(regex),
        }
    }
}

impl Table {
    /// Writes the states out; `None` where that takes more than `limit` bytes.
    fn build(nfa: &NFA, extent: Extent, limit: usize) -> Option<Self> {
        let anchored = extent == Extent::Whole || nfa.is_always_start_anchored();
        let config = dense::Config::new()
            // Every way to match must be followed to the end of a value; a part is found with the first match.
            .match_kind(if extent == Extent::Whole { MatchKind::All } else { MatchKind::LeftmostFirst })
            .start_kind(if anchored { StartKind::Anchored } else { StartKind::Unanchored })
            .accelerate(false)
            .dfa_size_limit(Some(limit))
            .determinize_size_limit(Some(limit));
        let dfa = dense::Builder::new().configure(config).build_from_nfa(nfa).ok()?;
        Self::of(dfa, extent)
    }

    fn of(dfa: dense::DFA<Vec<u32>>, extent: Extent) -> Option<Self> {
        let anchored = if dfa.start_kind() == StartKind::Anchored { Anchored::Yes } else { Anchored::No };
        let start = dfa.start_state(&start::Config::new().anchored(anchored)).ok()?;
        let mut table = Self { dfa, start, identifiers: None };
        table.identifiers = [Identifiers::OfOneArc, Identifiers::OfTwoArcs]
            .into_iter()
            .find(|&those| table.is_for(those, extent));
        Some(table)
    }

    /// Whether the table accepts identifiers and nothing else: it does when it agrees with them in every pair of states that a
    /// text can lead to.
    fn is_for(&self, identifiers: Identifiers, extent: Extent) -> bool {
        let agree = |(state, other): (StateID, State)| {
            let accepts = self.dfa.is_match_state(self.dfa.next_eoi_state(state));
            // Where a part may match, a match before the end makes the rest of a text unimportant.
            let early = extent == Extent::Part && self.dfa.is_match_state(state);
            accepts == identifiers.end_in(other) && !early
        };
        let mut met = vec![(self.start, State::Start)];
        let mut at = 0;
        while let Some(&(state, other)) = met.get(at) {
            at += 1;
            for byte in 0..=u8::MAX {
                let next = (self.dfa.next_state(state, byte), other.then(byte));
                if met.contains(&next) {
                    continue;
                }
                if !agree(next) || met.len() >= MOST_PAIRS {
                    return false;
                }
                met.push(next);
            }
        }
        agree((self.start, State::Start))
    }

    fn read(bytes: &[u8], extent: Extent) -> Option<Self> {
        // The table is read in place, and must lie as its numbers do.
        let mut aligned = vec![0; bytes.len() + size_of::<u32>()];
        let gap = aligned.as_ptr().align_offset(size_of::<u32>());
        let place = aligned.get_mut(gap..gap + bytes.len())?;
        place.copy_from_slice(bytes);
        let (dfa, _) = dense::DFA::from_bytes(place).ok()?;
        Self::of(dfa.to_owned(), extent)
    }

    #[inline]
    fn matches(&self, text: &str, extent: Extent) -> bool {
        let Self { dfa, start, identifiers } = self;
        if let Some(identifiers) = identifiers {
            return identifiers.contain(text.as_bytes());
        }
        let mut state = *start;
        match extent {
            // A state that leads nowhere leads to itself: values are short, and asking at every byte takes longer.
            Extent::Whole => {
                for &byte in text.as_bytes() {
                    state = dfa.next_state(state, byte);
                }
            }
            Extent::Part => {
                for &byte in text.as_bytes() {
                    state = dfa.next_state(state, byte);
                    if dfa.is_special_state(state) {
                        if dfa.is_dead_state(state) {
                            return false;
                        }
                        if dfa.is_match_state(state) {
                            return true;
                        }
                    }
                }
            }
        }
        dfa.is_match_state(dfa.next_eoi_state(state))
    }
}

/// The written form; a table as bytes in the order of this machine.
#[derive(Serialize, Deserialize)]
struct Written<'a, F>(Cow<'a, str>, Extent, Bounds, F);

impl Serialize for Automaton {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let form = match (&self.written, self.made()) {
            (Some(Form::Table(written)), _) => Form::Table(ByteString(Cow::Borrowed(written))),
            (_, Form::Table(table)) => {
                let (bytes, padding) = table.dfa.to_bytes_native_endian();
                Form::Table(ByteString(Cow::Owned(bytes[padding..].to_vec())))
            }
            (_, Form::Regex(_)) => Form::Regex(()),
        };
        Written((&*self.expression).into(), self.extent, self.bounds, form).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Automaton {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written(expression, extent, bounds, form) = Written::deserialize(deserializer)?;
        let written = match form {
            Form::Table(ByteString(bytes)) => Form::Table(bytes.into()),
            Form::Regex(()) => Form::Regex(()),
        };
        let expression = expression.into_owned();
        Ok(Self { expression, extent, bounds, written: Some(written), made: OnceLock::new() })
    }
}

/// Groups inside groups that a pattern may have.
const NESTING: u32 = 64;

/// The syntax that both dialects are translated to.
fn syntax(nesting: u32) -> syntax::Config {
    syntax::Config::new().nest_limit(nesting)
}

/// An expression that makes its states while matching.
///
/// # Errors
/// When it is none, or takes more than `memory` bytes.
pub(crate) fn regex(expression: &str, memory: usize) -> Result<Box<meta::Regex>, Box<meta::BuildError>> {
    build(expression, NESTING, Some(memory), memory)
}

fn build(
    expression: &str,
    nesting: u32,
    memory: Option<usize>,
    while_matching: usize,
) -> Result<Box<meta::Regex>, Box<meta::BuildError>> {
    let config = meta::Config::new().nfa_size_limit(memory).hybrid_cache_capacity(while_matching);
    let built = meta::Builder::new().configure(config).syntax(syntax(nesting)).build(expression);
    built.map(Box::new).map_err(Box::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_identifiers_are_recognised_by_what_they_match() {
        let bounds = Bounds { memory: 4 << 20, table: 16 << 10 };
        let (one, two) = (Some(Identifiers::OfOneArc), Some(Identifiers::OfTwoArcs));
        let cases = [
            (r"[0-2](?:\.(?:0|[1-9][0-9]*))*", Extent::Whole, one),
            (r"[0-2](?:\.(?:0|[1-9][0-9]*))+", Extent::Whole, two),
            (r"^[0-2](\.([1-9][0-9]*|0))+$", Extent::Part, two),
            (r"^[0-2](\.([1-9][0-9]*|0))+\.70$", Extent::Part, None),
            (r"^(0|1|2)([.]0|[.][1-9][0-9]*)*$", Extent::Part, one),
            (r"[0-2](\.([1-9][0-9]*|0))+", Extent::Part, None),
            (r"[0-2](?:.(?:0|[1-9][0-9]*))*", Extent::Whole, None),
            (r"[0-3](?:\.(?:0|[1-9][0-9]*))*", Extent::Whole, None),
            (r"[0-2](?:\.[0-9]+)*", Extent::Whole, None),
            (r"(?:[0-2](?:\.(?:0|[1-9][0-9]*))*)?", Extent::Whole, None),
            (r"[0-2](?:\.(?:0|[1-9][0-9]{0,40}))*", Extent::Whole, None),
            ("a", Extent::Part, None),
        ];
        for (expression, extent, expected) in cases {
            let automaton = Automaton::compile(expression.to_owned(), extent, bounds).unwrap();
            let Form::Table(table) = automaton.made() else { panic!("{expression}") };
            assert_eq!(table.identifiers, expected, "{expression}");
            assert!(automaton.matches("1.2.643") || expected.is_none(), "{expression}");
        }
    }

    #[test]
    fn every_form_answers_alike_before_and_after_it_was_written() {
        let bounds = Bounds { memory: 4 << 20, table: 16 << 10 };
        let cases: [(&str, bool, &[&str], &[&str]); 3] = [
            ("ab+", true, &["ab", "abb"], &["a", "xabx", ""]),
            // Few states, but the table has to know the last seventeen letters.
            (
                "(?:a|b)*a(?:a|b){16}",
                false,
                &["aaaaaaaaaaaaaaaaa", "babbbbbbbbbbbbbbbb"],
                &["bbbbbbbbbbbbbbbbb"],
            ),
            // So many states that all is made at once.
            (r"[\w ]{1,60}", false, &["Иванов Иван"], &["a.b", ""]),
        ];
        for (expression, has_table, good, bad) in cases {
            let made = Automaton::compile(expression.to_owned(), Extent::Whole, bounds).unwrap();
            let written = postcard::to_stdvec(&made).unwrap();
            let read: Automaton = postcard::from_bytes(&written).unwrap();
            let again: Automaton = postcard::from_bytes(&postcard::to_stdvec(&read).unwrap()).unwrap();
            for automaton in [made, read, again] {
                assert_eq!(automaton.without_table().is_none(), has_table, "{expression}");
                assert!(good.iter().all(|text| automaton.matches(text)), "{expression}");
                assert!(!bad.iter().any(|text| automaton.matches(text)), "{expression}");
            }
        }
        assert!(Automaton::compile("(".to_owned(), Extent::Part, bounds).is_err());
        // What is found to be sound is so in the form that is made later.
        let nested = |depth| format!("{}(?:a|b)*a(?:a|b){{16}}{}", "(?:".repeat(depth), ")".repeat(depth));
        let sound = |depth| Automaton::compile(nested(depth), Extent::Whole, bounds);
        let deepest = (1..NESTING as usize).take_while(|&depth| sound(depth).is_ok()).last().unwrap();
        assert!(deepest < NESTING as usize - 1);
        let deepest = sound(deepest).unwrap();
        assert!(deepest.without_table().is_some() && deepest.matches("aaaaaaaaaaaaaaaaa"));
        assert!(Automaton::compile("(?:a{999}){999}".to_owned(), Extent::Part, bounds).is_err());
    }
}
