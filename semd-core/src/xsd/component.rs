//! The compiled components of a schema: plain data, addressed by index.
//!
//! Between two documents the tables leave the processor's caches: what few components have is boxed, so that the others take
//! few cache lines.

use serde::{Deserialize, Serialize};

use crate::pool::Pool;
use crate::xml::Bindings;

use super::binding::Binding;
use super::content::{Automaton, DeclarationId};
use super::identity::Constraint;
use super::names::{BySymbol, Symbol, Symbols};
use super::simple::{Shortcut, SimpleId, SimpleTypes};
use super::validate::Worker;
use super::wildcard::Wildcard;

/// Index of a complex type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct ComplexId(pub(super) u32);

/// `xs:anyType` is the first complex type of every schema.
pub(super) const ANY_TYPE: ComplexId = ComplexId(0);

/// A simple or complex type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum TypeId {
    Simple(SimpleId),
    Complex(ComplexId),
}

/// A value that an attribute or element must have.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FixedValue {
    /// As written, for messages.
    pub(super) text: Box<str>,
    /// In canonical form, for the check.
    pub(super) key: Box<str>,
}

/// `default` or `fixed` of an element.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ElementValue {
    pub(super) fixed: bool,
    pub(super) value: FixedValue,
}

/// An attribute a type has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct AttributeUse {
    pub(super) symbol: Symbol,
    pub(super) simple: SimpleId,
    /// The value fixed where the attribute is used.
    pub(super) fixed: Option<Box<FixedValue>>,
    /// The value fixed where the global attribute is declared.
    pub(super) declared_fixed: Option<Box<FixedValue>>,
    pub(super) required: bool,
    /// Every text of so many octets is allowed; `None` where a text must be looked at.
    pub(super) octets: Option<usize>,
}

/// A member of `xs:all`: its declaration with those that may stand for it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AllMember {
    pub(super) declarations: Vec<(Symbol, DeclarationId)>,
    pub(super) required: bool,
}

/// Children a type allows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Model {
    Automaton(Automaton),
    /// Each member at most once in any order; `optional`: or nothing at all.
    All {
        members: Vec<AllMember>,
        optional: bool,
    },
}

impl AttributeUse {
    /// Whether a value of the type needs no look beyond its type.
    pub(super) fn is_free(&self, types: &SimpleTypes) -> bool {
        self.fixed.is_none() && self.declared_fixed.is_none() && !types.get(self.simple).identifies
    }

    /// Notes what is known of the values beforehand.
    pub(super) fn settle(&mut self, types: &SimpleTypes) {
        self.octets = match types.get(self.simple).shortcut {
            Shortcut::Octets(octets) if self.is_free(types) => Some(octets),
            _ => None,
        };
    }
}

impl Declaration {
    /// Whether something must be looked at when an element ends, beside its content: a value, or identity constraints.
    pub(super) fn bounds_the_end(&self) -> bool {
        self.value.is_some() || !self.constraints.is_empty()
    }
}

impl Model {
    /// Whether the content may end in a state; 0 is that of no content at all.
    #[inline]
    pub(super) fn accepts(&self, state: u64) -> bool {
        match self {
            Self::Automaton(automaton) => automaton.is_accepting(state as u32),
            Self::All { members, optional } => {
                let met = |index: usize| state >> index & 1 == 1;
                (*optional && state == 0)
                    || members.iter().enumerate().all(|(index, member)| !member.required || met(index))
            }
        }
    }
}

/// Content of a complex type.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Content {
    Empty,
    Simple(SimpleId),
    Elements(Model),
    Mixed(Model),
}

/// A complex type.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ComplexType {
    pub(super) name: Option<Symbol>,
    /// `None` for `xs:anyType`.
    pub(super) base: Option<TypeId>,
    pub(super) is_abstract: bool,
    pub(super) content: Content,
    /// Sorted by symbol.
    pub(super) attributes: Vec<AttributeUse>,
    /// Their symbols, apart from them, so that a search reads little memory.
    pub(super) attribute_symbols: Box<[Symbol]>,
    /// Number of required ones among them.
    pub(super) required: u32,
    pub(super) wildcard: Option<Box<Wildcard>>,
}

