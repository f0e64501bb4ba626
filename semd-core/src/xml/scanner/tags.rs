//! Start and end tags with their attributes.

use super::super::chars::is_space;
use super::super::document::{Attribute, ElementId};
use super::super::names::name_at;
use super::super::runs::{near_equals, near_tag_stop};
use super::super::signature::Signature;
use super::super::{Fault, FaultKind, NameId};
use super::names::{Key, Known};
use super::qualified::Bits;
use super::repeated::{Attributes, Tag};
use super::scopes::Scope;
use super::shapes::{BEFORE_VALUE, ShapeId};
use super::{RawAttribute, Scan, Scanner, Step, fault, malformed, shown};

/// So many times the declarations permitted on one element may be in scope. Writers that declare every namespace on every
/// element reach some 200 in all.
const SCOPE_FACTOR: usize = 16;

/// A start tag that is read as far as `at`.
pub(super) struct Begun {
    pub(super) start: usize,
    /// Length of the qualified name, bytes.
    pub(super) length: usize,
    pub(super) key: Option<Key>,
    /// What the name means unless the tag declares namespaces, if that is known.
    pub(super) known: Option<Known>,
    pub(super) at: usize,
    /// Its first attribute among those of the document.
    pub(super) first: usize,
    /// What is known of the attributes read so far.
    pub(super) shape: ShapeId,
    pub(super) bits: Bits,
}

