//! Compiles attribute declarations and the attribute part of complex types (part 1, sections 3.2, 3.4.2, 3.6).

use std::rc::Rc;

use super::super::component::{ANY_TYPE, AttributeUse, ComplexId, FixedValue, TypeId};
use super::super::error::{Flaw, LoadErrorKind, Place};
use super::super::names::Symbol;
use super::super::simple::SimpleId;
use super::super::simple::built_in::ANY_SIMPLE;
use super::super::wildcard::{Allowed, Process, Wildcard};
use super::syntax::{self, Attributes, Content, Presence};
use super::{Compiler, Head, Slot, slot};

/// The attributes a type or group writes down itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    uses: Vec<AttributeUse>,
    prohibited: Vec<Symbol>,
    wildcard: Option<Wildcard>,
}

impl Compiler<'_> {
    /// The value of `fixed`, checked against its type.
    pub(super) fn fixed_value(&self, simple: SimpleId, text: &str, place: Place) -> Result<FixedValue, Flaw> {
        if self.simple.get(simple).scoped {
            // As an enumeration: the value means a name in the scope of the schema.
            return Err(place.flaw(LoadErrorKind::Unsupported("xs:QName with fixed or default".into())));
        }
        if self.simple.check(simple, text, None).is_err() {
            return Err(place.flaw(LoadErrorKind::Value { name: "fixed".to_owned(), value: text.to_owned() }));
        }
        Ok(FixedValue { text: text.into(), key: self.simple.canonical(simple, text).into() })
    }

    pub(super) fn global_attribute(&mut self, attribute: &syntax::Attribute) -> Result<AttributeUse, Flaw> {
        let simple = match &attribute.type_use {
            Some(type_use) => self.simple_used(type_use, attribute.place)?,
            None => ANY_SIMPLE,
        };
        let declared_fixed = match &attribute.constraint {
            Some(constraint) if constraint.fixed => {
                Some(Box::new(self.fixed_value(simple, &constraint.value, attribute.place)?))
            }
            _ => None,
        };
        Ok(AttributeUse {
            symbol: attribute.name,
            simple,
            fixed: None,
            declared_fixed,
            required: false,
            octets: None,
        })
    }

    fn attribute_use(&mut self, attribute: &syntax::Attribute) -> Result<AttributeUse, Flaw> {
        let definitions = self.definitions;
        let mut made = if attribute.reference {
            match definitions.attributes.get(attribute.name) {
                Some(global) => self.global_attribute(global)?,
                None if self.symbols.name(attribute.name).namespace == crate::xml::XML => {
                    self.xml_attribute(attribute)?
                }
                None => return Err(self.unresolved(attribute.place, "xs:attribute", attribute.name)),
            }
        } else {
            AttributeUse { declared_fixed: None, ..self.global_attribute(attribute)? }
        };
        if let Some(constraint) = attribute.constraint.as_ref().filter(|constraint| constraint.fixed) {
            let fixed = self.fixed_value(made.simple, &constraint.value, attribute.place)?;
            made.fixed = Some(Box::new(fixed));
        }
        made.required = attribute.presence == Presence::Required;
        Ok(made)
    }

    /// `xml:lang`, `xml:space`, `xml:base` and `xml:id`, which a set may use without a document that declares them.
    fn xml_attribute(&mut self, attribute: &syntax::Attribute) -> Result<AttributeUse, Flaw> {
        let built_in = match self.symbols.name(attribute.name).local {
            // An empty `xml:lang` is allowed, hence no `xs:language`.
            "lang" => "string",
            "space" => "NCName",
            "base" => "anyURI",
            "id" => "ID",
            _ => return Err(self.unresolved(attribute.place, "xs:attribute", attribute.name)),
        };
        let namespace = self.symbols.intern_namespace(super::reader::XS);
        let name = self.symbols.intern(namespace, built_in);
        Ok(AttributeUse {
            symbol: attribute.name,
            simple: self.simple_type_named(name, attribute.place)?,
            fixed: None,
            declared_fixed: None,
            required: false,
            octets: None,
        })
    }

    fn own_attributes(&mut self, attributes: &Attributes, depth: usize) -> Result<Own, Flaw> {
        let mut own = Own::default();
        for attribute in &attributes.uses {
            if attribute.presence == Presence::Prohibited {
                own.prohibited.push(attribute.name);
            } else {
                let made = self.attribute_use(attribute)?;
                self.add_attribute(&mut own.uses, made, attribute.place)?;
            }
        }
        own.wildcard = attributes.any.clone();
        for &(place, name) in &attributes.groups {
            if depth >= self.limits.max_derivation {
                return Err(self.too_deep(place));
            }
            let group = match self.attribute_groups.get(&name) {
                Some(known) => Rc::clone(known),
                None => {
                    let definitions = self.definitions;
                    let Some(group) = definitions.attribute_groups.get(name) else {
                        return Err(self.unresolved(place, "xs:attributeGroup", name));
                    };
                    let group = Rc::new(self.own_attributes(group, depth + 1)?);
                    self.attribute_groups.insert(name, Rc::clone(&group));
                    group
                }
            };
            for made in &group.uses {
                self.add_attribute(&mut own.uses, made.clone(), place)?;
            }
            own.wildcard = match (own.wildcard.take(), group.wildcard.clone()) {
                (Some(own), Some(group)) => Some(Wildcard {
                    allowed: own.allowed.intersection(&group.allowed).ok_or_else(|| inexpressible(place))?,
                    process: own.process,
                }),
                (one, other) => one.or(other),
            };
        }
        Ok(own)
    }

    fn add_attribute(
        &self,
        uses: &mut Vec<AttributeUse>,
        made: AttributeUse,
        place: Place,
    ) -> Result<(), Flaw> {
        if uses.iter().any(|known| known.symbol == made.symbol) {
            return Err(place.flaw(LoadErrorKind::Duplicate {
                kind: "xs:attribute",
                name: self.symbols.display(made.symbol),
            }));
        }
        uses.push(made);
        Ok(())
    }

    /// The attribute part of a type, its bases followed.
    pub(super) fn head(&mut self, id: ComplexId, depth: usize) -> Result<Head, Flaw> {
        let Some(definition) = self.complex[id.0 as usize].clone() else {
            return Ok(Head {
                wildcard: Some(Wildcard { allowed: Allowed::Any, process: Process::Lax }),
                ..Head::default()
            });
        };
        let place = definition.place;
        match slot(&mut self.heads, id) {
            Slot::Done(head) => return Ok(head.clone()),
            Slot::InProgress => return Err(self.circular(place, definition.name)),
            fresh @ Slot::Fresh => *fresh = Slot::InProgress,
        }
        if depth >= self.limits.max_derivation {
            return Err(self.too_deep(place));
        }
        let head = self.derive_head(&definition, depth)?;
        *slot(&mut self.heads, id) = Slot::Done(head.clone());
        Ok(head)
    }

    fn derive_head(&mut self, definition: &syntax::Complex, depth: usize) -> Result<Head, Flaw> {
        let place = definition.place;
        let own = self.own_attributes(&definition.attributes, 0)?;
        let (base_id, base) = match &definition.content {
            Content::Plain(_) => (TypeId::Complex(ANY_TYPE), None),
            Content::Extension(name, _)
            | Content::Restriction(name, _)
            | Content::SimpleExtension(name)
            | Content::SimpleRestriction(name, ..) => {
                let base_id = self.type_named(*name, place)?;
                let base = match (base_id, &definition.content) {
                    (TypeId::Complex(base), _) => self.head(base, depth + 1)?,
                    (TypeId::Simple(simple), Content::SimpleExtension(_)) => {
                        Head { simple_content: Some(simple), ..Head::default() }
                    }
                    (TypeId::Simple(_), _) => return Err(self.bad_base(place, *name)),
                };
                (base_id, Some((base, *name)))
            }
        };
        let Some((base, base_name)) = base else {
            return Ok(Head {
                base: Some(base_id),
                attributes: Rc::new(own.uses),
                wildcard: own.wildcard,
                simple_content: None,
            });
        };
        let simple_content = match (&definition.content, base.simple_content) {
            (Content::SimpleExtension(_), Some(simple)) => Some(simple),
            (Content::SimpleRestriction(_, inline, facets), content) => {
                let restricted = match (inline, content) {
                    (Some(inline), _) => self.simple_type(inline)?,
                    (None, Some(simple)) => simple,
                    (None, None) => return Err(self.bad_base(place, base_name)),
                };
                Some(self.restrict(restricted, facets, None)?)
            }
            (Content::SimpleExtension(_), None) => return Err(self.bad_base(place, base_name)),
            // An extension that adds attributes only keeps simple content; see the children part.
            (Content::Extension(..), content) => content,
            _ => None,
        };
        let mut uses = base.attributes.to_vec();
        let extends = matches!(definition.content, Content::Extension(..) | Content::SimpleExtension(_));
        if extends {
            for made in own.uses {
                self.add_attribute(&mut uses, made, place)?;
            }
        } else {
            uses.retain(|known| {
                !own.prohibited.contains(&known.symbol)
                    && !own.uses.iter().any(|made| made.symbol == known.symbol)
            });
            uses.extend(own.uses);
        }
        let wildcard = match (extends, own.wildcard, base.wildcard) {
            (false, own, _) => own,
            (true, Some(own), Some(base)) => Some(Wildcard {
                allowed: own.allowed.union(&base.allowed).ok_or_else(|| inexpressible(place))?,
                process: own.process,
            }),
            (true, own, base) => own.or(base),
        };
        Ok(Head { base: Some(base_id), attributes: Rc::new(uses), wildcard, simple_content })
    }
}

fn inexpressible(place: Place) -> Flaw {
    place.flaw(LoadErrorKind::Unsupported("xs:anyAttribute: combination of namespace constraints".into()))
}
