//! Reads element declarations, model groups and wildcards.

use std::rc::Rc;

use crate::xml::ElementId;

use super::super::error::{Flaw, LoadErrorKind};
use super::super::identity::{Path, parse_path};
use super::super::names::Namespace;
use super::super::wildcard::{Allowed, Process, Wildcard};
use super::reader::Reader;
use super::syntax::{Constraint, Element, Identity, IdentityKind, Particle, Term, TypeUse};
use super::words::Word;

impl Reader<'_, '_> {
    /// A particle of a content model. The recursion is bounded by the depth limit of schema documents.
    pub(super) fn particle(&mut self, at: ElementId, word: Word) -> Result<Particle, Flaw> {
        let (min, max) = self.occurs(at)?;
        let term = match word {
            Word::Element => self.local_element(at)?,
            Word::Group => {
                self.allow(at, &[Word::Ref, Word::MinOccurs, Word::MaxOccurs])?;
                self.no_children(at)?;
                match self.reference(at, Word::Ref)? {
                    Some(name) => Term::Group(name),
                    None => return Err(self.flaw(at, LoadErrorKind::Missing(Word::Ref.text()))),
                }
            }
            Word::Sequence => Term::Sequence(self.particles(at)?),
            Word::Choice => Term::Choice(self.particles(at)?),
            Word::All => {
                let members = self.particles(at)?;
                let simple = |member: &Particle| {
                    matches!(member.term, Term::Element(_) | Term::Reference(_))
                        && member.max.is_some_and(|max| max <= 1)
                };
                if let Some(member) = members.iter().find(|member| !simple(member)) {
                    return Err(member.place.flaw(LoadErrorKind::Misplaced("xs:all".into())));
                }
                Term::All(members)
            }
            Word::Any => {
                self.allow(
                    at,
                    &[
                        Word::Namespace,
                        Word::ProcessContents,
                        Word::MinOccurs,
                        Word::MaxOccurs,
                    ],
                )?;
                self.no_children(at)?;
                Term::Any(self.wildcard(at)?)
            }
            _ => return Err(self.misplaced(at)),
        };
        Ok(Particle {
            place: self.place(at),
            min,
            max,
            term,
        })
    }

    fn particles(&mut self, at: ElementId) -> Result<Vec<Particle>, Flaw> {
        self.allow(at, &[Word::MinOccurs, Word::MaxOccurs])?;
        self.children(at)?
            .into_iter()
            .map(|(child, word)| self.particle(child, word))
            .collect()
    }

    pub(super) fn no_children(&self, at: ElementId) -> Result<(), Flaw> {
        match self.children(at)?.first() {
            Some(&(child, _)) => Err(self.misplaced(child)),
            None => Ok(()),
        }
    }

    fn local_element(&mut self, at: ElementId) -> Result<Term, Flaw> {
        if let Some(name) = self.reference(at, Word::Ref)? {
            self.allow(at, &[Word::Ref, Word::MinOccurs, Word::MaxOccurs])?;
            self.no_children(at)?;
            return Ok(Term::Reference(name));
        }
        let qualified = self.form(at, Word::Form)?.unwrap_or(self.qualified_elements);
        let namespace = if qualified { self.target } else { Namespace::ABSENT };
        self.allow(
            at,
            &[
                Word::Name,
                Word::Type,
                Word::Form,
                Word::MinOccurs,
                Word::MaxOccurs,
                Word::Default,
                Word::Fixed,
                Word::Nillable,
                Word::Block,
            ],
        )?;
        self.element(at, namespace)
            .map(|element| Term::Element(Rc::new(element)))
    }

    pub(super) fn global_element(&mut self, at: ElementId) -> Result<Element, Flaw> {
        self.allow(
            at,
            &[
                Word::Name,
                Word::Type,
                Word::Default,
                Word::Fixed,
                Word::Nillable,
                Word::Abstract,
                Word::SubstitutionGroup,
                Word::Block,
                Word::Final,
            ],
        )?;
        let target = self.target;
        self.element(at, target)
    }

