//! Start tags written like earlier ones.
//!
//! Three tags of four repeat the attributes of an earlier tag of the same name. What stands between two values is then known
//! beforehand, and one comparison takes the place of reading a name, looking it up and checking what surrounds it. A shape is
//! the name of an element with the names of its attributes in their order; one more attribute leads from a shape to another.

use super::super::NameId;
use super::super::runs::NEAR;
use super::super::signature::Signature;
use super::names::{Key, Known};
use super::scopes::{Scope, ScopeSet};

/// Index of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShapeId(pub(super) u32);

impl ShapeId {
    /// The shape of tags that are not remembered.
    pub(super) const NONE: Self = Self(0);
}

/// Official documents have some hundred shapes each.
const MOST_SHAPES: usize = 2048;

/// Attributes that may follow one shape. They are tried one after another.
const MOST_NEXT: usize = 6;

/// Bytes behind the name of an attribute that are remembered with it: the equals sign and the quote.
pub(super) const BEFORE_VALUE: usize = 2;

/// An element with some attributes, as the last of them leads to it.
pub(super) struct Shape {
    /// The name of the last attribute, the equals sign and the quote, and how many bytes that is.
    text: Key,
    pub(super) length: u32,
    pub(super) name: NameId,
    /// Where the name means what it means.
    scopes: ScopeSet,
    /// Bits of the names of the attributes, and their part of the signature of an element.
    pub(super) mask: u64,
    pub(super) signature: Signature,
    /// The first of the shapes with one more attribute, and the next one with as many; [`ShapeId::NONE`] behind the last.
    first: ShapeId,
    next: ShapeId,
}

impl Shape {
    const WITHOUT_ATTRIBUTES: Self = Self {
        text: Key::NONE,
        length: 0,
        name: NameId(0),
        scopes: ScopeSet::NONE,
        mask: 0,
        signature: Signature::NOTHING,
        first: ShapeId::NONE,
        next: ShapeId::NONE,
    };
}

/// The shapes met so far.
pub(super) struct Shapes {
    /// The first one stands for tags that are not remembered.
    shapes: Vec<Shape>,
    /// Shapes without attributes by the name of the element.
    roots: Vec<ShapeId>,
}

impl Default for Shapes {
    fn default() -> Self {
        let mut shapes = Vec::with_capacity(256);
        shapes.push(Shape::WITHOUT_ATTRIBUTES);
        Self { shapes, roots: Vec::with_capacity(128) }
    }
}

impl Shapes {
    #[inline(always)]
    pub(super) fn get(&self, shape: ShapeId) -> &Shape {
        &self.shapes[shape.0 as usize]
    }

    /// The shape of an element without attributes, if it was met before; otherwise [`ShapeId::NONE`].
    #[inline(always)]
    pub(super) fn root(&self, element: NameId) -> ShapeId {
        self.roots.get(element.0 as usize).copied().unwrap_or(ShapeId::NONE)
    }

    /// The shape with one attribute more, if that is written here and was met there before.
    #[inline(always)]
    pub(super) fn with_next(
        &self,
        shape: &Shape,
        near: &[u8; NEAR],
        scope: ScopeSet,
    ) -> Option<(ShapeId, &Shape)> {
        let mut at = shape.first;
        while at != ShapeId::NONE {
            let shape = self.get(at);
            if Key::begin(near, shape.length as usize) == Some(shape.text) && shape.scopes.contains(scope) {
                return Some((at, shape));
            }
            at = shape.next;
        }
        None
    }

    /// Remembers an element without attributes.
    pub(super) fn add_root(&mut self, element: NameId) -> ShapeId {
        let at = element.0 as usize;
        if self.roots.len() <= at {
            self.roots.resize(at + 1, ShapeId::NONE);
        }
        if self.roots[at] == ShapeId::NONE {
            self.roots[at] = self.add(Shape::WITHOUT_ATTRIBUTES);
        }
        self.roots[at]
    }

    /// Remembers an attribute behind a shape. `text` has `length` bytes and ends with the quote.
    pub(super) fn add_next(
        &mut self,
        shape: ShapeId,
        (text, length): (Key, usize),
        scope: Scope,
        known: Known,
    ) -> ShapeId {
        if shape == ShapeId::NONE || !scope.is_remembered() {
            return ShapeId::NONE;
        }
        let (mut last, mut count) = (ShapeId::NONE, 0);
        let mut at = self.get(shape).first;
        while at != ShapeId::NONE {
            let with = &mut self.shapes[at.0 as usize];
            if with.text == text && with.name == known.id {
                with.scopes.add(scope.set());
                return at;
            }
            (last, at, count) = (at, with.next, count + 1);
        }
        let &Shape { mask, mut signature, .. } = self.get(shape);
        // Two prefixes may mean the same, and the tag that has both may yet declare that they do not.
        let twice = scope != Scope::EVERYWHERE && mask & known.bit != 0;
        if twice || count >= MOST_NEXT {
            return ShapeId::NONE;
        }
        signature.add_attribute(known.signature);
        let with = self.add(Shape {
            text,
            length: length as u32,
            name: known.id,
            scopes: scope.set(),
            mask: mask | known.bit,
            signature,
            ..Shape::WITHOUT_ATTRIBUTES
        });
        if last == ShapeId::NONE {
            self.shapes[shape.0 as usize].first = with;
        } else {
            self.shapes[last.0 as usize].next = with;
        }
        with
    }

    /// Whether no shape can be added.
    pub(super) fn is_full(&self) -> bool {
        self.shapes.len() >= MOST_SHAPES
    }

    fn add(&mut self, shape: Shape) -> ShapeId {
        if self.is_full() {
            return ShapeId::NONE;
        }
        self.shapes.push(shape);
        ShapeId(self.shapes.len() as u32 - 1)
    }
}
