//! From schema documents to compiled components.
//!
//! [`documents`] reads the files into [`syntax`]; the compiler here resolves names, derivations and groups and has the
//! content models made into automata. Types written in place are queued, not followed, so that a type whose content
//! mentions itself needs no special care; only derivation chains and group references are followed, to a bounded depth.

mod attributes;
mod documents;
mod elements;
mod particles;
mod reader;
mod simple_types;
mod syntax;
mod types;
mod words;

use std::rc::Rc;

use crate::pool::Pool;
use crate::xml::{Bindings, LineIndex};

use super::component::{AttributeUse, ComplexId, Declaration, Schema, TypeId};
use super::content::{DeclarationId, Occurring};
use super::error::{Flaw, LoadError, LoadErrorKind, Place};
use super::limits::Limits;
use super::names::{Map, Symbol, Symbols};
use super::simple::{SimpleId, SimpleTypes, built_in};
use super::source::SchemaSource;
use super::wildcard::Wildcard;
use documents::{Definitions, Files, TypeDefinition};
use reader::XS;

/// The attribute part of a type, resolved.
#[derive(Clone, Debug, Default)]
struct Head {
    base: Option<TypeId>,
    attributes: Rc<Vec<AttributeUse>>,
    wildcard: Option<Wildcard>,
    simple_content: Option<SimpleId>,
}

/// The children part of a type, resolved but not compiled.
#[derive(Clone, Debug)]
struct Children {
    mixed: bool,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    Empty,
    Model(Occurring),
    /// Members and whether they are required; whether the whole is optional.
    All(Rc<Vec<(Substitutes, bool)>>, bool),
}

/// A declaration with those that may stand for it.
type Substitutes = Vec<(Symbol, DeclarationId)>;

/// A value that has three states while its definition is followed.
#[derive(Clone, Debug, Default)]
enum Slot<T> {
    #[default]
    Fresh,
    InProgress,
    Done(T),
}

struct Compiler<'a> {
    symbols: &'a mut Symbols,
    limits: &'a Limits,
    definitions: &'a Definitions,
    simple: SimpleTypes,
    simple_names: Map<Symbol, SimpleId>,
    simple_in_place: Map<*const syntax::Simple, SimpleId>,
    simple_open: Vec<Symbol>,
    simple_depth: usize,
    /// Numbers of patterns in [`SimpleTypes::patterns`].
    patterns: Map<Vec<Box<str>>, u32>,
    /// Complex types by index; `None` is `xs:anyType`.
    complex: Vec<Option<Rc<syntax::Complex>>>,
    complex_names: Map<Symbol, ComplexId>,
    heads: Vec<Slot<Head>>,
    children: Vec<Slot<Children>>,
    declarations: Vec<Declaration>,
    declared: Map<*const syntax::Element, DeclarationId>,
    /// Declarations whose value and constraints are still to be compiled.
    written: Vec<Rc<syntax::Element>>,
    substitutes: Map<Symbol, Vec<Symbol>>,
    groups: Map<Symbol, Occurring>,
    group_depth: usize,
    attribute_groups: Map<Symbol, Rc<attributes::Own>>,
    wildcards: Vec<Wildcard>,
}

impl Schema {
    /// Compiles the set whose entry document is `entry`, with the default [`Limits`].
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use semd_core::{xml, xsd::Schema};
    ///
    /// let set = BTreeMap::from([(
    ///     "a.xsd".to_owned(),
    ///     r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
    ///          <xs:element name="a" type="xs:integer"/>
    ///        </xs:schema>"#,
    /// )]);
    /// let schema = Schema::compile(&set, "a.xsd").unwrap();
    /// let document = xml::parse(b"<a>x</a>", &xml::Limits::default()).unwrap();
    /// let mut violations = Vec::new();
    /// schema.validate(&document, &mut violations);
    /// assert_eq!(violations[0].code, "cvc-datatype-valid.1.2.1");
    /// ```
    ///
    /// # Errors
    /// [`LoadError`]: a document cannot be read, is no schema, uses what is not supported, is inconsistent, or exceeds
    /// a budget. Nothing of a schema is passed over.
    pub fn compile(source: &dyn SchemaSource, entry: &str) -> Result<Self, LoadError> {
        Self::compile_with(source, entry, &Limits::default())
    }

    /// Compiles a set within the given limits.
    ///
    /// # Errors
    /// As [`Schema::compile`].
    pub fn compile_with(source: &dyn SchemaSource, entry: &str, limits: &Limits) -> Result<Self, LoadError> {
        let mut files = Files::default();
        let mut symbols = Symbols::new();
        let compiled = documents::gather(source, entry, limits, &mut symbols, &mut files)
            .and_then(|definitions| Compiler::new(&mut symbols, limits, &definitions).run());
        match compiled {
            Ok(mut schema) => {
                schema.symbols = symbols;
                Ok(schema)
            }
            Err(Flaw { place, kind }) => {
                let (file, line) = match files.list.get(place.file as usize) {
                    Some((path, bytes)) => {
                        let position = LineIndex::new(bytes).position(place.offset as usize);
                        (path.clone(), position.line)
                    }
                    None => (entry.to_owned(), 0),
                };
                Err(LoadError { file, line, kind })
            }
        }
    }
}

