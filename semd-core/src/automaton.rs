//! Regular expressions written out as tables, for the patterns of rules that are matched all the time.
//!
//! Both pattern dialects are translated to the syntax of `regex-automata` by those who know them; a table then answers
//! whether a text matches with one look-up per byte, without scratch memory and without locks.

use regex_automata::Anchored;
use regex_automata::MatchKind;
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson::NFA;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;

/// Where a match may lie in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The whole text must match.
    Whole,
    /// Any part of it.
    Part,
}

/// A written-out automaton.
#[derive(Debug)]
pub(crate) struct Automaton {
    dfa: dense::DFA<Vec<u32>>,
    start: StateID,
    extent: Extent,
}

impl Automaton {
    /// Writes an automaton out; `None` where that takes more than `limit` bytes.
    pub(crate) fn build(nfa: &NFA, extent: Extent, limit: usize) -> Option<Self> {
        let anchored = extent == Extent::Whole || nfa.is_always_start_anchored();
        let config = dense::Config::new()
            // Every way to match must be followed to the end of a value; a part is found with the first match.
            .match_kind(if extent == Extent::Whole { MatchKind::All } else { MatchKind::LeftmostFirst })
            .start_kind(if anchored { StartKind::Anchored } else { StartKind::Unanchored })
            .accelerate(false)
            .dfa_size_limit(Some(limit))
            .determinize_size_limit(Some(limit));
        let dfa = dense::Builder::new().configure(config).build_from_nfa(nfa).ok()?;
        let anchored = if anchored { Anchored::Yes } else { Anchored::No };
        let start = dfa.start_state(&start::Config::new().anchored(anchored)).ok()?;
        Some(Self { dfa, start, extent })
    }

    /// Whether a text, or a part of it, matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut state = self.start;
        for &byte in text.as_bytes() {
            state = self.dfa.next_state(state, byte);
            if self.dfa.is_special_state(state) {
                if self.dfa.is_dead_state(state) {
                    return false;
                }
                if self.extent == Extent::Part && self.dfa.is_match_state(state) {
                    return true;
                }
            }
        }
        self.dfa.is_match_state(self.dfa.next_eoi_state(state))
    }
}
