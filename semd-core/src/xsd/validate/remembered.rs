//! Elements like earlier ones.
//!
//! How far the content of its parent was read, and how an element, its attributes and its children are called, settles most of
//! what a start tag is checked for: the declaration, the type, and which values need a look. Steps from one element to the next
//! are settled once and found again. See `docs/decisions/0033-steps-of-schemas-that-are-remembered.md`.

use crate::xml::{AttributeId, Element, ElementId, Signature};

use super::super::component::{ANY_TYPE, ComplexId, ComplexType, Content, Declaration, TypeId};
use super::super::content::DeclarationId;
use super::super::names::Symbol;
use super::children::Placed;
use super::{Frame, Opened, Run};
use crate::cuckoo;

/// Steps that are kept, a power of two, of some 60 bytes each; an official document takes some hundred different ones.
const SLOTS: usize = 1024;

/// Attributes of one element that need a look; an element with more is opened in full.
const MOST_LOOKS: usize = 6;

/// How far the content of a parent was read, and what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// The type of the parent, the state of its content, and the name of the element.
    numbers: u64,
    /// The type that `xsi:type` names, or [`NOT_NAMED`].
    named: ComplexId,
    signature: Signature,
}

const NOT_NAMED: ComplexId = ComplexId(u32::MAX);

/// Bits of a type and of a state in [`Place::numbers`]; elements where there are more, as below an `xs:all` of many members, are opened
/// in full.
const BITS: u32 = 20;

/// An attribute that needs a look: its place in the element, and its place in the type.
#[derive(Clone, Copy, Debug, Default)]
struct Look {
    attribute: u8,
    made: u8,
}

/// What is left to do with an element once its attributes were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nothing is settled: it is opened in full.
    All,
    /// Its content is read.
    Content,
    /// Its text is read, if there is one.
    Text,
    Nothing,
}

impl Rest {
    /// Whether an element is at its end.
    #[inline(always)]
    pub(super) fn is_done(self, record: &Element) -> bool {
        self == Self::Nothing || self == Self::Text && record.has_no_text()
    }
}

/// The step from a place over an element without a fault in its names.
#[derive(Clone, Copy, Debug)]
struct Step {
    place: Place,
    next: u32,
    type_id: TypeId,
    /// The declaration, if it says something of the end.
    declaration: Option<DeclarationId>,
    rest: Rest,
    count: u8,
    looks: [Look; MOST_LOOKS],
}

impl Step {
    /// A step that settles nothing.
    fn unsettled(place: Place) -> Self {
        Self {
            place,
            next: 0,
            type_id: TypeId::Complex(ANY_TYPE),
            declaration: None,
            rest: Rest::All,
            count: 0,
            looks: [Look::default(); MOST_LOOKS],
        }
    }
}

impl Place {
    /// That of an element of an unknown name, below one of any type: nothing is settled of it, whether or not it is found.
    const NOWHERE: Self = Self { numbers: 0, named: NOT_NAMED, signature: Signature::NOTHING };

    #[inline(always)]
    fn new(parent: ComplexId, state: u64, symbol: Symbol, record: &Element) -> Option<Self> {
        let (parent, symbol) = (u64::from(parent.0), u64::from(symbol.0));
        if (parent | state) >> BITS != 0 || symbol >> (u64::BITS - 2 * BITS) != 0 {
            return None;
        }
        let numbers = symbol << (2 * BITS) | parent << BITS | state;
        Some(Self { numbers, named: NOT_NAMED, signature: record.signature })
    }

    #[inline(always)]
    fn mixed(&self) -> u64 {
        let named = u64::from(self.named.0) << (2 * BITS);
        let numbers = self.numbers.wrapping_add(named).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.signature.mixed_with(numbers)
    }
}

impl cuckoo::Entry for Step {
    fn is_free(&self) -> bool {
        self.place == Place::NOWHERE
    }

    fn mixed(&self) -> u64 {
        self.place.mixed()
    }
}

/// Some of the steps that were made.
pub(super) struct Remembered(Box<[Step]>);

impl Default for Remembered {
    fn default() -> Self {
        Self(vec![Step::unsettled(Place::NOWHERE); SLOTS].into())
    }
}

impl Remembered {
    /// The slot of the step from a place.
    #[inline(always)]
    fn find(&self, place: &Place) -> Option<usize> {
        cuckoo::places(place.mixed(), SLOTS).into_iter().find(|&slot| self.0[slot].place == *place)
    }

    /// Keeps a step that was not found; answers its slot.
    fn keep(&mut self, step: Step) -> usize {
        cuckoo::put(&mut self.0, step)
    }
}

