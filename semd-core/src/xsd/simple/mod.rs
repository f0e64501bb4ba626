//! Simple types: whether a text is a value of a type (XML Schema 1.0 part 2).

pub(super) mod built_in;
mod enumeration;
mod instant;
mod lexical;
mod number;
pub(super) mod pattern;
mod quantity;
pub(super) mod shortcut;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::atomic::AtomicUsize;

use serde::{Deserialize, Serialize};

use crate::xml::{Document, ElementId};

use super::names::Symbol;
pub(super) use built_in::{Lexical, Primitive};
pub(super) use enumeration::Enumerations;
pub(super) use lexical::qname;
pub(super) use pattern::Patterns;
pub(super) use quantity::Quantity;
pub(super) use shortcut::Shortcut;

/// Index of a simple type of one schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct SimpleId(pub(super) u32);

/// The white space facet (part 2, section 4.3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum WhiteSpace {
    Preserve,
    Replace,
    Collapse,
}

/// How the values of a type are built.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Variety {
    Atomic(Primitive),
    List(SimpleId),
    Union(Box<[SimpleId]>),
}

/// What an identifier type asks of the whole document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Role {
    None,
    Id,
    IdRef,
}

/// A lower or an upper bound.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Bound {
    pub(super) inclusive: bool,
    pub(super) value: Quantity,
    pub(super) text: Box<str>,
}

/// The facets of a type, those of its bases included.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Facets {
    /// Numbers in [`SimpleTypes::patterns`].
    pub(super) patterns: Vec<u32>,
    /// Number in [`SimpleTypes::enumerations`].
    pub(super) enumeration: Option<u32>,
    pub(super) length: Option<usize>,
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    pub(super) lower: Option<Box<Bound>>,
    pub(super) upper: Option<Box<Bound>>,
    pub(super) total_digits: Option<usize>,
    pub(super) fraction_digits: Option<usize>,
}

/// A compiled simple type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SimpleType {
    pub(super) name: Option<Symbol>,
    pub(super) base: Option<SimpleId>,
    pub(super) variety: Variety,
    pub(super) lexical: Lexical,
    pub(super) role: Role,
    /// The type, its item type or a member type is an identifier type.
    pub(super) identifies: bool,
    /// The type, its item type or a member type is `xs:QName`: values mean something only where they stand.
    pub(super) scoped: bool,
    pub(super) white_space: WhiteSpace,
    pub(super) facets: Facets,
    /// Values that are known without a check.
    pub(super) shortcut: Shortcut,
    /// How deep lists and unions nest, and how many member types there are at all levels: checking recurses over them.
    pub(super) depth: usize,
    pub(super) members: usize,
}

impl SimpleType {
    /// Whether no value means anything beyond its text, so that one that passed passes again.
    pub(super) fn means_its_text(&self) -> bool {
        !self.identifies && !self.scoped
    }
}

/// Why a text is not a value of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Defect {
    /// Not in the lexical space of this type.
    Datatype(SimpleId),
    /// Of no member type of this union.
    Union(SimpleId),
    /// Number in [`SimpleTypes::patterns`].
    Pattern(u32),
    /// Number in [`SimpleTypes::enumerations`].
    Enumeration(u32),
    Length {
        code: &'static str,
        limit: usize,
    },
    /// Beyond the lower or the upper bound of this type.
    Bound {
        code: &'static str,
        id: SimpleId,
        lower: bool,
    },
    Digits {
        code: &'static str,
        limit: usize,
    },
}

impl Defect {
    /// The validation rule of XML Schema that is broken.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Datatype(_) => "cvc-datatype-valid.1.2.1",
            Self::Union(_) => "cvc-datatype-valid.1.2.3",
            Self::Pattern(_) => "cvc-pattern-valid",
            Self::Enumeration(_) => "cvc-enumeration-valid",
            Self::Length { code, .. } | Self::Bound { code, .. } | Self::Digits { code, .. } => code,
        }
    }
}

/// The namespaces in scope of a value; `None` where a value has no document around it.
pub(super) type Scope<'a> = Option<(&'a Document<'a>, ElementId)>;

/// All simple types of a schema.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct SimpleTypes {
    pub(super) types: Vec<SimpleType>,
    /// Facets that derived types share with their bases.
    pub(super) patterns: Vec<Patterns>,
    pub(super) enumerations: Enumerations,
    /// Literals that shortcuts of all types have collected, or would have.
    #[serde(skip)]
    pub(super) collected: AtomicUsize,
}

