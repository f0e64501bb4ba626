//! Reads what is written like before, in one loop; see [`super::shapes`].
//!
//! Most of a document is read here: tags that repeat earlier ones, end tags without white space, characters without
//! references. Whatever is new, long, wrong or at a limit is left to the other files of this room, which look closely.

use super::super::document::{AsideKind, Attribute, Element, ElementId, OwnText, Value};
use super::super::runs::{NEAR, comment_stop, indent_end, near_tag_stop, plain_text_stop, plain_value_stop};
use super::super::signature::Signature;
use super::names::{Key, Known};
use super::qualified::Bits;
use super::scopes::Scope;
use super::shapes::ShapeId;
use super::tags::Begun;
use super::{Open, Scanner};

/// A start tag that was read.
pub(super) struct Tag {
    pub(super) start: usize,
    pub(super) known: Known,
    /// Length of the qualified name, bytes.
    pub(super) length: usize,
    pub(super) key: Option<Key>,
    pub(super) attributes: Attributes,
    pub(super) empty: bool,
    /// Number of bindings in scope and the scope before the tag.
    pub(super) bindings: usize,
    pub(super) scope: Scope,
}

/// The attributes of a start tag.
pub(super) struct Attributes {
    /// The first one among those of the document.
    pub(super) first: usize,
    pub(super) mask: u64,
    /// What they add to the signature of the element.
    pub(super) signature: Signature,
}

impl Scanner<'_, '_> {
    /// Reads on until something has to be looked at closely.
    #[inline(never)]
    pub(super) fn repeated(&mut self) {
        if self.suspects {
            return;
        }
        loop {
            let at = self.at;
            let next = match self.bytes.get(at..) {
                Some([b'<', b'/', ..]) => self.plain_end_tag(at),
                Some([b'<', b'!', b'-', b'-', ..]) => self.plain_comment(at),
                Some([b'<', b'!' | b'?', ..]) => None,
                Some([b'<', ..]) => self.repeated_tag(at),
                _ => self.plain_characters(at),
            };
            match next {
                Some(next) => self.at = next,
                None => return,
            }
        }
    }

    /// The end tag of the innermost element, if that is not the root.
    #[inline(always)]
    fn plain_end_tag(&mut self, start: usize) -> Option<usize> {
        let [.., _, open] = &self.open[..] else { return None };
        let length = open.length as usize;
        let near: &[u8; NEAR] = self.bytes.get(start + 2..)?.first_chunk()?;
        // Names without a key are no less different for it.
        let key = Key::begin(near, length)?;
        if Some(key) != open.key || *near.get(length)? != b'>' {
            return None;
        }
        self.close_element();
        Some(start + 3 + length)
    }

    /// Takes the innermost element from the open ones.
    #[inline(always)]
    pub(super) fn close_element(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let (end, texts_end) = (self.tree.elements.len() as u32, self.tree.texts.len() as u32);
        let element = &mut self.tree.elements[open.element as usize];
        element.end = end;
        element.texts_end = texts_end;
        if self.scope != open.scope {
            self.leave_scope(open.bindings, open.scope);
        }
        self.text_open = false;
    }

    /// A comment in which nothing has to be looked at twice.
    #[inline(always)]
    fn plain_comment(&mut self, start: usize) -> Option<usize> {
        let body = start + 4;
        let mut at = body;
        loop {
            at = comment_stop(self.bytes, at);
            match self.bytes.get(at..)? {
                [b'-', b'-', b'>', ..] => break,
                [b'-', b'-', ..] => return None,
                [b'-' | b'\t' | b'\n' | b'\r', ..] => at += 1,
                _ => return None,
            }
        }
        if self.nodes >= self.limits.max_nodes {
            return None;
        }
        self.nodes += 1;
        self.add_aside(AsideKind::Comment, body, at);
        Some(at + 3)
    }

    /// Characters up to the next tag, if they mean themselves.
    #[inline(always)]
    fn plain_characters(&mut self, start: usize) -> Option<usize> {
        let parent = ElementId(self.open.last()?.element);
        let mut at = indent_end(self.bytes, start);
        let mut stop = *self.bytes.get(at)?;
        let blank = stop == b'<';
        while stop != b'<' {
            at = plain_text_stop(self.bytes, at);
            stop = *self.bytes.get(at)?;
            match stop {
                b'<' => {}
                b'\n' | b'\t' => at += 1,
                _ => return None,
            }
        }
        if self.text_open || self.nodes >= self.limits.max_nodes || at - start > self.limits.max_text_bytes {
            return None;
        }
        self.nodes += 1;
        let value = Value { start: start as u32, end: at as u32, decoded: false };
        self.add_text(parent, value, blank, start);
        Some(at)
    }

