//! Compiles element declarations, content models and identity constraints.

use std::rc::Rc;

use super::super::component::{
    ANY_TYPE, AllMember, ComplexId, ComplexType, Content, Declaration, ElementValue, FixedValue, Model,
    Schema, TypeId,
};
use super::super::content::{Automaton, DeclarationId, Expression, ModelError, Occurring, WildcardId};
use super::super::error::{Flaw, LoadErrorKind, Place};
use super::super::identity::{Constraint, Kind};
use super::super::names::{Map, Set, Symbol};
use super::super::wildcard::{Allowed, Process, Wildcard};
use super::syntax::{self, IdentityKind, Particle, Term};
use super::{Body, Children, Compiler, Slot, Substitutes, slot};

impl Compiler<'_> {
    /// The declaration of an element, made at its first use.
    pub(super) fn declare(&mut self, element: &Rc<syntax::Element>) -> Result<DeclarationId, Flaw> {
        let key = Rc::as_ptr(element);
        if let Some(&known) = self.declared.get(&key) {
            return Ok(known);
        }
        // An element without type takes that of the head it substitutes, and so on.
        let definitions = self.definitions;
        let mut typed: &syntax::Element = element;
        let mut depth = 0;
        let type_id = loop {
            match (&typed.type_use, typed.substitutes.and_then(|head| definitions.elements.get(head))) {
                (Some(syntax::TypeUse::Complex(_)), _) if depth > 0 => {
                    // The type written in the head is one type, not a copy.
                    let head = typed.name;
                    let Some(head) = definitions.elements.get(head) else {
                        return Err(self.unresolved(typed.place, "xs:element", head));
                    };
                    let head = self.declare(head)?;
                    break self.declarations[head.0 as usize].type_id;
                }
                (Some(type_use), _) => break self.type_used(type_use, typed.place)?,
                (None, Some(head)) => typed = head,
                (None, None) => break TypeId::Complex(ANY_TYPE),
            }
            depth += 1;
            if depth > self.limits.max_derivation {
                return Err(self.too_deep(element.place));
            }
        };
        let id = DeclarationId(self.declarations.len() as u32);
        self.declarations.push(Declaration {
            type_id,
            is_abstract: element.is_abstract,
            nillable: element.nillable,
            value: None,
            constraints: Vec::new(),
        });
        self.declared.insert(key, id);
        self.written.push(Rc::clone(element));
        Ok(id)
    }

    /// A global declaration with all that may stand for it.
    fn with_substitutes(&mut self, name: Symbol, place: Place) -> Result<Substitutes, Flaw> {
        let definitions = self.definitions;
        let mut names = vec![name];
        let mut seen = Set::from_iter([name]);
        let mut next = 0;
        while next < names.len() {
            let members = self.substitutes.get(&names[next]).into_iter().flatten();
            names.extend(members.filter(|&&member| seen.insert(member)));
            next += 1;
        }
        let mut declarations = Vec::with_capacity(names.len());
        for name in names {
            match definitions.elements.get(name) {
                Some(element) => declarations.push((name, self.declare(element)?)),
                None => return Err(self.unresolved(place, "xs:element", name)),
            }
        }
        Ok(declarations)
    }

    /// Turns a particle into an expression. The recursion is bounded by document depth and group references.
    fn occurring(&mut self, particle: &Particle) -> Result<Occurring, Flaw> {
        let expression = match &particle.term {
            Term::Element(element) => Expression::Element(vec![(element.name, self.declare(element)?)]),
            Term::Reference(name) => Expression::Element(self.with_substitutes(*name, particle.place)?),
            Term::Group(name) => {
                let group = self.group(*name, particle.place)?;
                if (group.min, group.max) == (1, Some(1)) {
                    return Ok(Occurring { min: particle.min, max: particle.max, ..group });
                }
                Expression::Sequence(vec![group])
            }
            Term::Sequence(particles) => Expression::Sequence(self.all_occurring(particles)?),
            Term::Choice(particles) => Expression::Choice(self.all_occurring(particles)?),
            Term::Any(wildcard) => {
                self.wildcards.push(wildcard.clone());
                Expression::Any(WildcardId(self.wildcards.len() as u32 - 1))
            }
            // Only a whole content model may be one.
            Term::All(_) => return Err(particle.place.flaw(LoadErrorKind::Misplaced("xs:all".into()))),
        };
        let made = Occurring::new(particle.min, particle.max, expression);
        self.bounded(made, particle.place)
    }

    /// Refuses a model that nests too deep to be compiled.
    fn bounded(&self, model: Occurring, place: Place) -> Result<Occurring, Flaw> {
        if model.depth > self.limits.max_nesting {
            return Err(self.nests_too_deep(place));
        }
        Ok(model)
    }

    fn all_occurring(&mut self, particles: &[Particle]) -> Result<Vec<Occurring>, Flaw> {
        particles.iter().map(|particle| self.occurring(particle)).collect()
    }

    fn group(&mut self, name: Symbol, place: Place) -> Result<Occurring, Flaw> {
        if let Some(known) = self.groups.get(&name) {
            return Ok(known.clone());
        }
        let definitions = self.definitions;
        let Some(definition) = definitions.groups.get(name) else {
            return Err(self.unresolved(place, "xs:group", name));
        };
        // A group that contains itself ends here too.
        if self.group_depth >= self.limits.max_derivation {
            return Err(self.too_deep(place));
        }
        self.group_depth += 1;
        let group = self.occurring(definition)?;
        self.group_depth -= 1;
        self.groups.insert(name, group.clone());
        Ok(group)
    }

    /// The children part of a particle that is a whole content model.
    fn body(&mut self, particle: Option<&Particle>) -> Result<Body, Flaw> {
        let Some(particle) = particle.filter(|particle| !is_empty(particle)) else {
            return Ok(Body::Empty);
        };
        let definitions = self.definitions;
        let inner = match &particle.term {
            Term::Group(name) => definitions.groups.get(*name).map(|group| &**group),
            _ => Some(particle),
        };
        if let Some(Particle { term: Term::All(members), .. }) = inner {
            if particle.max != Some(1) {
                return Err(particle.place.flaw(LoadErrorKind::Misplaced("xs:all".into())));
            }
            let mut made = Vec::with_capacity(members.len());
            for member in members.iter().filter(|member| member.max != Some(0)) {
                let declarations = match &member.term {
                    Term::Element(element) => vec![(element.name, self.declare(element)?)],
                    Term::Reference(name) => self.with_substitutes(*name, member.place)?,
                    _ => return Err(member.place.flaw(LoadErrorKind::Misplaced("xs:all".into()))),
                };
                made.push((declarations, member.min > 0));
            }
            // The state of such a model is one bit for each member.
            if made.len() > 64 {
                let what = "xs:all with more than 64 members".to_owned();
                return Err(particle.place.flaw(LoadErrorKind::Unsupported(what)));
            }
            return Ok(Body::All(Rc::new(made), particle.min == 0));
        }
        self.occurring(particle).map(Body::Model)
    }

    /// The children part of a type, its bases followed (part 1, section 3.4.2).
    fn children(&mut self, id: ComplexId, depth: usize) -> Result<Children, Flaw> {
        let Some(definition) = self.complex[id.0 as usize].clone() else {
            self.wildcards.push(Wildcard { allowed: Allowed::Any, process: Process::Lax });
            let any = Expression::Any(WildcardId(self.wildcards.len() as u32 - 1));
            return Ok(Children { mixed: true, body: Body::Model(Occurring::new(0, None, any)) });
        };
        let place = definition.place;
        match slot(&mut self.children, id) {
            Slot::Done(children) => return Ok(children.clone()),
            Slot::InProgress => return Err(self.circular(place, definition.name)),
            fresh @ Slot::Fresh => *fresh = Slot::InProgress,
        }
        if depth >= self.limits.max_derivation {
            return Err(self.too_deep(place));
        }
        let children = match &definition.content {
            syntax::Content::Plain(particle) | syntax::Content::Restriction(_, particle) => {
                Children { mixed: definition.mixed, body: self.body(particle.as_ref())? }
            }
            syntax::Content::Extension(base, particle) => {
                let base = match self.type_named(*base, place)? {
                    TypeId::Complex(base_id) => self.children(base_id, depth + 1)?,
                    TypeId::Simple(_) => return Err(self.bad_base(place, *base)),
                };
                let own = self.body(particle.as_ref())?;
                self.extend(base, own, &definition)?
            }
            syntax::Content::SimpleExtension(_) | syntax::Content::SimpleRestriction(..) => {
                Children { mixed: false, body: Body::Empty }
            }
        };
        *slot(&mut self.children, id) = Slot::Done(children.clone());
        Ok(children)
    }

    fn extend(&self, base: Children, own: Body, definition: &syntax::Complex) -> Result<Children, Flaw> {
        let misplaced = || definition.place.flaw(LoadErrorKind::Misplaced("xs:all".into()));
        let base_empty = matches!(base.body, Body::Empty) && !base.mixed;
        let own_empty = matches!(own, Body::Empty) && !definition.mixed;
        if own_empty {
            return Ok(base);
        }
        if base_empty {
            return Ok(Children { mixed: definition.mixed, body: own });
        }
        // Both mixed or both not (section 3.4.6, derivation valid, extension, clause 1.4.3.2.2.1).
        if base.mixed != definition.mixed {
            let name =
                definition.name.map_or_else(|| "(anonymous)".to_owned(), |name| self.symbols.display(name));
            return Err(definition.place.flaw(LoadErrorKind::Derivation(name)));
        }
        let body = match (base.body, own) {
            (Body::Empty, one) | (one, Body::Empty) => one,
            (Body::Model(base), Body::Model(own)) => {
                let both = Occurring::once(Expression::Sequence(vec![base, own]));
                Body::Model(self.bounded(both, definition.place)?)
            }
            _ => return Err(misplaced()),
        };
        Ok(Children { mixed: base.mixed, body })
    }

    /// Compiles a complex type; `transitions` counts those of all models so far.
    pub(super) fn complex_type(
        &mut self,
        id: ComplexId,
        transitions: &mut usize,
    ) -> Result<ComplexType, Flaw> {
        let head = self.head(id, 0)?;
        let definition = self.complex[id.0 as usize].clone();
        let place = definition.as_ref().map_or(Place { file: 0, offset: 0 }, |definition| definition.place);
        let children = self.children(id, 0)?;
        let content = match (children, head.simple_content) {
            (Children { body: Body::Empty, mixed: false }, Some(simple)) => Content::Simple(simple),
            (_, Some(_)) => {
                let name = definition.as_ref().and_then(|definition| definition.name);
                return Err(place.flaw(LoadErrorKind::Derivation(
                    name.map_or_else(String::new, |name| self.symbols.display(name)),
                )));
            }
            (Children { body: Body::Empty, mixed: false }, None) => Content::Empty,
            (Children { mixed, body }, None) => {
                let model = self.model(&body, place, transitions)?;
                if mixed { Content::Mixed(model) } else { Content::Elements(model) }
            }
        };
        let mut attributes = head.attributes.to_vec();
        attributes.sort_unstable_by_key(|attribute| attribute.symbol);
        Ok(ComplexType {
            name: match &definition {
                Some(definition) => definition.name,
                None => self.complex_names.iter().find(|(_, known)| **known == id).map(|(name, _)| *name),
            },
            base: head.base,
            is_abstract: definition.is_some_and(|definition| definition.is_abstract),
            content,
            required: attributes.iter().filter(|attribute| attribute.required).count() as u32,
            attribute_symbols: attributes.iter().map(|attribute| attribute.symbol).collect(),
            attributes,
            wildcard: head.wildcard.map(Box::new),
        })
    }

    fn model(&self, body: &Body, place: Place, transitions: &mut usize) -> Result<Model, Flaw> {
        let empty = Occurring::once(Expression::Sequence(Vec::new()));
        let model = match body {
            Body::All(members, optional) => {
                return Ok(Model::All {
                    members: members
                        .iter()
                        .map(|(declarations, required)| AllMember {
                            declarations: declarations.clone(),
                            required: *required,
                        })
                        .collect(),
                    optional: *optional,
                });
            }
            Body::Model(model) => model,
            Body::Empty => &empty,
        };
        let left = self.limits.max_transitions.saturating_sub(*transitions);
        let automaton = Automaton::compile(model, self.limits.max_positions, left).map_err(|error| {
            place.flaw(match error {
                ModelError::Ambiguous(symbol) => LoadErrorKind::Ambiguous(self.symbols.display(symbol)),
                ModelError::Positions => {
                    LoadErrorKind::Budget { name: "max_positions", limit: self.limits.max_positions }
                }
                ModelError::Transitions => {
                    LoadErrorKind::Budget { name: "max_transitions", limit: self.limits.max_transitions }
                }
            })
        })?;
        *transitions += automaton.transition_count();
        Ok(Model::Automaton(automaton))
    }

    /// Fills in what needs all types: values and identity constraints of the declarations.
    pub(super) fn element_values_and_constraints(
        &mut self,
        schema: &Schema,
    ) -> Result<Vec<Constraint>, Flaw> {
        let written = std::mem::take(&mut self.written);
        let mut by_name: Map<Symbol, u32> = Map::default();
        let mut count = 0;
        for identity in written.iter().flat_map(|element| &element.identity) {
            // The same name in two declarations of one type is two constraints; references mean the first.
            if !matches!(identity.kind, IdentityKind::KeyRef(_)) {
                by_name.entry(identity.name).or_insert(count);
            }
            count += 1;
        }
        let mut constraints: Vec<Constraint> = Vec::with_capacity(count as usize);
        for (index, element) in written.iter().enumerate() {
            let type_id = self.declarations[index].type_id;
            if let Some(constraint) = &element.constraint {
                let value = match schema.simple_content(type_id) {
                    Some(simple) => self.fixed_value(simple, &constraint.value, element.place)?,
                    // Mixed content is compared as text.
                    None => FixedValue { text: constraint.value.clone(), key: constraint.value.clone() },
                };
                let value = ElementValue { fixed: constraint.fixed, value };
                self.declarations[index].value = Some(Box::new(value));
            }
            for identity in &element.identity {
                let kind = match identity.kind {
                    IdentityKind::Unique => Kind::Unique,
                    IdentityKind::Key => Kind::Key,
                    IdentityKind::KeyRef(key) => match by_name.get(&key) {
                        Some(&key) => Kind::KeyRef(key),
                        None => return Err(self.unresolved(identity.place, "xs:key", key)),
                    },
                };
                self.declarations[index].constraints.push(constraints.len() as u32);
                constraints.push(Constraint {
                    name: self.symbols.display(identity.name),
                    kind,
                    selector: identity.selector.clone(),
                    fields: identity.fields.clone(),
                });
            }
            self.declarations[index]
                .constraints
                .sort_by_key(|&constraint| matches!(constraints[constraint as usize].kind, Kind::KeyRef(_)));
        }
        Ok(constraints)
    }
}

/// Whether a particle is no content at all (part 1, section 3.4.2, explicit content, clause 2.1).
fn is_empty(particle: &Particle) -> bool {
    particle.max == Some(0)
        || match &particle.term {
            Term::Sequence(members) | Term::All(members) => members.is_empty(),
            Term::Choice(members) => members.is_empty() && particle.min == 0,
            _ => false,
        }
}
