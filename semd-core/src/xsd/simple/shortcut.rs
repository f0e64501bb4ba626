//! Values that are known without going through facets and member types.
//!
//! Most attributes of the field are characters that must only be there, or one of some hundred structural codes, which are
//! unions of unions of enumerations, every level with a pattern. A shortcut only ever says that a text is a value; what it
//! does not know is checked in full.

use std::sync::OnceLock;
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};

use super::super::names::Map;
use super::{
    Lexical, Primitive, SimpleId, SimpleType, SimpleTypes, Variety, WhiteSpace, is_without_white_space,
};

/// So many values of a type, and of all types of a schema, are collected; what would be more is checked in full. The official
/// schemas have some thousands.
const MOST_LITERALS: usize = 4096;
const MOST_LITERALS_OF_SCHEMA: usize = 1 << 17;

/// What is known of a type.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::xsd) enum Shortcut {
    #[default]
    Nothing,
    /// Every text of at least so many octets is a value.
    Octets(usize),
    /// The values are listed.
    Literals(#[serde(skip)] Literals),
    /// Every text of one octet or more without white space is a value.
    Word,
    /// Every text without white space that matches the patterns is a value.
    Patterns,
    /// Every value of a member type is a value.
    Members,
}

/// Values of a type as the schema writes them, collected when the type is first asked: a schema has some hundred such types,
/// a document meets few of them.
#[derive(Debug, Default)]
pub(in crate::xsd) struct Literals(OnceLock<Listed>);

type Listed = Map<Box<str>, ()>;

impl Clone for Literals {
    /// A type that is derived from this one has values of its own.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Shortcut {
    /// The shortcut of a type whose parts are among `types`.
    pub(in crate::xsd) fn of(simple: &SimpleType, types: &SimpleTypes) -> Self {
        let listed = |part: &SimpleId| matches!(types.get(*part).shortcut, Self::Literals(_));
        let literals = || Self::Literals(Literals::default());
        match &simple.variety {
            // Names mean something only where they stand.
            _ if simple.scoped => Self::Nothing,
            _ if simple.facets.enumeration.is_some() => literals(),
            Variety::Atomic(Primitive::String | Primitive::AnySimple) => match octets(simple) {
                Some(octets) => Self::Octets(octets),
                None if !is_bounded_by_patterns_alone(simple) => Self::Nothing,
                None if types.are_words(simple) => Self::Word,
                None => Self::Patterns,
            },
            Variety::Atomic(_) => Self::Nothing,
            Variety::List(item) if listed(item) => literals(),
            Variety::Union(members) if members.iter().all(listed) => literals(),
            Variety::Union(_)
                if simple.facets.patterns.is_empty() && simple.white_space == WhiteSpace::Preserve =>
            {
                Self::Members
            }
            Variety::List(_) | Variety::Union(_) => Self::Nothing,
        }
    }

    /// Whether a look at the characters of the text tells that it is a value.
    #[inline(always)]
    pub(in crate::xsd) fn sees(&self, text: &str) -> bool {
        match self {
            Self::Octets(octets) => text.len() >= *octets,
            Self::Word => !text.is_empty() && is_without_white_space(text),
            Self::Nothing | Self::Literals(_) | Self::Patterns | Self::Members => false,
        }
    }
}

/// The octets that are enough for a text of any characters.
fn octets(simple: &SimpleType) -> Option<usize> {
    let facets = &simple.facets;
    let plain = is_bounded_by_patterns_and_least_length(simple)
        && simple.white_space != WhiteSpace::Collapse
        && facets.patterns.is_empty();
    // A character takes at most four octets.
    let most = |before: usize| before.checked_mul(4)?.checked_add(1);
    match facets.min_length {
        _ if !plain => None,
        None | Some(0) => Some(0),
        Some(least) => most(least - 1),
    }
}

fn is_bounded_by_patterns_alone(simple: &SimpleType) -> bool {
    is_bounded_by_patterns_and_least_length(simple) && simple.facets.min_length.is_none()
}

fn is_bounded_by_patterns_and_least_length(simple: &SimpleType) -> bool {
    let facets = &simple.facets;
    simple.lexical == Lexical::Whole
        && facets.length.is_none()
        && facets.max_length.is_none()
        && facets.lower.is_none()
        && facets.upper.is_none()
}

