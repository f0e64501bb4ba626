//! Reads type definitions and attribute declarations.

use std::rc::Rc;

use crate::xml::ElementId;

use super::super::error::{Flaw, LoadErrorKind};
use super::super::names::{Namespace, Symbol};
use super::reader::Reader;
use super::syntax::{
    Attribute, Attributes, Complex, Content, Facet, Particle, Presence, Simple, TypeUse, Variety,
};
use super::words::Word;

impl Reader<'_, '_> {
    pub(super) fn complex_type(&mut self, at: ElementId, name: Option<Symbol>) -> Result<Complex, Flaw> {
        self.allow(
            at,
            &[Word::Name, Word::Mixed, Word::Abstract, Word::Final, Word::Block],
        )?;
        self.refuse_block(at, Word::Block)?;
        let mut mixed = self.boolean(at, Word::Mixed)?.unwrap_or(false);
        let children = self.children(at)?;
        let (content, attributes) = match children.first() {
            Some(&(child, word @ (Word::SimpleContent | Word::ComplexContent))) => {
                if let Some(&(second, _)) = children.get(1) {
                    return Err(self.misplaced(second));
                }
                self.allow(child, &[Word::Mixed])?;
                mixed = self.boolean(child, Word::Mixed)?.unwrap_or(mixed);
                match self.children(child)?.as_slice() {
                    &[(inner, derivation @ (Word::Extension | Word::Restriction))] => {
                        self.derivation(inner, word == Word::SimpleContent, derivation == Word::Extension)?
                    }
                    _ => return Err(self.misplaced(child)),
                }
            }
            _ => {
                let (particle, attributes) = self.particle_and_attributes(&children)?;
                (Content::Plain(particle), attributes)
            }
        };
        Ok(Complex {
            place: self.place(at),
            name,
            is_abstract: self.boolean(at, Word::Abstract)?.unwrap_or(false),
            mixed,
            content,
            attributes,
        })
    }

    fn derivation(
        &mut self,
        at: ElementId,
        simple: bool,
        extension: bool,
    ) -> Result<(Content, Attributes), Flaw> {
        self.allow(at, &[Word::Base])?;
        let Some(base) = self.reference(at, Word::Base)? else {
            return Err(self.flaw(at, LoadErrorKind::Missing(Word::Base.text())));
        };
        let mut children = self.children(at)?;
        Ok(match (simple, extension) {
            (true, true) => (Content::SimpleExtension(base), self.only_attributes(&children)?),
            (true, false) => {
                let mut inline = None;
                if let Some(&(child, Word::SimpleType)) = children.first() {
                    inline = Some(Rc::new(self.simple_type(child, None)?));
                    children.remove(0);
                }
                let split = children
                    .iter()
                    .position(|&(_, word)| !is_facet(word))
                    .unwrap_or(children.len());
                let attributes = self.only_attributes(&children[split..])?;
                let facets = self.facets(&children[..split])?;
                (Content::SimpleRestriction(base, inline, facets), attributes)
            }
            (false, extension) => {
                let (particle, attributes) = self.particle_and_attributes(&children)?;
                let content = if extension {
                    Content::Extension(base, particle)
                } else {
                    Content::Restriction(base, particle)
                };
                (content, attributes)
            }
        })
    }

    fn particle_and_attributes(
        &mut self,
        children: &[(ElementId, Word)],
    ) -> Result<(Option<Particle>, Attributes), Flaw> {
        match children.first() {
            Some(&(child, word @ (Word::Group | Word::Sequence | Word::Choice | Word::All))) => {
                let particle = self.particle(child, word)?;
                Ok((Some(particle), self.only_attributes(&children[1..])?))
            }
            _ => Ok((None, self.only_attributes(children)?)),
        }
    }

    /// Children that may only be attributes, attribute groups and a last wildcard.
    fn only_attributes(&mut self, children: &[(ElementId, Word)]) -> Result<Attributes, Flaw> {
        let mut attributes = Attributes::default();
        for &(child, word) in children {
            if attributes.any.is_some() {
                return Err(self.misplaced(child));
            }
            match word {
                Word::Attribute => {
                    let attribute = self.attribute_declaration(child, false)?;
                    attributes.uses.push(attribute);
                }
                Word::AttributeGroup => {
                    self.allow(child, &[Word::Ref])?;
                    self.no_children(child)?;
                    match self.reference(child, Word::Ref)? {
                        Some(name) => attributes.groups.push((self.place(child), name)),
                        None => return Err(self.flaw(child, LoadErrorKind::Missing(Word::Ref.text()))),
                    }
                }
                Word::AnyAttribute => {
                    self.allow(child, &[Word::Namespace, Word::ProcessContents])?;
                    self.no_children(child)?;
                    attributes.any = Some(self.wildcard(child)?);
                }
                _ => return Err(self.misplaced(child)),
            }
        }
        Ok(attributes)
    }

    /// A global `xs:attributeGroup`.
    pub(super) fn attribute_group(&mut self, at: ElementId) -> Result<Attributes, Flaw> {
        self.allow(at, &[Word::Name])?;
        let children = self.children(at)?;
        self.only_attributes(&children)
    }

    /// A global `xs:group`.
    pub(super) fn group(&mut self, at: ElementId) -> Result<Particle, Flaw> {
        self.allow(at, &[Word::Name])?;
        match self.children(at)?.as_slice() {
            &[(child, word @ (Word::Sequence | Word::Choice | Word::All))] => self.particle(child, word),
            _ => Err(self.misplaced(at)),
        }
    }