    /// A start tag that is written like an earlier one. Where it goes other ways, what was read is kept in
    /// [`Scanner::begun`].
    #[inline(always)]
    fn repeated_tag(&mut self, start: usize) -> Option<usize> {
        let bytes = self.bytes;
        let near: &[u8; NEAR] = bytes.get(start + 1..)?.first_chunk()?;
        let length = near_tag_stop(near)?;
        let key = Key::begin(near, length)?;
        let scope = self.scope;
        let set = scope.set();
        let known = self.memory.elements.get_in(key, set)?;
        let mut shape = self.memory.shapes.root(known.id);
        if shape == ShapeId::NONE || self.open.is_empty() {
            return None;
        }
        let first = self.tree.attributes.len();
        let owner = ElementId(self.tree.elements.len() as u32);
        let mut at = start + 1 + length;
        let mut empties = Signature::NOTHING;
        let empty = loop {
            match bytes.get(at..)? {
                [b'>', ..] => break false,
                [b'/', b'>', ..] => break true,
                [b' ', rest @ ..] => {
                    // Other documents may have had other limits.
                    if let Some(near) = rest.first_chunk()
                        && self.tree.attributes.len() - first < self.limits.max_attributes
                        && let Some(step) = self.memory.shapes.step(shape, near, set)
                    {
                        let offset = at + 1;
                        let from = offset + step.length as usize;
                        let to = plain_value_stop(bytes, from, b'"');
                        if bytes.get(to) == Some(&b'"') && to - from <= self.limits.max_text_bytes {
                            let value = Value { start: from as u32, end: to as u32, decoded: false };
                            let (name, offset) = (step.name, offset as u32);
                            self.tree.attributes.push(Attribute { name, owner, value, offset });
                            if to == from {
                                empties.add_empty(self.tree.names.signature(name));
                            }
                            shape = step.shape;
                            at = to + 1;
                            continue;
                        }
                    }
                }
                _ => {}
            }
            // Directly behind the name, this may still belong to it.
            if at == start + 1 + length && !matches!(bytes.get(at), Some(b' ' | b'/' | b'\n')) {
                return None;
            }
            let (key, known, bits) = (Some(key), Some(known), Bits::of(self.memory.shapes.mask(shape)));
            self.begun = Some(Begun { start, length, key, known, at, first, shape, bits });
            return None;
        };
        let nodes = self.nodes + 1 + self.tree.attributes.len() - first;
        if nodes > self.limits.max_nodes || self.open.len() >= self.limits.max_depth {
            self.tree.attributes.truncate(first);
            return None;
        }
        self.nodes = nodes;
        let (mask, mut signature) = (self.memory.shapes.mask(shape), self.memory.shapes.signature(shape));
        signature.add(empties);
        let attributes = Attributes { first, mask, signature };
        let (key, bindings) = (Some(key), self.bindings.len());
        self.add_element(Tag { start, known, length, key, attributes, empty, bindings, scope });
        Some(at + 1 + usize::from(empty))
    }

    /// Adds the element of a tag to the tree, and to the open ones unless it is empty.
    #[inline(always)]
    pub(super) fn add_element(&mut self, tag: Tag) {
        let element = self.tree.elements.len() as u32;
        let parent = match self.open.last() {
            Some(parent) => {
                let name = self.tree.names.signature(tag.known.id);
                let outer = &mut self.tree.elements[parent.element as usize];
                outer.child_mask |= tag.known.bit;
                outer.signature.add_child(name);
                parent.element
            }
            None => u32::MAX,
        };
        let texts = self.tree.texts.len() as u32;
        self.tree.elements.push(Element {
            name: tag.known.id,
            parent,
            end: element + 1,
            attributes: tag.attributes.first as u32,
            texts,
            texts_end: texts,
            offset: tag.start as u32,
            own_text: OwnText::None,
            child_mask: 0,
            attribute_mask: tag.attributes.mask,
            signature: tag.attributes.signature,
        });
        self.text_open = false;
        if !tag.empty {
            let length = tag.length as u32;
            let (key, bindings, scope) = (tag.key, tag.bindings, tag.scope);
            self.open.push(Open { element, length, key, bindings, scope });
        }
    }
}