impl SimpleTypes {
    /// Whether the text is found to be a value of the type without white space being normalised and facets being gone through.
    /// The compiler bounds how deep and how often this recurses.
    pub(super) fn finds(&self, id: SimpleId, text: &str) -> bool {
        if self.knows(id, text) {
            return true;
        }
        let simple = self.get(id);
        match (&simple.shortcut, &simple.variety) {
            (Shortcut::Patterns, _) => {
                let mut patterns = simple.facets.patterns.iter();
                is_without_white_space(text)
                    && patterns.all(|&number| self.patterns[number as usize].matches(text))
            }
            (Shortcut::Members, Variety::Union(members)) => {
                members.iter().any(|&member| self.finds(member, text))
            }
            _ => false,
        }
    }

    /// Whether the text is known to be a value of the type.
    #[inline(always)]
    pub(in crate::xsd) fn knows(&self, id: SimpleId, text: &str) -> bool {
        match &self.get(id).shortcut {
            Shortcut::Literals(literals) => self.lists(id, literals, text),
            shortcut => shortcut.sees(text),
        }
    }

    /// Whether the patterns of a type ask for nothing but words.
    fn are_words(&self, simple: &SimpleType) -> bool {
        simple.facets.patterns.iter().all(|&number| self.patterns[number as usize].is_word)
    }

    #[inline(never)]
    fn lists(&self, id: SimpleId, literals: &Literals, text: &str) -> bool {
        self.literals(id, literals).contains_key(text)
    }

    fn literals<'t>(&'t self, id: SimpleId, literals: &'t Literals) -> &'t Listed {
        literals.0.get_or_init(|| {
            let candidates = self.candidates(id);
            let before = self.collected.fetch_add(candidates.len(), Ordering::Relaxed);
            if candidates.len() > MOST_LITERALS || before > MOST_LITERALS_OF_SCHEMA {
                return Listed::default();
            }
            let values = candidates.into_iter().filter(|text| self.check_in_full(id, text, None).is_ok());
            values.map(|text| (text.into(), ())).collect()
        })
    }

