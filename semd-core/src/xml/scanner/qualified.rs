//! What qualified names mean: declarations, scopes, names met before (Namespaces in XML 1.0).

use super::super::chars::{is_ascii_ncname, is_ncname};
use super::super::document::{Attribute, ElementId, NamespaceDeclaration, Value};
use super::super::names::{Names, name_at};
use super::super::{Fault, NameId};
use super::names::{Key, Known};
use super::scopes::Scope;
use super::{Binding, RawAttribute, Scan, Scanner, Step, malformed, shown};

impl<'s> Scanner<'s, '_> {
    /// Adds a namespace declaration (Namespaces in XML 1.0, sections 2.2 and 3).
    pub(super) fn declare(&mut self, element: u32, prefix: &'s str, value: Value, offset: usize) -> Step {
        let uri = self.tree.slice(value);
        let reserved = prefix == "xmlns"
            || uri == "http://www.w3.org/2000/xmlns/"
            || (prefix == "xml") != (uri == super::super::XML)
            || (!prefix.is_empty() && (uri.is_empty() || !is_ncname(prefix)));
        if reserved {
            let prefix = shown(prefix);
            return Err(malformed(
                "namespace-declaration",
                offset,
                format!("Недопустимое объявление пространства имён для префикса «{prefix}»"),
                format!("The namespace declaration of prefix “{prefix}” is not allowed"),
            ));
        }
        let element = ElementId(element);
        let twice = self
            .tree
            .declarations
            .iter()
            .rev()
            .take_while(|known| known.element == element)
            .any(|known| known.prefix == prefix);
        if twice {
            return Err(duplicate_attribute(offset, if prefix.is_empty() { "xmlns" } else { prefix }));
        }
        let uri = uri.to_owned();
        let namespace = Names::intern_namespace(&mut self.tree.names, &uri);
        self.tree.declarations.push(NamespaceDeclaration { element, prefix, namespace });
        self.bindings.push(Binding { prefix, namespace });
        Ok(())
    }

    fn namespace_of(&self, prefix: &str, offset: usize) -> Scan<u32> {
        match self.bindings.iter().rev().find(|binding| binding.prefix == prefix) {
            Some(binding) => Ok(binding.namespace),
            None if prefix.is_empty() => Ok(Names::NO_NAMESPACE),
            None => {
                let prefix = shown(prefix);
                Err(malformed(
                    "unbound-prefix",
                    offset,
                    format!("Префикс «{prefix}» не объявлен"),
                    format!("Prefix “{prefix}” is not declared"),
                ))
            }
        }
    }

    pub(super) fn element_name(&mut self, name: &'s str, key: Option<Key>, offset: usize) -> Scan<Known> {
        let scope = self.scope;
        let kept = key.filter(|_| scope.is_remembered());
        let known = match kept {
            Some(key) => self.memory.elements.get(key, scope),
            None => self.element_names.get(&(scope, name)).map(|&id| self.known(id)),
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let (prefix, local) = split_name(name, offset)?;
        let namespace = self.namespace_of(prefix, offset)?;
        let known = self.intern(namespace, local);
        match kept {
            Some(key) => self.memory.elements.insert(key, scope, known),
            None => drop(self.element_names.insert((scope, name), known.id)),
        }
        Ok(known)
    }

    /// The scope that the name of an attribute belongs to. The default namespace does not apply to attributes (Namespaces in
    /// XML 1.0, section 6.2).
    pub(super) fn attribute_scope(&self, name: &str) -> Scope {
        if name.bytes().any(|byte| byte == b':') { self.scope } else { Scope::EVERYWHERE }
    }

    pub(super) fn attribute_name(&mut self, name: &'s str, key: Option<Key>, offset: usize) -> Scan<Known> {
        let scope = self.attribute_scope(name);
        let kept = key.filter(|_| scope.is_remembered());
        let known = match kept {
            Some(key) => self.memory.attributes.get(key, scope),
            None => self.attribute_names.get(&(scope, name)).map(|&id| self.known(id)),
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let (prefix, local) = split_name(name, offset)?;
        let namespace =
            if prefix.is_empty() { Names::NO_NAMESPACE } else { self.namespace_of(prefix, offset)? };
        let known = self.intern(namespace, local);
        match kept {
            Some(key) => self.memory.attributes.insert(key, scope, known),
            None => drop(self.attribute_names.insert((scope, name), known.id)),
        }
        Ok(known)
    }

    fn intern(&mut self, namespace: u32, local: &'s str) -> Known {
        let id = Names::intern(&mut self.tree.names, namespace, local);
        self.known(id)
    }

    fn known(&self, id: NameId) -> Known {
        Known { id, bit: self.tree.names.bit(id), signature: self.tree.names.signature(id) }
    }

    /// Names the attributes of an element that are still without one, and checks that none is there twice; answers the bits
    /// of all.
    pub(super) fn resolve_attributes(&mut self, first: usize, mut bits: Bits) -> Scan<u64> {
        for index in 0..self.raw_attributes.len() {
            let RawAttribute { name, key, at } = self.raw_attributes[index];
            let offset = self.tree.attributes[at].offset as usize;
            let known = self.attribute_name(name, key, offset)?;
            self.tree.attributes[at].name = known.id;
            bits.add(known.bit);
        }
        if bits.shared {
            let attributes = &self.tree.attributes[first..];
            // `Limits::max_attributes` bounds the comparison.
            let twice = |&(index, attribute): &(usize, &Attribute)| {
                attributes[..index].iter().any(|known| known.name == attribute.name)
            };
            if let Some((_, attribute)) = attributes.iter().enumerate().find(twice) {
                let offset = attribute.offset as usize;
                return Err(duplicate_attribute(offset, name_at(self.source, offset)));
            }
        }
        Ok(bits.mask)
    }
}

/// Bits of names of one element. Two attributes of one name share a bit.
#[derive(Clone, Copy, Default)]
pub(super) struct Bits {
    mask: u64,
    shared: bool,
}

impl Bits {
    /// Bits of names that were compared with one another.
    pub(super) fn of(mask: u64) -> Self {
        Self { mask, shared: false }
    }

    pub(super) fn add(&mut self, bit: u64) {
        self.shared |= self.mask & bit != 0;
        self.mask |= bit;
    }
}

/// Splits a qualified name and checks both parts (Namespaces in XML 1.0, productions 7 to 11).
fn split_name(name: &str, offset: usize) -> Scan<(&str, &str)> {
    if is_ascii_ncname(name) {
        return Ok(("", name));
    }
    // Names are short: searching for a byte is quicker one by one.
    let colon = name.bytes().position(|byte| byte == b':');
    let (prefix, local) = colon.map_or(("", name), |colon| (&name[..colon], &name[colon + 1..]));
    let good = is_ncname(local) && (colon.is_none() || is_ncname(prefix));
    if good && prefix != "xmlns" {
        return Ok((prefix, local));
    }
    let shown = shown(name);
    Err(malformed(
        "name-syntax",
        offset,
        format!("«{shown}» не может быть именем"),
        format!("“{shown}” cannot be a name"),
    ))
}

#[cold]
fn duplicate_attribute(offset: usize, name: &str) -> Box<Fault> {
    let name = shown(name);
    malformed(
        "duplicate-attribute",
        offset,
        format!("Атрибут «{name}» указан дважды"),
        format!("Attribute “{name}” is given twice"),
    )
}
