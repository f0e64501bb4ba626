//! Regular expressions written out as tables, for the patterns of rules that are matched all the time.
//!
//! Both pattern dialects are translated to the syntax of `regex-automata` by those who know them; a table then answers
//! whether a text matches with one look-up per byte, without scratch memory and without locks.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex_automata::Anchored;
use regex_automata::MatchKind;
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::meta;
use regex_automata::nfa::thompson::NFA;
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::byte_string::ByteString;

/// Where a match may lie in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Extent {
    /// The whole text must match.
    Whole,
    /// Any part of it.
    Part,
}

/// A written-out automaton.
#[derive(Debug)]
pub(crate) struct Automaton {
    anchored: bool,
    extent: Extent,
    /// The bytes it was read from; empty when it was built here.
    written: Box<[u8]>,
    /// Read when it is first asked: a package has many patterns, a document meets few of them.
    table: OnceLock<Table>,
}

#[derive(Debug)]
struct Table {
    dfa: dense::DFA<Vec<u32>>,
    start: StateID,
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
        let table = OnceLock::from(Table::of(dfa, anchored)?);
        Some(Self { anchored, extent, written: Box::default(), table })
    }

    fn table(&self) -> &Table {
        self.table.get_or_init(|| {
            let read = Table::read(&self.written, self.anchored);
            read.expect("what is read was written by the same engine and is undamaged")
        })
    }

    /// Whether a text, or a part of it, matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let Table { dfa, start } = self.table();
        let mut state = *start;
        match self.extent {
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

impl Table {
    fn of(dfa: dense::DFA<Vec<u32>>, anchored: bool) -> Option<Self> {
        let anchored = if anchored { Anchored::Yes } else { Anchored::No };
        let start = dfa.start_state(&start::Config::new().anchored(anchored)).ok()?;
        Some(Self { dfa, start })
    }

    fn read(bytes: &[u8], anchored: bool) -> Option<Self> {
        // The table is read in place, and must lie as its numbers do.
        let mut aligned = vec![0; bytes.len() + size_of::<u32>()];
        let gap = aligned.as_ptr().align_offset(size_of::<u32>());
        let place = aligned.get_mut(gap..gap + bytes.len())?;
        place.copy_from_slice(bytes);
        let (dfa, _) = dense::DFA::from_bytes(place).ok()?;
        Self::of(dfa.to_owned(), anchored)
    }
}

/// The written form: anchored or not, extent, the table as bytes in the order of this machine.
#[derive(Serialize, Deserialize)]
struct Written<T>(bool, Extent, T);

impl Serialize for Automaton {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = if self.written.is_empty() {
            let (bytes, padding) = self.table().dfa.to_bytes_native_endian();
            Cow::Owned(bytes[padding..].to_vec())
        } else {
            Cow::Borrowed(&*self.written)
        };
        Written(self.anchored, self.extent, ByteString(bytes)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Automaton {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written(anchored, extent, ByteString(bytes)) = Written::deserialize(deserializer)?;
        if bytes.is_empty() {
            return Err(D::Error::custom("an automaton without a table"));
        }
        Ok(Self { anchored, extent, written: bytes.into(), table: OnceLock::new() })
    }
}

/// The syntax that both dialects are translated to.
pub(crate) fn syntax() -> syntax::Config {
    syntax::Config::new().nest_limit(64)
}

/// A regular expression whose table would be too large. Read from a cache it is compiled when it is first asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Regex {
    expression: String,
    /// Bound on its memory, bytes.
    limit: usize,
    #[serde(skip)]
    compiled: OnceLock<Box<meta::Regex>>,
}

impl Regex {
    /// Compiles an expression.
    pub(crate) fn compile(expression: String, limit: usize) -> Result<Self, Box<meta::BuildError>> {
        let compiled = OnceLock::from(Box::new(build(&expression, limit)?));
        Ok(Self { expression, limit, compiled })
    }

    /// The compiled expression.
    pub(crate) fn get(&self) -> &meta::Regex {
        self.compiled.get_or_init(|| {
            let compiled = build(&self.expression, self.limit);
            Box::new(compiled.expect("only expressions that were compiled are written"))
        })
    }
}

fn build(expression: &str, limit: usize) -> Result<meta::Regex, Box<meta::BuildError>> {
    let config = meta::Config::new().nfa_size_limit(Some(limit)).hybrid_cache_capacity(limit);
    meta::Builder::new().configure(config).syntax(syntax()).build(expression).map_err(Box::new)
}