impl SimpleTypes {
    pub(super) fn get(&self, id: SimpleId) -> &SimpleType {
        &self.types[id.0 as usize]
    }

    /// Checks a text as it stands in the document.
    pub(super) fn check(&self, id: SimpleId, text: &str, scope: Scope<'_>) -> Result<(), Defect> {
        if self.finds(id, text) {
            return Ok(());
        }
        self.check_in_full(id, text, scope)
    }

    fn check_in_full(&self, id: SimpleId, text: &str, scope: Scope<'_>) -> Result<(), Defect> {
        self.check_normalized(id, &normalize(self.get(id).white_space, text), scope)
    }

    fn check_normalized(&self, id: SimpleId, text: &str, scope: Scope<'_>) -> Result<(), Defect> {
        let simple = self.get(id);
        let facets = &simple.facets;
        for &number in &facets.patterns {
            if !self.patterns[number as usize].matches(text) {
                return Err(Defect::Pattern(number));
            }
        }
        match &simple.variety {
            Variety::Atomic(primitive) => {
                if !primitive.accepts(simple.lexical, text, scope) {
                    return Err(Defect::Datatype(id));
                }
                if !facets.fits_any_length_of(*primitive, text) {
                    facets.check_length(primitive.length(text))?;
                }
                facets.check_quantity(id, *primitive, text)?;
            }
            // The compiler bounds how deep and how often this recurses.
            Variety::List(item) => {
                let mut count = 0;
                for word in text.split_ascii_whitespace() {
                    self.check(*item, word, scope)?;
                    count += 1;
                }
                facets.check_length(count)?;
            }
            Variety::Union(members) => {
                if !members.iter().any(|&member| self.check(member, text, scope).is_ok()) {
                    return Err(Defect::Union(id));
                }
            }
        }
        let Some(number) = facets.enumeration else {
            return Ok(());
        };
        let key = self.canonical_of_normalized(id, text);
        if self.enumerations.has(number, &key) { Ok(()) } else { Err(Defect::Enumeration(number)) }
    }

    /// A text that is equal for equal values and different for different values of one type.
    pub(super) fn canonical<'v>(&self, id: SimpleId, text: &'v str) -> Cow<'v, str> {
        match normalize(self.get(id).white_space, text) {
            Cow::Borrowed(text) => self.canonical_of_normalized(id, text),
            Cow::Owned(text) => Cow::Owned(self.canonical_of_normalized(id, &text).into_owned()),
        }
    }

    fn canonical_of_normalized<'v>(&self, id: SimpleId, text: &'v str) -> Cow<'v, str> {
        match &self.get(id).variety {
            Variety::Atomic(primitive) => primitive.canonical(text),
            Variety::List(item) => {
                let items: Vec<_> =
                    text.split_ascii_whitespace().map(|word| self.canonical(*item, word)).collect();
                Cow::Owned(items.join(" "))
            }
            Variety::Union(members) => {
                let member = members.iter().find(|&&member| self.check(member, text, None).is_ok());
                member.map_or(Cow::Borrowed(text), |&member| self.canonical(member, text))
            }
        }
    }

    /// Calls `visit` with every identifier and reference to an identifier in a value of the type.
    pub(super) fn identifiers(&self, id: SimpleId, text: &str, visit: &mut dyn FnMut(Role, &str)) {
        let simple = self.get(id);
        let text = normalize(simple.white_space, text);
        match &simple.variety {
            Variety::Atomic(_) if simple.role != Role::None => visit(simple.role, &text),
            Variety::Atomic(_) => {}
            Variety::List(item) => {
                text.split_ascii_whitespace().for_each(|word| self.identifiers(*item, word, visit))
            }
            Variety::Union(members) => {
                let member = members.iter().find(|&&member| self.check(member, &text, None).is_ok());
                if let Some(&member) = member {
                    self.identifiers(member, &text, visit);
                }
            }
        }
    }

    /// Whether a type is the other one, is derived from it, or is a member of it (part 1, section 3.14.6).
    pub(super) fn derives(&self, id: SimpleId, ancestor: SimpleId) -> bool {
        let mut at = Some(id);
        while let Some(current) = at {
            if current == ancestor {
                return true;
            }
            at = self.get(current).base;
        }
        match &self.get(ancestor).variety {
            Variety::Union(members) => members.iter().any(|&member| self.derives(id, member)),
            _ => false,
        }
    }
}

