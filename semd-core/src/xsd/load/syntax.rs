//! What the schema documents say, names resolved and references not.

use std::rc::Rc;

use super::super::error::Place;
use super::super::identity::Path;
use super::super::names::Symbol;
use super::super::wildcard::Wildcard;

/// A reference to a type, or a type written in place.
#[derive(Debug)]
pub(super) enum TypeUse {
    Named(Symbol),
    Simple(Rc<Simple>),
    Complex(Rc<Complex>),
}

/// `default` or `fixed`.
#[derive(Debug)]
pub(super) struct Constraint {
    pub(super) fixed: bool,
    pub(super) value: Box<str>,
}

/// A global or local element declaration.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) place: Place,
    pub(super) name: Symbol,
    /// `None`: the type of the substitution group's head, else `xs:anyType`.
    pub(super) type_use: Option<TypeUse>,
    pub(super) constraint: Option<Constraint>,
    pub(super) nillable: bool,
    pub(super) is_abstract: bool,
    pub(super) substitutes: Option<Symbol>,
    pub(super) identity: Vec<Identity>,
}

/// `xs:key`, `xs:unique` or `xs:keyref`.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) place: Place,
    pub(super) kind: IdentityKind,
    pub(super) name: Symbol,
    pub(super) selector: Vec<Path>,
    pub(super) fields: Vec<Vec<Path>>,
}

/// Kind of an identity constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdentityKind {
    Unique,
    Key,
    /// With the name of the key it refers to.
    KeyRef(Symbol),
}

/// A particle: a term and how often it may occur.
#[derive(Debug)]
pub(super) struct Particle {
    pub(super) place: Place,
    pub(super) min: u32,
    /// `None`: unbounded.
    pub(super) max: Option<u32>,
    pub(super) term: Term,
}

/// Term of a particle.
#[derive(Debug)]
pub(super) enum Term {
    Element(Rc<Element>),
    Reference(Symbol),
    Group(Symbol),
    Sequence(Vec<Particle>),
    Choice(Vec<Particle>),
    All(Vec<Particle>),
    Any(Wildcard),
}

/// Presence of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Optional,
    Required,
    Prohibited,
}

/// A global or local attribute declaration, or a reference to a global one.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) place: Place,
    pub(super) name: Symbol,
    pub(super) reference: bool,
    /// `None`: `xs:anySimpleType`.
    pub(super) type_use: Option<TypeUse>,
    pub(super) constraint: Option<Constraint>,
    pub(super) presence: Presence,
}

/// The attribute part of a type or of an attribute group.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub(super) uses: Vec<Attribute>,
    pub(super) groups: Vec<(Place, Symbol)>,
    pub(super) any: Option<Wildcard>,
}

/// `xs:complexType`.
#[derive(Debug)]
pub(super) struct Complex {
    pub(super) place: Place,
    pub(super) name: Option<Symbol>,
    pub(super) is_abstract: bool,
    pub(super) mixed: bool,
    pub(super) content: Content,
    pub(super) attributes: Attributes,
}

/// Content of a complex type.
#[derive(Debug)]
pub(super) enum Content {
    /// Restriction of `xs:anyType`, by `complexContent` or by the short form.
    Plain(Option<Particle>),
    /// `complexContent` with a base.
    Extension(Symbol, Option<Particle>),
    /// `complexContent` with a base.
    Restriction(Symbol, Option<Particle>),
    /// `simpleContent`.
    SimpleExtension(Symbol),
    /// `simpleContent`; the facets apply to the base's content, or to the type written in place.
    SimpleRestriction(Symbol, Option<Rc<Simple>>, Vec<Facet>),
}

/// `xs:simpleType`.
#[derive(Debug)]
pub(super) struct Simple {
    pub(super) place: Place,
    pub(super) name: Option<Symbol>,
    pub(super) variety: Variety,
}

/// How a simple type is made.
#[derive(Debug)]
pub(super) enum Variety {
    Restriction(TypeUse, Vec<Facet>),
    List(TypeUse),
    Union(Vec<TypeUse>),
}

/// One constraining facet.
#[derive(Debug)]
pub(super) struct Facet {
    pub(super) place: Place,
    pub(super) kind: super::words::Word,
    pub(super) value: Box<str>,
}
