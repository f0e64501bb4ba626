//! Start and end tags: attributes, namespace declarations, names.

use super::super::chars::{is_ncname, is_space};
use super::super::document::{Attribute, Element, ElementId, NamespaceDeclaration, Value};
use super::super::names::{Names, name_at};
use super::super::{Fault, FaultKind, NameId};
use super::names::{Key, Known};
use super::{Binding, Open, RawAttribute, Scanner, Step, malformed, shown, slice};

/// So many times the declarations permitted on one element may be in scope. Writers that declare every namespace on every
/// element reach some 200 in all.
const SCOPE_FACTOR: usize = 16;

impl<'s> Scanner<'s, '_> {
    pub(super) fn end_tag(&mut self) -> Step {
        let start = self.at;
        let name_start = start + 2;
        let Some(open) = self.open.pop() else {
            return Err(malformed(
                "unexpected-end-tag",
                start,
                "Закрывающий тег без открывающего",
                "An end tag without a start tag",
            ));
        };
        let name_end = name_start + open.name.len();
        let matches = match open.key {
            Some(key) if key.begins(self.bytes, name_start, open.name.len()) => true,
            _ => self.bytes[name_start..].starts_with(open.name.as_bytes()),
        };
        let mut at = name_end;
        if matches {
            while self.bytes.get(at).copied().is_some_and(is_space) {
                at += 1;
            }
        }
        if !matches || self.bytes.get(at) != Some(&b'>') {
            let found = shown(name_at(self.source, name_start));
            let name = shown(open.name);
            return Err(malformed(
                "mismatched-end-tag",
                start,
                format!("Элемент «{name}» закрыт тегом «{found}»"),
                format!("Element “{name}” is closed by “{found}”"),
            ));
        }
        self.close(&open);
        self.at = at + 1;
        Ok(())
    }

    pub(super) fn close(&mut self, open: &Open<'s>) {
        let end = self.tree.elements.len() as u32;
        let texts_end = self.tree.texts.len() as u32;
        let element = &mut self.tree.elements[open.element as usize];
        element.end = end;
        element.texts_end = texts_end;
        self.bindings.truncate(open.bindings);
        self.scope = open.scope;
        self.text_open = false;
    }

    pub(super) fn start_tag(&mut self) -> Step {
        let start = self.at;
        self.text_open = false;
        if self.open.is_empty() && !self.tree.elements.is_empty() {
            return Err(malformed(
                "second-root-element",
                start,
                "Второй корневой элемент",
                "A second root element",
            ));
        }
        let name = name_at(self.source, start + 1);
        if name.is_empty() {
            return Err(malformed(
                "less-than-in-text",
                start,
                "После «<» ожидается имя элемента; символ «<» в тексте записывается как «&lt;»",
                "An element name is expected after “<”; the character “<” in text is written as “&lt;”",
            ));
        }
        self.at = start + 1 + name.len();
        let key = Key::new(self.bytes, start + 1, self.at);
        let bindings = self.bindings.len();
        let scope = self.scope;
        let element = self.tree.elements.len() as u32;
        let first = self.tree.attributes.len();
        self.raw_attributes.clear();
        let empty = self.attributes_of_tag(element, start)?;
        if self.open.len() >= self.limits.max_depth {
            return Err(Fault { kind: FaultKind::TooDeep { limit: self.limits.max_depth }, offset: start });
        }
        if self.bindings.len() != bindings {
            self.scopes += 1;
            self.scope = self.scopes;
        }
        self.count_nodes(1 + self.tree.attributes.len() - first, start)?;
        let Known { id, bit } = self.element_name(name, key, start + 1)?;
        let parent = match self.open.last() {
            Some(parent) => {
                self.tree.elements[parent.element as usize].child_mask |= bit;
                parent.element
            }
            None => u32::MAX,
        };
        let texts = self.tree.texts.len() as u32;
        self.tree.elements.push(Element {
            name: id,
            parent,
            end: element + 1,
            attributes: first as u32,
            texts,
            texts_end: texts,
            offset: start as u32,
            child_mask: 0,
            attribute_mask: 0,
        });
        self.resolve_attributes(element, first)?;
        let open = Open { element, name, key, bindings, scope };
        if empty {
            self.close(&open);
        } else {
            self.open.push(open);
        }
        Ok(())
    }

    /// Reads the attributes of a start tag up to `>`; answers whether the tag is an empty-element tag.
    pub(super) fn attributes_of_tag(&mut self, element: u32, start: usize) -> Result<bool, Fault> {
        let mut declared = 0;
        let first = self.tree.attributes.len();
        loop {
            let before = self.at;
            while self.bytes.get(self.at).copied().is_some_and(is_space) {
                self.at += 1;
            }
            let spaced = self.at > before;
            match self.bytes.get(self.at) {
                Some(b'>') => {
                    self.at += 1;
                    return Ok(false);
                }
                Some(b'/') if self.bytes.get(self.at + 1) == Some(&b'>') => {
                    self.at += 2;
                    return Ok(true);
                }
                None => return Err(unclosed_tag(start)),
                Some(_) => {}
            }
            let offset = self.at;
            let name = name_at(self.source, offset);
            if name.is_empty() || !spaced {
                return Err(malformed(
                    "attribute-syntax",
                    offset,
                    "Ожидается пробел и имя атрибута, «>» или «/>»",
                    "White space and an attribute name, “>” or “/>” is expected",
                ));
            }
            self.at += name.len();
            let key = Key::new(self.bytes, offset, self.at);
            let known = key.and_then(|key| self.attribute_cache.get(key, UNPREFIXED));
            let value = self.attribute_value(name)?;
            if known.is_none() && (name == "xmlns" || name.starts_with("xmlns:")) {
                declared += 1;
                // Every new name is looked for among all declarations in scope: their number is bounded, too.
                let in_scope = self.limits.max_namespaces.saturating_mul(SCOPE_FACTOR);
                if declared > self.limits.max_namespaces || self.bindings.len() > in_scope {
                    return Err(Fault {
                        kind: FaultKind::TooManyNamespaces { limit: self.limits.max_namespaces },
                        offset,
                    });
                }
                self.count_nodes(1, offset)?;
                self.declare(element, name.strip_prefix("xmlns:").unwrap_or(""), value, offset)?;
            } else {
                let at = self.tree.attributes.len();
                if at - first >= self.limits.max_attributes {
                    return Err(Fault {
                        kind: FaultKind::TooManyAttributes { limit: self.limits.max_attributes },
                        offset,
                    });
                }
                if known.is_none() {
                    self.raw_attributes.push(RawAttribute { name, key, at });
                }
                self.tree.attributes.push(Attribute {
                    name: known.map_or(NameId(u32::MAX), |known| known.id),
                    owner: ElementId(element),
                    value,
                    offset: offset as u32,
                });
            }
        }
    }

    /// Adds a namespace declaration (Namespaces in XML 1.0, sections 2.2 and 3).
    pub(super) fn declare(&mut self, element: u32, prefix: &'s str, value: Value, offset: usize) -> Step {
        let uri = slice(&self.tree, value);
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
        let namespace = self.tree.names.intern_namespace(&uri);
        self.tree.declarations.push(NamespaceDeclaration { element, prefix, namespace });
        self.bindings.push(Binding { prefix, namespace });
        Ok(())
    }

    pub(super) fn namespace_of(&self, prefix: &str, offset: usize) -> Result<u32, Fault> {
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

    fn element_name(&mut self, name: &'s str, key: Option<Key>, offset: usize) -> Result<Known, Fault> {
        if let Some(known) = key.and_then(|key| self.element_cache.get(key, self.scope)) {
            return Ok(known);
        }
        let id = match self.element_names.get(&(self.scope, name)) {
            Some(&id) => id,
            None => {
                let (prefix, local) = split_name(name, offset)?;
                let namespace = self.namespace_of(prefix, offset)?;
                let id = self.tree.names.intern(namespace, local);
                self.element_names.insert((self.scope, name), id);
                id
            }
        };
        let known = Known { id, bit: self.tree.names.name(id).bit };
        if let Some(key) = key {
            self.element_cache.insert(key, self.scope, known);
        }
        Ok(known)
    }

    fn attribute_name(&mut self, name: &'s str, key: Option<Key>, offset: usize) -> Result<Known, Fault> {
        // The default namespace does not apply to attributes (Namespaces in XML 1.0, section 6.2).
        let scope = if name.contains(':') { self.scope } else { UNPREFIXED };
        if let Some(known) = key.and_then(|key| self.attribute_cache.get(key, scope)) {
            return Ok(known);
        }
        let id = match self.attribute_names.get(&(scope, name)) {
            Some(&id) => id,
            None => {
                let (prefix, local) = split_name(name, offset)?;
                let namespace =
                    if prefix.is_empty() { Names::NO_NAMESPACE } else { self.namespace_of(prefix, offset)? };
                let id = self.tree.names.intern(namespace, local);
                self.attribute_names.insert((scope, name), id);
                id
            }
        };
        let known = Known { id, bit: self.tree.names.name(id).bit };
        if let Some(key) = key {
            self.attribute_cache.insert(key, scope, known);
        }
        Ok(known)
    }

    /// Names the attributes of an element that are still without one, and checks that none is there twice.
    fn resolve_attributes(&mut self, element: u32, first: usize) -> Step {
        for index in 0..self.raw_attributes.len() {
            let RawAttribute { name, key, at } = self.raw_attributes[index];
            let offset = self.tree.attributes[at].offset as usize;
            self.tree.attributes[at].name = self.attribute_name(name, key, offset)?.id;
        }
        let mut mask = 0;
        for index in first..self.tree.attributes.len() {
            let Attribute { name, offset, .. } = self.tree.attributes[index];
            let bit = self.tree.names.name(name).bit;
            // Two attributes of one name share a bit. `Limits::max_attributes` bounds the pairwise comparison.
            if mask & bit != 0 && self.tree.attributes[first..index].iter().any(|known| known.name == name) {
                return Err(duplicate_attribute(offset as usize, name_at(self.source, offset as usize)));
            }
            mask |= bit;
        }
        self.tree.elements[element as usize].attribute_mask = mask;
        Ok(())
    }
}

/// Scope of attribute names without a prefix: they mean the same everywhere.
const UNPREFIXED: u32 = u32::MAX;

/// The file ends inside a tag.
pub(super) fn unclosed_tag(offset: usize) -> Fault {
    malformed(
        "unclosed-tag",
        offset,
        "Тег не закрыт до конца файла: файл обрезан",
        "The tag is not closed before the end of the file: the file is truncated",
    )
}

/// Splits a qualified name and checks both parts (Namespaces in XML 1.0, productions 7 to 11).
fn split_name(name: &str, offset: usize) -> Result<(&str, &str), Fault> {
    let (prefix, local) = name.split_once(':').map_or(("", name), |(prefix, local)| (prefix, local));
    let good = is_ncname(local)
        && prefix.is_empty() != name.contains(':')
        && (prefix.is_empty() || is_ncname(prefix));
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

fn duplicate_attribute(offset: usize, name: &str) -> Fault {
    let name = shown(name);
    malformed(
        "duplicate-attribute",
        offset,
        format!("Атрибут «{name}» указан дважды"),
        format!("Attribute “{name}” is given twice"),
    )
}
