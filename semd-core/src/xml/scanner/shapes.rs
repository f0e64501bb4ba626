//! Start tags written like earlier ones.
//!
//! Three tags of four repeat the attributes of an earlier tag of the same name. What stands between two values is then known
//! beforehand, and one comparison takes the place of reading a name, looking it up and checking what surrounds it. A shape is
//! the name of an element with the names of its attributes in their order; shapes form a tree, whose steps are attributes.

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
const MOST_STEPS: usize = 6;

/// Bytes behind the name of an attribute that belong to a step: the equals sign and the quote.
pub(super) const BEFORE_VALUE: usize = 2;

struct Shape {
    /// Bits of the names of the attributes, and their part of the signature of an element.
    mask: u64,
    signature: Signature,
    /// Number of the first step in the list of those that lead on.
    first: u32,
}

/// One more attribute.
pub(super) struct Step {
    /// Its name, the equals sign and the quote, and how many bytes that is.
    text: Key,
    pub(super) length: u32,
    /// Where the name means what it means.
    scopes: ScopeSet,
    pub(super) name: NameId,
    /// Where it leads to.
    pub(super) shape: ShapeId,
    /// Number of the next step of the same shape; 0 behind the last.
    next: u32,
}

/// The shapes met so far.
pub(super) struct Shapes {
    shapes: Vec<Shape>,
    steps: Vec<Step>,
    /// Shapes without attributes by the name of the element.
    roots: Vec<ShapeId>,
}

impl Default for Shapes {
    fn default() -> Self {
        let none = Shape { mask: 0, signature: Signature::NOTHING, first: 0 };
        let unused = Step {
            text: Key::NONE,
            length: 0,
            scopes: ScopeSet::NONE,
            name: NameId(0),
            shape: ShapeId::NONE,
            next: 0,
        };
        let (mut shapes, mut steps) = (Vec::with_capacity(256), Vec::with_capacity(128));
        shapes.push(none);
        steps.push(unused);
        Self { shapes, steps, roots: Vec::with_capacity(128) }
    }
}

impl Shapes {
    /// Bits of the names of the attributes of a shape.
    #[inline(always)]
    pub(super) fn mask(&self, shape: ShapeId) -> u64 {
        self.shapes[shape.0 as usize].mask
    }

    /// What the attributes add to the signature of an element, empty ones apart.
    #[inline(always)]
    pub(super) fn signature(&self, shape: ShapeId) -> Signature {
        self.shapes[shape.0 as usize].signature
    }

    /// The shape of an element without attributes, if it was met before; otherwise [`ShapeId::NONE`].
    #[inline(always)]
    pub(super) fn root(&self, element: NameId) -> ShapeId {
        self.roots.get(element.0 as usize).copied().unwrap_or(ShapeId::NONE)
    }

    /// The attribute that follows a shape, if it is written here and was met there before.
    #[inline(always)]
    pub(super) fn step(&self, shape: ShapeId, near: &[u8; NEAR], scope: ScopeSet) -> Option<&Step> {
        let mut at = self.shapes[shape.0 as usize].first;
        while at != 0 {
            let step = &self.steps[at as usize];
            if Key::begin(near, step.length as usize) == Some(step.text) && step.scopes.contains(scope) {
                return Some(step);
            }
            at = step.next;
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
            self.roots[at] = self.add(0, Signature::NOTHING);
        }
        self.roots[at]
    }

    /// Remembers an attribute behind a shape. `text` has `length` bytes and ends with the quote.
    pub(super) fn add_step(
        &mut self,
        shape: ShapeId,
        (text, length): (Key, usize),
        scope: Scope,
        known: Known,
        name: Signature,
    ) -> ShapeId {
        if shape == ShapeId::NONE || !scope.is_remembered() {
            return ShapeId::NONE;
        }
        let (mut last, mut count) = (0, 0);
        let mut at = self.shapes[shape.0 as usize].first;
        while at != 0 {
            let step = &mut self.steps[at as usize];
            if step.text == text && step.name == known.id {
                step.scopes.add(scope.set());
                return step.shape;
            }
            (last, at, count) = (at, step.next, count + 1);
        }
        let mask = self.mask(shape);
        // Two prefixes may mean the same, and the tag that has both may yet declare that they do not.
        let twice = scope != Scope::EVERYWHERE && mask & known.bit != 0;
        if twice || count >= MOST_STEPS {
            return ShapeId::NONE;
        }
        let mut signature = self.signature(shape);
        signature.add_attribute(name);
        let made = self.add(mask | known.bit, signature);
        if made == ShapeId::NONE {
            return made;
        }
        let number = self.steps.len() as u32;
        let (length, scopes) = (length as u32, scope.set());
        self.steps.push(Step { text, length, scopes, name: known.id, shape: made, next: 0 });
        if last == 0 {
            self.shapes[shape.0 as usize].first = number;
        } else {
            self.steps[last as usize].next = number;
        }
        made
    }

    /// Whether no shape can be added.
    pub(super) fn is_full(&self) -> bool {
        self.shapes.len() >= MOST_SHAPES
    }

    fn add(&mut self, mask: u64, signature: Signature) -> ShapeId {
        if self.is_full() {
            return ShapeId::NONE;
        }
        self.shapes.push(Shape { mask, signature, first: 0 });
        ShapeId(self.shapes.len() as u32 - 1)
    }
}
