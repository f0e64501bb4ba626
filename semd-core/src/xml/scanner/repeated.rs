//! Reads what is written like before, in one loop; see [`super::shapes`].
//!
//! Most of a document is read here: tags that repeat earlier ones, end tags without white space, characters without
//! references. Whatever is new, long, wrong or at a limit is left to the other files of this room, which look closely.

use super::super::document::{AsideKind, Attribute, Element, ElementId, OwnText, Value};
use super::super::runs::{
    BLOCK, WINDOW, comment_stop, indent_end, near_by, near_indent_end, near_tag_stop, near_value_stop,
    plain_text_stop, plain_value_stop, window,
};
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
        while let Some(window) = window(self.bytes, self.at) {
            let at = self.at;
            let next = match window {
                [b'<', b'/', ..] => self.plain_end_tag(at, window),
                [b'<', b'!', b'-', b'-', ..] => self.plain_comment(at),
                [b'<', b'!' | b'?', ..] => None,
                [b'<', ..] => self.repeated_tag(at, window),
                _ => self.plain_characters(at, window),
            };
            match next {
                Some(next) => self.at = next,
                None => return,
            }
        }
    }

    /// The end tag of the innermost element, if that is not the root.
    #[inline(always)]
    fn plain_end_tag(&mut self, start: usize, window: &[u8; WINDOW]) -> Option<usize> {
        let [.., _, open] = &self.open[..] else { return None };
        let length = open.length as usize;
        let near = near_by(window, 2)?;
        // Names without a key are no less different for it.
        let key = Key::begin(near, length)?;
        if Some(key) != open.key || near[length] != b'>' {
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
    fn plain_characters(&mut self, start: usize, window: &[u8; WINDOW]) -> Option<usize> {
        let parent = ElementId(self.open.last()?.element);
        let (mut at, mut stop) = match near_indent_end(window) {
            Some(near) => (start + near, window[near]),
            None => {
                let at = indent_end(self.bytes, start + BLOCK);
                (at, *self.bytes.get(at)?)
            }
        };
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
    fn repeated_tag(&mut self, start: usize, ahead: &[u8; WINDOW]) -> Option<usize> {
        let near = near_by(ahead, 1)?;
        let length = near_tag_stop(near)?;
        let key = Key::begin(near, length)?;
        let (bytes, set) = (self.bytes, self.scope_set);
        let known = self.memory.elements.get_in(key, set)?;
        let shapes = &self.memory.shapes;
        let mut id = shapes.root(known.id);
        if id == ShapeId::NONE || self.open.is_empty() {
            return None;
        }
        let mut shape = shapes.get(id);
        let first = self.tree.attributes.len();
        let owner = ElementId(self.tree.elements.len() as u32);
        let mut at = start + 1 + length;
        let mut empties = Signature::NOTHING;
        let empty = loop {
            let ahead = window(bytes, at);
            match ahead {
                Some([b'>', ..]) => break false,
                Some([b'/', b'>', ..]) => break true,
                Some(ahead @ [b' ', ..]) => {
                    if let Some((next_id, next)) = shapes.with_next(shape, near_by(ahead, 1)?, set) {
                        let offset = at + 1;
                        let before = 1 + next.length as usize;
                        let from = at + before;
                        let (to, stop) = match near_value_stop(ahead, before, b'"') {
                            Some(near) => (at + near, ahead.get(near)),
                            None => {
                                let to = plain_value_stop(bytes, from + BLOCK, b'"');
                                (to, bytes.get(to))
                            }
                        };
                        if stop == Some(&b'"') && to - from <= self.limits.max_text_bytes {
                            let value = Value { start: from as u32, end: to as u32, decoded: false };
                            let (name, offset) = (next.name, offset as u32);
                            self.tree.attributes.push(Attribute { name, owner, value, offset });
                            if to == from {
                                empties.add_empty(self.tree.names.signature(name));
                            }
                            (id, shape) = (next_id, next);
                            at = to + 1;
                            continue;
                        }
                    }
                }
                _ => {}
            }
            // Directly behind the name, this may still belong to it. Other documents may have had other limits.
            let apart = at != start + 1 + length || matches!(bytes.get(at), Some(b' ' | b'/' | b'\n'));
            if !apart || self.tree.attributes.len() - first > self.limits.max_attributes {
                self.tree.attributes.truncate(first);
                return None;
            }
            let (key, known, bits) = (Some(key), Some(known), Bits::of(shape.mask));
            self.begun = Some(Begun { start, length, key, known, at, first, shape: id, bits });
            return None;
        };
        let count = self.tree.attributes.len() - first;
        let nodes = self.nodes + 1 + count;
        let within = count <= self.limits.max_attributes && nodes <= self.limits.max_nodes;
        if !within || self.open.len() >= self.limits.max_depth {
            self.tree.attributes.truncate(first);
            return None;
        }
        self.nodes = nodes;
        let (mask, mut signature) = (shape.mask, shape.signature);
        signature.add(empties);
        let attributes = Attributes { first, mask, signature };
        let (key, bindings, scope) = (Some(key), self.bindings.len(), self.scope);
        self.add_element(Tag { start, known, length, key, attributes, empty, bindings, scope });
        Some(at + 1 + usize::from(empty))
    }

    /// Adds the element of a tag to the tree, and to the open ones unless it is empty.
    #[inline(always)]
    pub(super) fn add_element(&mut self, tag: Tag) {
        let element = self.tree.elements.len() as u32;
        let parent = match self.open.last() {
            Some(parent) => {
                let outer = &mut self.tree.elements[parent.element as usize];
                outer.child_mask |= tag.known.bit;
                outer.signature.add_child(tag.known.signature);
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