impl Run<'_> {
    /// Opens an element by what is settled of it. `None`: too little is, and nothing was done.
    #[inline(always)]
    pub(super) fn open_settled(&mut self, id: ElementId, record: &Element, symbol: Symbol) -> Option<Opened> {
        let parent = self.frames.last()?;
        let TypeId::Complex(complex) = parent.type_id else { return None };
        if parent.misplaced {
            return None;
        }
        let mut place = Place::new(complex, parent.state, symbol, record)?;
        if record.attribute_mask & self.binding.instance.mask != 0 {
            place.named = self.named_type(id, record)?;
        }
        let slot = match self.remembered.find(&place) {
            Some(slot) => slot,
            None => self.settle(place, id, record),
        };
        let Step { next, type_id, declaration, rest, count, looks, .. } = &self.remembered.0[slot];
        let (type_id, declaration, rest) = (*type_id, *declaration, *rest);
        if rest == Rest::All {
            return None;
        }
        let parent = self.frames.last_mut()?;
        parent.has_children = true;
        parent.state = u64::from(*next);
        if *count > 0 {
            let looks = *looks;
            self.look(id, type_id, &looks[..usize::from(*count)]);
        }
        self.keep_type(id, type_id);
        if rest.is_done(record) {
            return Some(Opened::Done);
        }
        self.frames.push(Frame::new(id, record, type_id, declaration));
        Some(Opened::Within)
    }

    /// The type that `xsi:type` names; `None` where none is settled by it, and where there is `xsi:nil`.
    #[inline(never)]
    fn named_type(&mut self, id: ElementId, record: &Element) -> Option<ComplexId> {
        if self.instance_attribute(id, record, self.binding.instance.nil).is_some() {
            return None;
        }
        let Some(attribute) = self.instance_attribute(id, record, self.binding.instance.type_name) else {
            return Some(NOT_NAMED);
        };
        match self.type_named(id, attribute) {
            (_, Ok(TypeId::Complex(complex))) => Some(complex),
            (_, Ok(TypeId::Simple(_)) | Err(_)) => None,
        }
    }

    /// Looks at the attributes of an element that need it.
    #[inline(always)]
    fn look(&mut self, id: ElementId, type_id: TypeId, looks: &[Look]) {
        let TypeId::Complex(complex) = type_id else { return };
        let (document, schema) = (self.document, self.schema);
        let uses = &schema.complex(complex).attributes;
        let first = document.attribute_ids(id).start;
        for look in looks {
            let attribute = AttributeId(first + u32::from(look.attribute));
            self.attribute(attribute, document.attribute_at(attribute), &uses[usize::from(look.made)]);
        }
    }

    /// Settles and keeps what can be of an element at a place; answers the slot of the step.
    #[inline(never)]
    fn settle(&mut self, place: Place, id: ElementId, record: &Element) -> usize {
        let step = self.settled(place, id, record).unwrap_or_else(|| Step::unsettled(place));
        self.remembered.keep(step)
    }

    /// The step over an element, if it has no fault in its names and no wildcard lets it or its attributes stand.
    fn settled(&self, place: Place, id: ElementId, record: &Element) -> Option<Step> {
        let (schema, parent) = (self.schema, self.frames.last()?);
        let symbol = self.binding.symbol(record.name);
        let Placed::Declared(declaration, next) =
            self.step(schema.model(parent.type_id)?, parent.state, id, symbol)
        else {
            return None;
        };
        let declared = schema.declaration(declaration);
        let type_id = match place.named {
            NOT_NAMED => declared.type_id,
            named => TypeId::Complex(named),
        };
        if declared.is_abstract || !schema.derives(type_id, declared.type_id) {
            return None;
        }
        let next = u32::try_from(next).ok()?;
        let declaration = declared.bounds_the_end().then_some(declaration);
        let rest = self.rest(id, record, type_id, Some(declared));
        let mut step = Step { next, type_id, declaration, rest, ..Step::unsettled(place) };
        let settled = match type_id {
            TypeId::Simple(_) => {
                let mut attributes = self.document.attributes(id).iter();
                attributes.all(|attribute| self.is_instance(attribute.name))
            }
            TypeId::Complex(complex) => {
                let complex = schema.complex(complex);
                !complex.is_abstract && self.settle_attributes(id, complex, &mut step).is_some()
            }
        };
        settled.then_some(step)
    }

    /// Notes which attributes need a look. `None` where one has no place in the type, where one is missing, and where too many
    /// need it.
    fn settle_attributes(&self, id: ElementId, complex: &ComplexType, step: &mut Step) -> Option<()> {
        let mut required = complex.required;
        for (at, attribute) in self.document.attributes(id).iter().enumerate() {
            let Some(made) = complex.attribute(self.binding.symbol(attribute.name)) else {
                if self.is_instance(attribute.name) {
                    continue;
                }
                return None;
            };
            let known = &complex.attributes[made];
            required -= u32::from(known.required);
            // Elements of one signature have the same attributes empty.
            let free = known.octets.is_some_and(|least| least == 0 || least == 1 && attribute.octets() > 0);
            if !free {
                *step.looks.get_mut(usize::from(step.count))? =
                    Look { attribute: u8::try_from(at).ok()?, made: u8::try_from(made).ok()? };
                step.count += 1;
            }
        }
        (required == 0).then_some(())
    }

    /// What is left of an element of a type behind its attributes.
    pub(super) fn rest(
        &self,
        id: ElementId,
        record: &Element,
        type_id: TypeId,
        declared: Option<&Declaration>,
    ) -> Rest {
        let TypeId::Complex(complex) = type_id else { return Rest::Content };
        if declared.is_some_and(Declaration::bounds_the_end) || record.end != id.0 + 1 {
            return Rest::Content;
        }
        match &self.schema.complex(complex).content {
            Content::Empty => Rest::Text,
            Content::Elements(model) if model.accepts(0) => Rest::Text,
            Content::Mixed(model) if model.accepts(0) => Rest::Nothing,
            Content::Simple(_) | Content::Elements(_) | Content::Mixed(_) => Rest::Content,
        }
    }
}