    fn element(&mut self, at: ElementId, namespace: Namespace) -> Result<Element, Flaw> {
        self.refuse_block(at, Word::Block)?;
        let name = self.name_in(at, namespace)?;
        let mut type_use = self.reference(at, Word::Type)?.map(TypeUse::Named);
        let mut identity = Vec::new();
        for (child, word) in self.children(at)? {
            match word {
                Word::SimpleType if type_use.is_none() => {
                    type_use = Some(TypeUse::Simple(Rc::new(self.simple_type(child, None)?)));
                }
                Word::ComplexType if type_use.is_none() => {
                    type_use = Some(TypeUse::Complex(Rc::new(self.complex_type(child, None)?)));
                }
                Word::Key | Word::Unique | Word::Keyref => identity.push(self.identity(child, word)?),
                _ => return Err(self.misplaced(child)),
            }
        }
        Ok(Element {
            place: self.place(at),
            name,
            type_use,
            constraint: self.constraint(at)?,
            nillable: self.boolean(at, Word::Nillable)?.unwrap_or(false),
            is_abstract: self.boolean(at, Word::Abstract)?.unwrap_or(false),
            substitutes: self.reference(at, Word::SubstitutionGroup)?,
            identity,
        })
    }

    /// `default` or `fixed`, not both.
    pub(super) fn constraint(&self, at: ElementId) -> Result<Option<Constraint>, Flaw> {
        match (self.attribute(at, Word::Default), self.attribute(at, Word::Fixed)) {
            (None, None) => Ok(None),
            (Some(value), None) => Ok(Some(Constraint {
                fixed: false,
                value: value.into(),
            })),
            (None, Some(value)) => Ok(Some(Constraint {
                fixed: true,
                value: value.into(),
            })),
            (Some(value), Some(_)) => Err(self.bad_value(at, Word::Default, value)),
        }
    }

    /// The namespaces and the strictness of `xs:any` and `xs:anyAttribute`.
    pub(super) fn wildcard(&mut self, at: ElementId) -> Result<Wildcard, Flaw> {
        let allowed = match self.attribute(at, Word::Namespace).unwrap_or("##any").trim() {
            "##any" => Allowed::Any,
            "##other" => Allowed::Not(self.target),
            list => {
                let mut namespaces = Vec::new();
                for item in list.split_ascii_whitespace() {
                    namespaces.push(match item {
                        "##targetNamespace" => self.target,
                        "##local" => Namespace::ABSENT,
                        _ if item.starts_with("##") => return Err(self.bad_value(at, Word::Namespace, item)),
                        _ => self.symbols.intern_namespace(item),
                    });
                }
                Allowed::Set(namespaces)
            }
        };
        let process = match self
            .attribute(at, Word::ProcessContents)
            .unwrap_or("strict")
            .trim()
        {
            "skip" => Process::Skip,
            "lax" => Process::Lax,
            "strict" => Process::Strict,
            value => return Err(self.bad_value(at, Word::ProcessContents, value)),
        };
        Ok(Wildcard { allowed, process })
    }

    fn identity(&mut self, at: ElementId, word: Word) -> Result<Identity, Flaw> {
        self.allow(at, &[Word::Name, Word::Refer])?;
        let kind = match (word, self.reference(at, Word::Refer)?) {
            (Word::Unique, None) => IdentityKind::Unique,
            (Word::Key, None) => IdentityKind::Key,
            (Word::Keyref, Some(key)) => IdentityKind::KeyRef(key),
            (Word::Keyref, None) => return Err(self.flaw(at, LoadErrorKind::Missing(Word::Refer.text()))),
            _ => return Err(self.bad_value(at, Word::Refer, "")),
        };
        let name = self.own_name(at)?;
        let mut selector = None;
        let mut fields = Vec::new();
        for (child, word) in self.children(at)? {
            self.allow(child, &[Word::XPath])?;
            self.no_children(child)?;
            match word {
                Word::Selector if selector.is_none() => selector = Some(self.paths(child, false)?),
                Word::Field if selector.is_some() => fields.push(self.paths(child, true)?),
                _ => return Err(self.misplaced(child)),
            }
        }
        match selector {
            Some(selector) if !fields.is_empty() => Ok(Identity {
                place: self.place(at),
                kind,
                name,
                selector,
                fields,
            }),
            _ => Err(self.flaw(at, LoadErrorKind::Missing(Word::Selector.text()))),
        }
    }

    fn paths(&mut self, at: ElementId, field: bool) -> Result<Vec<Path>, Flaw> {
        let text = self.required(at, Word::XPath)?;
        let document = self.document;
        let symbols = &mut *self.symbols;
        let mut resolve = |prefix: &str, local: Option<&str>| {
            // An unprefixed name of these paths is in no namespace, whatever the default namespace is.
            let namespace = match prefix {
                "" => "",
                prefix => document.resolve_prefix(at, prefix)?,
            };
            let namespace = symbols.intern_namespace(namespace);
            Some((namespace, local.map(|local| symbols.intern(namespace, local))))
        };
        parse_path(text, field, &mut resolve).ok_or_else(|| self.bad_value(at, Word::XPath, text))
    }
}