    /// Texts that may be values. The compiler bounds how deep and how often this recurses.
    fn candidates(&self, id: SimpleId) -> Vec<&str> {
        let simple = self.get(id);
        let parts = match (simple.facets.enumeration, &simple.variety) {
            (Some(number), _) => return self.enumerations.values(number).collect(),
            (None, Variety::List(item)) => std::slice::from_ref(item),
            (None, Variety::Union(members)) => &**members,
            (None, Variety::Atomic(_)) => &[],
        };
        let mut texts = Vec::new();
        for &part in parts {
            if let Shortcut::Literals(literals) = &self.get(part).shortcut {
                texts.extend(self.literals(part, literals).keys().map(|text| &**text));
            }
            if texts.len() > MOST_LITERALS {
                break;
            }
        }
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::super::built_in;
    use super::*;
    use crate::xsd::simple::{Facets, Patterns};

    fn restricted(base: &str, facets: Facets) -> SimpleType {
        let (_, simple) = built_in::types().into_iter().find(|(name, _)| *name == base).unwrap();
        SimpleType { facets, ..simple }
    }

    #[test]
    fn characters_are_known_by_their_octets() {
        let patterns = vec![Patterns::compile(&["[a-z]"], 1 << 20).unwrap()];
        let types = SimpleTypes { patterns, ..SimpleTypes::default() };
        let of = |base, facets| match Shortcut::of(&restricted(base, facets), &types) {
            Shortcut::Octets(octets) => Some(octets),
            _ => None,
        };
        let least = |least| Facets { min_length: Some(least), ..Facets::default() };
        assert_eq!(of("string", Facets::default()), Some(0));
        assert_eq!(of("string", least(0)), Some(0));
        assert_eq!(of("string", least(1)), Some(1));
        assert_eq!(of("string", least(3)), Some(9));
        assert_eq!(of("string", least(usize::MAX)), None);
        assert_eq!(of("string", Facets { max_length: Some(9), ..Facets::default() }), None);
        assert_eq!(of("string", Facets { patterns: vec![0], ..Facets::default() }), None);
        assert_eq!(of("token", least(1)), None, "white space at the ends does not count");
        assert_eq!(of("ID", Facets::default()), None);
        assert_eq!(of("decimal", Facets::default()), None);
    }

    #[test]
    fn what_is_found_passes_a_check_in_full() {
        let mut types = SimpleTypes::default();
        let patterns = [r"[^\s]+", r"[0-2](\.(0|[1-9][0-9]*))*", r"[a-c]*x"];
        types.patterns = patterns.map(|pattern| Patterns::compile(&[pattern], 1 << 20).unwrap()).into();
        let mut add = |simple: SimpleType| {
            let shortcut = Shortcut::of(&simple, &types);
            types.types.push(SimpleType { shortcut, ..simple });
            SimpleId(types.types.len() as u32 - 1)
        };
        let matching = |number| Facets { patterns: vec![number], ..Facets::default() };
        let word = add(restricted("token", matching(0)));
        let oid = add(restricted("string", matching(1)));
        let longer = Facets { min_length: Some(3), ..matching(2) };
        let bounded = add(restricted("string", longer));
        let union = |members: &[SimpleId], white_space, facets| SimpleType {
            variety: Variety::Union(members.into()),
            white_space,
            ..restricted("string", facets)
        };
        let either = add(union(&[oid, bounded], WhiteSpace::Preserve, Facets::default()));
        let nested = add(union(&[either, word], WhiteSpace::Preserve, Facets::default()));
        let narrowed = add(union(&[either, word], WhiteSpace::Preserve, matching(2)));
        let collapsed = add(union(&[oid, word], WhiteSpace::Collapse, Facets::default()));
        for id in [word, oid, bounded, either, nested, narrowed, collapsed] {
            for text in ["", " ", "a", "x", "abx", "1.2.643", "1.02", " 1.2", "a b", "1.2\n", "\u{A0}", "я"]
            {
                let passes = types.check_in_full(id, text, None).is_ok();
                assert!(passes || !types.finds(id, text), "{id:?} {text:?}");
                assert_eq!(types.check(id, text, None).is_ok(), passes, "{id:?} {text:?}");
            }
        }
        assert!(matches!(types.get(word).shortcut, Shortcut::Word));
        assert!(matches!(types.get(oid).shortcut, Shortcut::Patterns));
        for (id, text) in [(word, "a"), (oid, "1.2.643"), (either, "1.2"), (nested, "я")] {
            assert!(types.finds(id, text), "{id:?} {text:?}");
        }
    }

    #[test]
    fn listed_values_of_members_are_known_and_no_others() {
        let mut types = SimpleTypes::default();
        for texts in [&["EVN", " INT "][..], &["OBS"], &["ACT"]] {
            let number = types.enumerations.add(texts.iter().map(|text| (*text, text.trim())));
            let facets = Facets { enumeration: Some(number), ..Facets::default() };
            let mut simple = restricted("token", facets);
            simple.shortcut = Shortcut::of(&simple, &types);
            types.types.push(simple);
        }
        let mut add = |variety, facets| {
            let mut simple = SimpleType { variety, ..restricted("token", facets) };
            simple.white_space = WhiteSpace::Preserve;
            simple.shortcut = Shortcut::of(&simple, &types);
            types.types.push(simple);
            SimpleId(types.types.len() as u32 - 1)
        };
        let inner = add(Variety::Union([SimpleId(0), SimpleId(1)].into()), Facets::default());
        let outer = add(Variety::Union([inner, SimpleId(2)].into()), Facets::default());
        let list = add(Variety::List(outer), Facets { max_length: Some(0), ..Facets::default() });
        for text in ["EVN", " INT ", "OBS", "ACT"] {
            assert!(types.knows(outer, text), "{text}");
            assert_eq!(types.knows(inner, text), text != "ACT", "{text}");
            assert!(!types.knows(list, text), "a facet of the list forbids {text}");
        }
        for text in ["", "INT", "evn", "EVN ", "OBS ACT"] {
            assert!(!types.knows(outer, text), "{text}");
        }
        assert!(types.check(outer, "INT", None).is_ok(), "what is not known is checked");
    }
}