impl Facets {
    /// Whether the octets alone tell that the length is allowed: a character takes one to four of them.
    fn fits_any_length_of(&self, primitive: Primitive, text: &str) -> bool {
        let octets = text.len();
        match (self.length, self.min_length, self.max_length) {
            (None, None, None) => true,
            (None, least, greatest) if primitive.counts_characters() => {
                least.is_none_or(|least| octets.div_ceil(4) >= least)
                    && greatest.is_none_or(|greatest| octets <= greatest)
            }
            _ => false,
        }
    }

    fn check_length(&self, length: usize) -> Result<(), Defect> {
        let fail = |code, limit| Err(Defect::Length { code, limit });
        match (self.length, self.min_length, self.max_length) {
            (Some(limit), ..) if length != limit => fail("cvc-length-valid", limit),
            (_, Some(limit), _) if length < limit => fail("cvc-minLength-valid", limit),
            (.., Some(limit)) if length > limit => fail("cvc-maxLength-valid", limit),
            _ => Ok(()),
        }
    }

    fn check_quantity(&self, id: SimpleId, primitive: Primitive, text: &str) -> Result<(), Defect> {
        if self.total_digits.is_some() || self.fraction_digits.is_some() {
            let (total, fraction) = number::digits(text);
            for (code, limit, count) in [
                ("cvc-totalDigits-valid", self.total_digits, total),
                ("cvc-fractionDigits-valid", self.fraction_digits, fraction),
            ] {
                if let Some(limit) = limit.filter(|&limit| count > limit) {
                    return Err(Defect::Digits { code, limit });
                }
            }
        }
        if self.lower.is_none() && self.upper.is_none() {
            return Ok(());
        }
        let value = Quantity::parse(primitive, text);
        for (bound, lower) in [(&self.upper, false), (&self.lower, true)] {
            let Some(bound) = bound else { continue };
            let wanted = if lower { Ordering::Greater } else { Ordering::Less };
            let order = value.as_ref().and_then(|value| value.compare(&bound.value));
            if order != Some(wanted) && !(bound.inclusive && order == Some(Ordering::Equal)) {
                let code = match (lower, bound.inclusive) {
                    (true, true) => "cvc-minInclusive-valid",
                    (true, false) => "cvc-minExclusive-valid",
                    (false, true) => "cvc-maxInclusive-valid",
                    (false, false) => "cvc-maxExclusive-valid",
                };
                return Err(Defect::Bound { code, id, lower });
            }
        }
        Ok(())
    }
}

/// Whether a text has neither white space nor control characters, as most codes and identifiers. The loop has no early end,
/// and is fast for it.
#[inline]
fn is_without_white_space(text: &str) -> bool {
    text.bytes().fold(0, |found, byte| found | u8::from(byte <= b' ')) == 0
}

/// Applies the white space facet.
pub(super) fn normalize(white_space: WhiteSpace, text: &str) -> Cow<'_, str> {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let bytes = text.as_bytes();
    match white_space {
        WhiteSpace::Preserve => Cow::Borrowed(text),
        _ if is_without_white_space(text) => Cow::Borrowed(text),
        WhiteSpace::Replace if !bytes.iter().any(|byte| is_space(byte) && *byte != b' ') => {
            Cow::Borrowed(text)
        }
        WhiteSpace::Replace => Cow::Owned(text.replace(['\t', '\n', '\r'], " ")),
        WhiteSpace::Collapse => {
            let trimmed = text.trim_matches([' ', '\t', '\n', '\r']);
            let bytes = trimmed.as_bytes();
            let single = |pair: &[u8]| !(is_space(&pair[0]) && (pair[0] != b' ' || is_space(&pair[1])));
            if bytes.windows(2).all(single) {
                Cow::Borrowed(trimmed)
            } else {
                let words: Vec<&str> =
                    trimmed.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()).collect();
                Cow::Owned(words.join(" "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_replaced_or_collapsed() {
        assert_eq!(normalize(WhiteSpace::Preserve, " a\n b "), " a\n b ");
        assert_eq!(normalize(WhiteSpace::Replace, " a\n b "), " a  b ");
        assert_eq!(normalize(WhiteSpace::Collapse, " a\n\t b "), "a b");
        assert!(matches!(normalize(WhiteSpace::Collapse, " a b c "), Cow::Borrowed("a b c")));
        assert_eq!(normalize(WhiteSpace::Collapse, "a\tb"), "a b");
        // A no-break space is a character, not white space.
        assert_eq!(normalize(WhiteSpace::Collapse, "\u{A0}a"), "\u{A0}a");
    }
}