    pub(super) fn attribute_declaration(&mut self, at: ElementId, global: bool) -> Result<Attribute, Flaw> {
        let reference = if global {
            None
        } else {
            self.reference(at, Word::Ref)?
        };
        if reference.is_some() {
            self.allow(at, &[Word::Ref, Word::Use, Word::Default, Word::Fixed])?;
        } else if global {
            self.allow(at, &[Word::Name, Word::Type, Word::Default, Word::Fixed])?;
        } else {
            self.allow(
                at,
                &[
                    Word::Name,
                    Word::Type,
                    Word::Form,
                    Word::Use,
                    Word::Default,
                    Word::Fixed,
                ],
            )?;
        }
        let qualified = global || self.form(at, Word::Form)?.unwrap_or(self.qualified_attributes);
        let name = match reference {
            Some(name) => name,
            None => self.name_in(at, if qualified { self.target } else { Namespace::ABSENT })?,
        };
        let mut type_use = self.reference(at, Word::Type)?.map(TypeUse::Named);
        for (child, word) in self.children(at)? {
            if word != Word::SimpleType || type_use.is_some() || reference.is_some() {
                return Err(self.misplaced(child));
            }
            type_use = Some(TypeUse::Simple(Rc::new(self.simple_type(child, None)?)));
        }
        let presence = match self.attribute(at, Word::Use).map(str::trim) {
            None | Some("optional") => Presence::Optional,
            Some("required") => Presence::Required,
            Some("prohibited") => Presence::Prohibited,
            Some(value) => return Err(self.bad_value(at, Word::Use, value)),
        };
        Ok(Attribute {
            place: self.place(at),
            name,
            reference: reference.is_some(),
            type_use,
            constraint: self.constraint(at)?,
            presence,
        })
    }

    pub(super) fn simple_type(&mut self, at: ElementId, name: Option<Symbol>) -> Result<Simple, Flaw> {
        self.allow(at, &[Word::Name, Word::Final])?;
        let children = self.children(at)?;
        let &[(child, word)] = children.as_slice() else {
            return Err(self.misplaced(at));
        };
        let variety = match word {
            Word::Restriction => {
                self.allow(child, &[Word::Base])?;
                let mut children = self.children(child)?;
                let base = self.type_use(child, Word::Base, &mut children)?;
                Variety::Restriction(base, self.facets(&children)?)
            }
            Word::List => {
                self.allow(child, &[Word::ItemType])?;
                let mut children = self.children(child)?;
                let item = self.type_use(child, Word::ItemType, &mut children)?;
                self.facets(&children)?;
                Variety::List(item)
            }
            Word::Union => {
                self.allow(child, &[Word::MemberTypes])?;
                let mut members = Vec::new();
                for name in self
                    .attribute(child, Word::MemberTypes)
                    .unwrap_or("")
                    .split_ascii_whitespace()
                {
                    members.push(TypeUse::Named(self.qname(child, Word::MemberTypes, name)?));
                }
                for (inner, word) in self.children(child)? {
                    if word != Word::SimpleType {
                        return Err(self.misplaced(inner));
                    }
                    members.push(TypeUse::Simple(Rc::new(self.simple_type(inner, None)?)));
                }
                if members.is_empty() {
                    return Err(self.flaw(child, LoadErrorKind::Missing(Word::MemberTypes.text())));
                }
                Variety::Union(members)
            }
            _ => return Err(self.misplaced(child)),
        };
        Ok(Simple {
            place: self.place(at),
            name,
            variety,
        })
    }

    /// The type an attribute names or the first child defines; the child is taken out of the list.
    fn type_use(
        &mut self,
        at: ElementId,
        word: Word,
        children: &mut Vec<(ElementId, Word)>,
    ) -> Result<TypeUse, Flaw> {
        match (self.reference(at, word)?, children.first()) {
            (Some(name), _) => Ok(TypeUse::Named(name)),
            (None, Some(&(child, Word::SimpleType))) => {
                children.remove(0);
                Ok(TypeUse::Simple(Rc::new(self.simple_type(child, None)?)))
            }
            _ => Err(self.flaw(at, LoadErrorKind::Missing(word.text()))),
        }
    }

    fn facets(&mut self, children: &[(ElementId, Word)]) -> Result<Vec<Facet>, Flaw> {
        let mut facets = Vec::with_capacity(children.len());
        for &(child, kind) in children {
            if !is_facet(kind) {
                return Err(self.misplaced(child));
            }
            // `fixed` only restricts further derivations.
            self.allow(child, &[Word::Value, Word::Fixed])?;
            self.no_children(child)?;
            facets.push(Facet {
                place: self.place(child),
                kind,
                value: self.required(child, Word::Value)?.into(),
            });
        }
        Ok(facets)
    }
}

fn is_facet(word: Word) -> bool {
    matches!(
        word,
        Word::Enumeration
            | Word::Pattern
            | Word::Length
            | Word::MinLength
            | Word::MaxLength
            | Word::MinInclusive
            | Word::MinExclusive
            | Word::MaxInclusive
            | Word::MaxExclusive
            | Word::TotalDigits
            | Word::FractionDigits
            | Word::WhiteSpace
    )
}
