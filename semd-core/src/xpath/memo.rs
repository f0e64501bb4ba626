//! The attributes that routes lead to, remembered while one document is evaluated: rules ask of the same route from
//! the same element for one constant after the other.

use std::cell::Cell;

use super::question::{PackedName, Route, Subject};
use crate::xml::{AttributeId, ElementId};

/// What a route leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    One(AttributeId),
    /// More than one attribute.
    Several,
}

/// A route to attributes: two names, or moves by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Names(u32, u32),
    Moves(u32, u16),
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    route: Option<Key>,
    from: ElementId,
    found: Found,
}

/// Number of routes that are remembered; a power of two.
const SLOTS: usize = 128;

/// The last routes, each in the slot of its number: a newer one takes the place of an older one.
#[derive(Debug)]
pub(super) struct Memo {
    slots: Box<[Cell<Slot>]>,
    /// The attribute of an element that was asked for last.
    last: Cell<(ElementId, PackedName, Found)>,
}

impl Memo {
    pub(super) fn new() -> Self {
        let empty = Slot { route: None, from: ElementId(0), found: Found::Nothing };
        let last = (ElementId(u32::MAX), PackedName::NONE, Found::Nothing);
        Self { slots: vec![Cell::new(empty); SLOTS].into(), last: Cell::new(last) }
    }

    /// The route of a subject, if it is one to attributes that is worth remembering.
    #[inline]
    pub(super) fn key(subject: Subject) -> Option<Key> {
        match subject {
            Subject::ChildAttribute(child, attribute) => Some(Key::Names(child.0, attribute.0)),
            Subject::Route(Route { first, count, from_root: false, to_attribute: true }) => {
                Some(Key::Moves(first, count))
            }
            _ => None,
        }
    }

    fn slot(&self, route: Key, from: ElementId) -> &Cell<Slot> {
        let (one, two) = match route {
            Key::Names(child, attribute) => (child, attribute),
            Key::Moves(first, count) => (first, count.into()),
        };
        let mixed = one.wrapping_mul(5) ^ two.wrapping_mul(11) ^ from.0.wrapping_mul(37);
        &self.slots[mixed as usize % SLOTS]
    }

    #[inline]
    pub(super) fn get(&self, route: Key, from: ElementId) -> Option<Found> {
        let slot = self.slot(route, from).get();
        (slot.route == Some(route) && slot.from == from).then_some(slot.found)
    }

    pub(super) fn set(&self, route: Key, from: ElementId, found: Found) {
        self.slot(route, from).set(Slot { route: Some(route), from, found });
    }

    /// The attribute of an element, looked up unless it is the one that was asked for last.
    #[inline]
    pub(super) fn attribute<E>(
        &self,
        id: ElementId,
        name: PackedName,
        look_up: impl FnOnce() -> Result<Found, E>,
    ) -> Result<Found, E> {
        let (known_id, known_name, found) = self.last.get();
        if known_id == id && known_name == name {
            return Ok(found);
        }
        let found = look_up()?;
        self.last.set((id, name, found));
        Ok(found)
    }
}