impl<'s> Scanner<'s, '_> {
    pub(super) fn end_tag(&mut self) -> Step {
        let start = self.at;
        let name_start = start + 2;
        let Some(open) = self.open.last() else {
            return Err(malformed(
                "unexpected-end-tag",
                start,
                "Закрывающий тег без открывающего",
                "An end tag without a start tag",
            ));
        };
        let length = open.length as usize;
        let name_end = name_start + length;
        let (source, opened) = (self.source, self.tree.elements[open.element as usize].offset as usize + 1);
        let matches = match open.key {
            Some(key) if key.begins(self.bytes, name_start, length) => true,
            _ => self.bytes[name_start..].starts_with(&self.bytes[opened..opened + length]),
        };
        let mut at = name_end;
        if matches {
            while self.bytes.get(at).copied().is_some_and(is_space) {
                at += 1;
            }
        }
        if !matches || self.bytes.get(at) != Some(&b'>') {
            let found = shown(name_at(self.source, name_start));
            let name = shown(&source[opened..opened + length]);
            return Err(malformed(
                "mismatched-end-tag",
                start,
                format!("Элемент «{name}» закрыт тегом «{found}»"),
                format!("Element “{name}” is closed by “{found}”"),
            ));
        }
        self.close_element();
        self.at = at + 1;
        Ok(())
    }

    pub(super) fn leave_scope(&mut self, bindings: usize, scope: Scope) {
        self.bindings.truncate(bindings);
        self.enter_scope(scope);
    }

    fn enter_scope(&mut self, scope: Scope) {
        (self.scope, self.scope_set) = (scope, scope.set());
    }

    pub(super) fn start_tag(&mut self) -> Step {
        let start = self.at;
        let mut tag = match self.begun.take() {
            Some(tag) => tag,
            None => self.begin_tag(start)?,
        };
        self.at = tag.at;
        let (scope, bindings) = (self.scope, self.bindings.len());
        let empty = self.attributes_of_tag(&mut tag)?;
        if self.open.len() >= self.limits.max_depth {
            return Err(fault(FaultKind::TooDeep { limit: self.limits.max_depth }, start));
        }
        if self.bindings.len() != bindings {
            let inner = self.memory.scopes.enter(scope, &self.bindings[bindings..]);
            self.enter_scope(inner);
            tag.known = None;
            self.ask_prefixes_again(tag.first);
        }
        let Begun { length, key, first, .. } = tag;
        self.count_nodes(1 + self.tree.attributes.len() - first, start)?;
        let known = match tag.known {
            Some(known) => known,
            None => self.element_name(&self.source[start + 1..start + 1 + length], key, start + 1)?,
        };
        let attribute_mask = self.resolve_attributes(first, tag.bits)?;
        let signature = self.attribute_signature(first);
        let attributes = Attributes { first, mask: attribute_mask, signature };
        self.add_element(Tag { start, known, length, key, attributes, empty, bindings, scope });
        if empty && self.scope != scope {
            self.leave_scope(bindings, scope);
        }
        Ok(())
    }

    /// What the attributes from `first` on add to the signature of their element.
    fn attribute_signature(&self, first: usize) -> Signature {
        let (mut signature, mut empties) = (Signature::NOTHING, Signature::NOTHING);
        for attribute in &self.tree.attributes[first..] {
            let name = self.tree.names.signature(attribute.name);
            signature.add_attribute(name);
            if attribute.octets() == 0 {
                empties.add_empty(name);
            }
        }
        signature.add(empties);
        signature
    }

    /// Attributes with a prefix that were recognised before the tag declared something may mean something else.
    fn ask_prefixes_again(&mut self, first: usize) {
        for at in first..self.tree.attributes.len() {
            let Attribute { name: known, offset, .. } = self.tree.attributes[at];
            let start = offset as usize;
            let name = name_at(self.source, start);
            if known != NameId(u32::MAX) && self.attribute_scope(name) != Scope::EVERYWHERE {
                let key = Key::new(self.bytes, start, start + name.len());
                self.raw_attributes.push(RawAttribute { name, key, at });
            }
        }
    }

    /// The name of a start tag.
    fn begin_tag(&mut self, start: usize) -> Scan<Begun> {
        let inside = !self.open.is_empty();
        if !inside && !self.tree.elements.is_empty() {
            return Err(malformed(
                "second-root-element",
                start,
                "Второй корневой элемент",
                "A second root element",
            ));
        }
        let (length, key, mut known) = self.tag_name(start + 1)?;
        if inside && known.is_none() {
            // The tag may yet declare its prefix: then the name is asked for again.
            known = self.element_name(&self.source[start + 1..start + 1 + length], key, start + 1).ok();
        }
        let shape = known.map_or(ShapeId::NONE, |known| self.memory.shapes.add_root(known.id));
        let first = self.tree.attributes.len();
        Ok(Begun { start, length, key, known, at: start + 1 + length, first, shape, bits: Bits::default() })
    }

    /// The length of the name of a start tag, and what it means unless the tag declares namespaces, if that is known.
    #[inline(always)]
    fn tag_name(&self, start: usize) -> Scan<(usize, Option<Key>, Option<Known>)> {
        if let Some(near) = self.bytes.get(start..).and_then(|rest| rest.first_chunk())
            && let Some(length) = near_tag_stop(near)
            && matches!(near[length], b' ' | b'>' | b'/' | b'\n')
            && let Some(key) = Key::begin(near, length)
            && let Some(known) = self.memory.elements.get(key, self.scope)
        {
            return Ok((length, Some(key), Some(known)));
        }
        let name = name_at(self.source, start);
        if name.is_empty() {
            return Err(malformed(
                "less-than-in-text",
                start - 1,
                "После «<» ожидается имя элемента; символ «<» в тексте записывается как «&lt;»",
                "An element name is expected after “<”; the character “<” in text is written as “&lt;”",
            ));
        }
        Ok((name.len(), Key::new(self.bytes, start, start + name.len()), None))
    }

    /// Reads the attributes of a start tag up to `>` and remembers how they are written; answers whether the tag is an
    /// empty-element tag.
    fn attributes_of_tag(&mut self, tag: &mut Begun) -> Scan<bool> {
        let bytes = self.bytes;
        let element = self.tree.elements.len() as u32;
        let mut declared = 0;
        self.raw_attributes.clear();
        loop {
            let before = self.at;
            self.skip_space();
            let offset = self.at;
            match bytes.get(offset) {
                Some(b'>') => {
                    self.at = offset + 1;
                    return Ok(false);
                }
                Some(b'/') if bytes.get(offset + 1) == Some(&b'>') => {
                    self.at = offset + 2;
                    return Ok(true);
                }
                None => return Err(unclosed_tag(tag.start)),
                Some(_) => {}
            }
            let (length, key, known) = self.known_attribute(offset);
            if length == 0 || offset == before {
                return Err(malformed(
                    "attribute-syntax",
                    offset,
                    "Ожидается пробел и имя атрибута, «>» или «/>»",
                    "White space and an attribute name, “>” or “/>” is expected",
                ));
            }
            self.at = offset + length;
            let value = self.attribute_value(offset)?;
            let declares = || {
                let rest = bytes[offset..offset + length].strip_prefix(b"xmlns")?;
                matches!(rest, [] | [b':', ..]).then_some(rest.len().saturating_sub(1))
            };
            if known.is_none()
                && let Some(prefix) = declares()
            {
                declared += 1;
                // Every new name is looked for among all declarations in scope: their number is bounded, too.
                let in_scope = self.limits.max_namespaces.saturating_mul(SCOPE_FACTOR);
                if declared > self.limits.max_namespaces || self.bindings.len() > in_scope {
                    return Err(fault(
                        FaultKind::TooManyNamespaces { limit: self.limits.max_namespaces },
                        offset,
                    ));
                }
                self.count_nodes(1, offset)?;
                let end = offset + length;
                self.declare(element, &self.source[end - prefix..end], value, offset)?;
            } else {
                let at = self.tree.attributes.len();
                if at - tag.first >= self.limits.max_attributes {
                    return Err(fault(
                        FaultKind::TooManyAttributes { limit: self.limits.max_attributes },
                        offset,
                    ));
                }
                let name = &self.source[offset..offset + length];
                // What is known by now has no prefix.
                let scope = known.map_or_else(|| self.attribute_scope(name), |_| Scope::EVERYWHERE);
                let known = match known {
                    None if scope == Scope::EVERYWHERE => self.attribute_name(name, key, offset).ok(),
                    known => known,
                };
                let id = match known {
                    Some(known) => {
                        tag.bits.add(known.bit);
                        known.id
                    }
                    None => {
                        self.raw_attributes.push(RawAttribute { name, key, at });
                        NameId(u32::MAX)
                    }
                };
                let owner = ElementId(element);
                self.tree.attributes.push(Attribute { name: id, owner, value, offset: offset as u32 });
                if tag.shape != ShapeId::NONE {
                    let known = known.or_else(|| self.memory.attributes.get(key?, scope));
                    tag.shape = self.remember(tag.shape, name, offset, scope, known);
                }
            }
        }
    }

    /// Remembers that an attribute with `name` follows a shape.
    fn remember(
        &mut self,
        shape: ShapeId,
        name: &str,
        offset: usize,
        scope: Scope,
        known: Option<Known>,
    ) -> ShapeId {
        let (before, end) = (offset + name.len(), offset + name.len() + BEFORE_VALUE);
        let text = match self.bytes.get(before..end) {
            Some(b"=\"") => Key::new(self.bytes, offset, end),
            _ => None,
        };
        match (text, known) {
            (Some(text), Some(known)) => {
                self.memory.shapes.add_next(shape, (text, end - offset), scope, known)
            }
            _ => ShapeId::NONE,
        }
    }

    /// The length of the name of an attribute, and what it means if it has no prefix and was met before.
    #[inline(always)]
    fn known_attribute(&self, start: usize) -> (usize, Option<Key>, Option<Known>) {
        if let Some(near) = self.bytes.get(start..).and_then(|rest| rest.first_chunk())
            && let Some(length) = near_equals(near)
            && let Some(key) = Key::of_name(near, length)
            && let Some(known) = self.memory.attributes.get(key, Scope::EVERYWHERE)
        {
            return (length, Some(key), Some(known));
        }
        let length = name_at(self.source, start).len();
        let key = Key::new(self.bytes, start, start + length);
        // It was another key above where white space stands before the equals sign.
        (length, key, key.and_then(|key| self.memory.attributes.get(key, Scope::EVERYWHERE)))
    }
}

/// The file ends inside a tag.
#[cold]
pub(super) fn unclosed_tag(offset: usize) -> Box<Fault> {
    malformed(
        "unclosed-tag",
        offset,
        "Тег не закрыт до конца файла: файл обрезан",
        "The tag is not closed before the end of the file: the file is truncated",
    )
}