impl<'a> Compiler<'a> {
    fn new(symbols: &'a mut Symbols, limits: &'a Limits, definitions: &'a Definitions) -> Self {
        let xs = symbols.intern_namespace(XS);
        let mut simple = Vec::new();
        let mut simple_names = Map::default();
        for (name, mut built_in) in built_in::types() {
            let symbol = symbols.intern(xs, name);
            built_in.name = Some(symbol);
            simple_names.insert(symbol, SimpleId(simple.len() as u32));
            simple.push(built_in);
        }
        let any_type = symbols.intern(xs, "anyType");
        let mut complex = vec![None];
        let mut complex_names = Map::from_iter([(any_type, ComplexId(0))]);
        for (name, definition) in &definitions.types.list {
            if let TypeDefinition::Complex(definition) = definition {
                complex_names.insert(*name, ComplexId(complex.len() as u32));
                complex.push(Some(Rc::clone(definition)));
            }
        }
        Self {
            symbols,
            limits,
            definitions,
            simple: SimpleTypes { types: simple, ..SimpleTypes::default() },
            simple_names,
            simple_in_place: Map::default(),
            simple_open: Vec::new(),
            simple_depth: 0,
            patterns: Map::default(),
            heads: Vec::new(),
            children: Vec::new(),
            complex,
            complex_names,
            declarations: Vec::new(),
            declared: Map::default(),
            written: Vec::new(),
            substitutes: Map::default(),
            groups: Map::default(),
            group_depth: 0,
            attribute_groups: Map::default(),
            wildcards: Vec::new(),
        }
    }

    fn run(mut self) -> Result<Schema, Flaw> {
        let definitions = self.definitions;
        for (name, element) in &definitions.elements.list {
            if let Some(head) = element.substitutes {
                if definitions.elements.get(head).is_none() {
                    return Err(self.unresolved(element.place, "xs:element", head));
                }
                self.substitutes.entry(head).or_default().push(*name);
            }
        }
        for (name, definition) in &definitions.types.list {
            if let TypeDefinition::Simple(simple) = definition {
                self.simple_type_named(*name, simple.place)?;
            }
        }
        let elements = definitions.elements.list.iter();
        let global_elements =
            elements.map(|(name, element)| Ok((*name, self.declare(element)?))).collect::<Result<_, _>>()?;
        let attributes = definitions.attributes.list.iter();
        let global_attributes = attributes
            .map(|(name, attribute)| Ok((*name, self.global_attribute(attribute)?)))
            .collect::<Result<_, _>>()?;
        // Types written in place are appended while the list is worked off.
        let mut complex = Vec::new();
        let mut transitions = 0;
        while complex.len() < self.complex.len() {
            let id = ComplexId(complex.len() as u32);
            complex.push(self.complex_type(id, &mut transitions)?);
        }
        let complex_types = self.complex_names.iter().map(|(&name, &id)| (name, TypeId::Complex(id)));
        // A set may define a complex type under the name of a built-in simple one.
        let simple_names =
            self.simple_names.iter().filter(|(name, _)| !self.complex_names.contains_key(name));
        let simple_types = simple_names.map(|(&name, &id)| (name, TypeId::Simple(id)));
        let global_types = simple_types.chain(complex_types).collect();
        let mut schema = Schema {
            symbols: Symbols::new(),
            simple: SimpleTypes::default(),
            complex,
            declarations: Vec::new(),
            wildcards: Vec::new(),
            constraints: Vec::new(),
            global_elements,
            global_types,
            global_attributes,
            workers: Pool::default(),
            bindings: Bindings::default(),
        };
        schema.constraints = self.element_values_and_constraints(&schema)?;
        schema.simple = self.simple;
        let types = &schema.simple;
        let uses = schema.complex.iter_mut().flat_map(|complex| &mut complex.attributes);
        uses.chain(schema.global_attributes.values_mut()).for_each(|made| made.settle(types));
        schema.declarations = self.declarations;
        schema.wildcards = self.wildcards;
        Ok(schema)
    }

    fn unresolved(&self, place: Place, kind: &'static str, name: Symbol) -> Flaw {
        place.flaw(LoadErrorKind::Unresolved { kind, name: self.symbols.display(name) })
    }

    fn circular(&self, place: Place, name: Option<Symbol>) -> Flaw {
        let name = name.map_or_else(|| "(anonymous)".to_owned(), |name| self.symbols.display(name));
        place.flaw(LoadErrorKind::Circular(name))
    }

    fn too_deep(&self, place: Place) -> Flaw {
        place.flaw(LoadErrorKind::Budget { name: "max_derivation", limit: self.limits.max_derivation })
    }

    fn nests_too_deep(&self, place: Place) -> Flaw {
        place.flaw(LoadErrorKind::Budget { name: "max_nesting", limit: self.limits.max_nesting })
    }

    fn bad_base(&self, place: Place, name: Symbol) -> Flaw {
        place.flaw(LoadErrorKind::Derivation(self.symbols.display(name)))
    }

    /// The type a name refers to.
    fn type_named(&mut self, name: Symbol, place: Place) -> Result<TypeId, Flaw> {
        match self.complex_names.get(&name) {
            Some(&complex) => Ok(TypeId::Complex(complex)),
            None => self.simple_type_named(name, place).map(TypeId::Simple),
        }
    }

    /// The type a declaration uses; a complex one written in place is queued.
    fn type_used(&mut self, type_use: &syntax::TypeUse, place: Place) -> Result<TypeId, Flaw> {
        match type_use {
            syntax::TypeUse::Named(name) => self.type_named(*name, place),
            syntax::TypeUse::Simple(simple) => self.simple_type(simple).map(TypeId::Simple),
            syntax::TypeUse::Complex(complex) => {
                let id = ComplexId(self.complex.len() as u32);
                self.complex.push(Some(Rc::clone(complex)));
                Ok(TypeId::Complex(id))
            }
        }
    }
}

/// Grows a table of slots to hold an index.
fn slot<T: Clone>(slots: &mut Vec<Slot<T>>, index: ComplexId) -> &mut Slot<T> {
    let index = index.0 as usize;
    if slots.len() <= index {
        slots.resize(index + 1, Slot::Fresh);
    }
    &mut slots[index]
}