/// An element declaration.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Declaration {
    pub(super) type_id: TypeId,
    pub(super) is_abstract: bool,
    pub(super) nillable: bool,
    pub(super) value: Option<Box<ElementValue>>,
    /// Indices of identity constraints, keys before references to them.
    pub(super) constraints: Vec<u32>,
}

/// A compiled schema set; immutable and shared by all threads.
#[derive(Debug, Serialize, Deserialize)]
pub struct Schema {
    pub(super) symbols: Symbols,
    pub(super) simple: SimpleTypes,
    pub(super) complex: Vec<ComplexType>,
    pub(super) declarations: Vec<Declaration>,
    pub(super) wildcards: Vec<Wildcard>,
    pub(super) constraints: Vec<Constraint>,
    pub(super) global_elements: BySymbol<DeclarationId>,
    pub(super) global_types: BySymbol<TypeId>,
    pub(super) global_attributes: BySymbol<AttributeUse>,
    #[serde(skip)]
    pub(super) workers: Pool<Worker>,
    /// Names of documents as the schema knows them.
    #[serde(skip)]
    pub(super) bindings: Bindings<Binding>,
}

impl ComplexType {
    /// The place of an attribute among those of the type.
    pub(super) fn attribute(&self, symbol: Symbol) -> Option<usize> {
        /// Up to here a plain search is faster than a binary one.
        const SHORT: usize = 24;
        if self.attribute_symbols.len() <= SHORT {
            self.attribute_symbols.iter().position(|&known| known == symbol)
        } else {
            self.attribute_symbols.binary_search(&symbol).ok()
        }
    }
}

impl Schema {
    pub(super) fn complex(&self, id: ComplexId) -> &ComplexType {
        &self.complex[id.0 as usize]
    }

    pub(super) fn declaration(&self, id: DeclarationId) -> &Declaration {
        &self.declarations[id.0 as usize]
    }

    /// The model of the children of a type, if it may have any.
    pub(super) fn model(&self, type_id: TypeId) -> Option<&Model> {
        match type_id {
            TypeId::Simple(_) => None,
            TypeId::Complex(complex) => match &self.complex(complex).content {
                Content::Elements(model) | Content::Mixed(model) => Some(model),
                Content::Empty | Content::Simple(_) => None,
            },
        }
    }

    /// The simple type of the text of an element of a type, if its content is text alone.
    pub(super) fn simple_content(&self, id: TypeId) -> Option<SimpleId> {
        match id {
            TypeId::Simple(simple) => Some(simple),
            TypeId::Complex(complex) => match self.complex(complex).content {
                Content::Simple(simple) => Some(simple),
                _ => None,
            },
        }
    }

    /// Whether a type may stand where another is declared (part 1, sections 3.4.6 and 3.14.6).
    pub(super) fn derives(&self, id: TypeId, ancestor: TypeId) -> bool {
        if ancestor == TypeId::Complex(ANY_TYPE) {
            return true;
        }
        let mut at = Some(id);
        while let Some(current) = at {
            if current == ancestor {
                return true;
            }
            at = match (current, ancestor) {
                (TypeId::Complex(complex), _) => self.complex(complex).base,
                (TypeId::Simple(simple), TypeId::Simple(ancestor)) => {
                    return self.simple.derives(simple, ancestor);
                }
                (TypeId::Simple(_), TypeId::Complex(_)) => None,
            };
        }
        false
    }

    /// The name of a type for people.
    pub(super) fn type_name(&self, id: TypeId) -> String {
        let name = match id {
            TypeId::Simple(simple) => self.simple.get(simple).name,
            TypeId::Complex(complex) => self.complex(complex).name,
        };
        name.map_or_else(|| "(anonymous)".to_owned(), |name| self.symbols.display(name))
    }
}
