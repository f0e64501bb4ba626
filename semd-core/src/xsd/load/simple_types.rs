//! Compiles simple types: derivation, facets.

use std::rc::Rc;

use super::super::error::{Flaw, LoadErrorKind, Place};
use super::super::names::Symbol;
use super::super::simple::built_in::{ANY_SIMPLE, DTD_TYPES};
use super::super::simple::{
    Bound, Facets, Lexical, Patterns, Primitive, Quantity, Role, Shortcut, SimpleId, SimpleType, Variety,
    WhiteSpace,
};
use super::Compiler;
use super::documents::{TypeDefinition, is_built_in};
use super::syntax::{self, Facet, TypeUse};
use super::words::Word;

impl Compiler<'_> {
    pub(super) fn simple_type_named(&mut self, name: Symbol, place: Place) -> Result<SimpleId, Flaw> {
        if let Some(&known) = self.simple_names.get(&name) {
            return Ok(known);
        }
        let local = self.symbols.name(name).local;
        if is_built_in(self.symbols, name) && DTD_TYPES.contains(&local) {
            return Err(place.flaw(LoadErrorKind::Unsupported(format!("xs:{local}"))));
        }
        let definitions = self.definitions;
        let definition = match definitions.types.get(name) {
            Some(TypeDefinition::Simple(definition)) => Rc::clone(definition),
            Some(TypeDefinition::Complex(_)) => return Err(self.bad_base(place, name)),
            None => return Err(self.unresolved(place, "xs:simpleType", name)),
        };
        if self.simple_open.contains(&name) {
            return Err(self.circular(definition.place, Some(name)));
        }
        if self.simple_open.len() >= self.limits.max_derivation {
            return Err(self.too_deep(place));
        }
        self.simple_open.push(name);
        let id = self.simple_type(&definition)?;
        self.simple_open.pop();
        self.simple_names.insert(name, id);
        Ok(id)
    }

    /// Compiles a definition; the recursion is bounded by `max_nesting`.
    pub(super) fn simple_type(&mut self, definition: &Rc<syntax::Simple>) -> Result<SimpleId, Flaw> {
        let key = Rc::as_ptr(definition);
        if let Some(&known) = self.simple_in_place.get(&key) {
            return Ok(known);
        }
        let place = definition.place;
        if self.simple_depth >= self.limits.max_nesting {
            return Err(self.nests_too_deep(place));
        }
        self.simple_depth += 1;
        let id = match &definition.variety {
            syntax::Variety::Restriction(base, facets) => {
                let base = self.simple_used(base, place)?;
                self.restrict(base, facets, definition.name)?
            }
            syntax::Variety::List(item) => {
                let item = self.simple_used(item, place)?;
                let identifies = self.simple.get(item).identifies;
                self.add_simple(definition, Variety::List(item), &[item], identifies)?
            }
            syntax::Variety::Union(members) => {
                let members = members.iter().map(|member| self.simple_used(member, place)).collect::<Result<
                    Box<[_]>,
                    _,
                >>(
                )?;
                let identifies = members.iter().any(|&member| self.simple.get(member).identifies);
                self.add_simple(definition, Variety::Union(members.clone()), &members, identifies)?
            }
        };
        self.simple_depth -= 1;
        self.simple_in_place.insert(key, id);
        Ok(id)
    }

    pub(super) fn simple_used(&mut self, type_use: &TypeUse, place: Place) -> Result<SimpleId, Flaw> {
        match type_use {
            TypeUse::Named(name) => self.simple_type_named(*name, place),
            TypeUse::Simple(simple) => self.simple_type(simple),
            TypeUse::Complex(complex) => {
                Err(complex.place.flaw(LoadErrorKind::Misplaced("xs:complexType".into())))
            }
        }
    }

    fn add_simple(
        &mut self,
        definition: &syntax::Simple,
        variety: Variety,
        parts: &[SimpleId],
        identifies: bool,
    ) -> Result<SimpleId, Flaw> {
        let white_space = match variety {
            // Members apply their own; the union itself keeps the text.
            Variety::Union(_) => WhiteSpace::Preserve,
            _ => WhiteSpace::Collapse,
        };
        let parts = parts.iter().map(|&part| self.simple.get(part));
        let depth = parts.clone().map(|part| part.depth).max().unwrap_or(0) + 1;
        let members = parts.fold(0, |sum: usize, part| sum.saturating_add(part.members));
        if depth > self.limits.max_nesting {
            return Err(self.nests_too_deep(definition.place));
        }
        if members > self.limits.max_positions {
            return Err(definition
                .place
                .flaw(LoadErrorKind::Budget { name: "max_positions", limit: self.limits.max_positions }));
        }
        Ok(self.push_simple(SimpleType {
            name: definition.name,
            base: Some(ANY_SIMPLE),
            variety,
            lexical: Lexical::Whole,
            role: Role::None,
            identifies,
            scoped: false,
            shortcut: Shortcut::Nothing,
            white_space,
            facets: Facets::default(),
            depth,
            members,
        }))
    }

    fn push_simple(&mut self, mut simple: SimpleType) -> SimpleId {
        simple.scoped = match &simple.variety {
            Variety::Atomic(primitive) => *primitive == Primitive::QName,
            Variety::List(item) => self.simple.get(*item).scoped,
            Variety::Union(members) => members.iter().any(|&member| self.simple.get(member).scoped),
        };
        simple.shortcut = Shortcut::of(&simple, &self.simple);
        self.simple.types.push(simple);
        SimpleId(self.simple.types.len() as u32 - 1)
    }

    /// A restriction of a type by facets (part 2, section 4.3). Facets of one step narrow those of the base.
    pub(super) fn restrict(
        &mut self,
        base: SimpleId,
        facets: &[Facet],
        name: Option<Symbol>,
    ) -> Result<SimpleId, Flaw> {
        let mut made = self.simple.get(base).clone();
        made.base = Some(base);
        made.name = name;
        let mut patterns: Vec<&Facet> = Vec::new();
        let mut values: Vec<&Facet> = Vec::new();
        for facet in facets {
            match facet.kind {
                Word::Pattern => patterns.push(facet),
                Word::Enumeration => values.push(facet),
                Word::WhiteSpace => {
                    let wanted = match &*facet.value {
                        "preserve" => WhiteSpace::Preserve,
                        "replace" => WhiteSpace::Replace,
                        "collapse" => WhiteSpace::Collapse,
                        _ => return Err(bad_facet(facet)),
                    };
                    if wanted < made.white_space {
                        return Err(bad_facet(facet));
                    }
                    made.white_space = wanted;
                }
                Word::MinInclusive | Word::MinExclusive | Word::MaxInclusive | Word::MaxExclusive => {
                    let bound = self.bound(base, facet)?;
                    if matches!(facet.kind, Word::MinInclusive | Word::MinExclusive) {
                        made.facets.lower = Some(Box::new(bound));
                    } else {
                        made.facets.upper = Some(Box::new(bound));
                    }
                }
                _ => {
                    let number = facet.value.trim().parse().map_err(|_| bad_facet(facet))?;
                    let decimal = matches!(made.variety, Variety::Atomic(Primitive::Decimal));
                    let ordered = match made.variety {
                        Variety::Atomic(primitive) => {
                            decimal
                                || primitive.is_instant()
                                || matches!(
                                    primitive,
                                    Primitive::Boolean
                                        | Primitive::Float
                                        | Primitive::Double
                                        | Primitive::Duration
                                )
                        }
                        Variety::List(_) => false,
                        Variety::Union(_) => true,
                    };
                    let target = match facet.kind {
                        Word::TotalDigits if decimal => &mut made.facets.total_digits,
                        Word::FractionDigits if decimal => &mut made.facets.fraction_digits,
                        Word::Length if !ordered => &mut made.facets.length,
                        Word::MinLength if !ordered => &mut made.facets.min_length,
                        Word::MaxLength if !ordered => &mut made.facets.max_length,
                        _ => {
                            return Err(facet
                                .place
                                .flaw(LoadErrorKind::Misplaced(format!("xs:{}", facet.kind.text()))));
                        }
                    };
                    *target = Some(number);
                }
            }
        }
        if let Some(first) = patterns.first() {
            let compiled = self.patterns(&patterns, first.place)?;
            made.facets.patterns.push(compiled);
        }
        if let Some(first) = values.first() {
            if matches!(made.variety, Variety::Atomic(Primitive::QName)) {
                // Such values mean a name in the scope of the schema; nothing of the field uses them.
                return Err(first.place.flaw(LoadErrorKind::Unsupported("xs:QName/xs:enumeration".into())));
            }
            let mut keys = Vec::with_capacity(values.len());
            for value in &values {
                if self.simple.check(base, &value.value, None).is_err() {
                    return Err(bad_facet(value));
                }
                keys.push(self.simple.canonical(base, &value.value));
            }
            let texts = values.iter().map(|value| &*value.value);
            made.facets.enumeration = Some(self.simple.enumerations.add(texts.zip(keys)));
        }
        Ok(self.push_simple(made))
    }

    fn bound(&self, base: SimpleId, facet: &Facet) -> Result<Bound, Flaw> {
        let simple = self.simple.get(base);
        let text = super::super::simple::normalize(simple.white_space, &facet.value).into_owned();
        let Variety::Atomic(primitive) = simple.variety else {
            return Err(facet.place.flaw(LoadErrorKind::Misplaced(format!("xs:{}", facet.kind.text()))));
        };
        if primitive == Primitive::Duration {
            let what = format!("xs:duration/xs:{}", facet.kind.text());
            return Err(facet.place.flaw(LoadErrorKind::Unsupported(what)));
        }
        let value = Quantity::parse(primitive, &text).ok_or_else(|| bad_facet(facet))?;
        Ok(Bound {
            inclusive: matches!(facet.kind, Word::MinInclusive | Word::MaxInclusive),
            value,
            text: text.into(),
        })
    }

    /// Compiles the patterns of one step; a set repeats the same few patterns.
    fn patterns(&mut self, facets: &[&Facet], place: Place) -> Result<u32, Flaw> {
        let key: Vec<Box<str>> = facets.iter().map(|facet| facet.value.clone()).collect();
        if let Some(&known) = self.patterns.get(&key) {
            return Ok(known);
        }
        let alternatives: Vec<&str> = key.iter().map(|text| &**text).collect();
        let compiled = Patterns::compile(&alternatives, self.limits.max_pattern_bytes).map_err(|error| {
            place.flaw(LoadErrorKind::Pattern { pattern: error.pattern, reason: error.reason })
        })?;
        let number = self.simple.patterns.len() as u32;
        self.simple.patterns.push(compiled);
        self.patterns.insert(key, number);
        Ok(number)
    }
}

fn bad_facet(facet: &Facet) -> Flaw {
    facet.place.flaw(LoadErrorKind::Value {
        name: format!("xs:{}", facet.kind.text()),
        value: facet.value.to_string(),
    })
}
